use super::*;
use crate::template::RenderError;

#[expect(clippy::unnecessary_wraps, reason = "what a source answers")]
fn text(value: &str) -> Outcome {
    Ok(super::text(value))
}

#[expect(clippy::unnecessary_wraps, reason = "what a source answers")]
fn binary(bytes: &[u8]) -> Outcome {
    Ok(fetched(Payload::Binary(SecretValue::new(bytes.to_vec()))))
}

#[test]
fn a_template_is_made_of_other_entries_in_any_order() {
    let manifest = r#"[env]
URL = { template = "{{ AUTH }}@{{ HOST }}/{{ key }}" }
AUTH = { template = "{{ USER | urlencode }}:{{ PASSWORD | urlencode }}", export = false }
USER = { value = "me@home" }
PASSWORD = { secret = "db", key = "password", export = false }
HOST = { value = "h", keep = true }
[[env_from]]
secret = "db"
keys = ["key"]
"#;
    let secret = text(r#"{"password": "a/b c", "key": "k"}"#);
    let expected = ["HOST=inherited", "key=k", "URL=me%40home:a%2Fb%20c@inherited/k", "USER=me@home"];
    assert_eq!(built(manifest, &[secret], &raw(&["HOST=inherited"])), expected);
}

#[test]
fn an_absent_input_fails_unless_the_template_has_a_default_for_it() {
    let manifest = r#"[env]
GONE = { secret = "none", optional = true }
WITH = { template = "[{{ GONE | default('d') }}]" }
WITHOUT = { template = "[{{ GONE }}]" }
"#;
    let outcomes = [failed(FailureKind::NotFound, Subject::Secret)];
    let absent = RenderError::Absent { inputs: vec!["GONE".into()] };
    assert_eq!(failures(manifest, &outcomes), [("WITHOUT".into(), Reason::Template(absent))]);
    let fine = manifest.replace("{{ GONE }}", "");
    assert_eq!(built(&fine, &outcomes, &[]), ["WITH=[d]", "WITHOUT=[]"]);
}

#[test]
fn a_template_whose_input_failed_is_told_with_it() {
    let manifest = r#"[env]
TWICE = { template = "{{ URL }}" }
URL = { template = "{{ A }}{{ B }}" }
A = "gone"
B = "none#b"
OTHER = { template = "{{ key | default('x') }}" }
[[env_from]]
secret = "denied"
keys = ["key"]
"#;
    let outcomes = [
        failed(FailureKind::NotFound, Subject::Secret),
        text("not json"),
        failed(FailureKind::AccessDenied, Subject::Secret),
    ];
    let told: Vec<String> = failures(manifest, &outcomes).into_iter().map(|(names, _)| names).collect();
    assert_eq!(told, ["A,URL,TWICE", "B", ""]);
}

#[test]
fn a_result_has_the_rules_of_any_value() {
    let manifest = r#"[env]
A = { secret = "s", export = false, as = "file", path = "/a" }
T = { template = 'x{{ "\u0000" }}' }
"#;
    assert_eq!(failures(manifest, &[text("a")]), [("T".to_owned(), Reason::Nul)]);
    let manifest = "[env]\nB = { secret = \"b\", export = false }\nT = { template = \"{{ B }}\" }";
    let bytes = binary(&[0, 255]);
    let told: Vec<String> = failures(manifest, &[bytes]).into_iter().map(|(names, _)| names).collect();
    assert_eq!(told, ["B,T"]);
}

#[test]
fn an_inherited_value_that_is_not_text_is_no_input() {
    let manifest = "[env]\nA = { value = \"x\", keep = true }\nT = { template = \"{{ A }}\" }";
    let inherited = vec![b"A=\xff".to_vec()];
    let refused = build(&plan(manifest, &inherited), &[], &inherited).expect_err("a failure");
    assert!(matches!(&refused[0].reason, Reason::Template(RenderError::Broken { what, .. }) if what.contains('A')));
}
