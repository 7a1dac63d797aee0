use super::*;

const TEMPLATES: &str = r#"[env]
URL = { template = "postgres://{{ USER | urlencode }}:{{ A }}@${not expanded}/" }
A = "x#password"
USER = { secret = "x", key = "user", export = false }
CONF = { template_file = "app.conf", as = "file" }
CHAIN = { template = "{{ URL }}?x", keep = true }
FROM = { template = "{{ x }}" }
[[env_from]]
secret = "s"
keys = ["x"]
"#;

#[test]
fn templates_and_their_files_are_read() {
    let manifest = manifest(TEMPLATES, None);
    let template = |index: usize| match &manifest.entries[index].content {
        Content::Template(template) => (template.text(), template.inputs().join(" ")),
        other => panic!("{other:?} is no template"),
    };
    let url = "postgres://{{ USER | urlencode }}:{{ A }}@${not expanded}/";
    assert_eq!(template(0), (url, "USER A".to_owned()));
    assert_eq!(template(3), ("port = 1\npassword = {{ A }}\n", "A".to_owned()));
    assert_eq!(template(4).1, "URL");
    assert_eq!(template(5).1, "x");
}

/// Each mistake as `line:column: message`.
fn placed(text: &str) -> Vec<String> {
    let found = read_as(text, None, &[]).expect_err("mistakes");
    let told = |mistake: &Mistake| {
        let (line, column) = line_and_column(text, mistake.span.start);
        format!("{line}:{column}: {}", mistake.message)
    };
    found.iter().map(told).collect()
}

#[test]
fn mistakes_of_templates_are_told_where_the_name_stands() {
    let text = r#"[env]
A = "x"
F = { secret = "x", as = "file" }
T1 = { template = "{{ A }}{{ B }}" }
T2 = { template = "{{ A | urlencod }}" }
T3 = { template = "{{ A" }
T4 = { template = "{{ F }}" }
T5 = { template_file = "none.conf" }
T6 = { template_file = "broken.conf" }
T7 = { template = "{{ T7 }}" }
T8 = { template = "x{{ T9 }}" }
T9 = { template = "{{ A }}{{ T8 }}" }
LD_PRELOAD = { template = "/x/{{ A }}" }
LD_AUDIT = { template = "/x/audit.so" }
T10 = { template = "x", default = "y" }
T11 = { template = "x", template_file = "app.conf" }
T12 = { template = "x", encoding = "hex" }
T13 = { template = "{{ T5 }}{{ T11 }}" }
T14 = { template = """
line {{ A }}
line {{ AA }}
""" }
T15 = { template = "\u0041{{ NOPE }}" }
"#;
    assert_eq!(
        placed(text),
        [
            "4:30: no entry `B` for the template",
            "5:19: unknown filter: filter urlencod is unknown (line 1)",
            "6:19: syntax error: unexpected end of input, expected end of variable block (line 1)",
            "7:23: `F` is a file, and a template reads values",
            "8:24: the template conf/none.conf cannot be read: no such file",
            "9:24: conf/broken.conf:2: unknown filter: filter nope is unknown",
            "10:23: `T7` is made of itself: T7 → T7",
            "11:24: `T8` is made of itself: T8 → T9 → T8",
            "13:1: `LD_PRELOAD` from a secret: it steers the loader or the launcher",
            "15:35: `default` goes with `secret`, not with `template`",
            "16:41: `template_file` and `template` exclude each other",
            "17:36: `encoding` goes with `secret`, not with `template`",
            "21:9: no entry `AA` for the template",
            "23:20: no entry `NOPE` for the template (line 1 of it)",
        ]
    );
}

#[test]
fn keys_of_an_env_from_are_inputs_only_if_they_are_listed() {
    let text = "[env]\nT = { template = \"{{ x }}\" }\n[[env_from]]\nsecret = \"s\"\n";
    assert_eq!(mistakes(text), ["2: no entry `x` for the template"]);
}
