//! What the process was given: signal dispositions, open standard streams and the environment, as raw as the kernel left them.
//! Edge: it asks the kernel, and changes one property of the process ([`harden`]).
//! Apart from `child`, because it has to happen before anything else does.

mod environ;
mod start;

pub use environ::{Environ, value_of};
#[cfg(target_os = "linux")]
pub(crate) use start::handler;
pub use start::{Disposition, Inherited, Stream};

/// Keeps the memory of this process, which will hold secrets, out of core files and away from other processes of the same
/// user (`PR_SET_DUMPABLE` in prctl(2); ptrace(2), "ptrace access mode checking").
///
/// On Linux only: what other systems have for it stays over an exec. It costs the child nothing: execve(2) makes a process
/// dumpable again, and with that gives `/proc/PID` back to its user. Until then `/proc/self` belongs to root; a process may
/// still follow its own `/proc/self/fd`, but a user other than root can't open its own `/proc/self/environ`, which is one more
/// reason to read the environment from memory.
pub fn harden() {
    // Fails only for arguments other than 0 and 1, and there is nothing better to do without it than to go on.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_dumpable(false);
}

#[cfg(test)]
mod tests {
    use nix::sys::prctl;

    use super::*;

    #[test]
    fn a_hardened_process_is_not_dumpable() {
        harden();
        assert_eq!(prctl::get_dumpable(), Ok(false));
    }
}
