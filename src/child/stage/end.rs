//! How the supervisor ends: as the command did. Edge.

use super::kernel;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this code.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

/// Ends this process in the same way.
///
/// It dies by the signal that the command died by, so that a shell stops its script on Ctrl-C and systemd sees the signal
/// (wait(2), `WIFSIGNALED`), and leaves no core file of its own: there is one of the command. To PID 1 the kernel
/// delivers no signal that it has no handler for (kill(2), "NOTES"): it exits with 128+n, as a shell has it.
pub(crate) fn end(end: End) -> ! {
    match end {
        End::Exited(code) => kernel::exit(code),
        End::Killed(signal) => {
            kernel::leave_no_core();
            kernel::set_default(signal);
            let _ = kernel::kill(kernel::own_id(), signal);
            kernel::set_mask(!kernel::set_of(signal));
            kernel::exit(128 + signal)
        }
    }
}
