//! The peers, pinned, under `target/peers`: a Python environment with the AWS CLI and boto3, and secretspec.
//! Edge: pip and cargo, only for what is not there yet.
//! What cannot be had is an error that the table shows, never a missing row.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::launch::bounded;

const REQUIREMENTS: &str = include_str!("../requirements.txt");
const SECRETSPEC: &str = "0.21.1";
/// The bound on one step of an installation.
const LIMIT: Duration = Duration::from_mins(30);

/// Where the peers are, or why not.
#[derive(Debug)]
pub(crate) struct Tools {
    /// The binary under test.
    pub(crate) secenv: PathBuf,
    /// The directory of the Python environment.
    pub(crate) python: Result<PathBuf, String>,
    /// The binary.
    pub(crate) secretspec: Result<PathBuf, String>,
}

impl Tools {
    pub(crate) fn install(secenv: &Path) -> Self {
        let secenv = secenv.to_owned();
        let peers = peers();
        if let Err(error) = fs::create_dir_all(&peers) {
            let failed = format!("not installed: no directory target/peers: {error}");
            return Self { secenv, python: Err(failed.clone()), secretspec: Err(failed) };
        }
        let not = |error| format!("not installed: {error}");
        Self { secenv, python: python(&peers).map_err(not), secretspec: secretspec(&peers).map_err(not) }
    }

    /// No peers, for secenv alone.
    pub(crate) fn none(secenv: &Path) -> Self {
        let not = || "not needed".to_owned();
        Self { secenv: secenv.to_owned(), python: Err(not()), secretspec: Err(not()) }
    }

    /// Names and versions, for the head of the table.
    pub(crate) fn versions() -> Vec<String> {
        let pinned = REQUIREMENTS.lines().filter(|line| line.starts_with("awscli=") || line.starts_with("boto"));
        let commit = bounded(Command::new("git").args(["describe", "--always", "--dirty"]), LIMIT);
        let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        let mut versions = vec![format!("secenv {} {commit}", env!("CARGO_PKG_VERSION")).trim().to_owned()];
        versions.push(format!("secretspec {SECRETSPEC} (features cli, awssm)"));
        versions.extend(pinned.map(|line| line.replace("==", " ")));
        versions
    }
}

/// A copy of the binary under test, written as an installation writes it. What a linker writes lies in the page cache in
/// single pages, and each fault on it takes several times as long: that is a cost of having just been built.
pub(crate) fn as_installed(secenv: &Path) -> Result<PathBuf, String> {
    let failed = |error| format!("{} cannot be copied to target/peers: {error}", secenv.display());
    fs::create_dir_all(peers()).map_err(failed)?;
    let copy = peers().join("secenv");
    let aside = peers().join(format!("secenv-{}", std::process::id()));
    fs::copy(secenv, &aside).and_then(|_| fs::rename(&aside, &copy)).map_err(failed)?;
    Ok(copy)
}

/// `target/peers`, wherever the target directory is.
fn peers() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    target.parent().unwrap_or(target).join("peers")
}

/// Made aside and marked when complete, so that an interrupted installation is begun again.
fn python(peers: &Path) -> Result<PathBuf, String> {
    let home = peers.join("python");
    let mark = home.join("requirements.txt");
    if fs::read_to_string(&mark).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(home);
    }
    let list = peers.join("requirements.txt");
    fs::write(&list, REQUIREMENTS).map_err(|error| error.to_string())?;
    step(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home), "python3 (3.10 or later) with venv")?;
    let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"];
    step(Command::new(home.join("bin/python")).args(pip).arg(&list), "a package index that pip can reach")?;
    fs::rename(&list, &mark).map_err(|error| error.to_string())?;
    Ok(home)
}

fn secretspec(peers: &Path) -> Result<PathBuf, String> {
    let root = peers.join(format!("secretspec-{SECRETSPEC}"));
    let binary = root.join("bin/secretspec");
    if binary.exists() {
        return Ok(binary);
    }
    let mut install = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    install.args(["install", "secretspec", "--locked", "--version", SECRETSPEC, "--no-default-features"]);
    install.args(["--features", "cli,awssm", "--root"]).arg(&root).env("CARGO_TARGET_DIR", peers.join("build"));
    // cargo bench sets it for secenv (`.cargo/config.toml`); the peer is to be what its users install.
    install.env_remove("AWS_LC_SYS_NO_JITTER_ENTROPY");
    step(&mut install, "cargo, a C compiler, and a crate registry that cargo can reach")?;
    Ok(binary)
}

fn step(command: &mut Command, need: &str) -> Result<(), String> {
    let output = bounded(command, LIMIT).map_err(|error| format!("it needs {need}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(format!("it needs {need}: {}: {last}", output.status))
}
