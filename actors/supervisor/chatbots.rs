//! How the root finds, starts and restarts chatbots.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context, Handler};
use actix_rt::ArbiterHandle;
use arc_swap::ArcSwap;
use tokio::sync::oneshot;

use super::{Draining, Supervisor};
use crate::billing::AccountHandle;
use crate::chatbot::session::SessionContext;
use crate::chatbot::{Chatbot, ChatbotHandle, ChatbotView, read_view};
use crate::kernel::{ActorKind, Child, ChildDown, start_on};
use crate::model::{ChatbotId, Refusal, RefusalCode};
use crate::ports::PortError;

type Asker = oneshot::Sender<Result<Arc<ChatbotHandle>, Refusal>>;

/// How long the root waits before it reads again what could not be read.
pub(super) const READ_AGAIN: Duration = Duration::from_secs(1);

impl Supervisor {
    pub(super) fn find_chatbot(
        &mut self,
        id: ChatbotId,
        (arbiter, asker): (ArbiterHandle, Asker),
        ctx: &mut Context<Self>,
    ) {
        if let Some(outcome) = self.chatbot_at_hand(id) {
            let _ = asker.send(outcome);
            return;
        }
        let waiting = self.chatbots_waited_for.entry(id).or_default();
        waiting.push(asker);
        if waiting.len() == 1 {
            self.read_chatbot(id, arbiter, ctx);
        }
    }

    fn chatbot_at_hand(&mut self, id: ChatbotId) -> Option<Result<Arc<ChatbotHandle>, Refusal>> {
        if self.draining == Draining::Yes {
            return Some(Err(Refusal::leaving()));
        }
        if let Some(chatbot) = self.shared.directory.chatbot(id) {
            return Some(Ok(chatbot));
        }
        match self.chatbots.get(&id) {
            Some(Child::Isolated(until)) if *until > self.began.elapsed() => Some(Err(isolated())),
            Some(Child::Isolated(_)) => {
                self.chatbots.forget(&id);
                None
            }
            Some(Child::Restarting) => {
                Some(Err(not_ready("The chatbot is being restarted. Try again in a moment.")))
            }
            Some(Child::Live(_)) | None => None,
        }
    }

    fn read_chatbot(&self, id: ChatbotId, arbiter: ArbiterHandle, ctx: &mut Context<Self>) {
        let ports = self.shared.ports.clone();
        let read = async move { read_view(&ports, id).await };
        ctx.spawn(read.into_actor(self).map(move |read, root, ctx| match read {
            Ok(Some(view)) => root.find_payer(view, arbiter, ctx),
            Ok(None) => {
                root.chatbots.forget(&id);
                root.shared.directory.chatbots.remove(&id);
                root.tell_waiting(id, &Err(not_ready("The chatbot does not exist.")));
            }
            Err(error) => root.could_not_read(id, &error, ctx),
        }));
    }

    fn could_not_read(&mut self, id: ChatbotId, error: &PortError, ctx: &mut Context<Self>) {
        tracing::warn!(chatbot.id = %id, error = ?error, "the chatbot can't be read now");
        self.tell_waiting(id, &Err(not_ready("The chatbot can't be read now. Try again in a moment.")));
        self.restart_later(id, ctx);
    }

    /// A restart that did not succeed is tried again: nobody else would, for a chatbot that is being restarted is not
    /// started by whoever asks for it.
    fn restart_later(&self, id: ChatbotId, ctx: &mut Context<Self>) {
        if matches!(self.chatbots.get(&id), Some(Child::Restarting)) && self.draining == Draining::No {
            let arbiter = actix_rt::Arbiter::current();
            ctx.run_later(READ_AGAIN, move |root, ctx| root.read_chatbot(id, arbiter, ctx));
        }
    }

    fn find_payer(&mut self, view: ChatbotView, arbiter: ArbiterHandle, ctx: &mut Context<Self>) {
        let (asker, answer) = oneshot::channel();
        self.find_account(view.record.account_id, asker, ctx);
        ctx.spawn(answer.into_actor(self).map(move |account, root, ctx| {
            let id = view.record.chatbot_id;
            let started = match account.unwrap_or_else(|_| Err(Refusal::interrupted())) {
                // Whoever starts now would miss the word to end.
                Ok(_) if root.draining == Draining::Yes => Err(Refusal::leaving()),
                Ok(account) => Ok(root.start_chatbot(view, account, &arbiter, ctx)),
                Err(refusal) => Err(refusal),
            };
            root.tell_waiting(id, &started);
            root.restart_later(id, ctx);
        }));
    }

    fn tell_waiting(&mut self, id: ChatbotId, outcome: &Result<Arc<ChatbotHandle>, Refusal>) {
        for asker in self.chatbots_waited_for.remove(&id).unwrap_or_default() {
            let _ = asker.send(outcome.clone());
        }
    }

    /// Starts the chatbot. A handle that others hold already is kept, and with it the sessions that still live.
    fn start_chatbot(
        &mut self,
        view: ChatbotView,
        account: Arc<AccountHandle>,
        arbiter: &ArbiterHandle,
        ctx: &mut Context<Self>,
    ) -> Arc<ChatbotHandle> {
        let (id, account_id) = (view.record.chatbot_id, view.record.account_id);
        let known = self.shared.directory.chatbots.get(&id).map(|known| Arc::clone(&known));
        let handle = known.unwrap_or_else(|| {
            let shared = self.shared.clone();
            let context = SessionContext {
                ports: shared.ports,
                limits: shared.limits,
                view: Arc::new(ArcSwap::from_pointee(view)),
                account,
                journal: shared.journal,
                readings: shared.readings,
                census: shared.census,
                exchange: shared.exchange,
            };
            Arc::new(ChatbotHandle::new(id, account_id, Arc::new(context)))
        });
        let generation = self.chatbots.generation(&id);
        let birth = self.birth(id, (ActorKind::Chatbot, id.as_uuid()), generation, ctx);
        let chatbot = Chatbot::new(birth, Arc::clone(&handle));
        let vital = Arc::clone(chatbot.life().vital());
        let addr = start_on(arbiter, chatbot, self.shared.limits.actor_mailbox_len);
        let mailbox = self.mailbox(addr, ActorKind::Chatbot, vital);
        handle.moved_to(mailbox.clone());
        self.chatbots.started(id, mailbox);
        self.shared.directory.chatbots.insert(id, Arc::clone(&handle));
        handle
    }
}

impl Handler<ChildDown<ChatbotId>> for Supervisor {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<ChatbotId>, ctx: &mut Context<Self>) {
        let id = notice.key;
        match self.judged(|root| &mut root.chatbots, &notice) {
            Some(delay) => {
                let arbiter = actix_rt::Arbiter::current();
                ctx.run_later(delay, move |root, ctx| root.read_chatbot(id, arbiter, ctx));
            }
            None if !notice.reason.is_failure() => {
                self.shared.directory.chatbots.remove(&id);
            }
            None => {}
        }
    }
}

fn not_ready(message: &str) -> Refusal {
    Refusal::new(RefusalCode::ChatbotNotReady, message).retry_after(Duration::from_secs(1))
}

fn isolated() -> Refusal {
    let message = "The chatbot failed repeatedly and rests for a moment. Nothing that was stored is lost.";
    Refusal::new(RefusalCode::ChatbotNotReady, message).retry_after(Duration::from_secs(30))
}
