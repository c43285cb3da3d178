//! The REST interface: one file an endpoint, mounted in the one table below.
//!
//! A handler extracts, calls and answers. Who may do what is in its extractors ([`member`], [`owned`], [`visitor`]);
//! every error is an [`ApiError`](crate::error::ApiError) and gets its body in `access`, the outermost middleware.

mod access;
mod account;
mod answers;
mod assets;
mod auth;
mod billing;
pub mod caller;
mod chatbots;
mod conversation;
pub mod cors;
mod deed;
mod field;
mod idempotency;
mod insight;
mod jobs;
mod json;
pub mod member;
pub mod metrics;
mod openai;
mod openapi;
mod operation;
pub mod origin;
pub mod owned;
mod page;
mod pages;
mod path;
pub mod places;
mod plan;
mod problem;
mod request_id;
pub mod service;
mod sessions;
mod sources;
pub mod sse;
mod throttle;
mod unmatched;
mod uploads;
pub mod visitor;

pub use openapi::openapi;
pub use places::{Place, Places};
pub use service::{HttpOptions, Readiness, Registration, Service};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, web};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::socket::{listen_events, open_socket};

/// Everything that a worker serves. Middleware named later stands further out.
pub fn application(
    service: web::Data<Service>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let body_bytes_max = service.options.body_bytes_max;
    App::new()
        .app_data(service)
        .app_data(web::PayloadConfig::new(body_bytes_max))
        .into_utoipa_app()
        .configure(routes)
        .into_app()
        .configure(undocumented)
        .service(cors::preflight_chatbot)
        .service(cors::preflight_session)
        .default_service(web::to(unmatched::unmatched))
        .wrap(from_fn(idempotency::idempotency))
        .wrap(from_fn(throttle::throttle))
        .wrap(from_fn(access::access))
        .wrap(Compress::default())
}

/// What is no part of the documented interface.
fn undocumented(config: &mut web::ServiceConfig) {
    #[cfg(feature = "faults")]
    config.service(operation::faults::break_actor);
    pages::routes(config);
}

/// The table of the documented routes.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    visitors(config);
    identity(config);
    chatbots(config);
    knowledge(config);
    conversations(config);
    figures(config);
    operation(config);
}

/// What visitors of websites use most, so that it is found first.
fn visitors(config: &mut ServiceConfig<'_>) {
    config
        .service(open_socket)
        .service(listen_events)
        .service(sessions::open::open_session)
        .service(answers::ask::ask)
        .service(sessions::messages::list_messages)
        .service(chatbots::public::show_public_config);
}

fn identity(config: &mut ServiceConfig<'_>) {
    config
        .service(auth::register::register)
        .service(auth::login::login)
        .service(auth::logout::logout)
        .service(auth::me::me)
        .service(account::read::show_account)
        .service(account::update::update_account)
        .service(account::audit::list_audit)
        .service(account::api_keys::create::create_api_key)
        .service(account::api_keys::list::list_api_keys)
        .service(account::api_keys::revoke::revoke_api_key);
}

fn chatbots(config: &mut ServiceConfig<'_>) {
    config
        .service(chatbots::list::list_chatbots)
        .service(chatbots::create::create_chatbot)
        .service(chatbots::read::show_chatbot)
        .service(chatbots::update::update_chatbot)
        .service(chatbots::delete::delete_chatbot)
        .service(chatbots::versions::list_versions)
        .service(chatbots::restore::restore_version)
        .service(chatbots::duplicate::duplicate_chatbot)
        .service(chatbots::draft::show_draft)
        .service(chatbots::draft::save_draft)
        .service(chatbots::draft::discard_draft)
        .service(chatbots::draft::publish_draft)
        .service(chatbots::questions::show_questions)
        .service(chatbots::questions::set_questions)
        .service(chatbots::evaluate::run_evaluation)
        .service(chatbots::secrets::list_secrets)
        .service(chatbots::secrets::set_secret)
        .service(chatbots::secrets::delete_secret)
        .service(chatbots::tools::check_tools);
}

fn knowledge(config: &mut ServiceConfig<'_>) {
    config
        .service(uploads::create::create_upload)
        .service(uploads::receive::receive_upload)
        .service(uploads::parts::begin_parts)
        .service(uploads::complete::complete_parts)
        .service(uploads::abort::abort_parts)
        .service(sources::list::list_sources)
        .service(sources::create::create_source)
        .service(sources::read::show_source)
        .service(sources::delete::delete_source)
        .service(sources::sync::sync_source)
        .service(sources::update::update_source)
        .service(sources::pages::list::list_pages)
        .service(sources::pages::exclude::exclude_page)
        .service(sources::pages::restore::restore_page)
        .service(chatbots::search::search_chatbot)
        .service(jobs::list::list_jobs)
        .service(jobs::read::show_job)
        .service(jobs::cancel::cancel_job)
        .service(jobs::pause::pause_job)
        .service(jobs::resume::resume_job)
        .service(jobs::events::follow_job);
}

fn conversations(config: &mut ServiceConfig<'_>) {
    config
        .service(sessions::list::list_sessions)
        .service(sessions::read::show_session)
        .service(sessions::delete::delete_session)
        .service(sessions::say::say)
        .service(sessions::takeover::take_over)
        .service(sessions::release::release_session)
        .service(sessions::close::close_session)
        .service(sessions::receipt::show_receipt)
        .service(openai::models::list_models)
        .service(openai::completions::complete_chat);
}

fn figures(config: &mut ServiceConfig<'_>) {
    config
        .service(insight::usage::show_usage)
        .service(billing::plans::list_plans)
        .service(billing::read::show_billing);
}

fn operation(config: &mut ServiceConfig<'_>) {
    config
        .service(operation::live::live)
        .service(operation::ready::ready)
        .service(operation::metrics::show_metrics)
        .service(operation::document::show_document)
        .service(operation::tree::show_tree);
}
