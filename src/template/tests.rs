use super::*;

fn rendered(text: &str, inputs: &[(&str, &str)]) -> String {
    let template = Template::parse(text.to_owned()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let value = |name: &str| inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
    let rendered = template.render(value).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    String::from_utf8(rendered.expose().to_vec()).expect("UTF-8")
}

fn refused(text: &str, inputs: &[(&str, &str)]) -> RenderError {
    let template = Template::parse(text.to_owned()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let value = |name: &str| inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
    template.render(value).expect_err(text)
}

const NASTY: &str = "p@:/?#% '\"<é&\n";

#[test]
fn each_filter_does_what_it_is_for() {
    for (text, expected) in [
        ("{{ X }}", NASTY),
        ("{{ X | urlencode }}", "p%40%3A%2F%3F%23%25%20%27%22%3C%C3%A9%26%0A"),
        ("{{ 'aZ09-._~' | urlencode }}", "aZ09-._~"),
        ("{{ X | b64encode }}", "cEA6Lz8jJSAnIjzDqSYK"),
        ("{{ X | tojson }}", r#""p@:/?#% '\"<é&\n""#),
        ("{{ X | shquote }}", "'p@:/?#% '\\''\"<é&\n'"),
        ("[{{ X | trim }}]", "[p@:/?#% '\"<é&]"),
        ("{{ X | upper }}", "P@:/?#% '\"<É&\n"),
        ("{{ 'ÀB' | lower }}", "àb"),
        ("{{ X | replace('@', 'at') | replace('\n', '') }}", "pat:/?#% '\"<é&"),
        ("{{ X | default('y') }}", NASTY),
        ("{{ NONE | default('y') }}{{ NONE | default }}", "y"),
        ("{{ EMPTY | default('y') }}{{ EMPTY | default('z', true) }}", "z"),
        ("{% if NONE is defined %}a{% else %}b{% endif %}{% if X is defined %}c{% endif %}", "bc"),
        ("{{ X | default(NONE) | lower }}{{ EMPTY | default('z', NONE) }}", &NASTY.to_lowercase()),
        ("{% set y = NONE %}{{ y | default('a') }}{{ X and '' or 'b' }}", "ab"),
        (
            "{% for x in ['a', NONE | default('b')] %}{{ x }}{% endfor %}{{ NONE or 'c' if NONE is defined else 'd' }}",
            "abd",
        ),
        ("{% set y = X | trim %}{{ y | replace(y, 'z') }}", "z"),
    ] {
        assert_eq!(rendered(text, &[("X", NASTY), ("EMPTY", "")]), expected, "{text}");
    }
}

#[test]
fn a_text_is_kept_to_its_last_line_end_and_nothing_is_escaped() {
    for text in ["a\n", "a\n\n", "a\r\nb\r\n", "", "${x} $ {x}", "<b>&</b>", "\u{feff}a"] {
        assert_eq!(rendered(text, &[]), text);
    }
    assert_eq!(rendered("{{ X }}\n", &[("X", "<&>{{ Y }}")]), "<&>{{ Y }}\n");
}

#[test]
fn an_absent_input_is_an_error_wherever_it_is_used_without_default() {
    for text in [
        "{{ NONE }}",
        "{{ NONE | urlencode }}",
        "{{ NONE | b64encode }}",
        "{{ NONE | tojson }}",
        "{{ NONE | shquote }}",
        "{{ NONE | trim }}",
        "{{ NONE | upper }}",
        "{{ NONE | lower }}",
        "{{ NONE | replace('a', 'b') }}",
        "{{ 'a' | replace(NONE, 'b') }}",
        "{{ X ~ NONE }}",
        "{{ NONE ~ X }}",
        "{% if NONE %}{% endif %}",
        "{{ 'a' if NONE == 'b' else 'c' }}",
        "{{ 'a' if NONE in X else 'c' }}",
        "{% for x in NONE %}{% endfor %}",
        "{% set y = NONE %}{{ y }}",
        "{{ NONE | default(NONE) }}",
        "{{ NONE.a }}",
        "{{ NONE[0] }}",
        "{{ NONE or 'a' }}",
        "{{ not NONE }}",
        "{{ [NONE] }}",
        "{{ (NONE, 1) }}",
        "{{ {'a': NONE} }}",
        "{{ {'a': {'b': [X, NONE]}} }}",
        "{{ 'a' ~ [NONE] }}",
        "{{ 'a' if [NONE] else 'b' }}",
        "{{ [NONE] | default('a') }}",
        "{{ [NONE] is defined }}",
        "{% set y = [NONE] %}{{ NONE | default('a') }}",
        "{% for x in [X, NONE] %}{% endfor %}",
    ] {
        assert_eq!(refused(text, &[("X", "x")]), RenderError::Absent { inputs: vec!["NONE".to_owned()] }, "{text}");
    }
}

#[test]
fn arithmetic_on_an_absent_input_is_an_error_too() {
    for text in ["{{ NONE + X }}", "{{ NONE * 2 }}", "{{ -NONE }}"] {
        refused(text, &[("X", "x")]);
    }
}

#[test]
fn a_mistake_in_the_text_is_found_without_values() {
    for (text, message) in [
        ("{{ X", "syntax error"),
        ("a\n{% if X %}", "syntax error"),
        ("{{ X | urlencod }}", "unknown filter"),
        ("{{ X is even }}", "unknown test"),
        ("{{ X.upper() }}", "unknown method"),
        ("{{ X | trim(1, 2) }}", "too many arguments"),
        ("{% include 'x' %}", "syntax error"),
    ] {
        let error = Template::parse(text.to_owned()).expect_err(text);
        assert!(error.message.starts_with(message), "{text}: {error}");
    }
    let error = Template::parse("a\n{{ X | urlencod }}".to_owned()).expect_err("no filter");
    assert_eq!((error.line, error.help.as_deref()), (2, Some("did you mean `urlencode`?")));
}

#[test]
fn a_tag_without_end_is_a_mistake_and_no_crash() {
    for operator in ["-", "not ", "1 ~ "] {
        for (open, close) in [("{{ ", " }}"), ("{% set x = ", " %}")] {
            let text = |times| format!("a\n{open}{}1{close}{}", operator.repeat(times), "x".repeat(5000));
            let error = Template::parse(text(100_000)).expect_err("a long tag");
            assert_eq!((error.line, error.message.as_str()), (2, "a tag of more than 2000 bytes"));
            Template::parse(text(100)).expect("a short tag");
        }
    }
}

#[test]
fn inputs_are_named_in_the_order_of_the_text() {
    let template = Template::parse("BB {{ BB }}{% set z = A %}{{ z }}{{ BBB | default(C) }}".to_owned()).expect("one");
    assert_eq!(template.inputs(), ["BB", "A", "BBB", "C"]);
    assert_eq!(template.place_of("BB"), Some(6..8));
}

#[test]
fn no_error_quotes_a_value() {
    let secret = "hunter2hunter2";
    for text in [
        "{{ X + 1 }}",
        "{{ X * 'a' }}",
        "{{ X / 2 }}",
        "{{ -X }}",
        "{{ X.a.b }}",
        "{{ X[X][X] }}",
        "{{ X() }}",
        "{{ 1 < X }}{{ X // 0 }}",
    ] {
        let Ok(template) = Template::parse(text.to_owned()) else { continue };
        if let Err(error) = template.render(|_| Some(secret)) {
            assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
        }
    }
}
