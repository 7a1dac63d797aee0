//! Whether credentials can be sent: a line end in one of them makes the SDK panic, or AWS refuse a signature.
//! Pure.
//! Separate because all sources can give such ones, a Kubernetes secret made of a file with a line end first of all.

use aws_credential_types::{Credentials, credential_feature::AwsCredentialFeature};

use super::diagnosis::Origin;
use crate::fetch::{Failure, FailureKind, Subject, trouble::Trouble};

/// The parts of credentials: their variables, and what they are called elsewhere.
const PARTS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "the access key id"),
    ("AWS_SECRET_ACCESS_KEY", "the secret access key"),
    ("AWS_SESSION_TOKEN", "the session token"),
];

/// Looks at each part of them.
///
/// # Errors
/// `NoCredentials`, with the name of the part.
pub(super) fn check(credentials: &Credentials, origin: &Origin) -> Result<(), Failure> {
    let features = credentials.get_property::<Vec<AwsCredentialFeature>>();
    let inherited = features.is_some_and(|features| features.contains(&AwsCredentialFeature::CredentialsEnvVars));
    let texts =
        [credentials.access_key_id(), credentials.secret_access_key(), credentials.session_token().unwrap_or_default()];
    let odd = PARTS.into_iter().zip(texts).find_map(|(part, text)| Some((part, oddity(text)?)));
    let Some(((variable, part), oddity)) = odd else { return Ok(()) };
    let (named, help) = match origin {
        Origin::Base { profile: None, .. } if inherited => (
            variable.to_owned(),
            "set it without: a file, or a Kubernetes secret made of one, often has a line end (`echo -n` writes none)",
        ),
        Origin::Base { profile: Some(profile), .. } => {
            (format!("{part} of profile {profile}"), "correct that profile, or what gives it its credentials")
        }
        Origin::Base { profile: None, .. } => {
            (format!("{part} that the source of credentials gives"), "correct what that source gives")
        }
        Origin::Role(role) => (format!("{part} of role {role}"), "look at the endpoint that is taken for STS"),
    };
    Err(Trouble::new(FailureKind::NoCredentials, Subject::Source, format!("{named} {oddity}")).help(help).failure)
}

fn oddity(text: &str) -> Option<&'static str> {
    if text.trim() != text {
        Some("begins or ends with white space")
    } else if text.chars().any(char::is_control) {
        Some("has a control character in it")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_cannot_be_sent_is_named_and_not_shown() {
        let origin = || Origin::Base { profile: Some("dev".to_owned()), ambient: None, set: Vec::new() };
        let said = |id: &str, key: &str, token: Option<&str>| {
            let token = token.map(str::to_owned);
            check(&Credentials::new(id, key, token, None, "test"), &origin()).err().map(|failure| failure.message)
        };
        assert_eq!(said("AKIA", "a/b+c=", Some("x")), None);
        assert_eq!(said("AKIA", "b", None), None);
        for (id, key, token, message) in [
            ("AKIA\n", "b", None, "the access key id of profile dev begins or ends with white space"),
            ("AK\u{1}IA", "b", None, "the access key id of profile dev has a control character in it"),
            ("AKIA", "b ", None, "the secret access key of profile dev begins or ends with white space"),
            ("AKIA", "b", Some("t\r"), "the session token of profile dev begins or ends with white space"),
        ] {
            assert_eq!(said(id, key, token).as_deref(), Some(message));
        }
    }
}
