//! The fault server through an AWS client that others wrote: boto3, which moto's environment has.
//!
//! It signs, checks the certificate and reads the answers and the errors as AWS clients do.

use super::one;
use crate::support::{
    bare,
    fault::{Action, BATCH, Certificate, Fault, GET, secret::numbered},
    moto::python,
    secenv::Start,
};

const SCRIPT: &str = r#"
import boto3, botocore
from botocore.config import Config

client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))

def say(call):
    try:
        return call()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"] + " " + error.response["Error"]["Message"]

get = lambda name: say(lambda: client.get_secret_value(SecretId=name)["SecretString"])
print(get("prod/one"))
print(get("nope"))
print(get("prod/one"))
batch = say(lambda: client.batch_get_secret_value(SecretIdList=["n/0", "nope", "n/1"]))
print([value["SecretString"] for value in batch["SecretValues"]], batch["Errors"][0]["ErrorCode"])
print(batch["SecretValues"][0]["CreatedDate"].year)
"#;

/// The script, on that server. boto3 reads another variable than newer SDKs for the region.
fn script(server: &Fault) -> Start {
    bare(python().unwrap()).args(["-c", SCRIPT]).aws(server).env("AWS_DEFAULT_REGION", "us-east-1")
}

#[test]
fn boto3_takes_it_for_aws() {
    let mut secrets = one();
    secrets.extend(numbered("n", "value", 2));
    let server = Fault::tls(&secrets, Certificate::Valid);
    server.play(Action::Answer.times(2));
    server.play(Action::Throttle.once());
    let start = script(&server).env("AWS_SESSION_TOKEN", "token");
    let expected = "\
s3cr3t-value-of-one
ResourceNotFoundException Secrets Manager can't find the specified secret.
ThrottlingException Rate exceeded
['value-1', 'value-0'] ResourceNotFoundException
2018
";
    assert_eq!(start.run().succeeds().text(), expected);
    assert_eq!((server.calls(GET), server.calls(BATCH), server.refused()), (3, 1, 0));
    assert!(server.seen().iter().all(|seen| seen.session_token && seen.region == "us-east-1"));
    assert!(server.seen().iter().all(|seen| seen.user_agent.starts_with("Boto3/")));
}

#[test]
fn boto3_refuses_a_bad_certificate() {
    for (certificate, why) in [
        (Certificate::Expired, "certificate has expired"),
        (Certificate::WrongHost, "doesn't match 'other.example'"),
        (Certificate::SelfSigned, "CERTIFICATE_VERIFY_FAILED"),
    ] {
        let server = Fault::tls(&one(), certificate);
        script(&server).run().exits(1).says("SSLError").says(why);
        assert_eq!(server.seen().len(), 0);
    }
}
