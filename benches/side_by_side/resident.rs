//! What stays in memory while the command runs: secenv's supervisor, inits, and the peers that wait as parents.
//! Edge: a script for each peer, and `tests/engines/resident.sh`, which starts them and reads /proc.
//! That script is the gate's, too; here it is given the peers, each in front of a server of its own.

use std::{fmt::Write, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use crate::{
    LIMIT,
    arena::Arena,
    case::{Case, Transport},
    contestant::{Contestant, League},
    install::Tools,
    launch::bounded,
};

/// The table, as Markdown.
pub(crate) fn table(tools: &Tools) -> Result<String, String> {
    let arena = Arena::open(Case::near(Transport::Tls, 10))?;
    let mut measure = Command::new("bash");
    measure.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/resident.sh")).arg(&tools.secenv).arg("--");
    let mut left_out = String::new();
    for peer in Contestant::ALL.into_iter().filter(|one| one.stays() && one.league() == League::Cold) {
        match arena.command(peer, tools, &[]) {
            Ok(command) => {
                let script = arena.path().join(peer.name());
                let written = fs::write(&script, shell(&command));
                let written = written.and_then(|()| fs::set_permissions(&script, fs::Permissions::from_mode(0o755)));
                written.map_err(|error| format!("cannot write {}: {error}", script.display()))?;
                measure.arg(script);
            }
            Err(why) => {
                let _ = writeln!(left_out, "| {} | {why} |||", peer.name());
            }
        }
    }
    let output = bounded(&mut measure, LIMIT)?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.status.success() { Ok(format!("{text}{left_out}")) } else { Err(format!("{}: {text}", output.status)) }
}

/// A script that becomes `command`, with what it is given as further arguments.
fn shell(command: &Command) -> String {
    let mut text = "#!/bin/sh\n".to_owned();
    if let Some(dir) = command.get_current_dir() {
        let _ = writeln!(text, "cd {}", quoted(&dir.display().to_string()));
    }
    text.push_str("exec env -i");
    for (name, value) in command.get_envs() {
        let value = value.unwrap_or_default();
        let _ = write!(text, " {}", quoted(&format!("{}={}", name.display(), value.display())));
    }
    for word in [command.get_program()].into_iter().chain(command.get_args()) {
        let _ = write!(text, " {}", quoted(&word.display().to_string()));
    }
    text + " \"$@\"\n"
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
