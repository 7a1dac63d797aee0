//! The one place that renders for people and machines. Pure: everything becomes a String that `main` writes.
//!
//! What comes from outside (names, the service's texts) is made harmless: no control character reaches a terminal.

use std::{fmt::Write, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::{
    error::{At, Error, Problem},
    manifest::{Login, Place, line_and_column},
};

pub mod check;
pub mod plan;
mod table;

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// ANSI escapes.
    Always,
}

/// All problems, and a last line that says what did not happen for them; ends with a line end.
#[must_use]
pub fn human(error: &Error, undone: &str, colour: Colour) -> String {
    let mut out = String::new();
    for problem in error.problems() {
        out.push_str(&block(problem, "error", colour));
        out.push_str("\n\n");
    }
    let count = match error.problems() {
        [_] => "one problem".to_owned(),
        problems => format!("{} problems", problems.len()),
    };
    let comma = if undone.is_empty() { "" } else { ", " };
    let _ = writeln!(out, "secenv: {count}{comma}{undone} (exit {})", error.exit().code());
    out
}

/// The same as one line of JSON.
#[must_use]
pub fn machine(error: &Error) -> String {
    format!("{}\n", problems(error))
}

fn problems(error: &Error) -> Value {
    let problems: Vec<Value> = error.problems().iter().map(as_json).collect();
    json!({ "exit_code": error.exit().code(), "problems": problems })
}

/// One problem, `level` being what it is called; without a line end.
fn block(problem: &Problem, level: &str, colour: Colour) -> String {
    match problem.at.as_slice() {
        [At::Text { file, text, span }] => with_source(problem, file, text, span, colour),
        _ => without_source(problem, level, colour),
    }
}

fn title(problem: &Problem) -> String {
    if problem.variables.is_empty() {
        return harmless(&problem.message);
    }
    harmless(&format!("{}: {}", problem.variables.join(", "), problem.message))
}

/// With the source line and a caret.
fn with_source(problem: &Problem, file: &str, text: &str, span: &Range<usize>, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Never => Renderer::plain(),
        Colour::Always => Renderer::styled(),
    };
    let snippet = Snippet::source(text).path(harmless(file)).annotation(AnnotationKind::Primary.span(span.clone()));
    let mut group =
        Group::with_title(Level::ERROR.with_name("secenv: error").primary_title(title(problem))).element(snippet);
    for note in &problem.notes {
        group = group.element(Level::NOTE.message(harmless(note)));
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(harmless(help)));
    }
    renderer.render(&[group])
}

fn without_source(problem: &Problem, level: &str, colour: Colour) -> String {
    let (strong, normal) = match colour {
        Colour::Never => ("", ""),
        Colour::Always if level == "warning" => ("\u{1b}[1;93m", "\u{1b}[0m"),
        Colour::Always => ("\u{1b}[1;91m", "\u{1b}[0m"),
    };
    let mut out = format!("{strong}secenv: {level}{normal}: {}", title(problem));
    if let Some(places) = places(&problem.at) {
        let _ = write!(out, "\n  --> {}", harmless(&places));
    }
    for note in &problem.notes {
        let _ = write!(out, "\n  = note: {}", harmless(note));
    }
    if let Some(help) = &problem.help {
        let _ = write!(out, "\n  = help: {}", harmless(help));
    }
    out
}

/// `secenv.toml:9:1, 10:1, 12:1`: a file is named once for all its lines in a row.
fn places(at: &[At]) -> Option<String> {
    let mut out = String::new();
    let mut last = None;
    for at in at {
        let At::Named(place) = at else { continue };
        let file = if let Place::Line { file, .. } = place { Some(file) } else { None };
        let mut shown = place.to_string();
        if !out.is_empty() {
            out.push_str(", ");
            if let Some(file) = file.filter(|file| last == Some(*file)) {
                shown = shown[file.len() + 1..].to_owned();
            }
        }
        out.push_str(&shown);
        last = file;
    }
    (!out.is_empty()).then_some(out)
}

fn as_json(problem: &Problem) -> Value {
    let at: Vec<Value> = problem.at.iter().map(place_as_json).collect();
    json!({
        "kind": problem.kind,
        "exit_code": problem.exit.code(),
        "message": problem.message,
        "secret": problem.secret,
        "variables": problem.variables,
        "at": at,
        "notes": problem.notes,
        "help": problem.help,
    })
}

fn place_as_json(at: &At) -> Value {
    match at {
        At::Text { file, text, span } => {
            let (line, column) = line_and_column(text, span.start);
            json!({ "file": file, "line": line, "column": column })
        }
        At::Named(place) => named_place(place),
    }
}

/// As whom somebody is asked, if that is said.
fn as_whom(login: &Login) -> Option<String> {
    match (&login.profile, &login.role_arn) {
        (None, None) => None,
        (Some(profile), None) => Some(format!("as profile {profile}")),
        (None, Some(role)) => Some(format!("as {role}")),
        (Some(profile), Some(role)) => Some(format!("as {role}, by profile {profile}")),
    }
}

fn named_place(place: &Place) -> Value {
    match place {
        Place::Line { file, line, column } => json!({ "file": file, "line": line, "column": column }),
        Place::Argument(argument) => json!({ "argument": argument }),
        Place::Inherited(name) => json!({ "inherited": name }),
    }
}

/// The text without control characters: line ends become spaces, others are escaped.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                out.extend(c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
