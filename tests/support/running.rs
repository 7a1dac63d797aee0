//! A process under way, and how it ended: what it printed is gathered while it runs, and every wait has a bound.
//!
//! A wait that reaches the bound kills the process by its id and fails with all that was printed.

use std::{
    fmt,
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, kill},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};

/// What the threads that listen to a process have heard so far.
#[derive(Debug, Default)]
struct Heard {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    open_pipes: usize,
    exited: bool,
}

#[derive(Debug, Default)]
struct Ear {
    heard: Mutex<Heard>,
    changed: Condvar,
}

impl Ear {
    fn note(&self, news: impl FnOnce(&mut Heard)) {
        news(&mut self.heard.lock().expect("not poisoned"));
        self.changed.notify_all();
    }

    fn listen(self: &Arc<Self>, mut pipe: impl Read + Send + 'static, buffer: fn(&mut Heard) -> &mut Vec<u8>) {
        let ear = Arc::clone(self);
        self.note(|heard| heard.open_pipes += 1);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                ear.note(|heard| buffer(heard).extend_from_slice(&chunk[..length]));
            }
            ear.note(|heard| heard.open_pipes -= 1);
        });
    }
}

/// How a process ended, and what it printed.
pub struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// A process under way. Dropped, it is killed.
pub struct Running {
    child: Child,
    ear: Arc<Ear>,
    limit: Duration,
    shown: String,
}

impl Running {
    /// Starts `command` with its stdout and stderr on pipes, and `stdin` on its stdin if there is any to give.
    #[track_caller]
    pub fn start(command: &mut Command, stdin: Option<Vec<u8>>, limit: Duration) -> Self {
        command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        let shown = format!("{command:?}");
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("cannot start {shown}: {error}"));
        let ear = Arc::new(Ear::default());
        ear.listen(child.stdout.take().expect("piped"), |heard| &mut heard.stdout);
        ear.listen(child.stderr.take().expect("piped"), |heard| &mut heard.stderr);
        if let (Some(bytes), Some(mut pipe)) = (stdin, child.stdin.take()) {
            thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        let running = Self { child, ear: Arc::clone(&ear), limit, shown };
        let pid = running.pid();
        thread::spawn(move || {
            // The process is left for `Child::wait` to reap, so that its id stays its own until then.
            while waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(Errno::EINTR) {}
            ear.note(|heard| heard.exited = true);
        });
        running
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("a pid is positive"))
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("the process is not reaped yet");
    }

    /// Waits until it has printed `text` on stdout.
    #[track_caller]
    pub fn prints(&mut self, text: &str) {
        let text = text.as_bytes();
        if !self.wait(|heard| heard.stdout.windows(text.len()).any(|window| window == text) || heard.open_pipes == 0) {
            self.stuck("has not printed what was waited for");
        }
    }

    /// What it has printed on stdout so far.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.ear.heard.lock().expect("not poisoned").stdout).into_owned()
    }

    /// Waits for its end, and for the end of what it prints.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        if !self.wait(|heard| heard.exited) {
            self.stuck("is still running");
        }
        if !self.wait(|heard| heard.open_pipes == 0) {
            self.stuck("has ended, but a descendant still holds its stdout or stderr open");
        }
        let status = self.child.wait().expect("it has ended");
        let mut heard = self.ear.heard.lock().expect("not poisoned");
        let stdout = std::mem::take(&mut heard.stdout);
        Output { status, stdout, stderr: String::from_utf8_lossy(&heard.stderr).into_owned() }
    }

    fn wait(&self, reached: impl Fn(&Heard) -> bool) -> bool {
        let heard = self.ear.heard.lock().expect("not poisoned");
        let waiting = |heard: &mut Heard| !reached(heard);
        let (_heard, wait) = self.ear.changed.wait_timeout_while(heard, self.limit, waiting).expect("not poisoned");
        !wait.timed_out()
    }

    #[track_caller]
    fn stuck(&mut self, how: &str) -> ! {
        drop(self.child.kill());
        let text = {
            let heard = self.ear.heard.lock().expect("not poisoned");
            let (stdout, stderr) = (String::from_utf8_lossy(&heard.stdout), String::from_utf8_lossy(&heard.stderr));
            format!("--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
        };
        panic!("{} {how} after {:?}\n{text}", self.shown, self.limit)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Output {
    /// The exit code, if it ended by itself.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that ended it, if one did.
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// Stdout as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// It exited with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "the exit code\n{self}");
        self
    }

    /// It exited with 0 and was silent on stderr.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert!(self.code() == Some(0) && self.stderr.is_empty(), "a silent success was expected\n{self}");
        self
    }

    /// Its stderr has this text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in stderr\n{self}");
        self
    }

    /// Neither stdout nor stderr has this text.
    #[track_caller]
    pub fn hides(self, text: &str) -> Self {
        assert!(!self.stderr.contains(text) && !self.text().contains(text), "{text:?} was printed\n{self}");
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n--- stdout\n{}\n--- stderr\n{}\n---", self.status, self.text(), self.stderr)
    }
}
