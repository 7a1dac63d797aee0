//! A secenv that is known to be fetching: its request is at a server that keeps the answer back until it is told to let go.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::fault::{Fault, Secret};

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits for the end of a child that has been sent a signal, and fails if it lives on.
pub(crate) fn end_of(mut child: Child) -> ExitStatus {
    let pid = Pid::from_raw(child.id().cast_signed());
    let (ended, end) = mpsc::channel();
    let waiter = thread::spawn(move || ended.send(child.wait().unwrap()));
    let status = end.recv_timeout(LIMIT);
    if status.is_err() {
        // unshare(1) takes the namespace down with it.
        kill(pid, Signal::SIGKILL).unwrap();
    }
    let _ = waiter.join();
    status.expect("the signal should end it")
}

/// A server that has the secret, and keeps every answer back until it is told to let go.
pub(crate) struct Held {
    server: Fault,
}

impl Held {
    pub(crate) fn new() -> Self {
        let server = Fault::serve(&[Secret::text("held", "x")]);
        server.hold();
        Self { server }
    }

    /// Starts the command, which has [`super::both::fetch_arguments`], and returns when it fetches.
    pub(crate) fn start(&self, mut command: Command) -> Child {
        command.env("AWS_ENDPOINT_URL", self.server.url()).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
        let child = command.spawn().unwrap();
        self.server.wait_underway(1);
        child
    }

    /// Lets the fetch end well.
    pub(crate) fn release(&self) {
        self.server.release();
    }
}
