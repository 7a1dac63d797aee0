//! `export NAME='…'`, the same for bash, dash and zsh: in single quotes nothing is special but the single quote.

use super::{Flaw, PLAIN_NAME, Variable};
use crate::manifest::name::is_plain;

/// Names that one of the shells sets itself, computes with or forbids, so that an assignment is not what the next program
/// gets. Found by trying all the names that bash 5.2, dash 0.5.12 and zsh 5.9 know.
const SPECIAL: &str = "\
    ARGC BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_LINENO BASH_SOURCE \
    BASH_SUBSHELL BASH_VERSINFO COLUMNS DIRSTACK EGID EPOCHREALTIME EPOCHSECONDS ERRNO EUID FUNCNAME FUNCNEST GID \
    GROUPS HISTCHARS HISTCMD HISTSIZE KEYBOARD_HACK KEYTIMEOUT LINENO LINES LISTMAX MAILCHECK OPTIND PPID RANDOM \
    SAVEHIST SECONDS SHELLOPTS SHLVL SRANDOM TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTYIDLE UID USERNAME WATCH \
    ZSH_EVAL_CONTEXT ZSH_SUBSHELL _ aliases argv builtins cdpath commands dirstack dis_aliases dis_builtins \
    dis_functions dis_functions_source dis_galiases dis_patchars dis_reswords dis_saliases fignore fpath \
    funcfiletrace funcsourcetrace funcstack functions functions_source functrace galiases histchars history \
    historywords jobdirs jobstates jobtexts keymaps mailpath manpath module_path modules nameddirs options \
    parameters patchars path pipestatus psvar reswords saliases signals status termcap terminfo userdirs \
    usergroups watch widgets zsh_eval_context zsh_scheduled_events";

const OWN_NAME: Flaw = (
    "its name is one that bash, dash or zsh keeps for itself",
    "give it another name, or use `secenv run`, which needs no shell",
);

pub(super) fn check(variable: &Variable) -> Option<Flaw> {
    if !is_plain(&variable.name) {
        Some(PLAIN_NAME)
    } else if SPECIAL.split(' ').any(|name| name == variable.name) {
        Some(OWN_NAME)
    } else {
        None
    }
}

pub(super) fn write(variable: &Variable, out: &mut Vec<u8>) {
    out.extend(b"export ");
    out.extend(variable.name.as_bytes());
    out.extend(b"='");
    for byte in variable.value.expose() {
        match byte {
            b'\'' => out.extend(b"'\\''"),
            byte => out.push(*byte),
        }
    }
    out.extend(b"'\n");
}
