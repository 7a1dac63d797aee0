//! The scores as Markdown: the walls at a glance, and each case with ratios to the floor and to the best peer.
//! Pure: scores to text.
//! The best peer is looked for in each column by itself, so that no ratio is to a slower one; a contestant that has the values
//! on the machine is compared with peers that have them, too.

use std::fmt::Write;

use crate::{
    case::{Case, LATENCIES, SECRETS, Transport},
    contestant::{Contestant, League},
    install::Tools,
    machine::Machine,
    options::Options,
    score::{Figures, Score, Scores},
};

/// Title, machine, versions, and how to read it.
pub(crate) fn head(machine: &Machine, options: &Options) -> String {
    let mut text = "# Side by side\n\nWritten by `cargo bench --bench side_by_side`; \
                    [README.md](README.md) says what is measured and how to read it.\n\n"
        .to_owned();
    let _ = writeln!(text, "- date: {}", machine.date);
    let _ = writeln!(text, "- machine: {}, {} cores, kernel {}", machine.cpu, machine.cores, machine.kernel);
    let _ = writeln!(text, "- load average before: {}", machine.load);
    let _ = writeln!(text, "- contestants: {}", Tools::versions().join(", "));
    let budget = options.budget.as_secs();
    let _ = writeln!(text, "- runs: at most {} of each, no more after {budget} s of one contestant", options.rounds);
    text
}

/// The median walls of all cases in ms: a table for each latency.
pub(crate) fn glance(all: &[Scores]) -> String {
    let mut text = "## Wall at a glance\n\nMedians in ms, by transport and number of secrets.\n".to_owned();
    for later in LATENCIES {
        let columns: Vec<Case> = Transport::ALL
            .into_iter()
            .flat_map(|transport| SECRETS.map(|secrets| Case { transport, secrets, later }))
            .filter(|case| all.iter().any(|scores| scores.case == *case))
            .collect();
        if columns.is_empty() {
            continue;
        }
        let _ = write!(text, "\n| +{later} ms |");
        for case in &columns {
            let _ = write!(text, " {} {} |", case.transport, case.secrets);
        }
        let _ = writeln!(text, "\n|---|{}", "--:|".repeat(columns.len()));
        for contestant in Contestant::ALL {
            let wall = |case: &Case| {
                let scores = all.iter().find(|scores| scores.case == *case)?;
                scores.of(contestant).map(|figures| short(figures.wall))
            };
            let walls: Vec<Option<String>> = columns.iter().map(wall).collect();
            if walls.iter().any(Option::is_some) {
                let walls: Vec<String> = walls.into_iter().map(|wall| wall.unwrap_or_else(|| "–".to_owned())).collect();
                let _ = writeln!(text, "| {} | {} |", contestant.name(), walls.join(" | "));
            }
        }
    }
    text
}

/// Three digits, as far as there are any.
fn short(wall: f64) -> String {
    if wall < 10.0 {
        format!("{wall:.2}")
    } else if wall < 100.0 {
        format!("{wall:.1}")
    } else {
        format!("{wall:.0}")
    }
}

/// One case.
pub(crate) fn part(scores: &Scores) -> String {
    let floor = scores.of(Contestant::Floor);
    let best = |league: League, of: fn(&Figures) -> f64| {
        let peers = scores.rows.iter().filter(|row| row.contestant.is_peer() && row.contestant.league() == league);
        peers.filter_map(|row| row.figures.as_ref().ok()).map(of).min_by(f64::total_cmp)
    };
    let mut text = format!("## {}\n\n", scores.case);
    text.push_str("| | wall ms | p90 | CPU ms | peak RSS MiB | requests | connections | runs ");
    text.push_str("| wall ÷ floor | wall ÷ best peer | CPU ÷ best peer | RSS ÷ best peer |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for Score { contestant, figures, .. } in &scores.rows {
        let (name, league) = (contestant.name(), contestant.league());
        let _ = match figures {
            Err(why) => writeln!(text, "| {name} | {} ||||||||||||", why.replace('|', "/")),
            Ok(own) => writeln!(
                text,
                "| {name} | {:.2} | {:.2} | {:.2} | {:.1} | {} | {} | {} | {} | {} | {} | {} |",
                own.wall,
                own.wall_high,
                own.cpu,
                own.peak,
                own.requests,
                own.connections,
                own.runs,
                ratio(own.wall, floor.map(|floor| floor.wall)),
                ratio(own.wall, best(league, |peer| peer.wall)),
                ratio(own.cpu, best(league, |peer| peer.cpu)),
                ratio(own.peak, best(league, |peer| peer.peak)),
            ),
        };
    }
    for row in &scores.rows {
        if let (Ok(_), Some(failed)) = (&row.figures, &row.failed) {
            let _ = writeln!(text, "\n{}: {failed}; its figures are without them.", row.contestant.name());
        }
    }
    text
}

fn ratio(own: f64, other: Option<f64>) -> String {
    other.map_or_else(|| "–".to_owned(), |other| format!("{:.2}", own / other))
}
