//! A fresh aihio with a chatbot that answers with what it is asked, so that every answer can be checked.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use crate::launch::{Child, Folder, LaunchError, Runs};
use crate::rest::Rest;
use crate::scenario::{Scenario, SignIn};

/// Who owns the server; it is gone before anybody could sign in.
const EMAIL: &str = "owner@example.org";

/// What to start.
#[derive(Debug, Clone)]
pub(crate) struct AihioPlan {
    pub(crate) program: PathBuf,
    /// The core it is pinned to.
    pub(crate) core: Option<u32>,
    /// Settings beside those that every load needs.
    pub(crate) settings: Vec<(String, String)>,
}

impl AihioPlan {
    /// An aihio with its usual settings.
    pub(crate) fn of(program: &Path, core: Option<u32>) -> Self {
        Self { program: program.to_owned(), core, settings: Vec::new() }
    }
}

/// A running aihio.
pub(crate) struct Aihio {
    child: Child,
    url: String,
    chatbot: String,
    password: String,
    _folder: Folder,
}

impl Aihio {
    /// Starts one on an empty folder. It is started twice: what signing in and making the chatbot took of memory would
    /// otherwise pass for the load's.
    ///
    /// # Errors
    /// When it doesn't start, or its chatbot can't be made.
    pub(crate) async fn start(plan: AihioPlan) -> Result<Self, LaunchError> {
        let folder = Folder::make()?;
        let password = unguessable()?;
        let (child, rest) = launch(&plan, &folder, &password).await?;
        let chatbot = rest.signed_in(EMAIL, &password).await?.echo_chatbot("Load").await?;
        drop(child);
        let (child, rest) = launch(&plan, &folder, &password).await?;
        Ok(Self { child, url: rest.base().to_owned(), chatbot, password, _folder: folder })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<NonZeroU32> {
        self.child.pid()
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The id of its chatbot.
    pub(crate) fn chatbot(&self) -> &str {
        &self.chatbot
    }

    /// Points a scenario at it.
    pub(crate) fn receive(&self, scenario: &mut Scenario) {
        scenario.target.urls = vec![self.url.clone()];
        scenario.target.chatbot = Some(self.chatbot.clone());
        scenario.target.server_pid = self.pid();
        let dashboards = scenario.dashboards.iter_mut().map(|dashboards| &mut dashboards.sign_in);
        let aggressor = scenario.aggressor.iter_mut().map(|aggressor| &mut aggressor.sign_in);
        for sign_in in dashboards.chain(aggressor).filter(|sign_in| **sign_in == SignIn::Owner) {
            *sign_in = SignIn::Password { email: EMAIL.to_owned(), password: self.password.clone() };
        }
    }
}

async fn launch(plan: &AihioPlan, folder: &Folder, password: &str) -> Result<(Child, Rest), LaunchError> {
    let settings = [
        ("AIHIO__HTTP__BIND", "127.0.0.1:0"),
        ("AIHIO__OWNER__EMAIL", EMAIL),
        ("AIHIO__OWNER__PASSWORD", password),
        ("AIHIO__LIMITS__ENABLED", "false"),
        ("AIHIO__DEMO__ENABLED", "false"),
    ];
    let runs = Runs { program: plan.program.clone(), core: plan.core, user: None };
    let mut child = Child::start(&runs, |command| {
        command.arg("serve").env("AIHIO__DATA_DIR", folder.path());
        command.envs(settings).envs(plan.settings.iter().cloned());
    })?;
    let rest = Rest::new(&format!("http://{}", child.announced().await?))?;
    child.until(async |_| rest.read("/readyz").await.ok()).await?;
    Ok((child, rest))
}

/// A password for a server that others on this machine may reach.
fn unguessable() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
