//! Many starts at once against a server that allows so many requests a second and throttles the rest.
//!
//! It prints the tables of docs/fleet.md: what was measured on loopback, what a model of the retry rule says of the same,
//! and what the model says of fleets that do not fit on one machine.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    collections::BinaryHeap,
    fmt::Write as _,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use support::fault::{Fault, secret::numbered};

#[path = "../tests/support"]
mod support {
    pub(crate) mod fault;
}

const STARTS: usize = 200;
const SECRETS: usize = 5;
const RATE: f64 = 100.0;
const DEADLINE: u64 = 60;

fn main() {
    println!("{STARTS} starts at once, {SECRETS} secrets each, {RATE} requests/s allowed, deadline {DEADLINE}s\n");
    println!("| calls | ended well | requests a start | worst 100 ms | last start after |");
    println!("|---|---|---|---|---|");
    measured("single", &[]);
    measured("batch", &["--batch"]);
    modelled("single, the model", STARTS, SECRETS, RATE);
    println!("\nThe model for fleets, single calls, 10,000 requests/s allowed (the quota of GetSecretValue)\n");
    println!("| tasks × secrets | ended in {DEADLINE}s | requests a start | worst 100 ms | last start after |");
    println!("|---|---|---|---|---|");
    for (tasks, secrets) in [(1_000, 10), (10_000, 1), (10_000, 5), (10_000, 10), (10_000, 30)] {
        modelled(&format!("{tasks} × {secrets}"), tasks, secrets, 10_000.0);
    }
}

fn measured(name: &str, flags: &[&str]) {
    let server = Fault::serve(&numbered("fleet", "v", SECRETS));
    server.rate(RATE);
    let mut manifest = String::new();
    for secret in 0..SECRETS {
        writeln!(manifest, "V{secret}=secretsmanager://fleet/{secret}").expect("a string takes it");
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("env");
    std::fs::write(&file, manifest).expect("a file can be written");
    let begun = Instant::now();
    let start = || -> (ExitStatus, Duration) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secenv"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", dir.path()).stdin(Stdio::null());
        command.env("AWS_ENDPOINT_URL", server.url()).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
        command.args(["run", "--no-manifest", "--deadline", &format!("{DEADLINE}s"), "--env-file"]).arg(&file);
        command.args(flags).args(["--", "true"]);
        (command.status().expect("it starts"), begun.elapsed())
    };
    let ends: Vec<_> = thread::scope(|scope| {
        let starts: Vec<_> = (0..STARTS).map(|_| scope.spawn(start)).collect();
        starts.into_iter().map(|start| start.join().expect("no panic")).collect()
    });
    let well = ends.iter().filter(|(status, _)| status.success()).count();
    let last = ends.iter().map(|(_, end)| *end).max().unwrap_or_default();
    let arrivals: Vec<f64> = server.record().arrivals.iter().map(|at| at.duration_since(begun).as_secs_f64()).collect();
    line(name, well, STARTS, &arrivals, last.as_secs_f64());
}

/// One task of the model.
#[derive(Clone, Copy)]
struct Task {
    missing: usize,
    queued: usize,
    /// How often in a row it was throttled, a success counting against it.
    level: u32,
}

/// A fleet that starts within one second, by the rules of `fetch/retry.rs` and `fetch/turnstile.rs`: all secrets of a task
/// are asked for at once, and what is throttled goes on one by one, after a random part of 100 ms, doubled each time up to
/// 5 s; after a success the next follows at once, which is to say after 3 ms.
fn modelled(name: &str, tasks: usize, secrets: usize, rate: f64) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut chance = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
    };
    let mut fleet = vec![Task { missing: secrets, queued: 0, level: 0 }; tasks];
    // The earliest first: times as negative microseconds.
    let mut queue: BinaryHeap<(i64, usize, Asks)> = BinaryHeap::new();
    for task in 0..tasks {
        let at = micros(chance());
        queue.extend((0..secrets).map(|_| (-at, task, Asks::First)));
    }
    let (mut left, mut before, mut last) = (rate / 10.0, 0.0, 0.0_f64);
    let mut arrivals = Vec::new();
    while let Some((at, place, asks)) = queue.pop() {
        let now = seconds(-at);
        arrivals.push(now);
        left = (left + rate * (now - before)).min(rate / 10.0);
        before = now;
        let task = &mut fleet[place];
        let answered = left >= 1.0;
        if answered {
            left -= 1.0;
            task.missing -= 1;
            last = last.max(now);
        }
        match (asks, answered) {
            (Asks::First, true) => continue,
            (Asks::First, false) => {
                task.queued += 1;
                if task.queued > 1 {
                    continue;
                }
                task.level += 1;
            }
            (Asks::Again, true) => {
                task.queued -= 1;
                task.level = task.level.saturating_sub(1);
                if task.queued > 0 {
                    queue.push((-micros(now + 0.003), place, Asks::Again));
                }
                continue;
            }
            (Asks::Again, false) => task.level += 1,
        }
        let ceiling = (0.1 * f64::from(1 << (task.level - 1).min(16))).min(5.0);
        let next = now + ceiling * chance();
        if next < 60.0 {
            queue.push((-micros(next), place, Asks::Again));
        }
    }
    let well = fleet.iter().filter(|task| task.missing == 0).count();
    line(name, well, tasks, &arrivals, last);
}

/// What a request of the model is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asks {
    First,
    Again,
}

#[expect(clippy::cast_possible_truncation, reason = "a minute of microseconds")]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

fn seconds(micros: i64) -> f64 {
    f64::from(i32::try_from(micros).unwrap_or(i32::MAX)) / 1e6
}

fn line(name: &str, well: usize, starts: usize, arrivals: &[f64], last: f64) {
    let mut buckets = std::collections::HashMap::<i64, usize>::new();
    for at in arrivals {
        *buckets.entry(micros(*at) / 100_000).or_default() += 1;
    }
    let worst = buckets.values().max().copied().unwrap_or_default();
    let each = f64::from(u32::try_from(arrivals.len()).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(starts).unwrap_or(u32::MAX));
    println!("| {name} | {well} of {starts} | {each:.1} | {worst} | {last:.1} s |");
}
