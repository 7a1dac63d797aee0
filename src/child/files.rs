//! The private files of the child (SPEC section 5): made before it starts, removed by whoever outlives it.
//! Edge: descriptors, the file system, the user database.
//! Apart from `exec`, because supervise mode makes the same files and then removes those that have a path.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

mod error;
#[cfg_attr(not(target_os = "linux"), path = "files/no_memory.rs")]
mod memory;
mod named;
mod place;

pub use error::{FileError, FileProblem};

use self::place::{Place, Spot};
use crate::environment::{Directory, File, FileKind, NamedFile};

/// Files that have been made.
///
/// Those in memory are descriptors that the child inherits: this has to live until the child has been started. Those with
/// a path stay, unless [`Files::remove`] is called.
#[derive(Debug, Default)]
pub struct Files {
    paths: Vec<PathBuf>,
    memory: Vec<memory::Kept>,
    named: Vec<Made>,
    spots: Vec<Spot>,
}

/// The files with a path, once those in memory are the child's alone.
#[derive(Debug)]
pub struct Left(Vec<Made>);

impl Left {
    /// Removes them; one that something else was put in the place of stays.
    pub fn remove(self) {
        for made in self.0 {
            let same = fs::symlink_metadata(&made.path)
                .is_ok_and(|found| (found.dev(), found.ino()) == (made.device, made.inode));
            if same {
                // Nobody is left to be told that it could not be removed; the next start replaces it.
                let _ = fs::remove_file(&made.path);
            }
        }
    }
}

/// A file with a path, and which one it was.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Files {
    /// Makes all of them; if one fails, none stays.
    ///
    /// # Errors
    /// Each that cannot be made.
    pub fn create(wanted: &[File]) -> Result<Self, Vec<FileError>> {
        let mut files = Self::default();
        let errors: Vec<FileError> =
            wanted.iter().filter_map(|file| Some(error(file, files.add(file).err()?))).collect();
        if errors.is_empty() {
            return Ok(files);
        }
        files.remove();
        Err(errors)
    }

    /// The path of each file, in the order in which they were wanted.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// What there is to remove; descriptors of files in memory are closed.
    #[must_use]
    pub fn left_behind(self) -> Option<Left> {
        (!self.named.is_empty()).then_some(Left(self.named))
    }

    /// Removes those that have a path.
    pub fn remove(self) {
        if let Some(left) = self.left_behind() {
            left.remove();
        }
    }

    fn add(&mut self, file: &File) -> Result<(), FileProblem> {
        match &file.kind {
            FileKind::Memory => {
                let made = memory::create(file.content.expose())?;
                self.paths.push(made.path());
                self.memory.push(made);
            }
            FileKind::Named(wanted) => {
                let path = std::path::absolute(&wanted.path).map_err(|error| FileProblem::io("find", &error))?;
                let place = Place::make(wanted)?;
                take(&mut self.spots, &place.spot)?;
                let made = named::create(&place, wanted.mode, file.content.expose())?;
                self.named.push(Made { path: path.clone(), device: made.dev(), inode: made.ino() });
                self.paths.push(path);
            }
        }
        Ok(())
    }
}

/// What would keep files with a path from being made, as far as that can be told without making one.
#[must_use]
pub fn look(wanted: &[File]) -> Vec<FileError> {
    let mut spots = Vec::new();
    let mut look = |file: &File| match &file.kind {
        FileKind::Memory => Ok(()),
        FileKind::Named(named) => {
            let spot = Place::look(named)?;
            spot.map_or(Ok(()), |spot| take(&mut spots, &spot))
        }
    };
    wanted.iter().filter_map(|file| Some(error(file, look(file).err()?))).collect()
}

/// Two entries cannot have one place: the second would replace what the first's variable leads to.
fn take(spots: &mut Vec<Spot>, spot: &Spot) -> Result<(), FileProblem> {
    if spots.contains(spot) {
        return Err(FileProblem::Twice);
    }
    spots.push(spot.clone());
    Ok(())
}

fn error(file: &File, problem: FileProblem) -> FileError {
    let path = match &file.kind {
        FileKind::Memory => None,
        FileKind::Named(named) => Some(named.path.clone()),
    };
    FileError { variable: file.variable.clone(), path, problem }
}

/// A private file that is no variable's, and that stays: written aside with mode 0600, then renamed into its place.
///
/// # Errors
/// Why it cannot be made; then nothing has changed.
pub fn write(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let (owner, group) = Default::default();
    let wanted = NamedFile { path: path.to_owned(), mode: 0o600, owner, group, directory: Directory::MustExist };
    let failed = |problem| FileError { variable: String::new(), path: Some(path.to_owned()), problem };
    Place::make(&wanted).and_then(|place| named::create(&place, wanted.mode, content)).map(drop).map_err(failed)
}

/// The directory of a file, `.` for a bare name.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
