//! `secenv schema`: the JSON Schema of the manifest. Pure.

pub use crate::manifest::schema;
