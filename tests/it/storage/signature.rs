//! Signed addresses, held against Amazon's specification of Signature Version 4 and not against the library that made
//! them: the store of these tests checks none.

use std::collections::BTreeMap;

use ring::{digest, hmac};
use serde_json::json;
use url::Url;

use crate::support::object_store::{BUCKET, KEY_ID, ObjectStore, REGION, SECRET};
use crate::support::server::Server;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// The signature that an address must have ("Authenticating Requests: Using Query Parameters").
fn signature(url: &Url, headers: &BTreeMap<String, String>) -> String {
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    // The query is escaped already, as it stands; sorted, without the signature.
    let mut pairs: Vec<&str> =
        url.query().unwrap().split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    pairs.sort_unstable();
    let signed = &query["X-Amz-SignedHeaders"];
    let lines: String = signed.split(';').map(|name| format!("{name}:{}\n", headers[name].trim())).collect();
    let request = format!("PUT\n{}\n{}\n{lines}\n{signed}\nUNSIGNED-PAYLOAD", url.path(), pairs.join("&"));
    let (day, scope) = (&query["X-Amz-Date"][..8], query["X-Amz-Credential"].split_once('/').unwrap().1);
    let hashed = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{hashed}", query["X-Amz-Date"]);
    let day_key = mac(format!("AWS4{SECRET}").as_bytes(), day);
    let key = ["s3", "aws4_request"].iter().fold(mac(&day_key, REGION), |key, part| mac(&key, part));
    hex(&mac(&key, &text))
}

#[tokio::test]
async fn an_address_is_signed_for_one_file_alone() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let asked = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 5, "sha256": sha256 });
    let upload = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201);
    let url: Url = upload["url"].as_str().unwrap().parse().unwrap();
    let sent = upload["headers"].as_object().unwrap();
    let mut headers: BTreeMap<String, String> =
        sent.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    headers.insert("host".into(), store.url().replace("http://", ""));
    headers.insert("content-length".into(), "5".into());
    let given = url.query_pairs().find(|(name, _)| name == "X-Amz-Signature").unwrap().1.into_owned();
    assert_eq!(given, signature(&url, &headers), "{url}");

    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert!(
        query["X-Amz-Credential"].starts_with(KEY_ID)
            && query["X-Amz-Expires"].parse::<u32>().unwrap() <= 900
    );
    assert!(url.path().starts_with(&format!("/{BUCKET}/uploads/")) && !url.path().contains("a.txt"), "{url}");
    for (name, other) in
        [("content-length", "6"), ("content-type", "text/html"), ("x-amz-checksum-sha256", "AAAA")]
    {
        let mut changed = headers.clone();
        assert!(changed.insert(name.into(), other.into()).is_some(), "{name} is not signed: {headers:?}");
        assert_ne!(given, signature(&url, &changed), "{name}");
    }
}
