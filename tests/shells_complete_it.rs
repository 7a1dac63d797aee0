//! The completions load in the real shells, and complete flags, commands and the names of targets.

use std::{path::Path, process::Command};

use tempfile::TempDir;

use crate::support::{bare, both::binary, pty::Pty, secenv};

const MANIFEST: &str = "\
[env]\nWHO = { value = \"base\" }\n[target.production]\nenv = { WHO = { value = \"prod\" } }\n[target.staging]\n\
[target.\"eu west\"]\nvars = {}\n";

fn script(shell: &str) -> String {
    secenv().args(["completions", shell]).run().succeeds().text()
}

/// The script calls the `secenv` of the PATH.
fn path() -> String {
    let dir = binary().parent().unwrap().display().to_string();
    format!("{dir}:{}", std::env::var("PATH").unwrap())
}

/// What bash offers for the words, of which the last one is under way; the arguments of `source` go before.
fn bash(before: &str, words: &[&str]) -> Vec<String> {
    let ask = "source ./script; COMP_WORDS=(\"$@\"); COMP_CWORD=$(( $# - 1 )); \
        _secenv_line secenv \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\" 2>/dev/null; \
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let start =
        bare("bash").file("script", script("bash")).file("secenv.toml", MANIFEST).file("other.toml", "[target.x]");
    let start = start.env("PATH", path()).args(["--norc", "--noprofile", "-c", &format!("{before}{ask}"), "bash"]);
    let offered = start.args(words).run().exits(0).text();
    offered.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    assert_eq!(bash("", &["secenv", "compl"]), ["completions"]);
    assert!(bash("", &["secenv", "completions", ""]).contains(&"fish".to_owned()));
    assert!(!bash("", &["secenv", "completions", "-"]).contains(&"--targets".to_owned()));
    assert!(bash("", &["secenv", "run", "--no"]).contains(&"--no-manifest".to_owned()));
    assert_eq!(bash("", &["secenv", "run", "--target", "p"]), ["production"]);
    assert_eq!(bash("", &["secenv", "run", "--target", "s"]), ["staging"]);
    for named in [
        &["-m", "other.toml"][..],
        &["-mother.toml"],
        &["--manifest", "other.toml"],
        &["--manifest", "=", "other.toml"],
    ] {
        assert_eq!(bash("", &[&["secenv", "run"], named, &["--target", ""]].concat()), ["x"], "{named:?}");
    }
    assert_eq!(bash("export SECENV_MANIFEST=other.toml; ", &["secenv", "run", "--target", ""]), ["x"]);
    assert_eq!(
        bash("cd /; source() { builtin source \"$OLDPWD/$1\"; }; ", &["secenv", "run", "--target", ""]),
        [""; 0]
    );
}

#[test]
fn bash_completes_the_command_as_a_command() {
    assert!(bash("", &["secenv", "run", "--", "printe"]).contains(&"printenv".to_owned()));
    assert_eq!(bash("", &["secenv", "run", "--", "printenv", "--no"]), [""; 0]);
    let told = bash("_command_offset() { COMPREPLY=(\"offset $1\"); }; ", &["secenv", "run", "--", "ls", "-"]);
    assert_eq!(told, ["offset 3"]);
}

#[test]
fn the_names_of_targets_take_no_pipe_and_tell_no_mistake() {
    let list = |manifest: &str| {
        let words = ["completions", "--targets", "--", "secenv", "run", "-m", manifest, "--target"];
        secenv().manifest(MANIFEST).file("broken.toml", "[target.a]\n[env\n").args(words).run().succeeds().text()
    };
    assert_eq!(list("secenv.toml"), "eu west\nproduction\nstaging\n");
    assert_eq!(list("broken.toml"), "a\n");
    assert_eq!(list("missing.toml"), "");
    assert_eq!(list("/dev/zero"), "");
    assert_eq!(list("-"), "");
}

#[test]
fn fish_completes() {
    let offered = |line: &str| {
        let ask = "source ./script; complete -C $argv[1]";
        let start =
            bare("fish").file("script", script("fish")).file("secenv.toml", MANIFEST).file("other.toml", "[target.x]");
        let start = start.env("PATH", path()).args(["--no-config", "-c", ask, line]);
        let text = start.run().exits(0).text();
        text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered("secenv compl"), ["completions"]);
    assert_eq!(offered("secenv run --no-m"), ["--no-manifest"]);
    assert_eq!(offered("secenv run --target "), ["eu west", "production", "staging"]);
    assert_eq!(offered("secenv run -m other.toml --target "), ["x"]);
}

#[test]
fn zsh_completes() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("_secenv", &script("zsh"));
    write("secenv.toml", MANIFEST);
    write("other.toml", "[env]\nWHO = { value = \"other\" }\n[target.xylophone]");
    let mut zsh = zsh(dir.path());
    zsh.types("fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; echo loa''ded\r");
    zsh.shows("loaded");
    zsh.shows("prompt$ ");
    zsh.types("secenv ru\t --target pro\t -- sh -c 'echo got:$WHO'\r");
    zsh.shows("got:prod\r");
    zsh.shows("prompt$ ");
    zsh.types("secenv run -m other.toml --target xy\t -- printe\tnv WHO\r");
    zsh.shows("other\r");
}

fn zsh(dir: &Path) -> Pty {
    let mut zsh = Command::new("zsh");
    zsh.args(["-f", "-i"]).current_dir(dir).env_clear().env("HOME", dir).env("PATH", path());
    zsh.env("PS1", "prompt$ ").env("TERM", "dumb").env("LC_ALL", "C.UTF-8");
    let mut pty = Pty::start(zsh);
    pty.shows("prompt$ ");
    pty
}
