//! Bindings → their values: secrets first, then templates as their inputs come to be there. Pure.

use data_encoding::{BASE64, HEXLOWER};

use super::{Reason, ValueError, expansion::Expanded, json_key};
use crate::{
    fetch::{Outcome, Payload},
    manifest::{
        Absent, Delivery, Encoding,
        reference::{JsonKey, Reference},
    },
    plan::{Binding, Plan, Value, first_value},
    secret::SecretValue,
    template::{RenderError, Template},
};

/// What a binding came to.
pub(super) enum Found {
    /// It has a value.
    Value(SecretValue),
    /// It is absent, and may be.
    Absent,
    /// It is inherited.
    Kept,
}

/// All that values are made of.
pub(super) struct Values<'p> {
    pub(super) plan: &'p Plan,
    pub(super) outcomes: &'p [Outcome],
    pub(super) inherited: &'p [Vec<u8>],
    pub(super) expanded: &'p [Expanded],
}

type Result<T, E = Reason> = std::result::Result<T, E>;

/// The state of one binding while others are resolved.
type Cell = Option<Result<Found>>;

impl Values<'_> {
    /// One for each of the plan's bindings, in their order.
    pub(super) fn resolve(&self) -> Vec<Result<Found>> {
        let mut cells: Vec<Cell> = self.plan.bindings.iter().map(|binding| self.without_inputs(binding)).collect();
        loop {
            let mut went_on = false;
            for (index, binding) in self.plan.bindings.iter().enumerate() {
                let Value::Template(template) = &binding.value else { continue };
                if cells[index].is_none() {
                    cells[index] = self.rendered(template, &cells);
                    went_on |= cells[index].is_some();
                }
            }
            if !went_on {
                break;
            }
        }
        // What is left is made of itself; a manifest that says so is refused, a plan made by hand ends here.
        let circle = || Reason::Template(RenderError::Broken { line: None, what: "it is made of itself".into() });
        cells.into_iter().map(|cell| cell.unwrap_or_else(|| Err(circle()))).collect()
    }

    /// Of the first binding.
    pub(super) fn bytes(&self) -> Result<SecretValue> {
        match self.plan.bindings.first().map(|binding| &binding.value) {
            Some(Value::Secret { request, key, .. }) => self.secret(*request, key.as_ref(), Form::Bytes),
            Some(Value::Literal(text)) => Ok(text.clone().into()),
            Some(Value::Kept | Value::Template(_)) | None => Ok(SecretValue::new(Vec::new())),
        }
    }

    /// None for a template.
    fn without_inputs(&self, binding: &Binding) -> Cell {
        Some(match &binding.value {
            Value::Literal(text) => Ok(Found::Value(text.clone().into())),
            Value::Kept => Ok(Found::Kept),
            Value::Secret { request, key, absent, encoding } => {
                let form = match (&binding.delivery, encoding) {
                    (Delivery::File(_), _) => Form::Bytes,
                    (Delivery::Variable, None) => Form::Text,
                    (Delivery::Variable, Some(encoding)) => Form::Encoded(*encoding),
                };
                match (self.secret(*request, key.as_ref(), form), absent) {
                    (Ok(value), _) => Ok(Found::Value(value)),
                    (Err(reason), Absent::Removes) if reason.is_absence() => Ok(Found::Absent),
                    (Err(reason), Absent::Gives(default)) if reason.is_absence() => {
                        Ok(Found::Value(default.clone().into()))
                    }
                    (Err(reason), _) => Err(reason),
                }
            }
            Value::Template(_) => return None,
        })
    }

    fn secret(&self, request: usize, key: Option<&JsonKey>, form: Form) -> Result<SecretValue> {
        match &self.outcomes[request] {
            Ok(fetched) => part(&fetched.payload, key, form)
                .map_err(|error| Reason::Value { reference: Box::new(reference(self.plan, request, key)), error }),
            Err(failure) => Err(Reason::fetch(self.plan, request, failure)),
        }
    }

    /// None as long as an input is a template that is not rendered.
    fn rendered(&self, template: &Template, cells: &[Cell]) -> Cell {
        let mut inputs: Vec<(&str, &str)> = Vec::with_capacity(template.inputs().len());
        for name in template.inputs() {
            let input = match self.input(name, cells)? {
                Ok(input) => input,
                Err(reason) => return Some(Err(reason)),
            };
            match input.map(std::str::from_utf8) {
                None => {}
                Some(Ok(text)) => inputs.push((name, text)),
                Some(Err(_)) => {
                    let what = format!("its input {name} is not UTF-8");
                    return Some(Err(Reason::Template(RenderError::Broken { line: None, what })));
                }
            }
        }
        let value = |name: &str| inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
        Some(template.render(value).map(Found::Value).map_err(Reason::Template))
    }

    /// The bytes of an input, or none if it is absent and may be.
    fn input<'c>(&'c self, name: &str, cells: &'c [Cell]) -> Option<Result<Option<&'c [u8]>>> {
        let bindings = self.plan.bindings.iter().zip(cells);
        let Some((_, cell)) = bindings.into_iter().find(|(binding, _)| binding.name == name) else {
            let expanded = self.expanded.iter().rev().find(|expanded| expanded.name == name);
            return Some(Ok(expanded.and_then(|expanded| expanded.value.as_ref()).map(SecretValue::expose)));
        };
        Some(match cell.as_ref()? {
            Ok(Found::Value(value)) => Ok(Some(value.expose())),
            Ok(Found::Absent) => Ok(None),
            Ok(Found::Kept) => Ok(first_value(self.inherited, name)),
            Err(_) => Err(Reason::Input(name.to_owned())),
        })
    }
}

/// What the bytes of a secret are wanted as.
#[derive(Clone, Copy)]
enum Form {
    /// As they are, text or not.
    Bytes,
    /// Text, which a binary secret is not.
    Text,
    /// Text made of bytes.
    Encoded(Encoding),
}

fn part(payload: &Payload, key: Option<&JsonKey>, form: Form) -> Result<SecretValue, ValueError> {
    let value = match (payload, key) {
        (Payload::Text(text), None) => text.clone(),
        (Payload::Text(text), Some(key)) => json_key::select(text.expose(), key)?,
        (Payload::Binary(_), Some(_)) => return Err(ValueError::BinaryHasNoKeys),
        (Payload::Binary(bytes), None) if !matches!(form, Form::Text) => bytes.clone(),
        (Payload::Binary(_), None) => return Err(ValueError::BinaryInVariable),
    };
    match form {
        Form::Bytes | Form::Text => Ok(value),
        Form::Encoded(Encoding::Base64) => Ok(SecretValue::from(BASE64.encode(value.expose()))),
        Form::Encoded(Encoding::Hex) => Ok(SecretValue::from(HEXLOWER.encode(value.expose()))),
        Form::Encoded(Encoding::Utf8) if std::str::from_utf8(value.expose()).is_ok() => Ok(value),
        Form::Encoded(Encoding::Utf8) => Err(ValueError::NotUtf8),
    }
}

/// The reference that a message names: what was asked for, in its shortest form.
fn reference(plan: &Plan, request: usize, key: Option<&JsonKey>) -> Reference {
    let request = &plan.requests[request];
    Reference { id: request.id.clone(), version: request.version.clone(), key: key.cloned(), region: None }
}
