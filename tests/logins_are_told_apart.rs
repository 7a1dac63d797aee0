//! `profile` and `role_arn` of entries: each login's credentials are loaded once, asks for its own secrets, and answers
//! for its own failures.

use std::{collections::BTreeSet, fs};

use serde_json::json;

use crate::support::{
    fault::{Action, BATCH, Fault, GET, IDENTITY, Secret, secret::numbered},
    laptop::Laptop,
    moto::moto,
    secenv,
    secenv::{ACCESS_KEY, Start},
};

const ONE: &str = "arn:aws:iam::123456789012:role/one";
const TWO: &str = "arn:aws:iam::123456789012:role/two";

fn server() -> Fault {
    Fault::serve(&numbered("s", "v", 5))
}

/// Profiles whose credentials are in a file; HOME is the directory of the start.
fn profiles(start: Start) -> Start {
    let keys = |name| format!("[{name}]\naws_access_key_id = KEYOF{name}\naws_secret_access_key = x\n");
    start.file(".aws/credentials", ["one", "two"].map(keys).concat())
}

/// Whose key asked for which secret.
fn askers(server: &Fault) -> BTreeSet<(String, String)> {
    let of_secrets = server.seen().into_iter().filter(|seen| seen.service == "secretsmanager");
    of_secrets.flat_map(|seen| seen.ids.into_iter().map(move |id| (id, seen.access_key.clone()))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    expected.iter().map(|(id, key)| ((*id).to_owned(), (*key).to_owned())).collect()
}

#[test]
fn an_entry_is_asked_for_with_its_own_profile() {
    let server = server();
    let manifest = "[env]\nA = \"s/0\"\nB = { secret = \"s/1\", profile = \"one\" }\nC = { secret = \"s/2\", profile = \"${p}\" }\n\
        D = { secret = \"s/0\", profile = \"one\" }\n[vars]\np = \"two\"";
    let environment = profiles(secenv().aws(&server)).manifest(manifest).args(["run"]).environment();
    assert_eq!(environment.get("A"), environment.get("D"));
    let expected = [("s/0", ACCESS_KEY), ("s/0", "KEYOFone"), ("s/1", "KEYOFone"), ("s/2", "KEYOFtwo")];
    assert_eq!((askers(&server), server.calls(GET)), (pairs(&expected), 4));
}

#[test]
fn an_entrys_profile_beats_the_flag_and_the_flag_beats_the_defaults() {
    let manifest = "[aws]\nprofile = \"two\"\n[env]\nA = \"s/0\"\nB = { secret = \"s/1\", profile = \"two\" }";
    let asked = |flags: &[&str]| {
        let server = server();
        profiles(secenv().aws(&server)).manifest(manifest).args([&["run"], flags].concat()).environment();
        askers(&server)
    };
    assert_eq!(asked(&[]), pairs(&[("s/0", "KEYOFtwo"), ("s/1", "KEYOFtwo")]));
    assert_eq!(asked(&["--profile", "one"]), pairs(&[("s/0", "KEYOFone"), ("s/1", "KEYOFtwo")]));
}

/// A profile's settings are its entries' too, its region among them.
#[test]
fn a_whole_secret_is_asked_for_with_its_own_profile_in_that_ones_region() {
    let server = Fault::serve(&[Secret::json("all", "{\"K\": \"v\"}").region("eu-west-1"), Secret::text("s", "v")]);
    let manifest = "[env]\nS = \"s\"\n[[env_from]]\nsecret = \"all\"\nprofile = \"far\"";
    let start = secenv().aws(&server).env_remove("AWS_REGION").file(
        ".aws/config",
        "[default]\nregion = us-east-1\n[profile far]\nregion = eu-west-1\naws_access_key_id = FAR\naws_secret_access_key = x\n",
    );
    let environment = start.manifest(manifest).args(["run"]).environment();
    assert_eq!(environment.get("K"), environment.get("S"));
    assert_eq!(askers(&server), pairs(&[("all", "FAR"), ("s", ACCESS_KEY)]));
}

#[test]
fn credentials_are_loaded_once_a_profile_and_a_role_is_assumed_once() {
    moto().fill(&numbered("login", "v", 4));
    let server = Fault::forward(moto().address());
    let answer = json!({ "Version": 1, "AccessKeyId": "PROCESSKEY", "SecretAccessKey": "x" });
    let start = secenv().aws(&server).file("answer.json", answer.to_string());
    let log = tempfile::NamedTempFile::new().unwrap();
    let process = format!("sh -c 'echo asked >> {}; cat {}/answer.json'", log.path().display(), start.dir().display());
    let config = format!("[profile p]\ncredential_process = {process}\n");
    let manifest = format!(
        "[aws]\nprofile = \"p\"\n[env]\nA = \"login/0\"\nB = \"login/1\"\nC = {{ secret = \"login/2\", role_arn = \"{ONE}\" }}\n\
         D = {{ secret = \"login/3\", role_arn = \"{ONE}\" }}\nE = {{ secret = \"login/3\", role_arn = \"{TWO}\" }}\n"
    );
    start.file(".aws/config", config).manifest(&manifest).args(["run"]).environment();
    assert_eq!(fs::read_to_string(log.path()).unwrap(), "asked\n");
    assert_eq!((server.calls("AssumeRole"), server.calls(GET)), (2, 5));
    let roles = |id: &str| -> BTreeSet<String> {
        let seen = server.seen().into_iter().filter(|seen| seen.ids.contains(&id.to_owned()));
        seen.map(|seen| if seen.session_token { seen.access_key } else { "base".to_owned() }).collect()
    };
    assert_eq!((roles("login/0"), roles("login/1")), (["base".to_owned()].into(), ["base".to_owned()].into()));
    assert_eq!((roles("login/2").len(), roles("login/3").len()), (1, 2));
    assert!(roles("login/2").is_subset(&roles("login/3")));
}

#[test]
fn each_login_answers_for_its_own_failures() {
    moto().fill(&numbered("denied", "v", 3));
    let server = Fault::forward(moto().address());
    server.play(Action::AccessDenied("no".to_owned()).forever().operation(GET));
    let manifest = format!(
        "[env]\nA = {{ secret = \"denied/0\", role_arn = \"{ONE}\" }}\nB = {{ secret = \"denied/1\", role_arn = \"{TWO}\" }}\n\
         C = {{ secret = \"denied/2\", role_arn = \"{ONE}\" }}\n"
    );
    let output = secenv().aws(&server).manifest(&manifest).args(["run", "--", "true"]).run().exits(125);
    let text = output.stderr.clone();
    let report = |variable: &str| {
        let start = text.find(&format!("error: {variable}: ")).expect("a report of each");
        text[start..].split("\n\n").next().unwrap().to_owned()
    };
    for (variable, role) in [("A", "one"), ("B", "two"), ("C", "one")] {
        let asked = report(variable);
        assert!(asked.contains(&format!(":assumed-role/{role}/secenv-")), "{variable}: {asked}");
    }
    assert_eq!(server.calls(IDENTITY), 2);
}

#[test]
fn a_login_that_fails_is_nothing_to_the_others_and_all_that_fail_are_told() {
    let server = server();
    let manifest = "[env]\nA = \"s/0\"\nB = { secret = \"s/1\", profile = \"nobody\" }\nC = { secret = \"s/2\", profile = \"none\" }\n\
        D = { secret = \"s/3\", profile = \"nobody\" }";
    let output = profiles(secenv().aws(&server)).manifest(manifest).args(["run", "--", "true"]).run().exits(125);
    let output = output.says("B, D: profile nobody gives no credentials").says("C: profile none gives no credentials");
    output.says("2 problems");
    assert_eq!(askers(&server), pairs(&[("s/0", ACCESS_KEY)]));
}

#[test]
fn a_batch_has_one_login() {
    let server = server();
    let manifest = "[env]\nA = \"s/0\"\nB = { secret = \"s/1\", profile = \"one\" }\nC = { secret = \"s/2\", profile = \"one\" }\n\
        D = \"s/3\"";
    profiles(secenv().aws(&server)).manifest(manifest).args(["run", "--batch"]).environment();
    assert_eq!((server.calls(BATCH), server.calls(GET)), (2, 0));
    let expected = [("s/0", ACCESS_KEY), ("s/1", "KEYOFone"), ("s/2", "KEYOFone"), ("s/3", ACCESS_KEY)];
    assert_eq!(askers(&server), pairs(&expected));
}

#[test]
fn the_cache_tells_them_apart() {
    let (laptop, server) = (Laptop::new(), server());
    let start = |entry: &str| {
        let manifest = format!("[cache]\n[env]\nA = {entry}\n");
        profiles(laptop.aws(&server)).env("AWS_SHARED_CREDENTIALS_FILE", laptop.dir().join("keys")).manifest(&manifest)
    };
    let keys = "[one]\naws_access_key_id = KEYOFone\naws_secret_access_key = x\n";
    fs::write(laptop.dir().join("keys"), keys).unwrap();
    for (calls, entry) in [(1, "\"s/0\""), (2, "{ secret = \"s/0\", profile = \"one\" }"), (2, "\"s/0\"")] {
        start(entry).args(["run", "--", "true"]).run().succeeds();
        assert_eq!(server.calls(GET), calls, "{entry}");
    }
}
