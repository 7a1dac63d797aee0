use std::path::PathBuf;

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "what a source answers")]
fn text(value: &str) -> Outcome {
    Ok(super::text(value))
}

#[expect(clippy::unnecessary_wraps, reason = "what a source answers")]
fn binary(bytes: &[u8]) -> Outcome {
    Ok(fetched(Payload::Binary(SecretValue::new(bytes.to_vec()))))
}

#[test]
fn a_file_holds_the_bytes_and_the_variable_its_path() {
    let manifest = r#"[env]
CERT = { secret = "b", as = "file" }
KEY = { secret = "t", key = "k", as = "file", path = "/run/key" }
CONF = { template = "v = {{ V }}\n", as = "file" }
V = { value = "1\u0000", as = "file", path = "/run/v", export = false }
W = { secret = "none", as = "file", optional = true }
"#;
    let manifest = &manifest.replace("{{ V }}", "x\\u0000");
    let outcomes = [binary(&[0, 255, 10]), text(r#"{"k": "é\r\n"}"#), failed(FailureKind::NotFound, Subject::Secret)];
    let inherited = raw(&["KEY=old", "W=old"]);
    let environment = build(&plan(manifest, &inherited), &outcomes, &inherited).expect("an environment");
    let contents: Vec<(&str, &[u8])> =
        environment.files().iter().map(|file| (file.variable.as_str(), file.content.expose())).collect();
    let expected: [(&str, &[u8]); 4] =
        [("CERT", b"\0\xff\n"), ("KEY", "é\r\n".as_bytes()), ("CONF", b"v = x\0\n"), ("V", b"1\0")];
    assert_eq!(contents, expected);
    let paths = ["/proc/self/fd/100", "/run/key", "/proc/self/fd/101", "/run/v"].map(PathBuf::from);
    let entries: Vec<_> =
        environment.entries(&paths).map(|entry| String::from_utf8_lossy(&entry).into_owned()).collect();
    assert_eq!(entries, ["KEY=/run/key", "CERT=/proc/self/fd/100", "CONF=/proc/self/fd/101"]);
    assert!(environment.has_path_files());
    assert!(!format!("{:?}", environment.files()).contains("255"));
}

#[test]
fn files_in_memory_need_nobody_to_remove_them() {
    let manifest = "[env]\nA = { secret = \"s\", as = \"file\" }";
    assert!(!build(&plan(manifest, &[]), &[text("x")], &[]).expect("an environment").has_path_files());
}

#[test]
fn a_file_whose_variable_keeps_its_inherited_value_is_not_made() {
    let manifest = "[env]\nA = { secret = \"s\", as = \"file\", keep = true }";
    let inherited = raw(&["A=/mine"]);
    let environment = build(&plan(manifest, &inherited), &[], &inherited).expect("an environment");
    assert_eq!((environment.files().len(), environment.get("A")), (0, Some(&b"/mine"[..])));
}
