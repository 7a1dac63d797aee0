//! A terminal with a session of its own on it, and somebody who types.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::{
    fs::File,
    io::{PipeReader, PipeWriter, Read, Write, pipe},
    os::{
        fd::{AsFd, AsRawFd, OwnedFd, RawFd},
        unix::process::CommandExt,
    },
    process::{Child, Command, ExitStatus},
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use nix::{
    fcntl::{OFlag, open},
    libc,
    pty::{grantpt, posix_openpt, ptsname_r, unlockpt},
    sys::{
        signal::{Signal, kill},
        stat::Mode,
        termios::{Termios, tcgetattr},
    },
    unistd::{Pid, setsid},
};

use super::fetching::end_of;

const LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
struct Screen {
    text: Mutex<String>,
    changed: Condvar,
}

impl Screen {
    /// Until the terminal is closed, or the plug is pulled.
    fn listen(&self, mut output: File, unplugged: &PipeReader) {
        let mut chunk = [0; 4096];
        let poll = |fd: RawFd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        loop {
            let mut both = [poll(output.as_raw_fd()), poll(unplugged.as_raw_fd())];
            // SAFETY: two are given, and both are open.
            unsafe { libc::poll(both.as_mut_ptr(), 2, -1) };
            if both[1].revents != 0 {
                return;
            }
            let Ok(length @ 1..) = output.read(&mut chunk) else { return };
            self.text.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..length]));
            self.changed.notify_all();
        }
    }
}

/// A terminal, and the leader of its session.
pub(crate) struct Pty {
    child: Option<Child>,
    keys: File,
    slave: OwnedFd,
    screen: Arc<Screen>,
    seen: usize,
    plug: Option<PipeWriter>,
    reader: Option<JoinHandle<()>>,
}

impl Pty {
    /// Starts the command as the leader of a new session on a new terminal.
    pub(crate) fn start(mut command: Command) -> Self {
        // No process that another test starts may keep one of them open.
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let master = posix_openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = open(ptsname_r(&master).unwrap().as_str(), flags, Mode::empty()).unwrap();
        let stream = || slave.try_clone().unwrap();
        command.stdin(stream()).stdout(stream()).stderr(stream());
        let lead = || {
            setsid()?;
            // SAFETY: TIOCSCTTY takes a number; stdin is the terminal.
            nix::errno::Errno::result(unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) })?;
            Ok(())
        };
        // SAFETY: the closure makes two system calls.
        unsafe { command.pre_exec(lead) };
        let child = command.spawn().unwrap();
        let screen = Arc::new(Screen::default());
        let keys = File::from(master.as_fd().try_clone_to_owned().unwrap());
        let output = keys.try_clone().unwrap();
        let (unplugged, plug) = pipe().unwrap();
        let other = Arc::clone(&screen);
        let reader = thread::spawn(move || other.listen(output, &unplugged));
        Self { child: Some(child), keys, slave, screen, seen: 0, plug: Some(plug), reader: Some(reader) }
    }

    /// An interactive bash without anybody's settings, which prompts with `$ `.
    pub(crate) fn bash() -> Self {
        let mut bash = Command::new("bash");
        bash.args(["--norc", "--noprofile", "--noediting", "-i"]).env("PS1", "prompt$ ").env("HISTFILE", "/dev/null");
        let mut pty = Self::start(bash);
        pty.shows("prompt$ ");
        pty
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.as_ref().unwrap().id().cast_signed())
    }

    pub(crate) fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the text is on the screen, behind the last text that was waited for; gives what came before it.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> String {
        let screen = self.screen.text.lock().unwrap();
        let missing = |screen: &mut String| !screen[self.seen..].contains(text);
        let (screen, wait) = self.screen.changed.wait_timeout_while(screen, LIMIT, missing).unwrap();
        assert!(
            !wait.timed_out(),
            "{text:?} is not on the screen:\n{}<here>{}",
            &screen[..self.seen],
            &screen[self.seen..]
        );
        let at = self.seen + screen[self.seen..].find(text).unwrap();
        let before = screen[self.seen..at].to_owned();
        self.seen = at + text.len();
        before
    }

    /// All that has been on the screen.
    pub(crate) fn screen(&self) -> String {
        self.screen.text.lock().unwrap().clone()
    }

    /// Its settings, as stty(1) shows them.
    pub(crate) fn settings(&self) -> Termios {
        tcgetattr(&self.slave).unwrap()
    }

    /// Gives the window another size.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let size = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: TIOCSWINSZ reads a winsize.
        let set = unsafe { libc::ioctl(self.keys.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
        assert_eq!(set, 0);
    }

    /// Pulls the plug: the other side of the terminal is gone. Waits for the end of the leader.
    pub(crate) fn hang_up(mut self) -> ExitStatus {
        let child = self.child.take().unwrap();
        drop(self);
        end_of(child)
    }

    /// Waits for the end of the leader.
    pub(crate) fn end(mut self) -> ExitStatus {
        end_of(self.child.take().unwrap())
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // The reader holds the other side of the terminal open, too.
        drop(self.plug.take());
        let _ = self.reader.take().map(JoinHandle::join);
        if let Some(mut child) = self.child.take() {
            let _ = kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
            let _ = child.wait();
        }
    }
}
