//! How actors begin: with the mailbox they are meant to have from their very first message on.
//!
//! actix gives a new actor room for 16 messages until it has run for the first time. Whoever is started by a crowd, as
//! after a restart of the process, would refuse most of it.

use actix::dev::channel::channel;
use actix::{Actor, Addr, Context};
use actix_rt::ArbiterHandle;

/// Starts an actor on this thread, with room for `mailbox_len` messages.
pub fn start_here<A: Actor<Context = Context<A>>>(actor: A, mailbox_len: usize) -> Addr<A> {
    let (sender, receiver) = channel(mailbox_len);
    Context::with_receiver(receiver).run(actor);
    Addr::new(sender)
}

/// Starts an actor on a thread, with room for `mailbox_len` messages.
pub fn start_on<A>(arbiter: &ArbiterHandle, actor: A, mailbox_len: usize) -> Addr<A>
where
    A: Actor<Context = Context<A>> + Send,
{
    let (sender, receiver) = channel(mailbox_len);
    // On a thread that has ended the actor is dropped, and its address is closed.
    arbiter.spawn_fn(move || drop(Context::with_receiver(receiver).run(actor)));
    Addr::new(sender)
}
