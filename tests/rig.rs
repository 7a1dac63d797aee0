//! The rig itself: a fault server that lies, or a builder that hides a failure, would make every other test worthless.

mod answers;
mod boto;
mod faults;
mod moto;
mod starts;
mod tls;
mod underway;

use std::{
    io::{self, BufReader, Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::support::fault::{Fault, GET, Secret, http::Message};

/// A signed request, as an AWS client sends it, but for the arithmetic of the signature.
fn request(operation: &str, body: &Value) -> Message {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/secretsmanager/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={}",
        "0123456789abcdef".repeat(4)
    );
    Message::post("localhost", body.to_string())
        .with("Content-Type", "application/x-amz-json-1.1")
        .with("X-Amz-Target", &format!("secretsmanager.{operation}"))
        .with("X-Amz-Date", "20260102T030405Z")
        .with("User-Agent", "rig/1")
        .with("Authorization", &authorization)
}

/// A connection that is kept, for one request after the other.
struct Client<S: Read + Write>(BufReader<S>);

impl Client<TcpStream> {
    fn connect(server: &Fault) -> Self {
        Self(BufReader::new(TcpStream::connect(server.address()).unwrap()))
    }
}

impl<S: Read + Write> Client<S> {
    fn send(&mut self, request: &Message) -> io::Result<()> {
        self.0.get_mut().write_all(&request.bytes())?;
        self.0.get_mut().flush()
    }

    fn receive(&mut self) -> io::Result<Message> {
        Message::read(&mut self.0)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn exchange(&mut self, request: &Message) -> io::Result<Message> {
        self.send(request)?;
        self.receive()
    }

    /// The status and the JSON of the answer.
    fn ask(&mut self, operation: &str, body: &Value) -> (u16, Value) {
        let answer = self.exchange(&request(operation, body)).unwrap();
        (answer.status(), serde_json::from_slice(&answer.body).unwrap())
    }

    fn get(&mut self, id: &str) -> (u16, Value) {
        self.ask(GET, &json!({ "SecretId": id }))
    }
}

/// One plain secret.
fn one() -> Vec<Secret> {
    vec![Secret::text("prod/one", "s3cr3t-value-of-one")]
}
