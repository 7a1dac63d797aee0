//! A command that says which signals it gets, how often, and what came with them. It is this test binary itself: with a variable
//! set it becomes the witness before `main`.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::ffi::OsString;
use std::io::{self, Write};
use std::mem::MaybeUninit;

use nix::libc;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, sigprocmask};

const VARIABLE: &str = "SECENV_TEST_WITNESS";

// SAFETY: `.init_array` holds pointers to functions with the C calling convention, which is what this static is.
#[used]
#[unsafe(link_section = ".init_array")]
static HOOK: extern "C" fn() = hook;

extern "C" fn hook() {
    if std::env::var_os(VARIABLE).is_some() {
        witness();
    }
    // What a shell starts in the background, and nohup, ignores these, and so would all that the tests start.
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        // SAFETY: no handler is set.
        unsafe { nix::sys::signal::signal(signal, SigHandler::SigDfl) }.unwrap();
    }
}

/// The command. It prints `ready`, then `got SIGNAL CODE VALUE` for each signal, and ends by KILL or STOP only.
pub(crate) fn command() -> Vec<OsString> {
    std::hint::black_box(&HOOK);
    vec!["env".into(), format!("{VARIABLE}=1").into(), std::env::current_exe().unwrap().into()]
}

fn witness() -> ! {
    // A test that has failed kills the supervisor.
    set_pdeathsig(Signal::SIGKILL).unwrap();
    let all = SigSet::all();
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&all), None).unwrap();
    say("ready");
    loop {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: both are of the types that sigwaitinfo(2) asks for.
        let signal = unsafe { libc::sigwaitinfo(all.as_ref(), info.as_mut_ptr()) };
        if signal > 0 {
            // SAFETY: all zeroes is a valid siginfo_t, and the call has filled it.
            let info = unsafe { info.assume_init() };
            // SAFETY: kill(2) leaves the value at zero, and sigqueue(3) sets it; both are of this variant.
            let value = unsafe { info.si_value() }.sival_ptr as usize & 0xffff_ffff;
            say(&format!("got {signal} {} {}", info.si_code, if info.si_code < 0 { value } else { 0 }));
        }
    }
}

fn say(line: &str) {
    let mut out = io::stdout();
    if out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).is_err() {
        // Nobody listens any more.
        nix::sys::signal::raise(Signal::SIGKILL).unwrap();
    }
}

/// The signals of a witness's report, in order. On a terminal its line ends may come after the echo of a key.
pub(crate) fn signals(report: &str) -> Vec<i32> {
    report.split("got ").skip(1).map(|got| got.split(' ').next().unwrap().parse().unwrap()).collect()
}
