use super::*;
use crate::{error::Exit, manifest::Mistake};

const UNDONE: &str = "the command was not started";

fn place(line: usize) -> At {
    At::Named(Place::Line { file: "secenv.toml".into(), line, column: Some(1) })
}

fn entry_problem() -> Problem {
    Problem {
        variables: vec!["A".into(), "B".into()],
        at: vec![place(3), place(5)],
        notes: vec!["the service says: \u{1b}[31mno\nreally".into()],
        help: Some("do this".into()),
        ..Problem::new("not-found", Exit::ForGood, "secret x does not exist")
    }
}

#[test]
fn a_problem_names_its_variables_and_places_and_what_to_do() {
    let text = human(&entry_problem().into(), UNDONE, Colour::Never);
    assert_eq!(
        text,
        "secenv: error: A, B: secret x does not exist\n  --> secenv.toml:3:1, 5:1\n  \
         = note: the service says: \\u{1b}[31mno really\n  = help: do this\n\n\
         secenv: one problem, the command was not started (exit 125)\n"
    );
}

#[test]
fn a_mistake_is_shown_in_its_line() {
    let mistake = Mistake { span: 13..17, message: "wrong".into(), help: Some("right".into()) };
    let error = Error::manifest("secenv.toml", "[env]\nNAME = true\n", vec![mistake]);
    let text = human(&error, UNDONE, Colour::Never);
    for part in ["secenv: error: wrong\n", "--> secenv.toml:2:8\n", "2 | NAME = true\n", "       ^^^^\n", "help: right"]
    {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[test]
fn for_machines_it_is_one_line_of_json() {
    let for_now = Problem::new("throttled", Exit::ForNow, "later");
    let line = machine(&Error::from(for_now.clone()));
    assert_eq!(line.matches('\n').count(), 1);
    let json: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(json["exit_code"], 124);
    let both: Error = [for_now, entry_problem()].into_iter().collect();
    let json: Value = serde_json::from_str(&machine(&both)).expect("JSON");
    assert_eq!(json["exit_code"], 125);
    assert_eq!(json["problems"][1]["kind"], "not-found");
    assert_eq!(json["problems"][1]["at"][1], json!({ "file": "secenv.toml", "line": 5, "column": 1 }));
}

#[test]
fn colours_are_there_only_when_asked_for() {
    assert!(human(&entry_problem().into(), UNDONE, Colour::Always).contains("\u{1b}[1;91m"));
    assert!(!human(&entry_problem().into(), UNDONE, Colour::Never).contains('\u{1b}'));
}
