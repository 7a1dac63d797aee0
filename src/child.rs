//! Step 5: the child takes secenv's place, or secenv stays as its parent; it has the argv, descriptors, signals and environment
//! bytes of a bare run. Edge: the files of this room set dispositions, fork and execute; what can be decided without that is pure.
//! Apart from `environment`, which says what the child gets; here it gets it.

mod exec;
mod exec_error;
mod file_format;
pub mod files;
mod lookup;
mod mode;
mod signals;
#[cfg(target_os = "linux")]
mod stage;
#[cfg_attr(not(target_os = "linux"), path = "child/no_supervisor.rs")]
mod supervise;
mod supervision;
#[cfg(target_os = "linux")]
mod systemd;

use std::ffi::OsString;
use std::fmt;

pub use exec::{exec, exec_limits};
pub use exec_error::{ExecError, Refusal};
pub use mode::{Asked, Leftovers, Mode, Place};
pub use signals::prepare_for_fetch;
pub use supervise::{HeldSignals, Status, end_as, supervise};
pub use supervision::{Orphans, Recipient, Supervision};

/// What is executed.
pub struct Program {
    /// `argv[0]`, as the user wrote it: a file if it has a slash, else searched on the PATH.
    pub command: OsString,
    /// The rest of argv.
    pub arguments: Vec<OsString>,
    /// The child's environment: raw entries, in order, without their NUL.
    pub entries: Vec<Vec<u8>>,
    /// Whether messages may quote the child's PATH.
    pub path: PathText,
}

/// Whether the child's PATH can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathText {
    /// Inherited, or a literal.
    Public,
    /// It comes from a secret, so no message may quote it or a directory of it.
    Secret,
}

impl fmt::Debug for Program {
    /// Without arguments and entries, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("command", &self.command).field("path", &self.path).finish_non_exhaustive()
    }
}
