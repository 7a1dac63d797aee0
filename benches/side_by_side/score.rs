//! What the runs of one case come to: medians and the ninth decile of each contestant, or why it has none.
//! Pure.
//! Apart from what shows them, because a table, a plot and the aims do.

use crate::{
    case::Case,
    contestant::Contestant,
    race::{Heat, Run},
};

/// One case.
#[derive(Debug)]
pub(crate) struct Scores {
    pub(crate) case: Case,
    pub(crate) rows: Vec<Score>,
}

/// One contestant in it.
#[derive(Debug)]
pub(crate) struct Score {
    pub(crate) contestant: Contestant,
    pub(crate) figures: Result<Figures, String>,
    /// How many runs failed of how many, and how the first did.
    pub(crate) failed: Option<String>,
}

/// Times in ms, memory in MiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) wall: f64,
    pub(crate) wall_high: f64,
    pub(crate) cpu: f64,
    pub(crate) peak: f64,
    pub(crate) requests: f64,
    pub(crate) connections: f64,
    pub(crate) runs: usize,
}

impl Scores {
    pub(crate) fn new(case: Case, heats: &[Heat]) -> Self {
        Self { case, rows: heats.iter().map(Score::new).collect() }
    }

    /// The figures of a contestant that has any.
    pub(crate) fn of(&self, contestant: Contestant) -> Option<Figures> {
        let row = self.rows.iter().find(|row| row.contestant == contestant)?;
        row.figures.as_ref().ok().copied()
    }
}

impl Score {
    pub(crate) fn new(heat: &Heat) -> Self {
        let all = heat.failed.len() + heat.runs.as_ref().map_or(0, Vec::len);
        let failed = heat.failed.first().map(|how| format!("{} of {all} runs failed ({how})", heat.failed.len()));
        let why = || failed.clone().unwrap_or_else(|| "not run".to_owned());
        let figures = heat.runs.clone().and_then(|runs| Figures::new(&runs).ok_or_else(why));
        Self { contestant: heat.contestant, figures, failed }
    }
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
