use super::*;
use crate::manifest::reference::{SecretId, Version};
use crate::plan::Login;

fn request(id: &str, region: Option<&str>) -> Request {
    Request {
        id: SecretId::parse(id).expect("an id"),
        version: Version::default(),
        region: region.map(str::to_owned),
        login: Login::default(),
    }
}

fn scope(keys: Keys) -> Scope {
    Scope { account: Some("111122223333".into()), regions: vec![], keys, uses: vec![] }
}

fn read(requests: &[Request], scope: &Scope) -> Vec<String> {
    Policy::new(requests, scope).expect("regions").statements[0].resources.clone()
}

#[test]
fn what_aws_appends_is_six_characters_unless_the_arn_is_full() {
    let arn = |name: &str| format!("arn:aws-cn:secretsmanager:cn-north-1:444455556666:secret:{name}");
    for (id, resource) in [
        ("a".to_owned(), "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-??????".to_owned()),
        ("a-abcdef".into(), "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-abcdef-??????".into()),
        (
            "rds!cluster-1@x".into(),
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!cluster-1@x-??????".into(),
        ),
        (arn("a"), arn("a-??????")),
        (arn("prod/db-AbCdE"), arn("prod/db-AbCdE-??????")),
        (arn("a-AbC_eF"), arn("a-AbC_eF-??????")),
        (arn("prod/db-AbCdE1"), arn("prod/db-AbCdE1")),
    ] {
        let region = if id.starts_with("arn:") { "cn-north-1" } else { "eu-west-1" };
        assert_eq!(read(&[request(&id, Some(region))], &scope(Keys::Managed)), [resource], "{id}");
    }
}

#[test]
fn the_region_tells_the_partition() {
    for (region, partition) in [
        ("eu-west-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
    ] {
        let expected = format!("arn:{partition}:secretsmanager:{region}:111122223333:secret:a-??????");
        assert_eq!(read(&[request("a", Some(region))], &scope(Keys::Managed)), [expected]);
    }
}

#[test]
fn what_is_not_known_is_a_star_that_is_told() {
    let unknown = Scope { account: None, ..scope(Keys::Any) };
    let policy = Policy::new(&[request("a", None)], &unknown).expect("no region");
    assert_eq!(policy.statements[0].resources, ["arn:aws:secretsmanager:*:*:secret:a-??????"]);
    assert_eq!(policy.statements[1].resources, ["arn:aws:kms:*:*:key/*"]);
    assert_eq!(policy.wide, [Wide::Account, Wide::Region, Wide::Key]);
    let role_arn = Some("arn:aws-cn:iam::444455556666:role/app".to_owned());
    let in_china = Request { login: Login { role_arn, profile: None }, ..request("a", None) };
    assert_eq!(read(&[in_china], &unknown), ["arn:aws-cn:secretsmanager:*:444455556666:secret:a-??????"]);
    let arn = request("arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf", Some("eu-west-1"));
    assert_eq!(Policy::new(&[arn], &Scope { account: None, ..scope(Keys::Managed) }).expect("regions").wide, []);
}

#[test]
fn a_pattern_is_no_region() {
    for region in ["us-*", "us-east-?", "${aws:region}", "a:b", "us east"] {
        assert_eq!(Policy::new(&[request("a", Some(region))], &scope(Keys::Any)).err(), Some(region.to_owned()));
    }
}

#[test]
fn each_region_has_its_secret_its_key_and_its_service() {
    let keys = Keys::These(vec![Key::parse("mrk-1234").expect("an id")]);
    let two = Scope { regions: vec!["us-east-1".into(), "us-west-2".into()], ..scope(keys) };
    let policy = Policy::new(&[request("a", None), request("a", Some("us-east-1"))], &two).expect("regions");
    let [read, decrypt] = policy.statements.as_slice() else { panic!("{policy:?}") };
    assert_eq!(read.resources.len(), 2);
    let key = |region| format!("arn:aws:kms:{region}:111122223333:key/mrk-1234");
    assert_eq!(decrypt.resources, [key("us-east-1"), key("us-west-2")]);
    assert_eq!(decrypt.conditions[0].patterns, read.resources);
    let service = |region| format!("secretsmanager.{region}.amazonaws.com");
    assert_eq!(decrypt.conditions[1].patterns, [service("us-east-1"), service("us-west-2")]);
}

#[test]
fn a_key_is_an_arn_or_an_id() {
    let arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab";
    assert_eq!(Key::parse(arn), Ok(Key::Arn(arn.into())));
    assert_eq!(Key::parse("1234abcd-12ab"), Ok(Key::Id("1234abcd-12ab".into())));
    for text in ["alias/app", "arn:aws:kms:us-east-1:111122223333:alias/app"] {
        assert_eq!(Key::parse(text), Err(KeyError::Alias));
    }
    for text in ["", "*", "arn:aws:kms:us-east-1:111122223333:key/*", "arn:aws:s3:::x", "a b"] {
        assert_eq!(Key::parse(text), Err(KeyError::Unknown), "{text}");
    }
}
