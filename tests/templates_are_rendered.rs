//! Templates: DSNs and whole config files with secrets in them, and no word of a value when that fails.

use crate::support::{fault::Secret, file_source::file_source, secenv, secenv::Start};

const PASSWORD: &str = "p@:/?#% w\"o'rd";

fn with(entries: &str) -> Start {
    let secrets = [
        Secret::json("db", &serde_json::json!({ "username": "app", "password": PASSWORD, "host": "h" }).to_string()),
        Secret::binary("bytes", &[0xff, 0]),
    ];
    let manifest = format!("source = \"file:secrets.json\"\n[vars]\nenv = \"x\"\n[env]\n{entries}");
    secenv().manifest(&manifest).file("secrets.json", file_source(&secrets)).args(["run"])
}

const INPUTS: &str = "USER_NAME = { secret = \"db\", key = \"username\", export = false }\n\
    PASSWORD = { secret = \"db\", key = \"password\", export = false }\nHOST = \"db#host\"\n\
    GONE = { secret = \"gone\", optional = true }\n";

#[test]
fn a_dsn_is_encoded_and_its_inputs_stay_out_of_the_child() {
    let url = "DATABASE_URL = { template = \"postgres://{{ USER_NAME | urlencode }}:{{ PASSWORD | urlencode }}@{{ HOST }}/${env}\" }\n";
    let environment = with(&format!("{url}{INPUTS}")).environment();
    let seen = environment.get("DATABASE_URL").and_then(|value| value.to_str());
    assert_eq!(seen, Some("postgres://app:p%40%3A%2F%3F%23%25%20w%22o%27rd@h/${env}"));
    assert_eq!((environment.get("PASSWORD"), environment.get("GONE")), (None, None));
    assert_eq!(environment.get("HOST").and_then(|value| value.to_str()), Some("h"));
}

#[test]
fn a_config_file_is_written_from_a_template_file() {
    let entries = format!("{INPUTS}CONF = {{ template_file = \"app.conf\", as = \"file\" }}\n");
    let conf = "# ${env} {# gone #}\r\nhost={{ HOST }}\npassword={{ PASSWORD | tojson }}\n{% if GONE is defined %}no{% endif %}\n\n";
    let start = with(&entries).file("app.conf", conf).args(["--", "sh", "-c", "cat $CONF"]);
    let expected = "# ${env} \r\nhost=h\npassword=\"p@:/?#% w\\\"o'rd\"\n\n\n";
    assert_eq!(start.run().succeeds().text(), expected);
}

#[test]
fn the_shell_reads_a_quoted_value_back() {
    let entries = format!("{INPUTS}SCRIPT = {{ template = \"printf %s {{{{ PASSWORD | shquote }}}}\" }}\n");
    let start = with(&entries).args(["--", "sh", "-c", "eval \"$SCRIPT\""]);
    assert_eq!(start.run().succeeds().text(), PASSWORD);
}

#[test]
fn what_a_template_cannot_do_is_told_without_a_value() {
    let absent =
        with(&format!("{INPUTS}T = {{ template = \"{{{{ PASSWORD }}}}{{{{ GONE }}}}\" }}\n")).args(["--", "true"]);
    let absent = absent.run().exits(125).says("T: the template uses GONE, which is absent");
    absent.says("{{ GONE | default(\"…\") }}").hides("p@").hides("w\"o");
    let broken = with(&format!("{INPUTS}T = {{ template = \"{{{{ PASSWORD / 2 }}}}\" }}\n")).args(["--", "true"]);
    broken.run().exits(125).says("T: the template cannot be rendered, line 1").hides("p@").hides("w\"o");
    let binary =
        with("B = { secret = \"bytes\", export = false }\nT = { template = \"{{ B }}\" }\n").args(["--", "true"]);
    binary.run().exits(125).says("B, T: secret bytes is binary");
    let unknown = with("T = { template = \"{{ PASWORD }}\" }\nPASSWORD = \"db#password\"\n").args(["--", "true"]);
    unknown
        .run()
        .exits(125)
        .says("no entry `PASWORD` for the template")
        .says("^^^^^^^")
        .says("did you mean `PASSWORD`?");
    let missing = with("T = { template_file = \"gone.conf\" }\n").args(["--", "true"]);
    missing.run().exits(125).says("the template gone.conf cannot be read: it does not exist");
}

/// A FIFO that nobody writes to.
#[test]
fn the_deadline_bounds_the_reading_of_a_template_file() {
    let mut start = with("T = { template_file = \"fifo\" }\n").args(["--deadline", "300ms", "--", "true"]);
    nix::unistd::mkfifo(&start.dir().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    start.again().exits(124).says("the template fifo did not end before the deadline");
}

#[test]
fn the_example_of_the_whole_format_runs() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/whole/secenv.toml");
    let script = "echo $DATABASE_URL; tail -n 1 $APP_CONF; wc -c <$TLS_KEY; echo $APP_LOG_LEVEL $APP_WORKERS $FEATURES; \
        env | grep -c -e ^DB_ -e comment";
    let seen = secenv().args(["run", "-m"]).args([example]).args(["--", "sh", "-c", script]).run().text();
    let expected =
        "postgres://app:p%40ss%2Fword%3F%231@localhost/app\npassword = \"p@ss/word?#1\"\n4\ninfo 4 [\"a\",\"b\"]\n0\n";
    assert_eq!(seen, expected);
}
