//! What a check found, for people and machines. Pure and value-free.

use std::time::Duration;

use crate::{check::Checked, fetch::Caller, plan::Login};

mod json;
mod text;

pub use json::machine;
pub use text::human;

/// What is rendered.
pub struct Check<'c> {
    /// What was found.
    pub checked: &'c Checked<'c>,
    /// Whom AWS took each login for, where that is known.
    pub callers: &'c [(Login, Caller)],
    /// How long the values took, credentials and connections included; none if there are none to fetch.
    pub took: Option<Duration>,
}
