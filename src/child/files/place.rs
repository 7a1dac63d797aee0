//! Where a file with a path goes, and whose it will be.
//!
//! Everything happens in one directory that is opened first, so that the path cannot be bent in between; what stands in
//! the place is never written to and never followed.

use std::{
    ffi::{OsStr, OsString},
    fs::{DirBuilder, File},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
};

use nix::{
    errno::Errno,
    fcntl::{AtFlags, OFlag, open},
    sys::stat::{Mode, SFlag, fchmod, fstatat},
    unistd::{AccessFlags, Gid, Group, Uid, User, faccessat, geteuid},
};

use super::{FileProblem, directory};
use crate::{
    environment::{Account, Directory, NamedFile},
    name_service::without_modules,
};

/// An open directory, the name in it, and whose the file will be.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) parent: File,
    pub(super) spot: Spot,
    pub(super) owner: Option<Uid>,
    pub(super) group: Option<Gid>,
}

/// One place, however its path is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    device: u64,
    inode: u64,
    pub(super) name: OsString,
}

impl Place {
    /// Finds it, and makes its directory if that is asked for.
    pub(super) fn make(wanted: &NamedFile) -> Result<Self, FileProblem> {
        let whose = Whose::of(wanted)?;
        if wanted.directory == Directory::IsMade {
            make_directory(directory(&wanted.path))?;
        }
        Self::find(wanted, whose)
    }

    fn find(wanted: &NamedFile, Whose { owner, group }: Whose) -> Result<Self, FileProblem> {
        let name = wanted.path.file_name().ok_or(FileProblem::NoName)?;
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC | OFlag::O_RDONLY;
        let parent = open(directory(&wanted.path), flags, Mode::empty()).map(File::from);
        let parent = parent.map_err(FileProblem::system("open its directory"))?;
        check(&parent, name, owner)?;
        let found = parent.metadata().map_err(|error| FileProblem::io("look at its directory", &error))?;
        let spot = Spot { device: found.dev(), inode: found.ino(), name: name.to_owned() };
        Ok(Self { parent, spot, owner, group })
    }

    /// Whether a file could be made there, as far as that can be told without making one; none if its directory is yet
    /// to be made.
    pub(super) fn look(wanted: &NamedFile) -> Result<Option<Spot>, FileProblem> {
        let place = match Self::find(wanted, Whose::of(wanted)?) {
            Err(FileProblem::System { errno: Errno::ENOENT, .. }) if wanted.directory == Directory::IsMade => {
                let there = directory(&wanted.path).ancestors().skip(1).find(|above| above.exists());
                return may_write(there.unwrap_or(Path::new("."))).map(|()| None);
            }
            found => found?,
        };
        may_write(directory(&wanted.path))?;
        Ok(Some(place.spot))
    }
}

/// Whose the file will be: the process's, where nothing is said.
struct Whose {
    owner: Option<Uid>,
    group: Option<Gid>,
}

impl Whose {
    fn of(wanted: &NamedFile) -> Result<Self, FileProblem> {
        let owner = wanted.owner.as_ref().map(uid).transpose()?;
        Ok(Self { owner, group: wanted.group.as_ref().map(gid).transpose()? })
    }
}

/// faccessat(2), as the effective user.
fn may_write(directory: &Path) -> Result<(), FileProblem> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let access = AccessFlags::W_OK | AccessFlags::X_OK;
    faccessat(nix::fcntl::AT_FDCWD, directory, access, AtFlags::AT_EACCESS)
        .map_err(FileProblem::system("create a file beside it"))
}

/// What is in its place may be nothing, or a file that an earlier run has left.
fn check(parent: &File, name: &OsStr, owner: Option<Uid>) -> Result<(), FileProblem> {
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
