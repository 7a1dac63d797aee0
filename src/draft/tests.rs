use super::*;

use crate::manifest::{
    self, Manifest, Selection,
    dotenv::{self, Assignment},
    reference::JsonKey,
};

fn env(text: &str) -> Draft {
    let (assignments, errors) = dotenv::parse(text);
    assert_eq!(errors, []);
    env_file::draft(&[assignments], [("HOME", "/root"), ("OUTER_TOKEN", "inherited-value")].into_iter())
}

fn read(draft: &Draft) -> Manifest {
    let text = draft.manifest("a test");
    let read = manifest::read(&text, "f", "".as_ref(), &Selection::default(), &|_| Ok(String::new()));
    read.unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"))
}

fn literal(name: &str, value: &str) -> String {
    let draft =
        Draft { vars: vec![], entries: vec![Entry { name: name.into(), content: Content::Literal(value.into()) }] };
    let manifest = read(&draft);
    assert_eq!(manifest.entries[0].name, name);
    match &manifest.entries[0].content {
        manifest::Content::Literal(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn literals_come_back_as_they_are() {
    for value in ["", "a b", "\"'\\", "${x} $${x} $$${x} $", "é\u{7f}\u{1}\t\r\n", "\u{2028}", "#", "{{ x }}"] {
        assert_eq!(literal("A", value), value);
    }
    for name in ["a.b", "A-B", "ä", "x y", "A#B", "a\"b", "/x"] {
        assert_eq!(literal(name, "v"), "v");
    }
}

#[test]
fn a_copy_of_a_secret_is_a_secret() {
    let draft =
        env("DB_PASSWORD=hunter2x\nDSN_OF=x-${DB_PASSWORD}-y\nPLAIN=${DB_PASSWORD}\nFROM=inherited-value\nB=b\n");
    let wanted: Vec<&str> = draft.names(|content| matches!(content, Content::Wanted(_))).collect();
    assert_eq!(wanted, ["DB_PASSWORD", "DSN_OF", "PLAIN", "FROM"]);
    assert!(!draft.manifest("a test").contains("hunter2x"));
}

#[test]
fn names_that_steer_or_have_signs_are_still_read() {
    let mut draft = Draft::default();
    for name in ["HTTP_PROXY", "/a~b", "a.b", "x#y", "${x}_KEY"] {
        draft.add(name, Content::Wanted("v".to_owned().into()));
    }
    draft.add("https_proxy", Content::Reference("prod/proxy#url".into()));
    draft.add("A=B", Content::Literal(String::new()));
    let manifest = read(&draft);
    let keys: Vec<String> = manifest
        .entries
        .iter()
        .map(|entry| match &entry.content {
            manifest::Content::Secret(secret) => {
                format!("{} {}", secret.reference.id, secret.reference.key.clone().unwrap())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, ["TODO HTTP_PROXY", "TODO /~1a~0b", "TODO a.b", "TODO x#y", "TODO ${x}_KEY", "prod/proxy url"]);
    assert!(draft.manifest("x").contains("# A=B: left out, no environment can have this name\n"));
}

#[test]
fn keys_of_a_secret_become_names_without_their_values() {
    let reference = Reference::parse("prod/db?version_stage=AWSPREVIOUS").expect("a reference");
    let text =
        br#"{"username":"u1","masterPassword":"p1","a-b":1,"a_b":2,"LD_PRELOAD":"x","/odd":"y","":3,"9":{},"${x}":1}"#;
    let draft = secret::draft(&reference, secret::Holds::Text(text));
    let shown = draft.manifest("a test");
    for line in [
        "USERNAME = \"prod/db?version_stage=AWSPREVIOUS#username\"",
        "MASTER_PASSWORD = \"prod/db?version_stage=AWSPREVIOUS#masterPassword\"",
        "A_B = \"prod/db?version_stage=AWSPREVIOUS#a-b\"",
        "A_B_2 = \"prod/db?version_stage=AWSPREVIOUS#a_b\"",
        "# LD_PRELOAD: left out, it steers the loader or the launcher",
        "_ODD = \"{{resolve:secretsmanager:prod/db:SecretString:/odd:AWSPREVIOUS}}\"",
        "# _: left out, no reference can name this key",
        "_9 = \"prod/db?version_stage=AWSPREVIOUS#9\"",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    read(&draft);
    assert!(!shown.contains("p1"));
    let names = |holds, id| secret::draft(&Reference::parse(id).expect("a reference"), holds).entries[0].name.clone();
    assert_eq!(names(secret::Holds::Text(b"plain"), "prod/api-key"), "API_KEY");
    assert_eq!(names(secret::Holds::Text(b"[1]"), "prod/list"), "LIST");
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/key-store-AbCdEf";
    assert_eq!(names(secret::Holds::Binary, arn), "KEY_STORE");
}

const TASK: &str = r#"{"taskDefinition": {"containerDefinitions": [{"name": "web",
    "environment": [{"name": "PORT", "value": "80"}, {"name": "API_TOKEN", "value": "hunter2"}],
    "secrets": [
        {"name": "A", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf:key::"},
        {"name": "B", "valueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/b"},
        {"name": "C", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf:key:"},
        {"name": "D", "valueFrom": "plain-parameter"}]}, {"name": "log"}]}}"#;

#[test]
fn a_task_definition_gives_its_references_and_no_parameter_store() {
    let draft = task_definition::draft(TASK, Some("web")).expect("a container");
    let shown = draft.manifest("a test");
    assert!(shown.contains("A = \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf:key::\"\n"), "{shown}");
    assert!(shown.contains("# B: left out, it is a parameter of Systems Manager"), "{shown}");
    assert!(shown.contains("# D: left out, it is a parameter of Systems Manager"), "{shown}");
    assert!(shown.contains("# C: left out, it is a reference that secenv cannot read"), "{shown}");
    assert!(shown.contains("PORT = { value = \"80\" }") && !shown.contains("hunter2"), "{shown}");
    read(&draft);
    let told = |text, container| task_definition::draft(text, container).expect_err("it is refused");
    assert_eq!(told(TASK, None).1, "choose one with --container: web, log");
    assert_eq!(told(TASK, Some("wev")).1, "did you mean `web`?");
    for text in ["", "{", "[]", "{}", r#"{"containerDefinitions": []}"#, r#"{"containerDefinitions": "hunter2"}"#] {
        assert!(!told(text, None).0.contains("hunter2"));
    }
}

const TEMPLATE: &str = r#"
Resources:
  Fn:
    Environment:
      Variables:
        DB_PASSWORD: '{{resolve:secretsmanager:prod/db:SecretString:password}}'
        dbUser: "{{resolve:secretsmanager:prod/db:SecretString:username}}"
        URL: !Sub 'postgres://{{resolve:secretsmanager:prod/db:SecretString:host}}/{{resolve:secretsmanager:prod/db:SecretString:name}}'
  Task:
    Environment:
      - Name: API_KEY
        Value: '{{resolve:secretsmanager:prod/api}}'
      - {"Name": "OTHER", "Value": {"Fn::Sub": "{{resolve:secretsmanager:${Other}}}"}}
      - Name: LAST
        Value: !Sub "{{resolve:secretsmanager:arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:x:SecretString:k}}"
  Again:
    MasterUserPassword: '{{resolve:secretsmanager:prod/db:SecretString:password}}'
    Broken: '{{resolve:secretsmanager:prod/db:SecretBinary:x}}'
    Open: '{{resolve:secretsmanager:prod/db
"#;

#[test]
fn dynamic_references_of_a_template_are_found_in_its_text() {
    let draft = cloudformation::draft(TEMPLATE);
    let names: Vec<&str> = draft.names(|content| matches!(content, Content::Reference(_))).collect();
    assert_eq!(names, ["DB_PASSWORD", "DB_USER", "HOST", "NAME", "API_KEY", "OTHER", "LAST"]);
    assert_eq!(draft.names(|content| matches!(content, Content::Left(_))).collect::<Vec<_>>(), ["BROKEN"]);
    let vars: Vec<&str> = draft.vars.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(vars, ["Other", "AWS::Partition", "AWS::Region", "AWS::AccountId"]);
    assert_eq!(read(&draft).entries.len(), 7);
    let compact =
        r#"{"A":{"Fn::Sub":"{{resolve:secretsmanager:${X}:SecretString:k}}"},"B":"{{resolve:secretsmanager:y}}"}"#;
    let draft = cloudformation::draft(compact);
    assert_eq!(draft.entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(cloudformation::draft("{{resolve:ssm:x}}"), Draft::default());
}

proptest::proptest! {
    /// Whatever an env file has: the manifest is one, literals come back, and what looks like a secret is only where it may be.
    #[test]
    fn any_variables_give_a_manifest_and_a_file_source(
        pairs in proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_.]{0,12}(_KEY)?", proptest::prelude::any::<String>(), 1..8)
    ) {
        let line = |(name, value): (&String, &String)| Assignment { name: name.clone(), value: value.clone(), line: 1 };
        let draft = env_file::draft(&[pairs.iter().map(line).collect()], std::iter::empty());
        let manifest = read(&draft);
        let local = draft.local_secrets();
        let local: serde_json::Value = serde_json::from_slice(local.expose()).expect("JSON");
        for entry in &draft.entries {
            let found = manifest.entries.iter().find(|found| found.name == entry.name);
            match (&entry.content, found.map(|found| &found.content)) {
                (Content::Literal(_), Some(manifest::Content::Literal(text))) => assert_eq!(text, &pairs[&entry.name]),
                (Content::Wanted(_), Some(manifest::Content::Secret(secret))) => {
                    assert_eq!(secret.reference.key, Some(JsonKey::Literal(entry.name.clone())));
                    assert_eq!(local["local"][&entry.name], pairs[&entry.name]);
                }
                (Content::Reference(_), Some(manifest::Content::Secret(_))) | (Content::Left(_), None) => {}
                (content, found) => panic!("{content:?} {found:?}"),
            }
        }
    }
}
