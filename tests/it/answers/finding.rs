//! Passages are found by meaning too, by whatever model says what texts mean.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::support::Folder;
use crate::support::api::Api;
use crate::support::model::{Model, Turn};
use crate::support::patience::until;
use crate::support::replay::replay;
use crate::support::server::{Plan, Server};
use crate::support::stub::{Request, Stub, respond};
use crate::support::visitor::Visitor;

const TEA: &str = "We brew it from leaves of Assam and pour it at four.";
const CUPS: &str = "Every mug is glazed in blue and holds half a litre.";

/// A model that knows that tea is brewed and that cups are mugs, and judges passages by their length.
async fn answer(down: Arc<AtomicBool>, request: Request, mut stream: TcpStream) {
    if down.load(Ordering::SeqCst) {
        return respond(&mut stream, "503 Service Unavailable", "", "").await;
    }
    let asked: Value = serde_json::from_str(&request.body).unwrap();
    let answer = if request.path.ends_with("/embeddings") {
        let texts =
            asked["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_lowercase());
        let meaning = |text: &str| {
            let holds = |words: [&str; 2]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
            [holds(["tea", "brew"]), holds(["cup", "mug"]), 0.1]
        };
        let entry = |(index, text): (usize, String)| json!({ "index": index, "embedding": meaning(&text) });
        json!({ "data": texts.enumerate().map(entry).collect::<Vec<_>>() })
    } else {
        let texts = asked["documents"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().len());
        let entry = |(index, length)| json!({ "index": index, "relevance_score": length });
        json!({ "results": texts.enumerate().map(entry).collect::<Vec<_>>() })
    };
    respond(&mut stream, "200 OK", "content-type: application/json\r\n", &answer.to_string()).await;
}

async fn model() -> (Stub, Arc<AtomicBool>) {
    let down = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&down);
    (Stub::serve(move |request, stream| answer(Arc::clone(&shared), request, stream)).await, down)
}

/// A server that asks the model what texts mean.
fn finding_with(model: &Stub) -> Plan {
    Server::plan()
        .with("AIHIO__EMBEDDINGS__KIND", "openai")
        .with("AIHIO__EMBEDDINGS__BASE_URL", format!("http://{}/v1", model.address()))
        .with("AIHIO__EMBEDDINGS__MODEL", "small")
}

/// What is found for a question, best first.
async fn found(owner: &Api, chatbot: &str, query: &str) -> Vec<Value> {
    let path = format!("/v1/chatbots/{chatbot}/search");
    let found = owner.post(&path, json!({ "query": query })).await.expect(200);
    found["items"].as_array().unwrap().clone()
}

async fn shop(owner: &Api) -> String {
    let chatbot = owner.chatbot("Shop").await;
    owner.reads(&chatbot, "One", TEA).await;
    owner.reads(&chatbot, "Other", CUPS).await;
    chatbot
}

#[tokio::test]
async fn other_words_for_the_same_are_found_and_every_stage_says_what_it_thinks() {
    let (model, down) = model().await;
    let server = finding_with(&model).start().await;
    let owner = server.owner().await;
    let chatbot = shop(&owner).await;
    let items = until("the vectors are searched", async || {
        Some(found(&owner, &chatbot, "Which cup?").await).filter(|items| items.len() == 2)
    })
    .await;
    assert_eq!(items[0]["text"], CUPS, "{items:?}");
    assert!(items[0]["scores"]["vector"].as_f64().unwrap() > 0.9 && items[0]["scores"]["bm25"].is_null());
    let items = found(&owner, &chatbot, "What is glazed in blue?").await;
    let scores = &items[0]["scores"];
    for stage in ["bm25", "vector", "fused", "closeness", "coverage"] {
        assert!(scores[stage].is_number(), "{stage} in {scores}");
    }
    down.store(true, Ordering::SeqCst);
    let items = found(&owner, &chatbot, "What is glazed in blue?").await;
    assert_eq!((&items[0]["text"], items.len()), (&json!(CUPS), 1), "words alone find it");
    assert!(items[0]["scores"]["vector"].is_null());
}

#[tokio::test]
async fn what_is_tried_finds_by_the_same_means_as_what_is_in_force() {
    let (meanings, _) = model().await;
    let model = Model::with((0..4).map(|_| Turn::saying("It is blue. [1]"))).await;
    let server = model.known_to(finding_with(&meanings)).start().await;
    let owner = server.owner().await;
    let chatbot = shop(&owner).await;
    let question = "Which cup?";
    let anything = json!({ "answerer": { "kind": "llm" }, "behaviour": { "evidence_min": 0.0 } });
    owner.change(&chatbot, anything).await;
    until("the vectors are searched", async || {
        found(&owner, &chatbot, question).await.iter().any(|item| item["text"] == CUPS).then_some(())
    })
    .await;

    let evaluation = format!("/v1/chatbots/{chatbot}/evaluation");
    let questions = json!({ "items": [{ "question": question, "expected": ["blue"] }] });
    let put = owner.request(reqwest::Method::PUT, &format!("{evaluation}/questions"));
    owner.send(put.json(&questions)).await.expect(200);
    let change = json!({ "change": { "behaviour": { "refusal": "No idea." } } });
    let run = owner.post(&format!("{evaluation}/runs"), change).await.expect(200);
    assert_eq!((&run["current"]["passed"], &run["candidate"]["passed"]), (&json!(1), &json!(1)), "{run}");

    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks(question).await;
    visitor.sees_answer().await;
    let again = replay(&server, &[&visitor.session_id, "--with-config", "2"]).await;
    assert!(again.stdout.contains("With configuration 2, 0 of 1 answers differ."), "{again:?}");

    let calls = model.calls();
    assert_eq!(calls.len(), 4, "in force, the draft, the visitor's and the one of the replay");
    for call in calls {
        let system = call["messages"][0]["content"].as_str().unwrap();
        assert!(system.contains(CUPS), "found by its meaning alone: {system}");
    }
}

#[tokio::test]
async fn a_reranker_has_the_last_word() {
    let (model, down) = model().await;
    let server = Server::plan()
        .with("AIHIO__RERANK__BASE_URL", format!("http://{}/v1", model.address()))
        .with("AIHIO__RERANK__MODEL", "judge")
        .with("AIHIO__RERANK__TIMEOUT_MILLIS", "30000")
        .start()
        .await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Shop").await;
    owner.reads(&chatbot, "Short", "Blue tea.").await;
    owner
        .reads(&chatbot, "Long", "Blue is what many things are here, and some of them are tea, but few.")
        .await;
    let titles = async || {
        let items = found(&owner, &chatbot, "blue tea").await;
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["Long", "Short"]);
    down.store(true, Ordering::SeqCst);
    assert_eq!(titles().await, ["Short", "Long"], "without it the order stays");
}

/// A model of static vectors with a handful of words.
fn write_model(folder: &Folder) -> (String, String) {
    let rows: [[f32; 2]; 5] = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]];
    let numbers: Vec<u8> = rows.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    let header = json!({ "e": { "dtype": "F32", "shape": [5, 2], "data_offsets": [0, numbers.len()] } });
    let header = header.to_string().into_bytes();
    let table = [(header.len() as u64).to_le_bytes().to_vec(), header, numbers].concat();
    let tokenizer = json!({
        "normalizer": { "type": "BertNormalizer", "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                   "vocab": { "[UNK]": 0, "tea": 1, "brew": 2, "cup": 3, "mug": 4 } },
    });
    let paths = (folder.path().join("table.safetensors"), folder.path().join("tokenizer.json"));
    std::fs::write(&paths.0, table).unwrap();
    std::fs::write(&paths.1, tokenizer.to_string()).unwrap();
    (paths.0.display().to_string(), paths.1.display().to_string())
}

#[tokio::test]
async fn what_was_read_without_a_model_gets_its_vectors_after_the_next_start() {
    let mut server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = shop(&owner).await;
    assert_eq!(found(&owner, &chatbot, "Which cup?").await, Vec::<Value>::new());
    let folder = Folder::new();
    let (table, tokenizer) = write_model(&folder);
    server.sets("AIHIO__EMBEDDINGS__KIND", "static");
    server.sets("AIHIO__EMBEDDINGS__TABLE_FILE", table);
    server.sets("AIHIO__EMBEDDINGS__TOKENIZER_FILE", tokenizer);
    server.restart().await;
    let owner = server.owner().await;
    let items = until("the vectors are there", async || {
        Some(found(&owner, &chatbot, "Which cup?").await).filter(|items| !items.is_empty())
    })
    .await;
    assert_eq!(items[0]["text"], CUPS);
    let jobs = owner.get(&format!("/v1/chatbots/{chatbot}/jobs")).await.expect(200);
    let stages = jobs["items"].as_array().unwrap().iter().filter(|job| job["stage"] == "embedding");
    assert_eq!(stages.count(), 2, "{jobs}");
}
