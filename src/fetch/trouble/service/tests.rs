use super::*;
use crate::{
    fetch::trouble::Place,
    manifest::reference::{SecretId, Version},
    plan::Request,
};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf";

struct Case {
    id: &'static str,
    version: (Option<&'static str>, Option<&'static str>),
    status: u16,
    code: Option<&'static str>,
    text: &'static str,
}

/// A request for a bare name, answered with HTTP 400.
fn case(code: &'static str, text: &'static str) -> Case {
    Case { id: "prod/db", version: (None, None), status: 400, code: Some(code), text }
}

fn read(case: &Case) -> Trouble {
    let version = Version { id: case.version.0.map(str::to_owned), stage: case.version.1.map(str::to_owned) };
    let request = Request {
        id: SecretId::parse(case.id).expect("an id"),
        version,
        region: None,
        login: crate::plan::Login::default(),
    };
    let answer = Answer { status: case.status, code: case.code, text: Some(case.text), ..Answer::default() };
    of_answer(&answer, Asked { request: &request, place: Place::Region("us-east-1") })
}

#[track_caller]
fn check(case: &Case, kind: FailureKind, message: &str, help: &str) {
    let failure = read(case).failure;
    assert_eq!(failure.kind, kind, "{}", failure.message);
    assert_eq!(failure.message, message);
    assert!(failure.help.as_deref().unwrap_or_default().contains(help), "{:?}", failure.help);
    assert!(!failure.message.ends_with('.') && !failure.message.contains("unhandled"));
}

#[test]
fn absence() {
    let gone = "Secrets Manager can't find the specified secret.";
    let found = case("ResourceNotFoundException", gone);
    check(&found, FailureKind::NotFound, "secret prod/db does not exist in us-east-1", "another account");
    assert_eq!(read(&found).failure.notes, [format!("the service says: {gone}")]);
    let arn = Case { id: ARN, ..case("ResourceNotFoundException", gone) };
    check(&arn, FailureKind::NotFound, &format!("secret {ARN} does not exist in us-east-1"), "six characters");

    let stage = "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS";
    check(
        &Case { version: (None, Some("AWSPREVIOUS")), ..case("ResourceNotFoundException", stage) },
        FailureKind::VersionNotFound,
        "secret prod/db in us-east-1 has no version with stage AWSPREVIOUS",
        "list-secret-version-ids --secret-id prod/db --region us-east-1",
    );
    check(
        &Case {
            version: (Some("v1"), None),
            ..case(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for VersionId: v1",
            )
        },
        FailureKind::VersionNotFound,
        "secret prod/db in us-east-1 has no version v1",
        "list-secret-version-ids",
    );
    check(
        &case(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        ),
        FailureKind::VersionNotFound,
        "secret prod/db in us-east-1 has no value yet",
        "put-secret-value",
    );
    check(
        &Case {
            version: (Some("v1"), Some("S")),
            ..case(
                "InvalidRequestException",
                "You provided a VersionStage that is not associated to the provided VersionId.",
            )
        },
        FailureKind::VersionNotFound,
        "secret prod/db in us-east-1 has no version v1 with stage S",
        "list-secret-version-ids",
    );
}

#[test]
fn deletion_and_bad_parameters() {
    for text in [
        "You can't perform this operation on the secret because it was marked for deletion.",
        "You tried to perform the operation on a secret that's currently marked deleted.",
    ] {
        check(
            &case("InvalidRequestException", text),
            FailureKind::PendingDeletion,
            "secret prod/db in us-east-1 is marked for deletion",
            "restore-secret --secret-id prod/db --region us-east-1",
        );
    }
    let refused = "secret prod/db in us-east-1 was refused (InvalidParameterException)";
    check(&case("InvalidParameterException", "Invalid name."), FailureKind::Refused, refused, "reference");
}

#[test]
fn denials_name_the_policy() {
    let user = "User: arn:aws:sts::111122223333:assumed-role/app/i-1 is not authorized to perform: \
                secretsmanager:GetSecretValue on resource: prod/db ";
    let may_be_absent = "secret prod/db is denied, or does not exist in us-east-1";
    let sure = "access to secret prod/db in us-east-1 is denied";
    for (why, message, help) in [
        ("because no identity-based policy allows the action", may_be_absent, "policy of arn:aws:sts::111122223333"),
        ("because no resource-based policy allows the action", sure, "get-resource-policy"),
        ("with an explicit deny in a resource-based policy", sure, "get-resource-policy"),
        ("with an explicit deny in a service control policy", sure, "organization"),
        ("because no permissions boundary allows the action", may_be_absent, "boundary of arn:"),
        ("because no session policy allows the action", may_be_absent, "session policy"),
        ("because no VPC endpoint policy allows the action", may_be_absent, "VPC endpoint"),
    ] {
        let text: &'static str = format!("{user}{why}").leak();
        let case = case("AccessDeniedException", text);
        check(&case, FailureKind::AccessDenied, message, help);
        assert_eq!(read(&case).failure.notes[0], "the caller: arn:aws:sts::111122223333:assumed-role/app/i-1");
    }
    let name =
        case("AccessDeniedException", "… not authorized to perform: secretsmanager:GetSecretValue on resource: kms:x");
    assert_eq!(read(&name).failure.kind, FailureKind::AccessDenied);
    let arn = Case { id: ARN, ..case("AccessDeniedException", "") };
    check(&arn, FailureKind::AccessDenied, &format!("access to secret {ARN} in us-east-1 is denied"), "secenv policy");
    for kms in [
        case("AccessDeniedException", "Access to KMS is not allowed"),
        case("AccessDeniedException", "User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:…"),
        case("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text"),
        case("InvalidRequestException", "KMS key arn:aws:kms:… is disabled"),
    ] {
        let message = "secret prod/db in us-east-1 cannot be decrypted: KMS does not let the caller use its key";
        check(&kms, FailureKind::Kms, message, "kms:Decrypt");
    }
}

#[test]
fn credentials_and_clock() {
    use FailureKind::{ExpiredCredentials, NoCredentials, Refused};
    for (code, text, kind, help) in [
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            ExpiredCredentials,
            "sso login",
        ),
        ("UnrecognizedClientException", "The security token … is invalid.", NoCredentials, "AWS_ACCESS_KEY_ID"),
        ("InvalidClientTokenId", "", NoCredentials, "AWS_ACCESS_KEY_ID"),
        ("InvalidSignatureException", "Signature expired: 20200101T000000Z is now earlier than …", Refused, "clock"),
        ("InvalidSignatureException", "Signature not yet current: …", Refused, "clock"),
        ("RequestTimeTooSkewed", "", Refused, "clock"),
        ("InvalidSignatureException", "The request signature we calculated …", NoCredentials, "AWS_SECRET_ACCESS_KEY"),
    ] {
        let failure = read(&case(code, text)).failure;
        assert_eq!((failure.kind, failure.subject), (kind, Subject::Source), "{code}");
        assert!(failure.help.unwrap().contains(help), "{code}");
    }
}

#[test]
fn what_may_pass() {
    let throttled = "secret prod/db in us-east-1 was still throttled";
    for code in ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"] {
        check(&case(code, "Rate exceeded"), FailureKind::Throttled, throttled, "--concurrency");
    }
    check(&Case { status: 429, code: None, ..case("", "") }, FailureKind::Throttled, throttled, "--concurrency");
    check(&Case { status: 429, ..case("NewCode", "") }, FailureKind::Throttled, throttled, "--concurrency");
    let fault = "secret prod/db in us-east-1 was still answered with HTTP 503";
    check(&Case { status: 503, code: None, ..case("", "") }, FailureKind::ServiceFault, fault, "later");
    let fault = "secret prod/db in us-east-1 was still answered with HTTP 500 InternalServiceError";
    check(&Case { status: 500, ..case("InternalServiceError", "") }, FailureKind::ServiceFault, fault, "later");
    let unreadable = "secret prod/db in us-east-1 was still answered with something that cannot be read";
    check(&Case { status: 200, code: None, ..case("", "") }, FailureKind::UnreadableAnswer, unreadable, "proxy");
    assert!(read(&case("ThrottlingException", "")).may_pass());
    assert!(!read(&case("AccessDeniedException", "")).may_pass());
}

#[test]
fn bodies_that_are_no_aws_json_are_read_by_status() {
    for (status, kind) in [
        (403, FailureKind::AccessDenied),
        (404, FailureKind::Refused),
        (407, FailureKind::Endpoint),
        (408, FailureKind::ServiceFault),
        (418, FailureKind::Refused),
        (302, FailureKind::Refused),
    ] {
        let failure = read(&Case { status, code: None, ..case("", "") }).failure;
        assert_eq!(failure.kind, kind, "{status}");
    }
    let unknown = "secret prod/db in us-east-1 was refused (BrandNewException)";
    check(&case("BrandNewException", "something new"), FailureKind::Refused, unknown, "");
}
