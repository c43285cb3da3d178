//! The mutant that lets one conversation hear another. Part of no release.

use std::cell::RefCell;
use std::sync::Arc;

use super::outlet::{Delivery, Item, Outlet};
use crate::kernel::mutant::Mutant;
use crate::model::{Publication, SessionId};

thread_local! {
    /// Who attached last on this thread, and to which conversation.
    static NEIGHBOUR: RefCell<Option<(SessionId, Arc<Outlet>)>> = const { RefCell::new(None) };
}

/// Remembers a listener as a possible neighbour of other conversations.
pub(super) fn remember(session: SessionId, outlet: &Arc<Outlet>) {
    if Mutant::LeakFrame.runs() {
        NEIGHBOUR.replace(Some((session, Arc::clone(outlet))));
    }
}

/// Hands a publication to the neighbour, if that listens to another conversation.
pub(super) fn to_a_neighbour(session: SessionId, publication: &Arc<Publication>) {
    NEIGHBOUR.with_borrow(|neighbour| {
        if let Some((_, outlet)) = neighbour.as_ref().filter(|(theirs, _)| *theirs != session) {
            let _ = outlet.deliver(Delivery(vec![Item::Publication(Arc::clone(publication))]));
        }
    });
}
