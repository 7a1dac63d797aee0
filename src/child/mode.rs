//! Whether secenv stays as the parent of the command. Pure: what was asked for and what is known go in, a decision comes out.

use std::ffi::OsStr;
use std::path::Path;

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// `--exec`
    Exec,
    /// `--supervise`
    Supervise,
    /// Neither.
    #[default]
    Auto,
}

/// Which process secenv is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first of a PID namespace, as in most containers (`pid_namespaces(7)`).
    PidOne,
    /// Any other.
    Elsewhere,
}

impl Place {
    /// The place of this process.
    #[must_use]
    pub fn here() -> Self {
        if std::process::id() == 1 { Self::PidOne } else { Self::Elsewhere }
    }
}

/// What stays when the command has ended, unless somebody removes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftovers {
    /// Nothing: what is in memory goes with the process.
    None,
    /// Files with a path.
    Files,
}

/// What becomes of secenv.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The command replaces it.
    Exec,
    /// It stays as the parent.
    Supervise,
}

/// Programs that do as PID 1 what a supervisor would.
const INITS: [&str; 5] = ["init", "tini", "dumb-init", "catatonit", "systemd"];

impl Mode {
    /// Decides. As PID 1 somebody has to reap orphans and to pass signals on that the kernel drops for PID 1 (kill(2), "NOTES"):
    /// secenv does, unless the command is there for it.
    ///
    /// Files with a path have to be removed when the command has ended, by somebody who is still there.
    #[must_use]
    pub fn decide(asked: Asked, place: Place, leftovers: Leftovers, command: &OsStr) -> Self {
        match (asked, place, leftovers) {
            (Asked::Exec, _, _) | (Asked::Auto, Place::Elsewhere, Leftovers::None) => Self::Exec,
            (Asked::Auto, Place::PidOne, Leftovers::None) if is_init(command) => Self::Exec,
            (Asked::Supervise, _, _) | (Asked::Auto, Place::PidOne, _) | (Asked::Auto, _, Leftovers::Files) => {
                Self::Supervise
            }
        }
    }
}

fn is_init(command: &OsStr) -> bool {
    Path::new(command).file_name().and_then(OsStr::to_str).is_some_and(|name| INITS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        use Asked::{Auto, Exec as AskedExec, Supervise as AskedSupervise};
        use Mode::{Exec, Supervise};
        use Place::{Elsewhere, PidOne};
        let table = [
            (Auto, Elsewhere, "app", Exec),
            (Auto, Elsewhere, "tini", Exec),
            (Auto, PidOne, "app", Supervise),
            (Auto, PidOne, "/app/initialise", Supervise),
            (Auto, PidOne, "init/app", Supervise),
            (Auto, PidOne, "init", Exec),
            (Auto, PidOne, "/sbin/init", Exec),
            (Auto, PidOne, "/usr/bin/tini", Exec),
            (Auto, PidOne, "dumb-init", Exec),
            (Auto, PidOne, "./catatonit", Exec),
            (Auto, PidOne, "/lib/systemd/systemd", Exec),
            (AskedExec, Elsewhere, "app", Exec),
            (AskedExec, PidOne, "app", Exec),
            (AskedSupervise, Elsewhere, "app", Supervise),
            (AskedSupervise, PidOne, "tini", Supervise),
        ];
        for (asked, place, command, mode) in table {
            let decided = Mode::decide(asked, place, Leftovers::None, OsStr::new(command));
            assert_eq!(decided, mode, "{asked:?} {place:?} {command}");
            let with_files = Mode::decide(asked, place, Leftovers::Files, OsStr::new(command));
            let expected = if asked == AskedExec { Exec } else { Supervise };
            assert_eq!(with_files, expected, "{asked:?} {place:?} {command}");
        }
    }
}
