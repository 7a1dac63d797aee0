//! A draft as the text of a manifest, and its secrets as that of a file source. Pure.

use std::fmt::Write as _;

use super::{Content, Draft, Entry};
use crate::{manifest::name, secret::SecretValue};

/// The file with the secrets of this machine, beside the manifest.
pub const LOCAL_SECRETS: &str = "secrets.json";
/// The target that reads it, and how the secret is called there.
pub const LOCAL_TARGET: &str = "local";

impl Draft {
    /// The manifest; `origin` says what it is made from. No value of a secret is in it.
    #[must_use]
    pub fn manifest(&self, origin: &str) -> String {
        let mut out = "#:schema ./secenv.schema.json\n".to_owned();
        let _ = writeln!(out, "# Made by `secenv init` from {}.", one_line(origin));
        let wanted = self.wants_secrets();
        if wanted {
            out.push_str("# What looks like a secret has its value elsewhere: in a secret of AWS Secrets Manager, JSON with these keys.\n");
        }
        if wanted || !self.vars.is_empty() {
            out.push_str("\n[vars]\n");
        }
        if wanted {
            out.push_str("secret = \"TODO\"  # TODO: the name or ARN of that secret\n");
        }
        for (name, value) in &self.vars {
            let _ = writeln!(out, "{} = {}  # TODO: as in the template", key(name), quoted(value));
        }
        out.push_str("\n[env]\n");
        for entry in &self.entries {
            out.push_str(&line(entry));
        }
        if wanted {
            let _ = write!(
                out,
                "\n# Without an account: `secenv init --local` writes {LOCAL_SECRETS}, `secenv run --target {LOCAL_TARGET} -- CMD` \
                 reads it.\n[target.{LOCAL_TARGET}]\nsource = \"file:{LOCAL_SECRETS}\"\nvars = {{ secret = \"{LOCAL_TARGET}\" }}\n"
            );
        }
        out
    }

    /// The file source with the values of the secrets that have to be stored yet.
    #[must_use]
    pub fn local_secrets(&self) -> SecretValue {
        let members: Vec<(&str, &SecretValue)> = self
            .entries
            .iter()
            .filter_map(|entry| match &entry.content {
                Content::Wanted(value) => Some((entry.name.as_str(), value)),
                _ => None,
            })
            .collect();
        let size = members.iter().map(|(name, value)| name.len() * 6 + value.expose().len() * 6 + 16).sum::<usize>();
        // Large enough not to move, which would leave a copy behind.
        let mut out = Vec::with_capacity(size + 64);
        out.extend(format!("{{\n  \"{LOCAL_TARGET}\": {{").bytes());
        for (index, (name, value)) in members.iter().enumerate() {
            out.extend(if index == 0 { "\n    " } else { ",\n    " }.bytes());
            write_json(&mut out, name);
            out.extend(b": ");
            write_json(&mut out, std::str::from_utf8(value.expose()).unwrap_or_default());
        }
        out.extend(b"\n  }\n}\n");
        SecretValue::new(out)
    }
}

fn write_json(out: &mut Vec<u8>, text: &str) {
    // A Vec takes all that is written to it.
    let _ = serde_json::to_writer(out, text);
}

fn line(Entry { name, content }: &Entry) -> String {
    let unsafe_name = if name::steers(name) { ", allow_unsafe_name = true" } else { "" };
    let name_key = key(name);
    match content {
        Content::Literal(text) => format!("{name_key} = {{ value = {} }}\n", quoted(&escaped(text))),
        Content::Reference(reference) if unsafe_name.is_empty() => format!("{name_key} = {}\n", quoted(reference)),
        Content::Reference(reference) => format!("{name_key} = {{ secret = {}{unsafe_name} }}\n", quoted(reference)),
        Content::Binary(reference) => format!("{name_key} = {{ secret = {}, as = \"file\" }}\n", quoted(reference)),
        Content::Wanted(_) if unsafe_name.is_empty() && !name.starts_with('/') => {
            format!("{name_key} = {}\n", quoted(&format!("${{secret}}#{}", escaped(name))))
        }
        Content::Wanted(_) => {
            let pointer = || format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let key = if name.starts_with('/') { pointer() } else { name.clone() };
            format!("{name_key} = {{ secret = \"${{secret}}\", key = {}{unsafe_name} }}\n", quoted(&escaped(&key)))
        }
        Content::Left(why) => format!("# {}: left out, {why}\n", one_line(name)),
    }
}

/// `${` as a manifest has it where it means nothing else.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// A basic string: JSON's escapes are TOML's, which wants one more.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if bare { name.to_owned() } else { quoted(name) }
}

/// For a comment, which ends with the line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
