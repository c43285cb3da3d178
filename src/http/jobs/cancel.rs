//! `POST /v1/jobs/{job_id}/cancel`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{Job, JobState};
use aihio_actors::ports::Jobs as _;

use super::view::Job as Shown;
use crate::error::{ApiError, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedJob;
use crate::http::service::Service;

/// Cancel a job
///
/// What its source held before stays.
#[utoipa::path(tag = "jobs", responses(
    (status = 200, description = "The job as it is now.", body = Shown),
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
    if service.engine.cancel_job(owned.job.job_id).await.is_err() {
        give_up(&service, &owned).await?;
    }
    let job = owned.member.tenant.job(owned.job.job_id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(Shown::from(job)))
}

/// Ends a job that does not run here: one that waits is written down as cancelled, so that nobody begins it.
async fn give_up(service: &Service, owned: &OwnedJob<Write>) -> Result<(), ApiError> {
    let job = owned.member.tenant.job(owned.job.job_id).await?.ok_or_else(ApiError::not_found)?;
    match job.state {
        JobState::Queued | JobState::Paused => {
            let cancelled = Job { state: JobState::Cancelled, updated_at: service.clock.now(), ..job };
            Ok(service.store.save(&cancelled).await?)
        }
        JobState::Running => {
            Err(ApiError::conflict("This job runs in another process. Try again in a moment."))
        }
        JobState::Succeeded | JobState::Failed | JobState::Cancelled => Ok(()),
    }
}
