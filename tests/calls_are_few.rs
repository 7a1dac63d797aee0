//! As few calls as the plan has requests, bounded in number at any time; batches when asked, single calls where they fail.

use crate::support::{
    fault::{
        Action, BATCH, Fault, GET, Secret,
        secret::{Value, numbered},
    },
    running::Output,
    secenv,
};

/// A manifest with a variable for each of 25 secrets, and the secrets.
fn twenty_five() -> (String, Vec<Secret>) {
    let secrets = numbered("many", "v", 25);
    let entry = |(index, secret): (usize, &Secret)| format!("V{index} = \"{}\"\n", secret.name);
    let entries: String = secrets.iter().enumerate().map(entry).collect();
    (format!("[env]\n{entries}"), secrets)
}

fn run(server: &Fault, manifest: &str, flags: &[&str]) -> Output {
    let count = "env | grep -c ^V";
    let args = [&["run", "-v"], flags, &["--", "sh", "-c", count]].concat();
    secenv().aws(server).manifest(manifest).args(args).run()
}

#[test]
fn twenty_five_secrets_are_twenty_five_calls() {
    let (manifest, secrets) = twenty_five();
    let server = Fault::serve(&secrets);
    assert_eq!(run(&server, &manifest, &[]).exits(0).text(), "25\n");
    assert_eq!((server.calls(GET), server.seen().len()), (25, 25));
}

/// The server answers nothing before one more than `concurrency` requests are there, so it answers none at all.
#[test]
fn at_most_concurrency_calls_are_under_way() {
    let (manifest, secrets) = twenty_five();
    for concurrency in ["1", "7"] {
        let server = Fault::serve(&secrets);
        let bound: usize = concurrency.parse().unwrap();
        server.hold_until(bound + 1);
        run(&server, &manifest, &["--concurrency", concurrency, "--deadline", "900ms"]).exits(124);
        assert_eq!(server.record().peak, bound);
        assert!(server.record().connections <= bound);
    }
}

#[test]
fn all_of_them_are_under_way_at_once_where_concurrency_allows() {
    let (manifest, secrets) = twenty_five();
    let server = Fault::serve(&secrets);
    server.hold_until(25);
    run(&server, &manifest, &["--concurrency", "25"]).exits(0);
    assert_eq!(server.record().peak, 25);
}

#[test]
fn a_batch_takes_twenty() {
    let (manifest, secrets) = twenty_five();
    let server = Fault::serve(&secrets);
    assert_eq!(run(&server, &format!("{manifest}[fetch]\nbatch = true"), &[]).exits(0).text(), "25\n");
    assert_eq!((server.calls(BATCH), server.seen().len()), (2, 2));
}

#[test]
fn a_batch_that_is_paged_is_read_to_its_end() {
    let (manifest, secrets) = twenty_five();
    let server = Fault::serve(&secrets);
    server.page_size(6);
    assert_eq!(run(&server, &manifest, &["--batch"]).exits(0).text(), "25\n");
    assert_eq!(server.calls(GET), 0);
}

#[test]
fn a_batch_that_is_denied_or_throttled_becomes_single_calls_said_once() {
    let denied = "User: arn:aws:iam::123456789012:user/app is not authorized to perform: \
                  secretsmanager:BatchGetSecretValue because no identity-based policy allows it";
    for action in [Action::AccessDenied(denied.into()), Action::Throttle] {
        let (manifest, secrets) = twenty_five();
        let server = Fault::serve(&secrets);
        server.play(action.forever().operation(BATCH));
        let output = run(&server, &manifest, &["--batch"]).exits(0);
        assert_eq!(output.text(), "25\n");
        assert_eq!(server.calls(GET), 25);
        assert_eq!(output.stderr.matches("batch: ").count(), 1, "{}", output.stderr);
    }
}

#[test]
fn what_a_batch_cannot_do_goes_by_single_calls() {
    let previous = Secret::empty("staged")
        .version(&["AWSPREVIOUS"], Value::Text("old".into()))
        .version(&["AWSCURRENT"], Value::Text("new".into()));
    let server = Fault::serve(&[previous, Secret::text("plain", "p")]);
    let manifest = "[env]\nA = \"staged?version_stage=AWSPREVIOUS\"\nB = \"staged\"\nC = \"plain\"";
    let environment = secenv().aws(&server).manifest(manifest).args(["run", "--batch"]).environment();
    assert_eq!(environment.get("A").expect("a value").to_str(), Some("old"));
    assert_eq!(environment.get("B").expect("a value").to_str(), Some("new"));
    assert_eq!((server.calls(BATCH), server.calls(GET)), (1, 1));
}

/// Each for itself, the 25 would ask again some five times in that second.
#[test]
fn what_is_throttled_goes_on_one_by_one() {
    let (manifest, secrets) = twenty_five();
    let server = Fault::serve(&secrets);
    server.play(Action::Throttle.forever());
    run(&server, &manifest, &["--deadline", "1500ms"]).exits(124).says("throttled");
    assert!(server.calls(GET) < 60, "{}", server.calls(GET));

    let server = Fault::serve(&secrets);
    server.hold_until(25);
    server.play(Action::Throttle.times(30));
    assert_eq!(run(&server, &manifest, &[]).exits(0).text(), "25\n");
    assert_eq!(server.calls(GET), 30 + 25);
}

/// The default region is known to the SDK's chain only, here a variable.
#[test]
fn an_entry_that_names_the_default_region_has_no_call_of_its_own() {
    let manifest =
        "[env]\nA = \"k#a\"\nB = { secret = \"k\", region = \"us-east-1\", key = \"b\" }\nC = \"other\"\nD = \"k#d\"";
    for flags in [&[][..], &["--batch"]] {
        let server = Fault::serve(&[Secret::json("k", r#"{"a":"1","b":"2","d":"4"}"#), Secret::text("other", "3")]);
        let environment = secenv().aws(&server).manifest(manifest).args([&["run"], flags].concat()).environment();
        let value = |name: &str| environment.get(name).expect("a value").to_str().map(str::to_owned);
        assert_eq!(["A", "B", "C", "D"].map(value), ["1", "2", "3", "4"].map(|text| Some(text.to_owned())));
        let asked: Vec<_> = server.seen().into_iter().flat_map(|seen| seen.ids).collect();
        assert_eq!(asked.iter().filter(|id| *id == "k").count(), 1, "{flags:?}: {asked:?}");
        assert_eq!(asked.len(), 2);
    }
    let server = Fault::serve(&[Secret::json("k", r#"{"d":"4"}"#), Secret::text("other", "3")]);
    let output = secenv().aws(&server).manifest(manifest).args(["run", "--", "true"]).run().exits(125);
    let at = |text: &str| output.stderr.find(text).unwrap_or_else(|| panic!("{text} is not in {output}"));
    assert!(at("A: secret k has no key `a`") < at("B: secret k has no key `b`"));
    assert_eq!(server.calls_for("k"), 1);
}

#[test]
fn literals_and_kept_values_need_no_call_and_no_credentials() {
    let server = Fault::serve(&[]);
    let manifest = "[env]\nA = { value = \"x\" }\nHOST = { secret = \"db#host\", keep = true }";
    let environment = secenv()
        .env("AWS_ENDPOINT_URL", server.url())
        .env("HOST", "kept")
        .manifest(manifest)
        .args(["run"])
        .environment();
    assert_eq!(environment.get("HOST").expect("a value").to_str(), Some("kept"));
    assert_eq!(server.record().connections, 0);
}
