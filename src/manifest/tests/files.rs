use super::*;

fn delivery(fields: &str) -> Delivery {
    manifest(&format!("[env]\nA = {{ secret = \"x\", {fields} }}"), None).entries[0].delivery.clone()
}

fn mistake(fields: &str) -> (String, Option<String>) {
    let found = read_as(&format!("[env]\nA = {{ {fields} }}"), None, &[]).expect_err(fields);
    let [mistake] = found.try_into().expect("one mistake");
    (mistake.message, mistake.help)
}

#[test]
fn every_field_of_a_file_is_read() {
    assert_eq!(delivery("as = \"file\""), Delivery::File(FileKind::Memory));
    let file = |path: &str| NamedFile {
        path: path.into(),
        mode: 0o400,
        owner: None,
        group: None,
        directory: Directory::MustExist,
    };
    assert_eq!(delivery("as = \"file\", path = \"/run/key\""), Delivery::File(FileKind::Named(file("/run/key"))));
    assert_eq!(
        delivery("as = \"file\", path = \"run/k\", mode = \"0440\", owner = \"app\", group = \"12\", mkdir = true"),
        Delivery::File(FileKind::Named(NamedFile {
            mode: 0o440,
            owner: Some(Account::Name("app".into())),
            group: Some(Account::Id(12)),
            directory: Directory::IsMade,
            ..file("conf/run/k")
        }))
    );
}

#[test]
fn fields_of_files_that_do_not_go_together_are_mistakes_that_say_what_to_do() {
    for (fields, message) in [
        ("secret = \"x\", path = \"/k\"", "`path` goes with `as = \"file\"`"),
        ("secret = \"x\", mode = \"0400\", owner = \"a\"", "`mode` goes with `as = \"file\"`"),
        ("secret = \"x\", as = \"file\", mkdir = true", "`mkdir` goes with `path`"),
        ("secret = \"x\", as = \"file\", group = \"a\"", "`group` goes with `path`"),
        ("secret = \"x\", as = \"file\", encoding = \"hex\"", "`encoding` goes with a variable, not with a file"),
        (
            "secret = \"x\", as = \"file\", export = false",
            "nobody could find a file without `path` and without variable",
        ),
        ("secret = \"x\", as = \"fiel\"", "unknown `as`: `fiel`"),
        ("secret = \"x\", as = \"file\", path = \"\"", "`path` is empty"),
        ("secret = \"x\", as = \"file\", path = \"/run/\"", "`path` is not the path of a file"),
        ("secret = \"x\", as = \"file\", path = \"..\"", "`path` is not the path of a file"),
        (
            "secret = \"x\", as = \"file\", path = \"/k\", mode = \"0200\"",
            "with the mode `0200` its owner could not read it",
        ),
        ("secret = \"x\", as = \"file\", path = \"/k\", mode = \"4755\"", "`4755` is no mode of a file"),
        ("secret = \"x\", as = \"file\", path = \"/k\", mode = \"rw\"", "`rw` is no mode of a file"),
        ("secret = \"x\", as = \"file\", path = \"/k\", mode = 400", "`mode` must be a string, not an integer"),
    ] {
        let (found, help) = mistake(fields);
        assert_eq!(found, message, "{fields}");
        assert!(help.is_some(), "{fields}");
    }
}

#[test]
fn the_number_that_chown_takes_for_no_change_is_no_owner() {
    let text = "[env]\nA = { secret = \"x\", as = \"file\", path = \"/k\", owner = \"4294967295\" }";
    assert_eq!(mistakes(text), ["2: `owner` is the number of nobody"]);
}

#[test]
fn two_files_cannot_have_one_path() {
    let text = "[env]\nA = { secret = \"x\", as = \"file\", path = \"/k\" }\nB = { value = \"v\", as = \"file\", path = \"/k\" }";
    assert_eq!(mistakes(text), ["3: /k is the file of `A` already"]);
}
