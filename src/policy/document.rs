//! A policy as IAM's JSON, its members in the order in which people write them. Pure.

use serde_core::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::Policy;

/// One statement that allows something.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) sid: &'static str,
    pub(super) actions: Vec<&'static str>,
    pub(super) resources: Vec<String>,
    /// All must hold; each by any of its patterns.
    pub(super) conditions: Vec<Condition>,
}

/// A condition key, and the patterns of which one must match.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) key: &'static str,
    pub(super) patterns: Vec<String>,
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut policy = serializer.serialize_struct("Policy", 2)?;
        policy.serialize_field("Version", "2012-10-17")?;
        policy.serialize_field("Statement", &self.statements)?;
        policy.end()
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut statement = serializer.serialize_struct("Statement", 5)?;
        statement.serialize_field("Sid", self.sid)?;
        statement.serialize_field("Effect", "Allow")?;
        statement.serialize_field("Action", &self.actions)?;
        statement.serialize_field("Resource", &self.resources)?;
        if !self.conditions.is_empty() {
            statement.serialize_field("Condition", &Operator(&self.conditions))?;
        }
        statement.end()
    }
}

/// `StringLike`, which takes patterns and plain texts.
struct Operator<'c>(&'c [Condition]);

impl Serialize for Operator<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut operator = serializer.serialize_map(Some(1))?;
        operator.serialize_entry("StringLike", &Conditions(self.0))?;
        operator.end()
    }
}

struct Conditions<'c>(&'c [Condition]);

impl Serialize for Conditions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|condition| (condition.key, &condition.patterns)))
    }
}
