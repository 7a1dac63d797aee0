//! The directory of the cache, and its files. Edge: a tmpfs.
//!
//! It is looked at once, and used by its descriptor: what is put in its place later is not used. A file is written aside
//! and renamed, so that a reader finds a whole one; what is no file of ours is no entry.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    os::{
        fd::AsFd,
        unix::fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use chacha20poly1305::aead::Generate;
use nix::{
    errno::Errno,
    fcntl::{OFlag, open, openat, renameat},
    sys::{
        stat::{Mode, fchmod, mkdirat},
        statfs::{TMPFS_MAGIC, fstatfs},
    },
    unistd::{UnlinkatFlags, geteuid, unlinkat},
};

use super::refusal::Refusal;

/// A secret is 64 KiB at most; what is larger than its entry can be is none.
const LARGEST: u64 = 128 * 1024;
/// All permissions but the owner's.
const OTHERS: u32 = 0o077;
/// How the name of a file ends that is being written.
const ASIDE: &str = ".new";
/// How often, a millisecond apart, the lock is tried: its holder has it for less than one.
const TRIES: usize = 50;

/// An open directory: on a tmpfs, ours, and nobody else's to read.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    dir: File,
}

/// A file that is there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) written: SystemTime,
    /// When nobody uses it any more; of one that is being written, or was left over then, when that began.
    pub(super) end: SystemTime,
}

impl Found {
    /// Whether it is an entry, and not one that is being written.
    pub(super) fn is_entry(&self) -> bool {
        !self.name.ends_with(ASIDE)
    }
}

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
            Ok(_) => return Ok(Some(Folder { path: self.path.clone(), dir })),
        }))
    }

    fn refused(&self, what: String) -> Refusal {
        Refusal::Folder(self.path.clone(), what)
    }
}

impl Folder {
    /// What tells it from any other folder, now and before: the key is named so.
    pub(super) fn identity(&self) -> String {
        let (device, inode) = self.dir.metadata().map(|found| (found.dev(), found.ino())).unwrap_or_default();
        format!("{device:x}:{inode:x}")
    }

    /// The bytes of a file; none if it is not a file of ours that nobody else may read.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let file = File::from(openat(&self.dir, name, flags, Mode::empty()).ok()?);
        let found = file.metadata().ok()?;
        let ours = found.is_file() && found.uid() == geteuid().as_raw();
        if !ours || found.mode() & OTHERS != 0 || found.len() > LARGEST {
            return None;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found.len()).ok()?);
        file.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Puts a file in the place of whatever has that name, dated to the end of its use.
    pub(super) fn write(&self, name: &str, bytes: &[u8], end: SystemTime) -> io::Result<()> {
        let random = u64::try_generate().map_err(io::Error::other)?;
        let aside = format!("{random:016x}{ASIDE}");
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mode = Mode::S_IRUSR | Mode::S_IWUSR;
        let mut file = File::from(openat(&self.dir, &*aside, flags, mode)?);
        let written = fchmod(&file, mode)
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(bytes))
            .and_then(|()| file.set_modified(end))
            .and_then(|()| Ok(renameat(&self.dir, &*aside, &self.dir, name)?));
        if written.is_err() {
            self.remove(&aside);
        }
        written
    }

    /// Takes a file away, if it is there; whether it was.
    pub(super) fn remove(&self, name: &str) -> bool {
        unlinkat(&self.dir, name, UnlinkatFlags::NoRemoveDir).is_ok()
    }

    /// The files.
    pub(super) fn files(&self) -> Vec<Found> {
        let listed = fs::read_dir(&self.path).into_iter().flatten().filter_map(Result::ok);
        let file = |entry: fs::DirEntry| {
            let found = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let changed = Duration::from_secs(found.ctime().try_into().ok()?);
            Some(Found {
                name: entry.file_name().into_string().ok()?,
                written: SystemTime::UNIX_EPOCH.checked_add(changed)?,
                end: found.modified().ok()?,
            })
        };
        listed.filter_map(file).collect()
    }

    /// Does what is best done by one process at a time; a process that was stopped meanwhile keeps nobody waiting.
    pub(super) fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut tries = 0..TRIES;
        while matches!(self.dir.try_lock(), Err(TryLockError::WouldBlock)) && tries.next().is_some() {
            thread::sleep(Duration::from_millis(1));
        }
        let done = work();
        let _ = self.dir.unlock();
        done
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
        Owner::Anyone => found.permissions().mode() & 0o1002 != 0o0002,
    };
    (right && fstatfs(dir.as_fd()).ok()?.filesystem_type() == TMPFS_MAGIC).then_some(dir)
}
