//! `secenv install PATH`: a copy of the running binary, put there as a whole or not at all. Edge.
//!
//! It is for images that have nothing else in them, no cp(1) either: an init container puts secenv into a volume that the
//! containers of a pod share.

use std::{
    env,
    fs::{self, File, OpenOptions, Permissions},
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, ErrorKind},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::error::{Error, Exit, Problem};

/// The name in a directory.
const NAME: &str = "secenv";
/// Anyone may run it, whatever the umask: the containers of a pod have users of their own.
const MODE: u32 = 0o755;

/// Where it was to go, what could not be done, and why.
struct Refusal {
    path: PathBuf,
    step: &'static str,
    cause: io::Error,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let message = format!("cannot install to {}: {}: {}", refusal.path.display(), refusal.step, refusal.cause);
        Problem { help: Some(refusal.help()), ..Problem::new("file", Exit::ForGood, message) }.into()
    }
}

impl Refusal {
    /// What to do about it.
    fn help(&self) -> String {
        match self.cause.kind() {
            ErrorKind::NotFound if self.step == READ => "mount /proc".to_owned(),
            ErrorKind::NotFound if !directory(&self.path).exists() => {
                format!("make the directory first: mkdir -p {}", directory(&self.path).display())
            }
            ErrorKind::IsADirectory => "PATH is the file to be, or a directory that is there".to_owned(),
            ErrorKind::PermissionDenied => {
                format!("the directory {} must be writable for this user", directory(&self.path).display())
            }
            ErrorKind::ReadOnlyFilesystem => "mount a writable volume there".to_owned(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "it needs about 7 MB there".to_owned(),
            _ => "PATH is a directory, or a file in one, that this user may write to".to_owned(),
        }
    }
}

const READ: &str = "its own binary cannot be read";

/// Copies the running binary to `path`, or to `secenv` in it if it is a directory, with mode 0755. What is there is
/// replaced in one step, so that nobody finds half a binary, and one that runs goes on running.
///
/// # Errors
/// What the file system refuses.
pub fn install(path: &Path) -> Result<(), Error> {
    let path = match fs::metadata(path) {
        Ok(found) if found.is_dir() => path.join(NAME),
        // A file cannot have that name.
        Err(cause) if path.as_os_str().as_encoded_bytes().ends_with(b"/") => {
            return Err(Refusal { path: path.to_owned(), step: "it is no directory", cause }.into());
        }
        _ => path.to_owned(),
    };
    let failed = |step| {
        let path = path.clone();
        move |cause| Refusal { path, step, cause }
    };
    let mut own = own().and_then(File::open).map_err(failed(READ))?;
    let (aside, mut file) = create_aside(directory(&path)).map_err(failed("no file can be made beside it"))?;
    let copied = io::copy(&mut own, &mut file)
        .and_then(|_| file.set_permissions(Permissions::from_mode(MODE)))
        .and_then(|()| file.sync_all())
        .map_err(failed("it cannot be written"))
        .and_then(|()| fs::rename(&aside, &path).map_err(failed("it cannot be put in its place")));
    if copied.is_err() {
        let _ = fs::remove_file(&aside);
    }
    Ok(copied?)
}

/// The running binary; on Linux even if its file was replaced or deleted meanwhile (proc(5)).
fn own() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { env::current_exe() }
}

/// A new file that is not executable yet.
fn create_aside(directory: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        // Seeded by the system at random.
        let name = format!(".{NAME}-{:016x}", RandomState::new().build_hasher().finish());
        let aside = directory.join(name);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (aside, file)),
        }
    }
}

/// `.` for a bare name; one that ends with `/` is meant to be a directory itself.
fn directory(path: &Path) -> &Path {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return path;
    }
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
