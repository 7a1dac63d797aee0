//! 200 random manifests: plan and environment are what an independent reader makes of them (`reference.py`: tomllib and
//! Jinja2, slow and short).

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    num::NonZeroUsize,
    path::Path,
    time::{Duration, Instant},
};

use ::secenv::{
    environment,
    fetch::{Batching, Limits, Source, file::FileSource},
    log::{Level, Log},
    manifest::{self, Selection},
    plan::{Inputs, Plan},
};
use serde_json::{Value, json};

use crate::support::{bare, moto::python};

/// A small generator (xorshift), so that a seed is a manifest for ever.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }
}

const NAMES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "a", "b"];
const IDS: [&str; 7] = ["${env}/one", "dev/two", "dev/one", "dev/one", "dev/one", "dev/text", "dev/gone"];
const KEYS: [&str; 9] = ["a", "b", "a", "b", "a", "b", "c", "D", "gone"];

fn secrets() -> Value {
    json!({
        "dev/one": { "a": "p@:/?#% é", "b": "", "c": null, "D": 1.5 },
        "prod/one": { "a": "prod", "b": true, "c": [1, { "x": "y" }], "D": "d" },
        "dev/two": { "a": "1", "b": "x y", "c": "3", "d-e": "dash" },
        "prod/two": { "A": "upper", "b": "lower" },
        "dev/text": "plain {{ A }} ${env}",
        "prod/text": "not asked for",
    })
}

fn entry(dice: &mut Dice, names: &[&str]) -> String {
    let flag = |dice: &mut Dice, odds, text: &str| if dice.one_in(odds) { text.to_owned() } else { String::new() };
    let mut fields = match dice.roll(9) {
        0 => format!("value = \"literal {} ${{env}} $${{x}}\"", dice.roll(3)),
        1 | 2 => {
            let filter =
                dice.pick(&["", " | urlencode", " | upper", " | default('none')", " | trim | lower", " | tojson"]);
            let first = if dice.one_in(12) { dice.pick(&NAMES) } else { dice.pick(names) };
            let second = dice.pick(names);
            format!("template = \"[{{{{ {first}{filter} }}}}|{{{{ {second} | default('-') }}}}]${{env}}\"")
        }
        3 => return format!("\"{}#{}\"", dice.pick(&IDS[..4]), dice.pick(&KEYS[..2])),
        4 => format!("secret = \"dev/text\"{}", flag(dice, 3, ", encoding = \"hex\"")),
        _ => {
            let secret = format!("secret = \"{}\", key = \"{}\"", dice.pick(&IDS), dice.pick(&KEYS));
            let absent = dice.pick(&["", ", optional = true", ", optional = true", ", default = \"d-${env}\""]);
            format!("{secret}{absent}{}", flag(dice, 5, ", encoding = \"base64\""))
        }
    };
    fields += &flag(dice, 5, ", keep = true");
    fields += &if fields.contains("encoding") { String::new() } else { flag(dice, 8, ", as = \"file\"") };
    fields += &if fields.contains("as = ") { String::new() } else { flag(dice, 6, ", export = false") };
    format!("{{ {fields} }}")
}

fn env_from(dice: &mut Dice) -> String {
    let mut text =
        format!("secret = \"{}\"\n", dice.pick(&["${env}/one", "${env}/two", "dev/two", "dev/two", "dev/gone"]));
    let flags = [(3, "prefix = \"P_\"\n"), (3, "case = \"upper\"\n"), (2, "optional = true\n")];
    for (odds, line) in flags {
        text += if dice.one_in(odds) { line } else { "" };
    }
    text += dice.pick(&[
        "",
        "keys = [\"a\", \"b\"]\n",
        "exclude = [\"d-e\", \"c\"]\n",
        "exclude = [\"d-e\"]\nrename = { b = \"R\" }\n",
        "rename = { \"d-e\" = \"D\" }\n",
    ]);
    text
}

fn random(seed: u64) -> (String, Option<String>) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut text = "[vars]\nenv = \"dev\"\n[env]\n".to_owned();
    let section = |dice: &mut Dice, text: &mut String, most| {
        let mut left = NAMES.to_vec();
        let names: Vec<&str> = (0..=dice.roll(most)).map(|_| left.remove(dice.roll(left.len()))).collect();
        for name in &names {
            writeln!(text, "{name} = {}", entry(dice, &names)).unwrap();
        }
    };
    section(&mut dice, &mut text, 5);
    if dice.one_in(2) {
        let inherit = dice.pick(&["true", "false", "[\"A\", \"P_*\"]"]);
        writeln!(text, "[child]\ninherit = {inherit}\nunset = [\"{}\"]", dice.pick(&["B", "a*", "X"])).unwrap();
    }
    for _ in 0..dice.roll(3) {
        write!(text, "[[env_from]]\n{}", env_from(&mut dice)).unwrap();
    }
    if !dice.one_in(2) {
        return (text, None);
    }
    text += "[target.t.vars]\nenv = \"prod\"\n[target.t.env]\n";
    if dice.one_in(3) {
        writeln!(text, "X = false").unwrap();
    }
    section(&mut dice, &mut text, 2);
    if dice.one_in(3) {
        write!(text, "[[target.t.env_from]]\n{}", env_from(&mut dice)).unwrap();
    }
    (text, Some("t".to_owned()))
}

const INHERITED: [&str; 6] = ["A=inherited A", "B=", "a=inherited a", "P_X=1", "X=2", "R=3"];

/// Variables and files, or nothing if there is any mistake or failure.
fn outcome(text: &str, target: Option<String>, source: &FileSource) -> Value {
    let inherited: Vec<Vec<u8>> = INHERITED.map(|entry| entry.as_bytes().to_vec()).to_vec();
    let selection = Selection { target, ..Selection::default() };
    let Ok(manifest) = manifest::read(text, "secenv.toml", Path::new(""), &selection, &|_| Err(String::new())) else {
        return Value::Null;
    };
    let inputs = Inputs {
        manifest: manifest.entries,
        env_from: manifest.env_from,
        child: manifest.child,
        inherited: Vec::new(),
        ..Inputs::default()
    };
    let plan = Plan::new(inputs, &inherited).expect("nothing here can be wrong in a plan");
    let limits = Limits {
        patience: secenv::fetch::Patience::Deadline,
        deadline: Instant::now() + Duration::from_mins(1),
        budget: Duration::from_mins(1),
        attempt_timeout: Duration::from_mins(1),
        concurrency: NonZeroUsize::MIN,
        max_attempts: None,
        batching: Batching::Single,
    };
    let outcomes = source.fetch(&plan.requests, &limits, &Log::new(Level::Quiet, |_| {}));
    let Ok(environment) = environment::build(&plan, &outcomes, &inherited) else { return Value::Null };
    let mut variables: BTreeMap<String, String> = environment
        .entries(&environment.longest_paths())
        .map(|entry| String::from_utf8(entry.into_owned()).unwrap())
        .map(|entry| entry.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .collect();
    for file in environment.files() {
        let content = String::from_utf8(file.content.expose().to_vec()).unwrap();
        variables.insert(file.variable.clone(), format!("file: {content}"));
    }
    json!(variables)
}

#[test]
fn plan_and_environment_are_what_an_independent_reader_makes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secrets.json");
    std::fs::write(&path, secrets().to_string()).unwrap();
    let source = FileSource::new(path);
    let cases: Vec<(String, Option<String>)> = (0..200).map(random).collect();
    let given = json!({ "secrets": secrets(), "inherited": INHERITED, "cases": cases }).to_string();
    let reference = bare(python().unwrap()).args(["-I", "-c", include_str!("reference.py")]).stdin(given);
    let expected: Vec<Value> = serde_json::from_slice(&reference.run().succeeds().stdout).unwrap();
    let mut fine = 0;
    for ((text, target), expected) in cases.into_iter().zip(&expected) {
        let seen = outcome(&text, target.clone(), &source);
        assert_eq!(&seen, expected, "target {target:?} of\n{text}");
        fine += usize::from(!seen.is_null());
    }
    assert!((60..170).contains(&fine), "{fine} of 200 are without mistake: too few of one kind");
}
