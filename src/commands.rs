//! The commands: each the steps in their order, and nothing else.

use std::time::Instant;

use crate::{
    child::Status,
    cli::{Cache, Command, Messages},
    error::{Error, Exit},
    inherited::{Environ, Inherited},
    log::Log,
    report::Colour,
    secret::SecretValue,
};

pub mod cache;
pub mod check;
pub mod completions;
pub mod export;
mod fetching;
pub mod get;
pub mod init;
mod inputs;
pub mod install;
pub mod man;
mod output_file;
mod placed;
pub mod plan;
pub mod policy;
mod resolution;
pub mod run;
pub mod schema;
mod settings;
mod variables;

use resolution::Resolution;
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
    /// What stdout is.
    pub stdout: Stdout,
}

/// What stdout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdout {
    /// A terminal, with or without colours.
    Terminal(Colour),
    /// A file, a pipe.
    Other,
}

impl Stdout {
    /// Whether what is printed there has colours.
    #[must_use]
    pub fn colour(self) -> Colour {
        match self {
            Self::Terminal(colour) => colour,
            Self::Other => Colour::Never,
        }
    }
}

/// How a command ended that did not fail.
pub enum Ended {
    /// secenv ends as its child did.
    AsChild(Status),
    /// There is something to print on stdout.
    With(Output),
}

/// What is printed on stdout, and the exit code after it.
pub struct Output {
    /// It may be a value; it goes out byte for byte.
    pub bytes: SecretValue,
    /// None for 0.
    pub exit: Option<Exit>,
}

impl Output {
    /// Nothing: it went somewhere else.
    fn none() -> Self {
        String::new().into()
    }
}

impl From<String> for Output {
    fn from(text: String) -> Self {
        Self { bytes: text.into(), exit: None }
    }
}

/// Does what the command line says.
///
/// # Errors
/// Those of the command.
pub fn call(command: Command, start: &Start<'_>) -> Result<Ended, Error> {
    match command {
        Command::Run(args) => run::run(*args, start).map(Ended::AsChild),
        Command::Init(args) => init::init(*args, start).map(|text| Ended::With(text.into())),
        Command::Plan(args) => plan::plan(*args, start).map(Ended::With),
        Command::Check(args) => check::check(*args, start).map(Ended::With),
        Command::Get(args) => get::get(*args, start).map(Ended::With),
        Command::Export(args) => export::export(*args, start).map(Ended::With),
        Command::Policy(args) => policy::policy(*args, start).map(|text| Ended::With(text.into())),
        Command::Cache(args) => cache::cache(&args).map(Ended::With),
        Command::Schema(_) => Ok(Ended::With(schema::schema().into())),
        Command::Completions(args) => Ok(Ended::With(completions::completions(&args, start).into())),
        Command::Man(args) => man::man(&args).map(|page| Ended::With(page.into())),
        Command::Install(args) => install::install(&args.path).map(|()| Ended::With(String::new().into())),
    }
}

/// What secenv says while it does that, and how.
#[must_use]
pub fn messages(command: &Command) -> Messages {
    match command {
        Command::Run(args) => args.messages.clone(),
        Command::Init(args) => args.messages.clone(),
        Command::Plan(args) => args.messages.clone(),
        Command::Check(args) => args.messages.clone(),
        Command::Get(args) => args.messages.clone(),
        Command::Export(args) => args.messages.clone(),
        Command::Policy(args) => args.messages.clone(),
        Command::Cache(Cache::Status { messages, .. } | Cache::Clear { messages }) => messages.clone(),
        Command::Schema(args) => args.messages.clone(),
        Command::Completions(args) => args.messages.clone(),
        Command::Man(args) => args.messages.clone(),
        Command::Install(args) => args.messages.clone(),
    }
}

/// What a failure leaves undone, for the last line of its report; it may be nothing that needs saying.
#[must_use]
pub fn undone(command: &Command) -> &'static str {
    match command {
        Command::Run(_) => "the command was not started",
        Command::Plan(_)
        | Command::Check(_)
        | Command::Cache(_)
        | Command::Schema(_)
        | Command::Completions(_)
        | Command::Install(_) => "",
        Command::Init(_) | Command::Get(_) | Command::Export(_) => "nothing was written",
        Command::Policy(_) => "no policy was made",
        Command::Man(_) => "no page was printed",
    }
}
