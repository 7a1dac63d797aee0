//! Step 1: the text of `secenv.toml` → [`Manifest`], every mistake at its place. Pure.
//!
//! Text → tables with spans (`document`) → typed layers (`layer`, `entry`) → the chosen target over the base, strings
//! expanded (here). Whatever fails is collected, so that one report has it all.

use std::{collections::BTreeMap, num::NonZeroUsize, ops::Range, path::Path, time::Duration};

mod child;
mod document;
pub mod dotenv;
mod duration;
mod entry;
mod env_from;
mod extent;
mod field;
mod layer;
mod login;
mod marked;
mod mistake;
pub mod name;
mod paths;
mod place;
mod raw_reference;
pub mod reference;
mod schema;
mod source;
mod template;
mod vars;

pub use child::{AwsCredentials, Child, Inherit};
pub use duration::parse_duration;
pub use entry::{
    Absent, Account, Content, Delivery, Directory, Encoding, Export, FileKind, Inherited, NamedFile, Secret,
};
pub use env_from::{BadName, Case, EnvFrom, Keys, Naming, Presence};
pub use extent::Extent;
pub use login::Login;
pub use marked::{InputError, inherited_entries, marked_entry};
pub use mistake::Mistake;
pub use place::Place;
pub use schema::schema;
pub use source::SourceName;

use crate::nearest::did_you_mean;
use document::Document;
use entry::RawEntry;
use field::{Switch, Text};
use layer::{Layer, RawInherit, Statement};
use template::{Files, Placed};
use vars::Vars;

/// What a manifest says, for the chosen target, with all strings expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// How much it says, a target that is not chosen included.
    pub extent: Extent,
    /// Where secrets come from; empty means the default.
    pub sources: Vec<SourceName>,
    /// `[aws]`: defaults of every entry.
    pub aws: Aws,
    /// `[env]`, in the order of the text; an entry of a target stands where the base's stood.
    pub entries: Vec<Entry>,
    /// `[[env_from]]`, in the order of the text.
    pub env_from: Vec<EnvFrom>,
    /// `[child]`.
    pub child: Child,
    /// `[fetch]`.
    pub fetch: Fetch,
    /// `[cache]`; none switches it off.
    pub cache: Option<Cache>,
    /// What `${name}` stands for, those of the manifest and those from outside.
    pub vars: BTreeMap<String, String>,
}

/// `[aws]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aws {
    /// Region of the secrets that name none.
    pub region: Option<String>,
    /// Profile and role of those that name none.
    pub login: Login,
}

/// A variable of the child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: not empty, no `=`, no NUL.
    pub name: String,
    /// Where it is written.
    pub at: Place,
    /// Where its value comes from.
    pub content: Content,
    /// Whether an inherited value wins.
    pub inherited: Inherited,
    /// Whether the child gets it.
    pub export: Export,
    /// Whether the child gets the value, or the path of a file that holds it.
    pub delivery: Delivery,
}

/// `[fetch]`; what is not said has a default, which flags and `SECENV_*` variables override.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetch {
    /// Bounds everything before the child starts.
    pub deadline: Option<Duration>,
    /// Requests under way at once.
    pub concurrency: Option<NonZeroUsize>,
    /// Whether `BatchGetSecretValue` is used.
    pub batch: Option<bool>,
    /// Regions of the secrets that name none, in order of preference: replicas of each other.
    pub regions: Vec<String>,
}

/// `[cache]`; what is not said has a default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// How long a value is taken from it without asking.
    pub ttl: Option<Duration>,
    /// How much longer it stands in for a source that fails for now.
    pub max_stale: Option<Duration>,
}

/// What is chosen from outside the text.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `--target`.
    pub target: Option<String>,
    /// `--var` over `SECENV_VAR_*`.
    pub vars: BTreeMap<String, String>,
}

/// Reads a manifest; `file` is how its places name it, `dir` what paths in it are relative to, and `template_file` gives
/// the text of a `template_file`, or why it cannot be read.
///
/// # Errors
/// All mistakes, the first of each statement, in the order of the text.
pub fn read(
    text: &str,
    file: &str,
    dir: &Path,
    selection: &Selection,
    template_file: &dyn Fn(&Path) -> Result<String, String>,
) -> Result<Manifest, Vec<Mistake>> {
    let document = Document::parse(text);
    let mut mistakes = Vec::new();
    let (base, targets) = layer::read(&document.root, &mut mistakes);
    let target = choose(&targets, selection.target.as_deref(), &mut mistakes);
    let own_vars = base.vars.iter().chain(target.iter().flat_map(|target| &target.vars));
    let vars = Vars::new(&selection.vars, own_vars);
    let empty = Layer::default();
    let merge = Merge {
        extent: Extent::of(&document.root),
        file,
        text,
        files: Files { dir, read: template_file },
        vars,
        base: &base,
        target: target.unwrap_or(&empty),
    };
    let manifest = merge.manifest(&mut mistakes);
    let mistakes = document.report(mistakes);
    if mistakes.is_empty() { Ok(manifest) } else { Err(mistakes) }
}

/// The names of the targets in a text that may still have mistakes.
#[must_use]
pub fn target_names(text: &str) -> Vec<String> {
    let document = Document::parse(text);
    let targets = document.root.get("target").and_then(|targets| targets.get_ref().as_table());
    targets.into_iter().flatten().map(|(name, _)| name.get_ref().clone().into_owned()).collect()
}

fn choose<'l>(targets: &'l [(Text, Layer)], wanted: Option<&str>, mistakes: &mut Vec<Mistake>) -> Option<&'l Layer> {
    let wanted = wanted?;
    let found = targets.iter().find(|(name, _)| name.text == wanted);
    if found.is_none() {
        let known: Vec<&str> = targets.iter().map(|(name, _)| name.text.as_str()).collect();
        mistakes.push(Mistake::new(0..0, format!("no target `{wanted}` in the manifest")).help(if known.is_empty() {
            format!("it has no targets; write a [target.{wanted}] table")
        } else {
            did_you_mean(wanted, &known, "the targets are")
        }));
    }
    found.map(|(_, layer)| layer)
}

/// A target over a base, key by key.
struct Merge<'m> {
    extent: Extent,
    file: &'m str,
    text: &'m str,
    files: Files<'m>,
    vars: Vars<'m>,
    base: &'m Layer,
    target: &'m Layer,
}

impl<'m> Merge<'m> {
    fn manifest(&self, mistakes: &mut Vec<Mistake>) -> Manifest {
        mistakes.extend(self.vars.check());
        let sources = self.pick(|layer| layer.source.as_ref());
        let env_from = self.env_from(mistakes);
        Manifest {
            extent: self.extent,
            sources: sources.into_iter().flatten().filter_map(|source| self.source(source, mistakes)).collect(),
            aws: Aws {
                region: self.text(|layer| layer.region.as_ref(), mistakes),
                login: Login {
                    profile: self.text(|layer| layer.profile.as_ref(), mistakes),
                    role_arn: self.text(|layer| layer.role_arn.as_ref(), mistakes),
                },
            },
            entries: self.entries(&env_from, mistakes),
            env_from,
            child: self.child(mistakes),
            fetch: Fetch {
                deadline: self.duration(|layer| layer.deadline.as_ref(), mistakes),
                concurrency: self.pick(|layer| layer.concurrency.as_ref()).copied(),
                batch: self.pick(|layer| layer.batch.as_ref()).map(|batch| batch.on),
                regions: self.regions(mistakes),
            },
            cache: self.pick(|layer| layer.cache.as_ref()).map(|_| Cache {
                ttl: self.duration(|layer| layer.cache.as_ref()?.ttl.as_ref(), mistakes),
                max_stale: self.duration(|layer| layer.cache.as_ref()?.max_stale.as_ref(), mistakes),
            }),
            vars: self.vars.all(),
        }
    }

    fn pick<T: ?Sized>(&self, of: impl Fn(&'m Layer) -> Option<&'m T>) -> Option<&'m T> {
        of(self.target).or_else(|| of(self.base))
    }

    fn text(&self, of: impl Fn(&'m Layer) -> Option<&'m Text>, mistakes: &mut Vec<Mistake>) -> Option<String> {
        let text = self.pick(of)?;
        let expanded = noted(self.vars.expand(text), mistakes)?;
        if expanded.is_empty() {
            mistakes.push(Mistake::new(text.span.clone(), "the value is empty").help("leave it out"));
        }
        Some(expanded)
    }

    fn source(&self, source: &Text, mistakes: &mut Vec<Mistake>) -> Option<SourceName> {
        let expanded = noted(self.vars.expand(source), mistakes)?;
        let parsed = SourceName::parse(&expanded, self.files.dir);
        noted(parsed.map_err(|(message, help)| Mistake::new(source.span.clone(), message).help(help)), mistakes)
    }

    fn duration(&self, of: impl Fn(&'m Layer) -> Option<&'m Text>, mistakes: &mut Vec<Mistake>) -> Option<Duration> {
        let text = self.pick(of)?;
        let expanded = noted(self.vars.expand(text), mistakes)?;
        noted(parse_duration(&expanded).map_err(|message| Mistake::new(text.span.clone(), message)), mistakes)
    }

    fn regions(&self, mistakes: &mut Vec<Mistake>) -> Vec<String> {
        let Some((list, texts)) = self.pick(|layer| layer.regions.as_ref()) else { return Vec::new() };
        let names: Vec<String> = texts.iter().filter_map(|text| noted(self.vars.expand(text), mistakes)).collect();
        let checked = check_regions(&names).map_err(|message| Mistake::new(list.clone(), message));
        noted(checked, mistakes);
        names
    }

    fn child(&self, mistakes: &mut Vec<Mistake>) -> Child {
        let dropped = self.pick(|layer| layer.drop_aws_credentials.as_ref());
        Child {
            inherit: match self.pick(|layer| layer.inherit.as_ref()) {
                None | Some(RawInherit::All) => Inherit::All,
                Some(RawInherit::None) => Inherit::None,
                Some(RawInherit::Only(names)) => Inherit::Only(self.names(names, mistakes)),
            },
            unset: self.names(self.pick(|layer| layer.unset.as_deref()).unwrap_or_default(), mistakes),
            aws_credentials: match dropped {
                Some(Switch { on: true, .. }) => AwsCredentials::Dropped,
                _ => AwsCredentials::Kept,
            },
        }
    }

    fn names(&self, names: &[Text], mistakes: &mut Vec<Mistake>) -> Vec<String> {
        let expanded = names.iter().filter_map(|text| {
            let name = noted(self.vars.expand(text), mistakes)?;
            let checked = name::check(name.as_bytes()).map(|()| name);
            noted(checked.map_err(|message| Mistake::new(text.span.clone(), message)), mistakes)
        });
        expanded.collect()
    }

    fn entries(&self, env_from: &[EnvFrom], mistakes: &mut Vec<Mistake>) -> Vec<Entry> {
        let mut statements: Vec<&(Text, Statement)> = self.base.env.iter().collect();
        for overriding in &self.target.env {
            match statements.iter_mut().find(|(name, _)| name.text == overriding.0.text) {
                Some(statement) => *statement = overriding,
                None => statements.push(overriding),
            }
        }
        let mut entries: Vec<(Entry, &Text, &RawEntry)> = Vec::new();
        // What else a template may read: it is known, or has a mistake of its own, which is enough.
        let mut others: Vec<String> = env_from.iter().filter_map(EnvFrom::known_names).flatten().collect();
        for (name, statement) in statements {
            match statement {
                Statement::Entry(raw) => match self.entry(name, raw, mistakes) {
                    Some(entry) => entries.push((entry, name, raw)),
                    None => others.push(name.text.clone()),
                },
                Statement::Broken => others.push(name.text.clone()),
                Statement::Removed => {}
            }
        }
        let placed = entries.iter().map(|(entry, name, raw)| Placed {
            entry,
            name: name.span.clone(),
            template: raw.template_span().cloned(),
        });
        let placed: Vec<Placed<'_>> = placed.collect();
        mistakes.extend(template::check_inputs(&placed, &others, self.text));
        mistakes.extend(paths::check(&placed));
        entries.into_iter().map(|(entry, _, _)| entry).collect()
    }

    fn entry(&self, name: &Text, raw: &RawEntry, mistakes: &mut Vec<Mistake>) -> Option<Entry> {
        let meaning = noted(raw.resolve(name, &self.vars, &self.files), mistakes)?;
        Some(Entry {
            name: name.text.clone(),
            at: self.place(&name.span),
            content: meaning.content,
            inherited: meaning.inherited,
            export: meaning.export,
            delivery: meaning.delivery,
        })
    }

    fn env_from(&self, mistakes: &mut Vec<Mistake>) -> Vec<EnvFrom> {
        let all = self.pick(|layer| layer.env_from.as_ref()).into_iter().flatten();
        all.filter_map(|one| noted(one.resolve(&self.vars, |span| self.place(span)), mistakes)).collect()
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let (line, column) = line_and_column(self.text, span.start);
        Place::Line { file: self.file.to_owned(), line, column: Some(column) }
    }
}

/// A text as a string of a manifest, with every `${name}` replaced.
///
/// # Errors
/// What cannot be replaced, and what to do.
pub fn expand(text: &str, vars: &BTreeMap<String, String>) -> Result<String, (String, Option<String>)> {
    Vars::new(vars, []).expand_in(text)
}

/// Whether a list of regions is one: not empty, each the name of a region and there once.
///
/// # Errors
/// What is wrong with it.
pub fn check_regions(names: &[String]) -> Result<(), String> {
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err("a region is missing".to_owned());
    }
    if let Some(odd) = names.iter().find(|name| !reference::is_region(name)) {
        return Err(format!("`{odd}` is no region"));
    }
    let twice = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name));
    twice.map_or(Ok(()), |(_, name)| Err(format!("the region {name} is there twice")))
}

/// Line and column of a byte offset, both counted from 1, the column in characters.
#[must_use]
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn noted<T>(result: Result<T, Mistake>, mistakes: &mut Vec<Mistake>) -> Option<T> {
    result.map_err(|mistake| mistakes.push(mistake)).ok()
}

#[cfg(test)]
mod tests;
