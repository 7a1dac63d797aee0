//! One entry of `[env]` as written, and what its fields mean together once their strings are expanded. Pure.

use std::ops::Range;

use toml::de::DeTable;

use super::{Absent, Content, Delivery, Encoding, Export, Inherited, Meaning, Secret, file::RawFile};
use crate::{
    manifest::{
        Login,
        field::{Fields, Switch, Text},
        mistake::Mistake,
        name,
        raw_reference::{self, Narrowing},
        template::{Files, read_template},
        vars::Vars,
    },
    nearest::did_you_mean,
};

/// An entry as written.
#[derive(Debug)]
pub(in crate::manifest) enum RawEntry {
    Reference(Text),
    Table(Box<RawTable>),
}

/// An entry that is a table.
#[derive(Debug)]
pub(in crate::manifest) struct RawTable {
    content: RawContent,
    details: Details,
}

/// What it is made of: an entry has exactly one of these.
#[derive(Debug)]
enum RawContent {
    Secret(Text),
    Value(Text),
    Template(Text),
    TemplateFile(Text),
}

/// The fields of which an entry has one, and `key`, which goes with the first.
pub(in crate::manifest) const CONTENT_FIELDS: [&str; 4] = ["secret", "value", "template", "template_file"];

/// The other fields of an entry, beside those of `raw_reference` and `file`.
pub(in crate::manifest) const FIELDS: [&str; 7] =
    ["key", "optional", "default", "encoding", "keep", "export", "allow_unsafe_name"];

/// The other fields.
#[derive(Debug)]
struct Details {
    key: Option<Text>,
    narrowing: Narrowing,
    default: Option<Text>,
    encoding: Option<Text>,
    optional: Option<Switch>,
    keep: Option<Switch>,
    export: Option<Switch>,
    allow_unsafe_name: Option<Switch>,
    file: RawFile,
}

/// The names of all fields of an entry.
pub(in crate::manifest) fn fields() -> Vec<&'static str> {
    let reference = raw_reference::FIELDS.into_iter().filter(|field| !CONTENT_FIELDS.contains(field));
    CONTENT_FIELDS.into_iter().chain(reference).chain(FIELDS).chain(super::file::FIELDS).collect()
}

impl RawEntry {
    /// None if there is a mistake in it.
    pub(in crate::manifest) fn read(
        table: &DeTable<'_>,
        span: Range<usize>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Self> {
        let before = mistakes.len();
        let fields = Fields::new(table, &fields(), "an entry of [env]", mistakes);
        let contents = CONTENT_FIELDS.map(|name| Some((name, fields.text(name, mistakes)?)));
        let details = Details::read(&fields, mistakes);
        let mut contents: Vec<(&str, Text)> = contents.into_iter().flatten().collect();
        contents.sort_by_key(|(_, text)| text.span.start);
        let mut contents = contents.into_iter();
        let Some((name, text)) = contents.next() else {
            if mistakes.len() == before {
                mistakes.push(
                    Mistake::new(span, "the entry has neither `secret` nor `value` nor `template`")
                        .help("write { secret = \"ID\" }, { value = \"…\" } or { template = \"… {{ NAME }} …\" }"),
                );
            }
            return None;
        };
        if let Some((second, text)) = contents.next() {
            let mistake = Mistake::new(text.span, format!("`{second}` and `{name}` exclude each other"));
            let help = match (name, second) {
                ("secret", "value") | ("value", "secret") => "for a fallback of a secret write `default`",
                _ => "keep one of them",
            };
            mistakes.push(mistake.help(help));
            return None;
        }
        if let Some(mistake) = details.out_of_place(name) {
            mistakes.push(mistake);
        }
        let content = match name {
            "secret" => RawContent::Secret(text),
            "value" => RawContent::Value(text),
            "template" => RawContent::Template(text),
            _ => RawContent::TemplateFile(text),
        };
        (mistakes.len() == before).then(|| Self::Table(Box::new(RawTable { content, details })))
    }

    /// What it means for the variable `name`, once its strings are expanded.
    pub(in crate::manifest) fn resolve(
        &self,
        name: &Text,
        vars: &Vars<'_>,
        files: &Files<'_>,
    ) -> Result<Meaning, Mistake> {
        match self {
            Self::Reference(text) => {
                check_name(name, None)?;
                let reference = raw_reference::parse(text, vars)?;
                Ok(Meaning {
                    content: Content::Secret(Secret {
                        reference,
                        login: Login::default(),
                        absent: Absent::Fails,
                        encoding: None,
                    }),
                    inherited: Inherited::Replaced,
                    export: Export::Exported,
                    delivery: Delivery::Variable,
                })
            }
            Self::Table(table) => table.details.resolve(&table.content, name, vars, files),
        }
    }

    /// The text of its template, if that is written in the manifest itself.
    pub(in crate::manifest) fn template_span(&self) -> Option<&Range<usize>> {
        match self {
            Self::Table(table) => match &table.content {
                RawContent::Template(text) | RawContent::TemplateFile(text) => Some(&text.span),
                RawContent::Secret(_) | RawContent::Value(_) => None,
            },
            Self::Reference(_) => None,
        }
    }
}

impl RawContent {
    /// The name of its field, and where its text is written.
    fn field(&self) -> (&'static str, &Range<usize>) {
        match self {
            Self::Secret(text) => ("secret", &text.span),
            Self::Value(text) => ("value", &text.span),
            Self::Template(text) => ("template", &text.span),
            Self::TemplateFile(text) => ("template_file", &text.span),
        }
    }
}

impl Details {
    fn read(fields: &Fields<'_, '_>, mistakes: &mut Vec<Mistake>) -> Self {
        Self {
            key: fields.text("key", mistakes),
            narrowing: Narrowing::read(fields, mistakes),
            default: fields.text("default", mistakes),
            encoding: fields.text("encoding", mistakes),
            optional: fields.switch("optional", mistakes),
            keep: fields.switch("keep", mistakes),
            export: fields.switch("export", mistakes),
            allow_unsafe_name: fields.switch("allow_unsafe_name", mistakes),
            file: RawFile::read(fields, mistakes),
        }
    }

    /// The first field that has no meaning beside `content`, or beside another field.
    fn out_of_place(&self, content: &str) -> Option<Mistake> {
        let texts = [
            ("key", &self.key),
            ("version_stage", &self.narrowing.version_stage),
            ("version_id", &self.narrowing.version_id),
            ("region", &self.narrowing.region),
            ("profile", &self.narrowing.profile),
            ("role_arn", &self.narrowing.role_arn),
            ("default", &self.default),
            ("encoding", &self.encoding),
        ];
        let switches = [("optional", &self.optional), ("allow_unsafe_name", &self.allow_unsafe_name)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?.span.clone())));
        let switches = switches.into_iter().filter_map(|(name, switch)| Some((name, switch.as_ref()?.span.clone())));
        let is_template = content.starts_with("template");
        let of_secrets_only = texts
            .chain(switches)
            .filter(|(name, _)| content != "secret" && !(is_template && *name == "allow_unsafe_name"))
            .min_by_key(|(_, span)| span.start)
            .map(|(name, span)| {
                let mistake = Mistake::new(span, format!("`{name}` goes with `secret`, not with `{content}`"));
                match name {
                    "default" | "optional" if is_template => mistake
                        .help("in the template write {{ NAME | default(\"…\") }} for an input that may be absent"),
                    "encoding" if is_template => mistake.help("in the template write {{ NAME | b64encode }}"),
                    _ => mistake,
                }
            });
        of_secrets_only.or_else(|| self.file.out_of_place(self.encoding.as_ref(), self.export.as_ref()))
    }

    fn resolve(
        &self,
        written: &RawContent,
        name: &Text,
        vars: &Vars<'_>,
        files: &Files<'_>,
    ) -> Result<Meaning, Mistake> {
        let content = match written {
            RawContent::Secret(secret) => {
                check_name(name, self.allow_unsafe_name.as_ref())?;
                let reference = raw_reference::resolve(secret, self.key.as_ref(), &self.narrowing, vars)?;
                Content::Secret(Secret {
                    reference,
                    login: self.narrowing.login(vars)?,
                    absent: self.absent(vars)?,
                    encoding: self.encoding(vars)?,
                })
            }
            RawContent::Value(value) => Content::Literal(vars.expand(value)?),
            RawContent::Template(text) | RawContent::TemplateFile(text) => {
                let path = match written {
                    RawContent::TemplateFile(_) => Some(vars.expand(text)?),
                    _ => None,
                };
                let template = read_template(text, path, files)?;
                if !template.inputs().is_empty() {
                    check_name(name, self.allow_unsafe_name.as_ref())?;
                }
                Content::Template(template)
            }
        };
        let delivery = self.file.resolve(vars, files.dir)?;
        if delivery == Delivery::Variable {
            self.check_nul(written, &content)?;
        }
        let inherited = if is_on(self.keep.as_ref()) { Inherited::Kept } else { Inherited::Replaced };
        let export =
            if self.export.as_ref().is_none_or(|export| export.on) { Export::Exported } else { Export::Withheld };
        Ok(Meaning { content, inherited, export, delivery })
    }

    /// A NUL that is written in the manifest itself, or in a template, and that a variable would have to hold.
    fn check_nul(&self, written: &RawContent, content: &Content) -> Result<(), Mistake> {
        let fallback = self.default.as_ref().map(|text| ("default", &text.span));
        let found = match content {
            Content::Literal(text) if text.contains('\0') => Some(written.field()),
            Content::Template(template) if template.text().contains('\0') => Some(written.field()),
            Content::Secret(Secret { absent: Absent::Gives(text), .. }) if text.contains('\0') => fallback,
            Content::Literal(_) | Content::Template(_) | Content::Secret(_) => None,
        };
        let Some((name, span)) = found else { return Ok(()) };
        Err(Mistake::new(span.clone(), format!("`{name}` has a NUL in it, which no variable can hold"))
            .help("take it out, or write as = \"file\" too"))
    }

    fn absent(&self, vars: &Vars<'_>) -> Result<Absent, Mistake> {
        Ok(match &self.default {
            Some(default) => Absent::Gives(vars.expand(default)?),
            None if is_on(self.optional.as_ref()) => Absent::Removes,
            None => Absent::Fails,
        })
    }

    fn encoding(&self, vars: &Vars<'_>) -> Result<Option<Encoding>, Mistake> {
        let Some(field) = &self.encoding else { return Ok(None) };
        let typed = vars.expand(field)?;
        match typed.as_str() {
            "base64" => Ok(Some(Encoding::Base64)),
            "hex" => Ok(Some(Encoding::Hex)),
            "utf8" => Ok(Some(Encoding::Utf8)),
            _ => Err(Mistake::new(field.span.clone(), format!("unknown encoding `{typed}`")).help(did_you_mean(
                &typed,
                &["base64", "hex", "utf8"],
                "the encodings are",
            ))),
        }
    }
}

fn is_on(switch: Option<&Switch>) -> bool {
    switch.is_some_and(|switch| switch.on)
}

fn check_name(name: &Text, allowed: Option<&Switch>) -> Result<(), Mistake> {
    if is_on(allowed) || !name::steers(&name.text) {
        return Ok(());
    }
    Err(Mistake::new(name.span.clone(), format!("`{}` from a secret: it steers the loader or the launcher", name.text))
        .help("if the secret may decide that, write allow_unsafe_name = true in the entry"))
}
