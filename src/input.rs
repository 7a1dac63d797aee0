//! The bytes of a file, a pipe or stdin before a deadline. Edge, and a leaf.
//!
//! A regular file is read as it is. What may never end or never begin (a FIFO, a pipe, a terminal) is read by a thread
//! of its own, which is left behind at the deadline.

use std::{
    fs,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Instant,
};

/// The content of a file, or of what a path such as `/dev/fd/63` stands for.
///
/// # Errors
/// As [`fs::read`]; [`ErrorKind::TimedOut`] at the deadline.
pub fn read(path: &Path, deadline: Instant) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        return fs::read(path);
    }
    let path: PathBuf = path.to_owned();
    before(deadline, move || fs::read(path))
}

/// All of standard input.
///
/// # Errors
/// As [`Read::read_to_end`]; [`ErrorKind::TimedOut`] at the deadline.
pub fn read_stdin(deadline: Instant) -> io::Result<Vec<u8>> {
    before(deadline, || {
        let mut bytes = Vec::new();

        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    })
}

fn before(deadline: Instant, read: impl FnOnce() -> io::Result<Vec<u8>> + Send + 'static) -> io::Result<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    thread::Builder::new().spawn(move || send.send(read()))?;
    match receive.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(read) => read,
        Err(_) => Err(ErrorKind::TimedOut.into()),
    }
}
