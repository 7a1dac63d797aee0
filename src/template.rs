//! A text with variables in it (minijinja), and what it becomes. Pure, and a leaf: of the crate it imports only `secret` and `nearest`.
//!
//! Nothing is escaped, nothing is guessed: an input that is absent is an error wherever it is not given a `default`.
//! minijinja's own errors may quote values; of them only the kind and the line are used.

use std::{collections::HashSet, fmt, ops::Range};

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig};

mod absences;
mod filters;

use self::absences::{Absences, Inputs};
use crate::{nearest::did_you_mean, secret::SecretValue};

/// A template that can be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    inputs: Vec<String>,
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Counted from 1.
    pub line: usize,
    /// A fragment such as `unknown filter: filter urlencod is unknown`, and nothing of a value.
    pub message: String,
    /// What to write instead, where that can be told.
    pub help: Option<String>,
}

/// Why a template gave no text; value-free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderError {
    /// An input that is absent is used without a `default`.
    Absent {
        /// Those of its inputs that are absent.
        inputs: Vec<String>,
    },
    /// Anything else.
    Broken {
        /// Counted from 1, where it is known.
        line: Option<usize>,
        /// minijinja's word for it.
        what: String,
    },
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it: syntax, and filters, tests and functions that there are not.
    pub fn parse(text: String) -> Result<Self, TemplateError> {
        check_tags(&text)?;
        let environment = environment(&Absences::default());
        let names = {
            let parsed = environment.template_from_str(&text)?;
            let names = parsed.undeclared_variables(false);
            // Filters and functions are looked up as it is rendered: a rehearsal finds those that are not there.
            let rehearsal = names.iter().map(|name| (name.as_str(), Value::from("")));
            match parsed.render(Value::from_pairs(rehearsal)) {
                Err(found) if is_of_the_text(found.kind()) => return Err(found.into()),
                _ => names,
            }
        };
        Ok(Self { inputs: in_order(&text, names), text })
    }

    /// The names it reads, in the order of the text.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in the text a name first stands.
    #[must_use]
    pub fn place_of(&self, name: &str) -> Option<Range<usize>> {
        find_name(&self.text, name)
    }

    /// What it becomes; `value` gives the value of an input, none for one that is absent.
    ///
    /// # Errors
    /// See [`RenderError`].
    pub fn render<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<SecretValue, RenderError> {
        let absences = Absences::default();
        let environment = environment(&absences);
        let given = self.inputs.iter().filter_map(|name| Some((name.clone(), Value::from(value(name)?))));
        let inputs = Inputs::value(given.collect(), absences.clone());
        let rendered = environment
            .template_from_str(&self.text)
            .and_then(|template| template.render(inputs))
            .map(SecretValue::from);
        let absent: Vec<String> = self.inputs.iter().filter(|name| value(name).is_none()).cloned().collect();
        match rendered {
            Ok(_) if absences.any_is_open() => Err(RenderError::Absent { inputs: absent }),
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::UndefinedError && !absent.is_empty() => {
                Err(RenderError::Absent { inputs: absent })
            }
            Err(error) => Err(RenderError::Broken { line: error.line(), what: error.kind().to_string() }),
        }
    }
}

impl From<minijinja::Error> for TemplateError {
    /// Of a rehearsal or of parsing, so that its detail can only quote the template.
    fn from(error: minijinja::Error) -> Self {
        let detail = error.detail().unwrap_or_default();
        let unknown = (error.kind() == ErrorKind::UnknownFilter).then(|| detail.split(' ').nth(1).unwrap_or_default());
        Self {
            line: error.line().unwrap_or(1),
            message: if detail.is_empty() { error.kind().to_string() } else { format!("{}: {detail}", error.kind()) },
            help: unknown.map(|name| did_you_mean(name, &filters::FILTERS, "the filters are")),
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {})", self.message, self.line)
    }
}

fn environment<'t>(absences: &Absences) -> Environment<'t> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build().expect("the usual delimiters"));
    filters::add_to(&mut environment, absences);
    environment
}

/// Whether an error comes from what is written, whatever the values are.
fn is_of_the_text(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument
    )
}

/// A tag that is not too long to be read: each operator in it may take its part of the stack.
fn check_tags(text: &str) -> Result<(), TemplateError> {
    const LONGEST: usize = 2000;
    let tags = text.match_indices('{').filter(|(at, _)| text[at + 1..].starts_with(['{', '%']));
    for (at, _) in tags {
        let rest = &text[at..];
        let end = ["}}", "%}"].iter().filter_map(|close| rest.find(close)).min().unwrap_or(rest.len());
        if end > LONGEST {
            return Err(TemplateError {
                line: text[..at].matches('\n').count() + 1,
                message: format!("a tag of more than {LONGEST} bytes"),
                help: Some("divide it with {% set x = … %}".to_owned()),
            });
        }
    }
    Ok(())
}

fn in_order(text: &str, names: HashSet<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_by_key(|name| (find_name(text, name).map_or(usize::MAX, |found| found.start), name.clone()));
    names
}

/// The first time that a name stands for itself: inside of braces, and no part of a longer name.
fn find_name(text: &str, name: &str) -> Option<Range<usize>> {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |&at: &usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(in_name) && !after.starts_with(in_name)
    };
    let in_braces = |&at: &usize| {
        let opened = ["{{", "{%"].map(|brace| text[..at].rfind(brace)).into_iter().max().flatten();
        let closed = ["}}", "%}"].map(|brace| text[..at].rfind(brace)).into_iter().max().flatten();
        opened > closed
    };
    let found = text.match_indices(name).map(|(at, _)| at).filter(whole).find(in_braces);
    found.map(|at| at..at + name.len())
}

#[cfg(test)]
mod tests;
