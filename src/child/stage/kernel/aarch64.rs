//! The numbers and the instruction of system calls on aarch64 (syscalls(2), syscall(2)).

use core::arch::asm;

use super::{Answer, Errno};

pub(super) mod number {
    pub(crate) const IOCTL: usize = 29;
    pub(crate) const OPENAT: usize = 56;
    pub(crate) const CLOSE: usize = 57;
    pub(crate) const EXIT_GROUP: usize = 94;
    pub(crate) const WAITID: usize = 95;
    pub(crate) const CLOCK_GETTIME: usize = 113;
    pub(crate) const KILL: usize = 129;
    pub(crate) const RT_SIGACTION: usize = 134;
    pub(crate) const RT_SIGPROCMASK: usize = 135;
    pub(crate) const RT_SIGPENDING: usize = 136;
    pub(crate) const RT_SIGTIMEDWAIT: usize = 137;
    pub(crate) const RT_SIGQUEUEINFO: usize = 138;
    pub(crate) const GETPGID: usize = 155;
    pub(crate) const GETSID: usize = 156;
    pub(crate) const PRCTL: usize = 167;
    pub(crate) const GETPID: usize = 172;
    pub(crate) const GETPPID: usize = 173;
    pub(crate) const PRLIMIT64: usize = 261;
    pub(crate) const CLOSE_RANGE: usize = 436;
}

/// Calls the kernel.
///
/// # Safety
/// Each argument that the call takes for an address has to be one of memory that it may use as it does.
pub(super) unsafe fn call(number: usize, arguments: [usize; 6]) -> Answer {
    let [x0, x1, x2, x3, x4, x5] = arguments;
    let answer: isize;
    // SAFETY: the caller answers for the addresses; the registers are those of syscall(2), and no other is overwritten.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number, inlateout("x0") x0 => answer,
            in("x1") x1, in("x2") x2, in("x3") x3, in("x4") x4, in("x5") x5,
            options(nostack),
        );
    }
    usize::try_from(answer).map_err(|_| Errno(i32::try_from(-answer).unwrap_or(i32::MAX)))
}
