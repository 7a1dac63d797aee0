//! The least that IAM has to permit for a plan, as an identity-based policy. Pure, from the plan alone.
//!
//! A secret's ARN ends in a hyphen and six characters that AWS chose, which only a full ARN says: for a name they are
//! `-??????`, as the [documentation] has it. No name of a secret can have a `*`, `?` or `$`, so none of it is a pattern.
//!
//! [documentation]: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html

use crate::plan::Request;

mod document;
mod key;
mod resource;

pub use key::{Key, KeyError};
pub use resource::is_account;

use document::{Condition, Statement};
use resource::Resource;

/// What the plan does not say.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Of secrets that are named, not by ARN, and asked for without a role: twelve digits; none for any.
    pub account: Option<String>,
    /// Of secrets that name no region: replicas in each of them.
    pub regions: Vec<String>,
    /// What the secrets are encrypted with.
    pub keys: Keys,
    /// What is done with them.
    pub uses: Vec<Use>,
}

/// What the secrets are encrypted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Nobody said: any key of their account, for these secrets only.
    Any,
    /// The key that AWS manages, which needs no permission.
    Managed,
    /// These.
    These(Vec<Key>),
}

/// What is done beside `GetSecretValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// `BatchGetSecretValue`.
    Batch,
    /// `DescribeSecret`, as the agent and `secenv check` do.
    Describe,
    /// `ListSecrets`, as `secenv check` does for the nearest names.
    List,
}

/// A policy, and where it is wider than it need be.
#[derive(Clone, Debug)]
pub struct Policy {
    statements: Vec<Statement>,
    /// What was not known.
    pub wide: Vec<Wide>,
}

/// What was not known, so that a `*` stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    /// The account of named secrets.
    Account,
    /// Their region.
    Region,
    /// The keys.
    Key,
}

/// The characters of a managed policy, white space not counted ([source]).
///
/// [source]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
pub const MANAGED_LIMIT: usize = 6144;

impl Policy {
    /// For these requests, of which there is at least one.
    ///
    /// # Errors
    /// A region that is none: it would be a pattern.
    pub fn new(requests: &[Request], scope: &Scope) -> Result<Self, String> {
        let mut secrets: Vec<Resource> = Vec::new();
        for request in requests {
            for secret in Resource::of(request, scope)? {
                if !secrets.contains(&secret) {
                    secrets.push(secret);
                }
            }
        }
        let arns: Vec<String> = secrets.iter().map(Resource::to_string).collect();
        let mut wide = Vec::new();
        wide.extend(secrets.iter().any(|secret| secret.account == "*").then_some(Wide::Account));
        wide.extend(secrets.iter().any(|secret| secret.region == "*").then_some(Wide::Region));
        wide.extend((scope.keys == Keys::Any).then_some(Wide::Key));
        let has = |wanted: Use| scope.uses.contains(&wanted);
        let describe = has(Use::Describe).then_some("secretsmanager:DescribeSecret");
        let read = Statement {
            sid: "ReadSecrets",
            actions: ["secretsmanager:GetSecretValue"].into_iter().chain(describe).collect(),
            resources: arns.clone(),
            conditions: vec![],
        };
        let everywhere =
            |sid, action| Statement { sid, actions: vec![action], resources: vec!["*".to_owned()], conditions: vec![] };
        let statements = [
            Some(read),
            decrypt(&secrets, arns, &scope.keys),
            has(Use::Batch).then(|| everywhere("BatchRequests", "secretsmanager:BatchGetSecretValue")),
            has(Use::List).then(|| everywhere("NamesOfSecrets", "secretsmanager:ListSecrets")),
        ];
        Ok(Self { statements: statements.into_iter().flatten().collect(), wide })
    }

    /// The characters that IAM counts.
    #[must_use]
    pub fn size(&self) -> usize {
        serde_json::to_string(self).map_or(0, |text| text.chars().count())
    }

    /// JSON for people and machines, with a line end.
    #[must_use]
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }
}

/// Only through Secrets Manager, and only for these secrets: their ARN is in the [context] of the encryption.
///
/// [context]: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
fn decrypt(secrets: &[Resource], arns: Vec<String>, keys: &Keys) -> Option<Statement> {
    let mut resources: Vec<String> = Vec::new();
    let mut services: Vec<String> = Vec::new();
    for secret in secrets {
        let keys = match keys {
            Keys::Managed => return None,
            Keys::Any => vec![secret.key("*")],
            Keys::These(keys) => keys.iter().map(|key| key.resource(secret)).collect(),
        };
        resources.extend(keys.into_iter().filter(|key| !resources.contains(key)).collect::<Vec<_>>());
        let service = secret.service();
        if !services.contains(&service) {
            services.push(service);
        }
    }
    Some(Statement {
        sid: "DecryptSecrets",
        actions: vec!["kms:Decrypt"],
        resources,
        conditions: vec![
            Condition { key: "kms:EncryptionContext:SecretARN", patterns: arns },
            Condition { key: "kms:ViaService", patterns: services },
        ],
    })
}

#[cfg(test)]
mod tests;
