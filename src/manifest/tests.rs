use super::*;

mod env_from;
mod files;
mod templates;

fn read_as(text: &str, target: Option<&str>, vars: &[(&str, &str)]) -> Result<Manifest, Vec<Mistake>> {
    let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let selection = Selection { target: target.map(str::to_owned), vars };
    read(text, "secenv.toml", Path::new("conf"), &selection, &template_file)
}

/// What the files hold: their own name, used as an input.
fn template_file(path: &Path) -> Result<String, String> {
    match path.to_str() {
        Some("conf/app.conf") => Ok("port = 1\npassword = {{ A }}\n".to_owned()),
        Some("conf/broken.conf") => Ok("port = 1\n{{ A | nope }}\n".to_owned()),
        _ => Err("no such file".to_owned()),
    }
}

fn manifest(text: &str, target: Option<&str>) -> Manifest {
    read_as(text, target, &[]).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// Each mistake as `line: message`.
fn mistakes(text: &str) -> Vec<String> {
    let found = read_as(text, None, &[]).expect_err("mistakes");
    let told = |mistake: &Mistake| format!("{}: {}", line_and_column(text, mistake.span.start).0, mistake.message);
    found.iter().map(told).collect()
}

fn secret(entry: &Entry) -> &Secret {
    match &entry.content {
        Content::Secret(secret) => secret,
        other => panic!("{other:?} is no secret"),
    }
}

const FULL: &str = r#"
source = "file:secrets.json"
[vars]
env = "dev"
path = "${env}/app"
[aws]
region = "us-east-1"
role_arn = "arn:aws:iam::123456789012:role/app"
profile = "${env}"
[env]
A = "${path}/db#password"
B = { secret = "${path}/db", key = "/a/0", version_stage = "AWSPREVIOUS", region = "eu-west-1" }
C = { secret = "x", version_id = "v1", optional = true, encoding = "hex" }
D = { secret = "x", default = "${env}", keep = true, export = false }
PATH = { secret = "x", allow_unsafe_name = true }
E = { value = "$${literal} ${env}" }
[child]
inherit = ["PATH", "LC_*"]
unset = ["DEBUG"]
drop_aws_credentials = true
[fetch]
deadline = "5s"
concurrency = 4
batch = true
[target.prod]
vars = { env = "prod" }
child = { inherit = true }
fetch = { deadline = "1m" }
env = { E = "z", A = false, N = { value = "new" } }
"#;

#[test]
fn every_field_is_read() {
    let manifest = manifest(FULL, None);
    assert_eq!(manifest.sources, [SourceName::File("conf/secrets.json".into())]);
    assert_eq!(manifest.aws.login.profile.as_deref(), Some("dev"));
    let names: Vec<&str> = manifest.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C", "D", "PATH", "E"]);
    let [short, table, hex, kept, _, literal] = manifest.entries.as_slice() else { panic!("six entries") };
    assert_eq!(secret(short).reference.to_string(), "dev/app/db#password");
    assert_eq!(short.at, Place::Line { file: "secenv.toml".into(), line: 11, column: Some(1) });
    assert_eq!(secret(table).reference.to_string(), "dev/app/db?version_stage=AWSPREVIOUS&region=eu-west-1#/a/0");
    assert_eq!((&secret(hex).absent, secret(hex).encoding), (&Absent::Removes, Some(Encoding::Hex)));
    assert_eq!(secret(hex).reference.version.id.as_deref(), Some("v1"));
    assert_eq!(secret(kept).absent, Absent::Gives("dev".into()));
    assert_eq!((kept.inherited, kept.export), (Inherited::Kept, Export::Withheld));
    assert_eq!(literal.content, Content::Literal("${literal} dev".into()));
    assert_eq!(manifest.child.inherit, Inherit::Only(vec!["PATH".into(), "LC_*".into()]));
    assert_eq!(manifest.child.aws_credentials, AwsCredentials::Dropped);
    assert_eq!(manifest.fetch.deadline, Some(Duration::from_secs(5)));
    assert_eq!(manifest.fetch.concurrency, NonZeroUsize::new(4));
    assert_eq!(manifest.fetch.batch, Some(true));
}

#[test]
fn a_target_is_merged_key_by_key_and_entry_by_entry() {
    let manifest = manifest(FULL, Some("prod"));
    let names: Vec<&str> = manifest.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["B", "C", "D", "PATH", "E", "N"]);
    assert_eq!(secret(&manifest.entries[0]).reference.id.as_str(), "prod/app/db");
    assert_eq!(secret(&manifest.entries[4]).reference.id.as_str(), "z");
    assert_eq!(manifest.aws.region.as_deref(), Some("us-east-1"));
    assert_eq!(manifest.child.inherit, Inherit::All);
    assert_eq!(manifest.child.unset, ["DEBUG"]);
    assert_eq!(manifest.fetch.deadline, Some(Duration::from_mins(1)));
    assert_eq!(manifest.fetch.batch, Some(true));
}

#[test]
fn a_variable_from_outside_beats_a_target() {
    let manifest = read_as(FULL, Some("prod"), &[("env", "test")]).expect("a manifest");
    assert_eq!(secret(&manifest.entries[0]).reference.id.as_str(), "test/app/db");
}

#[test]
fn an_unknown_target_names_those_there_are() {
    let mistakes = read_as(FULL, Some("prd"), &[]).expect_err("no such target");
    assert_eq!(mistakes[0].message, "no target `prd` in the manifest");
    assert_eq!(mistakes[0].help.as_deref(), Some("did you mean `prod`?"));
}

#[test]
fn the_first_mistake_of_every_statement_is_told_in_order() {
    let text = r#"colour = 1
[env]
A = "x#y"
A = "z"
"B=C" = "x"
"" = "x"
C = { secret = "x", stage = "P", optoinal = 1 }
D = 5432
E = "${nope}/db"
F = { secret = "x#y", key = "z" }
G = { value = "v", key = "k" }
H = { optional = true }
I = { secret = "x", value = "y" }
J = { secret = "x", version_stage = "" }
K = { secret = "x?region=r", region = "r" }
L = { secret = "x", encoding = "b64" }
M = false
LD_PRELOAD = "x"
N = { secret = "x", as = "fil" }
O = { secret = "x" key = "y" }
[env.P]
secret = 1
key = 2
[child]
inherit = "PATH"
[fetch]
deadline = "soon"
concurrency = 0
batch = "yes"
[target.prod]
fetch = { dedline = "1s" }
"#;
    assert_eq!(
        mistakes(text),
        [
            "1: unknown field `colour` in the manifest",
            "4: `A` is there twice",
            "5: a variable's name has a `=` in it",
            "6: a variable has an empty name",
            "7: unknown field `stage` in an entry of [env]",
            "8: `D` must be a reference or a table, not an integer",
            "9: no variable `nope`",
            "10: `key` is given in the reference and as a field",
            "11: `key` goes with `secret`, not with `value`",
            "12: the entry has neither `secret` nor `value` nor `template`",
            "13: `value` and `secret` exclude each other",
            "14: `version_stage` is empty",
            "15: `region` is given in the reference and as a field",
            "16: unknown encoding `b64`",
            "17: `false` removes an entry in a target only",
            "18: `LD_PRELOAD` from a secret: it steers the loader or the launcher",
            "19: unknown `as`: `fil`",
            "20: missing comma between key-value pairs, expected `,`",
            "22: `secret` must be a string, not an integer",
            "23: `key` must be a string, not an integer",
            "25: `inherit` must be true, false or a list of names, not a string",
            "27: `soon` is not a duration such as 500ms, 30s or 1m30s",
            "28: `concurrency` must be a whole number of at least 1",
            "29: `batch` must be true or false, not a string",
            "31: unknown field `dedline` in [fetch]",
        ]
    );
}

#[test]
fn a_variable_that_cannot_be_expanded_is_told_once_where_it_is_used_or_not() {
    let text = r#"[vars]
unused = "${nope}"
used = "x-${nope}"
itself = "${itself}"
open = "${"
outside = "${given}"
base = "${of_base}"
[env]
A = "${used}"
B = "${used}"
[target.prod]
vars = { base = "b", more = "${nope}" }
"#;
    let lines = |target, vars: &[(&str, &str)]| match read_as(text, target, vars) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(|one| line_and_column(text, one.span.start)).collect(),
    };
    assert_eq!(lines(None, &[]), [(2, 10), (3, 8), (4, 10), (5, 8), (6, 11), (7, 8)]);
    assert_eq!(lines(Some("prod"), &[]), [(2, 10), (3, 8), (4, 10), (5, 8), (6, 11), (12, 29)]);
    let given = [("nope", "1"), ("itself", "2"), ("open", "3"), ("given", "4")];
    assert_eq!(lines(Some("prod"), &given), []);
    assert_eq!(lines(None, &given), [(7, 8)]);
}

#[test]
fn a_long_way_from_variable_to_variable_is_a_mistake_and_no_crash() {
    let chain = |length: usize| {
        let vars: Vec<String> = (1..length).map(|one| format!("v{one} = \"${{v{}}}\"\n", one + 1)).collect();
        format!("[vars]\n{}v{length} = \"x\"\n[env]\nA = \"${{v1}}\"\n", vars.concat())
    };
    assert!(read_as(&chain(100), None, &[]).is_ok());
    let found = mistakes(&chain(5000));
    assert_eq!(found, ["101: variables lead to variables more than 100 times"]);
}

#[test]
fn a_nul_that_a_variable_would_have_to_hold_is_a_mistake() {
    let text = r#"[env]
A = { value = "a\u0000b" }
B = { secret = "x", default = "\u0000" }
C = { template = "\u0000" }
D = { value = "\u0000", keep = true, export = false }
E = { value = "\u0000", as = "file" }
F = { secret = "x", default = "\u0000", as = "file" }
"#;
    let told = |line, field| format!("{line}: `{field}` has a NUL in it, which no variable can hold");
    assert_eq!(mistakes(text), [told(2, "value"), told(3, "default"), told(4, "template"), told(5, "value")]);
}

#[test]
fn a_bracket_that_is_never_closed_is_one_mistake() {
    assert_eq!(
        mistakes("[env]\nA = 1\n[child]\ninherit = [\"A\",\nunset = [\"B\"]\n[fetch]\nbatch = true\n"),
        ["2: `A` must be a reference or a table, not an integer", "4: unclosed array, expected `]`"]
    );
}

#[test]
fn what_a_later_version_reads_is_refused_by_name() {
    assert_eq!(mistakes("[watch]"), ["1: `watch` is not in this version of secenv yet"]);
}

#[test]
fn a_login_is_text_of_a_secret() {
    let text = "[env]\nA = { secret = \"x\", profile = \"\" }\nB = { value = \"x\", role_arn = \"r\" }\n\
        C = { secret = \"x\", profil = \"p\" }\n[[env_from]]\nsecret = \"x\"\nrole_arn = 1";
    let expected = [
        "2: `profile` is empty",
        "3: `role_arn` goes with `secret`, not with `value`",
        "4: unknown field `profil` in an entry of [env]",
        "7: `role_arn` must be a string, not an integer",
    ];
    assert_eq!(mistakes(text), expected);
}

#[test]
fn a_cache_is_switched_on_by_its_section_and_merged_key_by_key() {
    let base = "[cache]\nmax_stale = \"1h\"\n[target.p.cache]\nttl = \"1m30s\"\n[target.q]";
    assert_eq!(manifest("", None).cache, None);
    assert_eq!(manifest("[cache]", None).cache, Some(Cache::default()));
    let (ttl, max_stale) = (Some(Duration::from_secs(90)), Some(Duration::from_hours(1)));
    assert_eq!(manifest(base, Some("p")).cache, Some(Cache { ttl, max_stale }));
    assert_eq!(manifest(base, Some("q")).cache, Some(Cache { ttl: None, max_stale }));
    assert_eq!(
        mistakes("[cache]\nttl = \"soon\"\nstale = \"1h\"\n[target.p]\ncache = true"),
        [
            "2: `soon` is not a duration such as 500ms, 30s or 1m30s",
            "3: unknown field `stale` in [cache]",
            "5: `cache` must be a table, not a boolean",
        ]
    );
}

#[test]
fn no_text_panics_and_every_mistake_lies_in_it() {
    use proptest::prelude::*;
    let piece = prop_oneof![
        Just("[env]\n"),
        Just("A = \"x#y\"\n"),
        Just("B = { secret = \"${v}\", key = 1 }\n"),
        Just("[target.p]\n"),
        Just("[child]\ninherit = ["),
        Just("\"é\" = '''\n"),
        Just("env = {"),
        Just("}\n"),
        Just("]\n"),
        Just("\u{0}"),
        Just("[[env_from]]\n"),
        Just("source = [\"aws\", 1]\n"),
        Just("\r\n"),
        Just("= \"\"\"x"),
        Just("[vars]\nv = \"${v}\"\n"),
    ];
    proptest!(|(pieces in proptest::collection::vec(prop_oneof![piece.prop_map(str::to_owned), any::<String>()], 0..8))| {
        let text: String = pieces.concat();
        if let Err(mistakes) = read_as(&text, Some("p"), &[]) {
            for mistake in mistakes {
                prop_assert!(text.get(mistake.span.clone()).is_some(), "{:?}", mistake);
            }
        }
    });
}
