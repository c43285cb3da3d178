//! How the root starts the way to other processes, and what lives in this one as they see it.

use std::sync::Arc;

use actix::{AsyncContext, Context, Handler};
use uuid::Uuid;

use super::{Directory, Supervisor};
use crate::chatbot::session::{CloseReason, SessionHandle};
use crate::exchange::wire::{News, Place};
use crate::exchange::{Exchange, Residents, TheExchange};
use crate::kernel::{ActorKind, ChildDown, start_here};
use crate::model::SessionId;

impl Supervisor {
    pub(super) fn start_exchange(&mut self, ctx: &mut Context<Self>) {
        let Some(handle) = self.shared.exchange.clone() else { return };
        let generation = self.exchange.generation(&TheExchange);
        let birth = self.birth(TheExchange, (ActorKind::Exchange, Uuid::nil()), generation, ctx);
        let residents: Arc<dyn Residents> = self.shared.directory.clone();
        let exchange = Exchange::new(birth, &handle, residents);
        let vital = Arc::clone(exchange.life().vital());
        let addr = start_here(exchange, self.shared.limits.actor_mailbox_len);
        let mailbox = self.mailbox(addr, ActorKind::Exchange, vital);
        handle.moved_to(mailbox.clone());
        self.exchange.started(TheExchange, mailbox);
    }
}

impl Handler<ChildDown<TheExchange>> for Supervisor {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<TheExchange>, ctx: &mut Context<Self>) {
        if let Some(delay) = self.judged_or_rests(|root| &mut root.exchange, &notice) {
            ctx.run_later(delay, |root, ctx| root.start_exchange(ctx));
        }
    }
}

impl Residents for Directory {
    fn session(&self, place: Place) -> Option<SessionHandle> {
        self.chatbots.get(&place.chatbot)?.live_session(place.session)
    }

    fn sessions(&self) -> Vec<SessionId> {
        self.chatbots.iter().flat_map(|chatbot| chatbot.live_sessions()).collect()
    }

    fn give_up(&self, session: SessionId) {
        tracing::warn!(session.id = %session, "another node has taken a session over: it ends here");
        self.chatbots.iter().for_each(|chatbot| {
            chatbot.end_session(session, CloseReason::InsufficientState);
        });
    }

    fn follow(&self, news: News) {
        match news {
            News::ConfigChanged(chatbot) => self.config_changed(chatbot),
            News::KnowledgeChanged(chatbot) => self.knowledge_changed(chatbot),
            News::PlanChanged(account) => {
                self.account(account).into_iter().for_each(|account| account.renew());
            }
            News::SessionErased(place) => {
                self.chatbots.get(&place.chatbot).into_iter().for_each(|chatbot| {
                    chatbot.end_session(place.session, CloseReason::Removed);
                });
            }
        }
    }

    fn refresh(&self) {
        // Collected first: telling a chatbot while the table is held open would lock it.
        let chatbots: Vec<_> = self.chatbots.iter().map(|chatbot| *chatbot.key()).collect();
        chatbots.into_iter().for_each(|chatbot| self.config_changed(chatbot));
    }
}
