//! Journeys through pages in a real browser: the scripts of `tests/web`, run by node with Chromium.

use std::path::Path;

use serde_json::Value;
use tokio::process::Command;

/// Runs `tests/web/<journey>.mjs` with what it is given; fails with what the journey says.
pub async fn browse(journey: &str, given: Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let script = format!("{journey}.mjs");
    let run = Command::new("node").args([&script, &given.to_string()]).current_dir(folder).kill_on_drop(true).output();
    let run = run.await.expect("node runs: scripts/tools installs it");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(run.status.success(), "{script}: {}{}", said(&run.stdout), said(&run.stderr));
}
