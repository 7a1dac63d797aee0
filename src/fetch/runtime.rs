//! The runtime of one piece of work: one thread, built around it and ended with it.
//! Edge: it waits.
//! Separate because the end is not the usual one: nobody waits for a look-up that nobody needs any more.

use super::{Failure, FailureKind, Limits, Outcome, Subject, waiting};
use crate::log::Log;

/// Runs the work of a source that was asked `count` questions.
pub(super) fn fetch(
    count: usize,
    limits: &Limits,
    log: &Log,
    work: impl Future<Output = Vec<Outcome>>,
) -> Vec<Outcome> {
    run(waiting::shown(limits, log, work)).unwrap_or_else(|error| vec![Err(refused(&error)); count])
}

/// Runs any work.
///
/// # Errors
/// The system has no room for a runtime.
pub(super) fn run<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let output = runtime.block_on(work);
    // A plain drop would wait for a getaddrinfo.
    runtime.shutdown_background();
    Ok(output)
}

fn refused(error: &std::io::Error) -> Failure {
    Failure {
        kind: FailureKind::Refused,
        subject: Subject::Source,
        message: "the system refuses what network calls need (epoll, event descriptors)".to_owned(),
        notes: vec![error.to_string()],
        help: Some("raise the limit of open files, or allow these system calls".to_owned()),
    }
}
