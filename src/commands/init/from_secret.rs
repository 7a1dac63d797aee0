//! The draft of one secret, which is fetched for the names of its keys. Edge.

use super::super::{Resolution, Start};
use crate::{
    cli,
    draft::{
        Draft,
        secret::{self, Holds},
    },
    error::{At, Error, Problem},
    fetch::Payload,
    manifest::{
        Place,
        reference::{Reference, SCHEME},
    },
};

pub(super) fn draft(
    id: &str,
    sources: cli::Sources,
    fetching: cli::Fetching,
    start: &Start<'_>,
) -> Result<Draft, Error> {
    let reference =
        Reference::parse(id).map_err(|error| Error::usage(format!("--from-secret: {error}"), help(error.help())))?;
    if reference.key.is_some() {
        return Err(Error::usage("--from-secret names a key: all of them are taken", "leave the key out"));
    }
    let chosen = cli::Chosen { no_manifest: true, ..cli::Chosen::default() };
    let env = vec![format!("{NAME}={SCHEME}{reference}")];
    let inputs = cli::Inputs { chosen, env, ..cli::Inputs::default() };
    let resolution = Resolution::decide(cli::Resolve { inputs, sources, fetching }, start)?;
    let fetched = resolution.fetch(start);
    let holds = match fetched.outcomes.first() {
        Some(Ok(fetched)) => match &fetched.payload {
            Payload::Text(text) => Holds::Text(text.expose()),
            Payload::Binary(_) => Holds::Binary,
        },
        _ => return fetched.environment(start).map(|_| Draft::default()).map_err(|error| placed(&error)),
    };
    Ok(secret::draft(&reference, holds))
}

/// It needs a name, and none of the child's.
const NAME: &str = "INIT";

/// The failure is that of the argument, not of an entry.
fn placed(error: &Error) -> Error {
    let at = || vec![At::Named(Place::Argument("--from-secret".to_owned()))];
    error.problems().iter().map(|problem| Problem { at: at(), variables: vec![], ..problem.clone() }).collect()
}

fn help(help: Option<&str>) -> String {
    help.unwrap_or("write the name or the ARN of a secret").to_owned()
}
