//! Typing errors: the known name that was probably meant. Pure, and a leaf.

/// The candidate that the typed name was probably meant to be.
#[must_use]
pub fn nearest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let typed = typed.to_lowercase();
    let closeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        if typed.len() > 2 && candidate.contains(&typed) {
            return 1.0;
        }
        strsim::normalized_damerau_levenshtein(&typed, &candidate)
    };
    let close = candidates.into_iter().map(|candidate| (closeness(candidate), candidate)).filter(|(c, _)| *c > 0.55);
    close.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}

/// A help line for an unknown name: the nearest known one, else all of them.
#[must_use]
pub fn did_you_mean(typed: &str, known: &[&str], what: &str) -> String {
    match nearest(typed, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("{what}: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_typing_error_or_a_part_away() {
        let known = ["secret", "key", "version_stage", "version_id", "optional"];
        assert_eq!(nearest("stage", known), Some("version_stage"));
        assert_eq!(nearest("secert", known), Some("secret"));
        assert_eq!(nearest("Key", known), Some("key"));
        assert_eq!(nearest("mandatory", known), None);
    }
}
