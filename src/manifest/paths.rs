//! Files that would take each other's place. Pure.

use super::{Delivery, Entry, FileKind, mistake::Mistake, template::Placed};

/// A mistake for each entry whose file an earlier one has already.
pub(super) fn check(placed: &[Placed<'_>]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (index, one) in placed.iter().enumerate() {
        let Some(path) = path_of(one.entry) else { continue };
        if let Some(other) = placed[..index].iter().find(|other| path_of(other.entry) == Some(path)) {
            let message = format!("{} is the file of `{}` already", path.display(), other.entry.name);
            mistakes.push(Mistake::new(one.name.clone(), message).help("give each its own `path`"));
        }
    }
    mistakes
}

fn path_of(entry: &Entry) -> Option<&std::path::Path> {
    match &entry.delivery {
        Delivery::File(FileKind::Named(file)) => Some(&file.path),
        Delivery::File(FileKind::Memory) | Delivery::Variable => None,
    }
}
