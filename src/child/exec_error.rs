//! Why a program could not be executed, and what to do about it: exit codes 126, 127 and 125.
//! Pure: facts that `exec` has gathered become a line and a help line, neither of which quotes an argument or a value.
//! Apart from `exec`, so that the words can be tested without a program that fails in each way.

use std::fmt::Write as _;

use nix::errno::Errno;
use thiserror::Error;

use super::PathText;

/// A program that was not executed.
///
/// 127 is for what is not there, 126 for what is there but can't be executed (POSIX, env(1), "EXIT STATUS"). A script whose `#!`
/// interpreter, or a program whose loader, is missing is there: 126. bash 5.2, dash, coreutils' env and tini end with 127 for
/// it, because execve(2) answers ENOENT for that too and they don't look whose absence it is; SPEC section 6 does.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExecError {
    /// No such file, or none of that name on any PATH.
    #[error("cannot run {command}: {searched}")]
    NotFound {
        /// As the user wrote it.
        command: String,
        /// Where it is not.
        searched: String,
        /// What may have been meant.
        help: String,
    },
    /// A file that is there, but can't be executed.
    #[error("cannot run {file}: {refusal}")]
    NotExecutable {
        /// The file, or the command if the file's directory must not be shown.
        file: String,
        /// Why not.
        refusal: Refusal,
    },
    /// The kernel refuses the size of argv and the environment together.
    #[error("cannot run {command}: its arguments and environment are too big for the kernel (E2BIG)")]
    TooBig {
        /// As the user wrote it.
        command: String,
    },
    /// No child could be forked.
    #[error("cannot run {command}: no process can be started: {}", errno_text(*.errno))]
    NoProcess {
        /// As the user wrote it.
        command: String,
        /// From fork(2) or pipe(2).
        errno: Errno,
    },
    /// Not on Linux.
    #[error("cannot run {command}: secenv stays as the parent of a command on Linux only")]
    NoParent {
        /// As the user wrote it.
        command: String,
    },
    /// A NUL byte, which ends a C string.
    #[error("cannot run {command}: {place} contains a NUL byte, which no program can be given")]
    Nul {
        /// As the user wrote it.
        command: String,
        /// Where the byte is.
        place: String,
    },
}

/// Why a file can't be executed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// EACCES on a file without an execute bit.
    #[error("permission denied: the file is not executable (EACCES)")]
    NoExecuteBit,
    /// EACCES on a directory above it, so that it may not even be there. A search is refused for that too, as by execvp(3).
    #[error("permission denied in a directory above it, so whether it is there is not known (EACCES)")]
    OutOfReach,
    /// EACCES for another reason.
    #[error("permission denied (EACCES)")]
    Denied,
    /// EACCES on a directory.
    #[error("is a directory")]
    Directory,
    /// ENOENT, though the file is there.
    #[error("its interpreter {0} is missing (ENOENT)")]
    NoInterpreter(String),
    /// The same for a dynamic program, with the loader's name where it could be read.
    #[error("its loader{} is missing (ENOENT)", .0.as_ref().map(|loader| format!(" {loader}")).unwrap_or_default())]
    NoLoader(Option<String>),
    /// ENOEXEC, and not a script.
    #[error("exec format error: not a program for this machine (ENOEXEC)")]
    Format,
    /// ENOEXEC on text, and `/bin/sh` could not be executed.
    #[error("a script without #!, and /bin/sh cannot run it: {}", errno_text(*.0))]
    NoShell(Errno),
    /// Any other error.
    #[error("{}", errno_text(*.0))]
    Other(Errno),
}

impl ExecError {
    /// The exit code of SPEC section 6.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound { .. } => 127,
            Self::NotExecutable { .. } => 126,
            // Found by secenv's own checks before the exec, as a rule: the inputs are wrong, not the program.
            Self::TooBig { .. } | Self::Nul { .. } | Self::NoProcess { .. } | Self::NoParent { .. } => 125,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { help, .. } => Some(help.clone()),
            Self::NotExecutable { file, refusal } => refusal.help(file),
            Self::TooBig { .. } => Some(
                "hand a large secret over as a file (`as = \"file\"`), or raise the stack limit (ulimit -s)".to_owned(),
            ),
            Self::NoProcess { .. } => {
                Some("look at the limits of processes, files and memory (ulimit -a, the pids and memory controllers of its cgroup)".to_owned())
            }
            Self::NoParent { .. } => {
                Some("add --exec: secenv becomes the command, and a file with a `path` stays when that ends".to_owned())
            }
            Self::Nul { .. } => {
                Some("hand it over as a file (`as = \"file\"`) or encoded (`encoding = \"base64\"`)".to_owned())
            }
        }
    }
}

impl Refusal {
    fn help(&self, file: &str) -> Option<String> {
        match self {
            Self::NoExecuteBit => Some(format!("make it executable: chmod +x {file}")),
            Self::Denied => Some(
                "look at the permissions of the file and of each directory above it, and whether its file system is mounted noexec"
                    .to_owned(),
            ),
            Self::OutOfReach => {
                Some("it is nowhere else on the PATH: look at the spelling, then at the permissions of that directory".to_owned())
            }
            Self::Directory => Some("name a program in it".to_owned()),
            Self::NoInterpreter(interpreter) if interpreter.ends_with("\\r") => {
                Some(format!("{file} has Windows line ends: convert it (dos2unix {file})"))
            }
            Self::NoInterpreter(interpreter) => Some(format!("install {interpreter}, or change the first line of {file}")),
            Self::NoLoader(_) => Some("it was built for another C library or machine: use a static build, or one for this system".to_owned()),
            Self::Format => Some("use a build for this machine (uname -m)".to_owned()),
            Self::NoShell(_) => Some(format!("give {file} a first line that names its interpreter, and have that installed")),
            Self::Other(_) => None,
        }
    }
}

/// What is known when no candidate was there.
pub(super) struct Search<'a> {
    pub(super) command: &'a [u8],
    pub(super) child_path: Option<&'a [u8]>,
    pub(super) own_path: Option<&'a [u8]>,
    pub(super) path: PathText,
    pub(super) here: Here,
}

/// Whether the current directory has a file of the command's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Present,
    Absent,
}

impl Search<'_> {
    /// The report that nothing was found.
    pub(super) fn not_found(&self) -> ExecError {
        ExecError::NotFound { command: shown(self.command), searched: self.searched(), help: self.help() }
    }

    fn searched(&self) -> String {
        if self.command.is_empty() {
            return "the name of a command can't be empty".to_owned();
        }
        if self.command.contains(&b'/') {
            return errno_text(Errno::ENOENT);
        }
        let child = match (self.child_path, self.path) {
            (Some(_), PathText::Secret) => Some("the child's PATH (its value is a secret)".to_owned()),
            (Some(path), PathText::Public) if self.own_path == Some(path) => {
                return format!("not on the PATH: {}", shown(path));
            }
            (Some(path), PathText::Public) => Some(format!("the child's PATH: {}", shown(path))),
            (None, _) => None,
        };
        match (child, self.own_path) {
            (Some(child), Some(own)) => format!("not on {child}, nor on secenv's own: {}", shown(own)),
            (Some(child), None) => format!("not on {child}"),
            (None, Some(own)) => format!("the child has no PATH, and it is not on secenv's own: {}", shown(own)),
            (None, None) => "there is no PATH, and it is not on the standard one: /bin:/usr/bin".to_owned(),
        }
    }

    fn help(&self) -> String {
        let command = shown(self.command);
        if self.command.is_empty() {
            return "write the command after `--`; a variable that is not set may have stood there".to_owned();
        }
        if self.here == Here::Present {
            return format!("{command} is in the current directory, which is not searched: write ./{command}");
        }
        if let Some((first, _)) = command.split_once(' ') {
            return format!("the name has a space in it: write {first} and its arguments without quotes, or sh -c '…'");
        }
        if self.command.contains(&b'/') {
            return "a relative name starts in the current directory: look at both".to_owned();
        }
        format!("install {command}, write its full path, or add its directory to PATH")
    }
}

/// Bytes for a message: text as it is, and what is not text, or would move the cursor, escaped.
pub(super) fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            // Writing to a String does not fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// An error of the kernel in its own words, starting small: `no such file or directory (ENOENT)`.
fn errno_text(errno: Errno) -> String {
    let text = errno.desc();
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_lowercase).collect();
    format!("{first}{} ({errno:?})", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search<'a>(command: &'a str, child: Option<&'a str>, own: Option<&'a str>) -> Search<'a> {
        Search {
            command: command.as_bytes(),
            child_path: child.map(str::as_bytes),
            own_path: own.map(str::as_bytes),
            path: PathText::Public,
            here: Here::Absent,
        }
    }

    #[test]
    fn says_which_path_was_searched() {
        let line = |child, own| search("app", child, own).not_found().to_string();
        assert_eq!(line(Some("/a:/b"), Some("/a:/b")), "cannot run app: not on the PATH: /a:/b");
        assert_eq!(
            line(Some("/a"), Some("/b")),
            "cannot run app: not on the child's PATH: /a, nor on secenv's own: /b"
        );
        assert_eq!(line(Some("/a"), None), "cannot run app: not on the child's PATH: /a");
        assert_eq!(line(None, Some("/b")), "cannot run app: the child has no PATH, and it is not on secenv's own: /b");
        assert_eq!(
            line(None, None),
            "cannot run app: there is no PATH, and it is not on the standard one: /bin:/usr/bin"
        );
    }

    #[test]
    fn a_path_from_a_secret_is_not_shown() {
        let secret = Search { path: PathText::Secret, ..search("app", Some("/hunter2"), Some("/b")) };
        let error = secret.not_found();
        assert_eq!(
            error.to_string(),
            "cannot run app: not on the child's PATH (its value is a secret), nor on secenv's own: /b"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
        let same = Search { path: PathText::Secret, ..search("app", Some("/hunter2"), Some("/c")) };
        assert!(!format!("{:?}", same.not_found()).contains("hunter2"));
    }

    #[test]
    fn helps_with_the_nearest_cause() {
        let here = Search { here: Here::Present, ..search("app", Some("/a"), None) };
        assert_eq!(
            here.not_found().help().unwrap(),
            "app is in the current directory, which is not searched: write ./app"
        );
        assert_eq!(
            search("npm start", Some("/a"), None).not_found().help().unwrap(),
            "the name has a space in it: write npm and its arguments without quotes, or sh -c '…'"
        );
        let windows =
            ExecError::NotExecutable { file: "./run".to_owned(), refusal: Refusal::NoInterpreter(shown(b"/bin/sh\r")) };
        assert_eq!(windows.to_string(), "cannot run ./run: its interpreter /bin/sh\\r is missing (ENOENT)");
        assert_eq!(windows.help().unwrap(), "./run has Windows line ends: convert it (dos2unix ./run)");
    }

    #[test]
    fn exit_codes_are_those_of_a_shell() {
        assert_eq!(search("app", None, None).not_found().exit_code(), 127);
        let refused = ExecError::NotExecutable { file: "./app".to_owned(), refusal: Refusal::Denied };
        assert_eq!(refused.exit_code(), 126);
        assert_eq!(ExecError::TooBig { command: "app".to_owned() }.exit_code(), 125);
    }

    #[test]
    fn names_are_shown_without_moving_the_cursor() {
        assert_eq!(shown(b"caf\xc3\xa9 \x1b[2J\xff"), "café \\u{1b}[2J\\xff");
    }

    #[test]
    fn kernel_errors_start_small_and_name_their_number() {
        assert_eq!(errno_text(Errno::ENOENT), "no such file or directory (ENOENT)");
    }
}
