use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Reference {
    Reference::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn key(text: &str) -> JsonKey {
    JsonKey::Literal(text.to_owned())
}

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf";

#[test]
fn a_short_reference_is_id_then_key_to_the_end() {
    let reference = parsed("prod/db#pass.word#with?marks&more");
    assert_eq!(reference.id.as_str(), "prod/db");
    assert_eq!(reference.key, Some(key("pass.word#with?marks&more")));
    assert_eq!(parsed("prod/db").key, None);
    assert_eq!(parsed("rds!cluster-1a").id.as_str(), "rds!cluster-1a");
}

#[test]
fn a_query_gives_version_and_region() {
    let reference = parsed("prod/db?version_stage=AWSPREVIOUS&region=eu-west-1&version_id=a%26b#k");
    assert_eq!(reference.version, Version { stage: Some("AWSPREVIOUS".into()), id: Some("a&b".into()) });
    assert_eq!(reference.region.as_deref(), Some("eu-west-1"));
}

#[test]
fn a_key_with_a_leading_slash_is_a_pointer() {
    assert_eq!(parsed("prod/db#/replica/0/host").key, Some(JsonKey::Pointer("/replica/0/host".into())));
    assert!(Reference::parse("prod/db#/a~2").is_err());
}

#[test]
fn the_uri_form_is_the_short_form_or_an_arn_with_a_scheme() {
    assert_eq!(parsed("secretsmanager://prod/db#password"), parsed("prod/db#password"));
    assert_eq!(parsed(&format!("secretsmanager://{ARN}#password")), parsed(&format!("{ARN}#password")));
}

#[test]
fn an_arn_carries_its_region_and_may_be_partial_and_of_any_partition() {
    let reference = parsed(&format!("{ARN}?version_stage=AWSPENDING#password"));
    assert_eq!(reference.id.region(), Some("eu-west-1"));
    assert_eq!(reference.id.resource(), "prod/db-AbCdEf");
    assert_eq!(reference.key, Some(key("password")));
    assert_eq!(
        parsed("arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:x").id.region(),
        Some("us-gov-west-1")
    );
    assert!(Reference::parse(&format!("{ARN}?region=us-east-1")).is_err());
}

#[test]
fn an_ecs_value_from_is_taken_verbatim() {
    assert_eq!(parsed(&format!("{ARN}:password::")), parsed(&format!("{ARN}#password")));
    assert_eq!(parsed(&format!("{ARN}:::")), parsed(ARN));
    let reference = parsed(&format!("{ARN}:/odd#key?:AWSPREVIOUS:v1"));
    assert_eq!(reference.key, Some(key("/odd#key?")));
    assert_eq!(reference.version, Version { stage: Some("AWSPREVIOUS".into()), id: Some("v1".into()) });
    assert!(Reference::parse(&format!("{ARN}:password")).is_err());
}

#[test]
fn a_dynamic_reference_is_taken_verbatim() {
    let text = "{{resolve:secretsmanager:prod/db:SecretString:password:AWSCURRENT}}";
    let reference = parsed(text);
    assert_eq!((reference.id.as_str(), reference.key), ("prod/db", Some(key("password"))));
    assert_eq!(reference.version.stage.as_deref(), Some("AWSCURRENT"));
    assert_eq!(parsed("{{resolve:secretsmanager:prod/db}}"), parsed("prod/db"));
    assert_eq!(
        parsed(&format!("{{{{resolve:secretsmanager:{ARN}:SecretString:password}}}}")),
        parsed(&format!("{ARN}#password"))
    );
    assert!(Reference::parse("{{resolve:ssm:x}}").is_err());
    assert!(Reference::parse("{{resolve:secretsmanager:prod/db:SecretBinary}}").is_err());
}

#[test]
fn mistakes_are_refused_with_what_to_write() {
    for (text, message) in [
        ("", "the secret's name is empty"),
        ("#key", "the secret's name is empty"),
        ("prod/db#", "the key is empty"),
        ("prod db", "' ' cannot be in a secret's name"),
        ("postgres://u@h/db", "':' cannot be in a secret's name"),
        ("prod/db?stage=X", "unknown query parameter \"stage\""),
        ("prod/db?region=", "region has no value"),
        ("prod/db?region=a&region=b", "region is given twice"),
        ("prod/db?version_id=%4", "a % in version_id is not followed by two hex digits"),
        ("arn:aws:s3:::bucket", "the ARN has too few parts"),
        ("arn:aws:ssm:us-east-1:111122223333:parameter:x", "the ARN is not one of a secret"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:x", "the ARN's account is not twelve digits"),
        ("arn:aws:secretsmanager::111122223333:secret:x", "the ARN's region is not one"),
    ] {
        assert_eq!(Reference::parse(text).expect_err(text).to_string(), message, "{text}");
    }
}

#[test]
fn only_marked_values_of_env_files_are_references() {
    assert!(Reference::parse_marked("prod/db#password").is_none());
    assert!(Reference::parse_marked(ARN).is_none());
    assert!(Reference::parse_marked("secretsmanager://prod/db").is_some());
    assert!(Reference::parse_marked("{{resolve:secretsmanager:x}}").is_some());
    assert!(Reference::parse_inherited(ARN).is_some());
    assert!(Reference::parse_inherited("arn:aws:iam::111122223333:role/x").is_none());
}

fn id() -> impl Strategy<Value = String> {
    let name = "[A-Za-z0-9/_+=.@!-]{1,40}".prop_filter("an ARN has its own form", |name| !name.starts_with("arn:"));
    (name, any::<bool>()).prop_map(|(name, arn)| {
        if arn { format!("arn:aws-cn:secretsmanager:cn-north-1:012345678901:secret:{name}") } else { name }
    })
}

fn any_form() -> impl Strategy<Value = String> {
    let part = "[^:{}#?&%\u{0}]{0,8}";
    let word = "[A-Za-z0-9%&#_ é-]{1,8}";
    prop_oneof![
        (id(), proptest::option::of(any::<String>())).prop_map(|(id, key)| match key {
            Some(key) => format!("{id}#{key}"),
            None => id,
        }),
        (id(), word, word, "[a-z0-9-]{1,8}").prop_map(|(id, stage, version, region)| {
            let encoded = |text: String| text.replace('%', "%25").replace('&', "%26").replace('#', "%23");
            format!(
                "secretsmanager://{id}?version_stage={}&region={region}&version_id={}",
                encoded(stage),
                encoded(version)
            )
        }),
        (id(), part, part, part).prop_map(|(id, key, stage, version)| format!("{id}:{key}:{stage}:{version}")),
        (id(), part, part, part).prop_map(|(id, key, stage, version)| {
            format!("{{{{resolve:secretsmanager:{id}:SecretString:{key}:{stage}:{version}}}}}")
        }),
    ]
}

proptest! {
    #[test]
    fn displayed_and_parsed_again_it_is_the_same(text in any_form()) {
        if let Ok(reference) = Reference::parse(&text) {
            let shown = reference.to_string();
            prop_assert_eq!(Reference::parse(&shown), Ok(reference), "{}", shown);
        }
    }

    #[test]
    fn most_generated_forms_are_references(id in id(), key in "[^/].{0,10}") {
        let text = format!("{id}#{key}");
        let reference = Reference::parse(&text).expect("a reference");
        prop_assert_eq!(reference.key, Some(JsonKey::Literal(key)));
    }

    #[test]
    fn no_input_panics(text in any::<String>(), start in prop_oneof![Just(""), Just("arn:aws:secretsmanager:"), Just(ARN), Just("{{resolve:secretsmanager:"), Just(SCHEME)]) {
        let _ = Reference::parse(&format!("{start}{text}"));
        let _ = Reference::parse_inherited(&format!("{start}{text}"));
    }
}
