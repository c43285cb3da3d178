//! What a server does when there is not enough of what it needs: open files, memory.

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use serde_json::json;
use tokio::net::TcpStream;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::line::{Line, NoLine};
use super::support::patience::until;
use super::support::server::Server;
use super::support::visitor::Visitor;

/// How many sockets are tried where there are files for far fewer.
const SOCKETS: usize = 2_000;
/// Connections that say nothing and stay.
const SILENT: usize = 600;
/// Memory that a server may have, in bytes, with everything that it starts.
const MEMORY: u64 = 256 << 20;
/// Visitors who send and never read.
const DEAF: usize = 100;

#[tokio::test]
async fn with_few_files_whoever_gets_in_is_served_and_the_others_are_told() {
    let server = Server::plan().by_way_of(&["prlimit", "--nofile=512:512", "--"]).start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let (mut lines, mut refused) = (Vec::new(), 0);
    for _ in 0..SOCKETS {
        match Line::open(server.address(), &path).await {
            Ok(line) => lines.push(line),
            Err(NoLine::Refused(503)) => refused += 1,
            Err(other) => panic!("{other:?} after {} sockets", lines.len()),
        }
    }
    assert!((300..512).contains(&lines.len()) && refused > 0, "{} open, {refused} refused", lines.len());
    assert_eq!(server.anyone().get("/livez").await.status, 200, "it says that it lives");
    let told = server.anyone().get(&format!("/v1/chatbots/{chatbot}/events")).await;
    assert_eq!(told.header("retry-after"), "5");
    assert_eq!(told.problem(503)["code"], "overloaded");
    owner.asks(&chatbot, "Are you well?").await;
    lines.truncate(1);
    let mut newcomer = until("a place", async || {
        Line::open(server.address(), &path).await.ok()?;
        Some(Visitor::connects(&server, &chatbot).await)
    })
    .await;
    newcomer.asks("Is there a place?").await;
    assert_eq!(newcomer.sees_answer().await.text(), "Is there a place?");
}

#[tokio::test]
async fn with_few_files_those_who_say_nothing_are_sent_away() {
    let server = Server::plan().by_way_of(&["prlimit", "--nofile=512:512", "--"]).start().await;
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(TcpStream::connect(server.address()).await.expect("a connection, if only a waiting one"));
    }
    let anyone = server.anyone();
    until("a sign of life", async || anyone.ask("GET", "/livez").await.filter(|answer| answer.status == 200))
        .await;
}

#[tokio::test]
async fn with_little_memory_neither_hostile_files_nor_deaf_visitors_bring_it_down() {
    let server = Server::start().await;
    let Some(fence) = Fence::around(server.process_id()) else { return };
    let owner = server.owner().await;
    let (chatbot, attacked) = (owner.echo_chatbot().await, owner.chatbot("Attacked").await);
    let deaf = futures_util::future::join_all((0..DEAF).map(|_| is_deaf(&server, &chatbot)));
    let (bomb, heavy) = (bomb(), "Nothing but words. ".repeat(1 << 15));
    let bombs = futures_util::future::join_all((0..4).map(|number| {
        let (name, heavy) = (format!("bomb-{number}.docx"), heavy.as_bytes());
        let (server, attacked, bomb) = (&server, &attacked, &bomb);
        async move {
            let owner = server.owner().await;
            let job = owner.uploads(attacked, &name, WORD, bomb).await;
            assert_eq!(job["state"], "failed", "{job}");
            let job = owner.uploads(attacked, &format!("heavy-{number}.txt"), "text/plain", heavy).await;
            assert_eq!(job["state"], "succeeded", "{job}");
        }
    }));
    let (_deaf, _) = tokio::join!(deaf, bombs);
    let mut newcomer = Visitor::connects(&server, &chatbot).await;
    newcomer.asks("Do you notice anything?").await;
    assert_eq!(newcomer.sees_answer().await.text(), "Do you notice anything?");
    assert_eq!(server.anyone().get("/livez").await.status, 200);
    assert_eq!(fence.killed(), 0, "nobody was killed for want of memory");
}

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A Word document whose text takes 400 MB.
fn bomb() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let types = "<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/\
        vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    zip.start_file("[Content_Types].xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(types.as_bytes()).unwrap();
    zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    for _ in 0..400 {
        zip.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Sends as long as the server takes it, and reads nothing.
async fn is_deaf(server: &Server, chatbot: &str) -> Option<Line> {
    let mut line = Line::open(server.address(), &format!("/v1/chatbots/{chatbot}/socket")).await.ok()?;
    line.says(&json!({ "id": 1, "connect": {} })).await?;
    let text = "All my life. ".repeat(200);
    for number in 2..400 {
        let data = json!({ "id": format!("m{number}"), "text": text });
        line.says(&json!({ "id": number, "rpc": { "method": "message.send", "data": data } })).await?;
    }
    Some(line)
}

/// A limit to the memory of a process and its children (cgroup v1).
struct Fence(PathBuf);

impl Fence {
    /// Puts one around a process. None where that is not allowed, which is said.
    fn around(process: u32) -> Option<Self> {
        let folder = PathBuf::from(format!("/sys/fs/cgroup/memory/aihio-test-{process}"));
        let fence = Self(folder.clone());
        let done = fs::create_dir(&folder)
            .and_then(|()| fs::write(folder.join("memory.limit_in_bytes"), MEMORY.to_string()))
            .and_then(|()| fs::write(folder.join("cgroup.procs"), process.to_string()));
        if done.is_err() {
            eprintln!("SKIPPED: memory can't be made scarce, since no control group may be made here");
            return None;
        }
        Some(fence)
    }

    /// How many processes were killed for want of memory.
    fn killed(&self) -> u64 {
        let control = fs::read_to_string(self.0.join("memory.oom_control")).unwrap_or_default();
        let count = control.lines().find_map(|line| line.strip_prefix("oom_kill "));
        count.and_then(|count| count.trim().parse().ok()).unwrap_or_default()
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        // It can only go when its processes have gone, and is as good as nothing until then.
        let _ = fs::remove_dir(&self.0);
    }
}
