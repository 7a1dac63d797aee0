//! Where plain http may go, and which hosts no proxy ever sees.
//! Pure: a function of a host's name.
//! Separate because it is a security rule that one should be able to read on one page.

use std::net::IpAddr;

/// Where plain `http://` endpoints may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpPolicy {
    /// Only on loopback, and at the fixed addresses of instance metadata and container credentials.
    #[default]
    LoopbackOnly,
    /// Anywhere: `--allow-http`.
    Anywhere,
}

/// What kind of host a name or address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fetch::aws) enum Place {
    /// 127.0.0.0/8, `::1` and `localhost`.
    Loopback,
    /// Link-local addresses at which AWS serves metadata and credentials, over http only.
    Credentials,
    /// Any other host.
    Elsewhere,
}

/// IMDS, ECS task credentials and EKS Pod Identity, in both address families (AWS SDKs and Tools Reference Guide).
const CREDENTIAL_ADDRESSES: [&str; 5] =
    ["169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

impl Place {
    /// The place of a URI's host; IPv6 addresses may be in brackets.
    pub(in crate::fetch::aws) fn of(host: &str) -> Self {
        if host.eq_ignore_ascii_case("localhost") {
            return Self::Loopback;
        }
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let Ok(address) = bare.parse::<IpAddr>() else { return Self::Elsewhere };
        if address.is_loopback() {
            Self::Loopback
        } else if CREDENTIAL_ADDRESSES.iter().any(|known| known.parse() == Ok(address)) {
            Self::Credentials
        } else {
            Self::Elsewhere
        }
    }
}

impl HttpPolicy {
    /// Whether plain http may be spoken with that host.
    pub(super) fn allows(self, host: &str) -> bool {
        self == Self::Anywhere || Place::of(host) != Place::Elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_the_machine() {
        for host in ["127.0.0.1", "127.9.9.9", "[::1]", "::1", "localhost", "LocalHost"] {
            assert_eq!(Place::of(host), Place::Loopback, "{host}");
            assert!(HttpPolicy::LoopbackOnly.allows(host), "{host}");
        }
        for host in ["169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "169.254.170.23", "[FD00:EC2:0::23]"] {
            assert_eq!(Place::of(host), Place::Credentials, "{host}");
            assert!(HttpPolicy::LoopbackOnly.allows(host), "{host}");
        }
        for host in
            ["169.254.169.253", "10.0.0.1", "localhost.evil.example", "127.0.0.1.nip.io", "2130706433", "0.0.0.0", ""]
        {
            assert_eq!(Place::of(host), Place::Elsewhere, "{host}");
            assert!(!HttpPolicy::LoopbackOnly.allows(host), "{host}");
            assert!(HttpPolicy::Anywhere.allows(host), "{host}");
        }
    }
}
