//! How much a manifest says, so that one that came to nothing is no input. Pure.

use toml::de::{DeTable, DeValue};

/// How much a manifest says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Nothing: no text, or white space and comments alone.
    #[default]
    Blank,
    /// How secrets are fetched, and not one that is.
    Settings,
    /// What the child gets, if only by `[child]`, by `[vars]` or in a target.
    Child,
}

/// What is about fetching alone.
const SETTINGS: [&str; 4] = ["source", "aws", "fetch", "cache"];

impl Extent {
    pub(super) fn of(root: &DeTable<'_>) -> Self {
        let is_setting = |name: &str| SETTINGS.contains(&name);
        let asks = |(name, value): (&str, &DeValue<'_>)| !is_setting(name) && !is_bare_header(name, value);
        if root.is_empty() {
            Self::Blank
        } else if root.iter().any(|(name, value)| asks((name.get_ref(), value.get_ref()))) {
            Self::Child
        } else {
            Self::Settings
        }
    }
}

/// An `[env]` without an entry; `[child]` and targets mean something without a field, too.
fn is_bare_header(name: &str, value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(fields) => name == "env" && fields.is_empty(),
        DeValue::Array(tables) => name == "env_from" && tables.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_an_entry_says_what_it_can() {
        for (text, extent) in [
            ("", Extent::Blank),
            (" \n# to be written\n\n", Extent::Blank),
            ("source = \"aws\"\n[aws]\nregion = \"eu-west-1\"\n[fetch]\n[cache]", Extent::Settings),
            ("[env]", Extent::Settings),
            ("env_from = []", Extent::Settings),
            ("[env]\nA = \"x\"", Extent::Child),
            ("[[env_from]]\nsecret = \"x\"", Extent::Child),
            ("[child]\ninherit = false", Extent::Child),
            ("[vars]\na = \"b\"", Extent::Child),
            ("[env]\n[target.prod.env]\nA = \"x\"", Extent::Child),
        ] {
            assert_eq!(Extent::of(DeTable::parse(text).expect(text).get_ref()), extent, "{text}");
        }
    }
}
