//! The commands: each the steps in their order, and nothing else.

pub mod cache;
pub mod run;
pub mod schema;
