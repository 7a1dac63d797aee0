//! The walls as a plot: a panel for each transport and latency, a line for each contestant, both axes logarithmic.
//! Pure: scores to SVG.
//! Written by hand, for it is one picture: its card and its colours follow the reader's light or dark scheme.

use std::fmt::Write;

use crate::{
    case::{Case, LATENCIES, SECRETS, Transport},
    contestant::Contestant,
    machine::Machine,
    score::Scores,
};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 690.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 82.0;
/// Of one panel.
const PANEL: (f64, f64) = (208.0, 244.0);
/// Between panels.
const GAP: (f64, f64) = (14.0, 56.0);
/// In ms.
const RANGE: (f64, f64) = (0.8, 60_000.0);
const TICKS: [(f64, &str); 5] =
    [(1.0, "1 ms"), (10.0, "10 ms"), (100.0, "100 ms"), (1_000.0, "1 s"), (10_000.0, "10 s")];
/// From the baseline of one label to the next.
const LINE: f64 = 14.0;

/// Who is drawn, and in which style: a family of tools has one colour, what is cached is dashed.
const DRAWN: [(Contestant, &str); 12] = [
    (Contestant::Floor, "floor"),
    (Contestant::Secenv, "own"),
    (Contestant::SecenvBatch, "own batch"),
    (Contestant::SecenvCached, "own dash"),
    (Contestant::Secretspec, "spec"),
    (Contestant::SecretspecCached, "spec dash"),
    (Contestant::Fnox, "fnox"),
    (Contestant::FnoxDaemon, "fnox dash"),
    (Contestant::Teller, "teller"),
    (Contestant::Chamber, "chamber"),
    (Contestant::Boto3, "boto"),
    (Contestant::AwsCli, "cli"),
];

/// After Okabe and Ito, for readers who see colours differently.
const STYLE: &str = "
.card{fill:#fff;stroke:#d0d7de}.grid{stroke:#d8dee4}.text{fill:#1f2328}.soft{fill:#59636e}
text{font:12px system-ui,sans-serif}.head{font-size:16px;font-weight:600}.bold{font-weight:600}.end{text-anchor:end}
.middle{text-anchor:middle}path{fill:none;stroke-width:1.8;stroke:currentColor}circle{fill:currentColor}
text.name{fill:currentColor}.dash{stroke-dasharray:5 3}.batch{stroke-dasharray:1.5 3}
path.own{stroke-width:2.8}path.lead{stroke-width:.8;opacity:.6}path.lead,circle,text{stroke-dasharray:none}
.floor{color:#6e7781}.own{color:#0072b2}.spec{color:#d55e00}.fnox{color:#007a59}.teller{color:#b0508c}.chamber{color:#8c6d00}
.boto{color:#8a5a00}.cli{color:#3d3d3d}
@media (prefers-color-scheme:dark){.card{fill:#0d1117;stroke:#30363d}.grid{stroke:#2b313a}.text{fill:#f0f6fc}
.soft{fill:#9198a1}.floor{color:#8b949e}.own{color:#56b4e9}.spec{color:#f0803c}.fnox{color:#2fc79b}.teller{color:#e29cc6}
.chamber{color:#f0e442}.boto{color:#e69f00}.cli{color:#d0d7de}}
";

/// The whole picture.
pub(crate) fn svg(all: &[Scores], machine: &Machine) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-label=\"Wall time to start a command with K secrets\">\n<style>{STYLE}</style>\n\
         <rect class=\"card\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n",
        WIDTH - 1.0,
        HEIGHT - 1.0
    );
    label(&mut text, (16.0, 28.0), "text head", "From start to end of a command with K secrets: median wall time");
    let under = format!(
        "less is better; both axes are logarithmic · {}, {} cores · {}",
        machine.cpu, machine.cores, machine.date
    );
    label(&mut text, (16.0, 48.0), "soft", &under);
    for (row, transport) in Transport::ALL.into_iter().enumerate() {
        let mut ends = Vec::new();
        for (column, later) in LATENCIES.into_iter().enumerate() {
            let place = (LEFT + step(column) * (PANEL.0 + GAP.0), TOP + step(row) * (PANEL.1 + GAP.1));
            let title = format!(
                "{transport}, answers {}",
                if later == 0 { "at once".to_owned() } else { format!("{later} ms later") }
            );
            label(&mut text, (place.0, place.1 - 8.0), "text bold", &title);
            axes(&mut text, place, column == 0);
            let here = lines(&mut text, place, all, transport, later);
            ends = if here.is_empty() { ends } else { here };
        }
        names(&mut text, LEFT + step(LATENCIES.len()) * (PANEL.0 + GAP.0) - GAP.0, ends);
    }
    label(
        &mut text,
        (LEFT, HEIGHT - 22.0),
        "soft",
        "K, the number of secrets; a line that ends early was not measured further",
    );
    text + "</svg>\n"
}

/// A number of rows or columns.
fn step(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}

fn x(left: f64, secrets: usize) -> f64 {
    left + 10.0 + step(secrets).log10() / 2.0 * (PANEL.0 - 20.0)
}

fn y(top: f64, wall: f64) -> f64 {
    top + PANEL.1 * (RANGE.1 / wall.clamp(RANGE.0, RANGE.1)).log10() / (RANGE.1 / RANGE.0).log10()
}

fn label(text: &mut String, (x, y): (f64, f64), class: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(text, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>");
}

fn axes(text: &mut String, (left, top): (f64, f64), named: bool) {
    for (wall, name) in TICKS {
        let y = y(top, wall);
        let _ = writeln!(text, "<path class=\"grid\" style=\"stroke-width:1\" d=\"M{left:.1} {y:.1}h{}\"/>", PANEL.0);
        if named {
            label(text, (left - 6.0, y + 4.0), "soft end", name);
        }
    }
    for secrets in SECRETS {
        label(text, (x(left, secrets), top + PANEL.1 + 16.0), "soft middle", &secrets.to_string());
    }
}

/// Draws a panel's lines, and gives the last point of each.
fn lines(
    text: &mut String,
    (left, top): (f64, f64),
    all: &[Scores],
    transport: Transport,
    later: u64,
) -> Vec<(Contestant, &'static str, (f64, f64))> {
    let mut ends = Vec::new();
    for (contestant, class) in DRAWN {
        let point = |secrets| {
            let scores = all.iter().find(|scores| scores.case == Case { transport, secrets, later })?;
            Some((x(left, secrets), y(top, scores.of(contestant)?.wall)))
        };
        let points: Vec<(f64, f64)> = SECRETS.into_iter().filter_map(point).collect();
        let Some(end) = points.last() else { continue };
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let _ = writeln!(text, "<path class=\"{class}\" d=\"M{}\"/>", path.join("L"));
        for (x, y) in &points {
            let _ = writeln!(text, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.2\"/>");
        }
        ends.push((contestant, class, *end));
    }
    ends
}

/// Names at the right of a row, each led to from the end of its line, and moved apart where lines end close together.
fn names(text: &mut String, right: f64, mut ends: Vec<(Contestant, &'static str, (f64, f64))>) {
    ends.sort_by(|(.., one), (.., other)| one.1.total_cmp(&other.1));
    let mut places: Vec<f64> = ends.iter().map(|(.., end)| end.1).collect();
    for _ in 0..100 {
        for below in 1..places.len() {
            let lack = LINE - (places[below] - places[below - 1]);
            if lack > 0.0 {
                places[below - 1] -= lack / 2.0;
                places[below] += lack / 2.0;
            }
        }
    }
    for ((contestant, class, end), place) in ends.into_iter().zip(places) {
        let _ = writeln!(
            text,
            "<path class=\"{class} lead\" d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {place:.1}\"/>",
            end.0,
            end.1,
            right.max(end.0 + 4.0),
            if end.0 < right - 20.0 { place } else { end.1 },
            right + 14.0,
        );
        label(
            text,
            (right + 18.0, place + 4.0),
            &format!("{class} name"),
            contestant.name().trim_end_matches(" (`env`)"),
        );
    }
}
