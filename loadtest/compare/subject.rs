//! The servers that are compared.

use std::num::NonZeroU32;

use crate::compare::{CompareError, Cores, Programs};
use crate::launch::{Aihio, AihioPlan, Child, Postgres, Runs};

/// One of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// tokio-websockets and nothing else.
    Tokio,
    /// actix-web-actors and nothing else: the floor, since aihio rests on it.
    Actix,
    /// aihio as it comes, on SQLite.
    AihioSqlite,
    /// aihio on PostgreSQL.
    AihioPostgres,
}

/// A server that runs, and whatever it needs.
pub(super) struct Server {
    /// `ws` for a plain server, `http` for one with a chatbot.
    pub(super) url: String,
    pub(super) chatbot: Option<String>,
    pub(super) pid: Option<NonZeroU32>,
    /// Stopped in this order.
    _running: (Running, Option<Postgres>),
}

/// What keeps a server alive; it stops when this is dropped.
enum Running {
    Peer { _child: Child },
    Aihio { _aihio: Aihio },
}

impl Subject {
    /// In the order of the table's columns.
    pub(super) const ALL: [Self; 4] = [Self::Tokio, Self::Actix, Self::AihioSqlite, Self::AihioPostgres];

    /// What it is called in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio-websockets",
            Self::Actix => "actix-web-actors",
            Self::AihioSqlite => "aihio, SQLite",
            Self::AihioPostgres => "aihio, PostgreSQL",
        }
    }

    /// Starts it anew.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(super) async fn start(
        self,
        programs: &Programs,
        cores: Option<Cores>,
    ) -> Result<Server, CompareError> {
        let core = cores.map(|cores| cores.server);
        match self {
            Self::Tokio => peer(programs, "peer-tokio", core).await,
            Self::Actix => peer(programs, "peer-actix", core).await,
            Self::AihioSqlite => aihio(AihioPlan::of(&programs.aihio, core), None).await,
            Self::AihioPostgres => {
                let postgres = Postgres::start().await?;
                let settings = vec![(String::from("AIHIO__DATABASE__URL"), postgres.url())];
                let plan = AihioPlan { settings, ..AihioPlan::of(&programs.aihio, core) };
                aihio(plan, Some(postgres)).await
            }
        }
    }
}

async fn peer(programs: &Programs, name: &str, core: Option<u32>) -> Result<Server, CompareError> {
    let runs = Runs { program: programs.peers.join(name), core, user: None };
    let mut child = Child::start(&runs, |_| {})?;
    let url = format!("ws://{}", child.announced().await?);
    let pid = child.pid();
    Ok(Server { url, chatbot: None, pid, _running: (Running::Peer { _child: child }, None) })
}

async fn aihio(plan: AihioPlan, postgres: Option<Postgres>) -> Result<Server, CompareError> {
    let aihio = Aihio::start(plan).await?;
    Ok(Server {
        url: aihio.url().to_owned(),
        chatbot: Some(aihio.chatbot().to_owned()),
        pid: aihio.pid(),
        _running: (Running::Aihio { _aihio: aihio }, postgres),
    })
}
