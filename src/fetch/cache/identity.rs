//! Who would ask, and where, without asking: what an entry of the cache is bound to.
//! Edge: the environment, and two files are looked at, not read.
//!
//! The SDK's chain of credentials, endpoints and regions begins with the settings, the `AWS_*` variables and the two
//! configuration files. It is not run for a cached value; instead all that it begins with is part of the entry's name and
//! of what its seal is bound to. Another user, profile, role, access key, endpoint, region or configuration, even one
//! that comes to the same, finds nothing.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        fs::MetadataExt,
    },
    path::{self, PathBuf},
};

use nix::unistd::{geteuid, getuid};
use zeroize::Zeroizing;

use crate::plan::Request;

/// Of the format of names and entries, and of what an identity is made of.
const FORMAT: &[u8] = b"secenv cache 1";

/// The configuration files: their variables, and where they are without these.
const FILES: [(&str, &str); 2] =
    [("AWS_CONFIG_FILE", ".aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")];

/// What all requests of a fetch have in common. It has credentials in it, and is wiped.
#[derive(PartialEq, Eq)]
pub(super) struct Identity(Zeroizing<Vec<u8>>);

impl Identity {
    /// That of this process, with these `settings` of the source.
    pub(super) fn here(settings: &[String]) -> Self {
        let variables = env::vars_os().filter(|(name, _)| name.as_bytes().starts_with(b"AWS_"));
        let mut variables: Vec<(OsString, Zeroizing<Vec<u8>>)> =
            variables.map(|(name, value)| (name, Zeroizing::new(value.into_vec()))).collect();
        variables.sort_by(|(one, its), (other, theirs)| (one, &**its).cmp(&(other, &**theirs)));
        // Enough at once: a buffer that grows leaves copies behind.
        let length = variables.iter().map(|(name, value)| name.len() + value.len() + 18).sum::<usize>();
        let mut text = Zeroizing::new(Vec::with_capacity(4096 + length));
        put(&mut text, Some(FORMAT));
        put(&mut text, Some(&[getuid().as_raw().to_le_bytes(), geteuid().as_raw().to_le_bytes()].concat()));
        text.extend((settings.len() as u64).to_le_bytes());
        for setting in settings {
            put(&mut text, Some(setting.as_bytes()));
        }
        text.extend((variables.len() as u64).to_le_bytes());
        for (name, value) in &variables {
            put(&mut text, Some(name.as_bytes()));
            put(&mut text, Some(value));
        }
        for (variable, usual) in FILES {
            put(&mut text, Some(&state(variable, usual)));
        }
        Self(text)
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// All that an entry is bound to: who asks, as a digest of an [`Identity`], and for what.
pub(super) fn about(whom: &[u8], request: &Request) -> Vec<u8> {
    let parts = [
        Some(request.id.as_str()),
        request.version.id.as_deref(),
        request.version.stage.as_deref(),
        request.region.as_deref(),
        request.login.profile.as_deref(),
        request.login.role_arn.as_deref(),
    ];
    let mut text = Vec::with_capacity(256);
    put(&mut text, Some(whom));
    for part in parts {
        put(&mut text, part.map(str::as_bytes));
    }
    text
}

/// Path, place and times of a file: it cannot be changed, and cannot be changed back, without another one of these.
fn state(variable: &str, usual: &str) -> Vec<u8> {
    let home = || env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let path = match env::var_os(variable).filter(|path| !path.is_empty()) {
        None => home().join(usual),
        // As the SDK reads it.
        Some(path) => match path.as_bytes().strip_prefix(b"~/") {
            Some(rest) => home().join(OsStr::from_bytes(rest)),
            None => PathBuf::from(path),
        },
    };
    let path = path::absolute(&path).unwrap_or(path);
    let mut text = Vec::new();
    put(&mut text, Some(path.as_os_str().as_bytes()));
    if let Ok(file) = fs::metadata(&path) {
        for number in [file.dev(), file.ino(), file.size()] {
            text.extend(number.to_le_bytes());
        }
        for number in [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()] {
            text.extend(number.to_le_bytes());
        }
    }
    text
}

/// A part so that no other list of parts has the same bytes.
fn put(text: &mut Vec<u8>, part: Option<&[u8]>) {
    text.push(part.is_some().into());
    let part = part.unwrap_or_default();
    text.extend((part.len() as u64).to_le_bytes());
    text.extend(part);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::reference::{SecretId, Version},
        plan::Login,
    };

    fn request(id: &str, stage: Option<&str>, version: Option<&str>, region: Option<&str>) -> Request {
        Request {
            id: SecretId::parse(id).expect("an id"),
            version: Version { stage: stage.map(str::to_owned), id: version.map(str::to_owned) },
            region: region.map(str::to_owned),
            login: Login::default(),
        }
    }

    #[test]
    fn each_request_of_each_asker_is_another() {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let settings = [texts(&[]), texts(&["a"]), texts(&["", "a"]), texts(&["a", ""]), texts(&["x"])];
        let plain = request("x", None, None, None);
        let login = |profile: Option<&str>, role_arn: Option<&str>| Request {
            login: Login { profile: profile.map(str::to_owned), role_arn: role_arn.map(str::to_owned) },
            ..plain.clone()
        };
        let requests = [
            plain.clone(),
            request("xx", None, None, None),
            request("x", Some("x"), None, None),
            request("x", None, Some("x"), None),
            request("x", None, None, Some("x")),
            login(Some("x"), None),
            login(None, Some("x")),
        ];
        let about = |settings: &Vec<String>, request| about(Identity::here(settings).expose(), request);
        let mut all: Vec<_> =
            settings.iter().flat_map(|settings| requests.iter().map(|request| about(settings, request))).collect();
        assert_eq!(about(&settings[1], &requests[2]), all[9]);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), settings.len() * requests.len());
    }
}
