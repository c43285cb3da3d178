//! `GET /v1/jobs/{job_id}/events`: a job's progress as it happens.

use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use aihio_actors::model as engine;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::watch;

use super::view::Job;
use crate::error::ApiError;
use crate::http::member::Read;
use crate::http::owned::OwnedJob;
use crate::http::service::Service;
use crate::http::sse;
use crate::store::Tenant;

/// How often the store is asked: a job may run in another process, whose changes are not heard here.
const RECHECK: Duration = Duration::from_secs(2);

/// Follow a job
///
/// Server-sent events named `job`, each with the job as JSON: first as it is now, then at each change. The stream
/// ends when the job has, or when the server is stopped.
#[utoipa::path(tag = "jobs", responses(
    (status = 200, description = "Events until the job ends.", body = String, content_type = "text/event-stream"),
    (status = 503, description = "The server is being restarted, or has no place left.", body = crate::error::Problem),
))]
#[get("/v1/jobs/{job_id}/events")]
pub(crate) async fn follow_job(
    owned: OwnedJob<Read>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let place = service.admit()?;
    let live = service.engine.watch_job(owned.job.job_id);
    let last = owned.job;
    let changes = changes(Following { tenant: owned.member.tenant, live, last, stage: Stage::First });
    let readiness = service.readiness.clone();
    let ends = async move {
        readiness.closed().await;
        drop(place);
    };
    Ok(sse::response(changes.take_until(ends)))
}

struct Following {
    tenant: Tenant,
    live: watch::Receiver<Option<engine::Job>>,
    last: engine::Job,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    First,
    Later,
}

fn changes(following: Following) -> impl Stream<Item = Bytes> {
    stream::unfold(following, |mut following| async move {
        if following.stage == Stage::First {
            following.stage = Stage::Later;
        } else if following.last.state.is_final() {
            return None;
        } else {
            following.last = following.next_change().await?;
        }
        let event = sse::event("job", &Job::from(following.last.clone()));
        Some((event, following))
    })
}

impl Following {
    /// The job when it differs from what was sent last; none when it is gone.
    async fn next_change(&mut self) -> Option<engine::Job> {
        let mut recheck = tokio::time::interval_at(tokio::time::Instant::now() + RECHECK, RECHECK);
        let mut listening = Listening::Live;
        loop {
            let heard = self.live.borrow_and_update().clone();
            if let Some(job) = heard.filter(|job| self.is_news(job)) {
                return Some(job);
            }
            tokio::select! {
                changed = self.live.changed(), if listening == Listening::Live => {
                    if changed.is_err() {
                        listening = Listening::StoreOnly;
                    }
                }
                _ = recheck.tick() => {
                    // A store that is out of reach for a moment is no reason to end the stream.
                    let Ok(stored) = self.tenant.job(self.last.job_id).await else { continue };
                    let stored = stored?;
                    if self.is_news(&stored) {
                        return Some(stored);
                    }
                }
            }
        }
    }

    fn is_news(&self, job: &engine::Job) -> bool {
        job.updated_at >= self.last.updated_at && Job::from(job.clone()) != Job::from(self.last.clone())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listening {
    Live,
    StoreOnly,
}
