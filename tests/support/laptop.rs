//! What a cache needs of a machine: a runtime directory on a tmpfs, and a home that all starts have in common.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use nix::libc;
use tempfile::TempDir;

use super::{
    fault::Fault,
    secenv::{Start, secenv},
};

/// Its cache, key and all, is gone when it is dropped.
#[derive(Debug)]
pub struct Laptop {
    dir: TempDir,
}

impl Laptop {
    pub fn new() -> Self {
        Self { dir: TempDir::with_prefix_in("secenv-test-", "/dev/shm").expect("a tmpfs at /dev/shm") }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Where the cache is, once it is.
    pub fn folder(&self) -> PathBuf {
        self.dir().join("secenv")
    }

    /// The files in it.
    pub fn files(&self) -> Vec<PathBuf> {
        let listed = fs::read_dir(self.folder()).into_iter().flatten();
        listed.map(|entry| entry.expect("an entry of the folder").path()).collect()
    }

    /// A start of secenv on it.
    pub fn secenv(&self) -> Start {
        secenv().env("XDG_RUNTIME_DIR", self.dir()).env("HOME", self.dir())
    }

    /// The same with `server` for AWS.
    pub fn aws(&self, server: &Fault) -> Start {
        self.secenv().aws(server)
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        drop(self.secenv().args(["cache", "clear"]).run());
    }
}

/// Has the kernel refuse all that keyrings need with EPERM, as the default profile of containers does. To be called
/// between fork and exec.
pub fn refuse_keyctl() -> io::Result<()> {
    let instruction = |code: u32, to: u8, value: u32| libc::sock_filter {
        code: u16::try_from(code).unwrap_or_default(),
        jt: to,
        jf: 0,
        k: value,
    };
    let number = |call: libc::c_long| u32::try_from(call).unwrap_or_default();
    let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let answer = libc::BPF_RET | libc::BPF_K;
    let mut filter = [
        // The number of the call is the first word that a filter is shown.
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        instruction(equal, 3, number(libc::SYS_keyctl)),
        instruction(equal, 2, number(libc::SYS_add_key)),
        instruction(equal, 1, number(libc::SYS_request_key)),
        instruction(answer, 0, libc::SECCOMP_RET_ALLOW),
        instruction(answer, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
    ];
    let program = libc::sock_fprog { len: 6, filter: filter.as_mut_ptr() };
    // SAFETY: it takes numbers only.
    let quiet = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    // SAFETY: the program is a list of six instructions that outlives the call.
    let set = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    if quiet == 0 && set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Joins a new session keyring, which has no link to that of the user: nothing in this is possessed. To be called between
/// fork and exec.
pub fn leave_keyrings() -> io::Result<()> {
    const JOIN_SESSION_KEYRING: libc::c_long = 1;
    // SAFETY: a null name asks for a keyring without one.
    let joined = unsafe { libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, std::ptr::null::<libc::c_char>()) };
    if joined >= 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
