//! What the supervisor is told: the command's id and how it is to be looked after. Pure.
//!
//! It is a line of numbers on the way to the image, which gets it as the only entry of its environment.

/// The name of that entry.
pub(crate) const VARIABLE: &[u8] = b"SECENV_STAGE=";

/// One supervision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// The process id of the command, a child of this process.
    pub(crate) child: i32,
    /// Which process group it is in.
    pub(crate) group: Group,
    /// Whom signals are for.
    pub(crate) scope: Scope,
    /// Milliseconds from TERM to KILL.
    pub(crate) kill_after: Option<u64>,
    /// Signals that arrived before the command was there.
    pub(crate) early: u64,
    /// Who takes the command's status from the kernel.
    pub(crate) reaping: Reaping,
}

/// The process group of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// That of secenv: what a terminal sends, both get.
    Shared,
    /// One that it leads, in the foreground if secenv's was.
    Own,
}

/// Whom signals are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The command.
    Process,
    /// All of its group.
    Group,
}

/// Who takes the command's status from the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaping {
    /// The supervisor.
    Here,
    /// The service manager: it knows the command as the main process, and inherits it when the supervisor ends.
    Manager,
}

impl Task {
    /// As numbers.
    pub(crate) fn words(&self) -> [u64; 6] {
        [
            u64::from(self.child.cast_unsigned()),
            u64::from(self.group == Group::Own),
            u64::from(self.scope == Scope::Group),
            self.kill_after.unwrap_or(0),
            self.early,
            u64::from(self.reaping == Reaping::Manager),
        ]
    }

    /// Reads the numbers with a comma between them.
    #[cfg_attr(not(test), expect(dead_code, reason = "the image uses it"))]
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut words = [0u64; 6];
        let mut numbers = text.split(|byte| *byte == b',');
        for word in &mut words {
            *word = number(numbers.next()?)?;
        }
        let [child, own, group, kill_after, early, manager] = words;
        Some(Self {
            child: i32::try_from(child).ok()?,
            group: if own == 0 { Group::Shared } else { Group::Own },
            scope: if group == 0 { Scope::Process } else { Scope::Group },
            kill_after: if kill_after == 0 { None } else { Some(kill_after) },
            early,
            reaping: if manager == 0 { Reaping::Here } else { Reaping::Manager },
        })
    }
}

fn number(text: &[u8]) -> Option<u64> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    text.iter().try_fold(0u64, |sum, byte| sum.checked_mul(10)?.checked_add(digit(byte)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_comes_through_as_text() {
        let one = Task {
            child: i32::MAX,
            group: Group::Own,
            scope: Scope::Group,
            kill_after: Some(86_400_000),
            early: u64::MAX,
            reaping: Reaping::Manager,
        };
        let other = Task {
            child: 2,
            group: Group::Shared,
            scope: Scope::Process,
            kill_after: None,
            early: 0,
            reaping: Reaping::Here,
        };
        for task in [one, other] {
            let text = task.words().map(|word| word.to_string()).join(",");
            assert_eq!(Task::parse(text.as_bytes()), Some(task));
        }
        for text in ["", "1", "1,2,3,4,5", "1,2,3,4,5,x", "99999999999,0,0,0,0,0"] {
            assert_eq!(Task::parse(text.as_bytes()), None, "{text}");
        }
    }
}
