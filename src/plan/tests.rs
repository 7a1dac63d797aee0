use std::path::Path;

use super::*;
use crate::manifest::{self, Selection, inherited_entries, marked_entry};

fn inputs(text: &str) -> Inputs {
    let manifest =
        manifest::read(text, "secenv.toml", Path::new(""), &Selection::default(), &|_| Err("no files here".into()))
            .unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    Inputs { manifest: manifest.entries, env_from: manifest.env_from, child: manifest.child, ..Inputs::default() }
}

fn env(assignments: &[&str]) -> Vec<Entry> {
    let entry = |assignment: &&str| {
        let (name, value) = assignment.split_once('=').expect("NAME=VALUE");
        marked_entry(name, value, Place::Argument(format!("--env {name}"))).expect("an entry")
    };
    assignments.iter().map(entry).collect()
}

fn raw(entries: &[&str]) -> Vec<Vec<u8>> {
    entries.iter().map(|entry| entry.as_bytes().to_vec()).collect()
}

/// `NAME=what`, a secret as its request's id and version.
fn shown(plan: &Plan) -> Vec<String> {
    let value = |binding: &Binding| match &binding.value {
        Value::Literal(text) => format!("{}={text}", binding.name),
        Value::Kept => format!("{} kept", binding.name),
        Value::Template(template) => format!("{} made of {}", binding.name, template.inputs().join(", ")),
        Value::Secret { request, key, .. } => {
            let request = &plan.requests[*request];
            let stage = request.version.stage.as_deref().map(|stage| format!("@{stage}")).unwrap_or_default();
            let key = key.as_ref().map(|key| format!("#{key}")).unwrap_or_default();
            format!("{} from {}{stage}{key}", binding.name, request.id)
        }
    };
    plan.bindings.iter().map(value).collect()
}

#[test]
fn one_secret_version_is_one_request_however_it_is_written() {
    let inputs = inputs(
        r#"[env]
A = "db#a"
B = { secret = "db", key = "b" }
C = "db?version_stage=AWSCURRENT#c"
D = "secretsmanager://db"
E = "{{resolve:secretsmanager:db:SecretString:e}}"
F = "db?version_stage=AWSPREVIOUS#a"
G = "db?region=eu-west-1#a"
H = "db?version_id=v1#a"
"#,
    );
    let plan = Plan::new(inputs, &[]).expect("a plan");
    assert_eq!(plan.requests.len(), 4);
    assert_eq!(plan.requests[0].version, Version::default());
}

#[test]
fn a_region_is_taken_from_the_arn_then_the_entry_then_the_default() {
    let arn = "arn:aws:secretsmanager:ap-south-1:111122223333:secret:x";
    let mut inputs = inputs(&format!("[env]\nA = \"{arn}\"\nB = \"x?region=eu-west-1\"\nC = \"x\""));
    inputs.region = Some("us-east-1".to_owned());
    let plan = Plan::new(inputs, &[]).expect("a plan");
    let regions: Vec<_> = plan.requests.iter().map(|request| request.region.as_deref()).collect();
    assert_eq!(regions, [Some("ap-south-1"), Some("eu-west-1"), Some("us-east-1")]);
}

#[test]
fn each_part_of_a_login_is_the_entrys_or_the_default_and_each_login_asks_for_itself() {
    let mut inputs = inputs(
        "[env]\nA = \"x\"\nB = { secret = \"x\", profile = \"p\" }\nC = { secret = \"x\", role_arn = \"r\" }\n\
         D = { secret = \"x\", profile = \"p\", role_arn = \"r\" }\nE = { secret = \"x\", profile = \"d\" }\n\
         [[env_from]]\nsecret = \"x\"\nrole_arn = \"r\"",
    );
    inputs.login = Login { profile: Some("d".to_owned()), role_arn: None };
    let plan = Plan::new(inputs, &[]).expect("a plan");
    let logins: Vec<_> = plan.requests.iter().map(|request| &request.login).collect();
    let login = |profile: &str, role_arn: Option<&str>| Login {
        profile: Some(profile.to_owned()),
        role_arn: role_arn.map(str::to_owned),
    };
    assert_eq!(logins, [&login("d", None), &login("p", None), &login("d", Some("r")), &login("p", Some("r"))]);
    assert_eq!(plan.expansions[0].request, 2);
}

#[test]
fn a_later_input_wins_and_an_overridden_secret_is_not_fetched() {
    let mut inputs = inputs("[env]\nA = \"one\"\nB = \"two\"\nC = { value = \"three\" }");
    inputs.overrides = env(&["A=literal", "D=secretsmanager://four#k", "D=secretsmanager://five"]);
    let plan = Plan::new(inputs, &[]).expect("a plan");
    assert_eq!(shown(&plan), ["A=literal", "B from two", "C=three", "D from five"]);
    assert_eq!(plan.requests.len(), 2);
}

#[test]
fn a_binding_tells_what_it_won_over() {
    let mut inputs = inputs(
        "[env]\nA = \"one\"\nB = \"two\"\nC = { value = \"three\", keep = true }\nN = { value = \"no\", export = false }\n\
         [[env_from]]\nsecret = \"s\"\nkeys = [\"B\", \"Z\"]\n[child]\nunset = [\"D\"]",
    );
    inputs.overrides = env(&["A=literal", "D=x", "A=again"]);
    let plan = Plan::new(inputs, &raw(&["A=", "B=1", "C=1", "D=1", "N=1", "AB=1"])).expect("a plan");
    let over = |name: &str| {
        let binding = plan.bindings.iter().find(|binding| binding.name == name).expect(name);
        binding.over.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(over("A"), ["the inherited variable A", "secenv.toml:2:1", "--env A"]);
    assert_eq!(over("B"), ["the inherited variable B", "secenv.toml:7:10"]);
    assert!(over("C").is_empty() && over("D").is_empty() && over("N").is_empty());
}

#[test]
fn keep_lets_a_non_empty_inherited_value_win_over_the_manifest_only() {
    let text = "[env]\nA = { secret = \"a\", keep = true }\nB = { value = \"b\", keep = true }\nC = { secret = \"c\", keep = true }\nD = { secret = \"d\", keep = true }";
    let mut inputs = inputs(text);
    inputs.overrides = env(&["D=flag"]);
    let plan = Plan::new(inputs, &raw(&["A=1", "B=", "D=1"])).expect("a plan");
    assert_eq!(shown(&plan), ["A kept", "B=b", "C from c", "D=flag"]);
    assert_eq!(plan.requests.len(), 1);
}

#[test]
fn inherited_references_are_resolved_only_when_asked_and_only_if_inherited() {
    let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:x-AbCdEf";
    let inherited = raw(&[
        "A=secretsmanager://a",
        &format!("B={arn}:k::"),
        "C=plain",
        "A=secretsmanager://again",
        "GONE=secretsmanager://gone",
        "K=secretsmanager://k",
        "NOEQUALS",
    ]);
    let text = "[env]\nK = { secret = \"x\", keep = true }\n[child]\nunset = [\"GONE\"]";
    let untouched = Plan::new(inputs(text), &inherited).expect("a plan");
    assert_eq!(shown(&untouched), ["K kept"]);
    let entries = inherited_entries(&inherited, &inputs(text).child).expect("references");
    let resolved = Plan::new(Inputs { inherited: entries, ..inputs(text) }, &inherited).expect("a plan");
    assert_eq!(shown(&resolved), ["A from a", &format!("B from {arn}#k"), "K from k"]);
}

#[test]
fn a_broken_or_steering_inherited_reference_is_an_error() {
    let inherited = raw(&["A=secretsmanager://a b", "LD_PRELOAD=secretsmanager://a"]);
    let errors = inherited_entries(&inherited, &Child::default()).expect_err("two errors");
    let places: Vec<String> = errors.iter().map(|error| error.at.to_string()).collect();
    assert_eq!(places, ["the inherited variable A", "the inherited variable LD_PRELOAD"]);
}

#[test]
fn a_stage_is_for_entries_without_a_version_and_one_for_a_secret_beats_one_for_all() {
    let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:c-AbCdEf";
    let text = format!(
        "[env]\nA = \"a\"\nB = \"b\"\nC = \"{arn}\"\nD = \"d?version_stage=AWSCURRENT\"\nE = \"a?version_id=v\"\nF = {{ value = \"x\" }}"
    );
    let stages = ["PREV", "b=AWSPENDING", "c=X"].map(|text| StageOverride::parse(text).expect("a stage"));
    let plan = Plan::new(Inputs { stages: stages.to_vec(), ..inputs(&text) }, &[]).expect("a plan");
    let expected = ["A from a@PREV", "B from b@AWSPENDING", &format!("C from {arn}@X"), "D from d", "E from a", "F=x"];
    assert_eq!(shown(&plan), expected);
}

#[test]
fn a_stage_for_a_secret_is_for_each_way_to_write_it() {
    let arn = |region: &str, resource: &str| format!("arn:aws:secretsmanager:{region}:111122223333:secret:{resource}");
    let (full, partial) = (arn("us-east-1", "c-AbCdEf"), arn("us-east-1", "c"));
    let text = format!(
        "[env]\nA = \"{full}\"\nB = \"{partial}\"\nC = \"c\"\nD = \"{}\"\nE = \"{}\"\nF = \"c?region=eu-west-1\"\nG = \"c-AbCdE\"",
        arn("eu-west-1", "c"),
        arn("us-east-1", "c-GhIjKl-AbCdEf"),
    );
    for (typed, names) in [(full.as_str(), "ABC"), (&partial, "ABC"), ("c", "ABCDF"), ("c-AbCdE", "G")] {
        let stages = vec![StageOverride::parse(&format!("{typed}=OLD")).expect("a stage")];
        let plan = Plan::new(Inputs { stages, ..inputs(&text) }, &[]).expect("a plan");
        let changed: String = shown(&plan).iter().filter(|line| line.contains("@OLD")).map(|line| &line[..1]).collect();
        assert_eq!(changed, names, "{typed}");
    }
}

#[test]
fn a_stage_for_no_entry_is_an_error() {
    let stages = vec![StageOverride::parse("prod/bd=AWSPREVIOUS").expect("a stage")];
    let errors = Plan::new(Inputs { stages, ..inputs("[env]\nA = \"prod/db\"") }, &[]).expect_err("an error");
    assert_eq!(errors[0].message, "no entry uses the secret prod/bd");
    assert_eq!(errors[0].help.as_deref(), Some("did you mean prod/db=AWSPREVIOUS?"));
    assert!(StageOverride::parse("a=").is_err());
    assert!(StageOverride::parse("a b=X").is_err());
}
