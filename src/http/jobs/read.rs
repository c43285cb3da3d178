//! `GET /v1/jobs/{job_id}`.

use actix_web::{HttpResponse, get, web};

use super::view::Job;
use crate::http::member::Read;
use crate::http::owned::OwnedJob;
use crate::http::service::Service;

/// Show a job
#[utoipa::path(tag = "jobs", responses((status = 200, description = "The job.", body = Job)))]
#[get("/v1/jobs/{job_id}")]
pub(crate) async fn show_job(owned: OwnedJob<Read>, service: web::Data<Service>) -> HttpResponse {
    // Progress is stored now and then; the live job knows better, until it has ended.
    let live = service.engine.watch_job(owned.job.job_id).borrow().clone();
    let newest = live.filter(|live| !owned.job.state.is_final() && live.updated_at >= owned.job.updated_at);
    HttpResponse::Ok().json(Job::from(newest.unwrap_or(owned.job)))
}
