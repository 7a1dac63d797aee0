//! `secenv export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AsRun, Messages, Resolve};

/// Write all variables in the format of another tool.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, override_usage = "secenv export --format FORMAT [OPTIONS] [-- CMD [ARGS]...]")]
pub struct Export {
    /// Who is to read it
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: ExportFormat,

    /// Write it to a file that only you can read, in place of one that is there
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The name of the Secret, with --format k8s
    #[arg(long, value_name = "NAME", required_if_eq("format", "k8s"))]
    pub name: Option<String>,

    /// What is exported.
    #[command(flatten)]
    pub resolve: Resolve,
    /// What only `run` reads.
    #[command(flatten)]
    pub as_run: AsRun,
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

/// Who reads an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A .env file, for python-dotenv and dotenvy alike.
    Dotenv,
    /// One object, name to value.
    Json,
    /// `export` commands for bash, dash and zsh: eval "$(secenv export --format shell)".
    Shell,
    /// `set` commands for fish: secenv export --format fish | source.
    Fish,
    /// docker run --env-file.
    Docker,
    /// EnvironmentFile= of a unit.
    Systemd,
    /// Lines to append to $GITHUB_ENV; GitHub does not mask the values in its logs by itself.
    Github,
    /// A Secret, for kubectl apply -f -.
    K8s,
}

const AFTER_HELP: &str = "\
What is exported is what `run` would set, not what it inherits; a variable that keep = true keeps is exported with \
its inherited value, and one whose optional secret is absent is left out. Any command line of `run` will do; the \
command is not started.

The quoting is that of the reader, byte for byte. What a format cannot hold is refused by name, all in one report, and \
nothing is written. A file in memory (as = \"file\" without path) is refused, for nothing would hold it; one with a \
path is written as by `run --exec`, and stays.

With -o the output is a file with mode 0600, written aside and renamed; a symlink, a directory and another user's file \
are refused. Whoever can read the output has the secrets: prefer `run`, which leaves none behind.

Exit codes: 0; 125 if it failed for good (no such secret, denied, refused by the format, …); 124 if for now.

Examples:
  secenv export --format dotenv -o .env
  secenv export --format shell --target dev >/run/user/1000/env.sh
  secenv export --format k8s --name myapp | kubectl apply -f -
  secenv export --format github >>\"$GITHUB_ENV\"";
