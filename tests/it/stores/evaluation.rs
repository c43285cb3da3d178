//! Drafts, and the questions that they are tried with.

use aihio::store::{Draft, EvaluationQuestion, Existence};
use serde_json::{Map, Value, json};

use super::fixture::{at, chatbot, tenant};
use crate::support::store::TestStore;

on_both!(
    questions_are_kept_as_they_were_written,
    a_draft_is_kept_until_it_is_discarded,
    what_belongs_to_another_account_is_neither_read_nor_written,
);

fn question(text: &str, expected: &[&str]) -> EvaluationQuestion {
    let expected = expected.iter().map(ToString::to_string).collect();
    EvaluationQuestion { question: text.into(), expected }
}

fn change(name: &str) -> Map<String, Value> {
    json!({ "name": name, "behaviour": { "greeting": null } }).as_object().unwrap().clone()
}

async fn questions_are_kept_as_they_were_written(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    assert_eq!(tenant.evaluation_questions(bot).await.unwrap(), []);
    for questions in [vec![question("Why „so“?", &["weil", "da"]), question("Who?", &[])], Vec::new()] {
        tenant.save_evaluation_questions(bot, &questions, at("10:00:00")).await.unwrap();
        assert_eq!(tenant.evaluation_questions(bot).await.unwrap(), questions);
    }
}

async fn a_draft_is_kept_until_it_is_discarded(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    assert_eq!(tenant.draft(bot).await.unwrap(), None);
    for (name, time) in [("Ada", "10:00:00"), ("Bo", "11:00:00")] {
        let draft = Draft { change: change(name), updated_at: at(time) };
        tenant.save_draft(bot, &draft).await.unwrap();
        assert_eq!(tenant.draft(bot).await.unwrap(), Some(draft));
    }
    assert_eq!(tenant.delete_draft(bot).await.unwrap(), Existence::Present);
    assert_eq!(tenant.delete_draft(bot).await.unwrap(), Existence::Absent);
}

async fn what_belongs_to_another_account_is_neither_read_nor_written(store: TestStore) {
    let (owner, stranger) = (tenant(&store).await, tenant(&store).await);
    let bot = chatbot(&owner).await;
    let draft = Draft { change: change("Ada"), updated_at: at("10:00:00") };
    owner.save_draft(bot, &draft).await.unwrap();
    owner.save_evaluation_questions(bot, &[question("Who?", &[])], at("10:00:00")).await.unwrap();
    stranger.save_draft(bot, &Draft { change: change("Eve"), updated_at: at("11:00:00") }).await.unwrap();
    stranger.save_evaluation_questions(bot, &[], at("11:00:00")).await.unwrap();
    assert_eq!(stranger.delete_draft(bot).await.unwrap(), Existence::Absent);
    assert_eq!((stranger.draft(bot).await.unwrap(), owner.draft(bot).await.unwrap()), (None, Some(draft)));
    assert_eq!(stranger.evaluation_questions(bot).await.unwrap(), []);
    assert_eq!(owner.evaluation_questions(bot).await.unwrap().len(), 1);
    owner.delete_chatbot(bot).await.unwrap();
    assert_eq!(owner.draft(bot).await.unwrap(), None, "it goes with its chatbot");
}
