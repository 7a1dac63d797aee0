//! An `[[env_from]]` as written, and what its fields mean together once their strings are expanded. Pure.

use std::ops::Range;

use toml::de::DeTable;

use super::{Case, EnvFrom, Keys, Naming, Presence};
use crate::{
    manifest::{
        Place,
        field::{Fields, Switch, Text, text_of},
        mistake::Mistake,
        name,
        raw_reference::{self, Narrowing, given},
        vars::Vars,
    },
    nearest::did_you_mean,
};

/// Its fields, beside those that say which secret.
pub(in crate::manifest) const FIELDS: [&str; 6] = ["prefix", "keys", "exclude", "rename", "case", "optional"];

/// An `[[env_from]]` as written.
#[derive(Debug)]
pub(in crate::manifest) struct RawEnvFrom {
    secret: Text,
    narrowing: Narrowing,
    prefix: Option<Text>,
    keys: Option<Vec<Text>>,
    exclude: Option<Vec<Text>>,
    rename: Vec<(Text, Text)>,
    case: Option<Text>,
    optional: Option<Switch>,
}

impl RawEnvFrom {
    /// None if there is a mistake in it.
    pub(in crate::manifest) fn read(
        table: &DeTable<'_>,
        span: Range<usize>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Self> {
        let before = mistakes.len();
        let known: Vec<&str> = raw_reference::FIELDS.into_iter().chain(FIELDS).collect();
        let fields = Fields::new(table, &known, "[[env_from]]", mistakes);
        let mut rename = Vec::new();
        for (key, name) in fields.table("rename", mistakes).into_iter().flatten() {
            let key = Text { text: key.get_ref().clone().into_owned(), span: key.span() };
            rename.extend(text_of(&key.text, name, mistakes).map(|name| (key, name)));
        }
        rename.sort_by_key(|(key, _)| key.span.start);
        let secret = fields.text("secret", mistakes);
        let narrowing = Narrowing::read(&fields, mistakes);
        let prefix = fields.text("prefix", mistakes);
        let keys = fields.texts("keys", mistakes);
        let exclude = fields.texts("exclude", mistakes);
        let case = fields.text("case", mistakes);
        let optional = fields.switch("optional", mistakes);
        if secret.is_none() && mistakes.len() == before {
            mistakes.push(Mistake::new(span, "an [[env_from]] has no `secret`").help("write secret = \"ID\" in it"));
        }
        let secret = secret?;
        (mistakes.len() == before).then_some(Self { secret, narrowing, prefix, keys, exclude, rename, case, optional })
    }

    /// What it means, once its strings are expanded.
    pub(in crate::manifest) fn resolve(
        &self,
        vars: &Vars<'_>,
        place: impl Fn(&Range<usize>) -> Place,
    ) -> Result<EnvFrom, Mistake> {
        let reference = raw_reference::resolve(&self.secret, None, &self.narrowing, vars)?;
        let secret = &self.secret.span;
        if let Some(key) = &reference.key {
            let message = "an [[env_from]] takes all top-level keys, so its secret names none";
            return Err(Mistake::new(secret.clone(), message).help(format!("leave `#{key}` out; choose with `keys`")));
        }
        let keys = self.keys(vars)?;
        Ok(EnvFrom {
            at: place(secret),
            reference,
            login: self.narrowing.login(vars)?,
            naming: Naming { prefix: self.prefix(vars)?, case: self.case(vars)?, renamed: self.renamed(&keys, vars)? },
            keys,
            presence: match self.optional {
                Some(Switch { on: true, .. }) => Presence::Optional,
                _ => Presence::Required,
            },
        })
    }

    fn keys(&self, vars: &Vars<'_>) -> Result<Keys, Mistake> {
        let expanded = |keys: &[Text]| keys.iter().map(|key| vars.expand(key)).collect::<Result<Vec<_>, _>>();
        match (&self.keys, &self.exclude) {
            (None, None) => Ok(Keys::All),
            (None, Some(keys)) => Ok(Keys::AllBut(expanded(keys)?)),
            (Some(keys), None) => {
                let names = expanded(keys)?;
                match (1..names.len()).find(|&index| names[..index].contains(&names[index])) {
                    None => Ok(Keys::Only(names)),
                    Some(index) => {
                        let message = format!("the key `{}` is there twice", names[index]);
                        Err(Mistake::new(keys[index].span.clone(), message).help("keep one of the two"))
                    }
                }
            }
            (Some(keys), Some(exclude)) => {
                let first = exclude.first().or(keys.first()).map_or(self.secret.span.clone(), |text| text.span.clone());
                Err(Mistake::new(first, "`keys` and `exclude` exclude each other").help("keep `keys`"))
            }
        }
    }

    fn prefix(&self, vars: &Vars<'_>) -> Result<String, Mistake> {
        let Some(field) = &self.prefix else { return Ok(String::new()) };
        let prefix = given("prefix", field, vars)?;
        if name::is_plain(&prefix) {
            return Ok(prefix);
        }
        let message = format!("no name of a variable can start with `{prefix}`");
        Err(Mistake::new(field.span.clone(), message).help("letters, digits and _, and no digit first"))
    }

    fn case(&self, vars: &Vars<'_>) -> Result<Case, Mistake> {
        let Some(field) = &self.case else { return Ok(Case::Keep) };
        match vars.expand(field)?.as_str() {
            "keep" => Ok(Case::Keep),
            "upper" => Ok(Case::Upper),
            typed => Err(Mistake::new(field.span.clone(), format!("unknown case `{typed}`")).help(did_you_mean(
                typed,
                &["keep", "upper"],
                "the cases are",
            ))),
        }
    }

    fn renamed(&self, keys: &Keys, vars: &Vars<'_>) -> Result<Vec<(String, String)>, Mistake> {
        let mut renamed: Vec<(String, String)> = Vec::new();
        for (key, to) in &self.rename {
            let name = vars.expand(to)?;
            let wrong =
                |span: &Range<usize>, message: String, help: &str| Err(Mistake::new(span.clone(), message).help(help));
            if !keys.cover(&key.text) {
                let message = format!("`{}` is renamed, and is none of the keys that are taken", key.text);
                return wrong(&key.span, message, "leave it out here, or change `keys` or `exclude`");
            }
            if let Err(message) = name::check(name.as_bytes()) {
                return wrong(&to.span, message.into(), "a name has no `=` and no NUL, and is not empty");
            }
            if name::steers(&name) {
                let message = format!("`{name}` from an [[env_from]]: it steers the loader or the launcher");
                return wrong(&to.span, message, "write an entry of [env] with allow_unsafe_name = true");
            }
            if let Some((other, _)) = renamed.iter().find(|(_, taken)| *taken == name) {
                let message = format!("`{other}` and `{}` are both renamed to `{name}`", key.text);
                return wrong(&to.span, message, "give them two names");
            }
            renamed.push((key.text.clone(), name));
        }
        Ok(renamed)
    }
}
