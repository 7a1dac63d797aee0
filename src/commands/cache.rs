//! `secenv cache status` and `secenv cache clear`. Edge: the keyring and a tmpfs.

use std::{fmt::Write, time::Duration};

use crate::{
    cli,
    error::{Error, Exit, Problem},
    fetch::cache::{self, Contents, Refusal, spoken},
};

/// What is to be printed.
///
/// # Errors
/// There can be no cache here.
pub fn cache(command: cli::Cache) -> Result<String, Error> {
    match command {
        cli::Cache::Clear => {
            let count = cache::clear().map_err(|refusal| refused(&refusal))?;
            Ok(format!("{} removed\n", values(count)))
        }
        cli::Cache::Status { json: false } => {
            cache::contents().map(|contents| human(&contents)).map_err(|refusal| refused(&refusal))
        }
        cli::Cache::Status { json: true } => {
            cache::contents().map(|contents| machine(&contents)).map_err(|refusal| refused(&refusal))
        }
    }
}

fn human(contents: &Contents) -> String {
    let mut text = format!("{} in {}, encrypted", values(contents.entries.len()), contents.folder.display());
    if let (Some(oldest), Some(newest)) = (contents.entries.first(), contents.entries.last()) {
        let last = contents.entries.iter().map(|held| held.left).max().unwrap_or_default();
        let (oldest, newest, last) = (spoken(oldest.age), spoken(newest.age), spoken(last));
        let _ = write!(text, "\nwritten between {oldest} and {newest} ago, the last one can be used for {last} more");
    }
    text + "\n"
}

fn machine(contents: &Contents) -> String {
    let seconds = |time: Duration| time.as_secs();
    let entries = contents
        .entries
        .iter()
        .map(|held| serde_json::json!({ "age_seconds": seconds(held.age), "left_seconds": seconds(held.left) }));
    let folder = contents.folder.display().to_string();
    let status = serde_json::json!({ "directory": folder, "entries": entries.collect::<Vec<_>>() });
    format!("{status}\n")
}

fn values(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

fn refused(refusal: &Refusal) -> Error {
    let help = Some(refusal.cure().to_owned());
    Problem { help, ..Problem::new("cache", Exit::ForGood, refusal.to_string()) }.into()
}
