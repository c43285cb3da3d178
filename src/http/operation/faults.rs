//! `POST /v1/system/faults`: breaks an actor on demand, for the fault harness. Part of no release.

use actix_web::{HttpResponse, post, web};
use aihio_actors::kernel::{ActorKey, ActorKind};
use aihio_actors::supervisor::sabotage::Aim;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::ApiError;
use crate::http::json::Json;
use crate::http::member::Operator;
use crate::http::service::Service;

/// Who is to break: the kind, and either which one or a number by which one is chosen.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    kind: String,
    id: Option<Uuid>,
    #[serde(default)]
    chance: u64,
}

impl Wanted {
    fn aim(&self) -> Option<Aim> {
        let kind = ActorKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind)?;
        Some(self.id.map_or(Aim::Any(kind, self.chance), |id| Aim::At(ActorKey { kind, id })))
    }
}

/// Breaks somebody and says who it was and when their next life was at work; 404 where nobody fits.
#[post("/v1/system/faults")]
pub(crate) async fn break_actor(
    _operator: Operator,
    service: web::Data<Service>,
    wanted: Json<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let aim = wanted.0.aim().ok_or_else(ApiError::not_found)?;
    let struck = service.engine.strike(aim).await.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(struck))
}
