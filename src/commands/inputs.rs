//! Reads the inputs of a run: the manifest, env files, flags. Edge: files and stdin.

use std::{
    cell::Cell,
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
    string::FromUtf8Error,
    time::Instant,
};

use super::{Settings, Start};
use crate::{
    cli,
    error::{At, Error, Exit, Problem},
    input,
    manifest::{
        self, Entry, Extent, InputError, Manifest, Place, Selection, dotenv, inherited_entries, marked_entry, name,
    },
    plan::{Inputs, StageOverride},
};

pub(super) const DEFAULT_MANIFEST: &str = "secenv.toml";

/// What it means that there is no `./secenv.toml`, if no other manifest is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Without {
    /// That something is missing.
    Fails,
    /// That there is other input.
    Passes,
}

/// The manifest, if there is one to read.
pub(super) fn manifest(
    args: &cli::Chosen,
    without: Without,
    start: &Start<'_>,
    deadline: Instant,
) -> Result<Option<Manifest>, Error> {
    if args.no_manifest {
        return Ok(None);
    }
    let selection = Selection { target: args.target.clone(), vars: vars(args, start)? };
    let path = args.manifest.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_MANIFEST));
    let (name, bytes) = if path == Path::new("-") {
        ("<stdin>".to_owned(), input::read_stdin(deadline))
    } else {
        (path.display().to_string(), input::read(&path, deadline))
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound && args.manifest.is_none() && without == Without::Passes => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(&name, &error, "the manifest")),
    };
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&name, &error))?;
    let dir = path.parent().unwrap_or(Path::new(""));
    let late = Cell::new(None);
    let template_file = |path: &Path| {
        let bytes = input::read(path, deadline).map_err(|error| match error.kind() {
            ErrorKind::NotFound => "it does not exist".to_owned(),
            ErrorKind::TimedOut => {
                late.set(Some(unreadable(&path.display().to_string(), &error, "the template")));
                "it did not end before the deadline".to_owned()
            }
            _ => error.to_string(),
        })?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
    };
    let read = manifest::read(&text, &name, dir, &selection, &template_file);
    // A template that did not come in time is no mistake of the manifest.
    let read = read.map_err(|mistakes| late.take().unwrap_or_else(|| Error::manifest(&name, &text, mistakes)))?;
    match (read.extent, without) {
        // As if it did not exist: one that is named has to say something.
        (Extent::Blank, _) if args.manifest.is_some() || without == Without::Fails => {
            let help = "write [env] with an entry into it; if a program writes it, look there: it gave nothing";
            Err(without_input(format!("the manifest {name} is empty"), help))
        }
        (Extent::Settings, Without::Fails) => {
            let message =
                format!("the manifest {name} has no entry, and there is no --env-file, no --env, no --from-env");
            Err(without_input(message, "write [env] with an entry, or [child] for a command that gets no secret"))
        }
        _ => Ok(Some(read)),
    }
}

impl Without {
    /// Whether there is input beside the manifest.
    pub(super) fn of(args: &cli::Inputs) -> Self {
        if args.env.is_empty() && args.env_files.is_empty() && !args.from_env { Self::Fails } else { Self::Passes }
    }
}

/// The entries of `--env-file`s, then of `--env`s.
pub(super) fn overrides(args: &cli::Inputs, deadline: Instant) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for path in &args.env_files {
        match env_file(path, deadline) {
            Ok(found) => entries.extend(found),
            Err(error) => problems.extend(error.problems().iter().cloned()),
        }
    }
    let mut errors = Vec::new();
    for (index, argument) in args.env.iter().enumerate() {
        match argument.split_once('=') {
            Some((name, value)) => match marked_entry(name, value, Place::Argument(format!("--env {name}"))) {
                Ok(entry) => entries.push(entry),
                Err(error) => errors.push(error),
            },
            // Without `=` it may be a value: it is not quoted.
            None => errors.push(InputError {
                at: Place::Argument(format!("--env, number {}", index + 1)),
                message: "there is no `=`".into(),
                help: Some("write --env NAME=VALUE".into()),
            }),
        }
    }
    problems.extend(Error::from(errors).problems().iter().cloned());
    if problems.is_empty() { Ok(entries) } else { Err(problems.into_iter().collect()) }
}

/// The assignments of an env file.
pub(super) fn assignments(path: &Path, deadline: Instant) -> Result<Vec<dotenv::Assignment>, Error> {
    let (assignments, errors) = lines(path, deadline)?;
    if errors.is_empty() { Ok(assignments) } else { Err(errors.into()) }
}

/// The same, and the lines that are none.
fn lines(path: &Path, deadline: Instant) -> Result<(Vec<dotenv::Assignment>, Vec<InputError>), Error> {
    let (assignments, errors) = dotenv::parse(&text_of(path, deadline, "the env file")?);
    let file = path.display().to_string();
    let error = |error: dotenv::DotenvError| InputError {
        at: Place::Line { file: file.clone(), line: error.line.unwrap_or(1), column: None },
        message: error.message.to_owned(),
        help: None,
    };
    Ok((assignments, errors.into_iter().map(error).collect()))
}

/// The text of a file; `what` is how a message calls it.
pub(super) fn text_of(path: &Path, deadline: Instant, what: &str) -> Result<String, Error> {
    let file = path.display().to_string();
    let bytes = input::read(path, deadline).map_err(|error| unreadable(&file, &error, what))?;
    String::from_utf8(bytes).map_err(|error| not_utf8(&file, &error))
}

fn env_file(path: &Path, deadline: Instant) -> Result<Vec<Entry>, Error> {
    let file = path.display().to_string();
    let mut entries = Vec::new();
    let (assignments, mut errors) = lines(path, deadline)?;
    for assignment in assignments {
        let place = Place::Line { file: file.clone(), line: assignment.line, column: None };
        match marked_entry(&assignment.name, &assignment.value, place) {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
    }
    errors.sort_by(|one, other| one.at.cmp(&other.at));
    if errors.is_empty() { Ok(entries) } else { Err(errors.into()) }
}

/// The entries of `--from-env`. If the manifest has mistakes, `[child]` is not known, and all that is inherited counts.
pub(super) fn inherited(
    args: &cli::Inputs,
    manifest: Option<&Manifest>,
    start: &Start<'_>,
) -> Result<Vec<Entry>, Error> {
    if !args.from_env {
        return Ok(Vec::new());
    }
    let child = manifest.map(|manifest| manifest.child.clone()).unwrap_or_default();
    Ok(inherited_entries(start.environ.entries(), &child)?)
}

/// All that the plan is made from.
pub(super) fn together(
    args: &cli::Inputs,
    manifest: Option<Manifest>,
    inherited: Vec<Entry>,
    overrides: Vec<Entry>,
    stages: Vec<StageOverride>,
    settings: &Settings,
) -> Result<Inputs, Error> {
    if manifest.is_none() && Without::of(args) == Without::Fails {
        return Err(Error::usage(
            "there is no input: no manifest, no --env-file, no --env, no --from-env",
            format!("begin a ./{DEFAULT_MANIFEST} with `secenv init`, or name one with -m FILE"),
        ));
    }
    let manifest = manifest.unwrap_or_default();
    Ok(Inputs {
        inherited,
        manifest: manifest.entries,
        env_from: manifest.env_from,
        overrides,
        stages,
        region: settings.region.clone(),
        login: settings.login.clone(),
        child: manifest.child,
    })
}

/// The `--version-stage`s.
pub(super) fn stages(args: &cli::Inputs) -> Result<Vec<StageOverride>, Error> {
    let mut stages = Vec::new();
    let mut errors = Vec::new();
    for argument in &args.version_stages {
        match StageOverride::parse(argument) {
            Ok(stage) => stages.push(stage),
            Err(message) => errors.push(InputError {
                at: Place::Argument("--version-stage".into()),
                message,
                help: Some("write STAGE for all secrets, or ID=STAGE for one".into()),
            }),
        }
    }
    if errors.is_empty() { Ok(stages) } else { Err(errors.into()) }
}

/// `--var` over `SECENV_VAR_*`.
pub(super) fn vars(args: &cli::Chosen, start: &Start<'_>) -> Result<BTreeMap<String, String>, Error> {
    let mut vars = BTreeMap::new();
    for argument in &args.vars {
        match argument.split_once('=') {
            Some((name, value)) if name::check(name.as_bytes()).is_ok() => {
                vars.insert(name.to_owned(), value.to_owned())
            }
            _ => return Err(Error::usage("a --var is no NAME=VALUE", "write --var NAME=VALUE")),
        };
    }
    let mut broken: Vec<Problem> = Vec::new();
    for entry in start.environ.entries() {
        let Some(rest) = entry.strip_prefix(b"SECENV_VAR_") else { continue };
        let Some(end) = rest.iter().position(|byte| *byte == b'=') else { continue };
        // No manifest can use a name that is not UTF-8.
        let Ok(name) = std::str::from_utf8(&rest[..end]) else { continue };
        match (vars.contains_key(name), std::str::from_utf8(&rest[end + 1..])) {
            (true, _) => {}
            (false, Ok(value)) => drop(vars.insert(name.to_owned(), value.to_owned())),
            (false, Err(_)) => {
                let help = format!("mend it, unset it, or give --var {name}=…");
                broken.extend(Error::usage(format!("SECENV_VAR_{name} is not UTF-8"), help).problems().iter().cloned());
            }
        }
    }
    if broken.is_empty() { Ok(vars) } else { Err(broken.into_iter().collect()) }
}

fn without_input(message: String, help: &str) -> Error {
    Problem { help: Some(help.into()), ..Problem::new("input", Exit::ForGood, message) }.into()
}

fn unreadable(file: &str, error: &std::io::Error, what: &str) -> Error {
    let (kind, exit, message) = match error.kind() {
        ErrorKind::TimedOut => ("deadline", Exit::ForNow, format!("{what} {file} did not end before the deadline")),
        ErrorKind::NotFound => ("input", Exit::ForGood, format!("{what} {file} does not exist")),
        _ => ("input", Exit::ForGood, format!("{what} {file} cannot be read: {error}")),
    };
    let help = match error.kind() {
        ErrorKind::NotFound if what == "the manifest" => {
            "begin one with `secenv init`, name one with -m FILE, or give --env-file, --env or --from-env"
        }
        ErrorKind::TimedOut => "give more time with --deadline",
        _ => "look at the path and its permissions",
    };
    Problem { help: Some(help.into()), ..Problem::new(kind, exit, message) }.into()
}

fn not_utf8(file: &str, error: &FromUtf8Error) -> Error {
    let valid = error.utf8_error().valid_up_to();
    let line = String::from_utf8_lossy(&error.as_bytes()[..valid]).matches('\n').count() + 1;
    Problem {
        at: vec![At::Named(Place::Line { file: file.to_owned(), line, column: None })],
        help: Some("save it as UTF-8".into()),
        ..Problem::new("input", Exit::ForGood, "this line is not UTF-8")
    }
    .into()
}
