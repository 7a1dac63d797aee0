//! A file that is there whole or not at all: written aside, then put in its place by one step. Edge, and a leaf.
//!
//! It is for what a person asked secenv to write. Links are not followed: one that is in the place is refused.

use std::{
    fs::{self, File, OpenOptions},
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// What becomes of a file that is in the place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InPlace {
    /// It stays, and the write fails with [`ErrorKind::AlreadyExists`].
    Stays,
    /// It is replaced, if it is a regular file.
    Replaced,
}

/// Writes `bytes` to `path`; the umask takes its bits from `mode`.
///
/// # Errors
/// As those of the file system; nothing is changed then.
pub fn write(path: &Path, bytes: &[u8], mode: u32, in_place: InPlace) -> io::Result<()> {
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.is_file() {
            return Err(io::Error::new(ErrorKind::AlreadyExists, "something that is no regular file is there"));
        }
        if in_place == InPlace::Stays {
            return Err(ErrorKind::AlreadyExists.into());
        }
    }
    let (aside, mut file) = create_aside(path, mode)?;
    let put = file.write_all(bytes).and_then(|()| put(&aside, path, in_place));
    if put.is_err() || in_place == InPlace::Stays {
        // A second name of what is in its place, or of what is not wanted any more.
        let _ = fs::remove_file(&aside);
    }
    put
}

fn create_aside(path: &Path, mode: u32) -> io::Result<(PathBuf, File)> {
    loop {
        // Seeded by the system at random.
        let aside = path.with_file_name(format!(".secenv-{:016x}", RandomState::new().build_hasher().finish()));
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&aside) {
            Ok(file) => return Ok((aside, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// A link fails where something has come up in the meantime, which a rename would replace.
fn put(aside: &Path, path: &Path, in_place: InPlace) -> io::Result<()> {
    match in_place {
        InPlace::Replaced => fs::rename(aside, path),
        InPlace::Stays => match fs::hard_link(aside, path) {
            // Some file systems have no links.
            Err(error) if error.kind() == ErrorKind::PermissionDenied || error.kind() == ErrorKind::Unsupported => {
                fs::rename(aside, path)
            }
            linked => linked,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_is_there_is_replaced_only_if_that_is_asked_for_and_links_never_are() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a");
        write(&path, b"one", 0o600, InPlace::Stays).expect("nothing is there");
        let kind = |result: io::Result<()>| result.expect_err("it is there").kind();
        assert_eq!(kind(write(&path, b"two", 0o600, InPlace::Stays)), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("it is there"), b"one");
        write(&path, b"three", 0o600, InPlace::Replaced).expect("it may be replaced");
        assert_eq!(fs::read(&path).expect("it is there"), b"three");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
        let link = dir.path().join("link");
        symlink(&path, &link).expect("a link can be made");
        symlink("nowhere", dir.path().join("dangling")).expect("a link can be made");
        for name in ["link", "dangling"] {
            for in_place in [InPlace::Stays, InPlace::Replaced] {
                let refused = write(&dir.path().join(name), b"x", 0o600, in_place);
                assert_eq!(kind(refused), ErrorKind::AlreadyExists, "{name} {in_place:?}");
            }
        }
        assert_eq!(fs::read(&path).expect("it is there"), b"three");
        let mut names: Vec<_> =
            fs::read_dir(dir.path()).expect("it is there").flatten().map(|e| e.file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "dangling", "link"]);
    }
}
