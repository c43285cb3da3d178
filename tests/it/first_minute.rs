//! What somebody sees who starts it for the first time.

use std::time::Instant;

use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn an_empty_folder_becomes_a_chatbot_that_answers_with_quotes() {
    let began = Instant::now();
    let plan = Server::plan().without("AIHIO__OWNER__EMAIL").without("AIHIO__OWNER__PASSWORD");
    let mut server = plan.with("AIHIO__DEMO__ENABLED", "true").start().await;
    let ready = began.elapsed();
    let printed = server.printed();
    assert!(printed.contains(server.address()), "{printed}");
    let (email, password) =
        owner_in(&printed).unwrap_or_else(|| panic!("no owner's password in:\n{printed}"));

    let owner = server.anyone().signed_in(&email, &password).await;
    let chatbots = owner.get("/v1/chatbots").await.expect(200);
    let guide =
        chatbots["items"][0]["id"].as_str().unwrap_or_else(|| panic!("no chatbot: {chatbots}")).to_owned();
    let answer = crate::support::patience::until("the demo to have read its pages", async || {
        let mut visitor = Visitor::connects(&server, &guide).await;
        visitor.asks("Which database does aihio use by default?").await;
        let answer = visitor.sees_answer().await;
        (!answer.citations().is_empty()).then_some(answer)
    });
    let answer = answer.await;
    eprintln!("ready after {ready:?}, first cited answer after {:?}: {}", began.elapsed(), answer.text());

    server.restart().await;
    assert_eq!(owner_in(&server.printed()), None, "the password is printed once:\n{}", server.printed());
}

/// The e-mail address and password of the line `owner@localhost / otter-lamp-42`.
fn owner_in(printed: &str) -> Option<(String, String)> {
    let words: Vec<&str> = printed.split_whitespace().collect();
    let place = words.windows(3).position(|three| three[0].contains('@') && three[1] == "/")?;
    Some((words[place].to_owned(), words[place + 2].to_owned()))
}
