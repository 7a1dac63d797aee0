//! The token that the agent wants to see, which shows that the caller is on the same host and not a forwarded request.
//! Pure: variables and files come in through look-up functions.
//! Separate because it is a credential: nothing here is ever printed but where it came from.

use std::{fmt, io, path::Path};

use zeroize::Zeroizing;

/// The agent's own list, in its order; in Lambda the second is the one.
const VARIABLES: [&str; 3] = ["AWS_TOKEN", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];
/// Where the agent's installation script leaves it.
const INSTALLED: &str = "/var/run/awssmatoken";

/// A token and where it is from, or where one was looked for in vain.
pub(super) struct Token {
    /// The value of the header.
    pub(super) value: Option<Zeroizing<Vec<u8>>>,
    /// For messages: a variable's name, a file's path.
    pub(super) origin: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Token {
    /// The first variable that is set and not empty, whose value may be a `file://` URL, else the installed file.
    pub(super) fn find(
        variable: impl Fn(&str) -> Option<Vec<u8>>,
        read: impl Fn(&Path) -> io::Result<Vec<u8>>,
    ) -> Self {
        let set = VARIABLES.into_iter().find_map(|name| {
            let value = Zeroizing::new(variable(name)?);
            (!value.is_empty()).then_some((name, value))
        });
        match set {
            None => Self::of_file(INSTALLED, "AWS_TOKEN, AWS_SESSION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN, ", read),
            Some((name, value)) => match value.strip_prefix(b"file://").map(std::str::from_utf8) {
                Some(Ok(path)) => Self::of_file(path, &format!("{name}: "), read),
                _ => Self { value: Some(value), origin: name.to_owned() },
            },
        }
    }

    fn of_file(path: &str, before: &str, read: impl Fn(&Path) -> io::Result<Vec<u8>>) -> Self {
        match read(Path::new(path)).map(Zeroizing::new) {
            Ok(content) => {
                let origin = format!("the file {path}");
                Self { value: Some(Zeroizing::new(content.trim_ascii().to_vec())), origin }
            }
            Err(error) => Self { value: None, origin: format!("{before}the file {path} ({error})") },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(variables: &[(&str, &str)], files: &[(&str, &str)]) -> (Option<String>, String) {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| v.as_bytes().to_vec());
        let read = |path: &Path| {
            let file = files.iter().find(|(known, _)| Path::new(known) == path);
            file.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
        };
        let token = Token::find(variable, read);
        assert!(!format!("{token:?}").contains("hunter2"));
        (token.value.map(|value| String::from_utf8(value.to_vec()).expect("text")), token.origin)
    }

    fn found(value: &str, origin: &str) -> (Option<String>, String) {
        (Some(value.to_owned()), origin.to_owned())
    }

    #[test]
    fn the_first_variable_that_is_set_wins_and_the_installed_file_is_last() {
        let installed = [("/var/run/awssmatoken", "hunter2-installed\n")];
        let session = ("AWS_SESSION_TOKEN", "hunter2-session");
        assert_eq!(find(&[session, ("AWS_TOKEN", "hunter2")], &installed), found("hunter2", "AWS_TOKEN"));
        assert_eq!(find(&[("AWS_TOKEN", ""), session], &installed), found("hunter2-session", "AWS_SESSION_TOKEN"));
        let container = ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2");
        assert_eq!(find(&[container], &[]), found("hunter2", "AWS_CONTAINER_AUTHORIZATION_TOKEN"));
        assert_eq!(find(&[], &installed), found("hunter2-installed", "the file /var/run/awssmatoken"));
    }

    #[test]
    fn a_file_url_is_read_and_one_that_cannot_be_is_named() {
        let variable = [("AWS_TOKEN", "file:///run/token")];
        assert_eq!(find(&variable, &[("/run/token", " hunter2\r\n")]), found("hunter2", "the file /run/token"));
        let (value, origin) = find(&variable, &[]);
        assert_eq!(value, None);
        assert!(origin.starts_with("AWS_TOKEN: the file /run/token ("), "{origin}");
        let (value, origin) = find(&[], &[]);
        assert_eq!(value, None);
        assert!(origin.starts_with("AWS_TOKEN, AWS_SESSION_TOKEN") && origin.contains("awssmatoken"), "{origin}");
    }
}
