//! `secenv run`: manifest → plan → fetch → environment → child. Edge.

use std::{borrow::Cow, ffi::OsString, os::unix::ffi::OsStrExt, time::Instant};

use crate::{
    child::{self, HeldSignals, Leftovers, Mode, PathText, Place, Program, Status, files::Files},
    cli,
    environment::{self, Environment, limits},
    error::Error,
    fetch::{Fetched, Outcome, Payload},
    inherited::{Environ, Inherited},
    log::Log,
    plan::{Plan, Value},
    report::harmless,
};

mod fetching;
mod inputs;
mod mode;
mod settings;
mod variables;

use settings::Settings;

/// What the process started with.
pub struct Start<'s> {
    /// Dispositions and descriptors.
    pub inherited: &'s Inherited,
    /// The environment.
    pub environ: &'s Environ,
    /// When.
    pub at: Instant,
    /// secenv's own verbosity.
    pub log: Log,
}

/// Becomes the command, or runs it as a child and returns how it ended.
///
/// # Errors
/// The command was not executed.
pub fn run(mut args: cli::Run, start: &Start<'_>) -> Result<Status, Error> {
    variables::fill(&mut args, start.environ)?;
    let asked = mode::asked(&args, start.environ)?;
    let supervision = mode::supervision(&args)?;
    let (environment, path) = prepare(&args, start)?;
    let mut command = args.command.into_iter();
    let (command, arguments) = (command.next().unwrap_or_default(), command.collect());
    let leftovers = if environment.has_path_files() { Leftovers::Files } else { Leftovers::None };
    let mode = Mode::decide(asked, Place::here(), leftovers, &command);
    // From here on a signal is the command's: one that ended secenv now would leave the files behind.
    let held = (mode == Mode::Supervise).then(HeldSignals::new);
    let files = Files::create(environment.files())?;
    let entries = environment.entries(files.paths()).map(Cow::into_owned).collect();
    drop(environment);
    let program = Program { command, arguments, entries, path };
    match held {
        None => {
            let error = child::exec(program, start.inherited, start.environ);
            files.remove();
            Err(error.into())
        }
        Some(held) => Ok(child::supervise(program, files, held, &supervision, start.inherited, start.environ)?),
    }
}

fn prepare(args: &cli::Run, start: &Start<'_>) -> Result<(Environment, PathText), Error> {
    child::prepare_for_fetch(start.inherited);
    let deadline = settings::deadline(args, None, start)?.at;
    let (manifest, (overrides, stages)) = Error::both(
        inputs::manifest(args, start, deadline),
        Error::both(inputs::overrides(args, deadline), inputs::stages(args)),
    )?;
    let settings = Settings::new(args, manifest.as_ref(), start)?;
    let inputs = inputs::together(args, manifest, overrides, stages, &settings)?;
    let inherited = start.environ.entries();
    let plan = Plan::new(inputs, inherited)?;
    let sources = fetching::sources(&settings);
    let outcomes = fetching::fetch(&sources, &plan, &settings.limits, start.log);
    log(&plan, &outcomes, start.log);
    rehearse_panic(start, &outcomes);
    let environment = environment::build(&plan, &outcomes, inherited)
        .map_err(|failures| fetching::with_caller(failures, &plan, &sources, &settings.limits))?;
    check_size(&environment, &args.command)?;
    Ok((environment, path_text(&plan)))
}

fn log(plan: &Plan, outcomes: &[Outcome], log: Log) {
    for (request, outcome) in plan.requests.iter().zip(outcomes) {
        let Ok(fetched) = outcome else { continue };
        log.info(|| {
            let version = fetched.version_id.as_deref().unwrap_or("without an id");
            let region = fetched.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
            let stages = fetched.stages.join(", ");
            harmless(&format!("secret {}: version {version} [{stages}] from {}{region}", request.id, fetched.source))
        });
    }
}

fn check_size(environment: &Environment, command: &[OsString]) -> Result<(), Error> {
    let paths = environment.longest_paths();
    let entries: Vec<_> = environment.entries(&paths).collect();
    let argv: Vec<&[u8]> = command.iter().map(|argument| argument.as_bytes()).collect();
    let too_big = limits::check(&entries, &argv, child::exec_limits());
    if too_big.is_empty() { Ok(()) } else { Err(too_big.into()) }
}

/// A PATH that comes from a secret must not be quoted by "not found on the PATH".
fn path_text(plan: &Plan) -> PathText {
    let of_path = plan.bindings.iter().find(|binding| binding.name == "PATH");
    match of_path.map(|binding| &binding.value) {
        Some(Value::Secret { .. } | Value::Template(_)) => PathText::Secret,
        _ => PathText::Public,
    }
}

/// Panics with a secret value in the message if a test asks for it, to show that the value is not printed.
fn rehearse_panic(start: &Start<'_>, outcomes: &[Outcome]) {
    if cfg!(debug_assertions) && start.environ.get(b"SECENV_REHEARSE_PANIC").is_some() {
        let values = outcomes.iter().flatten().map(|Fetched { payload, .. }| match payload {
            Payload::Text(value) | Payload::Binary(value) => String::from_utf8_lossy(value.expose()),
        });
        panic!("{}", values.collect::<String>());
    }
}
