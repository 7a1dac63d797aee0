//! Parse, call, report once, end once.
#![no_main]

use std::{
    ffi::{c_char, c_int},
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::AsFd,
    panic, process,
    time::Instant,
};

use clap::Parser;
use secenv::{
    child,
    cli::{Cli, ErrorFormat, asked_format},
    commands::{self, Ended, Output, Start, Stdout},
    error::{Error, Exit},
    inherited::{self, Environ, Inherited},
    log::{Level, Log},
    report::{self, Colour},
};

/// What the C library calls (`std` would call a `main` of its own, after work that is of no use here: see `inherited::start`).
#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, arguments: *const *const c_char, environment: *const *const c_char) -> c_int {
    // SAFETY: the C library has called it with that.
    let inherited = unsafe { Inherited::read(arguments) };
    // SAFETY: the same; all that secenv runs on give the environment, too.
    let environ = unsafe { Environ::read(environment) };
    // SAFETY: no thread has been started yet.
    unsafe { environ.forget_empty_settings() };
    start(&inherited, &environ).into()
}

/// The exit code.
fn start(inherited: &Inherited, environ: &Environ) -> u8 {
    let at = Instant::now();
    inherited::harden();
    let format = asked_format(&inherited.arguments);
    panic::set_hook(Box::new(move |panic| end_at_panic(panic, format)));
    let cli = match Cli::try_parse_from(&inherited.arguments) {
        Ok(cli) => cli,
        Err(message) if message.use_stderr() && asked_format(&inherited.arguments) == ErrorFormat::Json => {
            return end_as_json(&message);
        }
        Err(message) => return end_of_parsing(&message),
    };
    let messages = commands::messages(&cli.command);
    let undone = commands::undone(&cli.command);
    let format = messages.error_format;
    let ended = level(messages.verbose, environ).and_then(|level| {
        let log = log(level, format, environ);
        let start = Start { inherited, environ, at, log, stdout: stdout(environ) };
        commands::call(cli.command, &start)
    });
    let error = match ended {
        Ok(Ended::AsChild(status)) => child::end_as(status),
        Ok(Ended::With(output)) => return print(&output),
        Err(error) => error,
    };
    let text = match format {
        ErrorFormat::Human => report::human(&error, undone, colour(&io::stderr(), environ)),
        ErrorFormat::Json => report::machine(&error),
    };
    write(&text);
    error.exit().code()
}

fn level(verbose: u8, environ: &Environ) -> Result<Level, Error> {
    match (verbose, environ.get(b"SECENV_LOG").unwrap_or_default()) {
        (0, b"" | b"off") => Ok(Level::Quiet),
        (0, b"info") | (1, _) => Ok(Level::Info),
        (0, b"debug") | (2.., _) => Ok(Level::Debug),
        (0, _) => Err(Error::usage("SECENV_LOG is none of off, info and debug", "set one of them, or unset it")),
    }
}

/// A wait is shown to a person only: on a terminal that can take it away again.
fn log(level: Level, format: ErrorFormat, environ: &Environ) -> Log {
    let log = Log::new(level, write_line);
    let person = format == ErrorFormat::Human && io::stderr().is_terminal() && environ.get(b"TERM") != Some(b"dumb");
    if person { log.with_status(write_status) } else { log }
}

fn colour(stream: &impl IsTerminal, environ: &Environ) -> Colour {
    let wanted = environ.get(b"NO_COLOR").is_none_or(<[u8]>::is_empty) && environ.get(b"TERM") != Some(b"dumb");
    if wanted && stream.is_terminal() { Colour::Always } else { Colour::Never }
}

fn stdout(environ: &Environ) -> Stdout {
    let stdout = io::stdout();
    if stdout.is_terminal() { Stdout::Terminal(colour(&stdout, environ)) } else { Stdout::Other }
}

/// `--help` and `--version` go to stdout and succeed; a mistake on the command line is one for good.
fn end_of_parsing(message: &clap::Error) -> u8 {
    // A closed pipe (`secenv --help | head`) is no failure.
    let _ = message.print().and_then(|()| io::stdout().flush());
    if message.use_stderr() { 125 } else { 0 }
}

/// The same mistake for machines; the first paragraph of the message is all that is said of it.
fn end_as_json(message: &clap::Error) -> u8 {
    let text = message.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.trim_start_matches("error:").split_whitespace().collect();
    let error = Error::usage(words.join(" "), "try --help");
    write(&report::machine(&error));
    error.exit().code()
}

/// What a command is asked for, on stdout, past the buffer of the standard library, which would keep a copy. A closed
/// pipe (`secenv schema | head`) is no failure.
fn print(output: &Output) -> u8 {
    let exit = output.exit.map_or(0, Exit::code);
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    match stdout.and_then(|mut stdout| stdout.write_all(output.bytes.expose())) {
        Ok(()) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
        Err(error) => {
            write_line(&format!("stdout cannot be written: {error}"));
            125
        }
    }
}

/// The payload of a panic may hold a value, and so may a core file: only the place is told, and nothing is dumped.
fn end_at_panic(panic: &panic::PanicHookInfo<'_>, format: ErrorFormat) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let error = format!("internal error at {place}");
    write(&match format {
        ErrorFormat::Human => format!("secenv: {error}, the command was not started; please report this\n"),
        ErrorFormat::Json => report::machine(&Error::internal(error)),
    });
    #[expect(clippy::exit, reason = "a panic must not go on to abort(3), which is what the release profile does")]
    process::exit(125);
}

fn write_line(line: &str) {
    write(&format!("secenv: {line}\n"));
}

/// Over the line that is there; without wrapping, since only one line can be taken away.
fn write_status(line: &str) {
    let name = if line.is_empty() { "" } else { "secenv: " };
    write(&format!("\r\x1b[K\x1b[?7l{name}{line}\x1b[?7h"));
}

/// One write, so that lines of several processes do not mix; nobody is left to tell that stderr is closed.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
