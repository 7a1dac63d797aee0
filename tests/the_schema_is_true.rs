//! `secenv schema` says what the reader reads: an independent validator takes what secenv takes, and refuses most of what
//! it refuses.

use std::{fs, path::Path};

use ::secenv::manifest::{Selection, read};
use serde_json::json;

use crate::support::{bare, moto::python, secenv};

/// Each TOML text, validated by Python's `jsonschema`: none if it is valid, else the first message.
fn validate(texts: &[String]) -> Vec<Option<String>> {
    let schema = secenv().args(["schema"]).run().succeeds().text();
    let script = "import json, sys, tomllib, jsonschema\n\
        given = json.load(sys.stdin)\n\
        jsonschema.Draft202012Validator.check_schema(given['schema'])\n\
        validator = jsonschema.Draft202012Validator(given['schema'])\n\
        error = lambda text: next((e.message for e in validator.iter_errors(tomllib.loads(text))), None)\n\
        print(json.dumps([error(text) for text in given['texts']]))";
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let given = json!({ "schema": schema, "texts": texts }).to_string();
    let output = bare(python().unwrap()).args(["-I", "-c", script]).stdin(given).run().succeeds();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn secenv_takes(text: &str) -> bool {
    read(text, "secenv.toml", Path::new(""), &Selection::default(), &|_| Ok(String::new())).is_ok()
}

fn tomls(dir: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("mistakes") {
            tomls(&path, found);
        } else if path.file_name().is_some_and(|name| name == "secenv.toml") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

const TAKEN: [&str; 14] = [
    "",
    "source = \"aws\"\n[aws]\nregion = \"r\"\nrole_arn = \"a\"\nprofile = \"p\"",
    "source = [\"file:x\"]\n[vars]\na = \"\"\n[env]\nA = { secret = \"${a}x\", key = \"/k/0\", optional = true, keep = true }",
    "[env]\nA = { secret = \"x\", version_id = \"1\", version_stage = \"S\", region = \"r\", profile = \"p\", role_arn = \"a\", default = \"\", export = false }",
    "[env]\nPATH = { secret = \"x\", allow_unsafe_name = true, encoding = \"base64\" }\nB = { value = \"\", keep = false }",
    "[env]\nT = { template = \"{{ A }}\", as = \"file\" }\nA = \"x#y\"\nF = { template_file = \"f\", allow_unsafe_name = true }",
    "[env]\nF = { secret = \"x\", as = \"file\", path = \"/k\", mode = \"0440\", owner = \"a\", group = \"0\", mkdir = true, export = false }",
    "[[env_from]]\nsecret = \"s\"\nprefix = \"P_\"\nkeys = [\"a\"]\ncase = \"upper\"\noptional = true\nregion = \"r\"\nprofile = \"p\"\nrole_arn = \"a\"",
    "[[env_from]]\nsecret = \"s\"\nexclude = []\nrename = { \"a-b\" = \"A_B\" }\ncase = \"keep\"\nversion_stage = \"S\"",
    "[child]\ninherit = [\"PATH\", \"LC_*\"]\nunset = []\ndrop_aws_credentials = true",
    "[cache]\nttl = \"15m\"\nmax_stale = \"24h\"\n[target.p.cache]\nttl = \"500ms\"\n[target.q]\ncache = {}",
    "[child]\ninherit = false\n[fetch]\ndeadline = \"1m30s\"\nconcurrency = 1\nbatch = false",
    "[target.p]\nsource = \"aws\"\nvars = { a = \"b\" }\nenv = { A = false, B = \"x\", C = { value = \"v\" } }\nenv_from = []\nchild = { inherit = true }\nfetch = { deadline = \"500ms\" }",
    "[vars]\nm = \"0400\"\n[env]\nF = { secret = \"x\", as = \"file\", path = \"/k\", mode = \"${m}\" }\n[fetch]\ndeadline = \"${m}s\"",
];

/// Refused by both; what only secenv refuses (names, `${…}`, references, what a TOML parser refuses) is not here.
const REFUSED: [&str; 49] = [
    "colour = 1",
    "cache = true",
    "[cache]\nttl = 900",
    "[cache]\nttl = \"15 minutes\"",
    "[cache]\nstale = \"1h\"",
    "source = 1",
    "vars = 1",
    "[vars]\na = 1",
    "[aws]\nregion = 1",
    "[aws]\nregoin = \"x\"",
    "[aws]\nregion = \"\"",
    "[env]\n\"B=C\" = \"x\"",
    "[env]\n\"\" = \"x\"",
    "[env]\nA = 5432",
    "[env]\nA = false",
    "[env]\nA = [\"x\"]",
    "[env]\nA = \"\"",
    "[env]\nA = { secret = \"x\", stage = \"P\" }",
    "[env]\nA = { secret = 1 }",
    "[env]\nA = { value = \"v\", key = \"k\" }",
    "[env]\nA = { value = \"v\", allow_unsafe_name = true }",
    "[env]\nA = { value = \"v\", profile = \"p\" }",
    "[env]\nA = { secret = \"x\", role_arn = \"\" }",
    "[[env_from]]\nsecret = \"s\"\nprofil = \"p\"",
    "[env]\nA = { optional = true }",
    "[env]\nA = { secret = \"x\", value = \"y\" }",
    "[env]\nA = { template = \"x\", template_file = \"y\" }",
    "[env]\nA = { template = \"x\", default = \"y\" }",
    "[env]\nA = { secret = \"x\", version_stage = \"\" }",
    "[env]\nA = { secret = \"x\", encoding = \"b64\" }",
    "[env]\nA = { secret = \"x\", optional = \"yes\" }",
    "[env]\nA = { secret = \"x\", as = \"fiel\" }",
    "[env]\nA = { secret = \"x\", as = \"file\", encoding = \"hex\" }",
    "[env]\nA = { secret = \"x\", as = \"file\", export = false }",
    "[env]\nA = { secret = \"x\", path = \"/k\" }",
    "[env]\nA = { secret = \"x\", as = \"file\", mode = \"0400\" }",
    "[env]\nA = { secret = \"x\", as = \"file\", path = \"/k\", mode = \"0200\" }",
    "[env]\nA = { secret = \"x\", as = \"file\", path = \"/k\", mode = 400 }",
    "[env]\nA = { secret = \"x\", as = \"file\", path = \"/k/\" }",
    "[env_from]\nsecret = \"x\"",
    "[[env_from]]\nprefix = \"x\"",
    "[[env_from]]\nsecret = \"x#key\"",
    "[[env_from]]\nsecret = \"x\"\nkeys = [\"a\"]\nexclude = [\"b\"]",
    "[[env_from]]\nsecret = \"x\"\ncase = \"lower\"",
    "[[env_from]]\nsecret = \"x\"\nprefix = \"1-\"",
    "[child]\ninherit = \"PATH\"",
    "[fetch]\nconcurrency = 0",
    "[fetch]\ndeadline = \"soon\"",
    "[target.p]\nfetch = { dedline = \"1s\" }",
];

#[test]
fn an_independent_validator_takes_what_secenv_takes() {
    let mut texts: Vec<String> = TAKEN.map(str::to_owned).to_vec();
    tomls(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &mut texts);
    assert!(texts.len() > TAKEN.len());
    for (text, error) in texts.iter().zip(validate(&texts)) {
        assert_eq!(error, None, "{text}");
        assert!(secenv_takes(text), "{text}");
    }
}

#[test]
fn an_independent_validator_refuses_what_secenv_refuses() {
    let texts = REFUSED.map(str::to_owned);
    for (text, error) in texts.iter().zip(validate(&texts)) {
        assert!(error.is_some(), "the schema takes {text}");
        assert!(!secenv_takes(text), "secenv takes {text}");
    }
}

#[test]
fn the_schema_of_the_examples_is_the_one_that_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let printed = secenv().args(["schema"]).run().succeeds().text();
    let kept = fs::read_to_string(root.join("secenv.schema.json")).unwrap();
    assert!(kept == printed, "secenv schema >examples/secenv.schema.json");
    let mut texts = Vec::new();
    tomls(&root, &mut texts);
    for text in texts {
        assert_eq!(text.lines().next(), Some("#:schema ../secenv.schema.json"));
    }
}
