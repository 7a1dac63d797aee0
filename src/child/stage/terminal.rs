//! The controlling terminal, and whose group is in its foreground (credentials(7), tcsetpgrp(3)). Edge.

use super::kernel;

/// The controlling terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    descriptor: i32,
}

impl Terminal {
    /// Opens it, if there is one; a standard stream does where there is no `/dev/tty`.
    pub(crate) fn open() -> Option<Self> {
        let is_controlling = |descriptor: &i32| kernel::foreground(*descriptor).is_some();
        let descriptor = kernel::open_terminal().filter(is_controlling).or_else(|| (0..3).find(is_controlling))?;
        Some(Self { descriptor })
    }

    pub(crate) fn descriptor(self) -> i32 {
        self.descriptor
    }

    /// The group in the foreground.
    pub(crate) fn foreground(self) -> Option<i32> {
        kernel::foreground(self.descriptor)
    }

    /// Puts a group there. From the background too, as SIGTTOU is blocked.
    pub(crate) fn give_to(self, group: i32) {
        kernel::set_foreground(self.descriptor, group);
    }
}
