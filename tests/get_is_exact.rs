//! `secenv get` gives the bytes of one value, and nothing else, to stdout or to a private file.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
    process::Command,
};

use nix::unistd::geteuid;

use crate::support::{
    both::binary,
    fault::{Action, Fault, GET, Secret, secret::Value},
    file_source::file_source,
    pty::Pty,
    secenv,
    secenv::Start,
};

const CERTIFICATE: &[u8] = b"\x00\x01\xff\xfe\r\n\n";

fn secrets() -> Vec<Secret> {
    vec![
        Secret::json("prod/db", r#"{"password":"p\n","a":{"b":[1.10,null]},"/x":"slash"}"#),
        Secret::text("plain", "line\r\n\u{0}\u{1b}[31m\n"),
        Secret::text("empty", ""),
        Secret::binary("cert", CERTIFICATE),
        Secret::empty("staged")
            .version(&["AWSPREVIOUS"], Value::Text("old".into()))
            .version(&["AWSCURRENT"], Value::Text("new".into())),
    ]
}

fn start() -> Start {
    secenv().file("secrets.json", file_source(&secrets())).env("SECENV_SOURCE", "file:secrets.json").args(["get"])
}

#[track_caller]
fn gives(args: &[&str], value: &[u8]) {
    assert_eq!(start().args(args).run().succeeds().stdout, value, "{args:?}");
}

#[test]
fn every_form_of_a_reference_is_read() {
    let server = Fault::serve(&secrets());
    let arn = secrets()[0].arn();
    for reference in [
        "prod/db#password",
        "prod/db?version_stage=AWSCURRENT#password",
        "prod/db?region=us-east-1#/password",
        "secretsmanager://prod/db#password",
        &format!("{arn}#password"),
        &format!("{}#password", secrets()[0].partial_arn()),
        &format!("{arn}:password::"),
        "{{resolve:secretsmanager:prod/db:SecretString:password}}",
    ] {
        let output = secenv().aws(&server).args(["get", reference]).run().succeeds();
        assert_eq!(output.stdout, b"p\n", "{reference}");
    }
    assert_eq!(server.calls(GET), server.seen().len());
}

#[test]
fn the_bytes_are_those_of_the_secret() {
    gives(&["plain"], b"line\r\n\0\x1b[31m\n");
    gives(&["empty"], b"");
    gives(&["cert"], CERTIFICATE);
    gives(&["cert", "-o", "-"], CERTIFICATE);
    gives(&["prod/db#/a"], br#"{"b":[1.10,null]}"#);
    gives(&["prod/db#/a/b/0"], b"1.10");
    gives(&["{{resolve:secretsmanager:prod/db:SecretString:/x}}"], b"slash");
    gives(&["staged"], b"new");
    gives(&["staged", "--version-stage", "AWSPREVIOUS"], b"old");
    gives(&["staged?version_stage=AWSPREVIOUS"], b"old");
}

fn on_terminal(args: &[&str]) -> (String, Option<i32>) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("secrets.json"), file_source(&secrets())).unwrap();
    let mut command = Command::new("sh");
    // What follows the marks is not secenv's.
    command.args(["-c", "printf 'BEGIN:'; \"$@\"; status=$?; printf ':END%s.' $status", "sh"]).arg(binary());
    command.env_clear().current_dir(dir.path()).env("SECENV_SOURCE", "file:secrets.json").arg("get").args(args);
    let mut pty = Pty::start(command);
    pty.shows("BEGIN:");
    let shown = pty.shows(":END");
    let status = pty.shows(".").parse().ok();
    (shown, status)
}

#[test]
fn on_a_terminal_a_line_end_follows_and_nothing_binary_is_shown() {
    assert_eq!(on_terminal(&["staged"]), ("new\r\n".into(), Some(0)));
    let (shown, status) = on_terminal(&["cert"]);
    assert!(shown.contains("secret cert is binary") && shown.contains("-o FILE"), "{shown}");
    assert!(shown.contains("nothing was written") && !shown.contains('\u{fffd}'), "{shown}");
    assert_eq!(status, Some(125));
    assert_eq!(on_terminal(&["cert", "-o", "file"]), (String::new(), Some(0)));
    assert_eq!(on_terminal(&["staged", "-o", "-"]).0, "new");
}

fn entries(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_private_whatever_was_there() {
    let mut start = start().args(["cert", "-o", "out"]);
    let out = start.dir().join("out");
    for before in [None, Some(0o644), Some(0o400)] {
        if let Some(mode) = before {
            fs::write(start.dir().join("other"), "much longer than what comes in its place").unwrap();
            fs::rename(start.dir().join("other"), &out).unwrap();
            fs::set_permissions(&out, fs::Permissions::from_mode(mode)).unwrap();
        }
        assert!(start.again().succeeds().stdout.is_empty());
        assert_eq!(fs::read(&out).unwrap(), CERTIFICATE);
        assert_eq!(fs::metadata(&out).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(entries(start.dir()), ["out", "secrets.json"]);
    }
}

#[test]
fn what_is_no_file_of_ours_is_left_as_it_is() {
    let mut link = start().file("target", "kept").args(["cert", "-o", "link"]);
    symlink("target", link.dir().join("link")).unwrap();
    link.again().exits(125).says("a symbolic link is there already").says("  --> -o\n").says("name another FILE");
    assert_eq!(fs::read(link.dir().join("target")).unwrap(), b"kept");
    let mut directory = start().file("out/kept", "").args(["cert", "-o", "out"]);
    directory.again().exits(125).says("a directory is there already");
    assert_eq!(entries(directory.dir()), ["out", "secrets.json"]);
    start().args(["cert", "-o", "no/such/out"]).run().exits(125).says("ENOENT").says("a directory that is there");
    if geteuid().is_root() {
        let mut other = start().file("out", "kept").args(["cert", "-o", "out"]);
        std::os::unix::fs::chown(other.dir().join("out"), Some(65534), None).unwrap();
        other.again().exits(125).says("a file of the user 65534 is there already");
        assert_eq!(fs::read(other.dir().join("out")).unwrap(), b"kept");
    }
}

const MANIFEST: &str = "source = \"file:conf/secrets.json\"\n[vars]\nstage = \"prod\"\nname = \"${stage}/db\"\n\
    [target.old]\nvars = { stage = \"no\" }\n[env]\nA = \"never-asked-for\"\n";

#[test]
fn the_settings_of_a_manifest_hold() {
    let start = || secenv().manifest(MANIFEST).file("conf/secrets.json", file_source(&secrets())).args(["get"]);
    let value = |args: &[&str]| start().args(args).run().succeeds().text();
    assert_eq!(value(&["prod/db#password"]), "p\n");
    assert_eq!(value(&["${name}#password"]), "p\n");
    assert_eq!(value(&["--target", "old", "--var", "stage=prod", "${stage}/db#password"]), "p\n");
    start().args(["--target", "old", "${name}"]).run().exits(125).says("secret no/db is not in conf/secrets.json");
    start().args(["${bad}"]).run().exits(125).says("no variable `bad`").says("  --> REF\n");
    let unexpanded = secenv().manifest("[vars]\nbad = \"${nothing}\"\n").args(["get", "plain"]).run().exits(125);
    unexpanded.says("no variable `nothing`").says("secenv.toml:2:7");
    start().args(["--target", "odl", "plain"]).run().exits(125).says("did you mean `old`?");
    let broken = || {
        secenv().manifest("[env]\nA = 1\n").file("s.json", "{\"a\":\"b\"}").args([
            "get",
            "a",
            "--source",
            "file:s.json",
        ])
    };
    broken().run().exits(125).says("secenv.toml:2:5");
    assert_eq!(broken().args(["--no-manifest"]).run().succeeds().text(), "b");
    broken().args(["-m", "other.toml"]).run().exits(125).says("the manifest other.toml does not exist");
}

#[test]
fn a_failure_says_what_run_would_say() {
    let server = Fault::serve(&secrets());
    let get = |args: &[&str]| secenv().aws(&server).args([&["get", "--deadline", "900ms"], args].concat()).run();
    get(&["nothing"]).exits(125).says("secret nothing does not exist in us-east-1").says("asked as arn:aws:sts:");
    get(&["prod/db#pasword"]).exits(125).says("did you mean `password`?").hides("p\n\n");
    get(&["staged", "--version-stage", "AWSPENDING"]).exits(125).says("AWSPENDING").hides("[ID=]").hides("ID=STAGE");
    get(&["staged?version_id=x", "--version-stage", "A"]).exits(125).says("REF names a version already");
    get(&["a b"]).exits(125).says("cannot be in a secret's name");
    server.play(Action::Throttle.forever());
    let json = get(&["plain", "--error-format", "json"]).exits(124);
    assert!(json.stdout.is_empty());
    let document: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!(document["problems"][0]["kind"], "throttled");
    assert_eq!(document["problems"][0]["variables"], serde_json::json!([]));
}

#[test]
fn a_value_is_on_stdout_only() {
    let server = Fault::serve(&[Secret::text("s", "Canary-0123456789")]);
    let loud = secenv().aws(&server).env("RUST_LOG", "trace").env("LOG_SENSITIVE_BODIES", "true");
    let output = loud.args(["get", "s", "-vv"]).run().exits(0);
    assert_eq!(output.text(), "Canary-0123456789");
    assert!(output.stderr.contains("secret s: version") && !output.stderr.contains("Canary"), "{output}");
}
