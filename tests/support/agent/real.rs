//! The real AWS Secrets Manager Agent, built once under the target directory, in front of moto.
//!
//! The build takes minutes, which is why all of this is behind the feature `agent-tests`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;

use super::nobody;
use crate::support::{bare, moto::moto, running::Running};

const VERSION: &str = "2.1.0";
const LIMIT: Duration = Duration::from_mins(45);

/// A running agent; it ends when this is dropped.
pub struct Real {
    port: u16,
    _running: Running,
    _dir: TempDir,
}

impl Real {
    /// Starts it with this token, in us-east-1, with moto for AWS, and returns when it listens.
    pub fn start(token: &str) -> Self {
        let port = nobody();
        let config = format!("http_port = \"{port}\"\nlog_to_file = false\nlog_level = \"WARN\"\n");
        let start = bare(binary()).file("agent.toml", config).args(["--config", "agent.toml"]);
        let (mut running, dir) = start.aws(moto()).env("AWS_TOKEN", token).start();
        running.prints(&format!("listening on http://127.0.0.1:{port}"));
        Self { port, _running: running, _dir: dir }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// The binary, which is built if it is not there: aside, and renamed when complete, under a lock.
fn binary() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let home = target.join(format!("agent-{VERSION}"));
    let lock = File::create(home.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let binary = home.join("bin/aws_secretsmanager_agent");
    if !binary.exists() {
        let (aside, build) = (target.join("agent-aside"), target.join("agent-build"));
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["install", "aws_secretsmanager_agent", "--locked", "--debug", "--quiet", "--force"]);
        cargo.args(["--version", &format!("={VERSION}")]).env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo.arg("--root").arg(&aside).arg("--target-dir").arg(&build);
        let output = Running::start(&mut cargo, None, LIMIT).finish();
        assert!(output.status.success(), "the agent cannot be built: {output}");
        fs::rename(aside, &home).unwrap();
        fs::remove_dir_all(build).unwrap();
    }
    binary
}
