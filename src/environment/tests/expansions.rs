use super::*;

#[expect(clippy::unnecessary_wraps, reason = "what a source answers")]
fn text(value: &str) -> Outcome {
    Ok(super::text(value))
}

#[expect(clippy::unnecessary_wraps, reason = "what a source answers")]
fn binary(bytes: &[u8]) -> Outcome {
    Ok(fetched(Payload::Binary(SecretValue::new(bytes.to_vec()))))
}

const SETTINGS: &str = r#"{"host": "h", "port": 5432, "debug": true, "list": [1, 2.50], "none": null, "a-b": "dash"}"#;

fn expansion_errors(manifest: &str, outcomes: &[Outcome]) -> Vec<ExpansionError> {
    let reasons = failures(manifest, outcomes).into_iter().map(|(_, reason)| reason);
    let error = |reason| match reason {
        Reason::Expansion { error, .. } => *error,
        other => panic!("{other:?}"),
    };
    reasons.map(error).collect()
}

#[test]
fn each_key_becomes_a_variable_as_a_single_key_would() {
    let manifest = r#"[[env_from]]
secret = "s"
prefix = "APP_"
case = "upper"
exclude = ["debug"]
rename = { "a-b" = "dashed" }
"#;
    let inherited = raw(&["APP_HOST=old", "APP_NONE=old", "X=1"]);
    let expected = ["APP_HOST=h", "X=1", "APP_PORT=5432", "APP_LIST=[1,2.50]", "dashed=dash"];
    assert_eq!(built(manifest, &[text(SETTINGS)], &inherited), expected);
}

#[test]
fn keys_choose_and_an_entry_wins() {
    let manifest = r#"[env]
host = { value = "mine" }
port = { secret = "s", key = "gone", optional = true }
hidden = { value = "x", export = false }
[[env_from]]
secret = "s"
keys = ["host", "port", "debug", "hidden"]
"#;
    let secret = text(r#"{"host": "h", "port": "p", "debug": "d", "hidden": "not for the child", "other": "o"}"#);
    assert_eq!(built(manifest, &[secret], &[]), ["debug=d", "host=mine"]);
}

#[test]
fn it_wins_over_what_is_inherited_even_if_that_is_a_reference() {
    let inherited = raw(&["host=secretsmanager://other"]);
    let manifest =
        manifest::read("[[env_from]]\nsecret = \"s\"", "secenv.toml", Path::new(""), &Selection::default(), &|_| {
            Err(String::new())
        });
    let inputs = Inputs {
        env_from: manifest.expect("a manifest").env_from,
        inherited: manifest::inherited_entries(&inherited, &manifest::Child::default()).expect("a reference"),
        ..Inputs::default()
    };
    let plan = Plan::new(inputs, &inherited).expect("a plan");
    let outcomes = [text("other"), text(r#"{"host": "h"}"#)];
    let environment = build(&plan, &outcomes, &inherited).expect("an environment");
    assert_eq!(environment.get("host"), Some(&b"h"[..]));
}

#[test]
fn names_that_cannot_be_and_names_that_steer_are_refused_by_key() {
    let secret =
        text(r#"{"a-b": "1", "LD_PRELOAD": "2", "": "3", "ok": "4", "nul-null": null, "PATH": null, "z": "a\u0000b"}"#);
    let errors = expansion_errors("[[env_from]]\nsecret = \"s\"", &[secret]);
    let told: Vec<_> = errors
        .iter()
        .map(|error| match error {
            ExpansionError::Name { key, bad, .. } => (key.as_str(), Some(*bad)),
            ExpansionError::Nul { key, .. } => (key.as_str(), None),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("a-b", Some(BadName::NotAName)),
        ("LD_PRELOAD", Some(BadName::Steers)),
        ("", Some(BadName::NotAName)),
        ("PATH", Some(BadName::Steers)),
        ("z", None),
    ];
    assert_eq!(told, expected);
    // Not even an entry of that name lets a secret's key decide it.
    let manifest = "[env]\nLD_PRELOAD = { value = \"/x.so\" }\n[[env_from]]\nsecret = \"s\"";
    assert_eq!(expansion_errors(manifest, &[text(r#"{"LD_PRELOAD": "2"}"#)]).len(), 1);
}

#[test]
fn a_name_that_is_given_twice_is_refused_unless_an_entry_wins() {
    let two = "[[env_from]]\nsecret = \"a\"\n[[env_from]]\nsecret = \"b\"\n";
    let secrets = || [text(r#"{"x": "1", "y": null}"#), text(r#"{"x": "2", "y": "3"}"#)];
    let errors = expansion_errors(two, &secrets());
    assert!(matches!(&errors[..], [ExpansionError::Clash { name, .. }] if name == "x"), "{errors:?}");
    let with_entry = format!("{two}[env]\nx = {{ value = \"0\" }}");
    let plan = plan(&with_entry, &[]);
    // The entry is in the plan first, its literal needs no request.
    let environment = build(&plan, &secrets(), &[]).expect("an environment");
    assert_eq!((environment.get("x"), environment.get("y")), (Some(&b"0"[..]), Some(&b"3"[..])));
    let cased = "[[env_from]]\nsecret = \"a\"\ncase = \"upper\"";
    assert_eq!(expansion_errors(cased, &[text(r#"{"k": "1", "K": "2"}"#)]).len(), 1);
    // As for a single key, the last of two equal keys counts.
    assert_eq!(built("[[env_from]]\nsecret = \"a\"", &[text(r#"{"k": "1", "k": "2"}"#)], &[]), ["k=2"]);
}

#[test]
fn a_key_that_is_named_has_to_be_there_unless_it_is_optional() {
    let secret = || text(SETTINGS);
    let manifest = |optional: &str| {
        format!(
            "[[env_from]]\nsecret = \"s\"\nkeys = [\"host\", \"nope\", \"none\"]\nrename = {{ nope = \"N\" }}\n{optional}"
        )
    };
    let errors = expansion_errors(&manifest(""), &[secret()]);
    let keys: Vec<&str> = errors
        .iter()
        .map(|error| match error {
            ExpansionError::Key { key, .. } => key.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, ["nope", "none"]);
    assert_eq!(built(&manifest("optional = true"), &[secret()], &[]), ["host=h"]);
    // So has one that is renamed, for somebody waits for its name.
    let renamed = "[[env_from]]\nsecret = \"s\"\nexclude = [\"a-b\"]\nrename = { hots = \"HOST\" }";
    assert_eq!(expansion_errors(renamed, &[secret()]).len(), 1);
}

#[test]
fn what_is_no_json_object_is_refused_even_if_it_is_optional() {
    let manifest = "[[env_from]]\nsecret = \"s\"\noptional = true";
    for (secret, expected) in [
        (text("plain"), ExpansionError::Json(json_key::JsonError::NotJson)),
        (text("[1]"), ExpansionError::Json(json_key::JsonError::NotAnObject { at: String::new(), found: "an array" })),
        (text("null"), ExpansionError::Json(json_key::JsonError::NotAnObject { at: String::new(), found: "null" })),
        (binary(&[0]), ExpansionError::Binary),
    ] {
        assert_eq!(expansion_errors(manifest, &[secret]), [expected]);
    }
    assert_eq!(built(manifest, &[failed(FailureKind::NotFound, Subject::Secret)], &[]), [""; 0]);
    assert_eq!(failures(manifest, &[failed(FailureKind::AccessDenied, Subject::Secret)]).len(), 1);
    let required = "[[env_from]]\nsecret = \"s\"\n[env]\nA = \"s#a\"";
    let refused = failures(required, &[failed(FailureKind::NotFound, Subject::Secret)]);
    assert_eq!(refused.into_iter().map(|(names, _)| names).collect::<Vec<_>>(), ["A"]);
}
