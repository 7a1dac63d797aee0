//! The fault server's true answers and refusals.

use serde_json::json;

use super::{Client, one, request};
use crate::support::fault::{
    BATCH, Fault, GET, Secret,
    http::Message,
    secret::{CURRENT, PREVIOUS, Value, numbered},
};

fn staged() -> Secret {
    Secret::text("prod/db", "now").version(&[PREVIOUS, "blue"], Value::Text("before".to_owned()))
}

#[test]
fn a_hand_written_request_is_answered_as_aws_does() {
    let server = Fault::serve(&one());
    let mut client = Client::connect(&server);
    let text = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: secretsmanager.GetSecretValue\r\nX-Amz-Date: 20260102T030405Z\r\n\
         X-Amz-Security-Token: token\r\nUser-Agent: by-hand\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=AKID/20260102/us-east-1/secretsmanager/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-target, Signature={}\r\nContent-Length: 23\r\n\r\n{{\"SecretId\":\"prod/one\"}}",
        server.address(),
        "0".repeat(64)
    );
    std::io::Write::write_all(client.0.get_mut(), text.as_bytes()).unwrap();
    let answer = client.receive().unwrap();
    assert_eq!(answer.first, "HTTP/1.1 200 OK");
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.1"));
    assert_eq!(answer.header("x-amzn-requestid"), Some("00000000-0000-4000-8000-000000000001"));
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let expected = json!({
        "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/one-AbCdEf",
        "CreatedDate": 1_523_477_145.713,
        "Name": "prod/one",
        "SecretString": "s3cr3t-value-of-one",
        "VersionId": one()[0].version_id(0),
        "VersionStages": [CURRENT],
    });
    assert_eq!(body, expected);

    let [seen] = &server.seen()[..] else { panic!("one request") };
    assert_eq!((seen.operation.as_str(), &seen.ids[..]), (GET, &["prod/one".to_owned()][..]));
    assert_eq!((seen.region.as_str(), seen.access_key.as_str()), ("us-east-1", "AKID"));
    assert_eq!((seen.user_agent.as_str(), seen.session_token), ("by-hand", true));
    assert_eq!((server.refused(), server.calls(GET), server.calls_for("prod/one")), (0, 1, 1));
}

#[test]
fn names_arns_stages_and_version_ids_lead_to_the_version() {
    let secret = staged();
    let (arn, partial) = (secret.arn(), secret.partial_arn());
    let (new, old) = (secret.version_id(0), secret.version_id(1));
    let server = Fault::serve(&[secret, Secret::binary("prod/bin", &[0, 255])]);
    let mut client = Client::connect(&server);
    let mut value = |body| client.ask(GET, &body).1["SecretString"].clone();
    assert_eq!(value(json!({ "SecretId": arn })), "now");
    assert_eq!(value(json!({ "SecretId": partial })), "now");
    assert_eq!(value(json!({ "SecretId": "prod/db", "VersionStage": "blue" })), "before");
    assert_eq!(value(json!({ "SecretId": "prod/db", "VersionId": old })), "before");
    assert_eq!(value(json!({ "SecretId": "prod/db", "VersionId": new, "VersionStage": CURRENT })), "now");
    assert_eq!(client.get("prod/bin").1["SecretBinary"], "AP8=");
    assert_eq!(server.record().connections, 1, "the connection is kept");
}

#[test]
fn a_partial_arn_that_looks_complete_is_not_found() {
    let secret = Secret::text("prod/db-secret", "x");
    let server = Fault::serve(std::slice::from_ref(&secret));
    let mut client = Client::connect(&server);
    assert_eq!(client.get(&secret.partial_arn()).0, 400);
    assert_eq!(client.get(&secret.arn()).0, 200);
}

#[test]
fn what_is_not_there_is_refused_in_the_words_of_aws() {
    let server = Fault::serve(&[staged(), Secret::text("gone", "x").deleted(), Secret::empty("void"), {
        Secret::text("prod/eu", "x").region("eu-west-1")
    }]);
    let mut client = Client::connect(&server);
    let mut refusal = |body| {
        let (status, answer) = client.ask(GET, &body);
        assert_eq!(status, 400, "{answer}");
        format!("{}: {}", answer["__type"].as_str().unwrap(), answer["Message"].as_str().unwrap())
    };
    let not_found = "ResourceNotFoundException: Secrets Manager can't find the specified secret";
    assert_eq!(refusal(json!({ "SecretId": "nope" })), format!("{not_found}."));
    assert_eq!(refusal(json!({ "SecretId": "prod/eu" })), format!("{not_found}."), "another region");
    assert_eq!(
        refusal(json!({ "SecretId": "prod/db", "VersionStage": "green" })),
        format!("{not_found} value for staging label: green")
    );
    assert_eq!(
        refusal(json!({ "SecretId": "prod/db", "VersionId": "0-0" })),
        format!("{not_found} value for VersionId: 0-0")
    );
    assert_eq!(refusal(json!({ "SecretId": "void" })), format!("{not_found} value for staging label: AWSCURRENT"));
    assert!(refusal(json!({ "SecretId": "gone" })).starts_with("InvalidRequestException: You can't perform"));
}

#[test]
fn a_batch_carries_values_and_errors_and_pages() {
    let server = Fault::serve(&numbered("n", "value", 21));
    let mut client = Client::connect(&server);
    let ids: Vec<_> = (0..21).map(|n| format!("n/{n}")).collect();
    let (status, refused) = client.ask(BATCH, &json!({ "SecretIdList": ids }));
    assert_eq!((status, &refused["__type"]), (400, &json!("ValidationException")));

    let list = json!({ "SecretIdList": ["n/1", "nope", "n/2"] });
    let (status, answer) = client.ask(BATCH, &list);
    let names: Vec<_> = answer["SecretValues"].as_array().unwrap().iter().map(|value| &value["Name"]).collect();
    assert_eq!((status, names), (200, vec![&json!("n/2"), &json!("n/1")]));
    assert_eq!(answer["Errors"][0]["SecretId"], "nope");
    assert_eq!(answer["Errors"][0]["ErrorCode"], "ResourceNotFoundException");
    assert!(answer.get("NextToken").is_none());

    server.page_size(2);
    let first = client.ask(BATCH, &list).1;
    assert_eq!((first["SecretValues"][0]["Name"].clone(), first["NextToken"].clone()), (json!("n/1"), json!("from-2")));
    let mut next = list;
    next["NextToken"] = first["NextToken"].clone();
    let second = client.ask(BATCH, &next).1;
    assert_eq!(second["SecretValues"][0]["Name"], "n/2");
    assert!(second.get("NextToken").is_none());
}

#[test]
fn unsigned_and_malformed_requests_are_refused_and_recorded() {
    let server = Fault::serve(&one());
    let mut client = Client::connect(&server);
    let good = request(GET, &json!({ "SecretId": "prod/one" }));
    let without = |name: &str| {
        let mut bad = good.clone();
        bad.headers.retain(|(header, _)| header != name);
        bad
    };
    let changed = |name: &str, from: &str, to: &str| {
        let mut bad = good.clone();
        let header = bad.headers.iter_mut().find(|(header, _)| header == name).unwrap();
        header.1 = header.1.replace(from, to);
        bad
    };
    let mut status = |request: &Message| client.exchange(request).unwrap().status();
    assert_eq!(status(&good), 200);
    for name in ["authorization", "x-amz-date"] {
        assert_eq!(status(&without(name)), 403, "{name}");
    }
    for (from, to) in [("host;", ""), ("x-amz-target", "x"), ("0123", "X123"), ("/aws4_request", ""), ("20260102", "x")]
    {
        assert_eq!(status(&changed("authorization", from, to)), 403, "{from}");
    }
    assert_eq!(status(&without("content-type")), 400);
    assert_eq!(status(&without("x-amz-target")), 400);
    assert_eq!(status(&request("DeleteEverything", &json!({}))), 400);
    assert_eq!(server.refused(), 8);
}
