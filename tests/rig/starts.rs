//! The builder: what it starts, what surrounds it, and that a failure is shown in full.

use std::{ffi::OsStr, panic, time::Duration};

use nix::sys::signal::{self, Signal};

use super::one;
use crate::support::{
    bare,
    fault::{Certificate, Fault},
    secenv,
    secenv::{Environment, Start},
};

/// What a panicking closure says.
fn complaint(act: impl FnOnce() + panic::UnwindSafe) -> String {
    *panic::catch_unwind(act).expect_err("it panics").downcast::<String>().unwrap()
}

#[test]
fn the_built_binary_starts() {
    let output = secenv().args(["--version"]).run();
    assert!(output.code().is_some(), "{output}");
}

#[test]
fn nothing_of_the_surroundings_leaks_in() {
    let start = bare("env").env("A", "1=2");
    let dir = start.dir().as_os_str().to_owned();
    let environment = start.environment();
    let mut names: Vec<_> = environment.pairs().map(|(name, _)| name.to_owned()).collect();
    names.sort();
    assert_eq!(names, ["A", "AWS_EC2_METADATA_DISABLED", "HOME", "PATH"]);
    assert_eq!(environment.get("HOME"), Some(&*dir));
    assert_eq!(environment.get("A"), Some(OsStr::new("1=2")));
}

#[test]
fn aws_is_the_server() {
    let server = Fault::tls(&one(), Certificate::Valid);
    let script = r#"echo "$AWS_ENDPOINT_URL $AWS_REGION"; cat "$AWS_CA_BUNDLE""#;
    let text = bare("sh").args(["-c", script]).aws(&server).run().succeeds().text();
    assert_eq!(text, format!("{} us-east-1\n{}", server.url(), server.authority().unwrap()));
}

#[test]
fn files_and_stdin_arrive() {
    let start = bare("sh").args(["-c", "cat secenv.toml deep/file -"]);
    let output = start.manifest("a = 1\n").file("deep/file", b"\xff").stdin(*b"in").run().succeeds();
    assert_eq!(output.stdout, b"a = 1\n\xffin");
    assert_eq!(bare("cat").run().succeeds().stdout, b"", "without one, stdin is at its end");
}

#[test]
fn a_start_can_be_repeated_in_its_directory() {
    let mut start = bare("sh").args(["-c", "echo x >> log; cat log"]);
    assert_eq!(start.again().succeeds().text(), "x\n");
    assert_eq!(start.again().succeeds().text(), "x\nx\n");
    let output = bare("pwd").current_dir("/").run().succeeds();
    assert_eq!(output.text(), "/\n");
}

#[test]
fn the_new_process_can_be_prepared() {
    let ignored = |start: Start| {
        let line = start.args(["SigIgn", "/proc/self/status"]).run().succeeds().text();
        u64::from_str_radix(line.trim_start_matches("SigIgn:").trim(), 16).unwrap()
    };
    let plain = ignored(bare("grep"));
    let prepared = ignored(bare("grep").before_exec(|| {
        // SAFETY: ignoring a signal installs no handler.
        unsafe { signal::signal(Signal::SIGUSR2, signal::SigHandler::SigIgn) }?;
        Ok(())
    }));
    assert_eq!(prepared ^ plain, 1 << (Signal::SIGUSR2 as i32 - 1));
}

#[test]
fn codes_and_signals_are_told_apart() {
    let output = bare("sh").args(["-c", "echo out; echo err >&2; exit 7"]).run().exits(7).says("err").hides("other");
    assert_eq!((output.text().as_str(), output.signal()), ("out\n", None));
    let output = bare("sh").args(["-c", "kill -TERM $$"]).run();
    assert_eq!((output.code(), output.signal()), (None, Some(15)));
}

#[test]
fn a_process_under_way_can_be_signalled() {
    let (mut running, _dir) = bare("sh").args(["-c", "echo ready; exec sleep 600"]).start();
    running.prints("ready");
    running.signal(Signal::SIGTERM);
    let output = running.finish();
    assert_eq!((output.signal(), output.text().as_str()), (Some(15), "ready\n"));
}

#[test]
fn a_failure_shows_everything() {
    let run = |code: &str| bare("sh").args(["-c", &format!("echo out; echo err >&2; exit {code}")]).run();
    for text in [
        complaint(|| drop(run("7").exits(0))),
        complaint(|| drop(run("7").says("nothing"))),
        complaint(|| drop(run("7").hides("out"))),
        complaint(|| drop(run("7").hides("err"))),
        complaint(|| drop(run("7").succeeds())),
    ] {
        for part in ["exit status: 7", "out", "err"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
    complaint(|| drop(run("0").succeeds()));
    complaint(|| drop(bare("false").run().succeeds()));
}

#[test]
fn a_hang_is_a_failure_that_shows_everything() {
    let start = bare("sh").args(["-c", "echo before; exec sleep 600"]).limit(Duration::from_secs(1));
    let text = complaint(panic::AssertUnwindSafe(|| drop(start.run())));
    assert!(text.contains("is still running") && text.contains("before"), "{text}");
}

#[test]
fn an_environment_block_is_read_as_it_is() {
    let block = Environment::parse(b"A=1\0A=2\0odd\0=x=y\0E=\0");
    let entries: Vec<_> = block.0.iter().map(|entry| entry.to_str().unwrap()).collect();
    assert_eq!(entries, ["A=1", "A=2", "odd", "=x=y", "E="]);
    let pairs: Vec<_> = block.pairs().map(|(name, value)| (name.to_str().unwrap(), value.to_str().unwrap())).collect();
    assert_eq!(pairs, [("A", "1"), ("A", "2"), ("=x", "y"), ("E", "")]);
    assert_eq!(Environment::parse(b""), Environment(Vec::new()));
}
