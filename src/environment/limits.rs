//! Whether argv and the environment fit into what execve(2) accepts, checked before anything is executed.
//! Pure: the strings and the limits in, every string that is too big out.
//! Apart from `child`, so that a report can name the variable where the kernel would only say E2BIG.

use thiserror::Error;

/// What the kernel holds an execve(2) to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecLimits {
    /// Linux, by its pages and the stack.
    Linux {
        /// Bytes in a page of memory.
        page_size: usize,
        /// The soft limit of the stack in bytes, if it has one.
        stack: Option<usize>,
    },
    /// Other systems: all strings together, and no other rule (`ARG_MAX` in sysconf(3)).
    Together(usize),
}

/// A string, or all of them, that the kernel would refuse. It says nothing of any value but that it is too big.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TooBig {
    /// One string by itself, and the most that it may have here.
    #[error("{0} is too big: one string that a program is given has at most 32 pages ({kib} KiB)", kib = .1 / 1024)]
    String(Place, usize),
    /// All of them together, and which is the biggest.
    #[error(
        "the arguments and the environment together are too big: at most a quarter of the stack limit, and 6 MiB; the biggest is {0}"
    )]
    Total(Place),
    /// The same on other systems than Linux.
    #[error(
        "the arguments and the environment together are too big: `getconf ARG_MAX` says how much they may be; the biggest is {0}"
    )]
    Together(Place),
}

/// Which string.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Place {
    /// A variable, by its name.
    #[error("the variable {0}")]
    Variable(String),
    /// An inherited entry without `=`.
    #[error("an entry of the inherited environment that has no `=`")]
    Nameless,
    /// An argument of the command; 0 is the command itself.
    #[error("argument {0} of the command")]
    Argument(usize),
}

impl TooBig {
    /// The variable that it is, or the biggest one, if it is one.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        let (Self::String(place, _) | Self::Total(place) | Self::Together(place)) = self;
        match place {
            Place::Variable(name) => Some(name),
            Place::Nameless | Place::Argument(_) => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let (Self::String(place, _) | Self::Total(place) | Self::Together(place)) = self;
        let smaller = match place {
            Place::Variable(name) => format!("hand {name} over as a file: `as = \"file\"`"),
            Place::Nameless => "start secenv without that entry".to_owned(),
            Place::Argument(_) => "shorten the command line".to_owned(),
        };
        match self {
            Self::String(..) => smaller,
            Self::Together(_) => format!("{smaller}, or leave out variables with `[child] unset`"),
            Self::Total(_) => {
                format!("{smaller}, leave out variables with `[child] unset`, or raise the stack limit (ulimit -s)")
            }
        }
    }
}

impl ExecLimits {
    /// The kernel's `MAX_ARG_STRLEN`, the NUL included (execve(2), "Limits on size of arguments and environment").
    fn string(self) -> usize {
        match self {
            Self::Linux { page_size, .. } => page_size.saturating_mul(32),
            Self::Together(_) => usize::MAX,
        }
    }

    /// For the strings with their NULs, a pointer for each, and the file name (`bprm_stack_limits` in the kernel's fs/exec.c).
    ///
    /// With a stack hardly bigger than that the kernel does not answer E2BIG, it kills the program as it starts: up to 8 KiB
    /// go to a random offset, and something to the auxiliary vector. Four pages are kept free for that.
    fn total(self) -> usize {
        const LEAST: usize = 128 * 1024;
        const MOST: usize = 6 * 1024 * 1024;
        match self {
            Self::Linux { stack: None, .. } => MOST,
            Self::Linux { page_size, stack: Some(stack) } => {
                (stack / 4).clamp(LEAST, MOST).min(stack.saturating_sub(page_size.saturating_mul(4)))
            }
            Self::Together(most) => most,
        }
    }

    /// Kept free for the file name and for what a `#!` line adds, which are known only when the file has been found.
    fn reserve(self) -> usize {
        match self {
            Self::Linux { page_size, .. } => page_size,
            // What POSIX advises to keep free (xargs, "DESCRIPTION").
            Self::Together(_) => 2048,
        }
    }
}

/// Everything that is too big, the arguments first, then the entries in their order, then the total.
///
/// Exact for single strings (measured on Linux 6.18: 131,072 bytes with the NUL pass, one more does not), and a page stricter
/// than the kernel for the total (2,097,152 bytes pass at a stack limit of 8 MiB, one more does not).
#[must_use]
pub fn check(entries: &[impl AsRef<[u8]>], argv: &[impl AsRef<[u8]>], limits: ExecLimits) -> Vec<TooBig> {
    let arguments = argv.iter().enumerate().map(|(index, argument)| (Origin::Argument(index), argument.as_ref()));
    let strings = || arguments.clone().chain(entries.iter().map(|entry| (Origin::Entry, entry.as_ref())));
    let mut too_big: Vec<TooBig> = strings()
        .filter(|(_, string)| string.len() >= limits.string())
        .map(|(origin, string)| TooBig::String(place(origin, string), limits.string()))
        .collect();
    let total: usize = strings().map(|(_, string)| string.len() + 1 + size_of::<usize>()).sum();
    let biggest = strings().max_by_key(|(_, string)| string.len());
    // If one string is too big by itself, the total is not news.
    if let Some((origin, string)) = biggest
        && too_big.is_empty()
        && total > limits.total().saturating_sub(limits.reserve())
    {
        let place = place(origin, string);
        too_big.push(match limits {
            ExecLimits::Linux { .. } => TooBig::Total(place),
            ExecLimits::Together(_) => TooBig::Together(place),
        });
    }
    too_big
}

#[derive(Clone, Copy)]
enum Origin {
    Argument(usize),
    Entry,
}

fn place(origin: Origin, string: &[u8]) -> Place {
    match origin {
        Origin::Argument(index) => Place::Argument(index),
        Origin::Entry => match string.iter().position(|byte| *byte == b'=') {
            Some(end) => Place::Variable(String::from_utf8_lossy(&string[..end]).escape_debug().to_string()),
            None => Place::Nameless,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: Option<usize> = Some(8 << 20);
    const USUAL: ExecLimits = ExecLimits::Linux { page_size: 4096, stack: STACK };

    fn entry(name: &str, size_with_nul: usize) -> Vec<u8> {
        let mut entry = format!("{name}=").into_bytes();
        entry.resize(size_with_nul - 1, b'x');
        entry
    }

    #[test]
    fn one_string_has_32_pages_with_its_nul() {
        assert_eq!(check(&[entry("A", 131_072)], &["cmd"], USUAL), []);
        let too_big = [TooBig::String(Place::Variable("B".to_owned()), 131_072)];
        assert_eq!(check(&[entry("A", 131_072), entry("B", 131_073)], &["cmd"], USUAL), too_big);
        let large_pages = ExecLimits::Linux { page_size: 65_536, stack: STACK };
        assert_eq!(check(&[entry("B", 131_073)], &["cmd"], large_pages), []);
    }

    #[test]
    fn each_string_that_is_too_big_is_named() {
        let entries = [entry("A", 140_000), entry("B", 10), entry("C", 140_000), vec![b'x'; 140_000]];
        let argv = [b"cmd".to_vec(), vec![b'x'; 140_000]];
        let places =
            [Place::Argument(1), Place::Variable("A".to_owned()), Place::Variable("C".to_owned()), Place::Nameless];
        assert_eq!(check(&entries, &argv, USUAL), places.map(|place| TooBig::String(place, 131_072)));
    }

    #[test]
    fn the_total_counts_strings_and_pointers_and_names_the_biggest() {
        // A quarter of the stack, less a page, less the command with its pointer.
        let room = (2 << 20) - 4096 - (4 + 8);
        let full = room / 100_000;
        let mut entries: Vec<_> = (0..full).map(|_| entry("A", 100_000 - 8)).collect();
        entries.push(entry("BIG", room % 100_000 - 8));
        assert_eq!(check(&entries, &["cmd"], USUAL), []);
        entries.push(entry("C", 3));
        assert!(matches!(&check(&entries, &["cmd"], USUAL)[..], [TooBig::Total(Place::Variable(name))] if name == "A"));
    }

    #[test]
    fn the_total_is_between_128_kib_and_6_mib() {
        let total = |stack| ExecLimits::Linux { page_size: 4096, stack }.total();
        assert_eq!(total(Some(8 << 20)), 2 << 20);
        assert_eq!(total(Some(600 << 10)), 150 << 10);
        assert_eq!(total(Some(256 << 10)), 128 << 10);
        assert_eq!(total(Some(64 << 20)), 6 << 20);
        assert_eq!(total(None), 6 << 20);
        assert_eq!(total(Some(64 << 10)), 48 << 10);
        assert_eq!(total(Some(0)), 0);
    }

    #[test]
    fn other_systems_count_all_together_and_no_string_by_itself() {
        let limits = ExecLimits::Together(1 << 20);
        assert_eq!(check(&[entry("A", 1_000_000)], &["cmd"], limits), []);
        let found = check(&[entry("A", 1_000_000), entry("B", 50_000)], &["cmd"], limits);
        assert_eq!(found, [TooBig::Together(Place::Variable("A".to_owned()))]);
        assert!(
            found[0]
                .to_string()
                .ends_with("`getconf ARG_MAX` says how much they may be; the biggest is the variable A")
        );
    }

    #[test]
    fn a_message_names_the_variable_and_neither_value_nor_size() {
        let found = check(&[entry("TLS_CERT", 140_001)], &["cmd"], USUAL);
        assert_eq!(
            found[0].to_string(),
            "the variable TLS_CERT is too big: one string that a program is given has at most 32 pages (128 KiB)"
        );
        let large_pages =
            check(&[entry("A", 600_000)], &["cmd"], ExecLimits::Linux { page_size: 16_384, stack: STACK });
        assert!(large_pages[0].to_string().ends_with("at most 32 pages (512 KiB)"));
        assert_eq!(found[0].help(), "hand TLS_CERT over as a file: `as = \"file\"`");
        assert!(!format!("{found:?} {} {}", found[0], found[0].help()).contains("14000"));
    }
}
