//! A Secrets Manager Agent whose answers a test writes: one by one, the last one for ever. It remembers the questions.
//!
//! Its port is its own, its threads end with the test process. The real agent is in `agent/real.rs`.

use std::{
    io::{BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use super::fault::http::Message;

#[cfg(feature = "agent-tests")]
pub mod real;

/// What it does with a question.
#[derive(Clone, Debug)]
pub enum Play {
    /// A status and a body.
    Answer(u16, String),
    /// The end of the connection.
    Hangup,
    /// Nothing at all, for as long as the client waits.
    Silence,
}

impl Play {
    /// The answer that has a secret, as text.
    pub fn secret(value: &str) -> Self {
        let body = serde_json::json!({
            "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:s-AbCdEf",
            "Name": "s", "VersionId": "v1", "SecretString": value, "VersionStages": ["AWSCURRENT"],
            "CreatedDate": "1569534789.046",
        });
        Self::Answer(200, body.to_string())
    }

    /// A refusal of AWS's, passed on.
    pub fn error(status: u16, code: &str) -> Self {
        Self::Answer(status, serde_json::json!({ "__type": code, "message": "in AWS's words" }).to_string())
    }
}

/// The double.
pub struct Agent {
    port: u16,
    asked: Arc<Mutex<Vec<Message>>>,
}

impl Agent {
    /// One that plays these in order, and the last one from then on.
    pub fn serve(plays: &[Play]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let agent = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let (asked, plays) = (Arc::clone(&agent.asked), Arc::new(plays.to_vec()));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, plays) = (Arc::clone(&asked), Arc::clone(&plays));
                thread::spawn(move || drop(converse(&stream, &asked, &plays)));
            }
        });
        agent
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The questions so far.
    pub fn asked(&self) -> Vec<Message> {
        self.asked.lock().unwrap().clone()
    }
}

fn converse(stream: &TcpStream, asked: &Mutex<Vec<Message>>, plays: &[Play]) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(question) = Message::read(&mut reader)? {
        let place = {
            let mut asked = asked.lock().unwrap();
            asked.push(question);
            asked.len() - 1
        };
        match plays.get(place).or(plays.last()) {
            Some(Play::Answer(status, body)) => {
                let answer =
                    Message { first: format!("HTTP/1.1 {status} X"), body: body.clone().into(), ..Message::default() };
                (&*stream).write_all(&answer.bytes())?;
            }
            Some(Play::Silence) => {}
            Some(Play::Hangup) | None => break,
        }
    }
    Ok(())
}

/// A port of loopback on which nothing listens.
pub fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
