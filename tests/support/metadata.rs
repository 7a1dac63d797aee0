//! Instance metadata and container credentials on loopback, in the three tempers that such a service has.
//!
//! Its port is its own, its threads end with the test process.

use std::{
    io::{BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use super::fault::http::Message;

/// The access key id that it gives out.
pub const KEY: &str = "AKIAFROMMETADATA0000";

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// With credentials.
    Good,
    /// With this status and no more.
    Status(u16),
    /// Not at all; the connection stays open.
    Silent,
}

/// Starts one; its URL.
pub fn serve(temper: Temper) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || drop(converse(&stream, temper)));
        }
    });
    format!("http://{address}")
}

fn converse(stream: &TcpStream, temper: Temper) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(question) = Message::read(&mut reader)? {
        let answer = match temper {
            Temper::Silent => continue,
            Temper::Status(status) => Message::response(status, "text/plain", ""),
            Temper::Good => good(&question),
        };
        (&*stream).write_all(&answer.bytes())?;
    }
    Ok(())
}

fn good(question: &Message) -> Message {
    let path = question.first.split(' ').nth(1).unwrap_or_default();
    let text = |body: &str| Message::response(200, "text/plain", body);
    if path == "/latest/api/token" {
        return text("token").with("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    }
    if path.ends_with("/security-credentials/") || path.ends_with("/security-credentials-extended/") {
        return text("app");
    }
    if path.ends_with("/placement/region") {
        return text("us-east-1");
    }
    let credentials = serde_json::json!({
        "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": KEY, "SecretAccessKey": "secret", "Token": "token",
        "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2025-01-01T00:00:00Z",
    });
    Message::response(200, "application/json", credentials.to_string())
}
