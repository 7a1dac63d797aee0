//! HTTP/1.1 messages, as much of them as AWS clients and moto send: a head, and a body of a given length.
//!
//! Heads and bodies are bounded, and a body without a length is refused, so that no peer can hold a thread for ever.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

const HEAD_LIMIT: u64 = 64 * 1024;
const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// The bound on each read and write of a socket.
pub const IO_LIMIT: Duration = Duration::from_mins(2);

/// One message, request or response: its first line, its headers with names in lower case, its body.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// `POST / HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub first: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::response(status, "application/x-amz-json-1.1", body)
    }

    /// An answer with a body of another type.
    pub fn response(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let reason = match status {
            200 => "OK",
            400 => "Bad Request",
            403 => "Forbidden",
            500 => "Internal Server Error",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            _ => "Other",
        };
        Self { first: format!("HTTP/1.1 {status} {reason}"), headers: Vec::new(), body: body.into() }
            .with("content-type", content_type)
    }

    /// A request with a body.
    pub fn post(host: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { first: "POST / HTTP/1.1".to_owned(), headers: Vec::new(), body: body.into() }.with("host", host)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The first header of that name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The status of an answer.
    pub fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// Whether the peer ends the connection after this message.
    pub fn closes(&self) -> bool {
        self.first.ends_with("HTTP/1.0")
            || self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The bytes on the wire up to the body.
    pub fn head(&self) -> Vec<u8> {
        let mut lines = vec![self.first.clone()];
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.push(format!("content-length: {}\r\n\r\n", self.body.len()));
        lines.join("\r\n").into_bytes()
    }

    /// All bytes on the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Reads one message; none when the peer has ended the connection between two.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = reader.take(HEAD_LIMIT);
        let Some(first) = line(&mut head)? else { return Ok(None) };
        let mut message = Self { first, ..Self::default() };
        loop {
            let text = line(&mut head)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            message.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        if message.header("transfer-encoding").is_some() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a chunked body, which nothing here should send"));
        }
        let length = message.header("content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?;
        if length > BODY_LIMIT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a body over the limit"));
        }
        message.body = vec![0; length];
        reader.read_exact(&mut message.body)?;
        message.headers.retain(|(name, _)| name != "content-length");
        Ok(Some(message))
    }

    /// Sends this request on a connection of its own and reads the answer.
    pub fn exchange(&self, address: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(IO_LIMIT))?;
        stream.set_write_timeout(Some(IO_LIMIT))?;
        stream.write_all(&self.bytes())?;
        Self::read(&mut BufReader::new(stream))?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    if reader.read_line(&mut text)? == 0 {
        return Ok(None);
    }
    match text.strip_suffix("\r\n") {
        Some(line) => Ok(Some(line.to_owned())),
        None => Err(io::Error::new(io::ErrorKind::InvalidData, "a head that is cut, or over the limit")),
    }
}
