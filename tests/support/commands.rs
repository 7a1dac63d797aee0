//! The commands of the built binary, as its own help lists them, and the examples that it gives.

use super::secenv;

/// The words of each command (`["cache", "clear"]`); none for secenv itself.
pub fn commands() -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![vec![]];
    let mut next = 0;
    while let Some(words) = found.get(next).cloned() {
        next += 1;
        for name in listed(&help(&words)) {
            found.push([words.as_slice(), &[name]].concat());
        }
    }
    assert!(found.len() > 5, "{found:?}");
    found
}

/// What `--help` prints.
pub fn help(words: &[String]) -> String {
    secenv().args(words).args(["--help"]).run().succeeds().text()
}

/// The names below `Commands:`; lines that go on are indented further.
fn listed(help: &str) -> Vec<String> {
    let list = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// The lines below `Examples:`.
pub fn examples(help: &str) -> Vec<String> {
    let lines = help.split("\nExamples:\n").nth(1).unwrap_or_default().lines();
    lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}
