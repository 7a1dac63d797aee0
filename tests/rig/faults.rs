//! The fault server's scripts: each fault as the peer sees it, and the order they come in.

use std::io::{ErrorKind, Read, Write};

use serde_json::json;

use super::{Client, one, request};
use crate::support::fault::{Action, BATCH, Fault, GET, Refusal, Secret, http::Message, secret::numbered};

const VALUE: &str = "s3cr3t-value-of-one";

/// The raw bytes of the answer's body up to the end of the connection, and how it ended.
fn raw(server: &Fault) -> (String, usize, Option<ErrorKind>) {
    let mut client = Client::connect(server);
    client.send(&request(GET, &json!({ "SecretId": "prod/one" }))).unwrap();
    let (mut text, mut bytes) = (String::new(), Vec::new());
    let end = client.0.read_to_end(&mut bytes).err().map(|error| error.kind());
    text.push_str(&String::from_utf8(bytes).unwrap());
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return (text, 0, end) };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    (body.to_owned(), length, end)
}

#[test]
fn steps_play_in_order_and_then_the_truth() {
    let server = Fault::serve(&one());
    server.play(Action::Throttle.times(2));
    server.play(Action::Internal.once());
    server.play(Action::Answer.once());
    server.play(Action::Html503.once());
    server.play(Action::RetryAfter(7).once());
    let mut client = Client::connect(&server);
    let ask = request(GET, &json!({ "SecretId": "prod/one" }));
    let answers: Vec<_> = (0..7).map(|_| client.exchange(&ask).unwrap()).collect();
    let statuses: Vec<_> = answers.iter().map(Message::status).collect();
    assert_eq!(statuses, [400, 400, 500, 200, 503, 503, 200]);
    assert_eq!(answers[0].body, br#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
    assert_eq!(answers[4].header("content-type"), Some("text/html"));
    assert_eq!(answers[5].header("retry-after"), Some("7"));
}

#[test]
fn plain_errors_carry_code_and_text() {
    let server = Fault::serve(&one());
    let other = Refusal::new(400, "LimitExceededException", "too much");
    let script = [
        (Action::AccessDenied("User: a is not authorized".to_owned()), "AccessDeniedException"),
        (Action::KmsDenied, "AccessDeniedException"),
        (Action::DecryptionFailure, "DecryptionFailure"),
        (Action::MarkedForDeletion, "InvalidRequestException"),
        (Action::ExpiredToken, "ExpiredTokenException"),
        (Action::UnrecognizedClient, "UnrecognizedClientException"),
        (Action::Refuse(other), "LimitExceededException"),
    ];
    let mut client = Client::connect(&server);
    for (action, code) in script {
        server.play(action.once());
        let (status, body) = client.get("prod/one");
        assert_eq!((status, &body["__type"]), (400, &json!(code)), "{body}");
    }
}

#[test]
fn steps_choose_their_secret_and_their_operation() {
    let secrets = numbered("n", "value", 3);
    let server = Fault::serve(&secrets);
    server.play(Action::Throttle.forever().operation(BATCH));
    server.play(Action::KmsDenied.times(2).secret("n/1"));
    let mut client = Client::connect(&server);
    let statuses: Vec<_> = ["n/0", "n/1", &secrets[1].arn(), "n/1", "n/2"].iter().map(|id| client.get(id).0).collect();
    assert_eq!(statuses, [200, 400, 400, 200, 200], "by name, and by ARN for the same secret");
    assert_eq!(client.ask(BATCH, &json!({ "SecretIdList": ["n/0"] })).1["__type"], "ThrottlingException");
    assert_eq!((server.calls(GET), server.calls(BATCH), server.calls_for("n/1")), (5, 1, 2));
}

#[test]
fn a_plain_error_for_one_secret_of_a_batch_is_its_own() {
    let server = Fault::serve(&numbered("n", "value", 3));
    server.play(Action::AccessDenied("no".to_owned()).once().secret("n/1"));
    server.play(Action::DecryptionFailure.once().secret("n/2"));
    let mut client = Client::connect(&server);
    let list = json!({ "SecretIdList": ["n/0", "n/1", "n/2"] });
    let (status, answer) = client.ask(BATCH, &list);
    assert_eq!((status, answer["SecretValues"].as_array().unwrap().len()), (200, 1));
    let errors = json!([
        { "SecretId": "n/2", "ErrorCode": "DecryptionFailure",
          "Message": "Secrets Manager can't decrypt the protected secret text using the provided KMS key." },
        { "SecretId": "n/1", "ErrorCode": "AccessDeniedException", "Message": "no" },
    ]);
    assert_eq!(answer["Errors"], errors);
    assert_eq!(client.ask(BATCH, &list).1["SecretValues"].as_array().unwrap().len(), 3, "both were once");
}

#[test]
fn a_cut_body_ends_in_the_middle_of_the_value() {
    let server = Fault::serve(&one());
    server.play(Action::CutBody.once());
    let (body, length, end) = raw(&server);
    assert!(body.len() < length && body.contains(&VALUE[..8]) && !body.contains(VALUE), "{body}");
    assert_eq!(end, None);
}

#[test]
fn resets_are_resets() {
    let server = Fault::serve(&one());
    server.play(Action::Reset.once());
    assert_eq!(raw(&server), (String::new(), 0, Some(ErrorKind::ConnectionReset)));
    server.play(Action::ResetMidBody.once());
    assert_eq!(raw(&server).2, Some(ErrorKind::ConnectionReset));
}

#[test]
fn broken_json_holds_the_whole_value() {
    let server = Fault::serve(&one());
    server.play(Action::MalformedJson.once());
    let mut client = Client::connect(&server);
    let answer = client.exchange(&request(GET, &json!({ "SecretId": "prod/one" }))).unwrap();
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.ends_with(&format!("\"SecretString\":\"{VALUE}\",oops")), "{text}");
}

#[test]
fn a_value_of_the_wrong_type_keeps_its_digits() {
    let server = Fault::serve(&[Secret::text("a", "9007199254740993"), Secret::text("b", "text")]);
    server.play(Action::WrongType.forever());
    let mut client = Client::connect(&server);
    assert_eq!(client.get("a").1["SecretString"], json!(9_007_199_254_740_993_u64));
    assert_eq!(client.get("b").1["SecretString"], json!(12345));
}

#[test]
fn silence_lasts_until_the_server_ends() {
    let server = Fault::serve(&one());
    server.play(Action::Silence.once());
    let mut client = Client::connect(&server);
    client.send(&request(GET, &json!({ "SecretId": "prod/one" }))).unwrap();
    server.wait_seen(1);
    client.0.get_mut().write_all(b"is anyone there?").unwrap();
    drop(server);
    assert!(client.receive().is_err());
}

#[test]
fn a_drip_comes_byte_by_byte() {
    let server = Fault::serve(&one());
    server.play(Action::Drip.once());
    let mut client = Client::connect(&server);
    client.send(&request(GET, &json!({ "SecretId": "prod/one" }))).unwrap();
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n{") {
        let mut byte = [0];
        client.0.read_exact(&mut byte).unwrap();
        text.push(char::from(byte[0]));
    }
    drop(server);
    let mut rest = Vec::new();
    drop(client.0.read_to_end(&mut rest));
    assert!(!String::from_utf8_lossy(&rest).contains(VALUE), "the server ended in the middle of it");
}
