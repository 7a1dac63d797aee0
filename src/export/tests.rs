use super::*;

fn variable(name: &str, value: impl AsRef<[u8]>) -> Variable {
    Variable { name: name.into(), value: SecretValue::new(value.as_ref().to_vec()) }
}

fn written(format: &Format, name: &str, value: impl AsRef<[u8]>) -> String {
    match write(format, &[variable(name, value)]) {
        Ok(text) => String::from_utf8_lossy(text.expose()).into_owned(),
        Err(refusals) => format!("refused: {}", refusals[0].message),
    }
}

#[test]
fn each_format_has_its_own_quoting() {
    let k8s = Format::K8s { name: "n".into() };
    for (format, expected) in [
        (Format::Dotenv, "A=\"it's \\\"\\\\x\\\"\"\n"),
        (Format::Json, "{\n  \"A\": \"it's \\\"\\\\x\\\"\"\n}\n"),
        (Format::Shell, "export A='it'\\''s \"\\x\"'\n"),
        (Format::Fish, "set -gx A 'it\\'s \"\\\\x\"'\n"),
        (Format::Docker, "A=it's \"\\x\"\n"),
        (Format::Systemd, "A=\"it's \\\"\\\\x\\\"\"\n"),
        (Format::Github, "A<<SECENV_END_1\nit's \"\\x\"\nSECENV_END_1\n"),
        (
            k8s,
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"n\"\ntype: Opaque\ndata:\n  \"A\": \"aXQncyAiXHgi\"\n",
        ),
    ] {
        assert_eq!(written(&format, "A", "it's \"\\x\""), expected);
    }
}

#[test]
fn nothing_is_written_if_anything_is_refused_and_all_of_it_is_named() {
    let variables = [variable("A", "x\ny"), variable("B", "x"), variable("C", b"\xff")];
    let refusals = write(&Format::Docker, &variables).expect_err("two refusals");
    let names: Vec<_> = refusals.iter().flat_map(|refusal| &refusal.variables).collect();
    assert_eq!(names, ["A", "C"]);
    assert!(!format!("{refusals:?}").contains("x\\ny"));
}

#[test]
fn no_variables_are_something_that_can_be_read() {
    let empty = |format| write(&format, &[]).expect("text").expose().to_vec();
    assert_eq!(empty(Format::Json), b"{}\n");
    assert!(empty(Format::K8s { name: "n".into() }).ends_with(b"data: {}\n"));
    assert_eq!(empty(Format::Shell), b"");
}

#[test]
fn a_delimiter_is_nowhere_in_the_value() {
    let text = written(&Format::Github, "A", "SECENV_END_1\nx SECENV_END_2");
    assert_eq!(text, "A<<SECENV_END_3\nSECENV_END_1\nx SECENV_END_2\nSECENV_END_3\n");
}

#[test]
fn a_secret_of_kubernetes_has_a_name_and_a_size() {
    for name in ["a", "my-app.v1", "1"] {
        assert!(check_secret_name(name), "{name}");
    }
    for name in ["", "A", "-a", "a-", "a..b", "a_b", "a\n"] {
        assert!(!check_secret_name(name), "{name}");
    }
    let k8s = Format::K8s { name: "n".into() };
    assert!(write(&k8s, &[variable("A", vec![b'x'; 1 << 20])]).is_ok());
    assert!(write(&k8s, &[variable("A", vec![b'x'; 1 << 20]), variable("B", "x")]).is_err());
}
