//! In the place of `supervise` on systems other than Linux: secenv becomes the command there, and says so where it should stay.
//! Pure: what is refused has no value, so that nothing behind it can be reached.
//! Apart, because what is true of Linux's signals, process ids and terminals has to be shown anew for each other kernel.

use std::ffi::OsStr;

use super::exec_error::{ExecError, shown};
use super::{Program, files::Files, supervision::Supervision};
use crate::inherited::{Environ, Inherited};

/// How a program ended that secenv was there to see: there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {}

/// All signals blocked for a parent of the command: there is none.
#[derive(Debug)]
pub enum HeldSignals {}

impl HeldSignals {
    /// Refuses, before anything is made that a parent would have to remove.
    ///
    /// # Errors
    /// Always.
    pub fn before(command: &OsStr) -> Result<Self, ExecError> {
        Err(ExecError::NoParent { command: shown(command.as_encoded_bytes()) })
    }
}

/// Never called.
///
/// # Errors
/// None.
#[expect(clippy::needless_pass_by_value, reason = "it is called as the one of Linux is")]
pub fn supervise(
    _: Program,
    _: Files,
    held: HeldSignals,
    _: &Supervision,
    _: &Inherited,
    _: &Environ,
) -> Result<Status, ExecError> {
    match held {}
}

/// Never called.
pub fn end_as(status: Status) -> ! {
    match status {}
}
