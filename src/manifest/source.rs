//! Names of sources: `aws`, `file:PATH`, `agent[:PORT]`. Pure.

use std::path::{Path, PathBuf};

/// Where secrets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceName {
    /// AWS Secrets Manager through the SDK.
    Aws,
    /// A Secrets Manager Agent, or the Lambda extension, on this port of the loopback address.
    Agent(Option<u16>),
    /// A JSON file, secret id → value.
    File(PathBuf),
}

impl SourceName {
    /// Its first word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Agent(_) => "agent",
            Self::File(_) => "file",
        }
    }

    /// Reads `aws`, `agent[:PORT]` or `file:PATH`, a relative path being one below `dir`.
    ///
    /// # Errors
    /// What is wrong, and what to write.
    pub fn parse(text: &str, dir: &Path) -> Result<Self, (String, String)> {
        const KNOWN: &str = "sources are `aws`, `agent`, `agent:PORT` and `file:PATH`";
        match text.split_once(':') {
            None if text == "aws" => Ok(Self::Aws),
            Some(("file", "")) => Err(("`file:` names no file".into(), "write file:PATH".into())),
            Some(("file", path)) => Ok(Self::File(dir.join(path))),
            None if text == "file" => Err(("`file` names no file".into(), "write file:PATH".into())),
            None if text == "agent" => Ok(Self::Agent(None)),
            Some(("agent", port)) => match port.parse() {
                Ok(port @ 1..) => Ok(Self::Agent(Some(port))),
                _ => Err((format!("`{text}` names no port"), "write agent:2773, or agent for the usual port".into())),
            },
            _ => Err((format!("unknown source `{text}`"), KNOWN.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_and_paths_are_relative_to_the_manifest() {
        let parse = |text| SourceName::parse(text, Path::new("conf"));
        assert_eq!(parse("aws"), Ok(SourceName::Aws));
        assert_eq!(parse("file:a:b.json"), Ok(SourceName::File("conf/a:b.json".into())));
        assert_eq!(parse("file:/x.json"), Ok(SourceName::File("/x.json".into())));
        assert_eq!(parse("agent"), Ok(SourceName::Agent(None)));
        assert_eq!(parse("agent:2774"), Ok(SourceName::Agent(Some(2774))));
        for text in ["", "AWS", "file", "file:", "vault", "agent:", "agent:0", "agent:65536", "agent:x", "aws:x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
