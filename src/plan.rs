//! Step 2: manifest, overrides and inherited environment → [`Plan`]: the distinct requests, and what each variable is
//! made of. Pure and value-free: it says all that a run will do before anything is fetched.

use std::{collections::HashMap, mem};

use crate::{
    manifest::{
        Absent, Child, Content, Delivery, Encoding, Entry, EnvFrom, Export, Inherited, InputError, Keys, Naming, Place,
        Presence,
        reference::{JsonKey, Reference, SecretId, Version},
    },
    template::Template,
};

mod load;
mod stage;

pub use crate::manifest::Login;
pub use load::{Calls, Fleet, Load, Operation, Share};
pub use stage::StageOverride;

/// What a run will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Each (id, version, region, login) once, in the order of first use.
    pub requests: Vec<Request>,
    /// The variables, in the order of the manifest, then of the overrides.
    pub bindings: Vec<Binding>,
    /// Secrets whose keys become variables, in the order of the manifest; which ones is known when they are there.
    pub expansions: Vec<Expansion>,
    /// Which inherited variables the child gets.
    pub child: Child,
    /// The staging label that `--version-stage STAGE` gives every entry without a version of its own.
    pub stage_for_all: Option<String>,
}

/// One secret version to fetch; however many variables use it, it is fetched once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// Name or ARN.
    pub id: SecretId,
    /// Version id and staging label as asked for; `AWSCURRENT` alone is what neither of them means.
    pub version: Version,
    /// The region by ARN, entry, `--region` or `[aws]`, in that order; none leaves it to the SDK's chain.
    pub region: Option<String>,
    /// As whom: by entry, then `--profile` or `[aws]`.
    pub login: Login,
}

/// A variable, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Where it is written.
    pub at: Place,
    /// What it is made of.
    pub value: Value,
    /// Whether the child gets it.
    pub export: Export,
    /// Whether it gets the value, or the path of a file that holds it.
    pub delivery: Delivery,
    /// What it won over: the same name elsewhere, the weakest first.
    pub over: Vec<Place>,
}

impl Binding {
    /// Whether it wins over an `[[env_from]]` that gives the same name: all but inherited references do.
    #[must_use]
    pub fn beats_env_from(&self) -> bool {
        !matches!(self.at, Place::Inherited(_))
    }
}

/// A secret whose top-level keys become variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Where it is written.
    pub at: Place,
    /// Index into [`Plan::requests`].
    pub request: usize,
    /// Which keys.
    pub keys: Keys,
    /// How they are called.
    pub naming: Naming,
    /// Whether it may be absent.
    pub presence: Presence,
}

/// What a variable is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A literal.
    Literal(String),
    /// The inherited value, by `keep = true`; the child gets it whatever `[child]` says.
    Kept,
    /// A part of what a request fetches.
    Secret {
        /// Index into [`Plan::requests`].
        request: usize,
        /// The part; none for the whole.
        key: Option<JsonKey>,
        /// What an absent one does.
        absent: Absent,
        /// How bytes become text.
        encoding: Option<Encoding>,
    },
    /// A text with other variables in it.
    Template(Template),
}

/// All that a plan is made from.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// `--from-env`: the inherited variables that are references.
    pub inherited: Vec<Entry>,
    /// `[env]`.
    pub manifest: Vec<Entry>,
    /// `[[env_from]]`.
    pub env_from: Vec<EnvFrom>,
    /// `--env-file`s, then `--env`s, in their order: a later one wins.
    pub overrides: Vec<Entry>,
    /// `--version-stage`, in their order.
    pub stages: Vec<StageOverride>,
    /// `--region`, else `[aws] region`.
    pub region: Option<String>,
    /// `--profile`, else `[aws]`.
    pub login: Login,
    /// `[child]`.
    pub child: Child,
}

impl Plan {
    /// Decides precedence and gathers the requests; `inherited` are raw entries, `NAME=value` mostly.
    ///
    /// # Errors
    /// Each `--version-stage ID=STAGE` that is for no entry.
    pub fn new(inputs: Inputs, inherited: &[Vec<u8>]) -> Result<Self, Vec<InputError>> {
        let mut entries = inputs.inherited;
        let mut env_from = inputs.env_from;
        let mut places: HashMap<String, usize> =
            entries.iter().enumerate().map(|(index, entry)| (entry.name.clone(), index)).collect();
        let mut over: Vec<Vec<Place>> = vec![Vec::new(); entries.len()];
        for entry in inputs.manifest.into_iter().chain(inputs.overrides) {
            let kept = entry.inherited == Inherited::Kept && first_value(inherited, &entry.name).is_some();
            match places.get(&entry.name) {
                Some(&index) if kept => over[index].push(entry.at),
                Some(&index) => over[index].push(mem::replace(&mut entries[index], entry).at),
                None => {
                    places.insert(entry.name.clone(), entries.len());
                    over.push(beaten(&entry, &env_from, inherited, &inputs.child));
                    entries.push(entry);
                }
            }
        }
        let errors = stage::apply(&inputs.stages, references(&mut entries, &mut env_from));
        if !errors.is_empty() {
            return Err(errors);
        }
        let defaults = Defaults { region: inputs.region, login: inputs.login };
        let mut requests = Requests::default();
        let bind = |(entry, over): (Entry, Vec<Place>)| Binding {
            value: if entry.inherited == Inherited::Kept && first_value(inherited, &entry.name).is_some() {
                Value::Kept
            } else {
                requests.value(entry.content, &defaults)
            },
            name: entry.name,
            at: entry.at,
            export: entry.export,
            delivery: entry.delivery,
            over,
        };
        let bindings = entries.into_iter().zip(over).map(bind).collect();
        let expand = |one: EnvFrom| Expansion {
            at: one.at,
            request: requests.index(one.reference, one.login, &defaults),
            keys: one.keys,
            naming: one.naming,
            presence: one.presence,
        };
        let expansions = env_from.into_iter().map(expand).collect();
        let stage_for_all = inputs.stages.into_iter().rev().find(|stage| stage.id.is_none()).map(|all| all.stage);
        Ok(Self { requests: requests.list, bindings, expansions, child: inputs.child, stage_for_all })
    }
}

/// What a manifest's or a flag's entry wins over that is no such entry itself.
fn beaten(entry: &Entry, env_from: &[EnvFrom], inherited: &[Vec<u8>], child: &Child) -> Vec<Place> {
    if entry.export == Export::Withheld {
        return Vec::new();
    }
    let name = entry.name.as_bytes();
    let is_it = |raw: &Vec<u8>| raw.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"="));
    let is_inherited = child.inherits(Some(name)) && inherited.iter().any(is_it);
    let kept = entry.inherited == Inherited::Kept && first_value(inherited, &entry.name).is_some();
    let inherited = (is_inherited && !kept).then(|| Place::Inherited(entry.name.clone()));
    let gives_it = |one: &&EnvFrom| one.known_names().is_some_and(|names| names.contains(&entry.name));
    inherited.into_iter().chain(env_from.iter().filter(gives_it).map(|one| one.at.clone())).collect()
}

fn references<'e>(entries: &'e mut [Entry], env_from: &'e mut [EnvFrom]) -> Vec<&'e mut Reference> {
    let of_entries = entries.iter_mut().filter_map(|entry| match &mut entry.content {
        Content::Secret(secret) => Some(&mut secret.reference),
        Content::Literal(_) | Content::Template(_) => None,
    });
    of_entries.chain(env_from.iter_mut().map(|one| &mut one.reference)).collect()
}

/// Where and as whom, unless it is said.
struct Defaults {
    region: Option<String>,
    login: Login,
}

/// The distinct requests so far.
#[derive(Default)]
struct Requests {
    list: Vec<Request>,
    places: HashMap<Request, usize>,
}

impl Requests {
    fn value(&mut self, content: Content, defaults: &Defaults) -> Value {
        let secret = match content {
            Content::Literal(text) => return Value::Literal(text),
            Content::Template(template) => return Value::Template(template),
            Content::Secret(secret) => secret,
        };
        let key = secret.reference.key.clone();
        let request = self.index(secret.reference, secret.login, defaults);
        Value::Secret { request, key, absent: secret.absent, encoding: secret.encoding }
    }

    /// Of the request for the secret of a reference, whatever its key.
    fn index(&mut self, reference: Reference, login: Login, defaults: &Defaults) -> usize {
        let of_arn = reference.id.region().map(str::to_owned);
        let request = Request {
            region: of_arn.or(reference.region).or_else(|| defaults.region.clone()),
            login: login.or(&defaults.login),
            version: one_spelling(reference.version),
            id: reference.id,
        };
        let next = self.list.len();
        *self.places.entry(request).or_insert_with_key(|request| {
            self.list.push(request.clone());
            next
        })
    }
}

/// `AWSCURRENT` asked for by name is the same request as no version, so that two of its keys are of one version.
fn one_spelling(version: Version) -> Version {
    match (version.stage.as_deref(), &version.id) {
        (Some("AWSCURRENT"), None) => Version::default(),
        _ => version,
    }
}

/// The first entry of a name that has a value, as getenv(3) finds it.
pub(crate) fn first_value<'e>(inherited: &'e [Vec<u8>], name: &str) -> Option<&'e [u8]> {
    let value_of = |raw: &'e Vec<u8>| raw.strip_prefix(name.as_bytes())?.strip_prefix(b"=");
    inherited.iter().find_map(value_of).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
