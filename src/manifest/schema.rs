//! The JSON Schema of the manifest, for editors: the types of the format, and the schema that is derived from them. Pure.
//!
//! The reader walks tables by hand, to tell every mistake at its place; a test holds its fields against these.
#![expect(dead_code, reason = "the types are described, never made")]

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};

mod env;

use env::{Entry, EnvFrom, TargetEntry};

/// The schema as JSON text, with a line end.
#[must_use]
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    let schema = settings.into_generator().into_root_schema_for::<Manifest>();
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    format!("{text}\n")
}

/// TOML has no null: a field that may be left out is of its one type.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(types) = object.get_mut("type")
        && let Some(list) = types.as_array_mut()
    {
        list.retain(|one| one != "null");
        if let [only] = list.as_slice() {
            *types = only.clone();
        }
    }
    if let Some(choices) = object.get_mut("anyOf").and_then(|choices| choices.as_array_mut()) {
        choices.retain(|one| one.get("type").is_none_or(|one| one != "null"));
        if let [only] = choices.as_slice() {
            let only = only.as_object().cloned().unwrap_or_default();
            object.remove("anyOf");
            object.extend(only);
        }
    }
}

/// Which environment variables are which secrets of AWS Secrets Manager: `secenv run -- CMD` starts CMD with them.
#[derive(JsonSchema)]
#[schemars(title = "secenv.toml", deny_unknown_fields)]
struct Manifest {
    /// Where secrets come from: `aws` (the default) or `file:PATH`.
    source: Option<OneOrMore>,
    /// Variables for `${name}` in any string of the manifest but a template; `$${` is a literal `${`.
    vars: Option<BTreeMap<String, String>>,
    aws: Option<Aws>,
    /// The variables of the child: a reference such as `prod/db#password`, or a table.
    #[schemars(extend("propertyNames" = { "pattern": NAME }))]
    env: Option<BTreeMap<String, Entry>>,
    /// Secrets whose top-level keys each become a variable; `[env]` wins over them.
    env_from: Option<Vec<EnvFrom>>,
    child: Option<Child>,
    fetch: Option<Fetch>,
    cache: Option<Cache>,
    /// `--target NAME`: merged over the base key by key.
    target: Option<BTreeMap<String, Target>>,
}

/// What a name in an environment cannot have.
const NAME: &str = "^[^=\\u0000]+$";

/// What `--target NAME` changes. An entry of `env` replaces the base's as a whole, arrays replace.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Target {
    /// Where secrets come from.
    source: Option<OneOrMore>,
    /// Variables for `${name}`.
    vars: Option<BTreeMap<String, String>>,
    aws: Option<Aws>,
    /// `NAME = false` removes an entry of the base.
    #[schemars(extend("propertyNames" = { "pattern": NAME }))]
    env: Option<BTreeMap<String, TargetEntry>>,
    /// In the place of the base's.
    env_from: Option<Vec<EnvFrom>>,
    child: Option<Child>,
    fetch: Option<Fetch>,
    cache: Option<Cache>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Defaults of every entry.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Aws {
    /// The region of secrets that name none: ARN > entry > `--region` > here > the SDK's chain.
    #[schemars(length(min = 1))]
    region: Option<String>,
    /// The role that is assumed for reading.
    #[schemars(length(min = 1))]
    role_arn: Option<String>,
    /// The profile of the shared configuration files; it beats credentials in the environment.
    #[schemars(length(min = 1))]
    profile: Option<String>,
}

/// Such as `30s` or `1m30s`.
const DURATION: &str = "^(([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?|.*\\$\\{.*)$";

/// Which inherited variables the child gets.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Child {
    /// `true` (the default), `false`, or a list of names and globs.
    inherit: Option<Inherit>,
    /// Names and globs of inherited variables that it does not get.
    unset: Option<Vec<Name>>,
    /// Whether inherited AWS credentials are taken from it.
    drop_aws_credentials: Option<bool>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Inherit {
    AllOrNone(bool),
    Only(Vec<Name>),
}

#[derive(JsonSchema)]
#[schemars(transparent)]
struct Name(#[schemars(regex(pattern = NAME))] String);

/// Bounds of the fetch; each has a flag and a `SECENV_*` variable too.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Fetch {
    /// Bounds everything before the child starts, such as `30s` or `1m30s`.
    #[schemars(regex(pattern = DURATION), length(min = 1))]
    deadline: Option<String>,
    /// Requests under way at once.
    #[schemars(range(min = 1))]
    concurrency: Option<u32>,
    /// Whether `BatchGetSecretValue` is used, 20 ids a call; it needs that permission too.
    batch: Option<bool>,
    /// Regions of the secrets that name none, replicas in order of preference: the next one if one is out of order.
    #[schemars(length(min = 1))]
    regions: Option<Vec<String>>,
}

/// Switches on the cache of fetched values, for local runs: its key in the kernel's keyring, its data in memory.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Cache {
    /// How long a value is taken from it without asking; `15m` if it is not said.
    #[schemars(regex(pattern = DURATION), length(min = 1))]
    ttl: Option<String>,
    /// How much longer it stands in for a source that fails for now; not at all if it is not said.
    #[schemars(regex(pattern = DURATION), length(min = 1))]
    max_stale: Option<String>,
}

#[cfg(test)]
mod tests;
