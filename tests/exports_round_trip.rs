//! What `secenv export` writes is read back byte for byte by the program that it is for, and what that program cannot hold
//! is refused by name.
//!
//! The values are those of tests/engines/nasty.json, and random ones made of what is special to somebody. Docker and systemd
//! read them in tests/engines, where they run.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt},
    },
    path::Path,
};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::{
    bare,
    moto::python,
    secenv,
    secenv::{Environment, Start},
};

const NASTY: &str = include_str!("engines/nasty.json");

type Values = BTreeMap<String, Vec<u8>>;

fn nasty() -> Values {
    let nasty: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(NASTY).unwrap();
    nasty["nasty"].iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect()
}

/// Texts of up to twelve characters, each of which is special somewhere; the same ones in every run.
fn random() -> Values {
    const SPECIAL: [char; 24] = [
        '\'', '"', '\\', '$', '{', '}', '`', '\n', '\t', ' ', '#', '=', '!', 'n', 'A', ':', '-', '<', 'é', '\u{2028}',
        '\u{7f}', '(', '~', '\r',
    ];
    let mut state: u64 = 0x2545_f491_4f6c_dd1d;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut text = || (0..next(12)).map(|_| SPECIAL[next(SPECIAL.len())]).collect::<String>();
    (0..500).map(|number| (format!("R{number}"), text().into_bytes())).collect()
}

/// A start that exports these values, of which those that are not UTF-8 are inherited.
fn export(values: &Values, flags: &[&str]) -> Start {
    let text: BTreeMap<_, _> =
        values.iter().filter_map(|(name, value)| Some((name, std::str::from_utf8(value).ok()?))).collect();
    let kept = values.iter().filter(|(_, value)| std::str::from_utf8(value).is_err());
    let mut start = secenv().file("secrets.json", json!({ "nasty": text }).to_string());
    let mut manifest = "source = \"file:secrets.json\"\n[env]\n".to_owned();
    for (name, value) in kept {
        manifest.extend([name, " = { value = \"\", keep = true }\n"]);
        start = start.env(name, OsStr::from_bytes(value));
    }
    manifest += "[[env_from]]\nsecret = \"nasty\"\n";
    start.manifest(&manifest).args(["export", "-o", "out", "--error-format", "json"]).args(flags)
}

/// Exports what can be; gives the names that cannot.
#[track_caller]
fn round_trip(format: &str, mut values: Values, read: impl Fn(&Path) -> Values) -> Vec<String> {
    let flags: &[&str] = if format == "k8s" { &["--format", format, "--name", "n"] } else { &["--format", format] };
    let first = export(&values, flags).run();
    let mut refused = Vec::new();
    if first.code() != Some(0) {
        let report: Value = serde_json::from_str(&first.exits(125).stderr).unwrap();
        for problem in report["problems"].as_array().unwrap() {
            assert_eq!(problem["kind"], "format", "{problem}");
            refused
                .extend(problem["variables"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()));
        }
    }
    values.retain(|name, _| !refused.contains(name));
    let mut start = export(&values, flags);
    start.again().succeeds();
    let read = read(start.dir());
    for (name, value) in &values {
        let lossy = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let got = read.get(name).unwrap_or_else(|| panic!("{format}: {name} is not there"));
        assert_eq!(lossy(got), lossy(value), "{format}: {name}");
        assert_eq!(got, value, "{format}: {name}");
    }
    refused.sort();
    refused
}

/// The environment of a program that a shell starts after it has read the file.
fn shell(shell: &'static str) -> impl Fn(&Path) -> Values {
    move |dir| {
        let script = if shell == "fish" { "source out; exec env -0" } else { ". ./out; exec env -0" };
        let output = bare(shell).args(["-c", script]).current_dir(dir).run().succeeds();
        let environment = Environment::parse(&output.stdout);
        environment
            .pairs()
            .map(|(name, value)| (name.to_str().unwrap().to_owned(), value.as_bytes().to_vec()))
            .collect()
    }
}

/// A Python program that reads `out`, and prints JSON: name → base64.
fn in_python(dir: &Path, program: &str) -> Values {
    let script = format!(
        "import base64, json\n{program}\nprint(json.dumps({{k: base64.b64encode(v).decode() for k, v in read().items()}}))"
    );
    let output = bare(python().unwrap()).args(["-I", "-c", &script]).current_dir(dir).run().succeeds();
    let encoded: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
    encoded.into_iter().map(|(name, value)| (name, BASE64.decode(value.as_bytes()).unwrap())).collect()
}

fn python_dotenv(dir: &Path) -> Values {
    in_python(dir, "import dotenv\ndef read(): return {k: v.encode() for k, v in dotenv.dotenv_values('out').items()}")
}

fn dotenvy(dir: &Path) -> Values {
    let pairs = ::dotenvy::from_path_iter(dir.join("out")).unwrap().map(Result::unwrap);
    pairs.map(|(name, value)| (name, value.into_bytes())).collect()
}

/// What the runner does with `$GITHUB_ENV` ([workflow commands], "Multiline strings"): `NAME=VALUE`, or `NAME<<DELIMITER`
/// and all lines up to one that is the delimiter.
///
/// [workflow commands]: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
fn github(dir: &Path) -> Values {
    let text = fs::read_to_string(dir.join("out")).unwrap();
    let mut lines = text.strip_suffix('\n').unwrap().split('\n');
    let mut values = Values::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = match (line.find('='), line.find("<<")) {
            (equals, Some(at)) if equals.is_none_or(|equals| at < equals) => (&line[..at], &line[at + 2..]),
            _ => panic!("no heredoc: {line}"),
        };
        assert!(!name.is_empty() && !delimiter.is_empty());
        let mut value = Vec::new();
        loop {
            match lines.next().expect("the delimiter") {
                line if line == delimiter => break,
                line => value.push(line),
            }
        }
        values.insert(name.to_owned(), value.join("\n").into_bytes());
    }
    values
}

/// With bytes that are no UTF-8, where a variable can have them.
fn with_bytes() -> Values {
    nasty().into_iter().chain([("BYTES".to_owned(), b"\xff\xfe\x80'\n".to_vec())]).collect()
}

#[test]
fn the_shells_read_all_of_them() {
    for name in ["bash", "dash", "zsh"] {
        assert!(round_trip("shell", with_bytes(), shell(name)).is_empty());
        assert!(round_trip("shell", random(), shell(name)).is_empty());
    }
    assert!(round_trip("fish", with_bytes(), shell("fish")).is_empty());
    assert!(round_trip("fish", random(), shell("fish")).is_empty());
}

#[test]
fn both_dotenv_readers_agree_on_all_that_is_not_refused() {
    let refused = ["BYTES", "CR", "CRLF", "DOLLAR_BRACES", "DOLLAR_QUOTE", "TRAILING_BACKSLASH", "TRAILING_CR"]
        .map(str::to_owned);
    for read in [python_dotenv, dotenvy] {
        assert_eq!(round_trip("dotenv", with_bytes(), read), refused);
        let refused = round_trip("dotenv", random(), read);
        assert!(refused.len() < 350, "{}", refused.len());
    }
}

/// Each value that is refused for what its readers make of it is one that no quoting gets through both.
#[test]
fn a_dotenv_reader_reads_it_differently_where_it_is_refused() {
    for value in ["a\rb", "${HOME}", "it's $5", "'$HOME'", "\\\\$x"] {
        let single = format!("'{value}'");
        let double = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        let dollars = double.replace('$', "\\$");
        for quoted in [single.as_str(), &double, &dollars, value] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join("out"), format!("A={quoted}\n")).unwrap();
            let script = "import dotenv\n\
                def read(): return {k: (v or '').encode() for k, v in dotenv.dotenv_values('out', verbose=False).items() if k}";
            let theirs = bare(python().unwrap())
                .args(["-I", "-W", "ignore", "-c", &format!("import logging; logging.disable()\n{script}\nimport sys\nsys.stdout.buffer.write(read().get('A', b'?'))")])
                .current_dir(dir.path())
                .run();
            let ours = ::dotenvy::from_path_iter(dir.path().join("out")).unwrap().next();
            let both =
                theirs.stdout == value.as_bytes() && ours.is_some_and(|read| read.is_ok_and(|pair| pair.1 == value));
            assert!(!both, "{quoted}");
        }
    }
}

#[test]
fn json_and_a_secret_of_kubernetes_hold_all_of_them() {
    let json = |dir: &Path| {
        in_python(
            dir,
            "def read(): return {k: v.encode() for k, v in json.load(open('out', encoding='utf-8')).items()}",
        )
    };
    assert_eq!(round_trip("json", with_bytes(), json), ["BYTES"]);
    assert!(round_trip("json", random(), json).is_empty());
    let k8s = "import yaml\ndef read():\n    \
        secret = yaml.safe_load(open('out', encoding='utf-8'))\n    \
        assert (secret['apiVersion'], secret['kind'], secret['type']) == ('v1', 'Secret', 'Opaque')\n    \
        assert secret['metadata'] == {'name': 'n'} and set(secret) == {'apiVersion', 'kind', 'type', 'metadata', 'data'}\n    \
        return {k: base64.b64decode(v, validate=True) for k, v in secret['data'].items()}";
    assert!(round_trip("k8s", with_bytes(), |dir| in_python(dir, k8s)).is_empty());
    assert!(round_trip("k8s", random(), |dir| in_python(dir, k8s)).is_empty());
}

#[test]
fn names_that_yaml_would_take_for_something_else_stay_names() {
    let values: Values = ["null", "NO", "y", "1e3", "true", "a.b", "_"].map(|name| (name.into(), b"x".to_vec())).into();
    let manifest: Vec<_> = values.keys().map(|name| format!("\"{name}\" = {{ value = \"x\" }}\n")).collect();
    let manifest = manifest.concat();
    let mut start = secenv()
        .manifest(&format!("[env]\n{manifest}"))
        .args(["export", "--format", "k8s", "--name", "1", "-o", "out"]);
    start.again().succeeds();
    let program = "import yaml\ndef read():\n    \
        secret = yaml.safe_load(open('out'))\n    assert secret['metadata']['name'] == '1'\n    \
        return {k: base64.b64decode(v) for k, v in secret['data'].items()}";
    assert_eq!(in_python(start.dir(), program), values);
}

#[test]
fn github_reads_all_of_them() {
    assert_eq!(round_trip("github", with_bytes(), github), ["BYTES"]);
    assert!(round_trip("github", random(), github).is_empty());
}

#[test]
fn docker_and_systemd_refuse_what_they_cannot_hold() {
    let refused = |format| round_trip(format, with_bytes(), |_| nasty());
    let of_docker = [
        "BYTES",
        "CRLF",
        "ENDS_WITH_DELIMITER",
        "HEREDOC",
        "KEYS",
        "LONG",
        "NEWLINE",
        "ONLY_NEWLINES",
        "PEM",
        "TRAILING_CR",
        "TRAILING_NEWLINE",
    ];
    assert_eq!(refused("docker"), of_docker);
    assert_eq!(refused("systemd"), ["BYTES", "NONCHARACTER"]);
}

fn exported(manifest: &str, flags: &[&str]) -> Start {
    let secrets = r#"{"s":{"a":"A","b":"B"},"cert":"PEM","bin":{"$binary":"AP8="}}"#;
    secenv()
        .file("secrets.json", secrets)
        .manifest(&format!("source = \"file:secrets.json\"\n{manifest}"))
        .args(["export"])
        .args(flags)
}

#[test]
fn what_is_exported_is_what_run_sets_in_the_order_of_the_manifest() {
    let manifest = "[env]\nZ = \"s#a\"\nT = { template = \"{{ Z }}{{ H }}\" }\nH = { value = \"h\", export = false }\n\
        GONE = { secret = \"nothing\", optional = true }\nK = { secret = \"nothing\", keep = true }\n\
        B = { secret = \"bin\", encoding = \"hex\" }\nU = { value = \"u\" }\n[[env_from]]\nsecret = \"s\"\n\
        [child]\ninherit = [\"HOME\"]\nunset = [\"U\"]\n";
    let start =
        exported(manifest, &["--format", "json", "--env", "E=e", "--", "./no-such"]).env("K", "kept").env("U", "x");
    let output = start.env("GONE", "x").env("OTHER", "x").run().succeeds();
    let expected = "{\n  \"a\": \"A\",\n  \"b\": \"B\",\n  \"Z\": \"A\",\n  \"T\": \"Ah\",\n  \"K\": \"kept\",\n  \
        \"B\": \"00ff\",\n  \"U\": \"u\",\n  \"E\": \"e\"\n}\n";
    assert_eq!(output.text(), expected);
}

#[test]
fn every_refusal_is_in_one_report_and_nothing_is_written() {
    let manifest = "[env]\nM = { secret = \"cert\", as = \"file\" }\n\"a-b\" = { value = \"x\" }\nUID = { value = \"1\" }\n\
        F = { secret = \"cert\", as = \"file\", path = \"key.pem\" }\n";
    let mut start = exported(manifest, &["--format", "shell", "-o", "out"]);
    start
        .again()
        .exits(125)
        .says("M: it is a file in memory")
        .says("secenv.toml:3:1")
        .says("a-b: its name is none there")
        .says("UID: its name is one that bash, dash or zsh keeps for itself")
        .says("3 problems, nothing was written (exit 125)");
    assert!(!start.dir().join("out").exists() && !start.dir().join("key.pem").exists());
}

#[test]
fn a_file_with_a_path_is_written_and_stays() {
    let manifest = "[env]\nF = { secret = \"cert\", as = \"file\", path = \"key.pem\" }\n";
    let mut start = exported(manifest, &["--format", "json"]);
    let text = start.again().succeeds().text();
    let path = start.dir().canonicalize().unwrap().join("key.pem");
    assert_eq!(text, format!("{{\n  \"F\": \"{}\"\n}}\n", path.display()));
    assert_eq!(fs::read(&path).unwrap(), b"PEM");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o400);
    // If the output cannot be written, the file does not stay either.
    let mut failed = exported(manifest, &["--format", "json", "-o", "no/such/out"]);
    failed.again().exits(125).says("ENOENT");
    assert!(!failed.dir().join("key.pem").exists());
}

#[test]
fn the_output_file_is_private_and_failures_are_those_of_a_run() {
    let mut start = exported("[env]\nA = \"s#a\"\n", &["--format", "dotenv", "-o", "out"]).file("out", "old");
    assert_eq!(start.again().succeeds().stdout, b"");
    assert_eq!(fs::read(start.dir().join("out")).unwrap(), b"A='A'\n");
    assert_eq!(fs::metadata(start.dir().join("out")).unwrap().mode() & 0o7777, 0o600);
    let missing = exported("[env]\nA = \"no\"\nB = \"s#c\"\n", &["--format", "json"]).run().exits(125);
    assert!(missing.stdout.is_empty());
    missing.says("secenv.toml:3:1").says("secenv.toml:4:1").says("2 problems, nothing was written (exit 125)");
}

#[test]
fn the_name_of_a_secret_goes_with_k8s_only() {
    let run = |flags: &[&str]| exported("[env]\nA = { value = \"x\" }\n", flags).run();
    run(&["--format", "k8s"]).exits(125).says("--name <NAME>");
    run(&["--format", "k8s", "--name", "My_App"]).exits(125).says("cannot be the name of a Secret");
    run(&["--format", "json", "--name", "x"]).exits(125).says("--name goes with --format k8s");
    run(&[]).exits(125).says("--format <FORMAT>");
    run(&["--format", "jsn"]).exits(125).says("json");
}

#[test]
fn a_name_is_refused_by_who_would_change_it() {
    let cases = [
        ("fish", "status", "x"),
        ("fish", "PATH", "a::b"),
        ("shell", "SECONDS", "x"),
        ("github", "GITHUB_SHA", "x"),
        ("github", "node_options", "x"),
        ("github", "A<<B", "x"),
        ("systemd", "a.b", "x"),
        ("dotenv", "a.b", "x"),
        ("docker", "#A", "x"),
        ("docker", "A B", "x"),
        ("k8s", "A B", "x"),
        ("k8s", "..A", "x"),
    ];
    for (format, name, value) in cases {
        let manifest = format!("[env]\n\"{name}\" = {{ value = \"{value}\" }}\n");
        let flags: &[&str] = if format == "k8s" { &["--name", "n"] } else { &[] };
        exported(&manifest, &[&["--format", format], flags].concat()).run().exits(125).says(&format!("{name}: "));
        exported(&manifest.replace(name, "FINE"), &[&["--format", format], flags].concat()).run().succeeds();
    }
}
