//! `[child]`: which inherited variables the child gets. Pure.

use super::name;

/// `[child]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Child {
    /// Which inherited variables the child gets.
    pub inherit: Inherit,
    /// Names and globs of inherited variables that it does not get.
    pub unset: Vec<String>,
    /// Whether the inherited AWS credentials are taken from it.
    pub aws_credentials: AwsCredentials,
}

/// `[child] inherit`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Inherit {
    /// All of them.
    #[default]
    All,
    /// None.
    None,
    /// Those that a name or glob covers.
    Only(Vec<String>),
}

/// `[child] drop_aws_credentials`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AwsCredentials {
    /// Inherited as other variables are.
    #[default]
    Kept,
    /// Removed from the child.
    Dropped,
}

/// What the SDKs and the AWS CLI take credentials from; the region is none of them.
const AWS_CREDENTIAL_NAMES: [&str; 14] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

impl Child {
    /// Whether the child gets an inherited variable; one without a name (an entry without `=`) only with all others.
    #[must_use]
    pub fn inherits(&self, variable: Option<&[u8]>) -> bool {
        let Some(variable) = variable else { return self.inherit == Inherit::All };
        let covered = |names: &[String]| names.iter().any(|glob| name::matches(glob, variable));
        let inherited = match &self.inherit {
            Inherit::All => true,
            Inherit::None => false,
            Inherit::Only(names) => covered(names),
        };
        let dropped = self.aws_credentials == AwsCredentials::Dropped
            && AWS_CREDENTIAL_NAMES.iter().any(|name| name.as_bytes() == variable);
        inherited && !dropped && !covered(&self.unset)
    }
}
