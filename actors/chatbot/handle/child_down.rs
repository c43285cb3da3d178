//! A session has ended.

use actix::{AsyncContext, Context, Handler};

use crate::chatbot::session::Opening;
use crate::chatbot::{Chatbot, Draining};
use crate::kernel::{ChildDown, Verdict};
use crate::model::SessionId;

impl Handler<ChildDown<SessionId>> for Chatbot {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<SessionId>, ctx: &mut Context<Self>) {
        let id = notice.key;
        self.reach.sessions().remove_if(&id, |_, session| !session.is_open());
        let chance = self.reach.context().ports.dice.next_u64();
        let verdict = self.sessions.down(&notice, self.began.elapsed(), chance);
        match verdict {
            Verdict::Leave => {}
            Verdict::RestartAfter(delay) => {
                tracing::error!(session.id = %id, reason = ?notice.reason, ?delay, "a session failed and is restarted");
                let arbiter = actix_rt::Arbiter::current();
                ctx.run_later(delay, move |chatbot, ctx| {
                    if chatbot.draining == Draining::No {
                        chatbot.start(id, Opening::Known(id), &arbiter, ctx);
                    } else {
                        chatbot.sessions.forget(&id);
                    }
                });
            }
            Verdict::GiveUp => {
                tracing::error!(session.id = %id, reason = ?notice.reason, "a session fails again and again: it is isolated");
            }
        }
    }
}
