//! The numbers and the instruction of system calls on `x86_64` (syscalls(2), syscall(2)).

use core::arch::asm;

use super::{Answer, Errno};

pub(super) mod number {
    pub(crate) const CLOSE: usize = 3;
    pub(crate) const RT_SIGACTION: usize = 13;
    pub(crate) const RT_SIGPROCMASK: usize = 14;
    pub(crate) const IOCTL: usize = 16;
    pub(crate) const GETPID: usize = 39;
    pub(crate) const KILL: usize = 62;
    pub(crate) const GETPPID: usize = 110;
    pub(crate) const GETPGID: usize = 121;
    pub(crate) const GETSID: usize = 124;
    pub(crate) const RT_SIGPENDING: usize = 127;
    pub(crate) const RT_SIGTIMEDWAIT: usize = 128;
    pub(crate) const RT_SIGQUEUEINFO: usize = 129;
    pub(crate) const PRCTL: usize = 157;
    pub(crate) const CLOCK_GETTIME: usize = 228;
    pub(crate) const EXIT_GROUP: usize = 231;
    pub(crate) const WAITID: usize = 247;
    pub(crate) const OPENAT: usize = 257;
    pub(crate) const PRLIMIT64: usize = 302;
    pub(crate) const CLOSE_RANGE: usize = 436;
}

/// Calls the kernel.
///
/// # Safety
/// Each argument that the call takes for an address has to be one of memory that it may use as it does.
pub(super) unsafe fn call(number: usize, arguments: [usize; 6]) -> Answer {
    let [rdi, rsi, rdx, r10, r8, r9] = arguments;
    let answer: isize;
    // SAFETY: the caller answers for the addresses; the registers are those of syscall(2), and the two that it overwrites are named.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => answer,
            in("rdi") rdi, in("rsi") rsi, in("rdx") rdx, in("r10") r10, in("r8") r8, in("r9") r9,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    usize::try_from(answer).map_err(|_| Errno(i32::try_from(-answer).unwrap_or(i32::MAX)))
}
