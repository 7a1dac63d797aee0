//! `secenv completions`: the script, or for the script the names of targets. Edge: reads a manifest, no network.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{Start, inputs::DEFAULT_MANIFEST};
use crate::{
    cli::{self, completions},
    manifest,
};

/// What is printed. While a line is completed nobody can be told of a mistake: there are no names then.
#[must_use]
pub fn completions(args: &cli::Completions, start: &Start<'_>) -> String {
    match args.shell {
        Some(shell) => completions::script(shell),
        None => targets(&manifest_of(args, start)),
    }
}

/// The manifest that the words name, else `SECENV_MANIFEST`, else the one in the directory.
fn manifest_of(args: &cli::Completions, start: &Start<'_>) -> PathBuf {
    let variable = start.environ.get(b"SECENV_MANIFEST").filter(|path| !path.is_empty());
    let variable = || variable.map(|path| PathBuf::from(OsStr::from_bytes(path)));
    completions::manifest_of(&args.words).or_else(variable).unwrap_or_else(|| DEFAULT_MANIFEST.into())
}

/// A line each. Only a regular file is read: a pipe would be taken from the command, and may never end.
fn targets(path: &Path) -> String {
    let text = fs::metadata(path).ok().filter(fs::Metadata::is_file).and_then(|_| fs::read_to_string(path).ok());
    text.iter().flat_map(|text| manifest::target_names(text)).flat_map(|name| [name, "\n".to_owned()]).collect()
}
