//! What the process was started with, read while it still is as execve(2) left it, and the two precautions of any Rust program.
//! Edge: argv, dispositions, descriptors.
//! In the place of the start-up code of std (`#![no_main]` in main.rs), which does more: it reads `/proc/self/maps` for the place
//! of a guard page and sets handlers for a stack overflow, a tenth of the time that a whole run without a network takes.

use std::ffi::{OsString, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::ptr;

use nix::libc::{self, c_int};

use super::environ::strings;

/// What a signal does in a process that has just been executed: caught signals became default (execve(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// `SIG_DFL`
    Default,
    /// `SIG_IGN`
    Ignored,
}

/// File descriptors 0 to 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// 0
    Stdin,
    /// 1
    Stdout,
    /// 2
    Stderr,
}

/// What the process was started with, as far as it is changed before the command gets it. Arguments may be secrets, so it
/// cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Inherited {
    /// argv, the name of the program first.
    pub arguments: Vec<OsString>,
    /// It is ignored from then on, so that writing to a closed pipe is an error and no death.
    pub sigpipe: Disposition,
    /// The async runtime takes SIGCHLD to wait for a credential process.
    pub sigchld: Disposition,
    /// Each of these is `/dev/null` from then on, so that no file that is opened gets its number.
    pub closed: Vec<Stream>,
}

const STREAMS: [(Stream, c_int); 3] =
    [(Stream::Stdin, libc::STDIN_FILENO), (Stream::Stdout, libc::STDOUT_FILENO), (Stream::Stderr, libc::STDERR_FILENO)];

impl Inherited {
    /// Reads it, and takes the precautions. To be called by `main`, first.
    ///
    /// # Safety
    /// `arguments` is what `main` was called with.
    #[must_use]
    pub unsafe fn read(arguments: *const *const c_char) -> Self {
        let closed: Vec<_> = STREAMS.into_iter().filter(|(_, fd)| is_closed(*fd)).map(|(stream, _)| stream).collect();
        // The lowest number that is free is the next one of these.
        for _ in &closed {
            open_nothing();
        }
        let dispositions = [libc::SIGPIPE, libc::SIGCHLD].map(|signal| match handler(signal) {
            Some(libc::SIG_IGN) => Disposition::Ignored,
            _ => Disposition::Default,
        });
        // SAFETY: it is no handler of anybody's; the call fails for signals that cannot be set only.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
        // SAFETY: as the caller promises.
        let arguments = unsafe { strings(arguments) };
        let [sigpipe, sigchld] = dispositions;
        Self { arguments: arguments.into_iter().map(OsString::from_vec).collect(), sigpipe, sigchld, closed }
    }
}

/// What a signal does now; nothing for the numbers that the C library keeps to itself (EINVAL).
pub(crate) fn handler(signal: c_int) -> Option<libc::sighandler_t> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with no new action it only writes the present one (sigaction(2)), into memory that is big enough for it.
    let asked = unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
    // SAFETY: all zeroes is a valid `sigaction`, whether or not the call has filled it.
    let action = unsafe { action.assume_init() };
    (asked == 0).then_some(action.sa_sigaction)
}

fn is_closed(fd: c_int) -> bool {
    // SAFETY: F_GETFD takes no pointer and changes nothing, whether the descriptor is open or not (fcntl(2)).
    // Its only error is EBADF.
    unsafe { libc::fcntl(fd, libc::F_GETFD) == -1 }
}

/// In a root without `/dev` the directory itself does: it can be neither read nor written.
fn open_nothing() {
    for (path, flags) in [(c"/dev/null", libc::O_RDWR), (c"/", libc::O_RDONLY)] {
        // SAFETY: the path is a C string that outlives the call. The descriptor is nobody's but the stream's.
        if unsafe { libc::open(path.as_ptr(), flags) } != -1 {
            return;
        }
    }
}
