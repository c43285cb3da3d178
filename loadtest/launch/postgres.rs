//! A fresh PostgreSQL with its usual settings: what it acknowledges is on disk.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::launch::{Child, Folder, LaunchError, Runs};

/// Whom it runs as when we are root, since it refuses to be run by root, and who its owner is.
const USER: &str = "postgres";
/// Where Debian and its kin keep the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A running PostgreSQL.
pub(crate) struct Postgres {
    port: u16,
    _child: Child,
    _folder: Folder,
}

impl Postgres {
    /// Starts one on an empty folder.
    ///
    /// # Errors
    /// When it is not installed, or doesn't start.
    pub(crate) async fn start() -> Result<Self, LaunchError> {
        let programs = programs();
        let folder = Folder::make()?;
        let user = is_root().then_some(USER);
        if let Some(user) = user {
            succeed(Command::new("chown").arg(user).arg(folder.path()))?;
        }
        let data = folder.path().join("data");
        let mut initdb = Runs { program: programs.join("initdb"), core: None, user }.command();
        initdb.args(["--auth=trust", "--username", USER, "--pgdata"]).arg(&data).current_dir("/");
        succeed(&mut initdb)?;
        let port = free_port()?;
        let runs = Runs { program: programs.join("postgres"), core: None, user };
        let mut child = Child::start(&runs, |command| {
            command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-k"]).arg(folder.path());
            command.args(["-c", "listen_addresses=127.0.0.1"]).current_dir("/");
        })?;
        let answers = async |_: &str| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok();
        child.until(answers).await?;
        Ok(Self { port, _child: child, _folder: folder })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }
}

/// Whether it is installed.
pub(crate) fn is_installed() -> bool {
    programs().join("initdb").is_file()
}

/// The folder of the newest version's programs.
fn programs() -> PathBuf {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.retain(|folder| folder.join("initdb").is_file());
    let number = |folder: &Path| {
        let name = folder.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        name.and_then(|name| name.parse::<u32>().ok()).unwrap_or(0)
    };
    folders.sort_by_key(|folder| number(folder));
    folders.pop().unwrap_or_else(|| PathBuf::from("/usr/bin"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A loopback port that was free a moment ago.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn succeed(command: &mut Command) -> Result<(), LaunchError> {
    let program = PathBuf::from(command.get_program());
    let output =
        command.output().map_err(|source| LaunchError::Program { program: program.clone(), source })?;
    if output.status.success() {
        return Ok(());
    }
    Err(LaunchError::NotReady { program, said: String::from_utf8_lossy(&output.stderr).into_owned() })
}
