//! What the runs came to, as Markdown: medians, the ninth decile, and ratios to the floor and to the best peer.
//! Pure: runs to text.
//! The best peer is looked for in each column by itself, so that no ratio is to a slower one.

use std::fmt::Write;

use crate::{
    install::Tools,
    machine::Machine,
    options::Options,
    race::{Heat, Run},
};

/// The figures of one contestant in one case.
#[derive(Clone, Copy, Debug)]
struct Figures {
    wall: f64,
    wall_high: f64,
    cpu: f64,
    peak: f64,
    requests: f64,
    connections: f64,
    runs: usize,
}

impl Figures {
    fn new(runs: &[Run]) -> Option<Self> {
        let at = |part: f64, of: fn(&Run) -> f64| -> Option<f64> {
            let mut all: Vec<f64> = runs.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            quantile(&all, part)
        };
        let wall = |run: &Run| run.cost.wall.as_secs_f64() * 1e3;
        Some(Self {
            wall: at(0.5, wall)?,
            wall_high: at(0.9, wall)?,
            cpu: at(0.5, |run| run.cost.cpu.as_secs_f64() * 1e3)?,
            peak: at(0.5, |run| u32::try_from(run.cost.peak).map_or(f64::INFINITY, f64::from) / 1024.0)?,
            requests: at(0.5, |run| count(run.requests))?,
            connections: at(0.5, |run| count(run.connections))?,
            runs: runs.len(),
        })
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

/// By nearest rank.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a rank among at most a few thousand runs"
)]
fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

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

/// One case.
pub(crate) fn part(title: &str, heats: &[Heat]) -> String {
    let figures: Vec<(&Heat, Result<Figures, &str>)> = heats
        .iter()
        .map(|heat| {
            let runs = heat.runs.as_ref().map_err(String::as_str);
            let why = heat.failed.first().map_or("not run", String::as_str);
            (heat, runs.and_then(|runs| Figures::new(runs).ok_or(why)))
        })
        .collect();
    let good = || figures.iter().filter_map(|(heat, figures)| Some((heat.contestant, figures.as_ref().ok()?)));
    let floor = good().find(|(contestant, _)| !contestant.is_peer()).map(|(_, figures)| *figures);
    let best = |of: fn(&Figures) -> f64| {
        good().filter(|(contestant, _)| contestant.is_peer()).map(|(_, figures)| of(figures)).min_by(f64::total_cmp)
    };
    let mut text = format!("## {title}\n\n");
    text.push_str("| | wall ms | p90 | CPU ms | peak RSS MiB | requests | connections | runs ");
    text.push_str("| wall ÷ floor | wall ÷ best peer | CPU ÷ best peer | RSS ÷ best peer |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (heat, figures) in &figures {
        let name = heat.contestant.name();
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
                ratio(own.wall, best(|peer| peer.wall)),
                ratio(own.cpu, best(|peer| peer.cpu)),
                ratio(own.peak, best(|peer| peer.peak)),
            ),
        };
    }
    for heat in heats {
        if let (Ok(runs), Some(how)) = (&heat.runs, heat.failed.first()) {
            let (name, failed, all) = (heat.contestant.name(), heat.failed.len(), heat.failed.len() + runs.len());
            let _ = writeln!(text, "\n{name}: {failed} of {all} runs failed and are not in its figures ({how}).");
        }
    }
    text
}

fn ratio(own: f64, other: Option<f64>) -> String {
    other.map_or_else(|| "–".to_owned(), |other| format!("{:.2}", own / other))
}
