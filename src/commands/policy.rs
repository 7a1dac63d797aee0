//! `secenv policy`: manifest → plan → policy. Offline; edge only because it reads the manifest.

use super::{Resolution, Start};
use crate::{
    cli,
    error::Error,
    fetch::Batching,
    manifest::SourceName,
    plan::{Login, Request},
    policy::{Key, KeyError, Keys, MANAGED_LIMIT, Policy, Scope, Use, Wide, is_account},
};

/// The policy as JSON; what it does not know is said on stderr.
///
/// # Errors
/// All mistakes of the inputs, and inputs that need no permission.
pub fn policy(args: cli::Policy, start: &Start<'_>) -> Result<String, Error> {
    let keys = keys(&args.scope.kms_keys)?;
    let account = args.scope.account.as_deref().map(account).transpose()?;
    let Resolution { plan, settings } = Resolution::decide(args.resolve, start)?;
    if plan.requests.is_empty() {
        return Err(Error::usage("nothing comes from a secret, so no permission is needed", "look at the manifest"));
    }
    if let Some(SourceName::File(path)) = settings.sources.first() {
        let message = format!("the secrets come from the file {}, so no permission is needed", path.display());
        return Err(Error::usage(message, "choose a target that reads from AWS with --target, or give --source aws"));
    }
    let scope = Scope {
        account,
        uses: uses(&settings.sources, settings.limits.batching, args.scope.check),
        regions: settings.aws.regions,
        keys,
    };
    let policy = Policy::new(&plan.requests, &scope)
        .map_err(|region| Error::usage(format!("`{region}` is no region"), "write one such as us-east-1"))?;
    for wide in &policy.wide {
        start.log.note(narrow(*wide));
    }
    for line in askers(&plan.requests) {
        start.log.note(&line);
    }
    if settings.sources.iter().any(|source| matches!(source, SourceName::Agent(_))) {
        start.log.note("an agent asks with its own identity: this is for the agent's role, too");
    }
    if policy.size() > MANAGED_LIMIT {
        start.log.note(&format!(
            "these are {} characters, a managed policy takes {MANAGED_LIMIT} and a role's inline policies 10240: make one \
             policy a target, or leave kms:Decrypt out with --kms-key none",
            policy.size()
        ));
    }
    Ok(policy.text())
}

/// Whom the policy is for, where that is not who starts secenv; of several, what each of them reads.
fn askers(requests: &[Request]) -> Vec<String> {
    let mut logins: Vec<(&Login, Vec<&str>)> = Vec::new();
    for request in requests {
        match logins.iter_mut().find(|(login, _)| **login == request.login) {
            Some((_, ids)) => ids.push(request.id.as_str()),
            None => logins.push((&request.login, vec![request.id.as_str()])),
        }
    }
    let who = |login: &Login| match (&login.role_arn, &login.profile) {
        (Some(role), _) => format!("the role {role}"),
        (None, Some(profile)) => format!("the profile {profile}"),
        (None, None) => "who starts secenv".to_owned(),
    };
    let roles = logins.iter().filter(|(login, _)| login.role_arn.is_some());
    let mut lines: Vec<String> = roles
        .map(|(login, _)| {
            let starter =
                login.profile.as_ref().map_or("who starts secenv".to_owned(), |name| format!("the profile {name}"));
            format!("this is for {}; {starter} needs sts:AssumeRole on it", who(login))
        })
        .collect();
    if let [_, _, ..] = logins.as_slice() {
        let reads = |(login, ids): &(&Login, Vec<&str>)| {
            format!("{} reads {}: leave the others out of its policy", who(login), ids.join(", "))
        };
        lines.extend(logins.iter().map(reads));
    }
    lines
}

fn uses(sources: &[SourceName], batching: Batching, check: bool) -> Vec<Use> {
    let from = |wanted: fn(&SourceName) -> bool| sources.iter().any(wanted);
    let mut uses = Vec::new();
    if check || from(|source| matches!(source, SourceName::Agent(_))) {
        uses.push(Use::Describe);
    }
    if batching == Batching::Batch && from(|source| matches!(source, SourceName::Aws)) {
        uses.push(Use::Batch);
    }
    if check {
        uses.push(Use::List);
    }
    uses
}

fn narrow(wide: Wide) -> &'static str {
    match wide {
        Wide::Account => "the account is *: narrow it with --account ID",
        Wide::Region => "the region is *: narrow it with --region REGION, or [aws] region",
        Wide::Key => {
            "the key is *, for these secrets only: narrow it with --kms-key ARN, or --kms-key none if they have no key of \
             their own"
        }
    }
}

/// `1111-2222-3333` is how the console shows it.
fn account(text: &str) -> Result<String, Error> {
    let digits: String = text.split('-').collect();
    if is_account(&digits) {
        return Ok(digits);
    }
    Err(Error::usage("--account is not twelve digits", "write it as in 111122223333"))
}

fn keys(texts: &[String]) -> Result<Keys, Error> {
    match texts {
        [] => return Ok(Keys::Any),
        [only] if only == "none" || only == "aws/secretsmanager" || only == "alias/aws/secretsmanager" => {
            return Ok(Keys::Managed);
        }
        _ => {}
    }
    if texts.iter().any(|text| text == "none") {
        return Err(Error::usage("--kms-key none goes with no other key", "leave one of them out"));
    }
    let parsed = texts.iter().map(|text| {
        Key::parse(text).map_err(|error| match error {
            KeyError::Alias => Error::usage(
                format!("--kms-key {text} is an alias, which a policy cannot name"),
                format!("ask for its ARN: aws kms describe-key --key-id {text} --query KeyMetadata.Arn"),
            ),
            KeyError::Unknown => {
                Error::usage("--kms-key is neither the ARN nor the id of a key", "write its ARN, its id, or none")
            }
        })
    });
    parsed.collect::<Result<_, _>>().map(Keys::These)
}
