use super::*;

fn env_from(text: &str) -> Vec<EnvFrom> {
    manifest(text, None).env_from
}

#[test]
fn every_field_of_an_env_from_is_read() {
    let text = r#"
[vars]
env = "dev"
[[env_from]]
secret = "${env}/a"
prefix = "APP_"
exclude = ["debug"]
rename = { "a-b" = "A_B", host = "PG${env}" }
case = "upper"
optional = true
region = "eu-west-1"
version_stage = "AWSPREVIOUS"
[[env_from]]
secret = "b?version_id=v1"
keys = ["x", "${env}"]
"#;
    let [a, b] = env_from(text).try_into().expect("two");
    assert_eq!(a.reference.to_string(), "dev/a?version_stage=AWSPREVIOUS&region=eu-west-1");
    assert_eq!(a.at, Place::Line { file: "secenv.toml".into(), line: 5, column: Some(10) });
    assert_eq!(a.keys, Keys::AllBut(vec!["debug".into()]));
    assert_eq!((a.naming.case, a.presence), (Case::Upper, Presence::Optional));
    assert_eq!(["log.level", "a-b", "host"].map(|key| a.naming.name(key)), ["APP_LOG.LEVEL", "A_B", "PGdev"]);
    assert_eq!(b.keys, Keys::Only(vec!["x".into(), "dev".into()]));
    assert_eq!((b.naming, b.presence), (Naming::default(), Presence::Required));
    assert_eq!(b.reference.version.id.as_deref(), Some("v1"));
}

#[test]
fn a_targets_list_takes_the_place_of_the_bases() {
    let text = "[[env_from]]\nsecret = \"a\"\n[[env_from]]\nsecret = \"b\"\n[[target.prod.env_from]]\nsecret = \"c\"\n[target.none]\nenv_from = []\n[target.other]\n";
    let ids = |target| {
        let all = manifest(text, target).env_from;
        all.iter().map(|one| one.reference.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!([None, Some("prod"), Some("none"), Some("other")].map(ids), ["a b", "c", "", "a b"]);
}

#[test]
fn a_name_says_whether_it_can_be_one_and_what_else_it_could_be() {
    let naming = Naming { prefix: "APP_".into(), case: Case::Keep, renamed: vec![("PATH".into(), "LD_X".into())] };
    assert_eq!(naming.check("a"), Ok(()));
    assert_eq!(naming.check("1"), Ok(()));
    assert_eq!(naming.check("a-b"), Err(BadName::NotAName));
    assert_eq!(naming.check("é"), Err(BadName::NotAName));
    assert_eq!(naming.check("PATH"), Err(BadName::Steers));
    assert_eq!(naming.suggestion("a-b.c"), "APP_A_B_C");
    let bare = Naming::default();
    assert_eq!(bare.check("1a"), Err(BadName::NotAName));
    assert_eq!(bare.check(""), Err(BadName::NotAName));
    assert_eq!(bare.suggestion("1a"), "_1A");
    assert_eq!(bare.suggestion(""), "_");
    assert_eq!(Naming { prefix: "LD_".into(), ..Naming::default() }.check("PRELOAD"), Err(BadName::Steers));
    assert_eq!(Naming { case: Case::Upper, ..Naming::default() }.check("path"), Err(BadName::Steers));
}

#[test]
fn mistakes_of_an_env_from_are_told_each_at_its_place() {
    let text = r#"[[env_from]]
prefix = "A_"
[[env_from]]
secret = "a#key"
[[env_from]]
secret = "a"
prefix = "1-"
[[env_from]]
secret = "a"
prefx = "A"
keys = ["a", "a"]
[[env_from]]
secret = "a"
keys = ["a"]
exclude = ["b"]
[[env_from]]
secret = "a"
case = "lower"
[[env_from]]
secret = "a"
rename = { a = "B=C" }
[[env_from]]
secret = "a"
rename = { a = "LD_PRELOAD" }
[[env_from]]
secret = "a"
rename = { a = "X", b = "X" }
[[env_from]]
secret = "a"
keys = ["b"]
rename = { a = "X" }
[[env_from]]
secret = "a"
optional = "yes"
keys = "b"
[[env_from]]
secret = "a?version_stage=X"
version_stage = "Y"
"#;
    assert_eq!(
        mistakes(text),
        [
            "1: an [[env_from]] has no `secret`",
            "4: an [[env_from]] takes all top-level keys, so its secret names none",
            "7: no name of a variable can start with `1-`",
            "10: unknown field `prefx` in [[env_from]]",
            "15: `keys` and `exclude` exclude each other",
            "18: unknown case `lower`",
            "21: a variable's name has a `=` in it",
            "24: `LD_PRELOAD` from an [[env_from]]: it steers the loader or the launcher",
            "27: `a` and `b` are both renamed to `X`",
            "31: `a` is renamed, and is none of the keys that are taken",
            "34: `optional` must be true or false, not a string",
            "35: `keys` must be a list of strings, not a string",
            "38: `version_stage` is given in the reference and as a field",
        ]
    );
    assert_eq!(mistakes("[env_from]\nsecret = \"a\""), ["1: `env_from` must be a list of tables, not a table"]);
    assert_eq!(mistakes("env_from = [{ secret = \"a\", keys = [\"a\", \"a\"] }]"), ["1: the key `a` is there twice"]);
}
