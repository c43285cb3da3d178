//! What may not be meant.

use super::{Durability, Settings};

/// Each doubtful combination, as a sentence with its cure.
pub(super) fn of(settings: &Settings) -> Vec<String> {
    let public = !settings.http.bind.ip().is_loopback();
    let over_tls = settings.http.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    let doubts = [
        (
            public && settings.http.public_url.is_none(),
            "http.bind admits other machines but http.public_url is not set: links and uploads will point to the \
             listening address. Set it to the address that browsers use.",
        ),
        (
            public && !over_tls,
            "http.bind admits other machines but http.public_url is not https: passwords travel in the clear. Put a \
             proxy with TLS in front.",
        ),
        (
            public && settings.demo.enabled,
            "The demo is on while other machines can connect. Set demo.enabled to false in production.",
        ),
        (
            public && settings.registration.enabled && settings.billing.default_plan.0 == "unlimited",
            "Strangers can make accounts on the plan `unlimited`. Set registration.enabled to false, or \
             billing.default_plan to `free`.",
        ),
        (!settings.limits.enabled, "limits.enabled is false: no rate limit is kept. That is for load tests."),
        (
            settings.journal.durability == Durability::Async,
            "journal.durability is async: a crash can lose acknowledged messages.",
        ),
    ];
    doubts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text.to_owned()).collect()
}
