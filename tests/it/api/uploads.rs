//! `/v1/chatbots/{id}/uploads`, and files that are not what they seem.

use serde_json::{Value, json};

use crate::support::server::Server;

/// A PDF of one page that says this, with its cross-reference table.
fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let (mut file, mut places) = (String::from("%PDF-1.4\n"), Vec::new());
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
    file.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}

#[tokio::test]
async fn a_pdf_is_uploaded_read_and_quoted() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let job = owner
        .uploads(&chatbot, "care.pdf", "application/pdf", &pdf("The pump must be oiled every spring."))
        .await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let answer = owner.asks(&chatbot, "When must the pump be oiled?").await;
    assert!(answer["message"]["text"].as_str().unwrap().contains("every spring"), "{answer}");
    assert_ne!(answer["message"]["citations"], json!([]));
}

#[tokio::test]
async fn files_of_every_kind_that_is_read_are_read() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let sentence = "The pump must be oiled every spring.";
    let files = [
        ("care.txt", "text/plain", sentence.to_owned()),
        ("care.md", "text/markdown", format!("# Care\n\n{sentence}\n")),
        ("care.html", "text/html", format!("<html><body><h1>Care</h1><p>{sentence}</p></body></html>")),
    ];
    for (filename, content_type, content) in files {
        let chatbot = owner.chatbot(filename).await;
        let job = owner.uploads(&chatbot, filename, content_type, content.as_bytes()).await;
        assert_eq!(job["state"], "succeeded", "{filename}: {job}");
        let answer = owner.asks(&chatbot, "When must the pump be oiled?").await;
        assert!(answer["message"]["text"].as_str().unwrap().contains("every spring"), "{filename}: {answer}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_fails_with_what_to_do() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let damaged = &pdf("The pump")[..100];
    let files: [(&str, &str, &[u8]); 5] = [
        ("not-a.pdf", "application/pdf", b"This is no PDF at all."),
        ("damaged.pdf", "application/pdf", damaged),
        ("empty.txt", "text/plain", b"   \n\n  "),
        ("page.html", "text/html", b"<html><body><script>alert(1)</script></body></html>"),
        ("program.bin", "application/octet-stream", b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe"),
    ];
    for (filename, content_type, bytes) in files {
        let job = owner.uploads(&chatbot, filename, content_type, bytes).await;
        assert_eq!(job["state"], "failed", "{filename}: {job}");
        assert!(says_what_to_do(&job), "{filename}: {job}");
    }
    assert_eq!(owner.asks(&chatbot, "Is anything known?").await["message"]["citations"], json!([]));
}

/// A PDF whose page is so many MiB of blanks, packed by RFC 1951 into a two-hundredth of that.
fn pdf_bomb(mib: usize) -> Vec<u8> {
    let mut bits = Vec::from([true, true, false]);
    let mut code = |value: u32, length: u32| bits.extend((0..length).rev().map(|bit| value >> bit & 1 == 1));
    code(0x30 + u32::from(b' '), 8);
    for _ in 0..mib * 1024 * 1024 / 258 {
        code(0b1100_0101, 8);
        code(0, 5);
    }
    code(0, 7);
    let packed = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit)));
    let stream: Vec<u8> = [0x78, 0x9c].into_iter().chain(packed).collect();
    let plain = String::from_utf8(pdf("")).unwrap();
    let (before, rest) = plain.split_once("<< /Length").unwrap();
    let (_, after) = rest.split_once("endstream").unwrap();
    let head = format!("{before}<< /Filter /FlateDecode /Length {} >>\nstream\n", stream.len());
    [head.as_bytes(), &stream, b"\nendstream", after.as_bytes()].concat()
}

#[tokio::test]
async fn a_file_that_unpacks_to_far_more_is_given_up() {
    let bomb = pdf_bomb(512);
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let before = server.memory_peak_mib();
    let job = owner.uploads(&chatbot, "bomb.pdf", "application/pdf", &bomb).await;
    assert!(job["state"] == "failed" && says_what_to_do(&job), "{job}");
    assert_eq!(server.anyone().get("/livez").await.status, 200);
    let grown = server.memory_peak_mib() - before;
    assert!(grown < 256, "{grown} MiB more for a file of 3 MiB");
}

#[tokio::test]
async fn a_file_that_is_nested_without_end_harms_nobody() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let nested = format!("<html><body>{}deep</body></html>", "<div>".repeat(200_000));
    for (filename, content_type, bytes) in [
        (
            "broken.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK\x03\x04".to_vec(),
        ),
        ("nested.html", "text/html", nested.into_bytes()),
    ] {
        let job = owner.uploads(&chatbot, filename, content_type, &bytes).await;
        assert!(job["state"] == "succeeded" || says_what_to_do(&job), "{filename}: {job}");
    }
    assert_eq!(server.anyone().get("/livez").await.status, 200);
}

#[tokio::test]
async fn a_signed_address_takes_only_what_it_was_signed_for() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let asked = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 5 });
    let upload = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201);
    let too_long = owner.send(owner.signed(&upload).body("more than five")).await;
    assert!((400..500).contains(&too_long.status), "{too_long}");

    let mut forged = upload.clone();
    let url = upload["url"].as_str().unwrap();
    let last = url.chars().next_back().unwrap();
    forged["url"] = format!("{}{}", &url[..url.len() - 1], if last == '0' { '1' } else { '0' }).into();
    let answer = owner.send(owner.signed(&forged).body("hello")).await;
    assert!((400..500).contains(&answer.status), "{answer}");

    let right = owner.send(owner.signed(&upload).body("hello")).await;
    assert!((200..300).contains(&right.status), "{right}");
}

#[tokio::test]
async fn a_file_is_held_against_the_hash_that_was_announced() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let of_hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let asked = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 5, "sha256": of_hello });
    let upload = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201);
    owner.send(owner.signed(&upload).body("jello")).await.problem(400);
    assert_eq!(owner.send(owner.signed(&upload).body("hello")).await.status, 204);
    let source = owner.adds(&chatbot, json!({ "kind": "file", "upload_id": upload["upload_id"] })).await;
    let job = owner.job_of(&source).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let wrong = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 5, "sha256": "abc" });
    owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), wrong).await.problem(422);
}

#[tokio::test]
async fn a_large_file_is_not_held_in_memory_and_a_short_one_leaves_nothing() {
    const SIZE: usize = 48 << 20;
    let server = Server::plan().with("AIHIO__HTTP__UPLOAD_BYTES_MAX", "67108864").start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let asked = json!({ "filename": "a.txt", "content_type": "text/plain", "size": SIZE });
    let upload = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201);
    let before = server.memory_peak_mib();
    let short = vec![b'a'; SIZE - 1];
    let answer = owner.send(owner.signed(&upload).body(short)).await;
    assert!((400..500).contains(&answer.status), "{answer}");
    let files = || std::fs::read_dir(server.data().join("uploads").join(".incoming")).unwrap().count();
    assert_eq!(files(), 0);
    assert_eq!(owner.send(owner.signed(&upload).body(vec![b'a'; SIZE])).await.status, 204);
    let grown = server.memory_peak_mib() - before;
    assert!(grown < 24, "{grown} MiB more for files of 48 MiB");
    assert_eq!(files(), 0);
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_beforehand() {
    let server = Server::plan().with("AIHIO__HTTP__UPLOAD_BYTES_MAX", "2000").start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let asked = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 2001 });
    let answer = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await;
    assert!(matches!(answer.status, 413 | 422), "{answer}");
}

fn says_what_to_do(job: &Value) -> bool {
    let error = &job["error"];
    error["code"].is_string() && error["message"].as_str().is_some_and(|message| message.len() > 10)
}
