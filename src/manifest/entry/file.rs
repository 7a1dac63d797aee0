//! `as = "file"`: an entry whose variable holds the path of a private file (SPEC section 5). Pure.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use crate::{
    manifest::{
        field::{Fields, Switch, Text},
        mistake::Mistake,
        raw_reference::given,
        vars::Vars,
    },
    nearest::did_you_mean,
};

/// How the child gets a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In the variable.
    Variable,
    /// In a private file; the variable holds its path.
    File(FileKind),
}

/// Where a private file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Without a name, in memory.
    Memory,
    /// In the file system.
    Named(NamedFile),
}

/// A file of the file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Where; a relative path is one below the manifest's directory.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// Who owns it; none for the user that secenv runs as.
    pub owner: Option<Account>,
    /// Its group; none for that of the process or the directory.
    pub group: Option<Account>,
    /// What happens if its directory is not there.
    pub directory: Directory,
}

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// By number.
    Id(u32),
    /// By name.
    Name(String),
}

/// What happens if the directory of a file is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// It is a failure.
    MustExist,
    /// `mkdir = true`: it is made, and those above it.
    IsMade,
}

/// The fields, in the order in which a person would write them.
pub(in crate::manifest) const FIELDS: [&str; 6] = ["as", "path", "mode", "owner", "group", "mkdir"];

const PRIVATE: u32 = 0o400;

/// The fields as written.
#[derive(Debug)]
pub(super) struct RawFile {
    kind: Option<Text>,
    path: Option<Text>,
    mode: Option<Text>,
    owner: Option<Text>,
    group: Option<Text>,
    mkdir: Option<Switch>,
}

impl RawFile {
    pub(super) fn read(fields: &Fields<'_, '_>, mistakes: &mut Vec<Mistake>) -> Self {
        Self {
            kind: fields.text("as", mistakes),
            path: fields.text("path", mistakes),
            mode: fields.text("mode", mistakes),
            owner: fields.text("owner", mistakes),
            group: fields.text("group", mistakes),
            mkdir: fields.switch("mkdir", mistakes),
        }
    }

    /// A field that has no meaning without another one, or beside it.
    pub(super) fn out_of_place(&self, encoding: Option<&Text>, export: Option<&Switch>) -> Option<Mistake> {
        let beside = |field: &Option<Text>| field.as_ref().map(|text| text.span.clone());
        let of_paths = [("mode", beside(&self.mode)), ("owner", beside(&self.owner)), ("group", beside(&self.group))];
        let mkdir = ("mkdir", self.mkdir.as_ref().map(|switch| switch.span.clone()));
        let first = |fields: &mut dyn Iterator<Item = (&'static str, Option<Range<usize>>)>| {
            fields.filter_map(|(name, span)| Some((name, span?))).min_by_key(|(_, span)| span.start)
        };
        if self.kind.is_none() {
            let path = ("path", beside(&self.path));
            let (name, span) = first(&mut [path].into_iter().chain(of_paths).chain([mkdir]))?;
            let mistake = Mistake::new(span, format!("`{name}` goes with `as = \"file\"`"));
            return Some(mistake.help("write as = \"file\" too, and the variable holds the path of the file"));
        }
        if let Some(encoding) = encoding {
            let mistake = Mistake::new(encoding.span.clone(), "`encoding` goes with a variable, not with a file");
            return Some(mistake.help("leave it out: a file holds the bytes as they are"));
        }
        if self.path.is_some() {
            return None;
        }
        if let Some((name, span)) = first(&mut of_paths.into_iter().chain([mkdir])) {
            let mistake = Mistake::new(span, format!("`{name}` goes with `path`"));
            return Some(
                mistake.help("a file without `path` is in memory, and only the child and its user can read it"),
            );
        }
        let withheld = export.filter(|export| !export.on)?;
        let mistake =
            Mistake::new(withheld.span.clone(), "nobody could find a file without `path` and without variable");
        Some(mistake.help("write `path`, or leave `export` out"))
    }

    pub(super) fn resolve(&self, vars: &Vars<'_>, dir: &Path) -> Result<Delivery, Mistake> {
        let Some(kind) = &self.kind else { return Ok(Delivery::Variable) };
        let typed = vars.expand(kind)?;
        if typed != "file" {
            let mistake = Mistake::new(kind.span.clone(), format!("unknown `as`: `{typed}`"));
            return Err(mistake.help(did_you_mean(&typed, &["file"], "it can only be")));
        }
        let Some(path) = &self.path else { return Ok(Delivery::File(FileKind::Memory)) };
        let text = given("path", path, vars)?;
        if text.ends_with('/') || text.ends_with("/.") || text.ends_with("..") || text.contains('\0') || text == "." {
            return Err(
                Mistake::new(path.span.clone(), "`path` is not the path of a file").help("end it with a file name")
            );
        }
        Ok(Delivery::File(FileKind::Named(NamedFile {
            path: dir.join(text),
            mode: self.mode(vars)?,
            owner: account("owner", self.owner.as_ref(), vars)?,
            group: account("group", self.group.as_ref(), vars)?,
            directory: match self.mkdir {
                Some(Switch { on: true, .. }) => Directory::IsMade,
                _ => Directory::MustExist,
            },
        })))
    }

    fn mode(&self, vars: &Vars<'_>) -> Result<u32, Mistake> {
        let Some(field) = &self.mode else { return Ok(PRIVATE) };
        let typed = vars.expand(field)?;
        let wrong = |message: String, help: &str| Err(Mistake::new(field.span.clone(), message).help(help));
        match u32::from_str_radix(&typed, 8).ok().filter(|_| !typed.starts_with('+')) {
            Some(mode) if mode & 0o400 == 0 => {
                wrong(format!("with the mode `{typed}` its owner could not read it"), "write \"0400\"")
            }
            Some(mode) if mode & !0o777 == 0 => Ok(mode),
            _ => wrong(
                format!("`{typed}` is no mode of a file"),
                "write three octal digits, such as \"0400\" or \"0440\"",
            ),
        }
    }
}

fn account(name: &str, field: Option<&Text>, vars: &Vars<'_>) -> Result<Option<Account>, Mistake> {
    let Some(field) = field else { return Ok(None) };
    let typed = given(name, field, vars)?;
    Ok(Some(match typed.parse() {
        // chown(2) takes the last number for "as it is".
        Ok(u32::MAX) => return Err(Mistake::new(field.span.clone(), format!("`{name}` is the number of nobody"))),
        Ok(id) => Account::Id(id),
        Err(_) if typed.contains('\0') => {
            return Err(Mistake::new(field.span.clone(), format!("`{name}` has a NUL in it")));
        }
        Err(_) => Account::Name(typed),
    }))
}
