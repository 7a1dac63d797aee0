//! `secenv man`: prints a page, or writes them all. Edge: files.

use std::{fs, path::Path};

use crate::{
    cli::{self, man::pages},
    error::{Error, Exit, Problem},
    nearest::did_you_mean,
    whole_file::{self, InPlace},
};

/// The page, or nothing once all are written.
///
/// # Errors
/// A command that does not exist, or a directory that cannot be written to.
pub fn man(args: &cli::Man) -> Result<String, Error> {
    let pages = pages();
    if let Some(dir) = &args.dir {
        return write(dir, &pages).map(|()| String::new());
    }
    let wanted = args.command.as_deref().map_or("secenv".to_owned(), |command| format!("secenv-{command}"));
    match pages.iter().find(|(name, _)| *name == wanted) {
        Some((_, text)) => Ok(text.clone()),
        None => Err(unknown(args.command.as_deref().unwrap_or_default(), &pages)),
    }
}

fn write(dir: &Path, pages: &[(String, String)]) -> Result<(), Error> {
    let failed = |path: &Path, error: &std::io::Error| Problem {
        help: Some("look at the path and its permissions".into()),
        ..Problem::new("file", Exit::ForGood, format!("{} cannot be written: {error}", path.display()))
    };
    fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
    for (name, text) in pages {
        let path = dir.join(format!("{name}.1"));
        whole_file::write(&path, text.as_bytes(), 0o644, InPlace::Replaced).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

fn unknown(command: &str, pages: &[(String, String)]) -> Error {
    let known: Vec<&str> = pages.iter().filter_map(|(name, _)| name.strip_prefix("secenv-")).collect();
    Error::usage(format!("there is no command `{command}`"), did_you_mean(command, &known, "the commands are"))
}
