//! The cases that the design has an aim for: secenv beside the floor, as ratios of medians within one run.
//! Edge: it runs them.
//! Nothing is asserted, since a busy machine would make it false; the table says what was met.

use std::time::Duration;

use crate::{
    arena::{Arena, Transport},
    contestant::Contestant,
    install::Tools,
    machine::{self, Machine},
    options::Options,
    race::{self, Heat},
};

const LATENCY: Duration = Duration::from_millis(20);

/// Runs and prints.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let tools = Tools::none(&options.secenv);
    let machine = Machine::look();
    println!("{}, {} cores, kernel {}, load {}\n", machine.cpu, machine.cores, machine.kernel, machine.load);
    println!("| case | secenv ms | beside | ms | wall | aim | CPU |\n|---|--:|---|--:|--:|--:|--:|");
    let batch = |arena: &Arena| heats(arena, Contestant::SecenvBatch, &tools, options);
    let file = heats(&Arena::open(Transport::Http, 1)?, Contestant::SecenvFile, &tools, options)?;
    row("file source, K = 1", file.1, ("floor", file.0), 1.25);
    let cached = heats(&Arena::open(Transport::Http, 20)?, Contestant::SecenvCached, &tools, options)?;
    row("warm cache, K = 20", cached.1, ("floor", cached.0), 1.4);
    let http = batch(&Arena::open(Transport::Http, 20)?)?;
    row("http, K = 20, --batch", http.1, ("floor", http.0), 2.2);
    let tls = batch(&Arena::open(Transport::Tls, 20)?)?;
    row("TLS, K = 20, --batch", tls.1, ("floor", tls.0), 4.0);
    for transport in [Transport::Http, Transport::Tls] {
        let one = batch(&Arena::open(transport, 1)?.later(LATENCY))?;
        let many = batch(&Arena::open(transport, 100)?.later(LATENCY))?;
        row(&format!("{transport}, +20 ms, K = 100, --batch"), many.1, ("K = 1", one.1), 1.3);
    }
    println!("\nload at the end: {}", machine::load());
    Ok(())
}

/// Medians in ms.
#[derive(Clone, Copy, Debug)]
struct Cost {
    wall: f64,
    cpu: f64,
}

fn row(case: &str, own: Cost, (name, other): (&str, Cost), aim: f64) {
    let (wall, cpu) = (own.wall / other.wall, own.cpu / other.cpu);
    let met = if wall <= aim { "met" } else { "missed" };
    println!("| {case} | {:.2} | {name} | {:.2} | {wall:.2} | {aim} {met} | {cpu:.2} |", own.wall, other.wall);
}

/// The floor's and the contestant's.
fn heats(arena: &Arena, own: Contestant, tools: &Tools, options: &Options) -> Result<(Cost, Cost), String> {
    let heats = race::run(&[Contestant::Floor, own], arena, tools, options);
    let [floor, own] = &heats[..] else { return Err("two contestants have two heats".to_owned()) };
    Ok((cost(floor)?, cost(own)?))
}

fn cost(heat: &Heat) -> Result<Cost, String> {
    let runs = heat.runs.as_ref().map_err(Clone::clone)?;
    if let Some(failed) = heat.failed.first() {
        return Err(format!("{}: {failed}", heat.contestant.name()));
    }
    let median = |of: fn(&race::Run) -> Duration| {
        let mut all: Vec<f64> = runs.iter().map(|run| of(run).as_secs_f64() * 1e3).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().ok_or("no runs")
    };
    Ok(Cost { wall: median(|run| run.cost.wall)?, cpu: median(|run| run.cost.cpu)? })
}
