//! The commands: each the steps in their order, and nothing else.

pub mod install;
pub mod run;
pub mod schema;
