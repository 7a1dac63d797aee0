//! The commands: each the steps in their order, and nothing else.

use std::time::Instant;

use crate::{
    inherited::{Environ, Inherited},
    log::Log,
};

mod fetching;
mod inputs;
mod resolution;
pub mod run;
pub mod schema;
mod settings;
mod variables;

use resolution::Resolution;
use settings::Settings;

/// What the process started with.
pub struct Start<'s> {
    /// Dispositions and descriptors.
    pub inherited: &'s Inherited,
    /// The environment.
    pub environ: &'s Environ,
    /// When.
    pub at: Instant,
    /// secenv's own verbosity.
    pub log: Log,
}
