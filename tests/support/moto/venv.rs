//! The Python environment that moto runs in, made once under the target directory.
//!
//! It is built aside and renamed when complete, under a lock, so that test processes side by side share one.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::support::running::Running;

const REQUIREMENTS: &str = include_str!("../requirements.txt");
const LIMIT: Duration = Duration::from_mins(10);

/// The interpreter of the environment, which is made if it is not there.
pub fn python() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target/tmp has a parent");
    let home = target.join("moto-5.2.1");
    let lock = File::create(target.join("moto-5.2.1.lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let python = home.join("bin/python");
    let complete = fs::read_to_string(home.join("requirements.txt")).is_ok_and(|text| text == REQUIREMENTS);
    if !(complete && python.exists()) {
        build(target, &home)?;
    }
    Ok(python)
}

fn build(target: &Path, home: &Path) -> Result<(), String> {
    let aside = tempfile::Builder::new().prefix("moto-").tempdir_in(target).map_err(|error| error.to_string())?;
    let requirements = aside.path().join("requirements.txt");
    run(Command::new("python3").args(["-m", "venv"]).arg(aside.path()))?;
    fs::write(&requirements, REQUIREMENTS).map_err(|error| error.to_string())?;
    run(Command::new(aside.path().join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"])
        .arg(&requirements))?;
    if home.exists() {
        fs::remove_dir_all(home).map_err(|error| error.to_string())?;
    }
    fs::rename(aside.keep(), home).map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<(), String> {
    let need = "moto needs python3 (3.11 or later) with venv and pip, and a package index that pip can reach";
    if let Err(error) = Command::new(command.get_program()).arg("--version").output() {
        return Err(format!("{need}: cannot start {}: {error}", command.get_program().display()));
    }
    let output = Running::start(command, None, LIMIT).finish();
    if output.status.success() { Ok(()) } else { Err(format!("{need}: {command:?} failed: {output}")) }
}
