//! `secenv init`: from what a project has to a manifest that works, without the value of a secret in it, and without
//! changing what is there.

use std::{
    fs,
    os::unix::fs::{MetadataExt, symlink},
    path::Path,
};

use crate::support::{
    bare,
    both::binary,
    fault::{Fault, GET, Secret},
    file_source::file_source,
    secenv,
};

const ENV: &str = "# settings\nDB_HOST=localhost\nexport DB_PASSWORD='hunter2 $x'\n\
    DATABASE_URL=postgres://app:hunter3@localhost/app\nLOG_LEVEL=info\nEMPTY=\n";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// As somebody who only reads what is printed: each line of it that is a command is run as it stands.
#[test]
fn from_an_env_file_to_a_run_with_nothing_but_its_own_words() {
    let path = format!("{}:{}", binary().parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = bare("sh").file(".env", ENV).file(".git/config", "").env("PATH", path).args(["-c"]);
    let dir = shell.dir().to_owned();
    shell = shell.args(["eval \"$(cat next)\""]);
    let mut does = |command: &str| {
        fs::write(dir.join("next"), command).unwrap();
        shell.again().exits(0).text()
    };
    let commands = |text: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("  "));
        lines
            .filter(|line| line.starts_with("secenv ") || line.starts_with("echo "))
            .map(|line| line.split("   ").next().unwrap().to_owned())
            .collect()
    };
    let first = does("secenv init");
    assert!(
        !first.contains("hunter") && !fs::read_to_string(dir.join("secenv.toml")).unwrap().contains("hunter"),
        "{first}"
    );
    assert!(first.contains("  to be stored: DB_PASSWORD, DATABASE_URL "), "{first}");
    assert!(first.contains("  literals: DB_HOST, LOG_LEVEL, EMPTY "), "{first}");
    assert_eq!(commands(&first)[0], "secenv init --local");
    let second = does(&commands(&first)[0]);
    assert!(
        second.starts_with("secenv.toml: it is as it would be written, nothing changed\nsecrets.json: written"),
        "{second}"
    );
    let steps = commands(&second);
    assert_eq!(steps[0], "echo secrets.json >>.gitignore");
    does(&steps[0]);
    let plan = steps.iter().find(|step| step.starts_with("secenv plan")).unwrap();
    assert!(does(plan).contains("DATABASE_URL"));
    let policy = steps.iter().find(|step| step.contains(" policy")).unwrap();
    assert!(does(policy).contains(":secret:TODO-??????"));
    let run = steps.iter().find(|step| step.contains("--target local -- CMD")).unwrap();
    let ran = does(
        &run.replace("CMD", "sh -c 'echo \"$DB_HOST|$DB_PASSWORD|$DATABASE_URL|$LOG_LEVEL|$EMPTY|\"' --no-manifest"),
    );
    assert_eq!(ran, "localhost|hunter2 $x|postgres://app:hunter3@localhost/app|info||\n");
    let third = does("secenv init --local");
    assert_eq!(third.matches("nothing changed").count(), 2, "{third}");
    assert!(!third.contains(".gitignore"), "{third}");
    assert_eq!((mode(&dir.join("secenv.toml")), mode(&dir.join("secrets.json"))), (0o644, 0o600));
}

#[test]
fn what_is_there_and_different_stays() {
    let mut start = secenv().file(".env", ENV).file("secrets.json", "{}").args(["init", "--local"]);
    let dir = start.dir().to_owned();
    start.again().exits(125).says("secrets.json is there already, and is different").says("--force");
    assert!(!dir.join("secenv.toml").exists());
    fs::write(dir.join("secenv.toml"), "mine").unwrap();
    start.again().exits(125).says("secenv.toml is there already").says("secenv: 2 problems, nothing was written");
    assert_eq!(fs::read_to_string(dir.join("secenv.toml")).unwrap(), "mine");
    let mut forced = start.args(["--force"]);
    assert!(forced.again().succeeds().text().starts_with("secenv.toml: replaced, from .env\nsecrets.json: replaced"));
    assert_eq!(mode(&dir.join("secrets.json")), 0o600);
    fs::remove_file(dir.join("secenv.toml")).unwrap();
    symlink("elsewhere", dir.join("secenv.toml")).unwrap();
    forced.again().exits(125).says("secenv.toml");
    assert!(!dir.join("elsewhere").exists());
}

#[test]
fn an_example_gives_names_and_the_env_file_values() {
    let start = secenv()
        .file(".env.example", "PORT=\nAPI_KEY=\nONLY_HERE=x\nSHARED=secretsmanager://prod/shared#key\n")
        .file(".env", "API_KEY=hunter2\nPORT=80\n");
    let mut start = start.args(["init", "--local"]);
    let text = start.again().succeeds().text();
    assert!(text.starts_with("secenv.toml: written, from .env.example and .env\n"), "{text}");
    let manifest = fs::read_to_string(start.dir().join("secenv.toml")).unwrap();
    for line in [
        "#:schema ./secenv.schema.json",
        "PORT = { value = \"80\" }",
        "API_KEY = \"${secret}#API_KEY\"",
        "ONLY_HERE = { value = \"x\" }",
        "SHARED = \"secretsmanager://prod/shared#key\"",
    ] {
        assert!(manifest.lines().any(|found| found == line), "{line}\n{manifest}");
    }
    assert!(fs::read_to_string(start.dir().join("secrets.json")).unwrap().contains("hunter2"));
}

#[test]
fn the_keys_of_a_secret_are_asked_for_and_no_value_is_written() {
    let secret = Secret::json("prod/app", r#"{"user":"u1","dbPassword":"hunter2"}"#);
    let server = Fault::serve(&[secret, Secret::binary("prod/cert", b"\0\x01")]);
    let init = |flags: &[&str]| secenv().aws(&server).args(["init", "-o", "-"]).args(flags).run();
    let manifest = init(&["--from-secret", "prod/app"]).succeeds().text();
    assert!(manifest.contains("USER = \"prod/app#user\"\nDB_PASSWORD = \"prod/app#dbPassword\"\n"), "{manifest}");
    assert!(!manifest.contains("hunter2"));
    assert_eq!(server.calls(GET), 1);
    let run = secenv().aws(&server).manifest(&manifest).args(["run", "--", "sh", "-c", "echo $USER$DB_PASSWORD"]);
    assert_eq!(run.run().succeeds().text(), "u1hunter2\n");
    let binary = init(&["--from-secret", "prod/cert"]).succeeds().text();
    assert!(binary.contains("CERT = { secret = \"prod/cert\", as = \"file\" }"), "{binary}");
    init(&["--from-secret", "prod/missing"])
        .exits(125)
        .says("prod/missing")
        .says("--from-secret")
        .says("nothing was written");
    init(&["--from-secret", "prod/app#user"]).exits(125).says("leave the key out");
    init(&["--from-secret", "prod/app", "--local"]).exits(125);
}

#[test]
fn task_definitions_and_templates_give_manifests_that_run() {
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf";
    let task = format!(
        r#"{{"containerDefinitions":[{{"name":"web","environment":[{{"name":"PORT","value":"80"}}],
        "secrets":[{{"name":"PW","valueFrom":"{arn}:password::"}}]}}]}}"#
    );
    let template = "Variables:\n  PW: '{{resolve:secretsmanager:prod/db:SecretString:password}}'\n  PORT: 80\n";
    let secrets = file_source(&[Secret::json("prod/db", r#"{"password":"hunter2"}"#)]);
    for (flag, text) in [("--from-task-definition", task.as_str()), ("--from-cloudformation", template)] {
        let manifest = secenv().file("in", text).args(["init", flag, "in", "-o", "-"]).run().succeeds().text();
        let run = secenv().manifest(&manifest).file("secrets.json", &secrets);
        let run = run.args(["run", "--source", "file:secrets.json", "--", "sh", "-c", "echo $PW"]);
        assert_eq!(run.run().succeeds().text(), "hunter2\n", "{flag}");
    }
    let init = |flags: &[&str]| secenv().file("in", "hunter2: [").args(["init"]).args(flags).run().exits(125);
    assert!(!init(&["--from-task-definition", "in"]).says("in: it is not JSON").stderr.contains("hunter2"));
    init(&["--from-cloudformation", "in"]).says("no dynamic reference");
    init(&["--from-cloudformation", "in", "--from-task-definition", "in"]).says("cannot be used with");
    let two = task.replace("[{\"name\":\"web\"", "[{\"name\":\"log\"},{\"name\":\"web\"");
    let start = secenv().file("in", &two).args(["init", "--from-task-definition", "in", "--container", "web"]);
    assert!(start.run().succeeds().text().contains("  references: PW\n"));
    init(&["--container", "web"]).says("--from-task-definition");
    init(&["--from-env-file", "missing"]).says("missing does not exist");
}

#[test]
fn without_a_secret_there_is_no_file_for_them() {
    let mut start = secenv().file(".env", "PORT=80\n").args(["init", "--local"]);
    assert!(start.again().succeeds().text().contains("secrets.json: not written, as nothing looks like a secret\n"));
    assert!(!start.dir().join("secrets.json").exists());
    let manifest = fs::read_to_string(start.dir().join("secenv.toml")).unwrap();
    assert!(!manifest.contains("target"), "{manifest}");
}

#[test]
fn without_anything_to_begin_with_it_says_what_it_begins_with() {
    secenv().args(["init"]).run().exits(125).says("neither a ./.env nor a ./.env.example").says("--from-env-file");
    let broken = secenv().file(".env", "A=1\nTOKEN=hunter2 x\n").args(["init"]).run().exits(125).says(".env:2");
    assert!(!broken.stderr.contains("hunter2"));
}
