//! The peers, pinned, under `target/peers`: a Python environment with the AWS CLI and boto3, crates, and a Go module.
//! Edge: pip, cargo and go, only for what is not there yet.
//! What cannot be had is an error that the table shows, never a missing row.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    launch::bounded,
    options::{Options, Peers},
};

const REQUIREMENTS: &str = include_str!("../requirements.txt");
/// Release builds, as their users install them, with as few features as they have.
const SECRETSPEC: Crate =
    Crate { name: "secretspec", version: "0.21.1", features: Some("cli,awssm"), need: Need::Nothing };
const FNOX: Crate = Crate { name: "fnox", version: "1.43.0", features: None, need: Need::Udev };
const TELLER: Crate = Crate { name: "teller", version: "2.0.7", features: None, need: Need::Protoc };
const CHAMBER: &str = "github.com/segmentio/chamber/v3@v3.1.4";
/// The bound on one step of an installation.
const LIMIT: Duration = Duration::from_mins(40);

/// Where a program is, or why it is nowhere.
type Found = Result<PathBuf, String>;

/// A peer from the crate registry.
#[derive(Clone, Copy, Debug)]
struct Crate {
    name: &'static str,
    version: &'static str,
    /// Instead of its default ones, where it has any.
    features: Option<&'static str>,
    need: Need,
}

/// What a crate is built with, besides cargo and a C compiler.
#[derive(Clone, Copy, Debug)]
enum Need {
    Nothing,
    /// A library for those who link against it.
    Udev,
    /// The compiler of protocol buffers.
    Protoc,
}

/// Where the peers are.
#[derive(Debug)]
pub(crate) struct Tools {
    /// The binary under test.
    pub(crate) secenv: PathBuf,
    /// The directory of the Python environment.
    pub(crate) python: Found,
    pub(crate) secretspec: Found,
    pub(crate) fnox: Found,
    pub(crate) teller: Found,
    pub(crate) chamber: Found,
}

impl Tools {
    /// Installs what is missing, unless the options leave the peers as they are.
    pub(crate) fn install(options: &Options) -> Self {
        let place = Place { dir: peers(), peers: options.peers };
        if let Err(error) = fs::create_dir_all(&place.dir) {
            return Self::without(&options.secenv, &format!("not installed: no directory target/peers: {error}"));
        }
        let not = |error| format!("not installed: {error}");
        Self {
            secenv: options.secenv.clone(),
            python: place.python().map_err(not),
            secretspec: place.add(SECRETSPEC).map_err(not),
            fnox: place.add(FNOX).map_err(not),
            teller: place.add(TELLER).map_err(not),
            chamber: place.chamber().map_err(not),
        }
    }

    /// No peers, for secenv alone.
    pub(crate) fn none(secenv: &Path) -> Self {
        Self::without(secenv, "not needed")
    }

    fn without(secenv: &Path, why: &str) -> Self {
        let not = || Err(why.to_owned());
        let secenv = secenv.to_owned();
        Self { secenv, python: not(), secretspec: not(), fnox: not(), teller: not(), chamber: not() }
    }

    /// Names and versions, for the head of the table.
    pub(crate) fn versions() -> Vec<String> {
        let pinned = REQUIREMENTS.lines().filter(|line| line.starts_with("awscli=") || line.starts_with("boto"));
        let commit = bounded(Command::new("git").args(["describe", "--always", "--dirty"]), LIMIT);
        let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        let mut versions = vec![format!("secenv {} {commit}", env!("CARGO_PKG_VERSION")).trim().to_owned()];
        versions.extend([SECRETSPEC, FNOX, TELLER].map(|one| {
            let features = one.features.map(|features| format!(" (features {features})")).unwrap_or_default();
            format!("{} {}{features}", one.name, one.version)
        }));
        versions.push(CHAMBER.trim_start_matches("github.com/segmentio/").to_owned());
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

/// Where the peers are installed, and whether they may be.
#[derive(Debug)]
struct Place {
    dir: PathBuf,
    peers: Peers,
}

impl Place {
    /// Made aside and marked when complete, so that an interrupted installation is begun again.
    fn python(&self) -> Found {
        let home = self.dir.join("python");
        let mark = home.join("requirements.txt");
        if fs::read_to_string(&mark).is_ok_and(|text| text == REQUIREMENTS) {
            return Ok(home);
        }
        let list = self.dir.join("requirements.txt");
        fs::write(&list, REQUIREMENTS).map_err(|error| error.to_string())?;
        self.step(
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home),
            "python3 (3.10 or later) with venv",
        )?;
        let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"];
        self.step(Command::new(home.join("bin/python")).args(pip).arg(&list), "a package index that pip can reach")?;
        fs::rename(&list, &mark).map_err(|error| error.to_string())?;
        Ok(home)
    }

    /// The compiler of protocol buffers that is part of the Python environment, as the program that build scripts call.
    fn protoc(&self) -> Found {
        let python = self.python()?;
        let script = self.dir.join("protoc");
        let text = format!("#!/bin/sh\nexec '{}' -m grpc_tools.protoc \"$@\"\n", python.join("bin/python").display());
        fs::write(&script, text).map_err(|error| error.to_string())?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        Ok(script)
    }

    fn udev(&self) -> Result<(), String> {
        let there = bounded(Command::new("pkg-config").args(["--exists", "libudev"]), LIMIT);
        if there.is_ok_and(|output| output.status.success()) {
            return Ok(());
        }
        let need = "libudev for developers (Debian: pkg-config, libudev-dev)";
        self.step(Command::new("apt-get").args(["update", "-qq"]), need)?;
        let install = ["install", "-y", "-qq", "--no-install-recommends", "pkg-config", "libudev-dev"];
        self.step(Command::new("apt-get").args(install), need)
    }

    fn add(&self, Crate { name, version, features, need }: Crate) -> Found {
        let root = self.dir.join(format!("{name}-{version}"));
        let binary = root.join("bin").join(name);
        if binary.exists() {
            return Ok(binary);
        }
        let protoc = match need {
            Need::Nothing => None,
            Need::Udev => self.udev().map(|()| None)?,
            Need::Protoc => Some(self.protoc()?),
        };
        let mut install = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        install.args(["install", name, "--locked", "--version", version, "--root"]).arg(&root);
        if let Some(features) = features {
            install.args(["--no-default-features", "--features", features]);
        }
        install.env("CARGO_TARGET_DIR", self.dir.join("build")).envs(protoc.map(|protoc| ("PROTOC", protoc)));
        // cargo bench sets it for secenv (`.cargo/config.toml`); the peer is to be what its users install.
        install.env_remove("AWS_LC_SYS_NO_JITTER_ENTROPY");
        self.step(&mut install, "cargo, a C compiler, and a crate registry that cargo can reach")?;
        Ok(binary)
    }

    fn chamber(&self) -> Found {
        let root = self.dir.join(CHAMBER.replace('/', "-"));
        let binary = root.join("chamber");
        if !binary.exists() {
            let mut install = Command::new("go");
            self.step(install.args(["install", CHAMBER]).env("GOBIN", &root), "go and a module proxy")?;
        }
        Ok(binary)
    }

    fn step(&self, command: &mut Command, need: &str) -> Result<(), String> {
        if self.peers == Peers::AsTheyAre {
            return Err("it is not in target/peers, and --installed adds nothing".to_owned());
        }
        let output = bounded(command, LIMIT).map_err(|error| format!("it needs {need}: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        let why = text.lines().find(|line| line.starts_with("error")).or(last).unwrap_or_default();
        Err(format!("it needs {need}: {}: {why}", output.status))
    }
}
