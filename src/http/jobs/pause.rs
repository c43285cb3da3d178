//! `POST /v1/jobs/{job_id}/pause`.

use std::time::Duration;

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{Job, JobState};
use aihio_actors::ports::Jobs as _;

use super::view::Job as Shown;
use crate::error::{ApiError, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedJob;
use crate::http::service::Service;

/// How long a job may take to halt before it is shown as it is.
const HALTS_WITHIN: Duration = Duration::from_secs(5);

/// Pause a job
///
/// It halts where it is, and goes on from there when it is resumed.
#[utoipa::path(tag = "jobs", responses(
    (status = 200, description = "The job as it is now.", body = Shown),
    (status = 409, description = "It has ended already.", body = Problem),
))]
#[post("/v1/jobs/{job_id}/pause")]
pub(crate) async fn pause_job(
    owned: OwnedJob<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    if owned.job.state.is_final() {
        return Err(ApiError::conflict("This job has ended; there is nothing to pause."));
    }
    let id = owned.job.job_id;
    let mut live = service.engine.watch_job(id);
    if service.engine.pause_job(id).await.is_ok() {
        let halted = live.wait_for(|job| job.as_ref().is_some_and(|job| job.state != JobState::Running));
        // One that takes longer is shown as running still, and halts all the same.
        let _ = tokio::time::timeout(HALTS_WITHIN, halted).await;
    } else {
        hold(&service, &owned).await?;
    }
    let job = owned.member.tenant.job(id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(Shown::from(job)))
}

/// Holds a job that does not run here: one that waits is written down as paused, so that nobody begins it.
async fn hold(service: &Service, owned: &OwnedJob<Write>) -> Result<(), ApiError> {
    let job = owned.member.tenant.job(owned.job.job_id).await?.ok_or_else(ApiError::not_found)?;
    match job.state {
        JobState::Queued => {
            let paused = Job { state: JobState::Paused, updated_at: service.clock.now(), ..job };
            Ok(service.store.save(&paused).await?)
        }
        JobState::Running => {
            Err(ApiError::conflict("This job runs in another process. Try again in a moment."))
        }
        JobState::Paused | JobState::Succeeded | JobState::Failed | JobState::Cancelled => Ok(()),
    }
}
