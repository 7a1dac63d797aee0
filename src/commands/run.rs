//! `secenv run`: manifest → plan → fetch → environment → child. Edge.

use std::{borrow::Cow, ffi::OsString, os::unix::ffi::OsStrExt};

use super::{Resolution, Start, placed::placed};
use crate::{
    child::{self, HeldSignals, Leftovers, Mode, PathText, Place, Program, Status, files::Files},
    cli,
    environment::{Environment, limits},
    error::Error,
    fetch::{Fetched, Outcome, Payload},
    plan::{Plan, Value},
};

mod mode;

/// Becomes the command, or runs it as a child and returns how it ended.
///
/// # Errors
/// The command was not executed.
pub fn run(args: cli::Run, start: &Start<'_>) -> Result<Status, Error> {
    let asked = mode::asked(&args.supervising, start.environ)?;
    let supervision = mode::supervision(&args.supervising)?;
    let (environment, plan) = prepare(args.resolve, &args.command, start)?;
    let mut command = args.command.into_iter();
    let (command, arguments) = (command.next().unwrap_or_default(), command.collect());
    let leftovers = if environment.has_path_files() { Leftovers::Files } else { Leftovers::None };
    let mode = Mode::decide(asked, Place::here(), leftovers, &command);
    // From here on a signal is the command's: one that ended secenv now would leave the files behind.
    let held = (mode == Mode::Supervise).then(|| HeldSignals::before(&command)).transpose()?;
    let files = Files::create(environment.files()).map_err(|errors| placed(errors, &plan))?;
    let entries = environment.entries(files.paths()).map(Cow::into_owned).collect();
    drop(environment);
    let program = Program { command, arguments, entries, path: path_text(&plan) };
    match held {
        None => {
            let error = child::exec(program, start.inherited, start.environ);
            files.remove();
            Err(error.into())
        }
        Some(held) => Ok(child::supervise(program, files, held, &supervision, start.inherited, start.environ)?),
    }
}

fn prepare(args: cli::Resolve, command: &[OsString], start: &Start<'_>) -> Result<(Environment, Plan), Error> {
    child::prepare_for_fetch(start.inherited);
    let resolution = Resolution::decide(args, start)?;
    let fetched = resolution.fetch(start);
    rehearse_panic(start, &fetched.outcomes);
    let environment = fetched.environment(start)?;
    check_size(&environment, command).map_err(|error| placed(error, &resolution.plan))?;
    Ok((environment, resolution.plan))
}

/// Whether the kernel takes it.
///
/// # Errors
/// Every string that is too big.
pub(super) fn check_size(environment: &Environment, command: &[OsString]) -> Result<(), Error> {
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
