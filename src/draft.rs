//! A first manifest from what a project has already: an env file, a secret, an ECS task definition, a CloudFormation
//! template. Pure: text in, text out.
//!
//! The value of what looks like a secret is never in the manifest; it can go into a file of its own, for this machine.

use crate::{
    manifest::{name, reference::Reference},
    secret::SecretValue,
};

pub mod cloudformation;
pub mod env_file;
mod naming;
pub mod secret;
mod secretive;
pub mod task_definition;
mod toml_text;

pub use toml_text::{LOCAL_SECRETS, LOCAL_TARGET, escaped};

/// The variables of a manifest that is not written yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// `[vars]` that a reference uses: names and values.
    pub vars: Vec<(String, String)>,
    /// `[env]`, in the order in which they were found.
    pub entries: Vec<Entry>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, as found.
    pub name: String,
    /// What it becomes.
    pub content: Content,
}

/// What a variable becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A literal.
    Literal(String),
    /// A reference, as the manifest has it: with `${…}` of [`Draft::vars`].
    Reference(String),
    /// A file with the bytes of this reference.
    Binary(String),
    /// A secret that has to be stored yet, and what it is on this machine.
    Wanted(SecretValue),
    /// Nothing, for this reason; it is a comment then.
    Left(&'static str),
}

impl Draft {
    /// Adds a variable; one that no environment can have is left out.
    fn add(&mut self, name: &str, content: Content) {
        let content = match name::check(name.as_bytes()) {
            Ok(()) => content,
            Err(_) => Content::Left("no environment can have this name"),
        };
        self.entries.retain(|earlier| earlier.name != name);
        self.entries.push(Entry { name: name.to_owned(), content });
    }

    /// The names of one kind of variable.
    pub fn names<'d>(&'d self, wanted: impl Fn(&Content) -> bool + 'd) -> impl Iterator<Item = &'d str> {
        self.entries.iter().filter(move |entry| wanted(&entry.content)).map(|entry| entry.name.as_str())
    }

    /// Whether secrets have to be stored yet.
    #[must_use]
    pub fn wants_secrets(&self) -> bool {
        self.names(|content| matches!(content, Content::Wanted(_))).next().is_some()
    }
}

/// What a value from outside becomes: a reference if it is one by its looks, a secret if it looks like one.
fn by_looks(name: &str, value: &str) -> Content {
    match Reference::parse_marked(value) {
        Some(Ok(_)) => Content::Reference(escaped(value)),
        Some(Err(_)) => Content::Left("it is a reference that secenv cannot read"),
        None if secretive::is_secret(name, value) => Content::Wanted(value.to_owned().into()),
        None => Content::Literal(value.to_owned()),
    }
}

/// A literal that has the value of a secret in it is one, too: `$NAME` in an env file puts it there. `others` are values of
/// secrets from elsewhere.
fn without_copies(draft: &mut Draft, others: &[&str]) {
    // Shorter ones are in everything.
    const LEAST: usize = 4;
    let of_draft = draft.entries.iter().filter_map(|entry| match &entry.content {
        Content::Wanted(value) => Some(value.clone()),
        _ => None,
    });
    let others = others.iter().map(|value| SecretValue::from((*value).to_owned()));
    let secrets: Vec<SecretValue> = of_draft.chain(others).filter(|value| value.expose().len() >= LEAST).collect();
    for entry in &mut draft.entries {
        let Content::Literal(text) = &entry.content else { continue };
        let holds = |secret: &SecretValue| text.as_bytes().windows(secret.expose().len()).any(|w| w == secret.expose());
        if secrets.iter().any(holds) {
            entry.content = Content::Wanted(text.clone().into());
        }
    }
}

#[cfg(test)]
mod tests;
