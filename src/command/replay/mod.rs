//! `aihio replay`: recorded conversations, lived again and compared with what was handed out; or answered again with
//! another configuration.

mod comparison;
mod story;

use std::process::ExitCode;

use aihio_actors::model::{AccountId, ConfigVersion, SessionId};
use clap::Args;

use super::failure::Failure;
use super::terminal;
use crate::app::Workbench;
use crate::recording::{Relived, lives, relive};
use crate::settings::Settings;
use crate::store::StoreError;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aihio replay 019aaf3e-…                      live a conversation again, frame by frame
  aihio replay 019aaf3e-… --json               the frames alone, a line each
  aihio replay 019aaf3e-… --with-config 3      how version 3 of the configuration would answer
  aihio replay --all                           every recorded conversation, a line each

Conversations are recorded where `recording.enabled` is set. --with-config needs no recording.
Exit code 1: something is not byte-equal, or the recording is not whole.")]
pub(super) struct ReplayArguments {
    /// The conversation's id
    #[arg(required_unless_present = "all")]
    session: Option<SessionId>,
    /// Every conversation that is recorded
    #[arg(long, conflicts_with_all = ["session", "json", "with_config"])]
    all: bool,
    /// Print the frames as the socket sends them, and the verdict on standard error
    #[arg(long)]
    json: bool,
    /// Answer the visitor's questions again with that version of the chatbot's configuration
    #[arg(long, value_name = "VERSION", conflicts_with = "json")]
    with_config: Option<u32>,
}

pub(super) async fn run(settings: &Settings, arguments: ReplayArguments) -> Result<ExitCode, Failure> {
    let workbench = Workbench::set_up(settings).await.map_err(|error| {
        Failure::new("the store can't be used")
            .because(&error)
            .cure("Run `aihio doctor`: it checks each part.")
    })?;
    let Some(session) = arguments.session else { return replay_all(&workbench).await };
    let account = workbench.store.session_account(session).await.map_err(unreadable)?;
    let account = account.ok_or_else(|| unknown(session))?;
    match arguments.with_config {
        Some(version) => {
            let conversation = comparison::Conversation { account, session, version: ConfigVersion(version) };
            comparison::compare(&workbench, conversation).await?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let manner = if arguments.json { Manner::Lines } else { Manner::Story };
            replay(&workbench, account, session, manner).await
        }
    }
}

/// How a replay is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// For people.
    Story,
    /// The frames alone.
    Lines,
}

async fn replay(
    workbench: &Workbench,
    account: AccountId,
    session: SessionId,
    manner: Manner,
) -> Result<ExitCode, Failure> {
    let lives = relived(workbench, account, session).await?;
    if lives.is_empty() {
        return Err(unrecorded(session));
    }
    for (number, life) in (1..).zip(&lives) {
        match manner {
            Manner::Story => story::tell(number, life),
            Manner::Lines => story::frames(life),
        }
    }
    let stored = workbench.store.tenant(account).session(session).await.map_err(unreadable)?;
    let verdict = match stored.and_then(|stored| story::beyond(&lives, stored.last_seq)) {
        Some(beyond) => format!("{}\n{beyond}", story::verdict(&lives)),
        None => story::verdict(&lives),
    };
    match manner {
        Manner::Story => terminal::say(&format!("\n{verdict}")),
        Manner::Lines => terminal::note(&verdict),
    }
    Ok(code(is_equal(&lives)))
}

async fn replay_all(workbench: &Workbench) -> Result<ExitCode, Failure> {
    let sessions = workbench.store.recorded_sessions().await.map_err(unreadable)?;
    let mut unequal = 0_usize;
    for (account, session) in &sessions {
        let lives = relived(workbench, *account, *session).await?;
        unequal += usize::from(!is_equal(&lives));
        terminal::say(&format!("{session}  {}", story::verdict(&lives)));
    }
    terminal::say(&match (sessions.len(), unequal) {
        (0, _) => "No conversation is recorded here. Set AIHIO__RECORDING__ENABLED=true.".to_owned(),
        (count, 0) => format!("Every one of {count} conversations is byte-equal."),
        (count, unequal) => format!("{unequal} of {count} conversations are not byte-equal."),
    });
    Ok(code(unequal == 0))
}

async fn relived(
    workbench: &Workbench,
    account: AccountId,
    session: SessionId,
) -> Result<Vec<Relived>, Failure> {
    let rows = workbench.store.tenant(account).recording(session).await.map_err(unreadable)?;
    let lives = lives(rows).map_err(|error| {
        Failure::new(format!("the recording of the conversation {session} can't be read")).because(&error)
    })?;
    Ok(lives.into_iter().map(relive).collect())
}

fn is_equal(lives: &[Relived]) -> bool {
    lives.iter().all(|life| life.flaw.is_none())
}

fn code(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn unreadable(error: StoreError) -> Failure {
    Failure::new("the store can't be read")
        .because(&error)
        .cure("Run `aihio doctor`: it checks the database.")
}

fn unknown(session: SessionId) -> Failure {
    Failure::new(format!("there is no conversation {session}"))
        .at("the configured store; is it the server's? Check AIHIO__DATABASE__URL and AIHIO__DATA_DIR")
        .cure("The dashboard and GET /v1/chatbots/{id}/sessions list the conversations that there are.")
}

fn unrecorded(session: SessionId) -> Failure {
    Failure::new(format!("nothing is recorded of the conversation {session}"))
        .because_of(
            "it took place while recording was off, or its recording is older than `recording.keep_days`",
        )
        .cure("Set AIHIO__RECORDING__ENABLED=true for conversations to come.")
}
