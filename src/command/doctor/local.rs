//! This machine: the data folder, the address, the clock.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::super::unique::{now, unique};
use super::finding::Finding;
use nix::sys::statvfs::statvfs;

/// Less free space than this and the first uploads may not fit.
const FREE_BYTES_MIN: u64 = 256 << 20;

/// 2026-11-01, before which no version of this program existed. Clocks without a battery start in 1970.
const EARLIEST_UNIX_SECONDS: u64 = 1_793_491_200;

/// Whether the data folder, or where it will be made, can be written, and how much fits in.
pub(super) fn data_folder(folder: &Path) -> Finding {
    let what = "data folder";
    let shown = folder.display();
    let Some(existing) = folder.ancestors().map(or_here).find(|ancestor| ancestor.exists()) else {
        return Finding::broken(
            what,
            format!("{shown} has no existing parent"),
            "Set data_dir to another folder.",
        );
    };
    if let Err(error) = try_writing(existing) {
        let mend = "Give this user the right to write there, or set data_dir to another folder.";
        return Finding::broken(what, format!("{} can't be written: {error}", existing.display()), mend);
    }
    let state = if folder.exists() { "can be written" } else { "will be made at start" };
    match free_bytes(existing) {
        Ok(free) if free < FREE_BYTES_MIN => Finding::broken(
            what,
            format!("{shown}: only {} MB free", free >> 20),
            "Make room, or set data_dir to a folder on another disk.",
        ),
        Ok(free) => Finding::fine(what, format!("{shown} {state}, {} MB free", free >> 20)),
        Err(error) => Finding::doubtful(what, format!("{shown} {state}; free space is unknown: {error}")),
    }
}

/// A relative path ends in an empty ancestor, which is the current folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

fn try_writing(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".aihio-doctor-{}", unique()));
    fs::write(&probe, b"probe")?;
    fs::remove_file(probe)
}

fn free_bytes(folder: &Path) -> nix::Result<u64> {
    let disk = statvfs(folder)?;
    Ok(disk.blocks_available().saturating_mul(disk.fragment_size()))
}

/// Whether the address is free, or the server runs there already.
pub(super) async fn address(bind: SocketAddr) -> Finding {
    let what = "address";
    match TcpListener::bind(bind) {
        Ok(_) => Finding::fine(what, format!("{bind} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => match readiness(bind).await {
            Some(200) => Finding::fine(what, format!("a server runs at {bind} and is ready")),
            Some(503) => Finding::doubtful(what, format!("a server runs at {bind} and is not ready")),
            _ => Finding::broken(
                what,
                format!("another program listens on {bind}"),
                "Stop it, or set http.bind to another port.",
            ),
        },
        Err(error) => Finding::broken(
            what,
            format!("{bind} can't be listened on: {error}"),
            "Set http.bind to an address of this machine; ports below 1024 need special rights.",
        ),
    }
}

async fn readiness(bind: SocketAddr) -> Option<u16> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(2)).no_proxy().build().ok()?;
    let response = client.get(format!("http://{bind}/readyz")).send().await.ok()?;
    Some(response.status().as_u16())
}

/// Whether the clock can be right.
pub(super) fn clock() -> Finding {
    let now = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if now.as_secs() < EARLIEST_UNIX_SECONDS {
        let mend = "Set the clock, or let NTP do it: tokens and certificates depend on it.";
        return Finding::broken("clock", "it is years behind", mend);
    }
    Finding::fine("clock", "plausible")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_fine_where_it_can_be_made() {
        let folder = std::env::temp_dir().join(format!("aihio-{}", unique())).join("data");
        let finding = data_folder(&folder);
        assert!(finding.to_string().contains("will be made at start"), "{finding}");
        assert!(!folder.exists());
    }

    #[test]
    fn a_file_in_the_folders_place_is_broken() {
        let file = std::env::temp_dir().join(format!("aihio-{}", unique()));
        fs::write(&file, b"").unwrap();
        assert!(data_folder(&file.join("data")).is_broken());
        fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn an_address_that_another_program_holds_is_broken() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = held.local_addr().unwrap();
        let stranger = std::thread::spawn(move || drop(held.accept()));
        rustls::crypto::ring::default_provider().install_default().ok();
        assert!(address(taken).await.is_broken());
        stranger.join().unwrap();
        assert!(!address("127.0.0.1:0".parse().unwrap()).await.is_broken());
    }
}
