//! As whom a secret is asked for. Pure data.

/// A profile, and a role that is assumed with its credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Login {
    /// A profile of the AWS configuration: named here it beats credentials in the environment, unlike `AWS_PROFILE`. None
    /// is the SDK's chain.
    pub profile: Option<String>,
    /// The ARN of a role; none asks with the credentials that were found.
    pub role_arn: Option<String>,
}

impl Login {
    /// What it leaves open is as in `defaults`, each part for itself.
    #[must_use]
    pub fn or(self, defaults: &Self) -> Self {
        Self {
            profile: self.profile.or_else(|| defaults.profile.clone()),
            role_arn: self.role_arn.or_else(|| defaults.role_arn.clone()),
        }
    }
}
