//! The counts of instructions held against the recorded ones of `benches/instructions.txt`: this can fail.
//! Edge: it reads that file, and counts.
//! Times differ from machine to machine and hour to hour; counts do not, but for what the C library chooses by the CPU. The
//! margin takes that in, and is far below what it is to catch: jitter entropy (+420 M), the system's certificates (+18 M), the
//! SDK set up where a file is asked (+1.3 M), a second client or chain (+0.4 M), a dynamic linker's relocations (+0.5 M).

use std::{fs, path::Path};

use crate::instructions::{self, Counts};

/// A count may be above the recorded one by this part of it.
const MARGIN: f64 = 0.15;

/// Counts, prints, and fails where a case has grown.
pub(crate) fn hold(secenv: &Path) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.txt");
    let recorded = fs::read_to_string(&file).map_err(|error| format!("benches/instructions.txt: {error}"))?;
    let counts = instructions::own(secenv)?;
    println!("{}", instructions::table(&counts));
    let grown = grown(&counts, &recorded)?;
    if grown.is_empty() { Ok(()) } else { Err(grown.join("\n")) }
}

/// What is above its recorded count. A line of `recorded` is a count and the case's name; `#` begins a comment. Cases that
/// are not recorded depend on more than the CPU: a container may refuse the keyring that the cache needs.
fn grown(counts: &Counts, recorded: &str) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for line in recorded.lines().filter(|line| !line.starts_with('#')) {
        let wrote = |what: &str| format!("benches/instructions.txt: `{line}` {what}");
        let (before, title) = line.trim().split_once("  ").ok_or_else(|| wrote("is no count and case"))?;
        let before: u64 = before.parse().map_err(|_| wrote("begins with no count"))?;
        let count = counts.iter().find(|(counted, _)| counted.title() == title);
        let count = count.and_then(|(_, count)| count.as_ref().ok().copied());
        let count = count.ok_or_else(|| wrote("names no case"))?;
        let part = ratio(count, before);
        if part > 1.0 + MARGIN {
            wrong.push(format!("{title}: {count} instructions, {part:.2} times the recorded {before}"));
        } else if part < 1.0 - MARGIN {
            println!("{title}: {part:.2} times the recorded {before}; record the new one in benches/instructions.txt");
        }
    }
    Ok(wrong)
}

#[expect(clippy::cast_precision_loss, reason = "some millions")]
fn ratio(count: u64, before: u64) -> f64 {
    count as f64 / before as f64
}
