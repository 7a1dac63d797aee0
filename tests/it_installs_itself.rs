//! `secenv install` puts a whole, executable copy of itself in place, or leaves what is there, and says what it is.

use std::{
    fs,
    io::{self, Read},
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
};

use nix::sys::stat::{Mode, umask};

use crate::support::{bare, secenv, secenv::Start};

fn built() -> Vec<u8> {
    fs::read(env!("CARGO_BIN_EXE_secenv")).unwrap()
}

/// Its directory, a umask that takes everything from others, and what is to be there before.
fn install(path: &str, before: impl FnOnce(&Path)) -> Start {
    let start = secenv().args(["install", path]).before_exec(|| {
        umask(Mode::from_bits_truncate(0o077));
        Ok(())
    });
    before(start.dir());
    start
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_copy_is_whole_and_anyone_may_run_it() {
    for (path, lands) in [("tool", "tool"), ("bin", "bin/secenv"), ("bin/", "bin/secenv"), ("./bin/s", "bin/s")] {
        let mut start = install(path, |dir| fs::create_dir(dir.join("bin")).unwrap());
        assert_eq!(start.again().succeeds().text(), "");
        let copy = start.dir().join(lands);
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o7777, 0o755, "{path}");
        assert!(fs::read(&copy).unwrap() == built(), "{path}");
        assert_eq!(names(copy.parent().unwrap()).iter().filter(|name| name.starts_with('.')).count(), 0);
        bare(&copy).args(["run", "--env", "A=1", "--", "true"]).run().succeeds();
    }
}

#[test]
fn what_was_there_is_replaced_and_never_written_to() {
    let mut start = install("tool", |dir| {
        fs::write(dir.join("old"), "old").unwrap();
        fs::hard_link(dir.join("old"), dir.join("tool")).unwrap();
    });
    let mut held = fs::File::open(start.dir().join("tool")).unwrap();
    start.again().succeeds();
    let mut text = String::new();
    held.read_to_string(&mut text).unwrap();
    assert_eq!(text, "old");
    assert_eq!(fs::read_to_string(start.dir().join("old")).unwrap(), "old");
    assert!(fs::read(start.dir().join("tool")).unwrap() == built());
}

#[test]
fn a_link_in_the_place_is_replaced_and_not_followed() {
    let mut start = install("tool", |dir| {
        fs::write(dir.join("elsewhere"), "mine").unwrap();
        symlink("elsewhere", dir.join("tool")).unwrap();
    });
    start.again().succeeds();
    assert_eq!(fs::read_to_string(start.dir().join("elsewhere")).unwrap(), "mine");
    assert!(fs::symlink_metadata(start.dir().join("tool")).unwrap().is_file());
}

#[test]
fn a_copy_can_be_replaced_by_itself() {
    let mut start = install("tool", |_| {});
    start.again().succeeds();
    let tool = start.dir().join("tool");
    let first = fs::metadata(&tool).unwrap().ino();
    bare(&tool).args(["install".as_ref(), tool.as_os_str()]).run().succeeds();
    assert_ne!(fs::metadata(&tool).unwrap().ino(), first);
    assert!(fs::read(&tool).unwrap() == built());
}

#[test]
fn what_cannot_be_done_is_told_with_what_to_do_and_leaves_nothing() {
    for (path, says, help) in [
        ("absent/tool", "cannot install to absent/tool", "mkdir -p absent"),
        ("absent/", "cannot install to absent/", "mkdir -p absent"),
        ("taken", "cannot install to taken/secenv", "PATH is the file to be"),
        ("file/tool", "cannot install to file/tool", "PATH is a directory"),
    ] {
        let mut start = install(path, |dir| {
            fs::create_dir_all(dir.join("taken/secenv")).unwrap();
            fs::write(dir.join("file"), "").unwrap();
        });
        let output = start.again().exits(125).says(says).says(help);
        assert_eq!(output.text(), "");
        assert_eq!((names(start.dir()), names(&start.dir().join("taken"))), {
            (vec!["file".to_owned(), "taken".to_owned()], vec!["secenv".to_owned()])
        });
    }
}

#[test]
fn a_file_system_that_is_full_keeps_what_was_there() {
    let mut start = install("tool", |dir| fs::write(dir.join("tool"), "old").unwrap()).before_exec(|| {
        // A limit on files stands for a full disk; without the signal's default it is an error of write(2).
        let small = nix::libc::rlimit { rlim_cur: 4096, rlim_max: 4096 };
        // SAFETY: a system call on a structure of ours.
        let limited = unsafe { nix::libc::setrlimit(nix::libc::RLIMIT_FSIZE, &raw const small) };
        // SAFETY: it ignores a signal; no handler is installed.
        let ignored = unsafe { nix::libc::signal(nix::libc::SIGXFSZ, nix::libc::SIG_IGN) };
        if limited == 0 && ignored != nix::libc::SIG_ERR { Ok(()) } else { Err(io::Error::last_os_error()) }
    });
    start.again().exits(125).says("it cannot be written");
    assert_eq!(names(start.dir()), ["tool"]);
    assert_eq!(fs::read_to_string(start.dir().join("tool")).unwrap(), "old");
}

#[test]
fn the_version_says_what_was_built() {
    let output = secenv().args(["--version"]).run().succeeds();
    let lines: Vec<_> = output.text().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], concat!("secenv ", env!("CARGO_PKG_VERSION")));
    let features = if cfg!(feature = "aws-lc") { "features: aws-lc" } else { "features: ring" };
    assert!(lines[1].starts_with("commit: ") && lines[1].len() > "commit: ".len(), "{lines:?}");
    assert_eq!(lines[2], features);
    assert!(lines[3].starts_with("target: ") && lines[3].contains(std::env::consts::ARCH), "{lines:?}");
    assert_eq!(secenv().args(["-V"]).run().succeeds().text().trim_end(), lines[0]);
}
