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

/// Hands `input` to a checker and answers what it says.
///
/// # Panics
/// When it finds fault.
pub async fn ask_outsider(mut checker: Command, input: &Value) -> String {
    checker.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = checker.spawn().expect("scripts/tools installs the checkers");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.to_string().as_bytes()).await.expect("it listens");
    drop(stdin);
    let ended = child.wait_with_output().await.expect("it ends");
    let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{complaint}");
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

fn ours(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)
}
