//! What stays resident: the parent of the command, until that ends. Edge, on `core` and system calls alone.
//!
//! It is compiled twice. In the library it supervises from within secenv, and is tested. `build.rs` also makes a program of
//! some kB of it (`image.rs`), without std and C library, which secenv becomes: nothing that secenv held outlives that.

mod clock;
mod end;
pub(crate) mod kernel;
mod passing;
mod stop;
mod task;
mod terminal;
mod watch;

pub(crate) use end::{End, end};
pub(crate) use task::{Group, Reaping, Scope, Task, VARIABLE};
pub(crate) use terminal::Terminal;
pub(crate) use watch::supervise;
