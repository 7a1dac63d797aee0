//! A file with a path: written aside with its final owner and mode, then renamed into its place.
//!
//! Everything happens in one directory that is opened first, so that the path cannot be bent in between; what stands in
//! the place is never written to and never followed.

use std::{
    ffi::OsStr,
    fs::{DirBuilder, File, Metadata, Permissions},
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, ErrorKind, Write},
    os::{
        fd::OwnedFd,
        unix::fs::{DirBuilderExt, PermissionsExt},
    },
    path::Path,
};

use nix::{
    errno::Errno,
    fcntl::{AtFlags, OFlag, open, openat, renameat},
    sys::stat::{Mode, SFlag, fchmod, fstatat},
    unistd::{Gid, Group, Uid, UnlinkatFlags, User, fchown, geteuid, unlinkat},
};

use super::{FileProblem, directory};
use crate::{
    environment::{Account, Directory, NamedFile},
    name_service::without_modules,
};

/// Gives what it has made, to tell it from what somebody else may put there.
pub(super) fn create(wanted: &NamedFile, content: &[u8]) -> Result<Metadata, FileProblem> {
    let owner = wanted.owner.as_ref().map(uid).transpose()?;
    let group = wanted.group.as_ref().map(gid).transpose()?;
    let name = wanted.path.file_name().ok_or(FileProblem::NoName)?;
    let parent = directory(&wanted.path);
    if wanted.directory == Directory::IsMade {
        make_directory(parent)?;
    }
    let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC | OFlag::O_RDONLY;
    let parent = open(parent, flags, Mode::empty()).map_err(FileProblem::system("open its directory"))?;
    check_place(&parent, name, owner)?;
    let (aside, mut file) = create_aside(&parent)?;
    let made = fill(&mut file, wanted.mode, owner, group, content).and_then(|made| {
        renameat(&parent, aside.as_str(), &parent, name).map_err(FileProblem::system("put it in its place"))?;
        Ok(made)
    });
    if made.is_err() {
        let _ = unlinkat(&parent, aside.as_str(), UnlinkatFlags::NoRemoveDir);
    }
    made
}

/// What is in its place may be nothing, or a file that an earlier run has left.
fn check_place(parent: &OwnedFd, name: &OsStr, owner: Option<Uid>) -> Result<(), FileProblem> {
    let found = match fstatat(parent, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Err(Errno::ENOENT) => return Ok(()),
        found => found.map_err(FileProblem::system("look at its place"))?,
    };
    match SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT {
        SFlag::S_IFREG if found.st_uid == geteuid().as_raw() => Ok(()),
        SFlag::S_IFREG if owner.is_some_and(|owner| owner.as_raw() == found.st_uid) => Ok(()),
        SFlag::S_IFREG => Err(FileProblem::OfAnother { user: found.st_uid }),
        SFlag::S_IFLNK => Err(FileProblem::InTheWay("a symbolic link")),
        SFlag::S_IFDIR => Err(FileProblem::InTheWay("a directory")),
        _ => Err(FileProblem::InTheWay("no regular file")),
    }
}

/// A new file that nobody else can open yet, under a name that says nothing.
fn create_aside(parent: &OwnedFd) -> Result<(String, File), FileProblem> {
    let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_WRONLY | OFlag::O_CLOEXEC;
    loop {
        // Seeded by the system at random.
        let name = format!(".secenv-{:016x}", RandomState::new().build_hasher().finish());
        match openat(parent, name.as_str(), flags, Mode::S_IRUSR) {
            Ok(file) => return Ok((name, file.into())),
            Err(Errno::EEXIST) => {}
            Err(errno) => return Err(FileProblem::system("create a file beside it")(errno)),
        }
    }
}

/// The owner first, because a change of it takes mode bits away; the content last.
fn fill(
    file: &mut File,
    mode: u32,
    owner: Option<Uid>,
    group: Option<Gid>,
    content: &[u8],
) -> Result<Metadata, FileProblem> {
    if owner.is_some() || group.is_some() {
        fchown(&*file, owner, group).map_err(|errno| match errno {
            Errno::EPERM => FileProblem::MayNotGiveAway,
            errno => FileProblem::system("give it to its owner")(errno),
        })?;
    }
    file.set_permissions(Permissions::from_mode(mode)).map_err(|error| FileProblem::io("set its mode", &error))?;
    file.write_all(content).map_err(|error| FileProblem::io("write it", &error))?;
    file.metadata().map_err(|error| FileProblem::io("look at it", &error))
}

/// Makes those that are missing, open to all to pass through, whatever the umask: the file is what is private.
fn make_directory(path: &Path) -> Result<(), FileProblem> {
    match DirBuilder::new().mode(0o755).create(path) {
        Ok(()) => open_to_all(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_directory(path.parent().ok_or(FileProblem::NoName)?)?;
            let made = DirBuilder::new().mode(0o755).create(path);
            made.map_err(|error| FileProblem::io("make its directory", &error)).and_then(|()| open_to_all(path))
        }
        Err(error) => Err(FileProblem::io("make its directory", &error)),
    }
}

fn open_to_all(made: &Path) -> Result<(), FileProblem> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let directory = open(made, flags, Mode::empty()).map_err(FileProblem::system("open its directory"))?;
    fchmod(directory, Mode::from_bits_truncate(0o755)).map_err(FileProblem::system("set the mode of its directory"))
}

fn uid(account: &Account) -> Result<Uid, FileProblem> {
    match account {
        Account::Id(id) => Ok(Uid::from_raw(*id)),
        Account::Name(name) => {
            without_modules();
            let found = User::from_name(name).map_err(FileProblem::system("look its owner up"))?;
            found.map(|user| user.uid).ok_or_else(|| FileProblem::NoAccount { what: "user", name: name.clone() })
        }
    }
}

fn gid(account: &Account) -> Result<Gid, FileProblem> {
    match account {
        Account::Id(id) => Ok(Gid::from_raw(*id)),
        Account::Name(name) => {
            without_modules();
            let found = Group::from_name(name).map_err(FileProblem::system("look its group up"))?;
            found.map(|group| group.gid).ok_or_else(|| FileProblem::NoAccount { what: "group", name: name.clone() })
        }
    }
}

impl FileProblem {
    pub(super) fn system(step: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| Self::System { step, errno }
    }

    pub(super) fn io(step: &'static str, error: &io::Error) -> Self {
        Self::System { step, errno: error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw) }
    }
}
