//! A change is written as a draft, tried with the owner's questions, published, and taken back.

use serde_json::{Value, json};

use crate::support::Folder;
use crate::support::api::Api;
use crate::support::model::{Model, Turn};
use crate::support::server::Server;

#[tokio::test]
async fn a_draft_is_tried_before_it_is_published_and_can_be_taken_back() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = tried_chatbot(&owner).await;
    let draft = json!({ "behaviour": { "evidence_min": 1.0, "refusal": "No idea." } });
    put(&owner, &format!("/v1/chatbots/{chatbot}/draft"), draft.clone()).await;
    let shown = owner.get(&format!("/v1/chatbots/{chatbot}/draft")).await.expect(200);
    assert_eq!(shown["change"], draft);
    let question = "How long does the warranty of the pump last?";
    assert_ne!(
        owner.asks(&chatbot, question).await["message"]["text"],
        "No idea.",
        "a draft is not in force"
    );

    let run = owner.post(&format!("/v1/chatbots/{chatbot}/evaluation/runs"), json!({})).await.expect(200);
    assert_eq!((&run["current"]["passed"], &run["current"]["failed"]), (&json!(2), &json!(0)), "{run}");
    assert_eq!((&run["candidate"]["passed"], &run["candidate"]["failed"]), (&json!(1), &json!(1)), "{run}");
    let item = &run["items"][0];
    assert_eq!((&item["change"], &item["candidate"]["text"]), (&json!("worse"), &json!("No idea.")));
    assert_eq!(item["candidate"]["missing"], json!(["three years"]));

    let publish = format!("/v1/chatbots/{chatbot}/draft/publish");
    owner.post(&publish, json!({})).await.problem(409);
    let published = owner.post(&publish, json!({ "when": "always" })).await.expect(200);
    assert_eq!(owner.asks(&chatbot, question).await["message"]["text"], "No idea.");
    owner.get(&format!("/v1/chatbots/{chatbot}/draft")).await.problem(404);
    let before = published["config_version"].as_u64().unwrap() - 1;
    owner.post(&format!("/v1/chatbots/{chatbot}/versions/{before}/restore"), json!({})).await.expect(200);
    assert_ne!(owner.asks(&chatbot, question).await["message"]["text"], "No idea.", "rolled back");
}

#[tokio::test]
async fn a_draft_that_is_no_worse_is_published_at_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = tried_chatbot(&owner).await;
    put(&owner, &format!("/v1/chatbots/{chatbot}/draft"), json!({ "name": "Better" })).await;
    let published = owner.post(&format!("/v1/chatbots/{chatbot}/draft/publish"), json!({})).await.expect(200);
    assert_eq!(published["name"], "Better");
}

#[tokio::test]
async fn drafts_and_questions_that_do_not_fit_are_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    for (path, body) in [
        ("draft", json!({ "behaviour": { "evidence_min": 7 } })),
        ("draft", json!({ "nonsense": 1 })),
        ("evaluation/questions", json!({ "items": [{ "question": "" }] })),
        ("evaluation/questions", json!({ "items": [{ "question": "Why?", "facts": [] }] })),
    ] {
        let request = owner.request(reqwest::Method::PUT, &format!("/v1/chatbots/{chatbot}/{path}"));
        owner.send(request.json(&body)).await.problem(422);
    }
    let empty = owner.get(&format!("/v1/chatbots/{chatbot}/evaluation/questions")).await.expect(200);
    assert_eq!(empty, json!({ "items": [] }));
}

#[tokio::test]
async fn answers_to_the_owners_questions_are_counted_and_take_credits() {
    let folder = Folder::new();
    let plans = folder.path().join("plans.toml");
    std::fs::write(&plans, "[tiny]\nname = \"Tiny\"\nanswers_per_month = 5\n").unwrap();
    let plan = Server::plan()
        .with("AIHIO__BILLING__PLANS_FILE", plans.display().to_string())
        .with("AIHIO__BILLING__DEFAULT_PLAN", "tiny");
    let model = Model::with([Turn::saying("Three years. [1]"), Turn::Fails(400)]).await;
    let server = model.known_to(plan).start().await;
    let owner = server.owner().await;
    let chatbot = tried_chatbot(&owner).await;
    let runs = format!("/v1/chatbots/{chatbot}/evaluation/runs");
    owner.post(&runs, json!({})).await.expect(200);
    assert_eq!(used(&owner).await, json!({ "answer": 2, "evaluation": 2 }));

    let change = json!({ "change": { "name": "Other" } });
    let refused = owner.post(&runs, change).await.problem(402);
    assert_eq!(refused["code"], "quota_exceeded", "four answers, and three credits are left");
    assert_eq!(used(&owner).await, json!({ "answer": 2, "evaluation": 2 }), "so none is given");

    owner
        .change(&chatbot, json!({ "answerer": { "kind": "llm" }, "behaviour": { "evidence_min": 0.0 } }))
        .await;
    let run = owner.post(&runs, json!({})).await.expect(200);
    let failed = run["items"].as_array().unwrap().iter().filter(|item| item["current"]["text"].is_null());
    assert_eq!(failed.count(), 1, "{run}");
    let counted = used(&owner).await;
    assert_eq!(
        (&counted["answer"], &counted["evaluation"]),
        (&json!(3), &json!(3)),
        "a failure costs nothing"
    );
    assert_eq!(counted["completion_tokens"], run["current"]["completion_tokens"]);
    for _ in 0..2 {
        owner.asks(&chatbot, "Which colour is it?").await;
    }
    owner.post(&format!("/v1/chatbots/{chatbot}/messages"), json!({ "text": "And now?" })).await.problem(402);
}

/// What was used of each kind.
async fn used(owner: &Api) -> Value {
    let usage = owner.get("/v1/usage?by=day").await.expect(200);
    let mut sums = serde_json::Map::new();
    for row in usage["items"].as_array().unwrap() {
        let kind = row["kind"].as_str().unwrap();
        let before = sums.get(kind).and_then(Value::as_u64).unwrap_or(0);
        sums.insert(kind.to_owned(), json!(before + row["amount"].as_u64().unwrap()));
    }
    sums.into()
}

/// A chatbot with something to read and two questions, one of which nothing answers.
async fn tried_chatbot(owner: &Api) -> String {
    let chatbot = owner.chatbot("Pumps").await;
    owner.reads(&chatbot, "Warranty", "The warranty of the pump lasts three years.").await;
    let questions = json!({ "items": [
        { "question": "How long does the warranty of the pump last?", "expected": ["three years"] },
        { "question": "Who won the chess championship in Reykjavik?", "expected": [] },
    ] });
    let path = format!("/v1/chatbots/{chatbot}/evaluation/questions");
    put(owner, &path, questions.clone()).await;
    assert_eq!(owner.get(&path).await.expect(200), questions);
    chatbot
}

async fn put(owner: &Api, path: &str, body: Value) {
    let request = owner.request(reqwest::Method::PUT, path);
    owner.send(request.json(&body)).await.expect(200);
}
