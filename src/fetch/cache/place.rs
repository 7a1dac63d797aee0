//! Where the folder of the cache is: in memory, ours, and nobody else's to read, or there is none. Edge.
//!
//! It is looked at once, and used by its descriptor: what is put in its place later is not used.

use std::{
    fs::File,
    os::{fd::AsFd, unix::fs::MetadataExt},
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    fcntl::{OFlag, open, openat},
    sys::{
        stat::{Mode, mkdirat},
        statfs::{TMPFS_MAGIC, fstatfs},
    },
    unistd::geteuid,
};

use super::{
    folder::{Folder, OTHERS},
    refusal::Refusal,
};

/// Where the folder is, or would be.
#[derive(Debug)]
pub(super) struct Place {
    parent: File,
    name: String,
    path: PathBuf,
}

impl Place {
    /// `$XDG_RUNTIME_DIR/secenv` if that is a directory of ours in memory, else `/dev/shm/secenv-UID`.
    pub(super) fn find() -> Result<Self, Refusal> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        let runtime = runtime.map(|path| (path, "secenv".to_owned(), Owner::Us));
        let shared = (PathBuf::from("/dev/shm"), format!("secenv-{}", geteuid()), Owner::Anyone);
        let mut looked = Vec::new();
        for (parent, name, owner) in runtime.into_iter().chain([shared]) {
            match in_memory(&parent, owner) {
                Some(dir) => return Ok(Self { parent: dir, path: parent.join(&name), name }),
                None => looked.push(parent),
            }
        }
        Err(Refusal::NoTmpfs(looked))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder, made if it is not there.
    pub(super) fn make(&self) -> Result<Folder, Refusal> {
        if let Some(folder) = self.open()? {
            return Ok(folder);
        }
        // Another start may have made it meanwhile.
        let _ = mkdirat(&self.parent, &*self.name, Mode::S_IRWXU);
        self.open()?.ok_or_else(|| self.refused("cannot be made".to_owned()))
    }

    /// The folder, if it is there.
    pub(super) fn open(&self) -> Result<Option<Folder>, Refusal> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let dir = match openat(&self.parent, &*self.name, flags, Mode::empty()) {
            Ok(dir) => File::from(dir),
            Err(Errno::ENOENT) => return Ok(None),
            Err(Errno::ENOTDIR | Errno::ELOOP) => {
                return Err(self.refused("is no directory, but a file or a symlink".to_owned()));
            }
            Err(error) => return Err(self.refused(format!("cannot be used: {}", error.desc()))),
        };
        Err(self.refused(match dir.metadata() {
            Err(error) => format!("cannot be looked at: {error}"),
            Ok(found) if found.uid() != geteuid().as_raw() => format!("belongs to the user {}", found.uid()),
            Ok(found) if found.mode() & OTHERS != 0 => {
                format!("is open to others (mode {:04o})", found.mode() & 0o7777)
            }
            Ok(found) => return Ok(Some(Folder { path: self.path.clone(), dir, owner: found.uid() })),
        }))
    }

    fn refused(&self, what: String) -> Refusal {
        Refusal::Folder(self.path.clone(), what)
    }
}

/// Who may own the directory that the folder is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Us,
    /// It is sticky, so that the folder stays whose it is.
    Anyone,
}

fn in_memory(path: &Path, owner: Owner) -> Option<File> {
    let dir = File::from(open(path, OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty()).ok()?);
    let found = dir.metadata().ok()?;
    let right = match owner {
        Owner::Us => found.uid() == geteuid().as_raw(),
        Owner::Anyone => found.mode() & 0o1002 != 0o0002,
    };
    (right && fstatfs(dir.as_fd()).ok()?.filesystem_type() == TMPFS_MAGIC).then_some(dir)
}
