//! Which signals are passed on. Pure.
//!
//! All but KILL and STOP, which nobody can catch, CHLD, and the signals of faults; and none that the command has already.

use super::{
    kernel::{BUS, CHLD, CONT, FPE, HUP, ILL, INT, Info, KILL, QUIT, SEGV, SI_KERNEL, SI_TKILL, SI_USER, STOP, SYS},
    kernel::{TRAP, TSTP, TTIN, TTOU, WINCH, set_of},
    task::Group,
};

/// What terminals send to their foreground group (`termios(3)`, `tty_ioctl(4)`, credentials(7)).
pub(crate) const TERMINAL: u64 = set_of(HUP)
    | set_of(INT)
    | set_of(QUIT)
    | set_of(CONT)
    | set_of(TSTP)
    | set_of(TTIN)
    | set_of(TTOU)
    | set_of(WINCH);

/// What the command's place in the session says about a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Circumstances {
    pub(crate) child: i32,
    pub(crate) group: Group,
    /// Signals that arrived when there was no command yet.
    pub(crate) early: u64,
    /// The service manager, if it knows the command as the main process of the service.
    pub(crate) manager: Option<i32>,
    /// Whether this process leads its session, and so gets HUP alone when the terminal hangs up.
    pub(crate) leads_session: bool,
}

impl Circumstances {
    /// Whether the command is to get it from here.
    pub(crate) fn passes(&self, info: &Info) -> bool {
        !matches!(info.signal, KILL | STOP | CHLD | ILL | TRAP | BUS | FPE | SEGV | SYS)
            && !self.came_from_child(info)
            && !self.came_from_manager(info)
            && !self.came_from_terminal(info)
    }

    /// What the command sent to its parent, or to a group that both are in, is not meant for itself, or it has it.
    fn came_from_child(&self, info: &Info) -> bool {
        matches!(info.code, SI_USER | SI_TKILL) && info.pid == self.child
    }

    /// What the manager sends to the main process, or to every process of the service, the command has already
    /// (systemd.kill(5)).
    pub(crate) fn came_from_manager(&self, info: &Info) -> bool {
        info.code == SI_USER && self.manager == Some(info.pid)
    }

    /// What the terminal sends to a group that both are in, the command has already.
    fn came_from_terminal(&self, info: &Info) -> bool {
        let bit = set_of(info.signal);
        let alone = self.leads_session && matches!(info.signal, HUP | CONT);
        self.group == Group::Shared && info.code == SI_KERNEL && TERMINAL & bit != 0 && self.early & bit == 0 && !alone
    }
}

/// Whether what came with it can be passed on too: the kernel takes that for codes below zero, but for that of tgkill(2).
pub(crate) fn carries_a_value(info: &Info) -> bool {
    info.code < 0 && info.code != SI_TKILL
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHILD: i32 = 7;
    const OWN: Circumstances =
        Circumstances { child: CHILD, group: Group::Own, early: 0, manager: None, leads_session: false };
    const SHARED: Circumstances = Circumstances { group: Group::Shared, ..OWN };

    fn sent(signal: i32, code: i32, pid: i32) -> Info {
        Info { signal, code, pid, ..Info::EMPTY }
    }

    #[test]
    fn processes_can_send_all_but_six_faults_and_three_others() {
        let kept = [4, 5, 7, 8, 9, 11, 17, 19, 31];
        for signal in 1..=64 {
            assert_eq!(OWN.passes(&sent(signal, SI_USER, 1)), !kept.contains(&signal), "{signal}");
            assert_eq!(SHARED.passes(&sent(signal, SI_USER, 1)), !kept.contains(&signal), "{signal}");
        }
    }

    #[test]
    fn what_the_terminal_sent_to_both_is_not_passed_on() {
        for signal in [HUP, INT, QUIT, TSTP, TTIN, TTOU, CONT, WINCH] {
            assert!(!SHARED.passes(&sent(signal, SI_KERNEL, 0)), "{signal}");
            assert!(OWN.passes(&sent(signal, SI_KERNEL, 0)), "{signal}");
        }
        // An interval timer that was inherited.
        assert!(SHARED.passes(&sent(14, SI_KERNEL, 0)));
    }

    #[test]
    fn what_came_before_the_command_is_passed_on() {
        let early = Circumstances { early: set_of(INT), ..SHARED };
        assert!(early.passes(&sent(INT, SI_KERNEL, 0)));
        assert!(!early.passes(&sent(QUIT, SI_KERNEL, 0)));
    }

    #[test]
    fn a_hangup_that_only_the_leader_of_the_session_hears_is_passed_on() {
        let leader = Circumstances { leads_session: true, ..SHARED };
        assert!(leader.passes(&sent(HUP, SI_KERNEL, 0)));
        assert!(!leader.passes(&sent(INT, SI_KERNEL, 0)));
    }

    #[test]
    fn what_the_command_sends_does_not_come_back_to_it() {
        assert!(!OWN.passes(&sent(10, SI_USER, CHILD)));
        assert!(!OWN.passes(&sent(10, SI_TKILL, CHILD)));
        assert!(OWN.passes(&sent(10, SI_USER, CHILD + 1)));
    }

    #[test]
    fn what_the_manager_sends_the_main_process_has_already() {
        let managed = Circumstances { manager: Some(1), ..SHARED };
        assert!(!managed.passes(&sent(15, SI_USER, 1)));
        assert!(managed.passes(&sent(15, SI_USER, 2)));
        assert!(SHARED.passes(&sent(15, SI_USER, 1)));
    }

    #[test]
    fn values_of_sigqueue_and_timers_are_passed_on() {
        assert!(carries_a_value(&sent(34, -1, 1)));
        assert!(carries_a_value(&sent(34, -2, 0)));
        for code in [SI_USER, SI_TKILL, SI_KERNEL] {
            assert!(!carries_a_value(&sent(34, code, 1)));
        }
    }
}
