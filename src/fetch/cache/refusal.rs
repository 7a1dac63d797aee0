//! Why there can be no cache here, in words for the person who asked for one. Pure.

use std::{fmt, path::PathBuf};

use crate::fetch::{Failure, FailureKind, Subject};

/// A cache that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `keyctl` is filtered out, as containers have it, or the kernel has no keys.
    NoKeyctl,
    /// The user keyring is there, and this process may not use it.
    NotPossessed,
    /// The user's keys are as many or as large as the kernel lets them be.
    Quota,
    /// Another error of the keyring.
    Keyring(String),
    /// Neither place for the data is in memory.
    NoTmpfs(Vec<PathBuf>),
    /// Another system than Linux.
    NotLinux,
    /// Something else is where the folder should be, and what is wrong with it.
    Folder(PathBuf, String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there can be no cache here: ")?;
        match self {
            Self::NoKeyctl => f.write_str("the kernel refuses keyctl(2), where its key would be"),
            Self::NotPossessed => f.write_str("this process may not use the user keyring, where its key would be"),
            Self::Quota => f.write_str("the user keyring, where its key would be, has no room left"),
            Self::Keyring(error) => write!(f, "the user keyring, where its key would be, fails: {error}"),
            Self::NoTmpfs(looked) => {
                let looked: Vec<_> = looked.iter().map(|path| path.display().to_string()).collect();
                write!(f, "no directory in memory for its data (looked at {})", looked.join(" and "))
            }
            Self::NotLinux => f.write_str("its key would be in the keyring of Linux's kernel"),
            Self::Folder(path, what) => write!(f, "{} {what}", path.display()),
        }
    }
}

impl Refusal {
    /// What would make one possible, or takes its place.
    #[must_use]
    pub fn cure(&self) -> &'static str {
        match self {
            Self::NoKeyctl => "containers have the agent instead (`source = [\"agent\", \"aws\"]`)",
            Self::NotPossessed => "start it from a login session of the user",
            Self::Quota => "look at /proc/key-users, and remove keys with `keyctl`",
            Self::Keyring(_) => "look at /proc/keys",
            Self::NoTmpfs(_) => "mount a tmpfs at /dev/shm, or set XDG_RUNTIME_DIR to a directory of yours on one",
            Self::NotLinux => "keep [cache] in the targets of Linux machines",
            Self::Folder(..) => "remove it, or `chmod 700` it if it is yours",
        }
    }

    /// What each request comes to.
    pub(super) fn failure(&self) -> Failure {
        Failure {
            kind: FailureKind::Cache,
            subject: Subject::Source,
            message: self.to_string(),
            notes: Vec::new(),
            help: Some(format!(
                "go without (`--no-cache`, SECENV_NO_CACHE=true, [cache] in other targets only), or: {}",
                self.cure()
            )),
        }
    }
}
