//! An actor that breaks on demand.

use actix::Message;

/// Panic.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Sabotage;

/// Makes actors understand [`Sabotage`].
macro_rules! break_on_demand {
    ($($actor:ty),+ $(,)?) => {$(
        impl actix::Handler<$crate::kernel::testing::Sabotage> for $actor {
            type Result = ();

            fn handle(&mut self, _: $crate::kernel::testing::Sabotage, _: &mut actix::Context<Self>) {
                panic!("sabotaged");
            }
        }
    )+};
}
pub(crate) use break_on_demand;
