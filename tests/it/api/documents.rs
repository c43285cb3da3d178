//! Documents that other people's programs made, from the upload to the quoted answer.

use serde_json::json;

use crate::support::server::Server;

const DOCUMENTS: [(&str, &str, &[u8]); 10] = [
    ("care.docx", "application/octet-stream", include_bytes!("../../documents/care.docx")),
    ("care.pptx", "", include_bytes!("../../documents/care.pptx")),
    ("care.xlsx", "", include_bytes!("../../documents/care.xlsx")),
    ("care.odt", "application/vnd.oasis.opendocument.text", include_bytes!("../../documents/care.odt")),
    ("care.ods", "", include_bytes!("../../documents/care.ods")),
    ("care.odp", "", include_bytes!("../../documents/care.odp")),
    ("care.epub", "application/epub+zip", include_bytes!("../../documents/care.epub")),
    ("care.csv", "text/csv", include_bytes!("../../documents/care.csv")),
    ("care.json", "application/json", include_bytes!("../../documents/care.json")),
    ("care.md", "text/markdown", include_bytes!("../../documents/care.md")),
];

#[tokio::test]
async fn a_document_of_every_format_is_uploaded_read_and_quoted() {
    let server = Server::start().await;
    let owner = server.owner().await;
    for (filename, content_type, bytes) in DOCUMENTS {
        let chatbot = owner.chatbot(filename).await;
        let content_type = if content_type.is_empty() { "application/octet-stream" } else { content_type };
        let job = owner.uploads(&chatbot, filename, content_type, bytes).await;
        assert_eq!(
            (&job["state"], &job["progress"]),
            (&json!("succeeded"), &json!(1.0)),
            "{filename}: {job}"
        );
        let answer = owner.asks(&chatbot, "How often must I oil the pump?").await;
        assert!(answer["message"]["text"].as_str().unwrap().contains("every spring"), "{filename}: {answer}");
        let citation = &answer["message"]["citations"][0];
        let quote = citation["quote"].as_str().unwrap_or_else(|| panic!("no quote: {filename}: {answer}"));
        let search = json!({ "query": "oil the pump", "limit": 20 });
        let found = owner.post(&format!("/v1/chatbots/{chatbot}/search"), search).await.expect(200);
        let passages = found["items"].as_array().unwrap().iter();
        let literal = passages.filter_map(|item| item["text"].as_str()).any(|text| text.contains(quote));
        assert!(literal, "{filename}: `{quote}` is not in {found}");
    }
}

#[tokio::test]
async fn a_document_under_anothers_name_fails_with_what_it_is() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let (_, _, word) = DOCUMENTS[0];
    let job = owner.uploads(&chatbot, "care.xlsx", "application/octet-stream", word).await;
    assert_eq!(job["error"]["code"], "type_mismatch", "{job}");
    let message = job["error"]["message"].as_str().unwrap();
    assert!(message.contains("an Excel workbook") && message.contains("a Word document"), "{message}");
}
