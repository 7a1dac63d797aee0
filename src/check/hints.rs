//! What a description adds to a failure: the nearest name, the stages that exist, the date of a deletion. Pure.

use crate::{
    environment::{EntryFailure, Reason},
    fetch::{FailureKind, Particulars},
    nearest::nearest,
    plan::Plan,
};

pub(super) fn add(failures: &mut [EntryFailure], plan: &Plan, particulars: &[Particulars]) {
    for entry in failures {
        let Reason::Fetch { request, failure, .. } = &mut entry.reason else { continue };
        match (failure.kind, particulars.get(*request)) {
            (FailureKind::NotFound, Some(Particulars::Others(names))) => {
                let typed = plan.requests[*request].id.resource();
                if let Some(name) = nearest(typed, names.iter().map(String::as_str)) {
                    let rest = failure.help.take().map(|help| format!(" if not, {help}")).unwrap_or_default();
                    failure.help = Some(format!("did you mean {name}?{rest}"));
                }
            }
            (FailureKind::VersionNotFound | FailureKind::NotFound, Some(Particulars::Secret(secret))) => {
                let version = |(id, stages): &(String, Vec<String>)| format!("{} ({id})", stages.join(", "));
                let versions: Vec<String> = secret.versions.iter().map(version).collect();
                if !versions.is_empty() {
                    failure.notes.push(format!("the stages that exist: {}", versions.join(", ")));
                }
            }
            (FailureKind::PendingDeletion, Some(Particulars::Secret(secret))) => {
                failure
                    .notes
                    .extend(secret.deleted.as_ref().map(|date| format!("its deletion is dated {}", date.text)));
            }
            _ => {}
        }
    }
}
