//! The listeners of a session: what each is owed, and what happens to those that don't keep up.

use std::sync::Arc;

use super::outlet::{CloseReason, Delivery, Item, ListenerId, Outlet, Responder};
use crate::kernel::Undelivered;
use crate::model::Publication;

#[derive(Debug)]
struct Listener {
    id: ListenerId,
    outlet: Arc<Outlet>,
    due: Vec<Item>,
    /// Pieces of the answer under way were left out: all of it so far is owed before what comes next of it.
    lagging: Option<Lag>,
}

#[derive(Debug, Clone, Copy)]
struct Lag {
    /// Deliveries that found no room.
    deliveries: u32,
    /// The number of the last piece that was left out.
    piece: u32,
}

/// All listeners of one session.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    all: Vec<Listener>,
    last: u64,
}

/// Deliveries in a row that a listener may miss before it is sent away.
const LAG_MAX: u32 = 64;

impl Listeners {
    /// Adds a listener.
    pub(super) fn attach(&mut self, outlet: Arc<Outlet>) -> ListenerId {
        self.last += 1;
        let id = ListenerId(self.last);
        self.all.push(Listener { id, outlet, due: Vec::new(), lagging: None });
        id
    }

    /// Removes a listener, if it is still there.
    pub(super) fn detach(&mut self, id: ListenerId) {
        self.all.retain(|listener| listener.id != id);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether whoever waits for an answer is among them.
    pub(super) fn has(&self, waiting: &Responder) -> bool {
        self.all.iter().any(|listener| waiting.is_for(listener.id, &listener.outlet))
    }

    /// Owes one listener an item.
    pub(super) fn owe(&mut self, id: ListenerId, item: Item) {
        if let Some(listener) = self.all.iter_mut().find(|listener| listener.id == id) {
            listener.due.push(item);
        }
    }

    /// Owes everybody a publication.
    pub(super) fn owe_all(&mut self, publication: &Arc<Publication>) {
        for listener in &mut self.all {
            if let Some(lag) = listener.lagging
                && let Some(whole) = publication.whole_answer(lag.piece)
            {
                listener.due.push(Item::Publication(whole.into()));
            }
            listener.due.push(Item::Publication(Arc::clone(publication)));
        }
    }

    /// Owes everybody a piece of an answer; those who lag are owed all of it so far in its stead.
    pub(super) fn owe_piece(&mut self, piece: &Arc<Publication>, so_far: impl Fn() -> Option<Publication>) {
        let mut snapshot = None;
        for listener in &mut self.all {
            let item = if listener.lagging.is_some() {
                snapshot
                    .get_or_insert_with(|| so_far().map(Arc::new))
                    .clone()
                    .unwrap_or_else(|| Arc::clone(piece))
            } else {
                Arc::clone(piece)
            };
            listener.due.push(Item::Publication(item));
        }
    }

    /// Hands over what is due. Who has gone is removed; who is full loses pieces, which a snapshot will make good,
    /// but is sent away before it loses anything else.
    pub(super) fn flush(&mut self) {
        self.all.retain_mut(|listener| {
            if listener.due.is_empty() {
                return true;
            }
            let due = std::mem::take(&mut listener.due);
            let last_piece = last_of_pieces(&due);
            // To whoever lags all of the answer so far is owed in place of its next piece.
            let makes_good = due.iter().any(|item| piece_of(item).is_some());
            match listener.outlet.deliver(Delivery(due)) {
                Ok(()) => {
                    listener.lagging = listener.lagging.filter(|_| !makes_good);
                    true
                }
                Err(Undelivered::Closed) => false,
                Err(Undelivered::Full) => {
                    let deliveries = listener.lagging.map_or(1, |lag| lag.deliveries + 1);
                    listener.lagging = last_piece.map(|piece| Lag { deliveries, piece });
                    let stays = listener.lagging.is_some() && deliveries < LAG_MAX;
                    if !stays {
                        listener.outlet.deliver_last(Delivery(vec![Item::Close(CloseReason::Slow)]));
                    }
                    stays
                }
            }
        });
    }

    /// Sends everybody away.
    pub(super) fn close(&mut self, reason: CloseReason) {
        for listener in self.all.drain(..) {
            let mut due = listener.due;
            due.push(Item::Close(reason));
            listener.outlet.deliver_last(Delivery(due));
        }
    }
}

impl Drop for Listeners {
    /// The session ended without closing: its listeners are told, so that they attach to its next life.
    fn drop(&mut self) {
        for listener in &self.all {
            listener.outlet.deliver_last(Delivery(vec![Item::Interrupted]));
        }
    }
}

/// The number of the piece that an item is or ends with.
fn piece_of(item: &Item) -> Option<u32> {
    match item {
        Item::Publication(publication) => publication.piece().map(|(_, n)| n),
        _ => None,
    }
}

/// The number of the last piece, where there is nothing but pieces.
fn last_of_pieces(due: &[Item]) -> Option<u32> {
    due.iter().map(piece_of).try_fold(0, |_, n| n)
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::model::{MessageId, PublicationData, Role, Timestamp};

    fn piece(n: u32) -> Arc<Publication> {
        let message_id = MessageId::from_uuid(uuid::Uuid::nil());
        Publication::ephemeral(PublicationData::Delta { message_id, n, text: "x".into() }).into()
    }

    fn answer(text: &str) -> Publication {
        Publication::ephemeral(PublicationData::Message {
            message_id: MessageId::from_uuid(uuid::Uuid::nil()),
            client_id: None,
            role: Role::Assistant,
            text: text.into(),
            reply_to: None,
            citations: Vec::new(),
            at: Timestamp::UNIX_EPOCH,
        })
    }

    fn snapshot() -> Option<Publication> {
        let message_id = MessageId::from_uuid(uuid::Uuid::nil());
        Some(Publication::ephemeral(PublicationData::Snapshot { message_id, n: 9, text: "all".into() }))
    }

    #[test]
    fn a_listener_that_missed_pieces_gets_all_so_far_instead_of_the_next_piece() {
        let (sender, mut receiver) = mpsc::channel(1);
        let mut listeners = Listeners::default();
        listeners.attach(Arc::new(Outlet::Channel(sender)));
        for n in 0..3 {
            listeners.owe_piece(&piece(n), snapshot);
            listeners.flush();
        }
        assert!(matches!(receiver.try_recv(), Ok(Delivery(items)) if items.len() == 1));
        listeners.owe_piece(&piece(3), snapshot);
        listeners.flush();
        let Ok(Delivery(items)) = receiver.try_recv() else { panic!("nothing came") };
        assert!(
            matches!(&items[..], [Item::Publication(p)] if matches!(p.data, PublicationData::Snapshot { .. }))
        );
    }

    #[test]
    fn a_listener_that_missed_the_last_pieces_gets_all_of_them_before_the_answer() {
        let (sender, mut receiver) = mpsc::channel(1);
        let mut listeners = Listeners::default();
        listeners.attach(Arc::new(Outlet::Channel(sender)));
        for n in 0..3 {
            listeners.owe_piece(&piece(n), snapshot);
            listeners.flush();
        }
        receiver.try_recv().unwrap();
        listeners.owe_all(&answer("xxx").into());
        listeners.flush();
        let Ok(Delivery(items)) = receiver.try_recv() else { panic!("nothing came") };
        let [Item::Publication(whole), Item::Publication(_)] = &items[..] else { panic!("{items:?}") };
        assert!(matches!(&whole.data, PublicationData::Snapshot { n: 9, text, .. } if text == "xxx"));
    }

    #[test]
    fn what_is_heard_between_pieces_makes_good_none_that_was_missed() {
        let (sender, mut receiver) = mpsc::channel(1);
        let mut listeners = Listeners::default();
        listeners.attach(Arc::new(Outlet::Channel(sender)));
        for n in 0..2 {
            listeners.owe_piece(&piece(n), snapshot);
            listeners.flush();
        }
        receiver.try_recv().unwrap();
        let typing = PublicationData::Typing { role: Role::Visitor, active: true };
        listeners.owe_all(&Publication::ephemeral(typing).into());
        listeners.flush();
        receiver.try_recv().unwrap();
        listeners.owe_piece(&piece(2), snapshot);
        listeners.flush();
        let Ok(Delivery(items)) = receiver.try_recv() else { panic!("nothing came") };
        assert!(
            matches!(&items[..], [Item::Publication(p)] if matches!(p.data, PublicationData::Snapshot { .. }))
        );
    }

    #[test]
    fn a_full_listener_is_sent_away_before_it_misses_anything_durable() {
        let (sender, _receiver) = mpsc::channel(1);
        let mut listeners = Listeners::default();
        let id = listeners.attach(Arc::new(Outlet::Channel(sender)));
        listeners.owe_piece(&piece(0), snapshot);
        listeners.flush();
        listeners.owe(id, Item::Reply(1, Ok(super::super::command::Reply::Done)));
        listeners.flush();
        assert!(listeners.is_empty());
    }

    #[test]
    fn listeners_of_a_session_that_vanished_are_told() {
        let (sender, mut receiver) = mpsc::channel(1);
        let mut listeners = Listeners::default();
        listeners.attach(Arc::new(Outlet::Channel(sender)));
        drop(listeners);
        assert!(
            matches!(receiver.try_recv(), Ok(Delivery(items)) if matches!(items[..], [Item::Interrupted]))
        );
    }
}
