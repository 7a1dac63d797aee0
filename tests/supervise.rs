//! Supervise mode: the parent that nobody notices.
#![expect(clippy::unwrap_used, reason = "what tests share unwraps as tests do")]

mod orphans;
mod references;
mod resident;
mod signals;
mod status;
mod systemd;
mod terminal;
