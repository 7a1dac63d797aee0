//! The fork: the command on one side, on the other secenv, which becomes the stage and forgets all it knew. Edge.
//!
//! Every signal is blocked before the fork. What arrives waits for the stage, which passes it on; the command gets the mask
//! back that secenv was started with.

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::{ForkResult, Pid, execveat, fork, pipe2, setpgid, write};
use zeroize::Zeroize;

use super::exec_error::{ExecError, shown};
use super::mode::Place;
use super::stage::{self, End, Group, Reaping, Scope, Task, Terminal, kernel};
use super::supervision::{Orphans, Recipient, Supervision};
use super::{
    Program,
    exec::exec,
    files::{Files, Left},
    signals, systemd,
};
use crate::inherited::{Environ, Inherited};

/// The program that `build.rs` has made of the stage; empty where it could not.
const IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/image"));

/// How a program ended that secenv was there to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// With this code.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

/// All signals blocked, and the mask from before, which comes back when this is dropped.
#[derive(Debug)]
pub struct HeldSignals {
    mask: u64,
}

impl HeldSignals {
    /// Blocks them, so that what arrives waits for the parent of the command.
    ///
    /// # Errors
    /// On other systems than this one, which have no such parent.
    pub fn before(_: &OsStr) -> Result<Self, ExecError> {
        Ok(Self { mask: kernel::set_mask(kernel::ALL) })
    }
}

impl Drop for HeldSignals {
    fn drop(&mut self) {
        kernel::set_mask(self.mask);
    }
}

/// Runs the program as a child and returns how that ended; in a process that could become the stage it does not return.
///
/// Files with a path are removed then: for that secenv stays itself, since the stage knows no files.
///
/// # Errors
/// The program was not executed. The child itself returns that, so that it is reported as in exec mode and its exit code is
/// the status that the supervisor sees; or there could be no child.
pub fn supervise(
    mut program: Program,
    files: Files,
    held: HeldSignals,
    how: &Supervision,
    inherited: &Inherited,
    own: &Environ,
) -> Result<Status, ExecError> {
    if how.orphans == Orphans::Reaped {
        // It fails for kernels older than 3.4 only.
        let _ = prctl::set_child_subreaper(true);
    }
    let place = Place::here();
    let announced = systemd::is_main_process(&program.entries, kernel::own_id(), place);
    let position = Position::find(how.recipient);
    let failed = |errno| ExecError::NoProcess { command: shown(program.command.as_encoded_bytes()), errno };
    let (gate, key) = match pipe2(OFlag::O_CLOEXEC) {
        Ok(ends) => ends,
        Err(errno) => {
            files.remove();
            return Err(failed(errno));
        }
    };
    // A bare command would keep it, and a child loses it (`PR_SET_PDEATHSIG` in prctl(2)): when secenv dies of it, so does the command.
    let at_death = prctl::get_pdeathsig().ok().flatten();
    let early = kernel::pending();
    let supervisor = kernel::own_id();
    // SAFETY: threads that the fetch may have left behind hold no lock that the child needs: that of the allocator is put in
    // order by the C library, those of std are around standard streams and the environment, which those threads leave alone.
    let forked = match unsafe { fork() } {
        Ok(forked) => forked,
        Err(errno) => {
            files.remove();
            return Err(failed(errno));
        }
    };
    match forked {
        ForkResult::Child => {
            drop(key);
            let _ = at_death.map(prctl::set_pdeathsig);
            position.take();
            wait_for(gate);
            systemd::hand_on(&mut program.entries, supervisor, kernel::own_id());
            signals::forget_handlers();
            drop(held);
            Err(exec(program, inherited, own))
        }
        ForkResult::Parent { child } => {
            // If the manager has not heard it, secenv stays the main process.
            let announced = announced && systemd::announce(&program.entries, child.as_raw()).is_ok();
            drop(key);
            // The stage closes every descriptor, so none may have an owner by then.
            drop(gate);
            program.entries.zeroize();
            drop(program);
            let _blocked_for_good = ManuallyDrop::new(held);
            let left = files.left_behind();
            let task = Task {
                child: child.as_raw(),
                group: position.group,
                scope: if how.recipient == Recipient::Group { Scope::Group } else { Scope::Process },
                kill_after: how.kill_after.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
                early,
                reaping: if announced { Reaping::Manager } else { Reaping::Here },
            };
            Ok(look_after(&task, left, &inherited.arguments))
        }
    }
}

/// Ends this process as the command ended: with its code, or by its signal.
pub fn end_as(status: Status) -> ! {
    stage::end(match status {
        Status::Exited(code) => End::Exited(code),
        Status::Killed(signal) => End::Killed(signal),
    })
}

/// Where the command is among the processes of the terminal.
#[derive(Clone, Copy, Debug)]
struct Position {
    group: Group,
    terminal: Option<Terminal>,
}

impl Position {
    /// A group of its own, and the foreground, if secenv has the terminal to itself: then a Ctrl-C reaches the command once, and
    /// what others send to secenv's group does too.
    ///
    /// With a pipe on stdin or stdout secenv is a part of a pipeline, whose other parts must not lose the terminal (`| less`): the
    /// command stays in its group, and what the terminal sends to that is not passed on.
    fn find(recipient: Recipient) -> Self {
        let terminal = Terminal::open().filter(|terminal| terminal.foreground() == kernel::group_of(0));
        let to_itself = terminal.is_some() && io::stdin().is_terminal() && io::stdout().is_terminal();
        let group = if to_itself || recipient == Recipient::Group { Group::Own } else { Group::Shared };
        Self { group, terminal }
    }

    /// Goes there, in the child, with all signals blocked. The child does it alone, so that no signal is lost or doubled:
    /// what has reached it before it left the group of its parent has reached that too, which passes it on.
    fn take(self) {
        if self.group == Group::Shared {
            return;
        }
        // It fails for leaders of sessions only.
        let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
        kernel::forget_pending();
        if let Some(terminal) = self.terminal {
            terminal.give_to(kernel::own_id());
        }
    }
}

/// Waits until the parent has said to the service manager whose child this is.
fn wait_for(gate: OwnedFd) {
    // It ends when the parent closes its end, or has ended.
    let _ = File::from(gate).read(&mut [0]);
}

fn look_after(task: &Task, left: Option<Left>, arguments: &[OsString]) -> Status {
    if left.is_none() {
        // Returns only if that is not possible.
        let _ = become_image(task, arguments);
    }
    give_memory_back();
    let end = stage::supervise(task);
    if let Some(left) = left {
        left.remove();
    }
    match end {
        End::Exited(code) => Status::Exited(code),
        End::Killed(signal) => Status::Killed(signal),
    }
}

/// Replaces this process by the image, from memory (`memfd_create(2)`, execveat(2)): it needs no file and no /proc. It keeps
/// secenv's arguments, for who looks with ps(1).
fn become_image(task: &Task, arguments: &[OsString]) -> nix::Result<()> {
    const EXECUTABLE: MFdFlags = MFdFlags::from_bits_retain(libc::MFD_EXEC);
    let (limit, _) = getrlimit(Resource::RLIMIT_FSIZE)?;
    // A write beyond the limit would send SIGXFSZ, to be passed on.
    if IMAGE.is_empty() || limit < IMAGE.len() as u64 {
        return Err(Errno::ENOEXEC);
    }
    let create = |flags| memfd_create(c"secenv", flags | MFdFlags::MFD_CLOEXEC);
    // The flag is known since Linux 6.3 (`vm.memfd_noexec` in sysctl(8)).
    let file = create(EXECUTABLE).or_else(|_| create(MFdFlags::empty()))?;
    let mut rest = IMAGE;
    while !rest.is_empty() {
        rest = &rest[write(&file, rest)?..];
    }
    let arguments: Vec<CString> = arguments.iter().flat_map(|argument| CString::new(argument.as_bytes())).collect();
    let words = task.words().map(|word| word.to_string()).join(",");
    let entry = CString::new([stage::VARIABLE, words.as_bytes()].concat()).map_err(|_| Errno::EINVAL)?;
    execveat(file.as_fd(), c"", &arguments, &[entry], AtFlags::AT_EMPTY_PATH).map(|never| match never {})
}

/// Gives free memory back to the kernel, where the C library can.
fn give_memory_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it only unmaps memory that is free (`malloc_trim(3)`).
    unsafe {
        libc::malloc_trim(0)
    };
}
