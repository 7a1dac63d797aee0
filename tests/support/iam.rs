//! What an identity-based policy allows, by IAM's documentation: the least of it that the policies here need.
//!
//! [Matching](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html): `*` is any text
//! and `?` one character; actions are compared without case, all else with it; all conditions of a statement must hold,
//! each by one of its values. What is not understood allows nothing, loudly.

use serde_json::Value;

/// One request, as IAM is asked about it.
pub struct Asked<'a> {
    pub action: &'a str,
    pub resource: &'a str,
    pub context: &'a [(&'a str, &'a str)],
}

/// Whether a statement allows it.
pub fn allows(policy: &Value, asked: &Asked<'_>) -> bool {
    assert_eq!(policy["Version"], "2012-10-17");
    policy["Statement"].as_array().expect("statements").iter().any(|statement| allows_one(statement, asked))
}

fn allows_one(statement: &Value, asked: &Asked<'_>) -> bool {
    let members = statement.as_object().expect("an object");
    let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
    assert!(members.keys().all(|member| known.contains(&member.as_str())), "{statement}");
    assert_eq!(statement["Effect"], "Allow");
    let action = |pattern: &str| matches(&pattern.to_lowercase(), &asked.action.to_lowercase());
    let conditions = members.get("Condition").map(|condition| condition.as_object().expect("operators"));
    texts(&statement["Action"]).any(action)
        && texts(&statement["Resource"]).any(|pattern| matches(pattern, asked.resource))
        && conditions.into_iter().flatten().all(|(operator, keys)| {
            assert_eq!(operator, "StringLike");
            keys.as_object().expect("keys").iter().all(|(key, patterns)| {
                let found = asked.context.iter().find(|(name, _)| name == key).map(|(_, value)| *value);
                found.is_some_and(|value| texts(patterns).any(|pattern| matches(pattern, value)))
            })
        })
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text"))
}

fn matches(pattern: &str, text: &str) -> bool {
    assert!(!pattern.contains("${"), "a policy variable: {pattern}");
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    match first {
        '*' => (0..=text.len()).any(|at| text.is_char_boundary(at) && matches(rest, &text[at..])),
        '?' => text.chars().next().is_some_and(|c| matches(rest, &text[c.len_utf8()..])),
        c => text.strip_prefix(c).is_some_and(|text| matches(rest, text)),
    }
}

#[test]
fn a_star_is_any_text_and_a_question_mark_one_character() {
    for (pattern, text, matched) in [
        ("a-??????", "a-AbCdEf", true),
        ("a-??????", "a-AbCdE", false),
        ("a-??????", "a-AbCdEfg", false),
        ("a-??????", "A-AbCdEf", false),
        ("arn:*:key/*", "arn:aws:kms:r:1:key/2", true),
        ("arn:*:key/*", "arn:aws:kms:r:1:alias/2", false),
        ("*", "", true),
    ] {
        assert_eq!(matches(pattern, text), matched, "{pattern} {text}");
    }
}
