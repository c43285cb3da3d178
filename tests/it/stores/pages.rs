//! Lists in pieces.

use aihio::store::{AuditEntry, Cursor, InvalidCursor, Page};
use aihio_actors::ports::Journal;

use super::fixture::{Conversation, at, chatbot, source, tenant};
use crate::support::store::TestStore;

on_both!(
    pages_together_are_the_whole_list_newest_first,
    what_is_added_meanwhile_moves_nothing,
    every_list_ends,
);

async fn pages_together_are_the_whole_list_newest_first(store: TestStore) {
    let tenant = tenant(&store).await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(chatbot(&tenant).await);
    }
    made.reverse();
    let mut found = Vec::new();
    let mut page = Page { limit: 3, cursor: None };
    let mut sizes = Vec::new();
    loop {
        let part = tenant.chatbots(&page).await.unwrap();
        sizes.push(part.items.len());
        found.extend(part.items.iter().map(|item| item.record.chatbot_id));
        let Some(next) = part.next_cursor else { break };
        page.cursor = Some(Cursor::parse(&next).unwrap());
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(found, made);
}

async fn what_is_added_meanwhile_moves_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (oldest, _) = source(&tenant, bot).await;
    source(&tenant, bot).await;
    let first = tenant.sources(bot, &Page { limit: 1, cursor: None }).await.unwrap();
    source(&tenant, bot).await;
    let cursor = Cursor::parse(&first.next_cursor.unwrap()).unwrap();
    let second = tenant.sources(bot, &Page { limit: 1, cursor: Some(cursor) }).await.unwrap();
    assert_eq!(second.items[0].source_id, oldest);
    assert_eq!(second.next_cursor, None);
}

async fn every_list_ends(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talks = [Conversation::with(&tenant, bot), Conversation::with(&tenant, bot)];
    store.append(&talks.each_ref().map(Conversation::opens)).await.unwrap();
    for action in ["chatbot.created", "chatbot.deleted"] {
        let entry = AuditEntry {
            actor: "user:1".into(),
            action: action.into(),
            subject: "chatbot:1".into(),
            at: at("10:00:00"),
        };
        tenant.audit(entry).await.unwrap();
    }
    let page = Page { limit: 2, cursor: None };
    let sessions = tenant.sessions(bot, &page).await.unwrap();
    assert_eq!((sessions.items.len(), sessions.next_cursor), (2, None));
    let log = tenant.audit_log(&page).await.unwrap();
    assert_eq!((log.items.len(), log.next_cursor), (2, None));
    let nothing = tenant.chatbots(&Page { limit: 0, cursor: None }).await.unwrap();
    assert_eq!((nothing.items, nothing.next_cursor), (vec![], None));
}

#[test]
fn a_stranger_s_cursor_is_refused() {
    for wrong in ["", "x", "AAAA", "!!!!!!!!!!!!!!!!!!!!!!"] {
        assert_eq!(Cursor::parse(wrong), Err(InvalidCursor), "{wrong:?}");
    }
}
