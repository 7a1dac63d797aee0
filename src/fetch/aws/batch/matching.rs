//! Which entry of a batch's answer belongs to which id.
//! Pure: ids and entries in, at most one secret for each id out.
//! Separate because a wrong match would hand one secret to another's variable: when in doubt there is none.

use crate::fetch::Fetched;

/// A secret in the answer.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name.
    pub(super) name: Option<String>,
    /// Its full ARN.
    pub(super) arn: Option<String>,
    /// Its value; none if the entry holds neither text nor binary.
    pub(super) secret: Option<Fetched>,
}

/// The secret for each id, in the ids' order. Two ids of one secret both get it; an id that fits
/// several secrets gets none.
pub(super) fn assign(ids: &[String], entries: &[Entry]) -> Vec<Option<Fetched>> {
    ids.iter()
        .map(|id| {
            let mut fitting = entries.iter().filter(|entry| entry.fits(id));
            let first = fitting.next()?;
            if fitting.all(|other| other.repeats(first)) { first.secret.clone() } else { None }
        })
        .collect()
}

impl Entry {
    /// Whether it is the same secret once more: two ids of it may give two entries.
    fn repeats(&self, other: &Self) -> bool {
        self.arn.is_some() && self.arn == other.arn && self.secret == other.secret
    }

    /// A name fits as a whole; an ARN as a whole, or without the hyphen and six characters that AWS adds.
    fn fits(&self, id: &str) -> bool {
        if !id.starts_with("arn:") {
            return self.name.as_deref() == Some(id);
        }
        let Some(rest) = self.arn.as_deref().and_then(|arn| arn.strip_prefix(id)) else { return false };
        let suffix = |tail: &str| tail.len() == 6 && tail.chars().all(|c| c.is_ascii_alphanumeric());
        rest.is_empty() || rest.strip_prefix('-').is_some_and(suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fetch::Payload, secret::SecretValue};

    const ROOT: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:";

    fn entry(name: &str, suffix: &str) -> Entry {
        let payload = Payload::Text(SecretValue::new(format!("{name}{suffix}").into_bytes()));
        Entry {
            name: Some(name.to_owned()),
            arn: Some(format!("{ROOT}{name}-{suffix}")),
            secret: Some(Fetched { payload, version_id: None, stages: Vec::new(), region: None, source: "aws" }),
        }
    }

    fn given(ids: &[&str], entries: &[Entry]) -> Vec<Option<String>> {
        let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
        let text = |fetched: Fetched| match fetched.payload {
            Payload::Text(value) | Payload::Binary(value) => String::from_utf8(value.expose().to_vec()).unwrap(),
        };
        assign(&ids, entries).into_iter().map(|found| found.map(text)).collect()
    }

    #[test]
    fn names_and_arns() {
        let partial = format!("{ROOT}db");
        let full = format!("{ROOT}db-AbCdEf");
        let all = given(&["db", &partial, &full, "absent"], &[entry("db", "AbCdEf"), entry("other", "GhIjKl")]);
        assert_eq!(all, [Some("dbAbCdEf".to_owned()), Some("dbAbCdEf".to_owned()), Some("dbAbCdEf".to_owned()), None]);
    }

    #[test]
    fn near_misses_get_nothing() {
        let partial = format!("{ROOT}db");
        for other in [("db-backup", "AbCdEf"), ("db2", "AbCdEf"), ("db", "AbCdEfG"), ("db", "AbC-Ef")] {
            let found = given(&[&partial], &[entry(other.0, other.1)]);
            assert_eq!(found, [None], "{other:?}");
        }
        assert_eq!(given(&["d"], &[entry("db", "AbCdEf")]), [None]);
        assert_eq!(given(&["DB"], &[entry("db", "AbCdEf")]), [None]);
    }

    #[test]
    fn doubt_gets_nothing() {
        assert_eq!(given(&["db"], &[entry("db", "AbCdEf"), entry("db", "GhIjKl")]), [None]);
        let partial = format!("{ROOT}db");
        assert_eq!(given(&[&partial], &[entry("db", "AbCdEf"), entry("db", "GhIjKl")]), [None]);
        let again = || vec![entry("db", "AbCdEf"), entry("db", "AbCdEf")];
        assert_eq!(given(&["db"], &again()), [Some("dbAbCdEf".to_owned())]);
        let mut changed = again();
        changed[1].secret = entry("db2", "AbCdEf").secret;
        assert_eq!(given(&["db"], &changed), [None]);
        let nameless = Entry { name: None, arn: None, secret: None };
        assert_eq!(given(&["db"], &[nameless]), [None]);
    }
}
