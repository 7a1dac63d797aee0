//! How far one attempt got: the host, the phase, and what ended it.
//! Edge: a task-local note that the connector writes, and that whoever started the attempt reads.
//! Separate because the SDK's errors name neither host nor phase, and a future cut off at a deadline has no error at all.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::time::timeout_at;

use crate::fetch::waiting;

/// The steps of an attempt, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fetch::aws) enum Phase {
    /// Looking the host (or its proxy) up.
    Dns,
    /// The TCP connection.
    Connect,
    /// The connection to a proxy, and the CONNECT request to it.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The request was sent, or could be.
    Request,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Request => "request",
        })
    }
}

/// What became of the last HTTP request of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fetch::aws) enum Ending {
    /// No request was made.
    NotAsked,
    /// None: it is still under way.
    Pending,
    /// The head of an answer with that status.
    Answered(u16),
    /// The connect or read timeout passed.
    TimedOut,
    /// The server's certificate was not accepted, with the reason.
    Certificate(String),
    /// Plain http to a host where the policy forbids it.
    PlainHttp,
    /// A proxy variable or CA bundle that cannot be used, with its name.
    Setup(String),
    /// A CA bundle that did not end before the deadline, with its variable.
    LateFile(String),
    /// Any other end of the connection, with the innermost reason.
    Broken(String),
}

/// What an attempt left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fetch::aws) struct Seen {
    /// The host of the last request; without one the endpoint was never known.
    pub(in crate::fetch::aws) host: Option<String>,
    /// The phase that it was in last.
    pub(in crate::fetch::aws) phase: Phase,
    /// What ended it.
    pub(in crate::fetch::aws) ending: Ending,
}

/// The shared note of one attempt.
#[derive(Clone, Debug)]
pub(super) struct Progress(Arc<Mutex<Seen>>);

tokio::task_local! {
    static CURRENT: Progress;
}

impl Progress {
    /// An empty note.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Seen { host: None, phase: Phase::Request, ending: Ending::NotAsked })))
    }

    /// The note of the attempt that is being polled; one that nobody reads outside of an attempt.
    pub(super) fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_else(|_| Self::new())
    }

    /// A new HTTP request to `host`.
    pub(super) fn asked(&self, host: &str) {
        waiting::asks(host);
        self.write(|seen| *seen = Seen { host: Some(host.to_owned()), phase: Phase::Request, ending: Ending::Pending });
    }

    /// The request has come to `phase`.
    pub(super) fn reached(&self, phase: Phase) {
        self.write(|seen| {
            if seen.ending == Ending::Pending {
                seen.phase = phase;
            }
        });
    }

    /// The request has ended.
    pub(super) fn ended(&self, ending: Ending) {
        self.write(|seen| seen.ending = ending);
    }

    fn write(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Polls `attempt` until `end` at most, and tells how far it got; no output if `end` came first.
pub(in crate::fetch::aws) async fn watched<T>(end: Instant, attempt: impl Future<Output = T>) -> (Option<T>, Seen) {
    let progress = Progress::new();
    let output = timeout_at(end.into(), CURRENT.scope(progress.clone(), attempt)).await.ok();
    let seen = progress.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (output, seen)
}
