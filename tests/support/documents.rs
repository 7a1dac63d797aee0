//! JSON documents, held to their schema by an independent validator.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{bare, moto::python};

/// Reads each document that secenv printed, which must be one line and valid by the schema of that name in `docs/json`.
#[track_caller]
pub fn valid(schema: &str, printed: &[&[u8]]) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json").join(format!("{schema}.schema.json"));
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("a schema")).expect("JSON");
    let document = |bytes: &&[u8]| {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        serde_json::from_slice(bytes).expect("JSON")
    };
    let documents: Vec<Value> = printed.iter().map(document).collect();
    let script = "import json, sys, jsonschema\n\
        given = json.load(sys.stdin)\n\
        jsonschema.Draft202012Validator.check_schema(given['schema'])\n\
        validator = jsonschema.Draft202012Validator(given['schema'])\n\
        for document in given['documents']:\n    \
            for error in validator.iter_errors(document): print(error.json_path, error.message)";
    let given = json!({ "schema": schema, "documents": documents }).to_string();
    let output = bare(python().expect("python")).args(["-I", "-c", script]).stdin(given).run().succeeds();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    documents
}
