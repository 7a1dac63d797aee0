//! Settings of AWS that are empty, odd or of the AWS CLI's own: what can be meant is done, what cannot is told by its name.
//! Never is it an internal error.

use crate::support::{
    fault::{Fault, Secret},
    running::Output,
    secenv,
    secenv::Start,
};

const ROLE: &str = "[aws]\nrole_arn = \"arn:aws:iam::123456789012:role/app\"\n[env]\nS = \"s\"";

fn server() -> Fault {
    Fault::serve(&[Secret::text("s", "v")])
}

fn run(start: Start) -> Output {
    start.manifest("[env]\nS = \"s\"").args(["run", "--deadline", "5s", "--", "sh", "-c", "echo $S"]).run()
}

/// The settings of a profile beside which nothing but the region is set.
fn profile(config: &str) -> Start {
    let keys = "aws_access_key_id = AKIA\naws_secret_access_key = x\n";
    secenv().env("AWS_REGION", "us-east-1").file(".aws/config", format!("[default]\n{keys}{config}"))
}

#[test]
fn an_empty_variable_of_aws_is_none() {
    for name in [
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_ENDPOINT_URL_STS",
        "AWS_RETRY_MODE",
        "AWS_MAX_ATTEMPTS",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_USE_FIPS_ENDPOINT",
    ] {
        let server = server();
        assert_eq!(run(secenv().aws(&server).env(name, "")).succeeds().text(), "v\n", "{name}");
    }
    // Without that one AWS itself would be asked, through a proxy that is not there.
    let abroad = secenv().aws(&server()).env("AWS_ENDPOINT_URL", "").env("HTTPS_PROXY", "http://127.0.0.1:1");
    let abroad = abroad.manifest("[env]\nS = \"s\"").args(["run", "--deadline", "300ms", "--", "true"]);
    abroad.run().exits(124).says("secretsmanager.us-east-1.amazonaws.com");
}

#[test]
fn the_command_gets_the_empty_variables_all_the_same() {
    let environment = secenv().env("AWS_REGION", "").env("AWS_PROFILE", "").args(["run", "--env", "A=x"]).environment();
    assert_eq!(environment.get("AWS_REGION").expect("it is inherited"), "");
    assert_eq!(environment.get("AWS_PROFILE").expect("it is inherited"), "");
}

#[test]
fn an_endpoint_that_is_no_url_is_named() {
    for (name, text) in [("AWS_ENDPOINT_URL", "nonsense"), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "host.example:443")] {
        let odd = secenv().aws(&server()).env(name, text);
        run(odd).exits(125).says(&format!("{name} is no URL")).hides(text);
    }
    let sts = secenv().aws(&server()).env("AWS_ENDPOINT_URL_STS", "nonsense").manifest(ROLE);
    sts.args(["run", "--", "true"]).run().exits(125).says("AWS_ENDPOINT_URL_STS is no URL");
    let web = secenv().env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL_STS", "nonsense");
    let web = web.env("AWS_WEB_IDENTITY_TOKEN_FILE", "token").env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app");
    run(web.file("token", "x")).exits(125).says("AWS_ENDPOINT_URL_STS is no URL");
}

#[test]
fn an_endpoint_of_a_profile_that_is_no_url_is_named_with_its_file() {
    let services = |name: &str| format!("services = s\n[services s]\n{name} =\n  endpoint_url =\n");
    for config in ["endpoint_url =\n".to_owned(), "endpoint_url = nonsense\n".to_owned(), services("secrets_manager")] {
        run(profile(&config)).exits(125).says("endpoint_url of profile default in ~/.aws/config is no URL");
    }
    let role = "region = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/app\nsource_profile = keys\n";
    let keys = "[profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = x\n";
    let config = format!("[profile a]\n{role}{}{keys}", services("sts"));
    let start = secenv().file("config", config).env("AWS_CONFIG_FILE", "config").env("AWS_PROFILE", "a");
    run(start).exits(125).says("endpoint_url of profile a in config is no URL");
}

/// Retries are secenv's own.
#[test]
fn retry_modes_mean_nothing() {
    for mode in ["legacy", "standard", "adaptive", "zz"] {
        let server = server();
        assert_eq!(run(secenv().aws(&server).env("AWS_RETRY_MODE", mode)).succeeds().text(), "v\n", "{mode}");
    }
    for config in ["retry_mode = legacy\n", "max_attempts = 0\n", "max_attempts =\n", "max_attempts = x\n"] {
        let server = server();
        let start = profile(config).env("AWS_ENDPOINT_URL", secenv::Endpoint::url(&server));
        assert_eq!(run(start).succeeds().text(), "v\n", "{config}");
    }
}

#[test]
fn credentials_that_cannot_be_sent_are_named_and_not_shown() {
    for (name, text, oddity) in [
        ("AWS_ACCESS_KEY_ID", "AKIAHUNTER\n", "begins or ends with white space"),
        ("AWS_ACCESS_KEY_ID", "AKIA\u{1}HUNTER", "has a control character in it"),
        ("AWS_SECRET_ACCESS_KEY", "HUNTER\n", "begins or ends with white space"),
        ("AWS_SESSION_TOKEN", "HUN\u{1}TER", "has a control character in it"),
    ] {
        let server = server();
        let output = run(secenv().aws(&server).env(name, text)).exits(125);
        output.says(&format!("{name} {oddity}")).says("echo -n").hides("HUN");
        assert_eq!(server.record().connections, 0);
    }
    let process = "[profile p]\ncredential_process = cat answer\n";
    let answer = r#"{"Version":1,"AccessKeyId":"AKIA\n","SecretAccessKey":"x"}"#;
    let start = secenv().aws(&server()).file(".aws/config", process).file("answer", answer);
    let output = start.manifest("[env]\nS = \"s\"").args(["run", "--profile", "p", "--", "true"]).run().exits(125);
    output.says("the access key id of profile p begins or ends with white space");
}

#[test]
fn an_internal_error_is_told_to_machines_too() {
    let server = Fault::serve(&[Secret::text("s", "hunter2")]);
    let start = secenv().aws(&server).env("SECENV_REHEARSE_PANIC", "1");
    let start = start.manifest("[env]\nS = \"s\"").args(["run", "--error-format", "json", "--", "true"]);
    let output = start.run().exits(125).hides("hunter2");
    let error: serde_json::Value = serde_json::from_str(&output.stderr).expect("one line of JSON");
    assert_eq!((&error["exit_code"], &error["problems"][0]["kind"]), (&125.into(), &"internal".into()), "{error}");
}

#[test]
fn an_empty_region_is_none_and_the_next_setting_counts() {
    let server = Fault::serve(&[Secret::text("s", "v").region("us-west-2")]);
    let start = secenv().aws(&server).env("AWS_REGION", "").env("AWS_DEFAULT_REGION", "us-west-2");
    let output = start.manifest("[env]\nS = \"s\"").args(["run", "-v", "--", "true"]).run().exits(0);
    output.says("from aws in us-west-2");
    let nowhere = secenv().aws(&server).env("AWS_REGION", "").env("AWS_DEFAULT_REGION", "");
    run(nowhere).exits(125).says("no AWS region is configured");
}

#[test]
fn what_is_no_region_is_told_with_the_setting_that_it_is_from() {
    for (name, text) in [("AWS_REGION", "us-east-1 "), ("AWS_REGION", "bad region/"), ("AWS_DEFAULT_REGION", "é")] {
        let start = secenv().aws(&server()).env_remove("AWS_REGION").env(name, text);
        run(start).exits(125).says(&format!("S: `{text}` is no region")).says(&format!("it is from {name}"));
    }
    let keys = "aws_access_key_id = AKIA\naws_secret_access_key = x\nregion = bad region/\n";
    let start = secenv().file(".aws/config", format!("[default]\n{keys}"));
    run(start)
        .exits(125)
        .says("`bad region/` is no region")
        .says("it is from region of profile default in ~/.aws/config");
    let entry = "[env]\nS = { secret = \"s\", region = \"bad region/\" }\nT = \"s\"";
    let output = secenv().aws(&server()).manifest(entry).args(["run", "--", "true"]).run().exits(125);
    output.says("S: `bad region/` is no region").hides("T: ");
    for (flag, text) in [("--region", ""), ("--region", "bad region/"), ("--regions", "us-east-1,bad region/")] {
        let start = secenv().aws(&server()).manifest("[env]\nS = \"s\"").args(["run", flag, text, "--", "true"]);
        start.run().exits(125).says(flag).says("is no region");
    }
    for manifest in ["[aws]\nregion = \"\"\n[env]\nS = \"s\"", "[env]\nS = { secret = \"s\", region = \"\" }"] {
        let start = secenv().aws(&server()).manifest(manifest).args(["run", "--", "true"]);
        start.run().exits(125).says("secenv.toml:2:").says("empty");
    }
}
