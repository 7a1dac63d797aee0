//! `[[env_from]]`: every key of a JSON secret, under a name that is possible, safe and nobody else's.

use crate::support::{
    fault::{Fault, GET, Secret},
    file_source::file_source,
    secenv,
    secenv::Start,
};

/// Twenty keys of every type.
fn settings() -> String {
    let plain = (0..12).map(|index| format!("\"key{index}\": \"value {index}\""));
    let odd = [
        r#""number": 1.10"#,
        r#""huge": 1e400"#,
        r#""yes": true"#,
        r#""nested": { "a" : [ 1, 2.50 ] }"#,
        r#""nothing": null"#,
        r#""empty": """#,
        r#""dash-ed": "p@:/?#%""#,
        r#""debug": "never""#,
    ];
    format!("{{{}}}", plain.chain(odd.map(str::to_owned)).collect::<Vec<_>>().join(", "))
}

fn with(manifest: &str, secrets: &[Secret]) -> Start {
    let manifest = format!("source = \"file:secrets.json\"\n{manifest}");
    secenv().manifest(&manifest).file("secrets.json", file_source(secrets)).args(["run"])
}

const MANIFEST: &str = r#"
[env]
APP_KEY3 = { value = "the entry wins" }
[[env_from]]
secret = "settings"
prefix = "APP_"
case = "upper"
exclude = ["debug"]
rename = { "dash-ed" = "Dashed" }
"#;

fn expected() -> Vec<(String, String)> {
    let plain = (0..12).map(|index| match index {
        3 => ("APP_KEY3".to_owned(), "the entry wins".to_owned()),
        _ => (format!("APP_KEY{index}"), format!("value {index}")),
    });
    let odd = [
        ("APP_NUMBER", "1.10"),
        ("APP_HUGE", "1e400"),
        ("APP_YES", "true"),
        ("APP_NESTED", r#"{"a":[1,2.50]}"#),
        ("APP_EMPTY", ""),
        ("Dashed", "p@:/?#%"),
    ];
    plain.chain(odd.map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
}

#[test]
fn twenty_keys_are_eighteen_variables_of_one_call() {
    let fault = Fault::serve(&[Secret::json("settings", &settings())]);
    let environment = secenv().aws(&fault).manifest(MANIFEST).args(["run"]).environment();
    let mut seen: Vec<(String, String)> = environment
        .pairs()
        .map(|(name, value)| (name.to_str().unwrap().to_owned(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| name.starts_with("APP_") || name == "Dashed")
        .collect();
    let mut expected = expected();
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    assert_eq!(fault.calls(GET), 1);
}

#[test]
fn flags_win_over_entries_and_keys_over_what_is_inherited() {
    let secrets = [Secret::json("settings", r#"{"A": "key", "B": "key", "C": "key", "D": null}"#)];
    let manifest = "[env]\nB = { value = \"entry\" }\n[[env_from]]\nsecret = \"settings\"";
    let start = with(manifest, &secrets).env("A", "inherited").env("D", "inherited").args(["--env", "C=flag"]);
    let environment = start.environment();
    assert_eq!(
        ["A", "B", "C", "D"].map(|name| environment.get(name).and_then(|value| value.to_str())),
        [Some("key"), Some("entry"), Some("flag"), None]
    );
}

#[test]
fn a_key_that_steers_or_that_is_no_name_is_refused_by_name() {
    let secrets = [Secret::json("settings", r#"{"LD_PRELOAD": "hunter2", "a-b": "hunter3", "ok": "hunter4"}"#)];
    let refused =
        with("[[env_from]]\nsecret = \"settings\"\nprefix = \"X_\"", &secrets).args(["--", "true"]).run().exits(125);
    let refused = refused.says("the key `a-b` of secret settings would be the variable `X_a-b`, which is no name");
    refused.says("rename = { \"a-b\" = \"X_A_B\" }").says("--> secenv.toml:3:10").hides("hunter").hides("LD_PRELOAD");
    let refused = with("[[env_from]]\nsecret = \"settings\"\nexclude = [\"a-b\"]", &secrets)
        .args(["--", "true"])
        .run()
        .exits(125);
    let refused = refused.says("the key `LD_PRELOAD` of secret settings would set `LD_PRELOAD`, which steers");
    refused.says("exclude = [\"LD_PRELOAD\"]").hides("hunter");
}

#[test]
fn two_secrets_with_one_name_are_refused_with_both_places() {
    let secrets = [Secret::json("one", r#"{"x": "hunter2"}"#), Secret::json("two", r#"{"x": "hunter3"}"#)];
    let manifest = "[[env_from]]\nsecret = \"one\"\n[[env_from]]\nsecret = \"two\"";
    let refused = with(manifest, &secrets).args(["--", "true"]).run().exits(125);
    let refused = refused.says("`x` is given twice: by the key `x` of one and by `x` of two");
    refused.says("--> secenv.toml:3:10, 5:10").says("rename = { \"x\" = ").hides("hunter");
}

#[test]
fn what_is_no_object_is_refused_by_its_place() {
    let secrets =
        [Secret::text("plain", "hunter2"), Secret::json("list", "[\"hunter2\"]"), Secret::binary("bytes", b"hunter2")];
    for (id, message) in [
        ("plain", "secret plain is not JSON, so it has no keys for [[env_from]]"),
        ("list", "secret list is an array in JSON"),
        ("bytes", "secret bytes is binary"),
        ("gone", "secret gone is not in secrets.json"),
    ] {
        let start = with(&format!("[[env_from]]\nsecret = \"{id}\""), &secrets).args(["--", "true"]);
        start.run().exits(125).says(message).says("secenv.toml:3:10").hides("hunter");
    }
    let optional = with("[[env_from]]\nsecret = \"gone\"\noptional = true", &secrets).args(["--", "true"]);
    optional.run().succeeds();
}

#[test]
fn a_rollback_is_for_these_secrets_too() {
    let versions = Secret::empty("settings")
        .version(&["AWSPREVIOUS"], crate::support::fault::secret::Value::Json(r#"{"a": "yesterday"}"#.into()))
        .version(&["AWSCURRENT"], crate::support::fault::secret::Value::Json(r#"{"a": "today"}"#.into()));
    let start =
        with("[[env_from]]\nsecret = \"settings\"", &[versions]).args(["--version-stage", "settings=AWSPREVIOUS"]);
    assert_eq!(start.environment().get("a").and_then(|value| value.to_str()), Some("yesterday"));
}
