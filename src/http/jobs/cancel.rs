//! `POST /v1/jobs/{job_id}/cancel`.

use actix_web::{HttpResponse, post, web};

use super::view::Job;
use crate::error::{ApiError, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedJob;
use crate::http::service::Service;

/// Cancel a job
///
/// What its source held before stays.
#[utoipa::path(tag = "jobs", responses(
    (status = 200, description = "The job as it is now.", body = Job),
    (status = 409, description = "It has ended already.", body = Problem),
))]
#[post("/v1/jobs/{job_id}/cancel")]
pub(crate) async fn cancel_job(
    owned: OwnedJob<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    if owned.job.state.is_final() {
        return Err(ApiError::conflict("This job has ended; there is nothing to cancel."));
    }
    service.engine.cancel_job(owned.job.job_id).await?;
    let job = owned.member.tenant.job(owned.job.job_id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(Job::from(job)))
}
