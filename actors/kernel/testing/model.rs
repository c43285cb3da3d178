//! A model that says what a test puts into its mouth.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::model::Tokens;
use crate::ports::{
    AnswerEnd, AnswerFault, AnswerRequest, Answerer, Piece, PieceStream, Providers, ToolCall,
};

type Said = Result<Piece, AnswerFault>;

enum Line {
    Pieces(UnboundedReceiver<Said>),
    Refusal(AnswerFault),
    Panic,
}

#[derive(Default)]
struct Script {
    lines: VecDeque<Line>,
    requests: Vec<AnswerRequest>,
}

/// The only provider of a test. Each question takes the next line of the script; without one it is answered with its own
/// words.
#[derive(Clone, Default)]
pub struct ScriptedModel(Arc<Mutex<Script>>);

/// An answer that a test speaks piece by piece. It stalls as long as nothing is said, and breaks off when dropped.
#[derive(Debug, Clone)]
pub struct Voice(UnboundedSender<Said>);

impl Voice {
    /// Says more.
    pub fn say(&self, text: &str) {
        self.send(Ok(Piece::Text(text.into())));
    }

    /// Ends the answer.
    pub fn finish(&self) {
        self.send(Ok(finished()));
    }

    /// Ends what it says now with calls of tools: their names and arguments.
    pub fn call(&self, calls: &[(&str, &str)]) {
        let calls = (0..).zip(calls).map(|(nth, (name, arguments))| ToolCall {
            id: format!("call_{nth}"),
            name: (*name).to_owned(),
            arguments: (*arguments).to_owned(),
        });
        let Piece::Finished(end) = finished() else { return };
        self.send(Ok(Piece::Finished(AnswerEnd { calls: calls.collect(), ..end })));
    }

    /// Fails.
    pub fn fail(&self) {
        self.send(Err(AnswerFault::Unavailable("as the test wants it".into())));
    }

    fn send(&self, said: Said) {
        // Nobody listens any more once the answer was stopped: as with a real model, that is no failure of its.
        let _ = self.0.send(said);
    }
}

impl ScriptedModel {
    /// The next question is answered on command.
    #[must_use]
    pub fn next_on_command(&self) -> Voice {
        let (sender, receiver) = unbounded_channel();
        self.add(Line::Pieces(receiver));
        Voice(sender)
    }

    /// The next question is answered with these pieces at once.
    pub fn next_says(&self, pieces: &[&str]) {
        let voice = self.next_on_command();
        pieces.iter().for_each(|piece| voice.say(piece));
        voice.finish();
    }

    /// The next question is answered with calls of tools.
    pub fn next_calls(&self, calls: &[(&str, &str)]) {
        self.next_on_command().call(calls);
    }

    /// The next question is refused before the first piece.
    pub fn next_fails(&self) {
        self.add(Line::Refusal(AnswerFault::Unavailable("as the test wants it".into())));
    }

    /// The next question breaks an assumption.
    pub fn next_panics(&self) {
        self.add(Line::Panic);
    }

    /// What was asked so far.
    #[must_use]
    pub fn requests(&self) -> Vec<AnswerRequest> {
        self.script().requests.clone()
    }

    fn add(&self, line: Line) {
        self.script().lines.push_back(line);
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn finished() -> Piece {
    Piece::Finished(AnswerEnd {
        model: Some("scripted".into()),
        tokens: Tokens { prompt: 1, completion: 1 },
        ..AnswerEnd::default()
    })
}

#[async_trait]
impl Answerer for ScriptedModel {
    #[expect(clippy::panic, reason = "a test can ask for it")]
    async fn answer(&self, request: AnswerRequest) -> Result<PieceStream, AnswerFault> {
        let question = request.turns.last().map(|turn| turn.text.clone()).unwrap_or_default();
        let line = {
            let mut script = self.script();
            script.requests.push(request);
            script.lines.pop_front()
        };
        match line {
            None => Ok(stream::iter([Ok(Piece::Text(question)), Ok(finished())]).boxed()),
            Some(Line::Refusal(fault)) => Err(fault),
            Some(Line::Panic) => panic!("the model breaks, as the test wants it"),
            Some(Line::Pieces(receiver)) => Ok(stream::unfold(receiver, |mut receiver| async {
                receiver.recv().await.map(|said| (said, receiver))
            })
            .boxed()),
        }
    }
}

impl Providers for ScriptedModel {
    fn find(&self, _: Option<&str>) -> Option<(String, Arc<dyn Answerer>)> {
        Some(("scripted".into(), Arc::new(self.clone())))
    }
}
