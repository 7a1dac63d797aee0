//! A plan as a table and some lines under it.

use std::fmt::Write;

use super::{Overview, stage};
use crate::{
    manifest::{
        Absent, AwsCredentials, Delivery, Encoding, Export, FileKind, Inherit, Keys, Place, Presence, SourceName,
    },
    plan::{Binding, Calls, Expansion, Fleet, Operation, Request, Share, Value},
    report::{Colour, as_whom, harmless, table::Table},
};

/// A line for each variable, then what it takes.
#[must_use]
pub fn human(overview: &Overview<'_>, colour: Colour) -> String {
    let mut table = Table::new(["VARIABLE", "FROM", "VERSION", "REGION", "AS", "WRITTEN", "NOTE"]);
    for binding in &overview.plan.bindings {
        table.row(overview.binding(binding));
    }
    for expansion in &overview.plan.expansions {
        match &expansion.keys {
            Keys::Only(keys) => keys.iter().for_each(|key| table.row(overview.key(expansion, key))),
            Keys::All | Keys::AllBut(_) => table.row(overview.keys(expansion)),
        }
    }
    let mut out = table.render(colour);
    out.push('\n');
    for line in overview.summary() {
        let _ = writeln!(out, "{}", harmless(&line));
    }
    out
}

impl Overview<'_> {
    fn binding(&self, binding: &Binding) -> [String; 7] {
        let mut notes: Vec<String> = Vec::new();
        let (mut version, mut region) = (String::new(), String::new());
        let from = match &binding.value {
            Value::Literal(_) => "literal".to_owned(),
            Value::Kept => {
                notes.push("kept".into());
                "inherited".to_owned()
            }
            Value::Template(template) if template.inputs().is_empty() => "template".to_owned(),
            Value::Template(template) => format!("template of {}", template.inputs().join(", ")),
            Value::Secret { request, key, absent, .. } => {
                let request = &self.plan.requests[*request];
                (version, region) = (version_of(request), self.region_of(request));
                notes.extend(as_whom(&request.login));
                notes.extend(match absent {
                    Absent::Fails => None,
                    Absent::Removes => Some("optional".to_owned()),
                    Absent::Gives(_) => Some("has a default".to_owned()),
                });
                let key = key.as_ref().map(|key| format!("#{key}")).unwrap_or_default();
                format!("{}{key}", request.id)
            }
        };
        notes.extend(over(binding));
        notes.extend(self.winner(binding).map(|at| format!("[[env_from]] at {at} wins")));
        [binding.name.clone(), from, version, region, delivery(binding), written(&binding.at), notes.join("; ")]
    }

    fn key(&self, expansion: &Expansion, key: &str) -> [String; 7] {
        let request = &self.plan.requests[expansion.request];
        let name = expansion.naming.name(key);
        let beats = |binding: &&Binding| binding.name == name && binding.beats_env_from();
        let winner = self.plan.bindings.iter().find(beats).map(|binding| format!("{} wins", binding.at));
        let optional = (expansion.presence == Presence::Optional).then(|| "optional".to_owned());
        let notes: Vec<String> = as_whom(&request.login).into_iter().chain(optional).chain(winner).collect();
        [
            name,
            format!("{}#{key}", request.id),
            version_of(request),
            self.region_of(request),
            "variable".into(),
            written(&expansion.at),
            notes.join("; "),
        ]
    }

    /// Which keys there are is known when the secret is there.
    fn keys(&self, expansion: &Expansion) -> [String; 7] {
        let request = &self.plan.requests[expansion.request];
        let which = match &expansion.keys {
            Keys::AllBut(keys) if !keys.is_empty() => format!("every key but {}", keys.join(", ")),
            _ => "every key".to_owned(),
        };
        let renamed = expansion.naming.renamed.iter().map(|(key, name)| format!("{key} is {name}"));
        let optional = (expansion.presence == Presence::Optional).then(|| "optional".to_owned());
        let notes: Vec<String> =
            [which].into_iter().chain(renamed).chain(as_whom(&request.login)).chain(optional).collect();
        [
            format!("{}*", expansion.naming.prefix),
            request.id.to_string(),
            version_of(request),
            self.region_of(request),
            "variable".into(),
            written(&expansion.at),
            notes.join("; "),
        ]
    }

    fn region_of(&self, request: &Request) -> String {
        match (&request.region, self.sources.first()) {
            (Some(region), _) => region.clone(),
            (None, Some(SourceName::File(_))) => String::new(),
            (None, Some(SourceName::Agent(_))) => "the agent's".to_owned(),
            (None, _) if self.replicas.is_empty() => "default".to_owned(),
            (None, _) => self.replicas.join(", "),
        }
    }

    fn summary(&self) -> Vec<String> {
        let sources: Vec<String> = self.sources.iter().map(Self::source).collect();
        let secrets = self.plan.requests.len();
        let calls = self.load.calls.iter().map(calls).collect::<Vec<_>>().join(", ");
        let calls = if calls.is_empty() {
            "no call".to_owned()
        } else {
            let most = plural(self.load.connections as u64, "connection");
            format!("{calls}; at most {most} (concurrency {})", self.concurrency)
        };
        let sources = sources.join(", else ");
        let secrets = plural(secrets as u64, "secret version");
        let mut lines = vec![format!("{secrets} from {sources}: {calls}; deadline {:?}", self.budget)];
        lines.push(self.inherited());
        lines.extend(self.fleet.into_iter().flat_map(|fleet| self.of_fleet(fleet)));
        lines
    }

    fn inherited(&self) -> String {
        let child = &self.plan.child;
        let mut line = match &child.inherit {
            Inherit::All => "inherited: all variables".to_owned(),
            Inherit::None => "inherited: nothing".to_owned(),
            Inherit::Only(names) => format!("inherited: {}", names.join(", ")),
        };
        if !child.unset.is_empty() {
            let _ = write!(line, ", without {}", child.unset.join(", "));
        }
        if child.aws_credentials == AwsCredentials::Dropped {
            line.push_str(", without AWS credentials");
        }
        line
    }

    fn of_fleet(&self, fleet: &Fleet) -> Vec<String> {
        let tasks = plural(u64::from(fleet.tasks), "task");
        if fleet.shares.is_empty() {
            let why = match self.load.calls.first() {
                Some(_) => "an agent answers from its cache, and asks Secrets Manager once a host",
                None => "nothing is asked of Secrets Manager",
            };
            return vec![format!("{tasks} at once: {why}")];
        }
        let share = |share: &Share| {
            let place = share.region.as_deref().unwrap_or("the default region");
            format!(
                "{tasks} at once: {} calls of {} in {place} take at least {} of the quota of {}/s",
                grouped(share.calls),
                share.operation,
                plural(share.seconds, "second"),
                grouped(share.quota)
            )
        };
        let mut lines: Vec<String> = fleet.shares.iter().map(share).collect();
        if fleet.seconds() > self.budget.as_secs() {
            lines.push(format!(
                "that is longer than the deadline of {:?}: put keys into fewer secrets, use the agent, or start in steps",
                self.budget
            ));
        }
        lines
    }
}

fn calls(calls: &Calls) -> String {
    let count = plural(calls.count as u64, "call");
    match (calls.operation, &calls.region) {
        (Operation::Agent, _) => format!("{count} to the agent"),
        (operation, Some(region)) => format!("{count} of {operation} in {region}"),
        (operation, None) => format!("{count} of {operation}"),
    }
}

fn version_of(request: &Request) -> String {
    match (stage(&request.version), &request.version.id) {
        (Some(stage), None) => stage.to_owned(),
        (Some(stage), Some(id)) => format!("{id} ({stage})"),
        (None, id) => id.clone().unwrap_or_default(),
    }
}

fn delivery(binding: &Binding) -> String {
    if binding.export == Export::Withheld && binding.delivery == Delivery::Variable {
        return "template input".to_owned();
    }
    let encoding = match &binding.value {
        Value::Secret { encoding: Some(encoding), .. } => match encoding {
            Encoding::Base64 => ", base64",
            Encoding::Hex => ", hex",
            Encoding::Utf8 => ", utf8",
        },
        _ => "",
    };
    match &binding.delivery {
        Delivery::Variable => format!("variable{encoding}"),
        Delivery::File(FileKind::Memory) => "file in memory".to_owned(),
        Delivery::File(FileKind::Named(file)) => format!("file {} ({:04o})", file.path.display(), file.mode),
    }
}

fn over(binding: &Binding) -> Option<String> {
    let places = binding.over.iter().map(|place| match place {
        Place::Inherited(_) => "inherited".to_owned(),
        place => place.to_string(),
    });
    let places: Vec<String> = places.collect();
    (!places.is_empty()).then(|| format!("over {}", places.join(", ")))
}

fn written(place: &Place) -> String {
    match place {
        Place::Inherited(_) => "--from-env".to_owned(),
        place => place.to_string(),
    }
}

fn plural(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `10,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
