//! moto: a Secrets Manager that others wrote, in a process of its own, one for all tests of this process.
//!
//! It ends with the test process: its stdin is a pipe that only this process holds. Tests keep apart by the names of
//! their secrets. `venv` installs it, `client` speaks the AWS API to it.

use std::{
    io::{BufRead, BufReader, Read, Seek},
    net::{Ipv4Addr, SocketAddr},
    process::{ChildStdin, Command, Stdio},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

mod client;
mod venv;

pub use venv::python;

use super::fault::http::Message;

const START_LIMIT: Duration = Duration::from_mins(2);

/// The running server.
#[derive(Debug)]
pub struct Moto {
    address: SocketAddr,
    _lifeline: ChildStdin,
}

/// The server of this process, started if it is not up yet; where it cannot be, the test fails and says why.
pub fn moto() -> &'static Moto {
    static MOTO: OnceLock<Result<Moto, String>> = OnceLock::new();
    match MOTO.get_or_init(Moto::start) {
        Ok(moto) => moto,
        Err(why) => panic!("no moto: {why}"),
    }
}

impl Moto {
    fn start() -> Result<Self, String> {
        let python = python()?;
        let mut log = tempfile::tempfile().map_err(|error| error.to_string())?;
        let mut child = Command::new(python)
            .args(["-I", "-c", include_str!("moto/serve.py")])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.try_clone().map_err(|error| error.to_string())?)
            .spawn()
            .map_err(|error| error.to_string())?;
        let lifeline = child.stdin.take().expect("piped");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            drop(stdout.read_line(&mut line));
            drop(sender.send(line));
            // Reaped when it ends before this process does.
            drop(child.wait());
        });
        let line = receiver.recv_timeout(START_LIMIT).unwrap_or_default();
        let Ok(port) = line.trim().parse::<u16>() else {
            let mut text = String::new();
            drop(log.rewind().and_then(|()| log.read_to_string(&mut text)));
            return Err(format!("it did not start: {text}"));
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let hello = Message { first: "GET /moto-api/data.json HTTP/1.1".to_owned(), ..Message::default() };
        let answer = hello.with("host", "localhost").with("connection", "close").exchange(address);
        match answer {
            Ok(answer) if answer.status() == 200 => Ok(Self { address, _lifeline: lifeline }),
            other => Err(format!("it did not answer as moto: {other:?}")),
        }
    }

    /// Where it listens; for [`super::fault::Fault::forward`].
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
