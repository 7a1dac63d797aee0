//! Failures without an answer: DNS, connection, TLS, silence, and settings that forbid or break the connection.
//! Pure: from what an attempt left behind to a [`Trouble`].
//! Separate from the service's own errors: here it is the network, not the secret, that is in the way.

use crate::fetch::{
    FailureKind, Subject,
    aws::http::{Ending, Phase, Place, Seen},
    trouble::Trouble,
};

/// What a connection's end means; an answered request that was cut off later counts as broken off.
pub(in crate::fetch::aws) fn of_connection(seen: &Seen) -> Trouble {
    let Some(host) = seen.host.as_deref() else {
        return Trouble::new(FailureKind::Endpoint, Subject::Source, "there is no usable endpoint".to_owned())
            .note("the request was not sent: no URL could be made of the endpoint and region settings")
            .help(
                "check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SECRETS_MANAGER, the profile's endpoint_url and the region",
            );
    };
    let source = |kind, message| Trouble::new(kind, Subject::Source, message);
    let phase = seen.phase;
    match &seen.ending {
        Ending::PlainHttp => {
            source(FailureKind::Endpoint, format!("the endpoint http://{host} would get requests without encryption"))
                .note("plain http is only spoken with this machine and with AWS's credential addresses")
                .help("use https, or pass `--allow-http` if the network up to that host is trusted")
        }
        Ending::Setup(text) => source(FailureKind::Endpoint, format!("no connection to {host} can be set up: {text}"))
            .help("correct that variable, or unset it"),
        Ending::LateFile(file) => source(FailureKind::Deadline, format!("{file} was still being read"))
            .help("look at what should write it, or at the file system that it is on"),
        Ending::Certificate(reason) => {
            source(FailureKind::Certificate, format!("the certificate of {host} is not accepted"))
                .note(format!("the reason: {reason}"))
                .help(certificate_help(reason))
        }
        Ending::Broken(reason) if reason.contains("proxy authorization required") => {
            source(FailureKind::Endpoint, format!("the proxy in front of {host} wants a login"))
                .help("write it into the proxy URL: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT")
        }
        Ending::Broken(reason) => source(FailureKind::Unreachable, format!("{host} was still unreachable ({phase})"))
            .note(format!("the last attempt: {reason}"))
            .help(reach_help(phase, host)),
        Ending::TimedOut | Ending::Pending if phase != Phase::Request => {
            source(FailureKind::Unreachable, format!("{host} was still unreachable ({phase})"))
                .note("the last attempt: no answer in time")
                .help(reach_help(phase, host))
        }
        Ending::TimedOut | Ending::Pending | Ending::Answered(_) | Ending::NotAsked => {
            source(FailureKind::Deadline, format!("still no answer from {host} ({phase})"))
                .note("the connection stands, but the answer does not come, or not to its end")
                .help("give it more time with `--deadline`, or look at the proxy or VPC endpoint on the way")
        }
    }
}

fn certificate_help(reason: &str) -> &'static str {
    let reason = reason.to_ascii_lowercase();
    if reason.contains("expired") || reason.contains("not valid yet") || reason.contains("notvalidyet") {
        "check this machine's clock; if it is right, the server's certificate has to be renewed"
    } else if reason.contains("not valid for") || reason.contains("name") {
        "the certificate is for another host: check the endpoint URL, and the VPC endpoint's private DNS"
    } else {
        "if a proxy or private CA is meant to be there, set AWS_CA_BUNDLE to its PEM file (replaces the built-in roots) \
         or SSL_CERT_FILE (adds to them)"
    }
}

fn reach_help(phase: Phase, host: &str) -> String {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match phase {
        _ if Place::of(name) == Place::Loopback => {
            format!("check that something listens on {host}, and AWS_ENDPOINT_URL")
        }
        Phase::Dns => format!("check that {host} resolves here: the region's spelling, DNS, or a missing VPC endpoint"),
        Phase::Proxy => "check the proxy in HTTPS_PROXY: it must be up, and allow CONNECT to that host".to_owned(),
        Phase::Connect | Phase::Tls | Phase::Request => format!(
            "check the route to {host}: security group, NAT gateway, HTTPS_PROXY; in a private subnet an interface VPC \
             endpoint for Secrets Manager"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let seen = |phase, ending| Seen { host: Some("sm.example".to_owned()), phase, ending };
        let broken = |text: &str| Ending::Broken(text.to_owned());
        let certificate = |text: &str| Ending::Certificate(text.to_owned());
        for (phase, ending, kind, message, help) in [
            (Phase::Dns, broken("no such host"), FailureKind::Unreachable, "still unreachable (dns)", "VPC endpoint"),
            (
                Phase::Connect,
                broken("refused"),
                FailureKind::Unreachable,
                "still unreachable (connect)",
                "VPC endpoint",
            ),
            (Phase::Connect, Ending::Pending, FailureKind::Unreachable, "still unreachable (connect)", "route"),
            (Phase::Tls, broken("eof"), FailureKind::Unreachable, "still unreachable (tls)", "route"),
            (Phase::Proxy, broken("unsuccessful"), FailureKind::Unreachable, "unreachable (proxy)", "HTTPS_PROXY"),
            (Phase::Request, broken("reset"), FailureKind::Unreachable, "still unreachable (request)", "route"),
            (
                Phase::Request,
                Ending::TimedOut,
                FailureKind::Deadline,
                "no answer from sm.example (request)",
                "deadline",
            ),
            (Phase::Request, Ending::Answered(200), FailureKind::Deadline, "no answer from sm.example", "deadline"),
            (Phase::Tls, certificate("UnknownIssuer"), FailureKind::Certificate, "not accepted", "AWS_CA_BUNDLE"),
            (Phase::Tls, certificate("certificate expired: …"), FailureKind::Certificate, "not accepted", "clock"),
            (Phase::Request, Ending::PlainHttp, FailureKind::Endpoint, "http://sm.example", "--allow-http"),
            (Phase::Request, Ending::Setup("X".to_owned()), FailureKind::Endpoint, "sm.example", "unset"),
            (Phase::Proxy, broken("proxy authorization required"), FailureKind::Endpoint, "login", "HTTPS_PROXY"),
        ] {
            let found = of_connection(&seen(phase, ending.clone())).failure;
            assert_eq!(found.kind, kind, "{ending:?}");
            assert!(found.message.contains(message), "{ending:?}: {}", found.message);
            assert!(found.help.as_deref().unwrap().contains(help), "{ending:?}: {:?}", found.help);
            assert_eq!(found.subject, Subject::Source);
        }
        let nowhere = of_connection(&Seen { host: None, phase: Phase::Request, ending: Ending::NotAsked });
        assert_eq!(nowhere.failure.kind, FailureKind::Endpoint);
    }
}
