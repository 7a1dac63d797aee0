//! `${name}` in strings of the manifest. Pure; `$${` is a literal `${`, and nothing else is special.

use std::{cell::RefCell, collections::BTreeMap, mem};

use crate::nearest::nearest;

use super::{field::Text, mistake::Mistake};

/// The variables of one manifest: those set from outside are taken as they are, its own may use each other.
pub(super) struct Vars<'v> {
    outside: &'v BTreeMap<String, String>,
    own: BTreeMap<&'v str, &'v Text>,
    open: RefCell<Vec<&'v str>>,
}

/// How often a variable may lead to another one: nobody writes as many, and each takes its part of the stack.
const DEEPEST: usize = 100;

fn too_deep() -> String {
    format!("variables lead to variables more than {DEEPEST} times")
}

/// Why a text cannot be expanded.
enum Unexpanded {
    /// It is wrong itself, and what to do.
    Text(String, Option<String>),
    /// A variable of the manifest is, at its own place.
    Variable(Mistake),
}

impl<'v> Vars<'v> {
    /// `outside` wins over `own`; of `own`, a later one wins over an earlier one (a target over the base).
    pub(super) fn new(outside: &'v BTreeMap<String, String>, own: impl IntoIterator<Item = &'v (Text, Text)>) -> Self {
        let own = own.into_iter().map(|(name, value)| (name.text.as_str(), value)).collect();
        Self { outside, own, open: RefCell::new(Vec::new()) }
    }

    /// The text with every `${name}` replaced. What a variable of the manifest lacks is a mistake at that variable, so that
    /// it is told once, however often it is used.
    pub(super) fn expand(&self, text: &Text) -> Result<String, Mistake> {
        self.replaced(&text.text).map_err(|unexpanded| match unexpanded {
            Unexpanded::Text(message, help) => Mistake { span: text.span.clone(), message, help },
            Unexpanded::Variable(mistake) => mistake,
        })
    }

    /// What is wrong with those of the manifest, used or not; one that is set from outside has no say.
    pub(super) fn check(&self) -> Vec<Mistake> {
        let asked = self.own.keys().filter(|name| !self.outside.contains_key(**name));
        let mut mistakes: Vec<Mistake> = asked
            .filter_map(|name| match self.value(name) {
                Err(Unexpanded::Variable(mistake)) => Some(mistake),
                Err(Unexpanded::Text(..)) | Ok(_) => None,
            })
            .collect();
        // On a long way each variable has a long way before it: one of them tells it.
        let (mut told, too_deep) = (false, too_deep());
        mistakes.retain(|mistake| mistake.message != too_deep || !mem::replace(&mut told, true));
        mistakes
    }

    /// All that have a value.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let own = self.own.keys().filter_map(|name| Some(((*name).to_owned(), self.value(name).ok()?)));
        own.chain(self.outside.clone()).collect()
    }

    /// A text that has no place in the manifest.
    pub(super) fn expand_in(&self, text: &str) -> Result<String, (String, Option<String>)> {
        self.replaced(text).map_err(|unexpanded| match unexpanded {
            Unexpanded::Text(message, help) | Unexpanded::Variable(Mistake { message, help, .. }) => (message, help),
        })
    }

    fn replaced(&self, text: &str) -> Result<String, Unexpanded> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                expanded.push_str(&rest[..at - 1]);
                expanded.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            expanded.push_str(&rest[..at]);
            let Some(end) = rest[at..].find('}') else {
                return Err(Unexpanded::Text(
                    "${ is not closed by }".into(),
                    Some("write $${ for a literal ${".into()),
                ));
            };
            expanded.push_str(&self.value(&rest[at + 2..at + end])?);
            rest = &rest[at + end + 1..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn value(&self, name: &str) -> Result<String, Unexpanded> {
        if let Some(value) = self.outside.get(name) {
            return Ok(value.clone());
        }
        let Some((&name, value)) = self.own.get_key_value(name) else {
            return Err(Unexpanded::Text(format!("no variable `{name}`"), Some(self.where_to_set(name))));
        };
        if self.open.borrow().contains(&name) {
            return Err(Unexpanded::Text(format!("variable `{name}` is defined by itself"), None));
        }
        if self.open.borrow().len() == DEEPEST {
            return Err(Unexpanded::Text(too_deep(), None));
        }
        self.open.borrow_mut().push(name);
        let expanded = self.expand(value);
        self.open.borrow_mut().pop();
        expanded.map_err(Unexpanded::Variable)
    }

    fn where_to_set(&self, name: &str) -> String {
        let known = self.own.keys().copied().chain(self.outside.keys().map(String::as_str));
        match nearest(name, known) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!(
                "set it with --var {name}=…, with SECENV_VAR_{name}, or in [vars]; write $${{{name}}} for a literal"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> Result<String, Mistake> {
        let text_of = |text: &str| Text { text: text.into(), span: 3..5 };
        let outside = BTreeMap::from([("env".to_owned(), "${not expanded}".to_owned())]);
        let own = [
            (text_of("env"), text_of("hidden")),
            (text_of("app"), text_of("my-${team}")),
            (text_of("team"), text_of("core")),
            (text_of("a"), text_of("${b}")),
            (text_of("b"), text_of("${a}")),
        ];
        Vars::new(&outside, &own).expand(&text_of(text))
    }

    #[test]
    fn names_are_replaced_and_escapes_kept() {
        assert_eq!(expand("x").as_deref(), Ok("x"));
        assert_eq!(expand("${env}/${app}").as_deref(), Ok("${not expanded}/my-core"));
        assert_eq!(expand("$${env} $5 $$ {x}").as_deref(), Ok("${env} $5 $$ {x}"));
    }

    #[test]
    fn what_cannot_be_replaced_is_a_mistake() {
        let message = |text| expand(text).expect_err(text);
        assert_eq!(message("${tema}").help.as_deref(), Some("did you mean `team`?"));
        assert_eq!(message("${HOME}").message, "no variable `HOME`");
        assert_eq!(message("${a}").message, "variable `a` is defined by itself");
        assert_eq!(message("x${env").message, "${ is not closed by }");
        assert_eq!(message("x${env").span, 3..5);
    }
}
