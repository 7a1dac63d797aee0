//! `secenv export`: manifest → plan → fetch → environment, then the text of a format in the place of a child.

use std::{
    collections::HashSet,
    path::{self, Path, PathBuf},
};

use super::{Output, Resolution, Start, output_file, placed::placed};
use crate::{
    child::files::Files,
    cli::{self, ExportFormat},
    environment::{Environment, FileKind},
    error::{At, Error, Exit, Problem},
    export::{self, Format, Refusal, Variable, check_secret_name},
    manifest::{Child, Inherit},
    plan::Plan,
    secret::SecretValue,
};

/// The variables in a format.
///
/// # Errors
/// Those of a run, and what the format cannot hold.
pub fn export(args: cli::Export, start: &Start<'_>) -> Result<Output, Error> {
    let format = format(args.format, args.name)?;
    let mut resolution = Resolution::decide(args.resolve, start)?;
    // What is not replaced is not exported; `keep` looks at what is inherited all the same.
    resolution.plan.child = Child { inherit: Inherit::None, ..Child::default() };
    let plan = &resolution.plan;
    let environment = resolution.fetch(start).environment(start)?;
    let bytes = match (in_memory(&environment), export::write(&format, &variables(plan, &environment))) {
        (memory, Ok(bytes)) if memory.is_empty() => bytes,
        (memory, written) => {
            let refusals = memory.into_iter().chain(written.err().into_iter().flatten());
            return Err(refusals.map(|refusal| problem(refusal, plan)).collect());
        }
    };
    let files = Files::create(environment.files()).map_err(|errors| placed(errors, plan))?;
    output_file::output(bytes, args.output.as_deref()).inspect_err(|_| files.remove())
}

fn format(format: ExportFormat, name: Option<String>) -> Result<Format, Error> {
    Ok(match (format, name) {
        (ExportFormat::K8s, Some(name)) if check_secret_name(&name) => Format::K8s { name },
        (ExportFormat::K8s, _) => {
            return Err(Error::usage(
                "--name: this cannot be the name of a Secret",
                "write lower-case letters, digits, - and ., beginning and ending with a letter or digit",
            ));
        }
        (_, Some(_)) => return Err(Error::usage("--name goes with --format k8s", "leave it out")),
        (ExportFormat::Dotenv, _) => Format::Dotenv,
        (ExportFormat::Json, _) => Format::Json,
        (ExportFormat::Shell, _) => Format::Shell,
        (ExportFormat::Fish, _) => Format::Fish,
        (ExportFormat::Docker, _) => Format::Docker,
        (ExportFormat::Systemd, _) => Format::Systemd,
        (ExportFormat::Github, _) => Format::Github,
    })
}

/// What is set, each name once, in the order of the manifest; what an `[[env_from]]` gives comes first.
fn variables(plan: &Plan, environment: &Environment) -> Vec<Variable> {
    let place = |path: &Path| path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let paths: Vec<PathBuf> = environment.longest_paths().iter().map(|path| place(path)).collect();
    let mut seen = HashSet::new();
    let mut variables: Vec<Variable> = Vec::new();
    for entry in environment.entries(&paths) {
        let Some(at) = entry.iter().position(|byte| *byte == b'=') else { continue };
        let Ok(name) = std::str::from_utf8(&entry[..at]) else { continue };
        if seen.insert(name.to_owned()) {
            variables.push(Variable { name: name.to_owned(), value: SecretValue::new(entry[at + 1..].to_vec()) });
        }
    }
    variables.sort_by_key(|variable| plan.bindings.iter().position(|binding| binding.name == variable.name));
    variables
}

fn in_memory(environment: &Environment) -> Vec<Refusal> {
    let files = environment.files().iter().filter(|file| file.kind == FileKind::Memory);
    let refusal = |variable: &String| Refusal {
        variables: vec![variable.clone()],
        message: "it is a file in memory, which nothing would hold once secenv has ended",
        help: "give it a `path`, take it out with NAME = false in a target, or use `secenv run`",
    };
    files.map(|file| refusal(&file.variable)).collect()
}

fn problem(refusal: Refusal, plan: &Plan) -> Problem {
    let at = plan.bindings.iter().filter(|binding| refusal.variables.contains(&binding.name));
    Problem {
        at: at.map(|binding| At::Named(binding.at.clone())).collect(),
        variables: refusal.variables,
        help: Some(refusal.help.into()),
        ..Problem::new("format", Exit::ForGood, refusal.message)
    }
}
