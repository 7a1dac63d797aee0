//! Templates of the manifest: their text from the manifest or a file, and whether their inputs are there. Pure: the
//! caller gives a way to read a file.

use std::{
    collections::HashMap,
    ops::Range,
    path::{Path, PathBuf},
};

use super::{Content, Delivery, Entry, field::Text, mistake::Mistake};
use crate::{nearest::nearest, template::Template};

/// How files that the manifest names are found and read.
pub(super) struct Files<'f> {
    /// What relative paths are relative to.
    pub(super) dir: &'f Path,
    /// The text of one, or why it cannot be read.
    pub(super) read: &'f dyn Fn(&Path) -> Result<String, String>,
}

/// The template of a field: its text, or the file that it names.
pub(super) fn read_template(field: &Text, path: Option<String>, files: &Files<'_>) -> Result<Template, Mistake> {
    let Some(path) = path else {
        return Template::parse(field.text.clone())
            .map_err(|error| helped(Mistake::new(field.span.clone(), error.to_string()), error.help));
    };
    let path: PathBuf = files.dir.join(path);
    let mistake = |message: String| Mistake::new(field.span.clone(), message);
    let text = (files.read)(&path).map_err(|why| {
        mistake(format!("the template {} cannot be read: {why}", path.display()))
            .help("a path is relative to the manifest")
    })?;
    Template::parse(text)
        .map_err(|error| helped(mistake(format!("{}:{}: {}", path.display(), error.line, error.message)), error.help))
}

fn helped(mistake: Mistake, help: Option<String>) -> Mistake {
    match help {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

/// An entry, and where its name and, if it is one, its template are written.
pub(super) struct Placed<'e> {
    pub(super) entry: &'e Entry,
    pub(super) name: Range<usize>,
    pub(super) template: Option<Range<usize>>,
}

/// Inputs that are no entries or are files, and templates that are made of themselves; `others` are names that are not
/// entries of `[env]` and can be inputs too.
pub(super) fn check_inputs(placed: &[Placed<'_>], others: &[String], manifest: &str) -> Vec<Mistake> {
    let entries: HashMap<&str, &Placed<'_>> =
        placed.iter().map(|placed| (placed.entry.name.as_str(), placed)).collect();
    let mut mistakes = Vec::new();
    for one in placed {
        let Content::Template(template) = &one.entry.content else { continue };
        for input in template.inputs() {
            let at = || one.place_of(template, input, manifest);
            match entries.get(input.as_str()) {
                None if others.contains(input) => {}
                None => {
                    let near = nearest(input, entries.keys().copied().chain(others.iter().map(String::as_str)));
                    mistakes.push(Mistake::new(at(), format!("no entry `{input}` for the template{}", one.line_of(template, input, manifest))).help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!(
                            "a template reads entries of [env], and of an [[env_from]] what it lists in `keys`; write an entry {input}"
                        ),
                    }));
                }
                Some(found) if found.entry.delivery != Delivery::Variable => {
                    let message = format!("`{input}` is a file, and a template reads values");
                    let help = "write a second entry of the secret without `as`, with export = false";
                    mistakes.push(Mistake::new(at(), message).help(help));
                }
                Some(_) => {}
            }
        }
    }
    mistakes.extend(cycles(placed, &entries, manifest));
    mistakes
}

impl Placed<'_> {
    /// A name in the template where that can be told, else all of the template.
    fn place_of(&self, template: &Template, input: &str, manifest: &str) -> Range<usize> {
        let written = self.template.clone().unwrap_or_else(|| self.name.clone());
        let start = manifest[written.clone()].find(template.text());
        match (start, template.place_of(input)) {
            (Some(start), Some(found)) => written.start + start + found.start..written.start + start + found.end,
            _ => written,
        }
    }

    /// Of a template in a file no name can be shown, only its line told.
    fn line_of(&self, template: &Template, input: &str, manifest: &str) -> String {
        let written = self.template.clone().unwrap_or_else(|| self.name.clone());
        match template.place_of(input) {
            Some(found) if !manifest[written].contains(template.text()) => {
                format!(" (line {} of it)", template.text()[..found.start].matches('\n').count() + 1)
            }
            _ => String::new(),
        }
    }
}

/// Each circle once, at the template in it that comes first.
fn cycles(placed: &[Placed<'_>], entries: &HashMap<&str, &Placed<'_>>, manifest: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for one in placed {
        let name = one.entry.name.as_str();
        let Some(path) = way_back(name, entries).filter(|path| !path.iter().any(|name| told.contains(name))) else {
            continue;
        };
        if let Content::Template(template) = &one.entry.content {
            let circle = [&path[..], &[name]].concat().join(" → ");
            let at = one.place_of(template, path.get(1).unwrap_or(&name), manifest);
            mistakes.push(Mistake::new(at, format!("`{name}` is made of itself: {circle}")));
        }
        told.extend(path);
    }
    mistakes
}

/// The names from `start` along inputs back to `start`, without the second `start`.
fn way_back<'e>(start: &'e str, entries: &HashMap<&'e str, &'e Placed<'e>>) -> Option<Vec<&'e str>> {
    let mut seen: Vec<&str> = vec![start];
    let mut open: Vec<Vec<&str>> = vec![vec![start]];
    while let Some(path) = open.pop() {
        let inputs = match entries.get(path.last()?).map(|placed| &placed.entry.content) {
            Some(Content::Template(template)) => template.inputs(),
            _ => &[],
        };
        for input in inputs {
            if input == start {
                return Some(path);
            }
            if !seen.contains(&input.as_str()) {
                seen.push(input);
                open.push([&path[..], &[input.as_str()]].concat());
            }
        }
    }
    None
}
