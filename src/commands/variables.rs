//! `SECENV_*` variables stand in for flags that were not given. Pure; an empty one, as container tools leave them, is none.

use std::str::FromStr;

use crate::{cli, error::Error, inherited::Environ};

/// Fills what the command line leaves open.
///
/// # Errors
/// A variable whose value the flag would not take.
pub(super) fn fill(args: &mut cli::Resolve, environ: &Environ) -> Result<(), Error> {
    let cli::Resolve { inputs, sources, fetching } = args;
    let chosen = &mut inputs.chosen;
    if !chosen.no_manifest {
        fill_one(&mut chosen.manifest, environ, "SECENV_MANIFEST", "the path of a manifest")?;
    }
    fill_one(&mut chosen.target, environ, "SECENV_TARGET", "the name of a target")?;
    fill_one(&mut sources.source, environ, "SECENV_SOURCE", "the name of a source")?;
    if sources.region.is_none() {
        fill_one(&mut sources.regions, environ, "SECENV_REGIONS", "a list of regions")?;
    }
    fill_one(&mut fetching.deadline, environ, "SECENV_DEADLINE", "a duration such as 30s")?;
    fill_one(&mut fetching.concurrency, environ, "SECENV_CONCURRENCY", "a whole number of at least 1")?;
    fill_one(&mut fetching.batch, environ, "SECENV_BATCH", "true or false")?;
    fill_one(&mut fetching.no_cache, environ, "SECENV_NO_CACHE", "true or false")
}

fn fill_one<T: FromStr>(flag: &mut Option<T>, environ: &Environ, name: &str, what: &str) -> Result<(), Error> {
    let value = environ.get(name.as_bytes()).filter(|value| !value.is_empty());
    if let (None, Some(value)) = (&flag, value) {
        let parsed = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        let wrong = || Error::usage(format!("{name} is not {what}"), "mend it, unset it, or give the flag");
        *flag = Some(parsed.ok_or_else(wrong)?);
    }
    Ok(())
}
