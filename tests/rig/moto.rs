//! moto, filled and asked directly and through the fault server, and the same description as a file source.

use serde_json::json;

use super::{Client, request};
use crate::support::{
    fault::{
        Action, Fault, GET, Secret,
        http::Message,
        secret::{CURRENT, PREVIOUS, Value},
    },
    file_source::file_source,
    moto::moto,
};

#[test]
fn it_holds_what_it_is_given() {
    let moto = moto();
    let created = moto.create_secret("rig/given", "first");
    let binary = moto.create_binary("rig/bytes", &[0, 1, 255]);
    let next = moto.put_secret_value("rig/given", "second", &[CURRENT]);
    let value = |body| moto.call(GET, &body);
    assert_eq!(value(json!({ "SecretId": created.arn }))["VersionId"], json!(next));
    let previous = value(json!({ "SecretId": "rig/given", "VersionStage": PREVIOUS }));
    assert_eq!(previous["VersionId"], json!(created.version_id));
    assert_eq!(previous["SecretString"], "first");
    assert_eq!(value(json!({ "SecretId": binary.arn }))["SecretBinary"], "AAH/");
    moto.delete_secret("rig/given");
    assert!(moto.call("DescribeSecret", &json!({ "SecretId": "rig/given" }))["DeletedDate"].is_number());
}

#[test]
fn requests_that_pass_the_fault_server_are_counted_and_can_be_broken() {
    moto().create_secret("rig/forwarded", "true");
    let server = Fault::forward(moto().address());
    server.play(Action::Throttle.once());
    let mut client = Client::connect(&server);
    assert_eq!(client.get("rig/forwarded").0, 400);
    let (status, body) = client.get("rig/forwarded");
    assert_eq!((status, &body["SecretString"]), (200, &json!("true")));
    assert_eq!(client.get("rig/nothing").1["__type"], "ResourceNotFoundException");
    assert_eq!((server.calls(GET), server.record().connections), (3, 1));
}

#[test]
fn the_query_protocol_passes_too() {
    let server = Fault::forward(moto().address());
    let mut ask = request("", &json!(null));
    ask.headers.retain(|(name, _)| name != "x-amz-target" && name != "content-type");
    ask.body = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let ask = ask.with("content-type", "application/x-www-form-urlencoded");
    let ask = Message { headers: ask.headers.iter().map(for_sts).collect(), ..ask };
    let answer = Client::connect(&server).exchange(&ask).unwrap();
    assert!(String::from_utf8_lossy(&answer.body).contains("<Account>123456789012</Account>"), "{answer:?}");
    assert_eq!((server.calls("GetCallerIdentity"), server.seen()[0].service.as_str()), (1, "sts"));
}

fn for_sts((name, value): &(String, String)) -> (String, String) {
    (name.clone(), value.replace("/secretsmanager/", "/sts/"))
}

#[test]
fn one_description_fills_all_three() {
    let secrets = [
        Secret::text("rig/plain", "a \"b\"\n"),
        Secret::json("rig/json", r#"{"port": 1.10, "b": [1e400]}"#),
        Secret::binary("rig/binary", b"\0\xff"),
        Secret::text("rig/staged", "new")
            .version(&[PREVIOUS], Value::Text("old".to_owned()))
            .version(&["blue"], Value::Json("[1]".to_owned())),
    ];
    let text = file_source(&secrets);
    let [new, old, blue] = [0, 1, 2].map(|index| secrets[3].version_id(index));
    let expected = [
        r#"{"rig/plain": "a \"b\"\n", "rig/json": {"port": 1.10, "b": [1e400]}, "rig/binary": {"$binary":"AP8="}, "#,
        &format!(r#""rig/staged": {{"$versions": {{"AWSCURRENT": "new", "{new}": "new", "AWSPREVIOUS": "old", "#),
        &format!(r#""{old}": "old", "blue": [1], "{blue}": [1]}}}}}}"#),
    ];
    let expected = expected.concat();
    assert_eq!(text, expected);

    let moto = moto();
    let arns = moto.fill(&secrets);
    assert!(arns[0].starts_with(&secrets[0].partial_arn()), "{arns:?}");
    let fault = Fault::serve(&secrets);
    let mut client = Client::connect(&fault);
    for secret in &secrets {
        for version in &secret.versions {
            for ask in [
                json!({ "SecretId": secret.name, "VersionStage": version.stages[0] }),
                json!({ "SecretId": secret.partial_arn(), "VersionId": version.id }),
            ] {
                let (theirs, ours) = (moto.call(GET, &ask), client.ask(GET, &ask).1);
                for field in ["Name", "SecretString", "SecretBinary", "VersionId", "VersionStages"] {
                    assert_eq!(theirs.get(field), ours.get(field), "{field} for {ask}");
                }
            }
        }
    }
}
