//! `aihio doctor` looks at the bucket, and `--fix` opens it to the dashboard's pages.

use std::process::Output;

use reqwest::Method;

use crate::support::object_store::ObjectStore;
use crate::support::server::Server;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn the_bucket_is_opened_to_the_dashboard_and_its_other_rules_stay() {
    let Some(store) = ObjectStore::start().await else { return };
    let others = "<CORSConfiguration><CORSRule><AllowedOrigin>https://shop.example.com</AllowedOrigin>\
        <AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    assert_eq!(store.asks(Method::PUT, "?cors", others).await.0, 200);
    let plan = store.keeps(Server::plan()).with("AIHIO__HTTP__PUBLIC_URL", "https://chat.example.com");
    let server = plan.start().await;

    let before = server.runs(&["doctor"]).await;
    assert!(!before.status.success(), "{}", said(&before));
    assert!(said(&before).contains("objects can be written, read and deleted"), "{}", said(&before));
    assert!(said(&before).contains("aihio doctor --fix"), "{}", said(&before));

    let mending = server.runs(&["doctor", "--fix"]).await;
    assert!(mending.status.success() && said(&mending).contains("mended"), "{}", said(&mending));
    let after = server.runs(&["doctor"]).await;
    assert!(after.status.success() && !said(&after).contains("mended"), "{}", said(&after));

    let rules = store.asks(Method::GET, "?cors", "").await.1;
    for words in ["https://shop.example.com", "https://chat.example.com", "PUT", "ETag", "content-type"] {
        assert!(rules.contains(words), "{words} is not in {rules}");
    }
    assert_eq!(store.listed().await.matches("<Key>").count(), 0, "nothing that was tried stays");
}

#[tokio::test]
async fn what_is_wrong_with_the_store_is_said_with_its_cure() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).with("AIHIO__STORAGE__S3__BUCKET", "nobodys").start().await;
    let missing = said(&server.runs(&["doctor"]).await);
    assert!(missing.contains("no such bucket") && missing.contains("storage.s3.bucket"), "{missing}");

    let nowhere = store.keeps(Server::plan()).with("AIHIO__STORAGE__S3__ENDPOINT", "http://127.0.0.1:9");
    let unreachable = said(&nowhere.start().await.runs(&["doctor"]).await);
    assert!(unreachable.contains("can't be reached") && unreachable.contains("endpoint"), "{unreachable}");
    assert!(
        !missing.contains("wJalrXUtnFEMI") && !unreachable.contains("wJalrXUtnFEMI"),
        "the key is never shown"
    );
}
