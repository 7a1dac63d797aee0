//! What the agent is asked: the path and query of one request.
//! Pure.
//! Separate because every character of an id that is not plain has to be encoded, `+` too, which the agent reads as a space.

use std::fmt::Write;

use super::Refresh;
use crate::plan::Request;

/// `/secretsmanager/get?secretId=…`, with the parameters that say more than the default only: older agents, and the Lambda
/// extension, refuse a name that they do not know.
pub(super) fn of(request: &Request, refresh: Refresh) -> String {
    let mut text = String::from("/secretsmanager/get");
    let mut mark = '?';
    let mut add = |name: &str, value: &str| {
        text.push(mark);
        text.push_str(name);
        text.push('=');
        encode(value, &mut text);
        mark = '&';
    };
    add("secretId", request.id.as_str());
    for (name, value) in [("versionId", &request.version.id), ("versionStage", &request.version.stage)] {
        if let Some(value) = value {
            add(name, value);
        }
    }
    // The agent assumes it; profiles mean nothing to it.
    if let Some(role) = &request.login.role_arn {
        add("roleArn", role);
    }
    if refresh == Refresh::Now {
        add("refreshNow", "true");
    }
    text
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::reference::{SecretId, Version};

    #[test]
    fn queries() {
        let request = |id: &str, version: Option<&str>, stage: Option<&str>| Request {
            id: SecretId::parse(id).expect("an id"),
            version: Version { id: version.map(str::to_owned), stage: stage.map(str::to_owned) },
            region: None,
            login: crate::plan::Login::default(),
        };
        let plain = of(&request("prod/db", None, None), Refresh::AsCached);
        assert_eq!(plain, "/secretsmanager/get?secretId=prod%2Fdb");
        let odd = of(&request("a+b=c@d!e", Some("v-1"), Some("AWSPREVIOUS")), Refresh::Now);
        assert_eq!(
            odd,
            "/secretsmanager/get?secretId=a%2Bb%3Dc%40d%21e&versionId=v-1&versionStage=AWSPREVIOUS&refreshNow=true"
        );
        let mut as_role = request("x", None, None);
        as_role.login.role_arn = Some("arn:aws:iam::1:role/r".to_owned());
        let role = of(&as_role, Refresh::AsCached);
        assert_eq!(role, "/secretsmanager/get?secretId=x&roleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr");
    }
}
