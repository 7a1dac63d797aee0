//! One connection: requests are read, recorded, held, and answered as script and truth say, one after the other.
//!
//! It ends when the peer ends it, when an action breaks it, or when the server closes.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use super::{
    delivery::Delivery,
    http::{IO_LIMIT, Message},
    refusal::Refusal,
    request::Seen,
    script::Action,
    state::State,
    truth::Truth,
};

/// A socket that several hands hold, so that the server can shut it down; the last hand closes it.
struct Wire(Arc<TcpStream>);

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Serves a connection to its end. An error is the peer's way of leaving, and no news.
pub fn serve(stream: TcpStream, state: &State, truth: &Truth, tls: Option<Arc<ServerConfig>>) {
    let wire = Arc::new(stream);
    let Some(number) = state.connected(&wire) else { return };
    drop(converse(&wire, number, state, truth, tls));
}

fn converse(
    wire: &Arc<TcpStream>,
    number: usize,
    state: &State,
    truth: &Truth,
    tls: Option<Arc<ServerConfig>>,
) -> io::Result<()> {
    wire.set_nodelay(true)?;
    wire.set_read_timeout(Some(IO_LIMIT))?;
    wire.set_write_timeout(Some(IO_LIMIT))?;
    let mut raw = Wire(Arc::clone(wire));
    let Some(config) = tls else {
        return answer_all(raw, wire, number, state, truth);
    };
    let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
    session.complete_io(&mut raw)?;
    state.handshaken();
    answer_all(StreamOwned::new(session, raw), wire, number, state, truth)
}

fn answer_all(
    stream: impl Read + Write,
    wire: &TcpStream,
    number: usize,
    state: &State,
    truth: &Truth,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = Message::read(&mut stream)? {
        let delivery = answer(&request, number, state, truth);
        if !deliver(delivery, &mut stream, wire, state)? || request.closes() {
            break;
        }
    }
    Ok(())
}

fn answer(request: &Message, connection: usize, state: &State, truth: &Truth) -> Delivery {
    let seen = Seen::new(request, connection);
    let ids: Vec<_> = seen.ids.iter().map(|id| (id.clone(), truth.name(&seen.region, id))).collect();
    let (number, cues) = state.begin(seen.clone(), &ids);
    let denied: Vec<_> = cues.iter().filter_map(|cue| Some((cue.only?, cue.action.refusal()?))).collect();
    let whole = cues.iter().find(|cue| cue.only.is_none()).map_or(Action::Answer, |cue| cue.action.clone());
    let delay = if let Action::Delay(time) = whole { time } else { Duration::ZERO };
    let goes_on = state.pass_gate() && state.pause(state.latency() + delay);
    let delivery = match seen.refused {
        _ if !goes_on => Delivery::Close,
        Some(ref refusal) => Delivery::Whole(refusal.response()),
        None if !state.admits() => Delivery::Whole(Refusal::throttled().response()),
        None => Delivery::new(&whole, || truth.answer(request, &seen, &denied, state.page())),
    };
    state.end();
    identified(delivery, number)
}

/// Adds the request id, as AWS does to each answer.
fn identified(delivery: Delivery, number: usize) -> Delivery {
    let id = format!("00000000-0000-4000-8000-{number:012x}");
    let with = |answer: Message| answer.with("x-amzn-requestid", &id);
    match delivery {
        Delivery::Whole(answer) => Delivery::Whole(with(answer)),
        Delivery::Drip(answer) => Delivery::Drip(with(answer)),
        Delivery::Part { answer, sent, reset } => Delivery::Part { answer: with(answer), sent, reset },
        other => other,
    }
}

/// Sends it; whether the connection goes on.
fn deliver<S: Read + Write>(
    delivery: Delivery,
    stream: &mut BufReader<S>,
    wire: &TcpStream,
    state: &State,
) -> io::Result<bool> {
    match delivery {
        Delivery::Whole(answer) => {
            stream.get_mut().write_all(&answer.bytes())?;
            stream.get_mut().flush()?;
            return Ok(true);
        }
        Delivery::Drip(answer) => {
            stream.get_mut().write_all(&answer.head())?;
            for byte in answer.body {
                stream.get_mut().write_all(&[byte])?;
                stream.get_mut().flush()?;
                if !state.pause(Duration::from_secs(1)) {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        Delivery::Part { answer, sent, reset } => {
            stream.get_mut().write_all(&answer.head())?;
            stream.get_mut().write_all(&answer.body[..sent])?;
            stream.get_mut().flush()?;
            if reset {
                SockRef::from(wire).set_linger(Some(Duration::ZERO))?;
            }
        }
        Delivery::Reset => SockRef::from(wire).set_linger(Some(Duration::ZERO))?,
        Delivery::Silence => while !read_on(stream)? {},
        Delivery::Close => {}
    }
    Ok(false)
}

/// Throws away what the peer still says; whether it has left.
fn read_on(stream: &mut impl BufRead) -> io::Result<bool> {
    let length = stream.fill_buf()?.len();
    stream.consume(length);
    Ok(length == 0)
}
