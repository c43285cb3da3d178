//! The reranker against the forms that endpoints have.

use url::Url;

use super::super::endpoint::EndpointTimeouts;
use super::*;
use crate::scripted_server::{Reply, ScriptedServer};

async fn judged(body: &'static str) -> Result<Vec<f32>, EmbedFault> {
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let server = ScriptedServer::start(move |_| Reply::text(&answer)).await;
    let settings = EndpointSettings {
        base_url: Url::parse(&server.url("/v1")).unwrap(),
        api_key: "".into(),
        model: "judge".into(),
        timeouts: EndpointTimeouts { connect: Duration::from_secs(5), answer: Duration::from_secs(20) },
    };
    let reranker = EndpointReranker::new(&settings, 0.0).unwrap();
    let scores = reranker.rerank("Tea?", &["Green tea.".into(), "Blue cups.".into()]).await;
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /v1/rerank HTTP/1.1\r\n"), "{request}");
    let asked = r#"{"model":"judge","query":"Tea?","documents":["Green tea.","Blue cups."],"top_n":2}"#;
    assert!(request.ends_with(asked), "{request}");
    scores
}

#[tokio::test]
async fn scores_belong_to_their_passages_in_both_forms() {
    let named =
        r#"{"results":[{"index":1,"relevance_score":0.1},{"index":0,"relevance_score":0.9,"document":{}}]}"#;
    assert_eq!(judged(named).await.unwrap(), [0.9, 0.1]);
    assert_eq!(judged(r#"[{"index":0,"score":2.5}]"#).await.unwrap(), [2.5, f32::NEG_INFINITY]);
}

#[tokio::test]
async fn scores_of_no_passage_are_refused() {
    assert!(matches!(judged(r#"[{"index":2,"score":2.5}]"#).await, Err(EmbedFault::Garbled(_))));
    assert!(matches!(judged(r#"{"results":7}"#).await, Err(EmbedFault::Garbled(_))));
}
