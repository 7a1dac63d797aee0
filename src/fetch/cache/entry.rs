//! An entry of the cache: a fetched secret and when it was asked for, as bytes before they are sealed. Pure.
//!
//! Numbers are little-endian; a text or a value is its length and its bytes, a list its length and its texts. What is not exactly that is no entry.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::{
    fetch::{Fetched, Payload},
    secret::SecretValue,
};

/// A secret, and the time of the question that it answers, on the clock of [`super::standing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) asked: Duration,
    pub(super) fetched: Fetched,
}

/// How an entry says where it is from.
const SOURCE: &str = "cache";

impl Entry {
    /// The bytes; wiped when dropped.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let Fetched { payload, version_id, stages, region, source: _ } = &self.fetched;
        let (kind, value) = match payload {
            Payload::Text(value) => (0, value),
            Payload::Binary(value) => (1, value),
        };
        let texts = || version_id.iter().chain(stages).chain(region);
        // Enough at once: a buffer that grows leaves copies behind.
        let length = 72 + value.expose().len() + texts().map(|text| 8 + text.len()).sum::<usize>();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        let millis = u64::try_from(self.asked.as_millis()).unwrap_or(u64::MAX);
        bytes.extend(millis.to_le_bytes());
        bytes.push(kind);
        put(&mut bytes, value.expose());
        put_all(&mut bytes, version_id.as_slice());
        put_all(&mut bytes, region.as_slice());
        put_all(&mut bytes, stages);
        bytes
    }

    /// None if these are no entry's bytes.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let asked = Duration::from_millis(number(&mut rest)?);
        let (kind, mut rest) = rest.split_first()?;
        let value = SecretValue::new(take(&mut rest)?.to_vec());
        let payload = match kind {
            0 => Payload::Text(std::str::from_utf8(value.expose()).is_ok().then_some(value)?),
            1 => Payload::Binary(value),
            _ => return None,
        };
        let mut lists = || take_all(&mut rest);
        let (version_id, region, stages) = (lists()?.pop(), lists()?.pop(), lists()?);
        rest.is_empty()
            .then_some(Self { asked, fetched: Fetched { payload, version_id, stages, region, source: SOURCE } })
    }
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend((part.len() as u64).to_le_bytes());
    bytes.extend(part);
}

fn put_all(bytes: &mut Vec<u8>, texts: &[String]) {
    bytes.extend((texts.len() as u64).to_le_bytes());
    for text in texts {
        put(bytes, text.as_bytes());
    }
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u64::from_le_bytes(*number))
}

fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

/// A list of texts.
fn take_all(rest: &mut &[u8]) -> Option<Vec<String>> {
    let count = number(rest)?;
    (0..count).map(|_| text(take(rest)?)).collect()
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(payload: Payload) -> Entry {
        let stages = vec!["AWSCURRENT".to_owned(), String::new()];
        let (version_id, region) = (Some("v1".to_owned()), None);
        Entry {
            asked: Duration::from_millis(7),
            fetched: Fetched { payload, version_id, stages, region, source: SOURCE },
        }
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        for payload in [
            Payload::Text(SecretValue::from("zwölf\n".to_owned())),
            Payload::Binary(SecretValue::new(vec![0, 255])),
            Payload::Text(SecretValue::new(Vec::new())),
        ] {
            let entry = entry(payload);
            assert_eq!(Entry::decode(&entry.encode()), Some(entry));
        }
    }

    #[test]
    fn nothing_else_is_an_entry() {
        let whole = entry(Payload::Text(SecretValue::from("value".to_owned()))).encode();
        for end in 0..whole.len() {
            assert_eq!(Entry::decode(&whole[..end]), None, "{end}");
        }
        let mut not_text = entry(Payload::Binary(SecretValue::new(vec![255]))).encode();
        not_text[8] = 0;
        assert_eq!(Entry::decode(&not_text), None);
        let mut of_no_kind = whole.clone();
        of_no_kind[8] = 2;
        assert_eq!(Entry::decode(&of_no_kind), None);
        assert_eq!(Entry::decode(&[&whole[..], b"x"].concat()), None);
        let mut endless = whole;
        endless[9..17].fill(255);
        assert_eq!(Entry::decode(&endless), None);
    }
}
