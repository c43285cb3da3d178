//! A call of an HTTP interface, and what a model is told of its outcome.

use aihio_actors::model::ToolStatus;
use aihio_actors::ports::ToolOutput;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use super::headers::ReadyHeaders;
use crate::crawl::{Beyond, BodyLimit, HttpRefusal, SafeHttp, SafeRequest};

/// What is read beyond what a model is shown, in bytes: more than any secret has, so that none is cut in half and then
/// not found.
const BEYOND: u64 = 8 << 10;

/// Sends a request with the owner's headers, which go before all others, and reads the outcome.
pub(super) async fn exchange(
    http: &SafeHttp,
    mut request: SafeRequest,
    headers: &ReadyHeaders,
    bytes_max: u32,
) -> ToolOutput {
    request.headers.extend(headers.map.clone());
    let limit = BodyLimit { bytes_max: u64::from(bytes_max) + BEYOND, beyond: Beyond::CutOff };
    let outcome = async {
        let response = http.begin(request).await?;
        let (status, kind) = (response.status, content_type(&response.headers));
        Ok((status, kind, response.body(limit).await?))
    };
    match outcome.await {
        Ok((status, kind, body)) => {
            let output = told(status, &kind, &body);
            ToolOutput { text: headers.redacted(output.text), ..output }
        }
        Err(fault) => ToolOutput { status: ToolStatus::Failed, text: words_on(&fault) },
    }
}

/// A failed exchange in words that say nothing of what is inside of our network.
pub(super) fn words_on(fault: &HttpRefusal) -> String {
    match fault {
        HttpRefusal::AddressRefused => "The address may not be called.".into(),
        HttpRefusal::TooLarge(_) => "The result is too large.".into(),
        HttpRefusal::Unreachable(_) => "The interface can't be reached now.".into(),
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_lowercase()
}

fn told(status: StatusCode, kind: &str, body: &[u8]) -> ToolOutput {
    let text = if body.is_empty() {
        String::new()
    } else if is_text(kind) {
        String::from_utf8_lossy(body).into_owned()
    } else {
        format!("({} bytes of {kind}, which can't be shown)", body.len())
    };
    if status.is_redirection() {
        let text = format!("Status {status}: it leads elsewhere, which is not followed.");
        return ToolOutput { status: ToolStatus::Failed, text };
    }
    match (status.is_success(), text.is_empty()) {
        (true, false) => ToolOutput { status: ToolStatus::Succeeded, text },
        (true, true) => {
            ToolOutput { status: ToolStatus::Succeeded, text: format!("Done (status {status}).") }
        }
        (false, _) => ToolOutput {
            status: ToolStatus::Failed,
            text: format!("Status {status}.\n{text}").trim_end().into(),
        },
    }
}

fn is_text(kind: &str) -> bool {
    let plain = ["", "application/json", "application/xml", "application/x-ndjson"];
    kind.starts_with("text/") || kind.ends_with("+json") || kind.ends_with("+xml") || plain.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_told_as_they_are() {
        let ok = told(StatusCode::OK, "application/json", b"{}");
        assert_eq!((ok.status, ok.text.as_str()), (ToolStatus::Succeeded, "{}"));
        let gone = told(StatusCode::NOT_FOUND, "text/plain", b"no such order");
        assert_eq!(
            (gone.status, gone.text.as_str()),
            (ToolStatus::Failed, "Status 404 Not Found.\nno such order")
        );
        let empty = told(StatusCode::NO_CONTENT, "", b"");
        assert_eq!(
            (empty.status, empty.text.as_str()),
            (ToolStatus::Succeeded, "Done (status 204 No Content).")
        );
        assert!(told(StatusCode::FOUND, "text/html", b"<a>").text.contains("not followed"));
        assert!(told(StatusCode::OK, "image/png", b"\x89PNG").text.contains("4 bytes of image/png"));
    }
}
