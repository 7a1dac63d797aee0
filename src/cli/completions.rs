//! `secenv completions`: what a shell completes, generated from the types of the command line. Pure.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use clap::{Arg, Args, Command, CommandFactory, builder::PossibleValuesParser, value_parser};
use clap_complete::Shell;

use super::{Cli, Messages};

/// Print a script with which a shell completes the command line.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, required_unless_present = "targets")]
    pub shell: Option<Shell>,

    /// Print the targets of the manifest that WORDS, a line under way, name: for the scripts
    #[arg(long, hide = true, conflicts_with = "shell")]
    pub targets: bool,

    /// A line under way
    #[arg(last = true, hide = true, requires = "targets")]
    pub words: Vec<OsString>,

    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

const AFTER_HELP: &str = "\
The names of targets are completed in bash, zsh and fish, from the manifest that the line under way names.

Examples:
  secenv completions bash >/etc/bash_completion.d/secenv
  secenv completions zsh >/usr/local/share/zsh/site-functions/_secenv
  secenv completions fish >/etc/fish/completions/secenv.fish";

/// Stands in the generated script where the names of targets come; it could be none.
const TARGETS: &str = "@targets@";

/// The script for a shell.
#[must_use]
pub fn script(shell: Shell) -> String {
    let mut built = Cli::command();
    built.build();
    let mut command = unbuilt(&built)
        .mut_subcommands(|command| mark_target(command, shell))
        .mut_subcommand("completions", |command| without_targets(&command));
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command, "secenv", &mut bytes);
    let script = String::from_utf8_lossy(&bytes).into_owned();
    let script = match listing(shell) {
        Some(listing) => script.replace(TARGETS, listing),
        None => script,
    };
    if shell == Shell::Bash {
        BASH_COMMAND.to_owned() + &script.replace("-F _secenv ", "-F _secenv_line ")
    } else {
        script
    }
}

/// After `--` comes another command, which is completed as such; zsh does so by the hint that the argument has.
const BASH_COMMAND: &str = r#"_secenv_line() {
    local i
    for (( i = 1; i < COMP_CWORD; i++ )); do
        [[ ${COMP_WORDS[i]} == -- ]] || continue
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset $(( i + 1 ))
        elif declare -F _command_offset >/dev/null; then
            _command_offset $(( i + 1 ))
        elif (( i + 1 == COMP_CWORD )); then
            COMPREPLY=( $(compgen -c -- "$2") )
        else
            COMPREPLY=()
        fi
        return
    done
    _secenv "$@"
}

"#;

/// What each shell evaluates when it completes the value of `--target`.
fn listing(shell: Shell) -> Option<&'static str> {
    match shell {
        Shell::Bash => Some(r#"$(secenv completions --targets -- "${COMP_WORDS[@]}" 2>/dev/null)"#),
        Shell::Zsh => Some(r#"$(secenv completions --targets -- "${(Q)words[@]}" 2>/dev/null)"#),
        Shell::Fish => Some("(secenv completions --targets -- (commandline -opc) 2>/dev/null)"),
        _ => None,
    }
}

/// The manifest that a line under way names; some shells take `--manifest=FILE` for three words.
#[must_use]
pub fn manifest_of(words: &[OsString]) -> Option<PathBuf> {
    let mut words = words.iter().filter(|word| *word != "=").take_while(|word| *word != "--");
    let mut named = None;
    while let Some(word) = words.next() {
        let glued = |flag: &[u8]| word.as_bytes().strip_prefix(flag).map(OsStr::from_bytes);
        named = match word.as_bytes() {
            b"-m" | b"--manifest" => words.next().map(OsString::as_os_str),
            _ => glued(b"--manifest=").or_else(|| glued(b"-m")).or(named),
        };
    }
    named.map(PathBuf::from)
}

/// The same, to be changed and built again: a command has its arguments only when it is built.
fn unbuilt(command: &Command) -> Command {
    let arguments =
        command.get_arguments().filter(|argument| argument.get_id() != "help" && argument.get_id() != "version");
    let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
    // Names are static to clap, and this process ends when the script is printed.
    Command::new(&*command.get_name().to_owned().leak())
        .about(command.get_about().cloned().unwrap_or_default())
        .args(arguments.cloned())
        .subcommands(commands.map(unbuilt))
}

/// The generators offer what the help hides, so they are given `completions` without it.
fn without_targets(command: &Command) -> Command {
    let shell = Arg::new("shell").value_parser(value_parser!(Shell));
    let others = command.get_arguments().filter(|argument| !argument.is_hide_set() && argument.get_id() != "shell");
    Command::new("completions").about(command.get_about().cloned().unwrap_or_default()).arg(shell).args(others.cloned())
}

fn mark_target(command: Command, shell: Shell) -> Command {
    let has_target = command.get_arguments().any(|argument| argument.get_id() == "target");
    if !has_target || listing(shell).is_none() {
        return command;
    }
    command.mut_arg("target", |target| target.value_parser(PossibleValuesParser::new([TARGETS])))
}
