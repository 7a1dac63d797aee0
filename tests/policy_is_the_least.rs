//! `secenv policy` permits what `secenv run` does for the same manifest, and no secret less would do.

use serde_json::{Value, json};

use crate::support::{
    bare,
    fault::{Action, BATCH, Fault, GET, Secret},
    iam::{Asked, allows},
    moto::python,
    secenv,
};

const ACCOUNT: [&str; 2] = ["--account", "123456789012"];
const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

/// Each way in which a manifest names a secret.
fn secrets() -> Vec<Secret> {
    vec![
        Secret::json("prod/db", r#"{"user":"u","password":"p"}"#),
        Secret::text("ends-like-abcdef", "v"),
        Secret::text("rds!cluster-1_a+b=c.d@e", "v"),
        Secret::text("by/full-arn", "v"),
        Secret::text("by/partial-arn", "v"),
        Secret::json("settings", r#"{"A":"1","B":"2"}"#),
        Secret::text("elsewhere", "v").region("eu-west-1"),
        Secret::text("staged", "v"),
    ]
}

fn manifest(secrets: &[Secret]) -> String {
    format!(
        "[env]\nU = \"prod/db#user\"\nP = \"prod/db#password\"\nE = \"ends-like-abcdef\"\nR = \"rds!cluster-1_a+b=c.d@e\"\n\
         F = \"{}\"\nH = \"{}\"\nX = \"elsewhere?region=eu-west-1\"\nS = \"staged?version_stage=AWSCURRENT\"\n\
         L = {{ value = \"l\" }}\n[[env_from]]\nsecret = \"settings\"\n[aws]\nregion = \"us-east-1\"\n",
        secrets[3].arn(),
        secrets[4].partial_arn(),
    )
}

fn policy(manifest: &str, flags: &[&str]) -> Value {
    let output = secenv().manifest(manifest).args(["policy"]).args(flags).run().exits(0);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A server that refuses what the policy does not permit: each secret is encrypted with the key of its region.
fn enforcing(policy: &Value, secrets: &[Secret]) -> Fault {
    let server = Fault::serve(secrets);
    for secret in secrets {
        let (arn, region) = (secret.arn(), secret.region.as_str());
        let key = format!("arn:aws:kms:{region}:123456789012:key/{KEY}");
        let service = format!("secretsmanager.{region}.amazonaws.com");
        let context = [("kms:ViaService", service.as_str()), ("kms:EncryptionContext:SecretARN", arn.as_str())];
        let read = Asked { action: "secretsmanager:GetSecretValue", resource: &arn, context: &[] };
        let decrypt = Asked { action: "kms:Decrypt", resource: &key, context: &context };
        if !allows(policy, &read) {
            server.play(Action::AccessDenied("no".into()).forever().secret(&secret.name).region(region));
        }
        if !allows(policy, &decrypt) {
            server.play(Action::KmsDenied.forever().secret(&secret.name).region(region));
        }
    }
    let batch = Asked { action: "secretsmanager:BatchGetSecretValue", resource: "*", context: &[] };
    if !allows(policy, &batch) {
        server.play(Action::AccessDenied("no".into()).forever().operation(BATCH));
    }
    server
}

/// The same policy with one string less in a list.
fn without(policy: &Value, list: &str, index: usize) -> Value {
    let mut less = policy.clone();
    less.pointer_mut(list).unwrap().as_array_mut().unwrap().remove(index);
    less
}

#[test]
fn it_suffices_and_with_one_secret_less_it_does_not() {
    let secrets = secrets();
    let manifest = manifest(&secrets);
    let run = |policy: &Value| {
        let server = enforcing(policy, &secrets);
        secenv().aws(&server).manifest(&manifest).args(["run", "--", "true"]).run()
    };
    for keys in [&["--kms-key", KEY][..], &[]] {
        let policy = policy(&manifest, &[&ACCOUNT, keys].concat());
        run(&policy).exits(0);
        for (list, said) in [
            ("/Statement/0/Resource", "GetSecretValue"),
            ("/Statement/1/Condition/StringLike/kms:EncryptionContext:SecretARN", "kms:Decrypt"),
        ] {
            let patterns = policy.pointer(list).unwrap().as_array().unwrap().clone();
            assert_eq!(patterns.len(), secrets.len(), "{list}");
            for (index, pattern) in patterns.iter().enumerate() {
                let refused = run(&without(&policy, list, index)).exits(125).says(said).says("secenv: one problem");
                let name = pattern.as_str().unwrap().splitn(7, ':').nth(6).unwrap().trim_end_matches("-??????");
                refused.says(name);
            }
        }
        for list in ["/Statement/1/Resource", "/Statement/1/Condition/StringLike/kms:ViaService"] {
            run(&without(&policy, list, 0)).exits(125);
        }
    }
}

#[test]
fn a_batch_has_its_statement_only_where_it_is_used() {
    let secrets = secrets();
    let manifest = manifest(&secrets);
    let flags = [&ACCOUNT[..], &["--kms-key", KEY]].concat();
    let batched = |policy: &Value| {
        let server = enforcing(policy, &secrets);
        secenv().aws(&server).manifest(&manifest).args(["run", "--batch", "--", "true"]).run().exits(0);
        (server.calls(BATCH), server.calls(GET))
    };
    let single = policy(&manifest, &flags);
    let batch = policy(&manifest, &[&flags[..], &["--batch"]].concat());
    assert_eq!(batched(&batch).1, 1, "but for the staged one");
    assert!(batched(&single).1 > 1, "without the permission it falls back");
    assert_eq!(policy(&format!("{manifest}[fetch]\nbatch = true\n"), &flags), batch);
    assert_eq!(batch["Statement"].as_array().unwrap().len(), single["Statement"].as_array().unwrap().len() + 1);
}

#[test]
fn regions_roles_agents_and_checks_are_in_it() {
    let of = |manifest: &str, flags: &[&str]| policy(&format!("[env]\nA = \"a\"\n{manifest}"), flags);
    let resources = |policy: &Value| policy["Statement"][0]["Resource"].clone();
    let arn = |region: &str, account: &str| format!("arn:aws:secretsmanager:{region}:{account}:secret:a-??????");
    let fail_over = of("[fetch]\nregions = [\"us-east-1\", \"us-west-2\"]\n", &ACCOUNT);
    assert_eq!(resources(&fail_over), json!([arn("us-east-1", "123456789012"), arn("us-west-2", "123456789012")]));
    let of_role = of("[aws]\nrole_arn = \"arn:aws-cn:iam::444455556666:role/app\"\n", &[]);
    assert_eq!(resources(&of_role), json!(["arn:aws-cn:secretsmanager:*:444455556666:secret:a-??????"]));
    let flag = of("[aws]\nregion = \"eu-west-1\"\n", &["--region", "eu-west-3", "--account", "1234-5678-9012"]);
    assert_eq!(resources(&flag), json!([arn("eu-west-3", "123456789012")]));
    let target = of("[target.p.env]\nB = \"b\"\n", &["--target", "p", "--region", "r"]);
    assert_eq!(resources(&target).as_array().unwrap().len(), 2);
    let actions = |policy: &Value, index: usize| policy["Statement"][index]["Action"].clone();
    let (get, describe) = ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret");
    assert_eq!(actions(&of("", &[]), 0), json!([get]));
    assert_eq!(actions(&of("", &["--source", "agent", "--batch"]), 0), json!([get, describe]));
    let check = of("", &["--check", "--kms-key", "none"]);
    assert_eq!(actions(&check, 0), json!([get, describe]));
    assert_eq!(actions(&check, 1), json!(["secretsmanager:ListSecrets"]));
    assert_eq!(check["Statement"][1]["Resource"], json!(["*"]));
}

#[test]
fn what_is_wide_is_told_with_the_flag_that_narrows_it() {
    let told = |flags: &[&str]| secenv().manifest("[env]\nA = \"a\"").args(["policy"]).args(flags).run();
    told(&[]).exits(0).says("--account").says("--region").says("--kms-key");
    told(&["--account", "111122223333", "--region", "eu-west-1", "--kms-key", "none"]).succeeds();
    told(&["--account", "123"]).exits(125).says("--account is not twelve digits");
    told(&["--kms-key", "alias/app"]).exits(125).says("describe-key --key-id alias/app");
    told(&["--region", "us-*"]).exits(125).says("`us-*` is no region");
    told(&["--source", "file:x.json"]).exits(125).says("--source aws");
    secenv().manifest("[env]\nA = { value = \"a\" }").args(["policy"]).run().exits(125).says("no permission is needed");
    let role = "[env]\nA = \"a\"\n[aws]\nrole_arn = \"arn:aws:iam::111122223333:role/app\"";
    secenv().manifest(role).args(["policy"]).run().exits(0).says("sts:AssumeRole");
}

#[test]
fn a_policy_that_is_too_long_says_so() {
    use std::fmt::Write as _;
    let many = |count: usize| {
        let mut manifest = "[env]\n".to_owned();
        for index in 0..count {
            writeln!(manifest, "V{index} = \"some/rather/long/name/of/a/secret/{index}\"").unwrap();
        }
        let flags = ["policy", "--account", "111122223333", "--region", "us-east-1", "--kms-key", "none"];
        secenv().manifest(&manifest).args(flags).run().exits(0)
    };
    assert_eq!(many(50).stderr, "");
    many(70).says("a managed policy takes 6144");
}

/// Parliament knows the actions, resource types and condition keys of AWS, and finds what is none of them.
#[test]
fn an_independent_linter_finds_nothing_wrong() {
    let secrets = secrets();
    let manifest = manifest(&secrets);
    let in_china = "[env]\nA = \"a\"\n[aws]\nregion = \"cn-north-1\"\n";
    let mut policies = vec![
        policy(&manifest, &[]),
        policy(&manifest, &[&ACCOUNT[..], &["--kms-key", KEY, "--batch", "--check"]].concat()),
        policy("[env]\nA = \"a\"", &["--kms-key", "none"]),
        policy(in_china, &ACCOUNT),
    ];
    let mut wrong = policies[0].clone();
    wrong["Statement"][0]["Action"] = json!(["secretsmanager:GetSecret"]);
    policies.push(wrong);
    let script = "import json, sys, parliament\n\
        findings = lambda p: [f.issue for f in parliament.analyze_policy_string(json.dumps(p)).findings]\n\
        print(json.dumps([findings(p) for p in json.load(sys.stdin)]))";
    let output = bare(python().unwrap()).args(["-W", "ignore", "-I", "-c", script]).stdin(json!(policies).to_string());
    let found: Value = serde_json::from_slice(&output.run().exits(0).stdout).unwrap();
    assert_eq!(found, json!([[], [], [], [], ["UNKNOWN_ACTION"]]));
}

#[test]
fn several_askers_are_told_what_each_of_them_reads() {
    let manifest = "[env]\nA = \"a\"\nB = { secret = \"b\", role_arn = \"arn:aws:iam::444455556666:role/b\" }";
    let output = secenv().manifest(manifest).args(["policy", "--account", "111122223333"]).run().exits(0);
    let output = output.says("for the role arn:aws:iam::444455556666:role/b; who starts secenv needs sts:AssumeRole");
    let output = output.says("who starts secenv reads a: leave").says("role/b reads b: leave");
    let text = output.text();
    assert!(text.contains(":111122223333:secret:a-??????") && text.contains(":444455556666:secret:b-??????"), "{text}");
}
