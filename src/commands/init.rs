//! `secenv init`: what there is → draft → files. Edge: reads inputs, asks for a secret's keys, writes what is new.

use std::path::{Path, PathBuf};

use super::{Start, inputs, inputs::DEFAULT_MANIFEST, settings};
use crate::{
    cli,
    draft::{Draft, LOCAL_SECRETS, cloudformation, env_file, task_definition},
    error::{Error, Exit, Problem},
    manifest,
};

mod from_secret;
mod output;
mod report;

use output::{Output, State};

/// What was done, for the person who asked for it, or the manifest itself with `-o -`.
///
/// # Errors
/// Inputs that cannot be read, and files that are there and are different; nothing is written then.
pub fn init(args: cli::Init, start: &Start<'_>) -> Result<String, Error> {
    let cli::Init { from, container, output, local, force, sources, fetching, .. } = args;
    let usual = from.from_env_file.is_empty() && from.from_task_definition.is_none() && output.is_none();
    let again = if usual { "secenv init --local" } else { "the same command with --local" };
    let (draft, origin) = gather(&from, container.as_deref(), (sources, fetching), start)?;
    let text = draft.manifest(&origin);
    let path = output.unwrap_or_else(|| PathBuf::from(DEFAULT_MANIFEST));
    check(&text, &path)?;
    if path == Path::new("-") {
        return if local {
            Err(Error::usage("--local writes a file beside the manifest, which is none", "leave -o - or --local out"))
        } else {
            Ok(text)
        };
    }
    let mut outputs = vec![Output::new(path.clone(), text.into(), 0o644)];
    if local && draft.wants_secrets() {
        outputs.push(Output::new(path.with_file_name(LOCAL_SECRETS), draft.local_secrets(), 0o600));
    }
    let states = outputs.iter().map(Output::state).collect::<Result<Vec<State>, _>>()?;
    if !force {
        let different = outputs.iter().zip(&states).filter(|(_, state)| **state == State::Different);
        let problems: Vec<Problem> = different.map(|(output, _)| there_already(&output.path)).collect();
        if !problems.is_empty() {
            return Err(problems.into_iter().collect());
        }
    }
    // The secrets first: a manifest that is there means that init is done.
    for (output, state) in outputs.iter().zip(&states).rev() {
        output.write(*state)?;
    }
    Ok(report::text(&draft, &origin, &outputs, &states, (!local).then_some(again)))
}

/// The draft, and what it is made from in words.
fn gather(
    from: &cli::From,
    container: Option<&str>,
    (sources, fetching): (cli::Sources, cli::Fetching),
    start: &Start<'_>,
) -> Result<(Draft, String), Error> {
    let deadline = settings::deadline(&fetching, None, start)?.at;
    let named = |path: &Path| path.display().to_string();
    if let Some(id) = &from.from_secret {
        return Ok((from_secret::draft(id, sources, fetching, start)?, format!("the keys of the secret {id}")));
    }
    if let Some(path) = &from.from_task_definition {
        let text = inputs::text_of(path, deadline, "the task definition")?;
        let draft =
            task_definition::draft(&text, container).map_err(|(message, help)| unusable(path, &message, help))?;
        return Ok((draft, named(path)));
    }
    if let Some(path) = &from.from_cloudformation {
        let draft = cloudformation::draft(&inputs::text_of(path, deadline, "the template")?);
        if draft.entries.is_empty() {
            let help = "only {{resolve:secretsmanager:…}} is looked for".to_owned();
            return Err(unusable(path, "it has no dynamic reference to a secret", help));
        }
        return Ok((draft, named(path)));
    }
    let paths = env_files(&from.from_env_file)?;
    let read = paths.iter().map(|path| inputs::assignments(path, deadline)).collect::<Result<Vec<_>, _>>()?;
    let text = |entry: &'_ Vec<u8>| std::str::from_utf8(entry).ok().map(str::to_owned);
    let inherited: Vec<String> = start.environ.entries().iter().filter_map(text).collect();
    let draft = env_file::draft(&read, inherited.iter().filter_map(|entry| entry.split_once('=')));
    let all: Vec<String> = paths.iter().map(|path| named(path)).collect();
    Ok((draft, all.join(" and ")))
}

fn env_files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let found: Vec<PathBuf> =
        [".env.example", ".env"].map(PathBuf::from).into_iter().filter(|path| path.exists()).collect();
    if found.is_empty() {
        return Err(Error::usage(
            "there is neither a ./.env nor a ./.env.example to begin with",
            "name another with --from-env-file FILE; `secenv init --help` shows what else it begins with",
        ));
    }
    Ok(found)
}

/// What is written is a manifest: what was found may have parts that none can have.
fn check(text: &str, path: &Path) -> Result<(), Error> {
    let nothing = |_: &Path| Ok(String::new());
    manifest::read(text, &path.display().to_string(), Path::new(""), &manifest::Selection::default(), &nothing)
        .map(drop)
        .map_err(|mistakes| Error::manifest(&path.display().to_string(), text, mistakes))
}

fn unusable(path: &Path, message: &str, help: String) -> Error {
    let message = format!("{}: {message}", path.display());
    Problem { help: Some(help), ..Problem::new("input", Exit::ForGood, message) }.into()
}

fn there_already(path: &Path) -> Problem {
    Problem {
        help: Some("write to another file with -o FILE, or replace it with --force".into()),
        ..Problem::new("exists", Exit::ForGood, format!("{} is there already, and is different", path.display()))
    }
}
