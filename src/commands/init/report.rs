//! What init has done, and what comes next. Pure but for a look at `.gitignore`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::output::{Output, State};
use crate::{
    commands::inputs::DEFAULT_MANIFEST,
    draft::{Content, Draft, LOCAL_SECRETS, LOCAL_TARGET},
    report::harmless,
};

/// `again` is the command that writes the secrets, if it was not this one.
pub(super) fn text(draft: &Draft, origin: &str, outputs: &[Output], states: &[State], again: Option<&str>) -> String {
    let mut out = String::new();
    for (output, state) in outputs.iter().zip(states) {
        let path = output.path.display();
        let _ = match state {
            State::Absent => writeln!(out, "{path}: written, from {origin}"),
            State::Same => writeln!(out, "{path}: it is as it would be written, nothing changed"),
            State::Different => writeln!(out, "{path}: replaced, from {origin}"),
        };
    }
    let mut list = |title: &str, wanted: fn(&Content) -> bool, remark: &str| {
        let names: Vec<&str> = draft.names(wanted).collect();
        if !names.is_empty() {
            let _ = writeln!(out, "  {title}: {}{remark}", names.join(", "));
        }
    };
    list("references", |content| matches!(content, Content::Reference(_) | Content::Binary(_)), "");
    list("to be stored", |content| matches!(content, Content::Wanted(_)), " (their values are not in the manifest)");
    list("literals", |content| matches!(content, Content::Literal(_)), " (see that none of them is a secret)");
    list("left out", |content| matches!(content, Content::Left(_)), " (the manifest says why)");
    let manifest = outputs.first().map_or(Path::new(DEFAULT_MANIFEST), |output| &output.path);
    next(&mut out, draft, manifest, again);
    harmless_lines(&out)
}

fn next(out: &mut String, draft: &Draft, manifest: &Path, again: Option<&str>) {
    let named =
        if manifest == Path::new(DEFAULT_MANIFEST) { String::new() } else { format!(" -m {}", manifest.display()) };
    if !draft.wants_secrets() {
        if again.is_none() {
            let _ = writeln!(out, "{LOCAL_SECRETS}: not written, as nothing looks like a secret");
        }
        let vars = if draft.vars.is_empty() { "" } else { ", once [vars] is filled in" };
        let _ = writeln!(out, "\nNext{vars}:");
        step(out, &format!("secenv plan{named}"), "what each variable will be");
        step(out, &format!("secenv run{named} -- CMD"), "with your command for CMD");
        step(out, EDITOR, "for your editor, which then knows the manifest");
        return;
    }
    let _ = writeln!(out, "\nNext, on this machine and without an account:");
    let secrets = manifest.with_file_name(LOCAL_SECRETS);
    match again {
        Some(again) => step(out, again, "secrets.json with the values, for you alone"),
        None => {
            if let Some(ignore) = to_ignore(&secrets) {
                step(out, &format!("echo {LOCAL_SECRETS} >>{}", ignore.display()), "it must not get into git");
            }
        }
    }
    step(out, &format!("secenv plan{named} --target {LOCAL_TARGET}"), "what each variable will be");
    step(out, &format!("secenv run{named} --target {LOCAL_TARGET} -- CMD"), "with your command for CMD");
    step(out, EDITOR, "for your editor, which then knows the manifest");
    out.push_str(
        "\nThen store them in one secret of AWS Secrets Manager, as JSON with these keys, and write its name\n",
    );
    let _ = writeln!(out, "in the place of TODO in {}:", manifest.display());
    step(out, &format!("secenv policy{named}"), "the IAM policy that it needs");
    step(out, &format!("secenv run{named} -- CMD"), "with your command for CMD");
}

const EDITOR: &str = "secenv schema >secenv.schema.json";

fn step(out: &mut String, command: &str, why: &str) {
    let _ = writeln!(out, "  {command:<42}  {why}");
}

/// The `.gitignore` that should name the file, if git would take it: one beside it is looked at, no other.
fn to_ignore(secrets: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(secrets).ok()?;
    absolute.ancestors().find(|ancestor| ancestor.join(".git").exists())?;
    let ignore = secrets.with_file_name(".gitignore");
    let text = fs::read_to_string(&ignore).unwrap_or_default();
    let named = text.lines().any(|line| line.trim().trim_start_matches('/') == LOCAL_SECRETS);
    (!named).then_some(ignore)
}

/// Names come from files of others.
fn harmless_lines(text: &str) -> String {
    text.lines().flat_map(|line| [harmless(line).trim_end().to_owned(), "\n".to_owned()]).collect()
}
