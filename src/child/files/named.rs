//! A file with a path: written aside with its final owner and mode, then renamed into its place.

use std::{
    fs::{File, Metadata, Permissions},
    hash::{BuildHasher, Hasher, RandomState},
    io::Write,
    os::unix::fs::PermissionsExt,
};

use nix::{
    errno::Errno,
    fcntl::{OFlag, openat, renameat},
    sys::stat::Mode,
    unistd::{Gid, Uid, UnlinkatFlags, fchown, unlinkat},
};

use super::{FileProblem, place::Place};

/// Gives what it has made, to tell it from what somebody else may put there.
pub(super) fn create(place: &Place, mode: u32, content: &[u8]) -> Result<Metadata, FileProblem> {
    let Place { parent, spot, owner, group } = place;
    let (aside, mut file) = create_aside(parent)?;
    let filled = fill(&mut file, mode, *owner, *group, content).and_then(|found| {
        renameat(parent, aside.as_str(), parent, &*spot.name).map_err(FileProblem::system("put it in its place"))?;
        Ok(found)
    });
    if filled.is_err() {
        let _ = unlinkat(parent, aside.as_str(), UnlinkatFlags::NoRemoveDir);
    }
    filled
}

/// A new file that nobody else can open yet, under a name that says nothing.
fn create_aside(parent: &File) -> Result<(String, File), FileProblem> {
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
