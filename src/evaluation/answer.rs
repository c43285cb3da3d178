//! A question that is put to the real answerers outside of any conversation.

use actix::{Actor, ActorContext, Context, Handler};
use aihio_actors::answer::{AnswerTask, write_answer};
use aihio_actors::chatbot::session::handle::Progress;
use aihio_actors::chatbot::session::state::{AnswerStep, Finished};
use aihio_actors::model::{Citation, Receipt};
use tokio::sync::oneshot;

/// An answer that somebody waited for.
#[derive(Debug)]
pub struct Answer {
    /// Its words.
    pub text: String,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// How it came about.
    pub receipt: Receipt,
}

/// Has the task answered as a session has its questions answered. None where it fails.
pub async fn ask(task: AnswerTask) -> Option<Answer> {
    let (done, answer) = oneshot::channel();
    let listener = Listener { text: String::new(), done: Some(done) }.start();
    write_answer(task, listener.recipient()).await;
    answer.await.ok().flatten()
}

/// Stands where a session stands, and puts the answer together.
struct Listener {
    text: String,
    done: Option<oneshot::Sender<Option<Answer>>>,
}

impl Actor for Listener {
    type Context = Context<Self>;
}

impl Handler<Progress> for Listener {
    type Result = ();

    fn handle(&mut self, progress: Progress, ctx: &mut Context<Self>) {
        let answer = match progress.step {
            AnswerStep::Piece(piece) => return self.text.push_str(&piece),
            AnswerStep::Finished(finished) => {
                let Finished { citations, receipt } = *finished;
                Some(Answer { text: std::mem::take(&mut self.text), citations, receipt })
            }
            AnswerStep::Suggested(_) => return,
            AnswerStep::Failed => None,
        };
        if let Some(done) = self.done.take() {
            // Whoever asked waits for it.
            let _ = done.send(answer);
        }
        ctx.stop();
    }
}
