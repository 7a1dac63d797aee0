//! Env files → names and values, by dotenvy's rules. Pure over the text, but for `$NAME`, which dotenvy reads from the
//! process as every dotenv tool does. Errors name the line and never quote it: it may hold a secret.

/// A line of an env file that is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotenvError {
    /// Counted from 1; none if it cannot be told.
    pub line: Option<usize>,
    /// What is wrong, without any of the text.
    pub message: &'static str,
}

/// One assignment.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value, unquoted.
    pub value: String,
    /// The line that it starts on, counted from 1.
    pub line: usize,
}

/// Reads an env file: its assignments, of a name that is there twice the last one, and the lines that cannot be read.
#[must_use]
pub fn parse(text: &str) -> (Vec<Assignment>, Vec<DotenvError>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut assignments: Vec<Assignment> = Vec::new();
    let mut errors = Vec::new();
    for item in dotenvy::Iter::new(text.as_bytes()) {
        match item {
            Ok((name, value)) => {
                let line = line_of(text, &name);
                assignments.retain(|earlier| earlier.name != name);
                assignments.push(Assignment { name, value, line });
            }
            Err(dotenvy::Error::LineParse(line, _)) => errors.push(DotenvError {
                line: text.find(line.as_str()).map(|at| text[..at].matches('\n').count() + 1),
                message: "this line is no NAME=VALUE; a value with spaces, quotes or $ goes into single quotes",
            }),
            Err(_) => errors.push(DotenvError { line: None, message: "the file cannot be read as an env file" }),
        }
    }
    (assignments, errors)
}

/// The last line that assigns `name`; dotenvy does not say where it found it.
fn line_of(text: &str, name: &str) -> usize {
    let assigns = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(line);
        line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().enumerate().filter(|(_, line)| assigns(line)).last().map_or(1, |(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_assignment_of_a_name_counts_and_lines_are_told() {
        let text = "# a comment\nA=1\n\nexport B='x y'\nA = \"two\nlines\"\n";
        let (read, errors) = parse(text);
        assert_eq!(errors, []);
        let read: Vec<_> = read.iter().map(|a| (a.name.as_str(), a.value.as_str(), a.line)).collect();
        assert_eq!(read, [("B", "x y", 4), ("A", "two\nlines", 5)]);
    }

    #[test]
    fn a_broken_line_is_named_and_not_quoted() {
        let (read, errors) = parse("A=1\nTOKEN=hunter2 hunter3\nB=2\n");
        assert_eq!(read.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(errors[0].line, Some(2));
        assert!(!format!("{errors:?}").contains("hunter"));
    }
}
