//! On a terminal, and nowhere else, a wait that one notices says what it is for; it is gone before anything else is said.

use std::process::Command;

use crate::support::{
    both::binary,
    fault::{Action, Fault, Secret},
    pty::Pty,
    secenv,
};

const TAKE_AWAY: &str = "\r\u{1b}[K";

fn fetching(server: &Fault, flags: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm");
    command
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
    command.args(["run", "--no-manifest", "--env", "S=secretsmanager://s"]).args(flags);
    command.args(["--", "sh", "-c", "echo started"]);
    command
}

fn server() -> Fault {
    Fault::serve(&[Secret::text("s", "v")])
}

#[test]
fn a_long_wait_names_the_host_and_is_taken_away_before_the_command_starts() {
    let server = server();
    server.hold();
    let mut pty = Pty::start(fetching(&server, &[]));
    pty.shows(&format!("secenv: waiting for {}, deadline in ", server.address()));
    pty.shows("s\u{1b}[?7h");
    server.release();
    let between = pty.shows("started");
    // The last thing before the command's own output is an empty line, in a terminal that wraps again.
    assert!(between.ends_with(&format!("{TAKE_AWAY}\u{1b}[?7l\u{1b}[?7h")), "{between:?}");
    assert!(pty.end().success());
}

#[test]
fn what_failed_and_how_often_is_said() {
    let server = server();
    server.play(Action::RetryAfter(3).once());
    let mut pty = Pty::start(fetching(&server, &[]));
    pty.shows(" (service fault, attempt 2), deadline in ");
    pty.shows("started");
    assert!(pty.end().success());
}

#[test]
fn a_report_stands_on_a_clean_line() {
    let server = server();
    server.play(Action::Throttle.forever());
    let mut pty = Pty::start(fetching(&server, &["--deadline", "1500ms"]));
    let before = pty.shows("error");
    let last = before.rsplit(TAKE_AWAY).next().unwrap();
    assert!(before.contains("waiting for") && !last.contains("waiting"), "{before:?}");
    pty.shows("exit 124");
}

#[test]
fn a_terminal_that_is_dumb_or_has_verbose_lines_or_json_on_it_and_a_pipe_show_no_wait() {
    for (flags, term) in [(&[][..], "dumb"), (&["-v"], "xterm"), (&["--error-format", "json"], "xterm")] {
        let slow = server();
        slow.play(Action::RetryAfter(2).once());
        let mut command = fetching(&slow, flags);
        command.env("TERM", term);
        let mut pty = Pty::start(command);
        assert!(!pty.shows("started").contains("waiting"), "{flags:?} {term}");
    }

    let slow = server();
    slow.play(Action::RetryAfter(2).once());
    let piped = secenv().aws(&slow).env("TERM", "xterm").manifest("[env]\nS = \"s\"").args(["run", "--", "true"]);
    piped.run().succeeds();
}
