//! Commands that say what they were started with, and readers for what they say.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;

use nix::sys::signal::Signal;

/// All that the kernel says of a process, by that process.
pub(crate) const STATUS: [&str; 2] = ["cat", "/proc/self/status"];

/// The lines of a status that a process inherits, whoever starts it.
///
/// `FDSize` is not among them: it is the room that the kernel allocated for the descriptors that the forking process
/// had open at that moment, here a test binary with other tests beside this one. What is open is compared by
/// [`list_descriptors`].
pub(crate) fn inherited_lines(status: &[u8]) -> Vec<String> {
    const INHERITED: [&str; 19] = [
        "Umask",
        "PPid",
        "TracerPid",
        "Uid",
        "Gid",
        "Groups",
        "Kthread",
        "SigPnd",
        "ShdPnd",
        "SigBlk",
        "SigIgn",
        "SigCgt",
        "CapInh",
        "CapPrm",
        "CapEff",
        "CapBnd",
        "CapAmb",
        "NoNewPrivs",
        "Seccomp",
    ];
    let lines = std::str::from_utf8(status).unwrap().lines();
    let inherited = lines.filter(|line| line.split_once(':').is_some_and(|(name, _)| INHERITED.contains(&name)));
    inherited.map(str::to_owned).collect()
}

/// Whether a signal is in one of the sets of a status, such as `SigIgn`.
pub(crate) fn is_in(set: &str, signal: Signal, status: &[u8]) -> bool {
    let status = std::str::from_utf8(status).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(set)?.strip_prefix(":\t")).unwrap();
    u64::from_str_radix(line, 16).unwrap() & (1 << (signal as u64 - 1)) != 0
}

/// A shell that writes its own open descriptors to a file, so that it can do so with any of them closed.
///
/// The parentheses keep the redirection, and what the shell saves for it, out of the shell itself.
pub(crate) fn list_descriptors(to: &Path) -> [String; 4] {
    let script = r#"(find /proc/$$/fd -mindepth 1 -printf '%f %M %l\n' >"$0"); true"#;
    ["sh".to_owned(), "-c".to_owned(), script.to_owned(), to.to_str().unwrap().to_owned()]
}

/// The list of [`list_descriptors`] in order, without the numbers of pipes.
pub(crate) fn descriptors(list: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(list).unwrap();
    let mut lines: Vec<String> = text.lines().map(|line| line.split('[').next().unwrap().to_owned()).collect();
    lines.sort();
    lines
}
