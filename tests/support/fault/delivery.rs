//! From an action and the true answer to what goes over the wire, whole or broken.
//!
//! A broken body always shows part of the secret, or all of it: that is what a leak would need.

use serde_json::{Map, Value};

use super::{http::Message, refusal::Refusal, script::Action};

/// What goes over the wire.
#[derive(Debug)]
pub enum Delivery {
    Whole(Message),
    /// The body one byte a second.
    Drip(Message),
    /// So many bytes of the body, then the end: in order, or by RST.
    Part {
        answer: Message,
        sent: usize,
        reset: bool,
    },
    /// RST at once.
    Reset,
    /// Nothing, for as long as the peer waits.
    Silence,
    /// The end of the connection without an answer: the server is shutting down.
    Close,
}

impl Delivery {
    /// What `action` makes of the true answer.
    pub fn new(action: &Action, truth: impl FnOnce() -> Message) -> Self {
        match action {
            Action::Silence => Self::Silence,
            Action::Reset => Self::Reset,
            Action::Answer | Action::Delay(_) => Self::Whole(truth()),
            Action::Drip => Self::Drip(truth()),
            Action::CutBody => cut(truth(), false),
            Action::ResetMidBody => cut(truth(), true),
            Action::MalformedJson => {
                let mut answer = truth();
                let mut text = opened(&answer.body).0;
                text.push_str(",oops");
                answer.body = text.into();
                Self::Whole(answer)
            }
            Action::WrongType => {
                let mut answer = truth();
                answer.body = number_for_string(&answer.body).into();
                Self::Whole(answer)
            }
            Action::Html503 => {
                let page = "<html><body><b>Http/1.1 Service Unavailable</b></body></html>";
                Self::Whole(Message::response(503, "text/html", page))
            }
            Action::RetryAfter(seconds) => {
                let refusal = Refusal::new(503, "ServiceUnavailableException", "Service is temporarily unavailable");
                Self::Whole(refusal.response().with("retry-after", &seconds.to_string()))
            }
            Action::WrongClock => {
                let text = "Signature expired: it is not of the service's time";
                let refusal = Refusal::new(403, "InvalidSignatureException", text).response();
                Self::Whole(refusal.with("date", "Thu, 01 Jan 2026 00:00:00 GMT"))
            }
            other => Self::Whole(other.refusal().unwrap_or_else(Refusal::internal).response()),
        }
    }
}

fn cut(answer: Message, reset: bool) -> Delivery {
    let (mut text, value) = opened(&answer.body);
    let sent = text.len() - value / 2 - 1;
    text.push('}');
    Delivery::Part { answer: Message { body: text.into(), ..answer }, sent, reset }
}

/// The JSON of `body` up to the end of its secret value, which is put last and left without the closing brace, and how
/// long that value is. In a body without one (a batch, an error) the second half is taken for the value.
fn opened(body: &[u8]) -> (String, usize) {
    let Some((rest, key, value)) = secret_value(body) else {
        let text = String::from_utf8_lossy(body);
        let text = text.strip_suffix('}').unwrap_or(&text);
        return (text.to_owned(), text.len());
    };
    let value = value.to_string();
    (format!("{rest},\"{key}\":{value}"), value.len())
}

fn number_for_string(body: &[u8]) -> String {
    let Some((rest, _, value)) = secret_value(body) else { return "[]".to_owned() };
    let digits = value.as_str().filter(|text| text.parse::<u64>().is_ok()).unwrap_or("12345");
    format!("{rest},\"SecretString\":{digits}}}")
}

/// The body without its secret value and its closing brace, and that value with its key.
fn secret_value(body: &[u8]) -> Option<(String, String, Value)> {
    let mut map: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let (key, value) = ["SecretString", "SecretBinary"].into_iter().find_map(|key| map.remove_entry(key))?;
    let rest = Value::Object(map).to_string();
    Some((rest.strip_suffix('}')?.to_owned(), key, value))
}
