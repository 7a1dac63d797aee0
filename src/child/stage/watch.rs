//! The loop: one signal or one change of a child at a time, until the command has ended. Edge.
//!
//! All signals are blocked, from before the command was there until the end: nothing is lost, and nothing interrupts.

use super::{
    clock::Clock,
    end::End,
    kernel::{self, CONT, ESRCH, Info, KILL, TERM, TSTP, TTIN, TTOU, Whose},
    passing::{Circumstances, carries_a_value},
    stop::{Stop, stop},
    task::{Group, Reaping, Scope, Task},
    terminal::Terminal,
};

/// Looks after the command until it has ended. All signals have to be blocked, and every descriptor of this process is closed.
///
/// As PID 1 and as a subreaper it takes over orphans, and reaps them as it does the command (wait(2), prctl(2)).
pub(crate) fn supervise(task: &Task) -> End {
    let terminal = Terminal::open();
    // A pipe that stayed open here would not come to its end when the command closes it.
    kernel::close_all_but(terminal.map(Terminal::descriptor));
    let mut watch = Watch::new(task, terminal);
    let end = watch.until_the_end();
    watch.hand_terminal_back();
    match end {
        End::Killed(signal) if kernel::own_id() == 1 => End::Exited(128 + signal),
        End::Exited(_) | End::Killed(_) => end,
    }
}

/// What the command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Runs,
    Stopped,
}

struct Watch {
    task: Task,
    terminal: Option<Terminal>,
    group: i32,
    circumstances: Circumstances,
    state: State,
    /// This process was stopped with the command, and the CONT that ended it has not been seen yet.
    waking: bool,
    clock: Clock,
}

impl Watch {
    fn new(task: &Task, terminal: Option<Terminal>) -> Self {
        const NANOSECONDS: u64 = 1_000_000;
        let leads_session = kernel::session_of(0) == Some(kernel::own_id());
        Self {
            task: *task,
            terminal,
            group: kernel::group_of(0).unwrap_or(0),
            circumstances: Circumstances {
                child: task.child,
                group: task.group,
                early: task.early,
                manager: (task.reaping == Reaping::Manager).then(kernel::parent),
                leads_session,
            },
            state: State::Runs,
            waking: false,
            clock: Clock::new(task.kill_after.map(|time| time.saturating_mul(NANOSECONDS))),
        }
    }

    fn until_the_end(&mut self) -> End {
        loop {
            // One SIGCHLD may stand for many changes.
            while let Some(change) = self.next_change() {
                if let Some(end) = self.follow(&change) {
                    return end;
                }
            }
            let now = kernel::now();
            if self.clock.rings(now) {
                self.pass_on(&Info { signal: KILL, ..Info::EMPTY });
            }
            if let Some(info) = kernel::next_signal(kernel::ALL, self.clock.left(now)) {
                self.take(&info);
            }
        }
    }

    /// Takes a change of any child from the kernel; that the command has ended stays there if its status is for another.
    fn next_change(&self) -> Option<Info> {
        const CHANGES: usize = kernel::WEXITED | kernel::WSTOPPED | kernel::WCONTINUED;
        let change = kernel::change_of(Whose::Any, CHANGES | kernel::WNOWAIT)?;
        if change.pid == self.task.child && self.task.reaping == Reaping::Manager && is_end(&change) {
            return Some(change);
        }
        kernel::change_of(Whose::Only(change.pid), CHANGES)
    }

    fn follow(&mut self, change: &Info) -> Option<End> {
        const CLD_EXITED: i32 = 1;
        const CLD_STOPPED: i32 = 5;
        const CLD_CONTINUED: i32 = 6;
        if change.pid != self.task.child {
            return None;
        }
        match change.code {
            CLD_EXITED => return Some(End::Exited(change.status)),
            _ if is_end(change) => return Some(End::Killed(change.status)),
            CLD_STOPPED => self.stop_with_it(change.status),
            CLD_CONTINUED => self.goes_on(),
            _ => {}
        }
        None
    }

    fn goes_on(&mut self) {
        self.state = State::Runs;
        self.clock.go_on(kernel::now());
    }

    /// The command was stopped: so is this process, if there is a shell to continue both.
    fn stop_with_it(&mut self, signal: i32) {
        self.state = State::Stopped;
        self.clock.pause(kernel::now());
        let Some(terminal) = self.terminal else {
            // Its own group, which is not orphaned, must not stop it where secenv's would not have.
            if self.task.group == Group::Own && signal == TSTP {
                self.continue_it();
            }
            return;
        };
        let foreground = terminal.foreground();
        let had_it = self.task.group == Group::Own && foreground == Some(self.task.child);
        if self.task.group == Group::Own && matches!(signal, TTIN | TTOU) && foreground == Some(self.group) {
            // `fg` of a job that runs in the background gives this group the terminal and sends no signal.
            terminal.give_to(self.task.child);
            return self.continue_it();
        }
        if had_it {
            terminal.give_to(self.group);
        }
        match stop(signal) {
            Stop::Continued => self.waking = true,
            // The kernel refuses nobody who could continue it: it goes on, or the terminal would be frozen for ever.
            Stop::Refused if had_it => {
                terminal.give_to(self.task.child);
                self.continue_it();
            }
            Stop::Refused if self.task.group == Group::Own && signal == TSTP => self.continue_it(),
            Stop::Refused => {}
        }
    }

    /// What stopped its whole group has to continue all of it.
    fn continue_it(&mut self) {
        let whom = if self.task.group == Group::Own { -self.task.child } else { self.task.child };
        let _ = kernel::kill(whom, CONT);
    }

    fn take(&mut self, info: &Info) {
        let passes = self.circumstances.passes(info);
        match info.signal {
            CONT if self.waking || self.state == State::Stopped => self.wake(),
            _ if passes => self.pass_on(info),
            TERM if self.circumstances.came_from_manager(info) => self.start_clock(),
            _ => {}
        }
        self.circumstances.early &= !kernel::set_of(info.signal);
    }

    /// The shell continues the job, in the foreground (`fg`) or the background (`bg`).
    fn wake(&mut self) {
        self.waking = false;
        // In a shared group the same CONT may have reached the command.
        while let Some(change) = kernel::change_of(Whose::Only(self.task.child), kernel::WCONTINUED) {
            let _ = self.follow(&change);
        }
        if let (Some(terminal), Group::Own) = (self.terminal, self.task.group)
            && terminal.foreground() == Some(self.group)
        {
            terminal.give_to(self.task.child);
        }
        if self.state == State::Stopped {
            self.continue_it();
        }
    }

    fn pass_on(&mut self, info: &Info) {
        let child = self.task.child;
        let passed = match self.task.scope {
            Scope::Group => kernel::kill(-child, info.signal),
            Scope::Process if carries_a_value(info) => kernel::queue(child, info),
            Scope::Process => kernel::kill(child, info.signal),
        };
        if passed == Err(ESRCH) && self.task.scope == Scope::Group {
            // The command has just been forked and is not in its group yet.
            let _ = kernel::kill(child, info.signal);
        }
        if info.signal == TERM {
            self.start_clock();
        }
    }

    fn start_clock(&mut self) {
        self.clock.start(kernel::now(), self.state == State::Stopped);
    }

    /// Gives the terminal back that the command was given, unless it has passed it on to somebody who is still there.
    fn hand_terminal_back(&self) {
        let (Some(terminal), Group::Own) = (self.terminal, self.task.group) else { return };
        let Some(foreground) = terminal.foreground() else { return };
        if foreground == self.task.child || kernel::kill(-foreground, 0) == Err(ESRCH) {
            terminal.give_to(self.group);
        }
    }
}

fn is_end(change: &Info) -> bool {
    const CLD_EXITED: i32 = 1;
    const CLD_DUMPED: i32 = 3;
    (CLD_EXITED..=CLD_DUMPED).contains(&change.code)
}
