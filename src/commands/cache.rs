//! `secenv cache status` and `secenv cache clear`. Edge: the keyring and a tmpfs.

use std::{fmt::Write, time::Duration};

use serde_json::json;

use super::Output;
use crate::{
    cli,
    error::{Error, Exit, Problem},
    fetch::cache::{self, Contents, Refusal, spoken},
};

/// What is to be printed.
///
/// # Errors
/// There can be no cache here; the JSON of `status` says so itself.
pub fn cache(command: &cli::Cache) -> Result<Output, Error> {
    match command {
        cli::Cache::Clear { .. } => cache::clear().map(|count| format!("{} removed\n", values(count)).into()),
        cli::Cache::Status { json: false, .. } => cache::contents().map(|contents| human(&contents).into()),
        cli::Cache::Status { json: true, .. } => Ok(machine(cache::contents())),
    }
    .map_err(|refusal: Refusal| {
        let help = Some(refusal.cure().to_owned());
        Problem { help, ..Problem::new("cache", Exit::ForGood, refusal.to_string()) }.into()
    })
}

fn human(contents: &Contents) -> String {
    let mut text = format!("{} in {}, encrypted", values(contents.entries.len()), contents.folder.display());
    if let (Some(oldest), Some(newest)) = (contents.entries.first(), contents.entries.last()) {
        let last = contents.entries.iter().map(|held| held.left).max().unwrap_or_default();
        let (oldest, newest, last) = (spoken(oldest.age), spoken(newest.age), spoken(last));
        let written = if oldest == newest { newest } else { format!("between {oldest} and {newest}") };
        let _ = write!(text, "\nwritten {written} ago, of use for at most {last} more");
    }
    text + "\n"
}

fn machine(contents: Result<Contents, Refusal>) -> Output {
    let seconds = |time: Duration| time.as_secs();
    let exit = contents.is_err().then_some(Exit::ForGood);
    let status = match contents {
        Err(refusal) => json!({ "directory": null, "entries": [], "refused": refusal.to_string() }),
        Ok(Contents { folder, entries }) => {
            let entry =
                |held: cache::Held| json!({ "age_seconds": seconds(held.age), "left_seconds": seconds(held.left) });
            let entries: Vec<_> = entries.into_iter().map(entry).collect();
            json!({ "directory": folder.display().to_string(), "entries": entries, "refused": null })
        }
    };
    Output { bytes: format!("{status}\n").into(), exit }
}

fn values(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}
