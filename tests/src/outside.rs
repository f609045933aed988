//! Checkers written in other languages, with nothing of ours in them.

use std::{path::PathBuf, process::Stdio};

use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::kms::python;

/// A script of `tests/python`, run by the interpreter that `scripts/tools` set up.
#[must_use]
pub fn python_script(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg(ours("python").join(name));
    command
}

/// A program of `tests/go`, run from its source against Debian's packaged libraries.
#[must_use]
pub fn go_program(name: &str) -> Command {
    let mut command = Command::new("go");
    command.arg("run").arg(ours("go").join(name)).env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode");
    command
}

/// A script of `tests/web`, with the packages that stand there.
#[must_use]
pub fn node_script(name: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(ours("web").join(name));
    command
}

/// Hands `input` to a checker and answers what it says.
///
/// # Panics
/// When it finds fault.
pub async fn ask_outsider(checker: Command, input: &Value) -> String {
    judge(checker, input).await.unwrap_or_else(|complaint| panic!("{complaint}"))
}

/// Hands `input` to a checker and answers what it says, or the fault it finds.
pub async fn judge(mut checker: Command, input: &Value) -> Result<String, String> {
    checker.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = checker.spawn().expect("scripts/tools installs the checkers");
    let mut stdin = child.stdin.take().expect("its input");
    // One that ends before it has read all says why.
    let _ = stdin.write_all(input.to_string().as_bytes()).await;
    drop(stdin);
    let ended = child.wait_with_output().await.expect("it ends");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    if ended.status.success() { Ok(said) } else { Err(said + &String::from_utf8_lossy(&ended.stderr)) }
}

fn ours(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)
}
