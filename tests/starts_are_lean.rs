//! A start opens what it has to read and nothing else: nothing of AWS where AWS is not asked, no certificates where no TLS is
//! spoken, and nothing of `/proc`, which the start-up code of std reads.

use std::fs;

use crate::support::{
    fault::{Fault, Secret},
    file_source::file_source,
    secenv::{Start, bare},
};

/// What secenv opens before it becomes the command, without the dynamic linker's files, which the static binary has not.
fn opened(start: Start, arguments: &[&str]) -> Vec<String> {
    let watched = ["-o", "trace", "-e", "trace=open,openat,execve", env!("CARGO_BIN_EXE_secenv")];
    let mut start = start.args(watched).args(arguments);
    start.again().exits(0);
    let trace = fs::read_to_string(start.dir().join("trace")).expect("strace writes it");
    let home = start.dir().display().to_string();
    let own = trace.lines().skip(1).take_while(|line| !line.starts_with("execve("));
    let paths = own.filter_map(|line| line.split('"').nth(1));
    let read = paths.filter(|path| !path.contains(".so") && !path.starts_with("/lib/"));
    read.map(|path| path.replace(&home, "~")).collect()
}

#[test]
fn the_file_source_is_the_manifest_and_the_file() {
    let start = bare("strace").manifest("source = \"file:secrets.json\"\n[env]\nA = \"a\"\n");
    let start = start.file("secrets.json", file_source(&[Secret::text("a", "x")]));
    assert_eq!(opened(start, &["run", "--", "true"]), ["secenv.toml", "secrets.json"]);
}

#[test]
fn a_plan_is_the_manifest() {
    let start = bare("strace").manifest("[env]\nA = \"a\"\n");
    assert_eq!(opened(start, &["plan"]), ["secenv.toml"]);
}

#[test]
fn aws_over_http_is_the_manifest_and_its_two_files() {
    let server = Fault::serve(&[Secret::text("a", "x")]);
    let start = bare("strace").aws(&server).manifest("[env]\nA = \"a\"\n");
    let opened = opened(start, &["run", "--", "true"]);
    assert_eq!(opened, ["secenv.toml", "~/.aws/config", "~/.aws/credentials"]);
    assert_eq!(server.record().connections, 1);
}
