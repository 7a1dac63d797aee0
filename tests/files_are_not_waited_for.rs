//! A file that AWS settings name and that never ends is given up at the deadline, and named.

use nix::{sys::stat::Mode, unistd::mkfifo};

use crate::support::{
    fault::{Certificate, Fault, Secret},
    secenv,
    secenv::Start,
};

const MANIFEST: &str = "[env]\nS = \"s\"";

/// A FIFO that nobody writes to, as the file of a variable.
fn fifo(start: Start, variable: &str) -> Start {
    let path = start.dir().join("fifo");
    mkfifo(&path, Mode::S_IRWXU).expect("a FIFO can be made");
    start.env(variable, "fifo")
}

#[track_caller]
fn is_given_up(start: Start, named: &str) {
    let start = start.manifest(MANIFEST).args(["run", "--deadline", "1s", "--error-format", "json", "--", "true"]);
    let output = start.run().exits(124).says("\"deadline\"");
    output.says(&format!("{named} was still being read at the deadline of 1s")).says("\"S\"");
}

#[test]
fn configuration_files() {
    let server = Fault::serve(&[Secret::text("s", "v")]);
    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        is_given_up(fifo(secenv().aws(&server), variable), &format!("{variable}=fifo"));
        let profile = secenv().env("AWS_REGION", "us-east-1").env("AWS_PROFILE", "p");
        is_given_up(fifo(profile, variable), &format!("{variable}=fifo"));
    }
}

#[test]
fn tokens() {
    let region = || secenv().env("AWS_REGION", "us-east-1");
    let web = region().env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app");
    is_given_up(fifo(web, "AWS_WEB_IDENTITY_TOKEN_FILE"), "AWS_WEB_IDENTITY_TOKEN_FILE=fifo");
    let container = region().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/");
    let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    is_given_up(fifo(container, token), &format!("{token}=fifo"));
}

#[test]
fn certificates() {
    let server = Fault::tls(&[Secret::text("s", "v")], Certificate::Valid);
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        is_given_up(fifo(secenv().aws(&server), variable), &format!("{variable}=fifo"));
    }
}

/// One that somebody writes to is as good as a file.
#[test]
fn a_fifo_with_a_writer_is_read() {
    let server = Fault::serve(&[Secret::text("s", "v")]);
    let start = fifo(secenv().env("AWS_ENDPOINT_URL", secenv::Endpoint::url(&server)), "AWS_SHARED_CREDENTIALS_FILE");
    let path = start.dir().join("fifo");
    let writer = std::thread::spawn(move || {
        let keys = "[default]\naws_access_key_id = AKIAFIFO\naws_secret_access_key = x\nregion = us-east-1\n";
        std::fs::write(path, keys)
    });
    let environment = start.manifest(MANIFEST).args(["run"]).environment();
    writer.join().expect("it does not panic").expect("it is read");
    assert_eq!(environment.get("S").expect("a value"), "v");
    assert_eq!(server.seen()[0].access_key, "AKIAFIFO");
}
