use proptest::prelude::*;

use super::*;

const SECRET: &str = r#" { "port" : 5432, "price": 1.10, "huge":1e400, "id": 12345678901234567890, "on": true, "none": null,
  "pass": "p@ss\"\u00e9\n", "a.b": "dots", "empty": "", "twice": "old", "twice": "new", "lone": "\ud800",
  "nested" : { "b" : [ 1 , 2.50, { "x y" : "a \" \\ \u0041" } ], "a/b" : { "m~n" : "deep" } } } "#;

fn get(text: &str, key: &str) -> Result<String, JsonError> {
    let key = JsonKey::parse(key).expect("a key");
    select(text.as_bytes(), &key).map(|value| String::from_utf8(value.expose().to_vec()).expect("UTF-8"))
}

#[test]
fn a_value_is_what_stands_there() {
    for (key, value) in [
        ("port", "5432"),
        ("price", "1.10"),
        ("huge", "1e400"),
        ("id", "12345678901234567890"),
        ("on", "true"),
        ("pass", "p@ss\"é\n"),
        ("a.b", "dots"),
        ("empty", ""),
        ("twice", "new"),
        ("nested", r#"{"b":[1,2.50,{"x y":"a \" \\ \u0041"}],"a/b":{"m~n":"deep"}}"#),
        ("/nested/b/1", "2.50"),
        ("/nested/b/2/x y", "a \" \\ A"),
        ("/nested/a~1b/m~0n", "deep"),
        ("/port", "5432"),
    ] {
        assert_eq!(get(SECRET, key).as_deref(), Ok(value), "{key}");
    }
    assert_eq!(get("[[1,2],[3]]", "/0").as_deref(), Ok("[1,2]"));
}

#[test]
fn null_and_missing_keys_are_told_from_wrong_types() {
    assert_eq!(get(SECRET, "none"), Err(JsonError::Null));
    assert_eq!(get(SECRET, "/none/x"), Err(JsonError::Null));
    assert!(matches!(get(SECRET, "nope"), Err(JsonError::NoSuchKey { keys, .. }) if keys.contains(&"port".to_owned())));
    assert_eq!(get(SECRET, "/nested/b/3"), Err(JsonError::NoSuchKey { at: "/nested/b".to_owned(), keys: vec![] }));
    let not_an_object = |at: &str, found| Err(JsonError::NotAnObject { at: at.into(), found });
    assert_eq!(get(SECRET, "/port/x"), not_an_object("/port", "a number"));
    assert_eq!(get(SECRET, "/nested/b/01"), not_an_object("/nested/b", "an array"));
    assert_eq!(get("[1]", "0"), not_an_object("", "an array"));
    assert_eq!(get("12345", "x"), not_an_object("", "a number"));
    assert_eq!(get("\"x\"", "x"), not_an_object("", "a string"));
    assert_eq!(get("null", "x"), Err(JsonError::Null));
    assert_eq!(get(SECRET, "lone"), Err(JsonError::NotUnicode));
}

#[test]
fn what_is_not_json_is_said_without_quoting_it() {
    for text in ["", "hunter2", "{\"a\":}", "{\"a\":1} x", "\u{feff}{\"a\":1}", "{\"a\":hunter2}"] {
        assert_eq!(get(text, "a"), Err(JsonError::NotJson), "{text}");
    }
}

proptest! {
    /// A slow reference: the whole text parsed by serde_json, for values whose spelling it keeps.
    #[test]
    fn strings_and_integers_agree_with_a_full_parse(
        members in proptest::collection::btree_map("[a-z/~.\"\\\\]{1,4}", prop_oneof![
            any::<String>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<bool>().prop_map(serde_json::Value::from),
            proptest::collection::vec(any::<String>(), 0..3).prop_map(serde_json::Value::from),
        ], 1..6),
    ) {
        let object = serde_json::Value::Object(members.clone().into_iter().collect());
        let pretty = serde_json::to_string_pretty(&object).expect("JSON");
        for (name, value) in members {
            let expected = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            prop_assert_eq!(get(&pretty, &pointer), Ok(expected.clone()));
            if !name.starts_with('/') {
                prop_assert_eq!(get(&pretty, &name), Ok(expected));
            }
        }
    }
}
