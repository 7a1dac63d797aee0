//! The files of the cache. Edge: a tmpfs.
//!
//! A file is written aside and renamed, so that a reader finds a whole one; what is no file of ours is no entry.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    thread,
    time::{Duration, SystemTime},
};

use chacha20poly1305::aead::Generate;
use nix::{
    fcntl::{OFlag, openat, renameat},
    sys::stat::{Mode, fchmod},
    unistd::{UnlinkatFlags, unlinkat},
};

/// A secret is 64 KiB at most; what is larger than its entry can be is none.
const LARGEST: u64 = 128 * 1024;
/// All permissions but the owner's.
pub(super) const OTHERS: u32 = 0o077;
/// How the name of a file ends that is being written.
const ASIDE: &str = ".new";
/// How often, a millisecond apart, the lock is tried: its holder has it for less than one.
const TRIES: usize = 50;

/// An open directory: on a tmpfs, ours, and nobody else's to read.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) dir: File,
    /// Us.
    pub(super) owner: u32,
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

impl Folder {
    /// What tells it from any other folder, now and before: the key is named so.
    pub(super) fn identity(&self) -> String {
        let (device, inode) = self.dir.metadata().map(|found| (found.dev(), found.ino())).unwrap_or_default();
        format!("{device:x}:{inode:x}")
    }

    /// The bytes of a file; none if it is not a file of ours that nobody else may read.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let mut file = File::from(openat(&self.dir, name, flags, Mode::empty()).ok()?);
        let found = file.metadata().ok()?;
        let ours = found.is_file() && found.uid() == self.owner;
        if !ours || found.mode() & OTHERS != 0 || found.len() > LARGEST {
            return None;
        }
        // Nothing is appended to it, so its end need not be looked for; half an entry would not open.
        let mut bytes = vec![0; usize::try_from(found.len()).ok()?];
        file.read_exact(&mut bytes).ok()?;
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
