//! Files that are made to harm: each ends its own job with a clear reason, and nothing else.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::server::Server;

const WORD: &[u8] = include_bytes!("../../documents/care.docx");
const TYPES: &str = "<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/\
    vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";

/// A file, and the code and words of the reason that its job fails with.
#[derive(Clone)]
struct Hostile {
    filename: &'static str,
    bytes: Vec<u8>,
    code: &'static str,
    says: &'static str,
}

fn hostile(filename: &'static str, bytes: Vec<u8>, code: &'static str, says: &'static str) -> Hostile {
    Hostile { filename, bytes, code, says }
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A Word document with this as its text's part, and other files beside it.
fn word(document: &[u8], beside: &[(&str, &[u8])]) -> Vec<u8> {
    let files = [("[Content_Types].xml", TYPES.as_bytes()), ("word/document.xml", document)];
    archive(&[&files, beside].concat())
}

fn archives() -> Vec<Hostile> {
    let many: Vec<String> = (0..2_100).map(|n| format!("media/{n}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let laughs = b"<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><d><p><t>&b;&b;</t></p></d>";
    let deep = "<w:tbl><w:tr><w:tc>".repeat(5_000);
    let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let locked = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 1024], &locked].concat();
    let nested = archive(&[("inner.zip", &archive(&[("innermost.zip", &archive(&[("a", b"x")]))]))]);
    vec![
        hostile("bomb.docx", word(&vec![b' '; 60 << 20], &[]), "document_too_large", "50 MiB"),
        hostile("dense.docx", word(&vec![b' '; 4 << 20], &[]), "suspicious_document", "100 times"),
        hostile("many.docx", word(b"<d/>", &many), "document_too_large", "2000 files"),
        hostile("slip.docx", word(b"<d/>", &[("../../evil", b"x")]), "suspicious_document", "leads out"),
        hostile("laughs.docx", word(laughs, &[]), "suspicious_document", "entities"),
        hostile("deep.docx", word(deep.as_bytes(), &[]), "document_too_large", "nested"),
        hostile("locked.docx", locked, "malformed_document", "password"),
        hostile("cut.docx", WORD[..WORD.len() / 2].to_vec(), "malformed_document", "damaged"),
        hostile("nested.docx", nested, "unsupported_type", "ZIP archive"),
    ]
}

fn others() -> Vec<Hostile> {
    let both = [b"%PDF-1.7\n1 0 obj\n".as_slice(), WORD].concat();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let png = [b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".as_slice(), &[0xFF; 8], &[8; 5]].concat();
    vec![
        hostile("both.pdf", both, "suspicious_document", "at once"),
        hostile("image.svg", svg.into(), "unsupported_type", "SVG"),
        hostile("page.html", svg.into(), "unsupported_type", "SVG"),
        hostile("huge.png", png, "unsupported_type", "PNG"),
        hostile("page.pdf", b"<html><script>alert(1)</script>".to_vec(), "type_mismatch", "an HTML page"),
        hostile("script.gif.txt", b"GIF89a/*".to_vec(), "unsupported_type", "GIF"),
        hostile("deep.json", "[".repeat(200_000).into(), "malformed_document", "JSON"),
        hostile("deep.html", "<div>".repeat(2_000).into(), "document_too_large", "nested"),
    ]
}

#[tokio::test]
async fn hostile_files_end_their_job_with_a_reason_and_nothing_else() {
    // Made before there is a connection that would time out meanwhile.
    let files = [archives(), others()].concat();
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    for Hostile { filename, bytes, code, says } in files {
        let job = owner.uploads(&chatbot, filename, "application/octet-stream", &bytes).await;
        assert_eq!(
            (&job["state"], &job["error"]["code"]),
            (&json!("failed"), &json!(code)),
            "{filename}: {job}"
        );
        assert!(job["error"]["message"].as_str().unwrap().contains(says), "{filename}: {job}");
        assert_eq!(server.anyone().get("/livez").await.status, 200);
    }
    assert_eq!(owner.asks(&chatbot, "Is anything known?").await["message"]["citations"], json!([]));
}

/// A document whose reader can't be trusted to come back: what matters is that the job ends and the server goes on.
#[tokio::test]
async fn what_breaks_its_reader_breaks_nothing_else() {
    let pages = "<< /Type /Pages /Kids [2 0 R] /Count 1000000000 >>";
    let endless = format!(
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n{pages}\nendobj\n\
         trailer\n<< /Root 1 0 R >>\n%%EOF"
    );
    let arrays =
        format!("%PDF-1.4\n1 0 obj\n{}\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF", "[".repeat(200_000));
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    for (filename, bytes) in [("endless.pdf", endless), ("arrays.pdf", arrays)] {
        let job = owner.uploads(&chatbot, filename, "application/pdf", bytes.as_bytes()).await;
        assert_eq!(job["state"], "failed", "{filename}: {job}");
        assert!(job["error"]["message"].as_str().is_some_and(|message| message.len() > 20), "{job}");
    }
    let job = owner.uploads(&chatbot, "care.docx", "application/octet-stream", WORD).await;
    assert_eq!(job["state"], "succeeded", "{job}");
}

#[tokio::test]
async fn a_gigabyte_is_refused_before_it_is_sent() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let asked = json!({ "filename": "line.csv", "content_type": "text/csv", "size": 1 << 30 });
    let answer = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await;
    answer.problem(413);
}

/// Names are for people: none becomes a path, a header or an address.
#[tokio::test]
async fn hostile_names_stay_names() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    for name in ["../../../etc/passwd", "CON", "\u{202E}gpj.exe", "a\u{0}b.txt", "x\r\nSet-Cookie: a=b.txt"] {
        let asked = json!({ "filename": name, "content_type": "text/plain", "size": 5 });
        let announced = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await;
        if announced.status == 422 {
            continue;
        }
        let upload = announced.expect(201);
        let url = upload["url"].as_str().unwrap();
        assert!(!url.contains("etc") && !url.contains("CON"), "{url}");
        assert_eq!(owner.send(owner.signed(&upload).body("words")).await.status, 204);
        let source = owner.adds(&chatbot, json!({ "kind": "file", "upload_id": upload["upload_id"] })).await;
        assert_eq!(owner.job_of(&source).await["state"], "succeeded");
    }
}
