//! Parse, call, report once, end once.

use std::{
    io::{self, IsTerminal, Write},
    panic,
    process::{self, ExitCode},
    time::Instant,
};

use clap::Parser;
use secenv::{
    child,
    cli::{Cli, Command, ErrorFormat},
    commands::{
        install,
        run::{self, Start},
        schema,
    },
    error::Error,
    inherited::{self, Environ},
    log::{Level, Log},
    report::{self, Colour},
};

fn main() -> ExitCode {
    let at = Instant::now();
    inherited::harden();
    panic::set_hook(Box::new(end_at_panic));
    let environ = Environ::read();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return end_of_parsing(&message),
    };
    let args = match cli.command {
        Command::Run(args) => args,
        Command::Schema => return print(&schema::schema()),
        Command::Install { path } => return end_of_install(install::install(&path)),
    };
    let format = args.error_format;
    let ended = level(args.verbose, &environ).and_then(|level| {
        let inherited = inherited::at_start();
        run::run(*args, &Start { inherited: &inherited, environ: &environ, at, log: log(level, format, &environ) })
    });
    let error = match ended {
        Ok(status) => child::end_as(status),
        Err(error) => error,
    };
    let text = match format {
        ErrorFormat::Human => report::human(&error, colour(&environ)),
        ErrorFormat::Json => report::machine(&error),
    };
    write(&text);
    ExitCode::from(error.exit().code())
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

fn colour(environ: &Environ) -> Colour {
    let wanted = environ.get(b"NO_COLOR").is_none_or(<[u8]>::is_empty) && environ.get(b"TERM") != Some(b"dumb");
    if wanted && io::stderr().is_terminal() { Colour::Always } else { Colour::Never }
}

/// `--help` and `--version` go to stdout and succeed; a mistake on the command line is one for good.
fn end_of_parsing(message: &clap::Error) -> ExitCode {
    // A closed pipe (`secenv --help | head`) is no failure.
    let _ = message.print();
    if message.use_stderr() { ExitCode::from(125) } else { ExitCode::SUCCESS }
}

/// What a command is asked for, on stdout. A closed pipe (`secenv schema | head`) is no failure.
fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            write_line(&format!("stdout cannot be written: {error}"));
            ExitCode::from(125)
        }
    }
}

fn end_of_install(installed: Result<(), install::InstallError>) -> ExitCode {
    let Err(error) = installed else { return ExitCode::SUCCESS };
    let (what, help) = (report::harmless(&error.to_string()), report::harmless(&error.help()));
    write(&format!("secenv: error: {what}\n  = help: {help}\n"));
    ExitCode::from(125)
}

/// The payload of a panic may hold a value, and so may a core file: only the place is told, and nothing is dumped.
fn end_at_panic(panic: &panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    write(&format!("secenv: internal error at {place}, the command was not started; please report this\n"));
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
