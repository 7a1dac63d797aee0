//! A file in memory: sealed, so that nobody changes what the child reads, and gone with the last descriptor.

use std::{
    fs::File,
    io::{Seek, Write},
    os::fd::RawFd,
    path::PathBuf,
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, SealFlag, fcntl},
    sys::{
        memfd::{MFdFlags, memfd_create},
        stat::{Mode, fchmod},
    },
    unistd::close,
};

use super::FileProblem;

/// Out of the way of programs that count descriptors from 3 (`sd_listen_fds(3)`, shells), where the limit allows it.
const NUMBERS: [RawFd; 3] = [100, 10, 3];

/// Linux 6.3: never executable, whatever the mode. Where `vm.memfd_noexec` is 2 there is no other kind.
const MFD_NOEXEC_SEAL: MFdFlags = MFdFlags::from_bits_retain(8);

/// A descriptor that survives an exec. Dropped, it is closed.
#[derive(Debug)]
pub(super) struct Kept(RawFd);

impl Drop for Kept {
    fn drop(&mut self) {
        // It fails only for what is no descriptor.
        let _ = close(self.0);
    }
}

impl Kept {
    /// How the child can open it.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0))
    }
}

/// Makes one.
pub(super) fn create(content: &[u8]) -> Result<Kept, FileProblem> {
    let failed = |step| move |errno| FileProblem::System { step, errno };
    let kind = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let mut file = memfd_create("secenv", kind | MFD_NOEXEC_SEAL)
        .or_else(|errno| if errno == Errno::EINVAL { memfd_create("secenv", kind) } else { Err(errno) })
        .map(File::from)
        .map_err(failed("create a file in memory (memfd_create)"))?;
    // It is born with the mode 0777 or 0666, whatever the umask.
    fchmod(&file, Mode::S_IRUSR).map_err(failed("set the mode of a file in memory"))?;
    // The child may also read the descriptor itself, from the start.
    file.write_all(content)
        .and_then(|()| file.rewind())
        .map_err(|error| FileProblem::io("write a file in memory", &error))?;
    let seals = SealFlag::F_SEAL_WRITE | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_SEAL;
    fcntl(&file, FcntlArg::F_ADD_SEALS(seals)).map_err(failed("seal a file in memory"))?;
    // One descriptor, the first that can be had.
    let number = NUMBERS.iter().find_map(|least| fcntl(&file, FcntlArg::F_DUPFD(*least)).ok());
    let kept = Kept(number.ok_or(Errno::EMFILE).map_err(failed("keep a file in memory"))?);
    if kept.path().exists() { Ok(kept) } else { Err(FileProblem::NoProc) }
}
