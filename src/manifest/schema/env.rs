//! The types of `[env]` and `[[env_from]]`.

use std::collections::BTreeMap;

use schemars::JsonSchema;

#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Entry {
    /// A reference: `ID#KEY`, an ARN, an ECS `valueFrom` or a CloudFormation dynamic reference.
    Reference(#[schemars(length(min = 1))] String),
    Table(Box<Table>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum TargetEntry {
    Removed(#[schemars(extend("const" = false))] bool),
    Entry(Entry),
}

/// A variable of the child: exactly one of `secret`, `value`, `template` and `template_file`.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("oneOf" = [
        { "required": ["secret"] },
        { "required": ["value"] },
        { "required": ["template"] },
        { "required": ["template_file"] },
    ]),
    extend("dependentRequired" = {
        "key": ["secret"],
        "version_stage": ["secret"],
        "version_id": ["secret"],
        "region": ["secret"],
        "profile": ["secret"],
        "role_arn": ["secret"],
        "optional": ["secret"],
        "default": ["secret"],
        "encoding": ["secret"],
        "path": ["as"],
        "mode": ["as", "path"],
        "owner": ["as", "path"],
        "group": ["as", "path"],
        "mkdir": ["as", "path"],
    }),
    extend("not" = { "anyOf": [
        { "required": ["as", "encoding"] },
        { "required": ["value", "allow_unsafe_name"] },
        {
            "required": ["as", "export"],
            "properties": { "export": { "const": false } },
            "not": { "required": ["path"] },
        },
    ] })
)]
pub(super) struct Table {
    /// Id or ARN of a secret, or any other form of a reference.
    #[schemars(length(min = 1))]
    secret: Option<String>,
    /// A literal.
    value: Option<String>,
    /// A text with other entries in it: `postgres://{{ USER | urlencode }}:{{ PASSWORD | urlencode }}@host/`.
    template: Option<String>,
    /// The path of a file with such a text; relative to the manifest.
    #[schemars(length(min = 1))]
    template_file: Option<String>,
    /// A top-level key of a JSON secret, or a JSON pointer if it starts with `/`.
    #[schemars(length(min = 1))]
    key: Option<String>,
    /// The staging label of the version, such as `AWSPREVIOUS`.
    #[schemars(length(min = 1))]
    version_stage: Option<String>,
    /// The id of the version.
    #[schemars(length(min = 1))]
    version_id: Option<String>,
    /// The region of the secret.
    #[schemars(length(min = 1))]
    region: Option<String>,
    /// The profile that it is asked for with; `[aws]` has it for all.
    #[schemars(length(min = 1))]
    profile: Option<String>,
    /// The role that is assumed for it; `[aws]` has it for all.
    #[schemars(length(min = 1))]
    role_arn: Option<String>,
    /// If the secret is absent, there is no such variable.
    optional: Option<bool>,
    /// If the secret is absent, this is the value.
    default: Option<String>,
    /// How bytes become text: `base64`, `hex` or `utf8`.
    #[schemars(regex(pattern = "^(base64|hex|utf8|.*\\$\\{.*)$"))]
    encoding: Option<String>,
    /// A non-empty inherited value wins, and nothing is fetched.
    keep: Option<bool>,
    /// `false`: an input of templates that the child does not get.
    export: Option<bool>,
    /// Allows a name that steers the loader or the launcher, such as `PATH`.
    allow_unsafe_name: Option<bool>,
    /// `file`: the variable holds the path of a private file with the value.
    #[schemars(regex(pattern = "^(file|.*\\$\\{.*)$"))]
    r#as: Option<String>,
    /// The path of that file; without it, it is in memory.
    #[schemars(regex(pattern = "[^/]$"))]
    path: Option<String>,
    /// Its mode in octal digits; `0400` without it.
    #[schemars(regex(pattern = "^(0*[4-7][0-7][0-7]|.*\\$\\{.*)$"))]
    mode: Option<String>,
    /// Its owner, a name or a number.
    #[schemars(length(min = 1))]
    owner: Option<String>,
    /// Its group, a name or a number.
    #[schemars(length(min = 1))]
    group: Option<String>,
    /// Whether its directory is made if it is not there.
    mkdir: Option<bool>,
}

/// A JSON secret each of whose top-level keys becomes a variable.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("required" = ["secret"]),
    extend("not" = { "required": ["keys", "exclude"] })
)]
pub(super) struct EnvFrom {
    /// Id or ARN of the secret; without a key.
    #[schemars(regex(pattern = "^[^#]+$"))]
    secret: Option<String>,
    /// The staging label of the version.
    #[schemars(length(min = 1))]
    version_stage: Option<String>,
    /// The id of the version.
    #[schemars(length(min = 1))]
    version_id: Option<String>,
    /// The region of the secret.
    #[schemars(length(min = 1))]
    region: Option<String>,
    /// The profile that it is asked for with; `[aws]` has it for all.
    #[schemars(length(min = 1))]
    profile: Option<String>,
    /// The role that is assumed for it; `[aws]` has it for all.
    #[schemars(length(min = 1))]
    role_arn: Option<String>,
    /// Before each name that is made from a key.
    #[schemars(regex(pattern = "^([A-Za-z_][A-Za-z0-9_]*|.*\\$\\{.*)$"))]
    prefix: Option<String>,
    /// Only these keys, each of which has to be there.
    #[schemars(extend("uniqueItems" = true))]
    keys: Option<Vec<String>>,
    /// All keys but these.
    exclude: Option<Vec<String>>,
    /// Key = "NAME": that name, without prefix and case.
    #[schemars(extend("additionalProperties" = { "type": "string", "pattern": "^[^=\\u0000]+$" }))]
    rename: Option<BTreeMap<String, String>>,
    /// `upper`, or `keep`, which is the default.
    #[schemars(regex(pattern = "^(keep|upper|.*\\$\\{.*)$"))]
    case: Option<String>,
    /// The secret, and the keys that are named here, may be absent.
    optional: Option<bool>,
}
