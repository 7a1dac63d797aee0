//! Step 4: plan, outcomes and inherited entries → the child's [`Environment`], or every entry that failed. Pure.
//!
//! It works on bytes: what is inherited and not touched stays as it is, entries without `=` and duplicates included.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt, mem,
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use zeroize::Zeroizing;

use crate::{
    fetch::Outcome,
    manifest::{Delivery, Export},
    plan::{Binding, Plan},
    secret::SecretValue,
};

mod expansion;
mod failure;
pub mod json_key;
pub mod limits;
mod lint;
mod value;

pub use crate::manifest::{Account, Directory, FileKind, NamedFile};
use expansion::Expanded;
pub use expansion::ExpansionError;
use failure::Failures;
pub use failure::{EntryFailure, Reason, RenderError, ValueError};
pub use lint::{Lint, LintKind, lint};
use value::{Found, Values};

/// The child's environment: raw entries, `NAME=value` mostly, without NUL, and the files whose paths some of them hold.
#[derive(PartialEq, Eq)]
pub struct Environment {
    slots: Vec<Slot>,
    files: Vec<File>,
}

/// A private file of the child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The variable that it is of.
    pub variable: String,
    /// Where it is.
    pub kind: FileKind,
    /// All of it.
    pub content: SecretValue,
}

#[derive(PartialEq, Eq)]
enum Slot {
    Entry(Zeroizing<Vec<u8>>),
    /// `NAME=` and the path of a file, which is known when it has been made.
    PathOf(usize),
}

impl Environment {
    /// The raw entries, in their order; `paths` are those of the files, in theirs. They hold secret values.
    ///
    /// # Panics
    /// If there are fewer paths than files.
    pub fn entries<'e>(&'e self, paths: &'e [PathBuf]) -> impl Iterator<Item = Cow<'e, [u8]>> {
        self.slots.iter().map(|slot| match slot {
            Slot::Entry(entry) => Cow::Borrowed(entry.as_slice()),
            Slot::PathOf(file) => {
                let path = paths[*file].as_os_str().as_bytes();
                Cow::Owned([self.files[*file].variable.as_bytes(), b"=", path].concat())
            }
        })
    }

    /// The files to make before the child starts.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Paths that are at least as long as those of the files will be.
    #[must_use]
    pub fn longest_paths(&self) -> Vec<PathBuf> {
        let longest = |file: &File| match &file.kind {
            FileKind::Memory => PathBuf::from(format!("/proc/self/fd/{}", i32::MAX)),
            FileKind::Named(file) => file.path.clone(),
        };
        self.files.iter().map(longest).collect()
    }

    /// Whether there are files that somebody has to remove when the child has ended.
    #[must_use]
    pub fn has_path_files(&self) -> bool {
        self.files.iter().any(|file| matches!(file.kind, FileKind::Named(_)))
    }

    /// The value of the first entry of that name, as getenv(3) finds it; none for the path of a file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.slots.iter().find_map(|slot| match slot {
            Slot::Entry(entry) => entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="),
            Slot::PathOf(_) => None,
        })
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment([redacted])")
    }
}

/// What becomes of one name.
enum Change {
    /// An entry of its own.
    Set(Slot),
    /// No entry of that name.
    Removed,
    /// Inherited, whatever `[child]` says.
    Kept,
}

/// Builds the environment; `outcomes` has one for each of the plan's requests.
///
/// A variable that replaces an inherited one stands in its place; the others follow, those of `[[env_from]]` before those
/// of the plan's bindings.
///
/// # Errors
/// Every variable without a value; those of one failed request together, and a template with the input that failed.
pub fn build(plan: &Plan, outcomes: &[Outcome], inherited: &[Vec<u8>]) -> Result<Environment, Vec<EntryFailure>> {
    let (environment, failures) = examine(plan, outcomes, inherited);
    if failures.is_empty() { Ok(environment) } else { Err(failures) }
}

/// The same without an end at failures: the environment then lacks the variables that have no value.
#[must_use]
pub fn examine(plan: &Plan, outcomes: &[Outcome], inherited: &[Vec<u8>]) -> (Environment, Vec<EntryFailure>) {
    let taken = plan.bindings.iter().filter(|binding| binding.beats_env_from()).map(|binding| binding.name.as_str());
    let taken: HashSet<&str> = taken.collect();
    let mut failures = Failures::default();
    let mut of_expansions = Failures::default();
    let expanded = expansion::expand(plan, outcomes, &taken, &mut of_expansions);
    let found = Values { plan, outcomes, inherited, expanded: &expanded }.resolve();
    let mut child = Changes::default();
    for one in expanded {
        child.expand(one);
    }
    let mut of_inputs = Vec::new();
    for (binding, found) in plan.bindings.iter().zip(found) {
        match found.and_then(|found| child.bind(binding, found)) {
            Ok(()) => {}
            Err(Reason::Input(input)) => of_inputs.push((input, binding)),
            Err(reason) => failures.add(binding, reason),
        }
    }
    failures.add_because_of_inputs(of_inputs);
    let environment = Environment { slots: child.merge(plan, inherited), files: child.files };
    (environment, failures.and(of_expansions).into_list())
}

/// The bytes that the first binding's part of a secret has, text or not, without the names that they may have in a child.
///
/// # Errors
/// Why there are none; absence is a failure here, whatever the binding says.
pub fn bytes(plan: &Plan, outcomes: &[Outcome]) -> Result<SecretValue, Vec<EntryFailure>> {
    let values = Values { plan, outcomes, inherited: &[], expanded: &[] };
    let at = plan.bindings.first().map(|binding| binding.at.clone());
    values.bytes().map_err(|reason| vec![EntryFailure { variables: Vec::new(), at: at.into_iter().collect(), reason }])
}

/// What becomes of the names, and the files.
#[derive(Default)]
struct Changes {
    by_name: HashMap<String, Change>,
    /// The names in the order in which new entries follow the inherited ones.
    order: Vec<String>,
    files: Vec<File>,
}

impl Changes {
    fn expand(&mut self, one: Expanded) {
        let change = match one.value {
            Some(value) => Change::Set(Slot::Entry(entry(&one.name, &value))),
            None => Change::Removed,
        };
        self.insert(one.name, change);
    }

    fn bind(&mut self, binding: &Binding, found: Found) -> Result<(), Reason> {
        if !binding.beats_env_from() && self.by_name.contains_key(&binding.name) {
            return Ok(());
        }
        let is_variable = binding.delivery == Delivery::Variable;
        let change = match (found, &binding.delivery) {
            (Found::Value(value), _) if is_variable && value.expose().contains(&0) => return Err(Reason::Nul),
            (Found::Value(value), Delivery::Variable) => Change::Set(Slot::Entry(entry(&binding.name, &value))),
            (Found::Value(content), Delivery::File(kind)) => {
                self.files.push(File { variable: binding.name.clone(), kind: kind.clone(), content });
                Change::Set(Slot::PathOf(self.files.len() - 1))
            }
            (Found::Absent, _) => Change::Removed,
            (Found::Kept, _) => Change::Kept,
        };
        if binding.export == Export::Exported {
            self.insert(binding.name.clone(), change);
        }
        Ok(())
    }

    fn insert(&mut self, name: String, change: Change) {
        self.order.push(name.clone());
        self.by_name.insert(name, change);
    }

    fn merge(&mut self, plan: &Plan, inherited: &[Vec<u8>]) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(inherited.len() + self.order.len());
        for raw in inherited {
            let name = raw.iter().position(|byte| *byte == b'=').map(|end| &raw[..end]);
            let change =
                name.and_then(|name| std::str::from_utf8(name).ok()).and_then(|name| self.by_name.get_mut(name));
            let keep = match change {
                // The first entry of a name is replaced, any other of that name is gone.
                Some(change @ Change::Set(_)) => {
                    if let Change::Set(slot) = mem::replace(change, Change::Removed) {
                        slots.push(slot);
                    }
                    false
                }
                Some(Change::Removed) => false,
                Some(Change::Kept) => true,
                None => plan.child.inherits(name),
            };
            if keep {
                slots.push(Slot::Entry(Zeroizing::new(raw.clone())));
            }
        }
        for name in &self.order {
            if let Some(Change::Set(slot)) = self.by_name.remove(name) {
                slots.push(slot);
            }
        }
        slots
    }
}

fn entry(name: &str, value: &SecretValue) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([name.as_bytes(), b"=", value.expose()].concat())
}

#[cfg(test)]
mod tests;
