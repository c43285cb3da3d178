//! The process is told to stop: nobody is left hanging, and who was there comes back to where they were.

mod answers;
mod ending;
mod jobs;
mod newcomers;
mod rolling;

use crate::support::api::Api;
use crate::support::patience::until;
use crate::support::server::{Plan, Server};

/// A server that may take a minute to stop: nothing in it is cut short by a slow machine.
fn patient(plan: Plan) -> Plan {
    plan.with("AIHIO__HTTP__DRAIN_SECONDS", "60")
}

/// Tells a server to stop, and waits until load balancers would know.
async fn is_told_to_stop(server: &Server) {
    server.signal("TERM");
    refuses(&server.anyone(), "/readyz").await;
}

/// Waits until a request is refused for now.
async fn refuses(api: &Api, path: &str) {
    until("503", async || api.ask("GET", path).await.filter(|answer| answer.status == 503)).await;
}
