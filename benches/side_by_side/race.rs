//! One case: each contestant is checked once, then all run in turn, round after round.
//! Edge: it starts them.
//! In turn and not one after the other, so that a busy spell of the machine falls on all; the order moves on by one a round.

use std::{process::Command, time::Duration};

use crate::{
    LIMIT,
    arena::Arena,
    contestant::Contestant,
    install::Tools,
    launch::{Cost, bounded, measure},
    options::Options,
};

/// One measured run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) cost: Cost,
    pub(crate) requests: usize,
    pub(crate) connections: usize,
}

/// All runs of one contestant, or why there are none.
#[derive(Debug)]
pub(crate) struct Heat {
    pub(crate) contestant: Contestant,
    pub(crate) runs: Result<Vec<Run>, String>,
    /// How each run ended that did not succeed; they are not measured.
    pub(crate) failed: Vec<String>,
}

/// The command that the contestants start.
const CHILD: &[&str] = &["/bin/true"];
/// The command that shows what it was given.
const SHOW: &[&str] = &["/usr/bin/env", "-0"];

pub(crate) fn run(contestants: &[Contestant], arena: &Arena, tools: &Tools, options: &Options) -> Vec<Heat> {
    let mut heats: Vec<(Heat, Option<Command>)> = Vec::new();
    for &contestant in contestants {
        let ready = match contestant.left_out(arena.case) {
            Some(why) => Err(why.to_owned()),
            None => check(arena, contestant, tools).and_then(|()| arena.command(contestant, tools, CHILD)),
        };
        let (command, runs) = match ready {
            Ok(command) => (Some(command), Ok(Vec::new())),
            Err(why) => (None, Err(why)),
        };
        heats.push((Heat { contestant, runs, failed: Vec::new() }, command));
    }
    for round in 0..options.rounds {
        let first = round % heats.len();
        heats.rotate_left(first);
        for (heat, command) in &mut heats {
            let (Some(command), Ok(runs)) = (command, &mut heat.runs) else { continue };
            let spent: Duration = runs.iter().map(|run: &Run| run.cost.wall).sum();
            if spent >= options.budget || heat.failed.len() > runs.len() + 2 {
                continue;
            }
            match once(arena, command) {
                Ok(run) => runs.push(run),
                Err(why) => heat.failed.push(why),
            }
        }
        heats.rotate_right(first);
    }
    for &contestant in contestants {
        arena.end(contestant, tools);
    }
    heats.into_iter().map(|(heat, _)| heat).collect()
}

fn once(arena: &Arena, command: &Command) -> Result<Run, String> {
    let (requests, connections) = arena.traffic();
    let cost = measure(command, LIMIT)?;
    let (all_requests, all_connections) = arena.traffic();
    Ok(Run { cost, requests: all_requests - requests, connections: all_connections - connections })
}

/// Whether the child gets every value, byte for byte.
fn check(arena: &Arena, contestant: Contestant, tools: &Tools) -> Result<(), String> {
    let output = bounded(&mut arena.command(contestant, tools, SHOW)?, LIMIT)?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("it failed with {}: {first}", output.status));
    }
    let entries: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
    for (name, _, value) in (0..arena.case.secrets).map(Arena::variable) {
        if !entries.contains(&format!("{name}={value}").as_bytes()) {
            return Err(format!("the child did not get {name} as it should be"));
        }
    }
    Ok(())
}
