//! The cases that the design has an aim for: secenv beside the floor, as ratios of medians within one run.
//! Edge: it runs them.
//! Nothing is asserted, since a busy machine would make it false; the table says what was met.

use crate::{
    arena::Arena,
    case::{Case, Transport},
    contestant::Contestant,
    install::Tools,
    machine::{self, Machine},
    options::Options,
    race,
    score::{Figures, Score},
};

/// In milliseconds.
const LATENCY: u64 = 20;

/// Runs and prints.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let tools = Tools::none(&options.secenv);
    let machine = Machine::look();
    println!("{}, {} cores, kernel {}, load {}\n", machine.cpu, machine.cores, machine.kernel, machine.load);
    println!("| case | secenv ms | beside | ms | wall | aim | CPU |\n|---|--:|---|--:|--:|--:|--:|");
    let near = |secrets| Case::near(Transport::Http, secrets);
    let batch = |case: Case| heats(case, Contestant::SecenvBatch, &tools, options);
    let file = heats(near(1), Contestant::SecenvFile, &tools, options)?;
    row("file source, K = 1", file.1, ("floor", file.0), 1.25);
    let cached = heats(near(20), Contestant::SecenvCached, &tools, options)?;
    row("warm cache, K = 20", cached.1, ("floor", cached.0), 1.4);
    let http = batch(near(20))?;
    row("http, K = 20, --batch", http.1, ("floor", http.0), 2.2);
    let tls = batch(Case::near(Transport::Tls, 20))?;
    row("TLS, K = 20, --batch", tls.1, ("floor", tls.0), 4.0);
    for transport in Transport::ALL {
        let far = |secrets| Case { transport, secrets, later: LATENCY };
        let (one, many) = (batch(far(1))?, batch(far(100))?);
        row(&format!("{}, --batch", far(100)), many.1, ("K = 1", one.1), 1.3);
    }
    println!("\nload at the end: {}", machine::load());
    Ok(())
}

fn row(case: &str, own: Figures, (name, other): (&str, Figures), aim: f64) {
    let (wall, cpu) = (own.wall / other.wall, own.cpu / other.cpu);
    let met = if wall <= aim { "met" } else { "missed" };
    println!("| {case} | {:.2} | {name} | {:.2} | {wall:.2} | {aim} {met} | {cpu:.2} |", own.wall, other.wall);
}

/// The floor's and the contestant's.
fn heats(case: Case, own: Contestant, tools: &Tools, options: &Options) -> Result<(Figures, Figures), String> {
    let heats = race::run(&[Contestant::Floor, own], &Arena::open(case)?, tools, options);
    let [floor, own] = &heats[..] else { return Err("two contestants have two heats".to_owned()) };
    Ok((figures(Score::new(floor))?, figures(Score::new(own))?))
}

fn figures(score: Score) -> Result<Figures, String> {
    let name = score.contestant.name();
    score.failed.map_or(score.figures, Err).map_err(|why| format!("{name}: {why}"))
}
