//! The rig: a builder that starts the built binary, a scripted fault server, and moto as an independent Secrets Manager.
//!
//! One description of secrets ([`fault::Secret`]) fills the fault server, moto and a file source.
//! Nothing here sleeps to wait for something, and every wait has a bound.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "a test uses what it needs of the rig, and the rig is not a library"
)]

pub mod agent;
pub mod both;
pub mod commands;
pub mod documents;
pub mod fault;
pub mod fetching;
pub mod file_source;
pub mod iam;
pub mod laptop;
pub mod metadata;
pub mod moto;
pub mod probe;
pub mod proxy;
pub mod pty;
pub mod running;
pub mod secenv;
pub mod witness;

pub use secenv::{bare, secenv};
