//! secenv starts a command with its secrets from AWS Secrets Manager in the environment.
//!
//! ```text
//!   secenv.toml          requests           secrets           entries
//!   env files   ─┐      and bindings       or failures       NAME=value
//!   flags       ─┼─ manifest ──► plan ──► fetch ──► environment ──► child
//!   inherited   ─┘    pure       pure      edge         pure         edge
//! ```
//!
//! Each arrow is a value that a test can make by hand. What can be printed cannot hold a secret: [`plan::Plan`],
//! [`fetch::Failure`] and [`error::Error`] are value-free; [`secret::SecretValue`] and [`environment::Environment`]
//! have no `Display` and a redacted `Debug`.

#[cfg(not(unix))]
compile_error!("secenv becomes the command by execve(2), so it runs on Linux, macOS and FreeBSD");

pub mod check;
pub mod child;
pub mod cli;
pub mod commands;
pub mod draft;
pub mod environment;
pub mod error;
pub mod export;
pub mod fetch;
pub mod inherited;
pub mod input;
pub mod json;
pub mod log;
pub mod manifest;
mod name_service;
pub mod nearest;
pub mod plan;
pub mod policy;
pub mod report;
pub mod secret;
pub mod template;
pub mod whole_file;
