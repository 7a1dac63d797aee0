//! Problems of what was built get the places of its entries: the steps after the plan know variables only. Pure.

use crate::{
    error::{At, Error, Problem},
    plan::Plan,
};

/// The same problems, each that names variables and no place with the places of these.
pub(super) fn placed(error: impl Into<Error>, plan: &Plan) -> Error {
    let placed = |problem: &Problem| {
        let mut problem = problem.clone();
        if problem.at.is_empty() {
            let its = plan.bindings.iter().filter(|binding| problem.variables.contains(&binding.name));
            problem.at = its.map(|binding| At::Named(binding.at.clone())).collect();
        }
        problem
    };
    error.into().problems().iter().map(placed).collect()
}
