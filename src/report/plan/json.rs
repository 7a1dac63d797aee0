//! A plan as one JSON document; docs/json/plan.schema.json describes it, and a test holds both to it.

use serde_json::{Value as Json, json};

use super::{Overview, stage};
use crate::{
    error::Error,
    manifest::{
        Absent, AwsCredentials, Case, Delivery, Encoding, Export, FileKind, Inherit, Keys, Presence, reference::JsonKey,
    },
    plan::{Binding, Calls, Expansion, Fleet, Share, Value},
    report::{named_place, problems},
};

/// The document, of a plan or of the mistakes that there is none for; ends with a line end.
#[must_use]
pub fn machine(overview: Result<&Overview<'_>, &Error>) -> String {
    let document = match overview {
        Err(error) => problems(error),
        Ok(overview) => {
            let plan = overview.plan;
            json!({
                "exit_code": 0,
                "problems": [],
                "variables": plan.bindings.iter().map(|binding| overview.variable(binding)).collect::<Vec<_>>(),
                "env_from": plan.expansions.iter().map(|expansion| overview.expansion(expansion)).collect::<Vec<_>>(),
                "child": overview.child(),
                "sources": overview.sources.iter().map(Overview::source).collect::<Vec<_>>(),
                "calls": overview.load.calls.iter().map(calls).collect::<Vec<_>>(),
                "connections": overview.load.connections,
                "deadline_ms": u64::try_from(overview.budget.as_millis()).unwrap_or(u64::MAX),
                "fleet": overview.fleet.map(fleet),
            })
        }
    };
    format!("{document}\n")
}

impl Overview<'_> {
    fn variable(&self, binding: &Binding) -> Json {
        let (mut secret, mut inputs, mut encoding, mut if_absent) = (Json::Null, Json::Null, None, None);
        let from = match &binding.value {
            Value::Literal(_) => "literal",
            Value::Kept => "inherited",
            Value::Template(template) => {
                inputs = json!(template.inputs());
                "template"
            }
            Value::Secret { request, key, absent, encoding: with } => {
                secret = self.secret(*request, key.as_ref());
                encoding = with.map(|with| match with {
                    Encoding::Base64 => "base64",
                    Encoding::Hex => "hex",
                    Encoding::Utf8 => "utf8",
                });
                if_absent = Some(match absent {
                    Absent::Fails => "fail",
                    Absent::Removes => "remove",
                    Absent::Gives(_) => "default",
                });
                "secret"
            }
        };
        let file = match &binding.delivery {
            Delivery::File(FileKind::Named(file)) => {
                json!({ "path": file.path.display().to_string(), "mode": format!("{:04o}", file.mode) })
            }
            _ => Json::Null,
        };
        json!({
            "name": binding.name,
            "from": from,
            "secret": secret,
            "inputs": inputs,
            "if_absent": if_absent,
            "delivery": match &binding.delivery {
                Delivery::Variable => "variable",
                Delivery::File(FileKind::Memory) => "memory-file",
                Delivery::File(FileKind::Named(_)) => "file",
            },
            "file": file,
            "encoding": encoding,
            "exported": binding.export == Export::Exported,
            "at": named_place(&binding.at),
            "over": binding.over.iter().map(named_place).collect::<Vec<_>>(),
            "under": self.winner(binding).map(named_place),
        })
    }

    fn expansion(&self, expansion: &Expansion) -> Json {
        let (keys, exclude) = match &expansion.keys {
            Keys::All => (None, Vec::new()),
            Keys::Only(keys) => (Some(keys), Vec::new()),
            Keys::AllBut(keys) => (None, keys.clone()),
        };
        let naming = &expansion.naming;
        let rename: serde_json::Map<String, Json> =
            naming.renamed.iter().map(|(key, name)| (key.clone(), json!(name))).collect();
        json!({
            "secret": self.secret(expansion.request, None),
            "keys": keys,
            "names": expansion.keys.names(naming),
            "exclude": exclude,
            "prefix": naming.prefix,
            "case": if naming.case == Case::Upper { "upper" } else { "keep" },
            "rename": rename,
            "optional": expansion.presence == Presence::Optional,
            "at": named_place(&expansion.at),
        })
    }

    fn secret(&self, request: usize, key: Option<&JsonKey>) -> Json {
        let request = &self.plan.requests[request];
        let regions = match &request.region {
            Some(region) => vec![region.clone()],
            None => self.replicas.to_vec(),
        };
        json!({
            "id": request.id.as_str(),
            "key": key.map(ToString::to_string),
            "version_stage": stage(&request.version),
            "version_id": request.version.id,
            "regions": regions,
            "profile": request.login.profile,
            "role_arn": request.login.role_arn,
        })
    }

    fn child(&self) -> Json {
        let child = &self.plan.child;
        json!({
            "inherit": match &child.inherit {
                Inherit::All => json!(true),
                Inherit::None => json!(false),
                Inherit::Only(names) => json!(names),
            },
            "unset": child.unset,
            "drop_aws_credentials": child.aws_credentials == AwsCredentials::Dropped,
        })
    }
}

fn calls(calls: &Calls) -> Json {
    json!({ "operation": calls.operation.to_string(), "region": calls.region, "count": calls.count })
}

fn fleet(fleet: &Fleet) -> Json {
    let share = |share: &Share| {
        json!({
            "operation": share.operation.to_string(),
            "region": share.region,
            "calls": share.calls,
            "quota_per_second": share.quota,
            "seconds": share.seconds,
        })
    };
    json!({
        "tasks": fleet.tasks,
        "seconds": fleet.seconds(),
        "quotas": fleet.shares.iter().map(share).collect::<Vec<_>>(),
    })
}
