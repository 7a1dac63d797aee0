//! The real AWS Secrets Manager Agent in front of moto: what secenv expects of it is what it does.

use std::ffi::OsString;

use crate::support::{
    agent::real::Real,
    fault::{
        Secret,
        secret::{CURRENT, PREVIOUS, Value},
    },
    file_source::file_source,
    moto::moto,
    running::Output,
    secenv,
};

const TOKEN: &str = "hunter2-token";

fn through(agent: &Real, manifest: &str, token: &str, flags: &[&str]) -> Output {
    let source = format!("agent:{}", agent.port());
    let args = [&["run", "--source", &source], flags, &["--", "env"]].concat();
    secenv().env("AWS_TOKEN", token).manifest(manifest).args(args).run()
}

#[test]
fn one_manifest_gives_one_environment_through_aws_the_agent_and_a_file() {
    let secrets = [
        Secret::json("real/db+1", r#"{"user":"app","password":"p@ss \"w\u00f6rd\"\n#1","port":5432,"ratio":1.10}"#),
        Secret::text("real/text", "with = and ' and \n and ü\n"),
        Secret::binary("real/binary", &[0, 255, 10, 13]),
        Secret::empty("real/staged")
            .version(&[PREVIOUS], Value::Text("before".into()))
            .version(&[CURRENT], Value::Text("now".into())),
    ];
    moto().fill(&secrets);
    let manifest = "[env]\nUSER = \"real/db+1#user\"\nPASSWORD = \"real/db+1#password\"\nPORT = \"real/db+1#port\"\n\
                    RATIO = \"real/db+1#ratio\"\nALL = \"real/db+1\"\nTEXT = \"real/text\"\n\
                    BINARY = { secret = \"real/binary\", encoding = \"base64\" }\nNOW = \"real/staged\"\n\
                    BEFORE = \"real/staged?version_stage=AWSPREVIOUS\"\nABSENT = { secret = \"real/none\", optional = true }\n\
                    DEFAULT = { secret = \"real/none#key\", default = \"d\" }\n";
    let agent = Real::start(TOKEN);
    let of = |start: secenv::Start, flags: &[&str]| {
        let environment = start.manifest(manifest).args([&["run"], flags].concat()).environment();
        let surroundings = ["AWS_", "HOME=", "PATH="];
        let own = |entry: &OsString| !surroundings.iter().any(|name| entry.to_string_lossy().starts_with(name));
        environment.0.into_iter().filter(own).collect::<Vec<_>>()
    };
    let aws = of(secenv().aws(moto()), &[]);
    assert_eq!(aws.len(), 10, "{aws:?}");
    let source = format!("agent:{}", agent.port());
    assert_eq!(of(secenv().env("AWS_TOKEN", TOKEN), &["--source", &source]), aws);
    assert_eq!(of(secenv().env("AWS_TOKEN", TOKEN), &["--source", &source, "--refresh"]), aws);
    let file = secenv().file("secrets.json", file_source(&secrets));
    assert_eq!(of(file, &["--source", "file:secrets.json"]), aws);
}

#[test]
fn its_refusals_are_told_apart() {
    moto().fill(&[Secret::text("refused/here", "v")]);
    let agent = Real::start(TOKEN);
    let here = "[env]\nS = \"refused/here\"";
    through(&agent, here, TOKEN, &[]).succeeds();
    through(&agent, here, "hunter2-wrong", &[]).exits(125).says("does not accept the token").hides("hunter2");
    through(&agent, here, "", &["--deadline", "5s"]).exits(125).says("wants a token");
    let absent = through(&agent, "[env]\nS = \"refused/none\"", TOKEN, &[]).exits(125);
    absent
        .says("secret refused/none does not exist in the agent's region")
        .says("asked through the agent on 127.0.0.1");
    let staged = through(&agent, "[env]\nS = \"refused/here?version_stage=blue\"", TOKEN, &[]).exits(125);
    staged.says("blue");
    let region = through(&agent, here, TOKEN, &["--region", "eu-west-1"]).exits(125);
    region.says("is asked for in eu-west-1, but the agent is in us-east-1");
    let role = "[aws]\nrole_arn = \"arn:aws:iam::123456789012:role/app\"\n[env]\nS = \"refused/here\"";
    through(&agent, role, TOKEN, &[]).succeeds();
}
