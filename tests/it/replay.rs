//! A recorded conversation is lived again, byte for byte, and answered with other configurations.

use sea_orm::{ConnectionTrait, Database};
use serde_json::json;

use crate::support::model::{Model, Turn};
use crate::support::patience::until;
use crate::support::postgres;
use crate::support::replay::{recording, replay, replay_every_conversation, replay_holding};
use crate::support::server::{Plan, Server};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn on_sqlite_conversations_of_every_kind_are_byte_equal_across_a_kill() {
    conversations_are_byte_equal_across_a_kill(Server::plan()).await;
}

#[tokio::test]
async fn on_postgresql_conversations_of_every_kind_are_byte_equal_across_a_kill() {
    let url = postgres::empty().await;
    conversations_are_byte_equal_across_a_kill(Server::plan().with("AIHIO__DATABASE__URL", url)).await;
}

async fn conversations_are_byte_equal_across_a_kill(plan: Plan) {
    let model = Model::with([
        Turn::saying("The pump is blue."),
        Turn::dripping("one two three"),
        Turn::Fails(400),
        Turn::saying("Still blue."),
    ])
    .await;
    let mut server = recording(model.known_to(plan)).start().await;
    let owner = server.owner().await;
    let quoting = owner.chatbot("Quoting").await;
    owner.reads(&quoting, "The pump", "The colour of the pump is blue.").await;
    let mut visitors = [
        Visitor::connects(&server, &owner.model_chatbot("scripted").await).await,
        Visitor::connects(&server, &owner.echo_chatbot().await).await,
        Visitor::connects(&server, &quoting).await,
    ];
    let mut heard = vec![Vec::new(); visitors.len()];

    for visitor in &mut visitors {
        visitor.asks("What is the colour of the pump?").await;
        visitor.sees_answer().await;
    }
    let [asker, ..] = &mut visitors;
    asker.asks("What is the colour of the pump now?").await;
    model.lets(1);
    let piece = asker.sees("delta").await;
    let stop = json!({ "message_id": piece.data["message_id"] });
    asker.calls("answer.stop", stop).await.unwrap();
    asker.sees_message_from("assistant").await;
    asker.asks("What is the colour of the pump, then?").await;
    asker.sees("notice").await;

    for (visitor, heard) in visitors.iter_mut().zip(&mut heard) {
        let session = format!("/v1/sessions/{}", visitor.session_id);
        owner.post(&format!("{session}/takeover"), json!({})).await.expect(200);
        visitor.sees("state").await;
        heard.append(&mut visitor.wire().heard);
        visitor.is_cut();
        owner.post(&format!("{session}/messages"), json!({ "text": "A person speaks." })).await;
        assert!(visitor.returns().await, "the gap is filled");
        assert_eq!(visitor.sees_message_from("agent").await.data["text"], "A person speaks.");
        owner.post(&format!("{session}/release"), json!({})).await.expect(200);
        visitor.sees("state").await;
        heard.append(&mut visitor.wire().heard);
        let last = heard.last().map_or("", String::as_str);
        replay_holding(&server, &visitor.session_id, last).await;
    }
    server.kill();
    server.restart().await;
    for (visitor, heard) in visitors.iter_mut().zip(&mut heard) {
        assert!(visitor.returns_to(&server).await, "nothing is missing after the kill");
        visitor.asks("What is the colour of the pump after all?").await;
        visitor.sees_answer().await;
        heard.append(&mut visitor.wire().heard);
    }
    server.stop().await;

    for (visitor, heard) in visitors.iter().zip(&heard) {
        every_line_is_handed_out_again(&server, &visitor.session_id, heard).await;
    }
    assert_eq!(replay_every_conversation(&server).await, visitors.len());
}

/// What the visitor's socket said is in the replay, byte for byte and in that order.
async fn every_line_is_handed_out_again(server: &Server, session: &str, heard: &[String]) {
    let said = replay(server, &[session, "--json"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("byte-equal: ") && said.stderr.contains("in 2 lives"), "{}", said.stderr);
    let mut lines = said.stdout.lines();
    let of_the_session = |line: &&String| line.contains(r#""push""#) || line.contains(r#""rpc""#);
    let heard: Vec<&String> = heard.iter().filter(of_the_session).collect();
    assert!(heard.len() >= 6, "{heard:?}");
    for line in heard {
        assert!(lines.any(|replayed| replayed == line), "not handed out again: {line}\nby\n{}", said.stdout);
    }
}

#[tokio::test]
async fn a_conversation_is_told_to_people_with_what_happened_and_what_was_handed_out() {
    let server = recording(Server::plan()).start().await;
    let mut visitor = Visitor::connects(&server, &server.owner().await.echo_chatbot().await).await;
    visitor.asks("Is \u{1b}[31manybody there?").await;
    visitor.sees_answer().await;
    replay_holding(&server, &visitor.session_id, "anybody there?").await;
    let said = replay(&server, &[&visitor.session_id]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    for line in [
        "Life 1 began on ",
        "> the visitor says: Is [31manybody there?",
        "< reply 2: stored at 1",
        "< 1 visitor: Is [31manybody there?",
        "< 2 assistant: Is [31manybody there?",
        "Life 1 breaks off here",
        "byte-equal: ",
    ] {
        assert!(said.stdout.contains(line), "no `{line}` in\n{}", said.stdout);
    }
}

#[tokio::test]
async fn a_recording_that_was_tampered_with_is_caught() {
    let mut server = recording(Server::plan()).start().await;
    let mut visitor = Visitor::connects(&server, &server.owner().await.echo_chatbot().await).await;
    for text in ["one", "two", "three"] {
        visitor.asks(text).await;
        visitor.sees_answer().await;
    }
    server.stop().await;
    let session = visitor.session_id.as_str();
    let replayed = replay(&server, &[session]).await;
    assert!(replayed.code == 0 && replayed.stdout.contains("Life 1 ended at "), "{}", replayed.stdout);

    let handed_out = "payload LIKE '%\"kept\"%' AND payload LIKE '%three%'";
    change(
        &server,
        &format!("UPDATE session_inputs SET payload = replace(payload, 'three', 'tree') WHERE {handed_out}"),
    )
    .await;
    let said = replay(&server, &[session]).await;
    assert_eq!(said.code, 1, "{}", said.stdout);
    assert!(said.stdout.contains("not byte-equal: life 1, step "), "{}", said.stdout);
    assert!(said.stdout.contains("\n  recorded  {\"push\":") && said.stdout.contains("\"text\":\"tree\""));
    assert!(said.stdout.contains("\n  replayed  {\"push\":") && said.stdout.contains("\"text\":\"three\""));
    let all = replay(&server, &["--all"]).await;
    assert!(
        all.code == 1 && all.stdout.contains("1 of 1 conversations are not byte-equal."),
        "{}",
        all.stdout
    );

    change(&server, "DELETE FROM session_inputs WHERE nth = 2").await;
    let said = replay(&server, &[session]).await;
    assert_eq!(said.code, 1, "{}", said.stdout);
    assert!(said.stdout.contains("not whole: life 1 has a hole at step 2"), "{}", said.stdout);

    change(&server, "UPDATE session_inputs SET version = 99").await;
    let said = replay(&server, &[session]).await;
    assert!(said.code == 1 && said.stderr.contains("newer version of aihio"), "{}", said.stderr);
}

/// Changes what the server has stored, behind its back.
async fn change(server: &Server, sql: &str) {
    let url = format!("sqlite://{}/aihio.db", server.data().display());
    let database = Database::connect(url).await.unwrap();
    let changed = database.execute_unprepared(sql).await.unwrap().rows_affected();
    database.close().await.unwrap();
    assert!(changed > 0, "nothing was changed by {sql}");
}

#[tokio::test]
async fn a_recording_that_can_not_keep_up_says_so_and_is_not_called_equal() {
    let server = recording(Server::plan()).with("AIHIO__RECORDING__QUEUE_STEPS_MAX", "1").start().await;
    let mut visitor = Visitor::connects(&server, &server.owner().await.echo_chatbot().await).await;
    let said = until("a hole in the recording", async || {
        for _ in 0..20 {
            visitor.begins(json!({ "rpc": { "method": "typing.set", "data": { "active": true } } })).await;
        }
        visitor.asks("Are you still writing?").await;
        let said = replay(&server, &[&visitor.session_id]).await;
        said.stdout.contains("not whole: life 1 has a hole at step ").then_some(said)
    })
    .await;
    assert_eq!(said.code, 1, "{}", said.stdout);
    assert!(!said.stdout.contains("byte-equal: "), "{}", said.stdout);
    assert!(said.stdout.contains("The recording ends at position "), "{}", said.stdout);
}

#[tokio::test]
async fn what_can_not_be_replayed_is_refused_with_a_reason() {
    let mut server = Server::start().await;
    let mut visitor = Visitor::connects(&server, &server.owner().await.echo_chatbot().await).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;
    let session = visitor.session_id.as_str();
    let unrecorded = replay(&server, &[session]).await;
    assert_eq!(unrecorded.code, 1);
    assert!(unrecorded.stderr.contains("nothing is recorded of the conversation"), "{}", unrecorded.stderr);
    assert!(unrecorded.stderr.contains("AIHIO__RECORDING__ENABLED=true"), "{}", unrecorded.stderr);

    let unknown = replay(&server, &["00000000-0000-7000-8000-000000000000"]).await;
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("there is no conversation 00000000"), "{}", unknown.stderr);
    assert_eq!(replay(&server, &["no-id"]).await.code, 2);
    assert_eq!(replay(&server, &[]).await.code, 2);
    let version = replay(&server, &[session, "--with-config", "9"]).await;
    assert!(version.code == 1 && version.stderr.contains("has no configuration 9"), "{}", version.stderr);
    server.stop().await;
}

#[tokio::test]
async fn a_recording_goes_with_its_conversation() {
    let server = recording(Server::plan()).start().await;
    let owner = server.owner().await;
    let mut visitor = Visitor::connects(&server, &owner.echo_chatbot().await).await;
    visitor.asks("forget this").await;
    visitor.sees_answer().await;
    replay_holding(&server, &visitor.session_id, "forget this").await;
    owner.delete(&format!("/v1/sessions/{}", visitor.session_id)).await.expect(204);
    let said = replay(&server, &[&visitor.session_id]).await;
    assert!(said.code == 1 && said.stderr.contains("there is no conversation"), "{}", said.stderr);
    let all = replay(&server, &["--all"]).await;
    assert!(all.stdout.contains("No conversation is recorded here."), "{}", all.stdout);
}

#[tokio::test]
async fn another_configuration_shows_how_it_would_have_answered() {
    let model = Model::with([Turn::saying("It is blue, says the model. [1]")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Ada").await;
    owner.reads(&chatbot, "The pump", "The colour of the pump is blue.").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What is the colour of the pump?").await;
    visitor.sees_answer().await;
    visitor.asks("Who won the chess match in Reykjavik?").await;
    visitor.sees_answer().await;
    let changed =
        owner.change(&chatbot, json!({ "answerer": { "kind": "llm", "provider": "scripted" } })).await;
    assert_eq!(changed["config_version"], 2, "{changed}");

    let same = replay(&server, &[&visitor.session_id, "--with-config", "1"]).await;
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(same.stdout.contains("With configuration 1, 0 of 2 answers differ."), "{}", same.stdout);

    let other = replay(&server, &[&visitor.session_id, "--with-config", "2"]).await;
    assert_eq!(other.code, 0, "{}", other.stderr);
    for line in [
        "1. What is the colour of the pump?",
        "then  (configuration 1, extractive)",
        "now   (configuration 2, scripted)",
        "It is blue, says the model. [1]",
        "[1] The pump: \"The colour of the pump is blue.\"",
        "With configuration 2, 1 of 2 answers differ.",
    ] {
        assert!(other.stdout.contains(line), "no `{line}` in\n{}", other.stdout);
    }
    assert_eq!(model.calls().len(), 1, "without evidence no model is asked");
}
