//! `secenv get`: reference → plan of one request → fetch → bytes.

use std::collections::BTreeMap;

use super::{
    Output, Resolution, Settings, Start, Stdout,
    inputs::{self, Without},
    output_file, settings, variables,
};
use crate::{
    cli,
    error::{At, Error, Exit, Problem},
    fetch::{Fetched, Payload},
    manifest::{
        self, Absent, Content, Delivery, Entry, Export, Inherited, InputError, Login, Place, Secret,
        reference::Reference,
    },
    plan::{self, Plan},
    secret::SecretValue,
};

/// One value, for stdout or a file.
///
/// # Errors
/// There is none, or it has no place.
pub fn get(args: cli::Get, start: &Start<'_>) -> Result<Output, Error> {
    let output = args.output.clone();
    let resolution = decide(args, start)?;
    let fetched = resolution.fetch(start);
    let is_binary = matches!(fetched.outcomes.first(), Some(Ok(Fetched { payload: Payload::Binary(_), .. })));
    let mut bytes = fetched.bytes()?;
    if let (Stdout::Terminal(_), None) = (start.stdout, &output) {
        if is_binary {
            return Err(not_on_a_terminal(&resolution.plan));
        }
        bytes = SecretValue::new([bytes.expose(), b"\n"].concat());
    }
    output_file::output(bytes, output.as_deref())
}

fn decide(args: cli::Get, start: &Start<'_>) -> Result<Resolution, Error> {
    let cli::Get { reference, version_stage, chosen, sources, fetching, .. } = args;
    let inputs = cli::Inputs { chosen, ..cli::Inputs::default() };
    let mut args = cli::Resolve { inputs, sources, fetching };
    variables::fill(&mut args, start.environ)?;
    let deadline = settings::deadline_of_inputs(&args.fetching, start);
    let manifest = inputs::manifest(&args.inputs.chosen, Without::Passes, start, deadline);
    let settings = Settings::new(&args, manifest.as_ref().ok().and_then(Option::as_ref), start);
    let (manifest, settings) = Error::both(manifest, settings)?;
    let vars = match manifest {
        Some(manifest) => manifest.vars,
        None => inputs::vars(&args.inputs.chosen, start)?,
    };
    let entry = Entry {
        name: "REF".into(),
        at: place(),
        content: Content::Secret(Secret {
            reference: read(&reference, version_stage, &vars)?,
            absent: Absent::Fails,
            encoding: None,
            login: Login::default(),
        }),
        inherited: Inherited::Replaced,
        export: Export::Exported,
        delivery: Delivery::Variable,
    };
    let inputs = plan::Inputs {
        overrides: vec![entry],
        region: settings.region.clone(),
        login: settings.login.clone(),
        ..plan::Inputs::default()
    };
    Ok(Resolution { plan: Plan::new(inputs, &[])?, settings })
}

fn read(text: &str, stage: Option<String>, vars: &BTreeMap<String, String>) -> Result<Reference, Error> {
    let wrong = |message, help| Error::from(vec![InputError { at: place(), message, help }]);
    let text = manifest::expand(text, vars).map_err(|(message, help)| wrong(message, help))?;
    let mut reference =
        Reference::parse(&text).map_err(|error| wrong(error.to_string(), error.help().map(Into::into)))?;
    if let Some(stage) = stage {
        if stage.is_empty() || !reference.version.is_current() {
            let message = if stage.is_empty() { "the stage is empty" } else { "REF names a version already" };
            return Err(Error::usage(
                format!("--version-stage: {message}"),
                "write --version-stage STAGE, or leave it out",
            ));
        }
        reference.version.stage = Some(stage);
    }
    Ok(reference)
}

fn place() -> Place {
    Place::Argument("REF".into())
}

fn not_on_a_terminal(plan: &Plan) -> Error {
    let id = plan.requests.first().map(|request| request.id.to_string()).unwrap_or_default();
    Problem {
        at: vec![At::Named(place())],
        help: Some("write it to a file with -o FILE, or pipe it into a program: secenv get REF | base64".into()),
        ..Problem::new("binary", Exit::ForGood, format!("secret {id} is binary, which is not for a terminal"))
    }
    .into()
}
