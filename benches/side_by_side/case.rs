//! The matrix: how the server is reached, how many secrets are fetched from it, and how much later it answers.
//! Pure.
//! Apart, because the bench's arguments choose from it, and table and plot are laid out by it.

use std::{fmt, time::Duration};

/// How the contestants reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    Tls,
}

impl Transport {
    pub(crate) const ALL: [Self; 2] = [Self::Http, Self::Tls];
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Tls => "TLS",
        })
    }
}

/// How many secrets a run fetches.
pub(crate) const SECRETS: [usize; 4] = [1, 10, 50, 100];
/// How many milliseconds later an answer comes.
pub(crate) const LATENCIES: [u64; 3] = [0, 5, 20];

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) transport: Transport,
    pub(crate) secrets: usize,
    /// In milliseconds.
    pub(crate) later: u64,
}

impl Case {
    /// Without latency.
    pub(crate) fn near(transport: Transport, secrets: usize) -> Self {
        Self { transport, secrets, later: 0 }
    }

    pub(crate) fn latency(self) -> Duration {
        Duration::from_millis(self.later)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transport, secrets, later } = self;
        write!(f, "{transport}, K = {secrets}")?;
        if *later > 0 { write!(f, ", +{later} ms") } else { Ok(()) }
    }
}

/// A part of the matrix; what is not named is not bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    transports: Vec<Transport>,
    secrets: Vec<usize>,
    later: Vec<u64>,
}

impl Part {
    /// `http,10,+20`: transports, numbers of secrets, and latencies in milliseconds with a plus.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut part = Self::default();
        for word in text.split(',') {
            let transport = Transport::ALL.into_iter().find(|one| one.to_string().eq_ignore_ascii_case(word));
            let number = |of: &str| of.parse::<u64>().ok();
            let later = word.strip_prefix('+').and_then(number).filter(|later| LATENCIES.contains(later));
            let secrets = word.parse().ok().filter(|secrets| SECRETS.contains(secrets));
            match (transport, later, secrets) {
                (Some(transport), ..) => part.transports.push(transport),
                (_, Some(later), _) => part.later.push(later),
                (.., Some(secrets)) if !word.starts_with('+') => part.secrets.push(secrets),
                _ => return Err(format!("--only {text}: {word:?} is none of http, tls, {SECRETS:?}, +{LATENCIES:?}")),
            }
        }
        Ok(part)
    }

    pub(crate) fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// Its cases, in the order in which they are run and shown.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let all = Transport::ALL.into_iter().flat_map(|transport| {
            LATENCIES.into_iter().flat_map(move |later| SECRETS.map(|secrets| Case { transport, secrets, later }))
        });
        all.filter(|case| {
            named(&self.transports, &case.transport)
                && named(&self.secrets, &case.secrets)
                && named(&self.later, &case.later)
        })
        .collect()
    }
}

fn named<T: PartialEq>(names: &[T], one: &T) -> bool {
    names.is_empty() || names.contains(one)
}
