//! What the Rust runtime changes before `main`, noted before it does: two dispositions and which standard streams were closed.
//! Edge: a function that the C runtime calls from `.init_array`, while the process still is as execve(2) left it.
//! Apart, because it runs where almost nothing of std may be used, and because the linker must not drop it.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU8, Ordering};

use nix::libc::{self, c_int};

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

/// What the process was started with, as far as the runtime changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inherited {
    /// The Rust runtime ignores SIGPIPE before `main`.
    pub sigpipe: Disposition,
    /// The async runtime takes SIGCHLD to wait for a credential process.
    pub sigchld: Disposition,
    /// The Rust runtime opens `/dev/null` on each of these.
    pub closed: Vec<Stream>,
}

const SIGPIPE_IGNORED: u8 = 1;
const SIGCHLD_IGNORED: u8 = 1 << 1;
const STREAMS: [(Stream, c_int, u8); 3] = [
    (Stream::Stdin, libc::STDIN_FILENO, 1 << 2),
    (Stream::Stdout, libc::STDOUT_FILENO, 1 << 3),
    (Stream::Stderr, libc::STDERR_FILENO, 1 << 4),
];

static SEEN: AtomicU8 = AtomicU8::new(0);

// `#[used]` alone keeps it in its object file, but not that object file in the binary: `at_start` refers to it for that.
// SAFETY: `.init_array` (dyld's name: `__mod_init_func`) holds pointers to functions with the C calling convention, which is what this static is.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static CAPTURE: extern "C" fn() = capture;

/// What was captured before the Rust runtime started.
#[must_use]
pub fn at_start() -> Inherited {
    black_box(&CAPTURE);
    let seen = SEEN.load(Ordering::Relaxed);
    let disposition = |ignored| if seen & ignored == 0 { Disposition::Default } else { Disposition::Ignored };
    Inherited {
        sigpipe: disposition(SIGPIPE_IGNORED),
        sigchld: disposition(SIGCHLD_IGNORED),
        closed: STREAMS.iter().filter(|(_, _, bit)| seen & bit != 0).map(|(stream, ..)| *stream).collect(),
    }
}

extern "C" fn capture() {
    let mut seen = 0;
    if is_ignored(libc::SIGPIPE) {
        seen |= SIGPIPE_IGNORED;
    }
    if is_ignored(libc::SIGCHLD) {
        seen |= SIGCHLD_IGNORED;
    }
    for (_, fd, bit) in STREAMS {
        if is_closed(fd) {
            seen |= bit;
        }
    }
    SEEN.store(seen, Ordering::Relaxed);
}

fn is_ignored(signal: c_int) -> bool {
    handler(signal) == Some(libc::SIG_IGN)
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
