//! One measured run: the bench starts itself anew as a launcher, which starts the contestant and waits with wait4(2).
//! Edge: processes. A run that passes its bound is killed with its process group.
//! A process of its own, because the kernel counts the memory of the process that called exec into the peak of the one
//! that it became: started from the bench with its servers, `true` would seem to take their megabytes.

use std::{
    ffi::{OsStr, OsString},
    mem::MaybeUninit,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use nix::{
    libc,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// The first argument of a bench that is a launcher.
pub(crate) const FLAG: &str = "--launch";

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time, with that of children waited for.
    pub(crate) cpu: Duration,
    /// The largest resident set of the process or of one of its children, in KiB.
    pub(crate) peak: u64,
}

/// Starts `command` in this process's surroundings, waits for it, and prints what it took.
pub(crate) fn child(command: &[OsString]) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("nothing to launch")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let child = command.spawn().map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    let (status, usage) = wait(&child)?;
    let wall = start.elapsed().as_nanos();
    let cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    println!("{status} {wall} {cpu} {}", usage.ru_maxrss);
    Ok(())
}

fn wait(child: &Child) -> Result<(i32, libc::rusage), String> {
    let pid = libc::pid_t::try_from(child.id()).map_err(|error| error.to_string())?;
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to memory of ours that outlives the call, and of the types that wait4(2) writes.
    let waited = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
    // SAFETY: all zeroes is a valid `rusage`, whether or not the call has filled it.
    let usage = unsafe { usage.assume_init() };
    if waited == pid { Ok((status, usage)) } else { Err("the contestant cannot be waited for".to_owned()) }
}

fn microseconds(time: libc::timeval) -> i64 {
    time.tv_sec * 1_000_000 + time.tv_usec
}

/// Runs `command` through a launcher, in the surroundings that `command` describes.
pub(crate) fn measure(command: &Command, limit: Duration) -> Result<Cost, String> {
    let own = std::env::current_exe().map_err(|error| format!("the bench does not find itself: {error}"))?;
    let mut launcher = Command::new(own);
    launcher.arg(FLAG).arg(command.get_program()).args(command.get_args()).env_clear();
    launcher.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    launcher.current_dir(command.get_current_dir().unwrap_or("/".as_ref()));
    let output = bounded(&mut launcher, limit)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Option<Vec<u64>> = text.split_whitespace().map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[0, wall, cpu, peak]) => {
            Ok(Cost { wall: Duration::from_nanos(wall), cpu: Duration::from_micros(cpu), peak })
        }
        Some(&[status, ..]) => Err(ExitStatus::from_raw(i32::try_from(status).unwrap_or(-1)).to_string()),
        _ => Err(format!("the launcher said {:?}", text.trim())),
    }
}

/// Runs a command to its end in a process group of its own, which is killed if it lasts longer than `limit`.
pub(crate) fn bounded(command: &mut Command, limit: Duration) -> Result<Output, String> {
    let shown = OsStr::new(command.get_program()).display().to_string();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn().map_err(|error| format!("cannot start {shown}: {error}"))?;
    let group = i32::try_from(child.id()).map(Pid::from_raw).map_err(|error| error.to_string())?;
    let (tell, told) = mpsc::channel();
    let waiting = thread::spawn(move || tell.send(child.wait_with_output()));
    let output = told.recv_timeout(limit);
    if output.is_err() {
        // It is still there to be killed: nobody has waited for it.
        let _ = killpg(group, Signal::SIGKILL);
    }
    let _ = waiting.join();
    match output {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(format!("{shown}: {error}")),
        Err(_) => Err(format!("{shown} took longer than {limit:?}")),
    }
}
