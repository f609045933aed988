//! The program as an operator starts it: a process of its own.

use std::{ffi::OsStr, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::timeout,
};

/// How long anything may take before a story gives up on it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running process. Killed when dropped.
pub struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
}

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// None when a signal ended it.
    pub code: Option<i32>,
    /// What it had still to say.
    pub out: String,
    pub err: String,
}

impl Program {
    /// Starts `binary` in `folder` with no settings but these.
    pub fn start<A: AsRef<OsStr>>(
        binary: &str,
        folder: &Path,
        arguments: impl IntoIterator<Item = A>,
        settings: &[(&str, String)],
    ) -> Self {
        let mut child = Command::new(binary)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(settings.iter().map(|(name, text)| (name, text)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its output")).lines();
        let err = BufReader::new(child.stderr.take().expect("its errors")).lines();
        Self { child, out, err }
    }

    /// Its next line of output.
    pub async fn line(&mut self) -> String {
        match timeout(PATIENCE, self.out.next_line()).await.expect("it says something in time") {
            Ok(Some(line)) => line,
            _ => panic!("it said nothing more, but: {:?}", rest(&mut self.err).await),
        }
    }

    /// Waits for a line on its standard error that has this text.
    pub async fn says(&mut self, text: &str) {
        let found = async { while !self.err.next_line().await.expect("readable").expect(text).contains(text) {} };
        timeout(PATIENCE, found).await.expect("it says so in time");
    }

    /// The most memory it has had so far, in bytes.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        let id = self.child.id().expect("still running");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        let kib = peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number");
        kib * 1024
    }

    /// Takes the memory it has now for the most it has had (proc(5), `clear_refs`).
    pub fn forget_peak_memory(&self) {
        let id = self.child.id().expect("still running");
        std::fs::write(format!("/proc/{id}/clear_refs"), "5").expect("its peak is forgotten");
    }

    /// Sends a signal by name.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("still running").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.expect("kill is there");
        assert!(sent.success());
    }

    /// Waits for its end.
    pub async fn end(mut self) -> Ended {
        let ended = async {
            let (out, err) = futures::join!(rest(&mut self.out), rest(&mut self.err));
            Ended { code: self.child.wait().await.expect("it ended").code(), out, err }
        };
        timeout(PATIENCE, ended).await.expect("it ends in time")
    }
}

async fn rest<R: tokio::io::AsyncRead + Unpin>(lines: &mut Lines<BufReader<R>>) -> String {
    let mut text = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        text.push_str(&line);
        text.push('\n');
    }
    text
}
