//! TOML tables → one layer of a manifest: the base, or a target. Pure. Types are checked here, for every target, so that
//! a mistake in the one that is not chosen today is told today; strings are not expanded yet.

use toml::de::{DeTable, DeValue};

use super::{
    entry::RawEntry,
    env_from::RawEnvFrom,
    field::{Fields, Switch, Text, table_of, text_of, texts_of, wrong_type},
    mistake::Mistake,
    name,
};

/// What one layer says; whatever it does not mention stays `None` or empty.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) source: Option<Vec<Text>>,
    pub(super) vars: Vec<(Text, Text)>,
    pub(super) region: Option<Text>,
    pub(super) role_arn: Option<Text>,
    pub(super) profile: Option<Text>,
    pub(super) env: Vec<(Text, Statement)>,
    /// A target's list takes the place of the base's.
    pub(super) env_from: Option<Vec<RawEnvFrom>>,
    pub(super) inherit: Option<RawInherit>,
    pub(super) unset: Option<Vec<Text>>,
    pub(super) drop_aws_credentials: Option<Switch>,
    pub(super) deadline: Option<Text>,
    pub(super) concurrency: Option<std::num::NonZeroUsize>,
    pub(super) batch: Option<Switch>,
    pub(super) regions: Option<(std::ops::Range<usize>, Vec<Text>)>,
    pub(super) cache: Option<RawCache>,
}

/// `[cache]` as written.
#[derive(Debug)]
pub(super) struct RawCache {
    pub(super) ttl: Option<Text>,
    pub(super) max_stale: Option<Text>,
}

/// What a name in `[env]` stands for.
#[derive(Debug)]
pub(super) enum Statement {
    /// A reference, or a table of fields.
    Entry(RawEntry),
    /// `NAME = false` in a target: the base's entry is not there.
    Removed,
    /// It has a mistake, which is told; whatever uses its name needs no other one.
    Broken,
}

/// `[child] inherit` as written.
#[derive(Debug)]
pub(super) enum RawInherit {
    All,
    None,
    Only(Vec<Text>),
}

const SECTIONS: [&str; 7] = ["vars", "aws", "env", "env_from", "child", "fetch", "cache"];

pub(super) const AWS: [&str; 3] = ["region", "role_arn", "profile"];
pub(super) const CHILD: [&str; 3] = ["inherit", "unset", "drop_aws_credentials"];
pub(super) const FETCH: [&str; 4] = ["deadline", "concurrency", "batch", "regions"];
pub(super) const CACHE: [&str; 2] = ["ttl", "max_stale"];

/// The fields of the manifest as a whole.
pub(super) fn base_fields() -> Vec<&'static str> {
    target_fields().into_iter().chain(["target"]).collect()
}

/// The fields of a target.
pub(super) fn target_fields() -> Vec<&'static str> {
    ["source"].into_iter().chain(SECTIONS).collect()
}

/// The base layer and the targets by name.
pub(super) fn read(root: &DeTable<'_>, mistakes: &mut Vec<Mistake>) -> (Layer, Vec<(Text, Layer)>) {
    let fields = Fields::new(root, &base_fields(), "the manifest", mistakes);
    let mut targets = Vec::new();
    for (target, value) in fields.table("target", mistakes).into_iter().flatten() {
        let place = format!("[target.{}]", target.get_ref());
        if let Some(table) = table_of(&place, value, mistakes) {
            let fields = Fields::new(table, &target_fields(), &place, mistakes);
            let target = Text { text: target.get_ref().clone().into_owned(), span: target.span() };
            targets.push((target, layer(&fields, Place::Target, mistakes)));
        }
    }
    (layer(&fields, Place::Base, mistakes), targets)
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Base,
    Target,
}

fn layer(fields: &Fields<'_, '_>, place: Place, mistakes: &mut Vec<Mistake>) -> Layer {
    let mut layer = Layer { source: source(fields, mistakes), ..Layer::default() };
    for (name, value) in fields.table("vars", mistakes).into_iter().flatten() {
        if let Some(value) = text_of(name.get_ref(), value, mistakes) {
            layer.vars.push((Text { text: name.get_ref().clone().into_owned(), span: name.span() }, value));
        }
    }
    if let Some(table) = fields.table("aws", mistakes) {
        let aws = Fields::new(table, &AWS, "[aws]", mistakes);
        layer.region = aws.text("region", mistakes);
        layer.role_arn = aws.text("role_arn", mistakes);
        layer.profile = aws.text("profile", mistakes);
    }
    if let Some(table) = fields.table("env", mistakes) {
        layer.env = statements(table, place, mistakes);
    }
    if let Some(tables) = fields.tables("env_from", mistakes) {
        let read = |(table, span)| RawEnvFrom::read(table, span, mistakes);
        layer.env_from = Some(tables.into_iter().filter_map(read).collect());
    }
    if let Some(table) = fields.table("child", mistakes) {
        let child = Fields::new(table, &CHILD, "[child]", mistakes);
        layer.inherit = inherit(&child, mistakes);
        layer.unset = child.texts("unset", mistakes);
        layer.drop_aws_credentials = child.switch("drop_aws_credentials", mistakes);
    }
    if let Some(table) = fields.table("fetch", mistakes) {
        let fetch = Fields::new(table, &FETCH, "[fetch]", mistakes);
        layer.deadline = fetch.text("deadline", mistakes);
        layer.concurrency = fetch.count("concurrency", mistakes);
        layer.batch = fetch.switch("batch", mistakes);
        layer.regions = fetch.value("regions").map(toml::Spanned::span).zip(fetch.texts("regions", mistakes));
    }
    if let Some(table) = fields.table("cache", mistakes) {
        let cache = Fields::new(table, &CACHE, "[cache]", mistakes);
        layer.cache = Some(RawCache { ttl: cache.text("ttl", mistakes), max_stale: cache.text("max_stale", mistakes) });
    }
    layer
}

fn source(fields: &Fields<'_, '_>, mistakes: &mut Vec<Mistake>) -> Option<Vec<Text>> {
    let value = fields.value("source")?;
    match value.get_ref() {
        DeValue::Array(array) => Some(texts_of("source", array, mistakes)),
        DeValue::String(_) => text_of("source", value, mistakes).map(|source| vec![source]),
        other => {
            mistakes.push(wrong_type("source", "a string or a list of strings", other, value.span()));
            None
        }
    }
}

fn inherit(child: &Fields<'_, '_>, mistakes: &mut Vec<Mistake>) -> Option<RawInherit> {
    let value = child.value("inherit")?;
    match value.get_ref() {
        DeValue::Boolean(true) => Some(RawInherit::All),
        DeValue::Boolean(false) => Some(RawInherit::None),
        DeValue::Array(names) => Some(RawInherit::Only(texts_of("inherit", names, mistakes))),
        other => {
            mistakes.push(wrong_type("inherit", "true, false or a list of names", other, value.span()));
            None
        }
    }
}

fn statements(table: &DeTable<'_>, place: Place, mistakes: &mut Vec<Mistake>) -> Vec<(Text, Statement)> {
    let mut statements = Vec::new();
    for (key, value) in table {
        let key = Text { text: key.get_ref().clone().into_owned(), span: key.span() };
        if let Err(message) = name::check(key.text.as_bytes()) {
            mistakes.push(Mistake::new(key.span, message).help("a name has no `=` and no NUL, and is not empty"));
            continue;
        }
        let statement = match value.get_ref() {
            DeValue::Boolean(false) if place == Place::Target => Statement::Removed,
            DeValue::Boolean(false) => {
                mistakes.push(
                    Mistake::new(value.span(), "`false` removes an entry in a target only")
                        .help(format!("to take {0} from the child write [child] unset = [\"{0}\"]", key.text)),
                );
                Statement::Broken
            }
            DeValue::String(text) => {
                Statement::Entry(RawEntry::Reference(Text { text: text.clone().into_owned(), span: value.span() }))
            }
            DeValue::Table(fields) => {
                RawEntry::read(fields, value.span(), mistakes).map_or(Statement::Broken, Statement::Entry)
            }
            other => {
                mistakes.push(literal_hint(&key.text, other, value.span()));
                Statement::Broken
            }
        };
        statements.push((key, statement));
    }
    statements.sort_by_key(|(key, _)| key.span.start);
    statements
}

fn literal_hint(name: &str, found: &DeValue<'_>, span: std::ops::Range<usize>) -> Mistake {
    let mistake = wrong_type(name, "a reference or a table", found, span);
    match found {
        DeValue::Integer(digits) => {
            mistake.help(format!("a literal? write {name} = {{ value = \"{}\" }}", digits.as_str()))
        }
        _ => mistake.help(format!("a literal? write {name} = {{ value = \"…\" }}")),
    }
}
