//! The `aws` source does what its settings say: endpoints, proxies, roots, profiles, roles, processes, timeouts.

use serde_json::json;

use crate::support::{
    fault::{Action, Certificate, Fault, Secret},
    moto::moto,
    proxy::Proxy,
    secenv,
    secenv::Start,
};

const MANIFEST: &str = "[env]\nS = \"s\"";

fn server() -> Fault {
    Fault::serve(&[Secret::text("s", "v")])
}

#[track_caller]
fn succeeds(start: Start, flags: &[&str]) {
    let environment = start.manifest(MANIFEST).args([&["run"], flags].concat()).environment();
    assert_eq!(environment.get("S").expect("a value").to_str(), Some("v"));
}

#[test]
fn the_endpoint_of_the_service_beats_the_one_of_all() {
    let server = server();
    let start = secenv().aws(&server).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    succeeds(start.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url()), &[]);
}

#[test]
fn an_explicit_profile_beats_credentials_in_the_environment_and_a_variable_does_not() {
    let profile = "[one]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = x\n";
    let with = |server: &Fault| {
        let start = secenv().aws(server).file("credentials", profile);
        let path = start.dir().join("credentials");
        start.env("AWS_SHARED_CREDENTIALS_FILE", path)
    };
    let keys = |server: &Fault| server.seen().into_iter().map(|seen| seen.access_key).collect::<Vec<_>>();
    let flag = server();
    succeeds(with(&flag), &["--profile", "one"]);
    assert_eq!(keys(&flag), ["PROFILEKEY"]);
    let variable = server();
    succeeds(with(&variable).env("AWS_PROFILE", "one"), &[]);
    assert_eq!(keys(&variable), [secenv::ACCESS_KEY]);
}

#[test]
fn a_role_is_assumed_once_and_its_session_asks() {
    moto().fill(&[Secret::text("role/s", "v")]);
    let server = Fault::forward(moto().address());
    let manifest = "[aws]\nrole_arn = \"arn:aws:iam::123456789012:role/app\"\n[env]\nA = \"role/s\"\nB = \"role/s?version_stage=AWSCURRENT\"";
    let environment = secenv().aws(&server).manifest(manifest).args(["run"]).environment();
    assert_eq!(environment.get("A"), environment.get("B"));
    assert_eq!((server.calls("AssumeRole"), server.seen().len()), (1, 2));
    let last = server.seen().pop().unwrap();
    assert!(last.session_token, "{last:?}");
    assert_ne!(last.access_key, secenv::ACCESS_KEY);
}

/// Its end is waited for by SIGCHLD, which secenv was given ignored and gives back ignored.
#[test]
fn a_credential_process_is_run_even_where_sigchld_is_ignored() {
    let server = server();
    let answer = json!({ "Version": 1, "AccessKeyId": "PROCESSKEY", "SecretAccessKey": "x" });
    let start = secenv().file("answer.json", answer.to_string());
    let config = format!(
        "[default]\nregion = us-east-1\ncredential_process = cat {}\n",
        start.dir().join("answer.json").display()
    );
    let start = start.file("config", config).manifest(MANIFEST);
    let path = start.dir().join("config");
    let start = start.env("AWS_CONFIG_FILE", path).env("AWS_ENDPOINT_URL", server.url());
    let start = start.before_exec(|| {
        // SAFETY: SIG_IGN is no handler.
        unsafe { nix::sys::signal::signal(nix::sys::signal::SIGCHLD, nix::sys::signal::SigHandler::SigIgn) }?;
        Ok(())
    });
    let output = start.args(["run", "--", "grep", "SigIgn", "/proc/self/status"]).run().succeeds();
    assert_eq!(server.seen()[0].access_key, "PROCESSKEY");
    let ignored = u64::from_str_radix(output.text().split_whitespace().nth(1).unwrap(), 16).unwrap();
    assert_ne!(ignored & (1 << (nix::libc::SIGCHLD - 1)), 0);
}

#[test]
fn an_attempt_that_meets_silence_is_given_up_for_another() {
    let server = server();
    server.play(Action::Silence.once());
    succeeds(secenv().aws(&server), &["--deadline", "20s"]);
    assert_eq!(server.calls_for("s"), 2);
}

#[test]
fn a_proxy_is_asked_for_hosts_abroad_with_its_login_which_is_never_shown() {
    let server = Fault::tls(&[Secret::text("s", "v")], Certificate::WrongHost);
    let proxy = Proxy::to(server.address());
    let through = |login: &str| format!("http://{login}@{}", proxy.address());
    let start = secenv().aws(&server).env("AWS_ENDPOINT_URL", "https://other.example");
    succeeds(start.env("HTTPS_PROXY", through("me:hunter2")), &[]);
    let [asked] = proxy.asked().try_into().expect("one tunnel");
    assert!(asked.starts_with("CONNECT other.example:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("proxy-authorization: basic bwu6ahvudgvymg=="), "{asked}");

    let nobody = secenv().aws(&server).env("AWS_ENDPOINT_URL", "https://other.example").manifest(MANIFEST);
    let nobody = nobody.env("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:1");
    nobody
        .args(["run", "-vv", "--deadline", "200ms", "--", "true"])
        .run()
        .exits(124)
        .says("HTTPS_PROXY")
        .hides("hunter2");
}

#[test]
fn loopback_and_no_proxy_hosts_are_asked_directly() {
    let server = server();
    let nowhere = "http://127.0.0.1:1";
    succeeds(
        secenv().aws(&server).env("HTTPS_PROXY", nowhere).env("HTTP_PROXY", nowhere).env("ALL_PROXY", nowhere),
        &[],
    );
}

#[test]
fn a_second_file_of_roots_adds_to_the_compiled_ones_and_a_bundle_replaces_them() {
    let server = Fault::tls(&[Secret::text("s", "v")], Certificate::Valid);
    let authority = server.authority().unwrap().to_owned();
    let start = secenv().aws(&server).env_remove("AWS_CA_BUNDLE").file("more.pem", authority);
    let path = start.dir().join("more.pem");
    succeeds(start.env("SSL_CERT_FILE", path), &[]);
    let without = secenv().aws(&server).env_remove("AWS_CA_BUNDLE").manifest(MANIFEST);
    without.args(["run", "--", "true"]).run().exits(125).says("certificate").says("AWS_CA_BUNDLE");
}
