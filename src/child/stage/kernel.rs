//! The system calls of the stage, each as a safe function. Edge.
//!
//! They are the kernel's own, not those of a C library: there is none in the image, and these know all 64 signals, also the
//! ones that a C library keeps to itself. A sum of one bit for each signal is the kernel's `sigset_t`.

#[cfg(target_arch = "aarch64")]
#[path = "kernel/aarch64.rs"]
mod arch;
#[cfg(target_arch = "x86_64")]
#[path = "kernel/x86_64.rs"]
mod arch;
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
compile_error!(
    "secenv knows the system calls of x86_64 and aarch64; a new file in src/child/stage/kernel adds a machine"
);

use arch::{call, number};

pub(crate) const HUP: i32 = 1;
pub(crate) const INT: i32 = 2;
pub(crate) const QUIT: i32 = 3;
pub(crate) const ILL: i32 = 4;
pub(crate) const TRAP: i32 = 5;
pub(crate) const BUS: i32 = 7;
pub(crate) const FPE: i32 = 8;
pub(crate) const KILL: i32 = 9;
pub(crate) const SEGV: i32 = 11;
pub(crate) const TERM: i32 = 15;
pub(crate) const CHLD: i32 = 17;
pub(crate) const CONT: i32 = 18;
pub(crate) const STOP: i32 = 19;
pub(crate) const TSTP: i32 = 20;
pub(crate) const TTIN: i32 = 21;
pub(crate) const TTOU: i32 = 22;
pub(crate) const WINCH: i32 = 28;
pub(crate) const SYS: i32 = 31;

/// Every signal.
pub(crate) const ALL: u64 = !0;

/// The `si_code`s that matter here (sigaction(2)).
pub(crate) const SI_USER: i32 = 0;
pub(crate) const SI_TKILL: i32 = -6;
pub(crate) const SI_KERNEL: i32 = 0x80;

/// The set that has this signal only; the empty one for what is no signal.
pub(crate) const fn set_of(signal: i32) -> u64 {
    if signal < 1 || signal > 64 { 0 } else { 1 << (signal - 1) }
}

/// The start of a `siginfo_t`, as it is for kill(2), sigqueue(3) and SIGCHLD, and the rest of it unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub(crate) struct Info {
    pub(crate) signal: i32,
    pub(crate) errno: i32,
    /// Who sent it: a process (`SI_USER` and what is negative), the kernel, or for SIGCHLD what happened.
    pub(crate) code: i32,
    pub(crate) reserved: i32,
    pub(crate) pid: i32,
    pub(crate) uid: u32,
    /// For SIGCHLD an exit code or a signal; else a part of what sigqueue(3) sent with it.
    pub(crate) status: i32,
    pub(crate) rest: [i32; 25],
}

impl Info {
    pub(crate) const EMPTY: Self =
        Self { signal: 0, errno: 0, code: 0, reserved: 0, pid: 0, uid: 0, status: 0, rest: [0; 25] };
}

/// The kernel's error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

pub(crate) const ESRCH: Errno = Errno(3);

type Answer = Result<usize, Errno>;

const SET_SIZE: usize = 8;

/// A signed argument, as the kernel reads it from a register.
fn word(value: i32) -> usize {
    (value as isize).cast_unsigned()
}

fn address<T>(value: &T) -> usize {
    core::ptr::from_ref(value) as usize
}

fn address_mut<T>(value: &mut T) -> usize {
    core::ptr::from_mut(value) as usize
}

/// Answers of the kernel that are ids and descriptors.
fn small(answer: usize) -> i32 {
    i32::try_from(answer).unwrap_or(-1)
}

/// Sets the mask of blocked signals and gives the one before (sigprocmask(2)).
pub(crate) fn set_mask(mask: u64) -> u64 {
    const SIG_SETMASK: usize = 2;
    let mut old = 0u64;
    // SAFETY: both sets are 8 bytes that live through the call.
    let _ =
        unsafe { call(number::RT_SIGPROCMASK, [SIG_SETMASK, address(&mask), address_mut(&mut old), SET_SIZE, 0, 0]) };
    old
}

/// The blocked signals that have arrived (sigpending(2)).
pub(crate) fn pending() -> u64 {
    let mut pending = 0u64;
    // SAFETY: the set is 8 bytes that live through the call.
    let _ = unsafe { call(number::RT_SIGPENDING, [address_mut(&mut pending), SET_SIZE, 0, 0, 0, 0]) };
    pending
}

/// Takes one blocked signal out of a set; none if the time is over, or for no reason at all (sigtimedwait(2)).
pub(crate) fn next_signal(set: u64, nanoseconds: Option<u64>) -> Option<Info> {
    let mut info = Info::EMPTY;
    let time = nanoseconds.map(|all| [all / SECOND, all % SECOND]);
    let time = time.as_ref().map_or(0, address);
    // SAFETY: `info` has the size of a siginfo_t, the time is a timespec or null, and all of it lives through the call.
    let answer =
        unsafe { call(number::RT_SIGTIMEDWAIT, [address(&set), address_mut(&mut info), time, SET_SIZE, 0, 0]) };
    answer.ok().map(|_| info)
}

/// Drops every blocked signal that has arrived.
pub(crate) fn forget_pending() {
    while next_signal(ALL, Some(0)).is_some() {}
}

/// Makes a signal do what it does by default (sigaction(2)).
pub(crate) fn set_default(signal: i32) {
    let action = [0usize; 4];
    // SAFETY: all zeroes are SIG_DFL, no flags, no restorer and an empty mask; no handler is set.
    let _ = unsafe { call(number::RT_SIGACTION, [word(signal), address(&action), 0, SET_SIZE, 0, 0]) };
}

/// kill(2): a process, or a group if the id is negative.
pub(crate) fn kill(id: i32, signal: i32) -> Result<(), Errno> {
    // SAFETY: no memory is involved.
    unsafe { call(number::KILL, [word(id), word(signal), 0, 0, 0, 0]) }.map(drop)
}

/// Passes a signal on with the value that came with it (`rt_sigqueueinfo(2)`).
pub(crate) fn queue(process: i32, info: &Info) -> Result<(), Errno> {
    // SAFETY: `info` has the size of a siginfo_t and lives through the call.
    unsafe { call(number::RT_SIGQUEUEINFO, [word(process), word(info.signal), address(info), 0, 0, 0]) }.map(drop)
}

/// Which children waitid(2) is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Any,
    Only(i32),
}

pub(crate) const WSTOPPED: usize = 2;
pub(crate) const WEXITED: usize = 4;
pub(crate) const WCONTINUED: usize = 8;
pub(crate) const WNOWAIT: usize = 0x0100_0000;

/// What has happened to a child, without waiting for it (waitid(2)).
pub(crate) fn change_of(whose: Whose, options: usize) -> Option<Info> {
    const WNOHANG: usize = 1;
    let (kind, id) = match whose {
        Whose::Any => (0, 0),
        Whose::Only(child) => (1, word(child)),
    };
    let mut info = Info::EMPTY;
    // SAFETY: `info` has the size of a siginfo_t and lives through the call; no resource usage is asked for.
    let answer = unsafe { call(number::WAITID, [kind, id, address_mut(&mut info), options | WNOHANG, 0, 0]) };
    (answer.is_ok() && info.pid != 0).then_some(info)
}

/// getpid(2)
pub(crate) fn own_id() -> i32 {
    // SAFETY: no memory is involved, here and in the three below.
    unsafe { call(number::GETPID, [0; 6]) }.map_or(0, small)
}

/// getppid(2)
pub(crate) fn parent() -> i32 {
    // SAFETY: see above.
    unsafe { call(number::GETPPID, [0; 6]) }.map_or(0, small)
}

/// The process group of a process, or of this one for 0 (getpgid(2)).
pub(crate) fn group_of(process: i32) -> Option<i32> {
    // SAFETY: see above.
    unsafe { call(number::GETPGID, [word(process), 0, 0, 0, 0, 0]) }.ok().map(small)
}

/// The session of a process, or of this one for 0 (getsid(2)).
pub(crate) fn session_of(process: i32) -> Option<i32> {
    // SAFETY: see above.
    unsafe { call(number::GETSID, [word(process), 0, 0, 0, 0, 0]) }.ok().map(small)
}

/// Opens the controlling terminal (tty(4)).
pub(crate) fn open_terminal() -> Option<i32> {
    const AT_FDCWD: i32 = -100;
    const O_RDWR: usize = 2;
    const O_NOCTTY: usize = 0o400;
    const O_CLOEXEC: usize = 0o2_000_000;
    let path = c"/dev/tty";
    let arguments = [word(AT_FDCWD), path.as_ptr() as usize, O_RDWR | O_NOCTTY | O_CLOEXEC, 0, 0, 0];
    // SAFETY: the path ends with NUL.
    unsafe { call(number::OPENAT, arguments) }.ok().map(small)
}

/// The group in the foreground, if this is the controlling terminal (tcgetpgrp(3)).
pub(crate) fn foreground(terminal: i32) -> Option<i32> {
    const TIOCGPGRP: usize = 0x540f;
    let mut group = 0i32;
    // SAFETY: the kernel writes a pid_t.
    unsafe { call(number::IOCTL, [word(terminal), TIOCGPGRP, address_mut(&mut group), 0, 0, 0]) }.ok().map(|_| group)
}

/// Puts a group into the foreground (tcsetpgrp(3)); SIGTTOU has to be blocked.
pub(crate) fn set_foreground(terminal: i32, group: i32) {
    const TIOCSPGRP: usize = 0x5410;
    // SAFETY: the kernel reads a pid_t. If the group or the terminal is gone, nobody is left to do it for.
    let _ = unsafe { call(number::IOCTL, [word(terminal), TIOCSPGRP, address(&group), 0, 0, 0]) };
}

/// Nanoseconds of the monotonic clock (`clock_gettime(2)`).
pub(crate) fn now() -> u64 {
    const CLOCK_MONOTONIC: usize = 1;
    let mut time = [0u64; 2];
    // SAFETY: two words of 8 bytes are a timespec, and live through the call.
    let _ = unsafe { call(number::CLOCK_GETTIME, [CLOCK_MONOTONIC, address_mut(&mut time), 0, 0, 0, 0]) };
    time[0].wrapping_mul(SECOND).wrapping_add(time[1])
}

const SECOND: u64 = 1_000_000_000;

/// No core file of this process: neither written (setrlimit(2)) nor piped to a program (`PR_SET_DUMPABLE` in prctl(2)).
pub(crate) fn leave_no_core() {
    const RLIMIT_CORE: usize = 4;
    const PR_SET_DUMPABLE: usize = 4;
    let nothing = [0u64; 2];
    // SAFETY: two words of 8 bytes are a rlimit64, and live through the call.
    let _ = unsafe { call(number::PRLIMIT64, [0, RLIMIT_CORE, address(&nothing), 0, 0, 0]) };
    // SAFETY: no memory is involved.
    let _ = unsafe { call(number::PRCTL, [PR_SET_DUMPABLE, 0, 0, 0, 0, 0]) };
}

/// The name of the process in lists (`PR_SET_NAME` in prctl(2)).
#[expect(dead_code, reason = "the image uses it")]
pub(crate) fn set_name(name: &core::ffi::CStr) {
    const PR_SET_NAME: usize = 15;
    // SAFETY: the name ends with NUL; the kernel reads at most 16 bytes of it.
    let _ = unsafe { call(number::PRCTL, [PR_SET_NAME, name.as_ptr() as usize, 0, 0, 0, 0]) };
}

/// Closes every descriptor but one (`close_range(2)`, of Linux 5.9; before that, the first thousand of them).
pub(crate) fn close_all_but(kept: Option<i32>) {
    const LAST: usize = u32::MAX as usize;
    let kept = kept.and_then(|kept| usize::try_from(kept).ok());
    let ranges = match kept {
        Some(0) => [(1, LAST), (1, LAST)],
        Some(kept) => [(0, kept - 1), (kept + 1, LAST)],
        None => [(0, LAST), (0, LAST)],
    };
    for (first, last) in ranges {
        // SAFETY: descriptors are no memory, and the caller has given up those of this process.
        if unsafe { call(number::CLOSE_RANGE, [first, last, 0, 0, 0, 0]) }.is_err() {
            for descriptor in first..=last.min(1023) {
                // SAFETY: as above.
                let _ = unsafe { call(number::CLOSE, [descriptor, 0, 0, 0, 0, 0]) };
            }
        }
    }
}

/// `exit_group(2)`
pub(crate) fn exit(code: i32) -> ! {
    loop {
        // SAFETY: no memory is involved, and the call does not return.
        let _ = unsafe { call(number::EXIT_GROUP, [word(code), 0, 0, 0, 0, 0]) };
    }
}
