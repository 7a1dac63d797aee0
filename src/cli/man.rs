//! `secenv man`: a page for each command, generated from the types of the command line. Pure.

use std::{io, path::PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::{
    Man as Page,
    roff::{Roff, bold, roman},
};

use super::{Cli, Messages};

/// Print or write the man pages.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Man {
    /// The command whose page is printed, such as run or cache-clear [default: secenv itself]
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub command: Option<String>,

    /// Write all pages into this directory, which is made if it is missing: secenv.1, secenv-run.1 and so on
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<PathBuf>,

    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

const AFTER_HELP: &str = "\
Examples:
  secenv man run | man -l -
  secenv man --dir /usr/local/share/man/man1";

/// The pages of section 1, that of secenv itself first: name (`secenv-run`) and text in roff.
#[must_use]
pub fn pages() -> Vec<(String, String)> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut commands = vec![&command];
    gather(&command, &mut commands);
    let name = |command: &Command| command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let names: Vec<String> = commands.iter().map(|command| name(command)).collect();
    commands.iter().map(|command| (name(command), page(command, &name(command), &names))).collect()
}

/// Commands have commands: `secenv-cache-clear`.
fn gather<'c>(command: &'c Command, commands: &mut Vec<&'c Command>) {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        commands.push(inner);
        gather(inner, commands);
    }
}

fn page(command: &Command, name: &str, names: &[String]) -> String {
    let version = command.get_version().unwrap_or(env!("CARGO_PKG_VERSION"));
    let mut title = Roff::new();
    // Of a version, not of a day: pages that are made twice are the same.
    title.control("TH", [name.to_uppercase().as_str(), "1", "\"\"", format!("secenv {version}").as_str()]);
    let mut bytes = Vec::new();
    // A Vec takes all that is written to it.
    let _ = write(&Page::new(command.clone()), command, &mut bytes);
    let mut end = Roff::new();
    if let Some(text) = command.get_after_help() {
        sections(&text.to_string(), &mut end);
    }
    see_also(name, names, &mut end);
    tidy(&(title.render() + &String::from_utf8_lossy(&bytes) + &end.render()))
}

/// Each part begins with the definition of an apostrophe, of which one is enough; a break around an empty line is none.
fn tidy(text: &str) -> String {
    let text = text.replace(".br\n\n.br\n", ".sp\n");
    let mut seen = Vec::new();
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with(".ie ") || line.starts_with(".el ") {
            if seen.contains(&line) {
                continue;
            }
            seen.push(line);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn write(page: &Page, command: &Command, bytes: &mut Vec<u8>) -> io::Result<()> {
    page.render_name_section(bytes)?;
    page.render_synopsis_section(bytes)?;
    page.render_description_section(bytes)?;
    page.render_options_section(bytes)?;
    if command.has_subcommands() { page.render_subcommands_section(bytes) } else { Ok(()) }
}

/// The text below the options: `Examples:` begins a section, and what is indented keeps its lines.
fn sections(text: &str, roff: &mut Roff) {
    let mut heading = Some("NOTES".to_owned());
    let mut verbatim = false;
    let mut paragraph = false;
    for line in text.lines() {
        let indented = line.starts_with("  ");
        if verbatim && !indented {
            roff.control("fi", []).control("RE", []);
            verbatim = false;
        }
        match line.strip_suffix(':').filter(|_| !indented) {
            Some("Exit codes") => heading = Some("EXIT STATUS".to_owned()),
            Some(title) => heading = Some(title.to_uppercase()),
            None if line.is_empty() => paragraph = true,
            None => {
                if let Some(heading) = heading.take() {
                    roff.control("SH", [heading.as_str()]);
                } else if paragraph {
                    roff.control("PP", []);
                }
                paragraph = false;
                if indented && !verbatim {
                    roff.control("RS", ["4"]).control("nf", []);
                    verbatim = true;
                }
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
        }
    }
    if verbatim {
        roff.control("fi", []).control("RE", []);
    }
}

fn see_also(name: &str, names: &[String], roff: &mut Roff) {
    let others: Vec<&String> = names.iter().filter(|other| *other != name).collect();
    roff.control("SH", ["SEE ALSO"]);
    for (index, other) in others.iter().enumerate() {
        let comma = if index + 1 < others.len() { "," } else { "" };
        roff.text([bold(other.as_str()), roman(format!("(1){comma}"))]);
    }
}
