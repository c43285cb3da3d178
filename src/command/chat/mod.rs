//! `aihio chat`: a conversation in the terminal, over the same socket that visitors' browsers use.

mod dialogue;
mod socket;
mod wire;

use std::io::{BufRead, IsTerminal, stdin};
use std::process::ExitCode;

use super::failure::Failure;
use super::remote::{Remote, RemoteArguments};
use super::terminal;
use super::unique::unique;
use clap::Args;
use dialogue::{Dialogue, Heard};
use serde_json::json;
use socket::Socket;
use tokio::sync::mpsc;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aihio chat guide
  aihio chat guide How do I put the widget on my site?
  aihio chat my-bot --key aihio_sk_… --url https://chat.example.com")]
pub(super) struct ChatArguments {
    /// The chatbot, by slug or id
    bot: String,
    /// A question to ask; without one, questions are read line by line until the input ends
    question: Vec<String>,
    /// The site to speak for, where the chatbot only admits its own
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    #[command(flatten)]
    remote: RemoteArguments,
}

pub(super) async fn run(arguments: ChatArguments) -> Result<ExitCode, Failure> {
    let remote = Remote::new(arguments.remote)?;
    let chatbot = remote.chatbot(&arguments.bot).await?;
    let socket = Socket::open(&remote, chatbot, arguments.origin.as_deref()).await?;
    let mut conversation =
        Conversation { socket, dialogue: Dialogue::default(), manner: Manner::of_terminal() };
    conversation.begin().await?;
    match arguments.question.as_slice() {
        [] => conversation.hold().await?,
        words => conversation.ask(&words.join(" ")).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Whom the conversation is shown to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A person who types.
    Terminal,
    /// A program that wants nothing but the answers.
    Pipe,
}

impl Manner {
    fn of_terminal() -> Self {
        if stdin().is_terminal() { Self::Terminal } else { Self::Pipe }
    }
}

struct Conversation {
    socket: Socket,
    dialogue: Dialogue,
    manner: Manner,
}

impl Conversation {
    async fn begin(&mut self) -> Result<(), Failure> {
        let command = self.socket.command(json!({"connect": {"data": {}, "name": "aihio-cli"}})).await?;
        self.dialogue.await_reply(command);
        self.settle().await
    }

    /// Asks and shows the answer. A refusal is a failure.
    async fn ask(&mut self, text: &str) -> Result<(), Failure> {
        let client_id = unique().to_string();
        let data = json!({"id": client_id, "text": text});
        let command = self.socket.command(json!({"rpc": {"method": "message.send", "data": data}})).await?;
        self.dialogue.await_answer(command, client_id);
        self.settle().await
    }

    /// Asks line by line until the input ends; between the lines, what others say is shown.
    async fn hold(&mut self) -> Result<(), Failure> {
        let mut lines = typed_lines();
        self.prompt();
        loop {
            tokio::select! {
                line = lines.recv() => match line {
                    Some(line) if line.trim().is_empty() => self.prompt(),
                    Some(line) => {
                        if let Err(refused) = self.ask(line.trim()).await {
                            self.survive(refused)?;
                        }
                        self.prompt();
                    }
                    None => return Ok(()),
                },
                incoming = self.socket.next() => {
                    for heard in self.dialogue.hear(incoming?) {
                        self.show(heard)?;
                    }
                }
            }
        }
    }

    /// A person may say it again; a program must not take a refusal for an answer.
    fn survive(&self, refused: Failure) -> Result<(), Failure> {
        if self.manner == Manner::Pipe || self.dialogue.is_waiting() {
            return Err(refused);
        }
        terminal::complain(&refused);
        Ok(())
    }

    /// Listens until nothing is awaited any more.
    async fn settle(&mut self) -> Result<(), Failure> {
        while self.dialogue.is_waiting() {
            let incoming = self.socket.next().await?;
            for heard in self.dialogue.hear(incoming) {
                self.show(heard)?;
            }
        }
        Ok(())
    }

    fn show(&self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::Welcome { name, greeting, suggestions } if self.manner == Manner::Terminal => {
                terminal::note(&terminal::printable(&format!("{name} \u{2014} end with Ctrl-D")));
                greeting
                    .iter()
                    .chain(&suggestions)
                    .for_each(|line| terminal::note(&terminal::printable(line)));
            }
            Heard::Welcome { .. } => {}
            Heard::Piece(text) => terminal::continue_line(&terminal::printable(&text)),
            Heard::Anew => terminal::say("\n"),
            Heard::Answered(references) => {
                terminal::say("");
                references.iter().for_each(|line| terminal::say(&terminal::printable(&format!("  {line}"))));
            }
            Heard::Line(text) => terminal::note(&terminal::printable(&text)),
            Heard::Refused(message) => return Err(Failure::new(terminal::printable(&message))),
        }
        Ok(())
    }

    fn prompt(&self) {
        if self.manner == Manner::Terminal {
            terminal::continue_line("\n> ");
        }
    }
}

/// Lines from standard input. Reading blocks, so it has a thread of its own, which ends with the process.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
