//! An ECS task definition → a draft: `secrets` and `environment` of one container. Pure.

use serde_json::Value;

use super::{Content, Draft, by_looks, escaped, without_copies};
use crate::{manifest::reference::Reference, nearest::did_you_mean};

/// The draft of the container of that name, or of the only one.
///
/// # Errors
/// What is wrong, in one line without any value, and what to do.
pub fn draft(text: &str, container: Option<&str>) -> Result<Draft, (String, String)> {
    let give = |message: &str| (message.to_owned(), "give the JSON of aws ecs describe-task-definition".to_owned());
    let root: Value = serde_json::from_str(text)
        .map_err(|error| give(&format!("it is not JSON: line {}, column {}", error.line(), error.column())))?;
    // As it is described by the CLI, or as it is registered.
    let root = root.get("taskDefinition").unwrap_or(&root);
    let containers = root.get("containerDefinitions").and_then(Value::as_array);
    let containers = containers.ok_or_else(|| give("it has no containerDefinitions"))?;
    let container = choose(containers, container)?;
    let list = |name: &str| container.get(name).and_then(Value::as_array).into_iter().flatten();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut draft = Draft::default();
    for variable in list("environment") {
        let (name, value) = (text(variable, "name"), text(variable, "value"));
        draft.add(&name, by_looks(&name, &value));
    }
    for secret in list("secrets") {
        let value = text(secret, "valueFrom");
        draft.add(
            &text(secret, "name"),
            match Reference::parse_inherited(&value) {
                Some(Ok(_)) => Content::Reference(escaped(&value)),
                Some(Err(_)) => Content::Left("it is a reference that secenv cannot read"),
                None => Content::Left("it is a parameter of Systems Manager, which secenv does not read"),
            },
        );
    }
    without_copies(&mut draft, &[]);
    Ok(draft)
}

fn choose<'v>(containers: &'v [Value], wanted: Option<&str>) -> Result<&'v Value, (String, String)> {
    let name = |container: &'v Value| container.get("name").and_then(Value::as_str).unwrap_or_default();
    let names: Vec<&str> = containers.iter().map(name).collect();
    match (wanted, containers) {
        (None, [only]) => Ok(only),
        (None, []) => Err(("it has no container".to_owned(), "give another task definition".to_owned())),
        (None, _) => {
            Err(("it has several containers".to_owned(), format!("choose one with --container: {}", names.join(", "))))
        }
        (Some(wanted), _) => containers.iter().find(|container| name(container) == wanted).ok_or_else(|| {
            (format!("it has no container `{wanted}`"), did_you_mean(wanted, &names, "the containers are"))
        }),
    }
}
