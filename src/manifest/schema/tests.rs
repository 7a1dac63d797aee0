use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::manifest::{entry, env_from, layer, raw_reference};

fn fields(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let properties = schema.pointer(pointer).and_then(Value::as_object);
    properties.unwrap_or_else(|| panic!("{pointer} in {schema:#}")).keys().cloned().collect()
}

fn known<'f>(names: impl IntoIterator<Item = &'f str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_fields_that_the_reader_reads() {
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    let of = |name: &str| fields(&schema, &format!("/$defs/{name}/properties"));
    assert_eq!(fields(&schema, "/properties"), known(layer::base_fields()));
    assert_eq!(of("Target"), known(layer::target_fields()));
    assert_eq!(of("Aws"), known(layer::AWS));
    assert_eq!(of("Child"), known(layer::CHILD));
    assert_eq!(of("Fetch"), known(layer::FETCH));
    assert_eq!(of("Cache"), known(layer::CACHE));
    assert_eq!(of("Table"), known(entry::fields()));
    assert_eq!(of("EnvFrom"), known(raw_reference::FIELDS.into_iter().chain(env_from::FIELDS)));
}

#[test]
fn no_field_may_be_null_and_each_is_described() {
    let text = schema();
    assert!(!text.contains("null"), "{text}");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    for name in ["Table", "EnvFrom", "Aws", "Child", "Fetch", "Cache"] {
        for (field, about) in schema["$defs"][name]["properties"].as_object().expect("properties") {
            assert!(about["description"].is_string(), "{name}.{field}");
        }
    }
}
