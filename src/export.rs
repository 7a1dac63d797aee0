//! Variables → the text of a format, quoted so that its real reader gets them back byte for byte. Pure.
//!
//! What a format cannot hold is refused, never changed: each file knows its reader, and what it does to names and values.

use crate::secret::SecretValue;

mod docker;
mod dotenv;
mod fish;
mod github;
mod json;
mod k8s;
mod shell;
mod systemd;

pub use k8s::check_name as check_secret_name;

/// A variable with its value; neither has a NUL in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name: not empty, no `=`.
    pub name: String,
    /// The value.
    pub value: SecretValue,
}

/// The formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// A `.env` file that both python-dotenv and dotenvy read.
    Dotenv,
    /// One object, name → value.
    Json,
    /// `export` commands of bash, dash and zsh.
    Shell,
    /// `set` commands of fish.
    Fish,
    /// `docker run --env-file`.
    Docker,
    /// `EnvironmentFile=` of systemd.
    Systemd,
    /// Lines for `$GITHUB_ENV`.
    Github,
    /// The manifest of a Kubernetes Secret.
    K8s {
        /// The Secret's name.
        name: String,
    },
}

/// Why a format cannot hold variables; value-free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Their names.
    pub variables: Vec<String>,
    /// One line, lower case.
    pub message: &'static str,
    /// What to do.
    pub help: &'static str,
}

/// What is wrong with one variable, and what to do about it.
type Flaw = (&'static str, &'static str);

/// A variable's check, and how it is written.
type Writer = (fn(&Variable) -> Option<Flaw>, fn(&Variable, &mut Vec<u8>));

const PLAIN_NAME: Flaw = (
    "its name is none there: letters, digits and _ only, no digit first",
    "give it another name, or choose --format json or k8s",
);
const TEXT: Flaw =
    ("its value is not UTF-8, which this format cannot hold", "write encoding = \"base64\" in the entry");

/// The text.
///
/// # Errors
/// Everything that the format cannot hold, in the order of the variables.
pub fn write(format: &Format, variables: &[Variable]) -> Result<SecretValue, Vec<Refusal>> {
    let (check, line): Writer = match format {
        Format::Dotenv => (dotenv::check, dotenv::write),
        Format::Json => (json::check, json::write),
        Format::Shell => (shell::check, shell::write),
        Format::Fish => (fish::check, fish::write),
        Format::Docker => (docker::check, docker::write),
        Format::Systemd => (systemd::check, systemd::write),
        Format::Github => (github::check, github::write),
        Format::K8s { .. } => (k8s::check, k8s::write),
    };
    let flaw = |variable: &Variable| {
        check(variable).map(|(message, help)| Refusal { variables: vec![variable.name.clone()], message, help })
    };
    let mut refusals: Vec<Refusal> = variables.iter().filter_map(flaw).collect();
    if matches!(format, Format::K8s { .. }) {
        refusals.extend(k8s::check_all(variables));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut out = Vec::new();
    match format {
        Format::Json => json::write_all(variables, &mut out),
        Format::K8s { name } => k8s::write_all(name, variables, &mut out),
        _ => variables.iter().for_each(|variable| line(variable, &mut out)),
    }
    Ok(SecretValue::new(out))
}

/// The bytes with something before each that is special.
fn escape(value: &[u8], special: &[u8], out: &mut Vec<u8>) {
    for byte in value {
        if special.contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
}

fn is_text(variable: &Variable) -> bool {
    std::str::from_utf8(variable.value.expose()).is_ok()
}

#[cfg(test)]
mod tests;
