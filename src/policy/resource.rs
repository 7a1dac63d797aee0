//! The ARN of a secret as a policy has it. Pure.

use std::fmt;

use super::Scope;
use crate::{manifest::reference::SecretId, plan::Request};

/// The parts of an ARN; those that are not known are `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) partition: String,
    pub(super) region: String,
    pub(super) account: String,
    name: String,
}

impl Resource {
    /// Of one request: a secret in each region in which it may be asked for.
    pub(super) fn of(request: &Request, scope: &Scope) -> Result<Vec<Self>, String> {
        if request.id.is_arn() {
            return Ok(vec![Self::of_arn(&request.id)]);
        }
        let regions = match &request.region {
            Some(region) => vec![region.clone()],
            None if scope.regions.is_empty() => vec!["*".to_owned()],
            None => scope.regions.clone(),
        };
        regions.into_iter().map(|region| Self::of_name(request, region, scope)).collect()
    }

    fn of_arn(id: &SecretId) -> Self {
        let part = |index| id.as_str().split(':').nth(index).unwrap_or_default().to_owned();
        let resource = id.resource();
        // What ends like this is a full ARN to AWS, too.
        let whole = resource.len() > 7 && {
            let (_, end) = resource.split_at(resource.len() - 7);
            end.starts_with('-') && end[1..].bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let name = if whole { resource.to_owned() } else { format!("{resource}-??????") };
        Self { partition: part(1), region: part(3), account: part(4), name }
    }

    /// A name is looked for in the account of who asks, which a role's ARN says.
    fn of_name(request: &Request, region: String, scope: &Scope) -> Result<Self, String> {
        if region != "*" && !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(region);
        }
        let of_role = |index| request.login.role_arn.as_ref()?.split(':').nth(index).map(str::to_owned);
        let account = of_role(4).filter(|account| is_account(account));
        Ok(Self {
            partition: match of_role(1) {
                Some(partition) if region == "*" && partition.starts_with("aws") => partition,
                _ => partition(&region).to_owned(),
            },
            region,
            account: account.or_else(|| scope.account.clone()).unwrap_or_else(|| "*".to_owned()),
            name: format!("{}-??????", request.id.as_str()),
        })
    }

    /// A key of the secret's account, in its region.
    pub(super) fn key(&self, id: &str) -> String {
        format!("arn:{}:kms:{}:{}:key/{id}", self.partition, self.region, self.account)
    }

    /// `kms:ViaService`. Other partitions than these two have other domains; the value is one that KMS sets.
    pub(super) fn service(&self) -> String {
        let domain = if matches!(self.partition.as_str(), "aws" | "aws-us-gov") { "amazonaws.com" } else { "*" };
        format!("secretsmanager.{}.{domain}", self.region)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, name } = self;
        write!(f, "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}")
    }
}

/// Whether the text is the id of an account: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// By the start of the region's name, as botocore's `partitions.json` has it.
fn partition(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("us-iso-", "aws-iso"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS.iter().find(|(start, _)| region.starts_with(start)).map_or("aws", |(_, partition)| partition)
}
