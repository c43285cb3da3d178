//! `GET /v1/billing/plans`.

use actix_web::{HttpResponse, get, web};

use super::view::Plan;
use crate::http::page::Paged;
use crate::http::service::Service;

/// List the plans
#[utoipa::path(tag = "billing", security(()), responses(
    (status = 200, description = "What is on offer.", body = Paged<Plan>),
))]
#[get("/v1/billing/plans")]
pub(crate) async fn list_plans(service: web::Data<Service>) -> HttpResponse {
    let plans = service.options.plans.iter();
    let items = plans.map(|(id, plan)| Plan::new(Some(id.clone()), plan.clone())).collect();
    HttpResponse::Ok().json(Paged::<Plan> { items, next_cursor: None })
}
