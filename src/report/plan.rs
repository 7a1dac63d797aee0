//! A plan, for people and machines. Pure and value-free: of literals, templates and defaults only that they are there.

use std::{num::NonZeroUsize, time::Duration};

use crate::{
    manifest::{Place, SourceName, reference::Version},
    plan::{Binding, Fleet, Load, Plan},
};

mod json;
mod text;

pub use json::machine;
pub use text::human;

/// What is rendered.
pub struct Overview<'o> {
    /// The plan.
    pub plan: &'o Plan,
    /// Where secrets come from.
    pub sources: &'o [SourceName],
    /// `[fetch] regions`: those of requests that name none.
    pub replicas: &'o [String],
    /// What one start asks for.
    pub load: &'o Load,
    /// What many starts ask for, if somebody wants to know.
    pub fleet: Option<&'o Fleet>,
    /// Requests under way at once.
    pub concurrency: NonZeroUsize,
    /// The time that there is for all of it.
    pub budget: Duration,
}

impl Overview<'_> {
    fn source(source: &SourceName) -> String {
        match source {
            SourceName::Aws => "aws".to_owned(),
            SourceName::Agent(None) => "agent".to_owned(),
            SourceName::Agent(Some(port)) => format!("agent:{port}"),
            SourceName::File(path) => format!("file:{}", path.display()),
        }
    }

    /// The `[[env_from]]` that lists the same name and wins over it: that is so for inherited references only.
    fn winner(&self, binding: &Binding) -> Option<&Place> {
        let gives_it = |(names, at): (Option<Vec<String>>, _)| names?.contains(&binding.name).then_some(at);
        let expansions = self.plan.expansions.iter().map(|one| (one.keys.names(&one.naming), &one.at));
        expansions.filter(|_| !binding.beats_env_from()).find_map(gives_it)
    }
}

/// The staging label that a version without any means.
fn stage(version: &Version) -> Option<&str> {
    version.stage.as_deref().or_else(|| version.id.is_none().then_some("AWSCURRENT"))
}
