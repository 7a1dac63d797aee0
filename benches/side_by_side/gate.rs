//! The counts of instructions held against the recorded ones of `benches/instructions.txt`: this can fail.
//! Edge: it reads that file, and counts.
//! Times differ from machine to machine and hour to hour; counts do not, but for what depends on the CPU: the crypto
//! libraries choose their code by its features, of which valgrind shows what it can run itself. The margin takes that in,
//! and is far below what it is to catch: jitter entropy (+420 M), TLS or AWS set up where nobody asks for it (+0.4 M and more),
//! a dynamic linker's relocations (+0.5 M).

use std::{fs, path::Path};

use crate::instructions::{self, Counts};

/// A count may be above the recorded one by this part of it.
const MARGIN: f64 = 0.15;

/// Counts, prints, and fails where a case has grown.
pub(crate) fn hold(secenv: &Path) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.txt");
    let recorded = fs::read_to_string(&file).map_err(|error| format!("benches/instructions.txt: {error}"))?;
    let counts = instructions::count(secenv)?;
    println!("{}", instructions::table(&counts));
    let grown = grown(&counts, &recorded)?;
    if grown.is_empty() { Ok(()) } else { Err(grown.join("\n")) }
}

/// What is above its recorded count, or has none. A line of `recorded` is a count and the case's name; `#` begins a comment.
fn grown(counts: &Counts, recorded: &str) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for (title, count) in counts {
        let line = recorded.lines().find_map(|line| line.strip_suffix(title)?.strip_suffix("  "));
        let before = line.ok_or_else(|| format!("benches/instructions.txt has no `{title}`"))?;
        let before: u64 =
            before.trim().parse().map_err(|_| format!("benches/instructions.txt: `{before}` is no count"))?;
        let part = ratio(*count, before);
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
