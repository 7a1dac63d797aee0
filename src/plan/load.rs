//! What a plan asks of Secrets Manager: calls, connections, and their share of the quotas when a fleet starts. Pure.

use std::{fmt, num::NonZeroUsize};

/// What is called, once for each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// One secret of Secrets Manager.
    GetSecretValue,
    /// Up to 20 of them.
    BatchGetSecretValue,
    /// One secret of an agent, which asks Secrets Manager only for what it has not cached.
    Agent,
}

impl Operation {
    /// Calls a second that an account has in each region ([quotas]); an agent has none.
    ///
    /// [quotas]: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
    #[must_use]
    pub fn quota(self) -> Option<u64> {
        match self {
            Self::GetSecretValue => Some(10_000),
            Self::BatchGetSecretValue => Some(100),
            Self::Agent => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GetSecretValue => "GetSecretValue",
            Self::BatchGetSecretValue => "BatchGetSecretValue",
            Self::Agent => "agent",
        })
    }
}

/// Calls of one kind to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calls {
    /// What is called.
    pub operation: Operation,
    /// Where; none leaves it to the SDK's chain, or to the agent.
    pub region: Option<String>,
    /// How often.
    pub count: usize,
}

/// What one start asks for, if nothing has to be asked twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// By operation and region, in the order of first use.
    pub calls: Vec<Calls>,
    /// Connections at most.
    pub connections: usize,
}

impl Load {
    /// Of single calls, each with its operation and region.
    #[must_use]
    pub fn new(calls: impl IntoIterator<Item = (Operation, Option<String>)>, concurrency: NonZeroUsize) -> Self {
        let mut grouped: Vec<Calls> = Vec::new();
        for (operation, region) in calls {
            match grouped.iter_mut().find(|calls| calls.operation == operation && calls.region == region) {
                Some(calls) => calls.count += 1,
                None => grouped.push(Calls { operation, region, count: 1 }),
            }
        }
        let connections = grouped.iter().map(|calls| calls.count).sum::<usize>().min(concurrency.get());
        Self { calls: grouped, connections }
    }

    /// The same for many starts at once.
    #[must_use]
    pub fn of_fleet(&self, tasks: u32) -> Fleet {
        let share = |calls: &Calls| {
            let quota = calls.operation.quota()?;
            let wanted = u64::from(tasks).saturating_mul(calls.count as u64);
            Some(Share {
                operation: calls.operation,
                region: calls.region.clone(),
                calls: wanted,
                quota,
                seconds: wanted.div_ceil(quota),
            })
        };
        Fleet { tasks, shares: self.calls.iter().filter_map(share).collect() }
    }
}

/// What many starts at once ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// How many.
    pub tasks: u32,
    /// Of each quota that they use.
    pub shares: Vec<Share>,
}

impl Fleet {
    /// Until the last of them has its secrets, at best: the quotas are used side by side.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.shares.iter().map(|share| share.seconds).max().unwrap_or(0)
    }
}

/// What a fleet asks of one quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What is called.
    pub operation: Operation,
    /// Where; none is the region of the SDK's chain.
    pub region: Option<String>,
    /// How often.
    pub calls: u64,
    /// How often a second that may be.
    pub quota: u64,
    /// How long it takes at least, in whole seconds.
    pub seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).expect("it is not zero");

    #[test]
    fn a_quota_is_that_of_an_operation_in_a_region() {
        let east = || Some("us-east-1".to_owned());
        let load = Load::new(
            [
                (Operation::GetSecretValue, None),
                (Operation::GetSecretValue, east()),
                (Operation::BatchGetSecretValue, east()),
                (Operation::GetSecretValue, east()),
            ],
            TWO,
        );
        assert_eq!(load.connections, 2);
        let fleet = load.of_fleet(5_001);
        let shares: Vec<_> = fleet.shares.iter().map(|share| (share.calls, share.seconds)).collect();
        assert_eq!(shares, [(5_001, 1), (10_002, 2), (5_001, 51)]);
        assert_eq!(fleet.seconds(), 51);
    }

    #[test]
    fn an_agent_and_nothing_at_all_use_no_quota() {
        let agent = Load::new([(Operation::Agent, None)], TWO);
        assert_eq!((agent.connections, agent.of_fleet(1_000_000).seconds()), (1, 0));
        assert_eq!(Load::new([], TWO).of_fleet(u32::MAX).seconds(), 0);
    }
}
