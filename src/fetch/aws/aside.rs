//! A fetch on a thread of its own, so that a file that is never read to its end does not hold it beyond the deadline.
//! Edge: it starts a thread, and leaves it behind at the deadline.
//! Separate because the SDK reads its files with calls that block the only thread of a fetch: a FIFO that nobody writes to,
//! or the home on a network file system that hangs, would be waited for for ever.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::AwsSource;
use crate::{
    fetch::{Failure, FailureKind, Limits, Outcome, Subject, trouble::Trouble},
    log::Log,
    plan::Request,
};

/// The variables that name files which the SDK reads.
const VARIABLES: [&str; 4] = [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];
/// The files that it reads in any case, unless a variable names another one, in HOME.
const USUAL: [(&str, &str); 2] =
    [("AWS_CONFIG_FILE", ".aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")];
/// How long after the deadline a fetch that is not blocked has told so itself.
const GRACE: Duration = Duration::from_millis(500);
/// As much as the main thread has.
const STACK: usize = 8 << 20;

/// Whether a fetch reads more than the two files where they usually are. One with credentials from the environment does
/// not, and a thread would be a good part of its time.
pub(super) fn is_needed(requests: &[Request]) -> bool {
    let set = |name: &&str| env::var_os(name).is_some_and(|text| !text.is_empty());
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    VARIABLES.iter().any(set) || !keys.iter().all(set) || requests.iter().any(|request| request.login.profile.is_some())
}

/// What `source` fetches, or that a file was still being read at the deadline.
pub(super) fn fetch(source: &AwsSource, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
    let (send, receive) = mpsc::channel();
    let suspects = Arc::new(Suspects::default());
    let work = {
        let (source, requests, limits, log) = (source.clone(), requests.to_vec(), limits.clone(), *log);
        let suspects = Arc::clone(&suspects);
        move || {
            suspects.look();
            send.send(source.fetch_here(&requests, &limits, &log))
        }
    };
    let Ok(thread) = thread::Builder::new().stack_size(STACK).spawn(work) else {
        return source.fetch_here(requests, limits, log);
    };
    match receive.recv_timeout(limits.deadline.saturating_duration_since(Instant::now()) + GRACE) {
        Ok(outcomes) => {
            // The command is started by a process that has one thread.
            let _ = thread.join();
            outcomes
        }
        Err(_) => vec![Err(suspects.late(limits)); requests.len()],
    }
}

/// The files that may be what the fetch waits for.
#[derive(Default)]
struct Suspects(Mutex<Vec<String>>);

impl Suspects {
    /// Looks at each file, which hangs where its file system does; one that is a file as any other is none.
    fn look(&self) {
        for (named, path) in files() {
            self.change(|suspects| suspects.push(named));
            if fs::metadata(path).map_or(true, |found| found.is_file()) {
                self.change(|suspects| drop(suspects.pop()));
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Vec<String>)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn late(&self, limits: &Limits) -> Failure {
        let suspects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = if suspects.is_empty() { "a file of the AWS settings".to_owned() } else { suspects.join(" or ") };
        let message = format!("{named} was still being read at the deadline of {:?}", limits.budget);
        Trouble::new(FailureKind::Deadline, Subject::Source, message)
            .help("look at what should write it, or at the file system that it is on")
            .failure
    }
}

/// How a message calls them, and where they are.
fn files() -> Vec<(String, PathBuf)> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let named = |name: &str| {
        let path = PathBuf::from(env::var_os(name).filter(|text| !text.is_empty())?);
        let shown = format!("{name}={}", path.display());
        // As the SDK reads it.
        Some((shown, path.strip_prefix("~").map_or(path.clone(), |rest| home.join(rest))))
    };
    let usual = |(name, path): (&str, &str)| {
        env::var_os(name).is_none().then(|| (format!("~/{path}"), home.join(Path::new(path))))
    };
    VARIABLES.into_iter().filter_map(named).chain(USUAL.into_iter().filter_map(usual)).collect()
}
