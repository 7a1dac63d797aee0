//! Why a file of the child could not be made, and what to do. Pure data; value-free.

use std::{fmt, io, path::PathBuf};

use nix::errno::Errno;

/// A file that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The variable that it is of.
    pub variable: String,
    /// Where it should be; none in memory.
    pub path: Option<PathBuf>,
    /// Why it is not.
    pub problem: FileProblem,
}

/// Why a file could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// A file in memory, and no /proc to open it through.
    NoProc,
    /// A file in memory, on another system than Linux.
    NoMemory,
    /// The path ends without a name.
    NoName,
    /// Something that is no regular file has its place.
    InTheWay(&'static str),
    /// A file of somebody else has its place.
    OfAnother {
        /// Whose.
        user: u32,
    },
    /// Another entry's file has its place, however the two paths are written.
    Twice,
    /// There is no such user or group.
    NoAccount {
        /// `user` or `group`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Only root can make a file another user's, or another group's.
    MayNotGiveAway,
    /// The system refused a step.
    System {
        /// The step, as in "cannot …".
        step: &'static str,
        /// Why.
        errno: Errno,
    },
}

impl FileProblem {
    pub(super) fn system(step: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| Self::System { step, errno }
    }

    pub(super) fn io(step: &'static str, error: &io::Error) -> Self {
        Self::System { step, errno: error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw) }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "cannot make the file {}: ", path.display())?,
            None => f.write_str("cannot make a file in memory: ")?,
        }
        match &self.problem {
            FileProblem::NoProc => f.write_str("/proc is not mounted, so it has no path"),
            FileProblem::NoMemory => f.write_str("memfd_create(2) is Linux's"),
            FileProblem::NoName => f.write_str("the path ends without a name"),
            FileProblem::InTheWay(what) => write!(f, "{what} is there already"),
            FileProblem::OfAnother { user } => write!(f, "a file of the user {user} is there already"),
            FileProblem::Twice => f.write_str("it is the file of another entry, too"),
            FileProblem::NoAccount { what, name } => write!(f, "there is no {what} {name}"),
            FileProblem::MayNotGiveAway => f.write_str("only root can give a file to another user or group (EPERM)"),
            FileProblem::System { step, errno } => {
                write!(f, "cannot {step}: {} ({errno:?})", errno.desc().to_lowercase())
            }
        }
    }
}

impl FileError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let text = match &self.problem {
            FileProblem::NoProc => "mount /proc, or write path = \"/run/…\" in the entry",
            FileProblem::NoMemory => {
                "write `path` in the entry, and run with --exec: the file stays when the command ends"
            }
            FileProblem::NoName => "end `path` with a file name",
            FileProblem::InTheWay(_) | FileProblem::OfAnother { .. } => {
                "look at what it is; remove it, or choose another `path`, in a directory that only you can write to"
            }
            FileProblem::Twice => "give each entry a `path` of its own",
            FileProblem::NoAccount { .. } => "write its number, or add it to the image",
            FileProblem::MayNotGiveAway => "leave `owner` and `group` out, or start secenv as root",
            FileProblem::System { errno: Errno::ENOENT, .. } => {
                "make the directory, or write mkdir = true in the entry"
            }
            FileProblem::System { errno: Errno::EROFS | Errno::EACCES | Errno::EPERM, .. } => {
                "choose a `path` in a directory that can be written to, such as /run or /dev/shm, or leave `path` out"
            }
            FileProblem::System { .. } if self.path.is_none() => "write `path` in the entry to have it in a directory",
            FileProblem::System { .. } => "choose another `path`, or leave `path` out to have it in memory",
        };
        text.to_owned()
    }
}
