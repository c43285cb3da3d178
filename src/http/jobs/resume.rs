//! `POST /v1/jobs/{job_id}/resume`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{Job, JobState};
use aihio_actors::ports::Jobs as _;

use super::view::Job as Shown;
use crate::error::{ApiError, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedJob;
use crate::http::service::Service;

/// Resume a job
///
/// It goes on where it was paused, as soon as its turn comes.
#[utoipa::path(tag = "jobs", responses(
    (status = 200, description = "The job as it is now.", body = Shown),
    (status = 409, description = "It is not paused.", body = Problem),
))]
#[post("/v1/jobs/{job_id}/resume")]
pub(crate) async fn resume_job(
    owned: OwnedJob<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    if owned.job.state != JobState::Paused {
        return Err(ApiError::conflict("This job is not paused."));
    }
    let queued = Job { state: JobState::Queued, updated_at: service.clock.now(), ..owned.job.clone() };
    service.store.save(&queued).await?;
    service.engine.wake_jobs();
    let job = owned.member.tenant.job(queued.job_id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(Shown::from(job)))
}
