//! What the figures were taken on.
//! Edge: /proc and date(1).
//! A figure without its machine, and without how busy that was, says nothing.

use std::{fs, process::Command, thread, time::Duration};

use crate::launch::bounded;

/// The machine, and the moment.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) date: String,
    pub(crate) load: String,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let date = bounded(Command::new("date").args(["-u", "+%Y-%m-%d"]), Duration::from_secs(10));
        Self {
            cpu: model.map_or("an unknown CPU", |(_, name)| name).to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            kernel: kernel.trim().to_owned(),
            date: date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default(),
            load: load(),
        }
    }
}

/// The load averages of the last 1, 5 and 15 minutes.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
