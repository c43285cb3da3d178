//! Answers for which a model calls tools.

use super::visitor::Guest;
use super::{TestEngine, engine};
use crate::chatbot::session::handle::Since;
use crate::chatbot::session::{Command, Opening};
use crate::model::{
    AnswererKind, McpSource, RefusalCode, StandIn, Tokens, ToolAudience, ToolHeaders, ToolSource, ToolStatus,
    Tools, Visitor,
};
use crate::ports::MayCall;

/// Gives the world's chatbot tools, after `change`.
fn equip(engine: &TestEngine, change: impl FnOnce(&mut Tools)) {
    engine.world.configure(engine.world.chatbot, 1, |config| {
        let source = McpSource {
            name: "shop".into(),
            url: "https://shop.example/mcp".into(),
            tools: Vec::new(),
            headers: ToolHeaders::default(),
        };
        config.tools.sources.push(ToolSource::Mcp(source));
        config.answerer.fallback = vec![StandIn::from(AnswererKind::Llm)];
        change(&mut config.tools);
    });
}

/// A visitor whose site has signed who it is.
async fn member(engine: &TestEngine) -> Guest {
    let mut meta = engine.world.meta(engine.world.chatbot);
    meta.visitor = Visitor { id: Some("42".into()), hash: Some("proof".into()), ..Visitor::default() };
    Guest::opens(engine, engine.world.chatbot, Opening::New(Box::new(meta)), Since::Now).await.unwrap()
}

#[actix::test]
async fn a_model_reads_what_its_calls_bring_and_goes_on() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = member(&engine).await;
    let voice = engine.world.model.next_on_command();
    engine.world.model.next_says(&["It is ", "on its way."]);
    guest.is_heard("m1", "Where is order 7?").await;
    voice.say("One moment.");
    voice.call(&[("look", r#"{"order": 7}"#)]);
    assert_eq!(guest.is_answered().await, "One moment.\n\nIt is on its way.");
    assert_eq!(engine.world.tools.called(), [r#"{"order": 7}"#]);
    assert_eq!(engine.world.tools.visitors(), [Some("42".to_owned())]);

    let requests = engine.world.model.requests();
    let [round] = &requests[1].tools.rounds[..] else { panic!("one round is told: {:?}", requests[1]) };
    assert_eq!((round.said.as_str(), round.calls.len()), ("One moment.", 1));
    assert_eq!(round.calls[0].1.text, "⟦result of look⟧\n{\"order\": 7}\n⟦end of result⟧");
    assert!(requests[0].tools.rounds.is_empty() && requests[0].system.contains("results of tools"));

    let receipt = &engine.world.store.receipts()[0];
    assert_eq!(receipt.tokens, Tokens { prompt: 2, completion: 2 });
    let call = &receipt.tools[0];
    assert_eq!((call.tool.as_str(), call.round, call.status), ("look", 1, ToolStatus::Succeeded));
    assert_eq!((call.result_bytes, call.arguments_hash.len()), (12, 64));
    engine.drain().await;
}

#[actix::test]
async fn anonymous_visitors_are_answered_without_tools() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_calls(&[("look", "{}")]);
    guest.is_heard("m1", "Where is order 7?").await;
    // The stand-in answers: a call of what was not offered is no answer.
    assert_eq!(guest.is_answered().await, "Where is order 7?");
    assert!(engine.world.model.requests().iter().all(|request| request.tools.offered.is_empty()));
    assert!(engine.world.tools.visitors().is_empty() && engine.world.tools.called().is_empty());
    assert_eq!(engine.world.store.receipts()[0].tools, []);
    engine.drain().await;
}

#[actix::test]
async fn owners_may_let_everybody_use_tools() {
    let engine = engine();
    equip(&engine, |tools| tools.audience = ToolAudience::Everyone);
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_calls(&[("look", "{}")]);
    guest.is_heard("m1", "Open?").await;
    guest.is_answered().await;
    assert_eq!((engine.world.tools.visitors(), engine.world.tools.called().len()), (vec![None], 1));
    engine.drain().await;
}

#[actix::test]
async fn what_was_not_offered_is_not_called() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = member(&engine).await;
    engine.world.model.next_calls(&[("transfer_money", r#"{"to": "me"}"#)]);
    guest.is_heard("m1", "Pay!").await;
    guest.is_answered().await;
    assert!(engine.world.tools.called().is_empty());
    let told = &engine.world.model.requests()[1].tools.rounds[0].calls[0].1;
    assert!(told.status == ToolStatus::Rejected && told.text.contains("Tools are: look, wait."), "{told:?}");
    engine.drain().await;
}

#[actix::test]
async fn rounds_have_an_end_after_which_a_model_must_answer() {
    let engine = engine();
    equip(&engine, |tools| tools.rounds_max = 2);
    let mut guest = member(&engine).await;
    for _ in 0..3 {
        engine.world.model.next_calls(&[("look", "{}")]);
    }
    guest.is_heard("m1", "Again?").await;
    guest.is_answered().await;
    let allowed: Vec<MayCall> =
        engine.world.model.requests().iter().map(|request| request.tools.may_call).collect();
    // The third reply has no words, so the stand-in is asked with all that was found out.
    assert_eq!(allowed, [MayCall::Freely, MayCall::Freely, MayCall::NoMore, MayCall::NoMore]);
    assert_eq!(engine.world.tools.called().len(), 2);
    engine.drain().await;
}

#[actix::test]
async fn a_model_that_takes_over_reads_what_was_done_and_nothing_is_done_twice() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = member(&engine).await;
    engine.world.model.next_calls(&[("look", r#"{"cancel": true}"#)]);
    engine.world.model.next_fails();
    engine.world.model.next_says(&["Cancelled."]);
    guest.is_heard("m1", "Cancel it").await;
    assert_eq!(guest.is_answered().await, "Cancelled.");
    assert_eq!(engine.world.tools.called().len(), 1);
    assert_eq!(engine.world.model.requests()[2].tools.rounds.len(), 1);
    let receipt = &engine.world.store.receipts()[0];
    assert_eq!((receipt.passed_over.len(), receipt.tools.len()), (1, 1));
    engine.drain().await;
}

#[actix::test]
async fn a_tool_that_says_nothing_is_given_up_in_time() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = member(&engine).await;
    engine.world.model.next_calls(&[("wait", "{}"), ("look", "{}")]);
    engine.world.model.next_says(&["Half of it."]);
    let asked = tokio::time::Instant::now();
    guest.is_heard("m1", "Both?").await;
    assert_eq!(guest.is_answered().await, "Half of it.");
    assert_eq!(asked.elapsed().as_secs(), 10);
    let tools = &engine.world.store.receipts()[0].tools;
    let statuses: Vec<ToolStatus> = tools.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [ToolStatus::TimedOut, ToolStatus::Succeeded]);
    engine.drain().await;
}

#[actix::test]
async fn stopping_an_answer_ends_the_call_under_way() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = member(&engine).await;
    engine.world.model.next_calls(&[("wait", "{}")]);
    let (_, message_id) = guest.is_heard("m1", "Wait").await;
    engine.until("the tool is called", |engine| engine.world.tools.called().len() == 1).await;
    guest.commands(Command::StopAnswer { message_id }).await.unwrap();
    guest.is_told_by_the_system().await;
    engine.until("the call is given up", |engine| engine.world.tools.given_up() == 1).await;
    engine.drain().await;
}

#[actix::test]
async fn a_model_that_breaks_off_after_a_round_breaks_the_answer_off() {
    let engine = engine();
    equip(&engine, |_| {});
    let mut guest = member(&engine).await;
    let voice = engine.world.model.next_on_command();
    engine.world.model.next_fails();
    guest.is_heard("m1", "Order 7?").await;
    voice.say("One moment.");
    voice.call(&[("look", "{}")]);
    let code = guest.hears(|data| match data {
        crate::model::PublicationData::Notice(notice) => Some(notice.code),
        _ => None,
    });
    assert_eq!(code.await, RefusalCode::AnswerFailed.number());
    engine.drain().await;
}
