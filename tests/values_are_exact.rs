//! Every value reaches the child byte for byte, and every secret is asked for once, however many variables use it.
//!
//! The same manifest is resolved by moto, which knows nothing of this project, and by the file source.

use std::fmt::Write as _;

use crate::support::{
    fault::{
        Fault, GET, Secret,
        secret::{CURRENT, PREVIOUS, Value},
    },
    file_source::file_source,
    moto::moto,
    secenv,
};

const DATABASE: &str = r#"{"username": "app", "password": "p@:/?#%ss \"'$HOME`\\\u00e9\n", "port": 5432, "price": 1.10,
  "huge": 1e400, "id": 12345678901234567890, "tls": true, "empty": "", "a.b": "dots", "/slash": "slash",
  "nested": { "list" : [ 1 , 2.50 ], "z" : 1, "a" : "\u0041" }, "replicas": [ { "host" : "r0" }, { "host" : "r1" } ]}"#;

fn secrets() -> Vec<Secret> {
    let versions = |name| {
        Secret::empty(name)
            .version(&[PREVIOUS], Value::Text("yesterday".into()))
            .version(&[CURRENT], Value::Text("today".into()))
    };
    vec![
        Secret::json("exact/database", DATABASE),
        Secret::text("exact/number", "12345"),
        Secret::text("exact/lines", "first\r\nsecond\n\n"),
        Secret::text("exact/odd", "\u{feff}=\u{1}\u{7f} \t'\"\\"),
        versions("exact/rotated"),
        versions("exact/pinned"),
        Secret::text("exact/by-arn", "by arn"),
        Secret::json("exact/by-partial-arn", r#"{"key":"by partial arn"}"#),
        Secret::binary("exact/binary", &[0, 1, 254, 255]),
        Secret::binary("exact/hex", &[0, 171]),
        Secret::binary("exact/utf8", "grüße".as_bytes()),
        Secret::json("exact/settings", r#"{"s0":"0","s1":1,"s2":"2","s3":3}"#),
    ]
}

/// Name, entry and expected value of 50 variables.
fn variables(arns: &[String], pinned: &str) -> Vec<(String, String, String)> {
    let variable = |name: &str, entry: String, value: &str| (name.to_owned(), entry, value.to_owned());
    let short = |name: &str, id: &str, value: &str| variable(name, format!("\"exact/{id}\""), value);
    let table =
        |name: &str, fields: &str, value: &str| variable(name, format!("{{ secret = \"exact/{fields} }}"), value);
    let arn = &arns[6];
    let partial = arns[7].rsplit_once('-').expect("a suffix").0;
    let mut all = vec![
        short("DB_USER", "database#username", "app"),
        short("DB_PASSWORD", "database#password", "p@:/?#%ss \"'$HOME`\\é\n"),
        table("DB_PORT", "database\", key = \"port\"", "5432"),
        short("DB_PRICE", "database#price", "1.10"),
        short("DB_HUGE", "database#huge", "1e400"),
        short("DB_ID", "database#id", "12345678901234567890"),
        short("DB_TLS", "database#tls", "true"),
        short("DB_EMPTY", "database#empty", ""),
        short("DB_DOTS", "database#a.b", "dots"),
        short("DB_SLASH", "database#/~1slash", "slash"),
        short("DB_NESTED", "database#nested", r#"{"list":[1,2.50],"z":1,"a":"\u0041"}"#),
        short("DB_REPLICA", "database#/replicas/1/host", "r1"),
        short("DB_LIST", "database#/nested/list", "[1,2.50]"),
        variable("DB_URI", "\"secretsmanager://exact/database#username\"".into(), "app"),
        variable("DB_CFN", "\"{{resolve:secretsmanager:exact/database:SecretString:username}}\"".into(), "app"),
        short("NUMBER", "number", "12345"),
        short("LINES", "lines", "first\r\nsecond\n\n"),
        short("ODD", "odd", "\u{feff}=\u{1}\u{7f} \t'\"\\"),
        short("PREVIOUS", "rotated?version_stage=AWSPREVIOUS", "yesterday"),
        table("PREVIOUS_TOO", "rotated\", version_stage = \"AWSPREVIOUS\"", "yesterday"),
        table("PINNED", &format!("pinned\", version_id = \"{pinned}\""), "yesterday"),
        variable("ARN", format!("\"{arn}\""), "by arn"),
        variable("ARN_ECS", format!("\"{arn}:::\""), "by arn"),
        variable("PARTIAL", format!("\"{partial}#key\""), "by partial arn"),
        table("BASE64", "binary\", encoding = \"base64\"", "AAH+/w=="),
        table("BINARY_HEX", "binary\", encoding = \"hex\"", "0001feff"),
        table("HEX", "hex\", encoding = \"hex\"", "00ab"),
        table("UTF8", "utf8\", encoding = \"utf8\"", "grüße"),
    ];
    let settings = (0..50 - all.len()).map(|n| {
        let key = n % 4;
        variable(&format!("SETTING_{n}"), format!("\"exact/settings#s{key}\""), &key.to_string())
    });
    all.extend(settings);
    all
}

#[test]
fn fifty_variables_of_twelve_secrets_are_exact_by_twelve_calls() {
    let secrets = secrets();
    let arns = moto().fill(&secrets);
    let variables = variables(&arns, &secrets[5].version_id(0));
    assert_eq!((variables.len(), secrets.len()), (50, 12));
    let mut manifest = String::from("[env]\n");
    for (name, entry, _) in &variables {
        writeln!(manifest, "{name} = {entry}").unwrap();
    }
    let counted = Fault::forward(moto().address());
    let by_moto = secenv().aws(&counted).manifest(&manifest).args(["run"]).environment();
    for (name, _, value) in &variables {
        assert_eq!(by_moto.get(name).map(|value| value.to_string_lossy().into_owned()).as_ref(), Some(value), "{name}");
    }
    assert_eq!(counted.calls(GET), 12, "{:#?}", counted.seen());
    assert_eq!(counted.seen().len(), 12);

    let by_file = secenv()
        .file("secrets.json", file_source(&secrets))
        .manifest(&format!("source = \"file:secrets.json\"\n{manifest}"))
        .args(["run"])
        .environment();
    for (name, _, _) in &variables {
        assert_eq!(by_file.get(name), by_moto.get(name), "{name}");
    }
}

#[test]
fn the_region_of_an_arn_is_asked() {
    let secret = Secret::text("abroad", "x").region("eu-west-1");
    let server = Fault::serve(std::slice::from_ref(&secret));
    let manifest = format!("[env]\nA = \"{}\"\nB = \"abroad?region=eu-west-1\"", secret.arn());
    let environment = secenv().aws(&server).manifest(&manifest).args(["run"]).environment();
    assert_eq!(environment.get("A"), environment.get("B"));
    let regions: Vec<_> = server.seen().into_iter().map(|seen| seen.region).collect();
    assert_eq!(regions.len(), 2);
    assert!(regions.iter().all(|region| region.as_str() == "eu-west-1"), "{regions:?}");
}

#[test]
fn over_tls_with_an_own_authority_it_is_the_same() {
    use crate::support::fault::Certificate;
    let server = Fault::tls(&[Secret::text("x", "over tls")], Certificate::Valid);
    let environment = secenv().aws(&server).manifest("[env]\nX = \"x\"").args(["run"]).environment();
    assert_eq!(environment.get("X").expect("a value").to_str(), Some("over tls"));
    assert!(server.record().handshakes >= 1);
    assert!(server.seen()[0].user_agent.contains(&format!("secenv/{}", env!("CARGO_PKG_VERSION"))));
}
