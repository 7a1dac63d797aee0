//! The source `file:PATH`: a JSON object, secret id → value. No account, no network, no runtime.
//!
//! A string is a plain secret, an object or array a JSON secret, `{"$binary": "<base64>"}` a binary one, and
//! `{"$versions": {…}}` holds one of these for each staging label or version id.

use std::{io::ErrorKind, path::PathBuf};

use data_encoding::BASE64;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{Failure, FailureKind, Fetched, Limits, Outcome, Payload, Source, Subject};
use crate::{
    input,
    json::{Members, Shape, compact},
    log::Log,
    nearest::nearest,
    plan::Request,
    secret::SecretValue,
};

/// Secrets in a file.
#[derive(Clone, Debug)]
pub struct FileSource {
    path: PathBuf,
}

impl FileSource {
    /// The file is read when secrets are fetched.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl Source for FileSource {
    fn fetch(&self, requests: &[Request], limits: &Limits, _log: &Log) -> Vec<Outcome> {
        let answer = input::read(&self.path, limits.deadline).map_err(|error| self.unreadable(error.kind(), limits));
        let answer = answer.and_then(|text| {
            let text = Zeroizing::new(text);
            let secrets = self.parse(&text)?;
            Ok(requests.iter().map(|request| self.answer(&secrets.0, request)).collect())
        });
        answer.unwrap_or_else(|failure| vec![Err(failure); requests.len()])
    }
}

impl FileSource {
    fn parse<'t>(&self, text: &'t [u8]) -> Result<Members<'t>, Failure> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let secrets: Members = serde_json::from_slice(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Self::broken(format!("{}:{line}:{column} is not the JSON object that it should be", self.path.display()))
        })?;
        for (index, (id, _)) in secrets.0.iter().enumerate() {
            if secrets.0[..index].iter().any(|(earlier, _)| earlier == id) {
                return Err(Self::broken(format!("{} has the secret {id} twice", self.path.display())));
            }
        }
        Ok(secrets)
    }

    fn answer(&self, secrets: &[(String, &RawValue)], request: &Request) -> Outcome {
        let found = names(request).find_map(|name| secrets.iter().find(|(id, _)| id == name));
        let Some((name, value)) = found else { return Err(self.not_found(secrets, request)) };
        let version = match staged(value) {
            Some(versions) => self.version(&versions.0, request)?,
            None if matches!(request.version.stage.as_deref(), None | Some("AWSCURRENT"))
                && request.version.id.is_none() =>
            {
                value
            }
            None => return Err(self.no_version(request, &["AWSCURRENT"])),
        };
        let payload = payload(version).ok_or_else(|| Failure {
            kind: FailureKind::SourceFile,
            subject: Subject::Secret,
            message: format!("the value of {name} in {} is no secret", self.path.display()),
            notes: Vec::new(),
            help: Some(
                "write a string, an object, an array, {\"$binary\": \"<base64>\"} or {\"$versions\": {…}}".into(),
            ),
        })?;
        Ok(Fetched {
            payload,
            version_id: request.version.id.clone(),
            stages: request.version.id.is_none().then(|| stage(request).to_owned()).into_iter().collect(),
            region: None,
            source: "file",
        })
    }

    /// Both a label and an id: AWS gives a version that has both, so the two must hold the same here.
    fn version<'t>(&self, versions: &[(String, &'t RawValue)], request: &Request) -> Result<&'t RawValue, Failure> {
        let find = |name: &str| versions.iter().find(|(version, _)| version == name).map(|(_, value)| *value);
        let asked = request.version.id.as_deref().unwrap_or_else(|| stage(request));
        let same = |value: &&RawValue| match (&request.version.id, &request.version.stage) {
            (Some(_), Some(stage)) => find(stage).is_some_and(|staged| staged.get() == value.get()),
            _ => true,
        };
        find(asked).filter(same).ok_or_else(|| {
            let known: Vec<&str> = versions.iter().map(|(version, _)| version.as_str()).collect();
            self.no_version(request, &known)
        })
    }

    fn no_version(&self, request: &Request, known: &[&str]) -> Failure {
        let version = match (&request.version.id, &request.version.stage) {
            (Some(id), Some(stage)) => format!("version {id} with the stage {stage}"),
            (Some(id), None) => format!("version {id}"),
            (None, _) => format!("version with the stage {}", stage(request)),
        };
        Failure {
            kind: FailureKind::VersionNotFound,
            subject: Subject::Secret,
            message: format!("secret {} has no {version} in {}", request.id, self.path.display()),
            notes: vec![format!("it has {}", known.join(", "))],
            help: Some("add it under \"$versions\", or ask for one that is there".into()),
        }
    }

    fn not_found(&self, secrets: &[(String, &RawValue)], request: &Request) -> Failure {
        let near = nearest(request.id.as_str(), secrets.iter().map(|(id, _)| id.as_str()));
        let hint = near.map_or_else(|| "add it to the file;".to_owned(), |near| format!("did you mean {near}?"));
        Failure {
            kind: FailureKind::NotFound,
            subject: Subject::Secret,
            message: format!("secret {} is not in {}", request.id, self.path.display()),
            notes: Vec::new(),
            help: Some(format!("{hint} a literal? write {{ value = \"…\" }}")),
        }
    }

    fn unreadable(&self, kind: ErrorKind, limits: &Limits) -> Failure {
        let path = self.path.display();
        let (kind, message) = match kind {
            ErrorKind::TimedOut => {
                (FailureKind::Deadline, format!("{path} did not end within the deadline of {:?}", limits.budget))
            }
            other => (FailureKind::SourceFile, format!("the source file {path} cannot be read: {other}")),
        };
        let help = "a path in the manifest is relative to the manifest, one of --source to the current directory";
        Failure { kind, subject: Subject::Source, message, notes: Vec::new(), help: Some(help.into()) }
    }

    fn broken(message: String) -> Failure {
        let help = "it is a JSON object: secret id → string, object, array, {\"$binary\": …} or {\"$versions\": …}";
        Failure {
            kind: FailureKind::SourceFile,
            subject: Subject::Source,
            message,
            notes: Vec::new(),
            help: Some(help.into()),
        }
    }
}

/// What the file may call a secret: the id as asked for, the name in an ARN, and that without the random suffix.
fn names(request: &Request) -> impl Iterator<Item = &str> {
    let resource = request.id.resource();
    let bare = resource.rsplit_once('-').filter(|(_, suffix)| request.id.is_arn() && suffix.len() == 6);
    [Some(request.id.as_str()), Some(resource), bare.map(|(name, _)| name)].into_iter().flatten()
}

fn stage(request: &Request) -> &str {
    request.version.stage.as_deref().unwrap_or("AWSCURRENT")
}

fn staged(value: &RawValue) -> Option<Members<'_>> {
    serde_json::from_str(marked(value, "$versions")?.get()).ok()
}

/// The value of an object's only member, if it has that name.
fn marked<'t>(value: &'t RawValue, name: &str) -> Option<&'t RawValue> {
    if Shape::of(value) != Shape::Object {
        return None;
    }
    let Members(members) = serde_json::from_str(value.get()).ok()?;
    match members.as_slice() {
        [(only, value)] if only == name => Some(value),
        _ => None,
    }
}

fn payload(value: &RawValue) -> Option<Payload> {
    if let Some(encoded) = marked(value, "$binary") {
        let encoded: Zeroizing<String> = Zeroizing::new(serde_json::from_str(encoded.get()).ok()?);
        return BASE64.decode(encoded.as_bytes()).ok().map(|bytes| Payload::Binary(SecretValue::new(bytes)));
    }
    match Shape::of(value) {
        Shape::String => serde_json::from_str(value.get()).ok().map(|text: String| Payload::Text(text.into())),
        Shape::Object | Shape::Array => Some(Payload::Text(SecretValue::new(compact(value.get())))),
        Shape::Number | Shape::Boolean | Shape::Null => None,
    }
}

#[cfg(test)]
mod tests;
