//! The man pages: one for each command, in good order by an independent reader of roff, with what the help says.

use std::fs;

use crate::support::{bare, commands::commands, secenv};

/// Writes all pages, and gives the directory with their names.
fn written() -> (tempfile::TempDir, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let pages = dir.path().join("share/man1");
    assert_eq!(secenv().args(["man", "--dir"]).args([&pages]).run().succeeds().text(), "");
    let mut names: Vec<String> =
        fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    (dir, names)
}

#[test]
fn there_is_a_page_for_each_command_and_mandoc_finds_nothing_wrong() {
    let (dir, names) = written();
    let name = |words: &Vec<String>| [&["secenv".to_owned()], words.as_slice()].concat().join("-") + ".1";
    let mut expected: Vec<String> = commands().iter().map(name).collect();
    expected.sort();
    assert_eq!(names, expected);
    let pages = names.iter().map(|name| dir.path().join("share/man1").join(name));
    let linted = bare("mandoc").args(["-T", "lint", "-W", "warning"]).args(pages).run();
    // The pages are of a version, not of a day.
    let found =
        linted.text().lines().filter(|line| !line.contains("missing date")).map(str::to_owned).collect::<Vec<_>>();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(linted.text().lines().count(), names.len(), "mandoc has read each of them");
}

#[test]
fn a_page_has_the_flags_the_examples_and_the_exit_codes() {
    let page = secenv().args(["man", "run"]).run().succeeds().text();
    let read = bare("mandoc").args(["-T", "utf8", "-O", "width=200"]).stdin(page).run().exits(0).text();
    let mut plain = String::new();
    for c in read.chars() {
        // Bold is a letter, a backspace and the letter again.
        match c {
            '\u{8}' => {
                plain.pop();
            }
            c => plain.push(c),
        }
    }
    for part in [
        "SECENV-RUN(1)",
        "--kill-after",
        "EXIT STATUS",
        "EXAMPLES",
        "secenv run --source file:secrets.json -- npm start",
        "secenv-schema(1)",
    ] {
        assert!(plain.contains(part), "{part}: {plain}");
    }
}

#[test]
fn a_page_that_is_not_there_is_told_with_the_nearest() {
    secenv().args(["man", "rum"]).run().exits(125).says("`rum`").says("did you mean `run`?");
    let text = secenv().args(["man"]).run().succeeds().text();
    assert!(text.contains(".TH SECENV 1 "));
}

#[test]
fn pages_are_replaced_and_a_link_in_their_place_is_not_followed() {
    let mut start = secenv().file("man/secenv.1", "old").args(["man", "--dir", "man"]);
    start.again().succeeds();
    assert!(fs::read_to_string(start.dir().join("man/secenv.1")).unwrap().contains("SYNOPSIS"));
    fs::remove_file(start.dir().join("man/secenv.1")).unwrap();
    fs::write(start.dir().join("other"), "mine").unwrap();
    std::os::unix::fs::symlink("../other", start.dir().join("man/secenv.1")).unwrap();
    start.again().exits(125).says("man/secenv.1");
    assert_eq!(fs::read_to_string(start.dir().join("other")).unwrap(), "mine");
}
