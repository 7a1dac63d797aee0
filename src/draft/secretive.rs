//! Whether a variable looks like a secret, by its name or its value. Pure.
//!
//! A mistake in one direction costs a line in the manifest, in the other it publishes a password: in doubt it is a secret.

/// Parts of names, wherever they are in it.
const PARTS: [&str; 7] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL"];

/// Whole words of names.
const WORDS: [&str; 16] = [
    "PASS", "PWD", "PW", "KEY", "KEYS", "DSN", "CREDS", "AUTH", "JWT", "PAT", "SALT", "PEPPER", "PIN", "WEBHOOK",
    "PRIVATE", "COOKIE",
];

/// Last words that say that it is about a secret, not one.
const ABOUT: [&str; 41] = [
    "TTL",
    "LENGTH",
    "TIMEOUT",
    "EXPIRY",
    "EXPIRES",
    "EXPIRATION",
    "ENABLED",
    "DISABLED",
    "PATH",
    "FILE",
    "DIR",
    "NAME",
    "ALGORITHM",
    "ALG",
    "URL",
    "URI",
    "ENDPOINT",
    "COUNT",
    "SIZE",
    "HEADER",
    "PREFIX",
    "SUFFIX",
    "DAYS",
    "SECONDS",
    "MINUTES",
    "HOURS",
    "ISSUER",
    "AUDIENCE",
    "TYPE",
    "MODE",
    "HOST",
    "PORT",
    "USER",
    "USERNAME",
    "REGION",
    "VERSION",
    "ARN",
    "FORMAT",
    "POLICY",
    "ROUNDS",
    "ID",
];

/// How well-known tokens begin.
const TOKENS: [&str; 22] = [
    "AKIA",
    "ASIA",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "whsec_",
    "sk-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "SG.",
    "AIza",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "hvs.",
];

/// What stands before a secret in a URL's query, or in a connection string.
const PARAMETERS: [&str; 8] = ["password=", "passwd=", "pwd=", "secret=", "token=", "key=", "sig=", "signature="];

pub(super) fn is_secret(name: &str, value: &str) -> bool {
    by_name(name) || by_value(value)
}

pub(super) fn by_name(name: &str) -> bool {
    let name = super::naming::variable(name);
    let words: Vec<&str> = name.split('_').collect();
    if words.contains(&"PUBLIC") || words.last().is_some_and(|last| ABOUT.contains(last)) {
        return false;
    }
    PARTS.iter().any(|part| name.contains(part)) || words.iter().any(|word| WORDS.contains(word))
}

fn by_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let parameter = |part: &str| lower.split_once(part).is_some_and(|(_, rest)| !rest.is_empty());
    (value.contains("-----BEGIN ") && value.contains("PRIVATE KEY"))
        || TOKENS.iter().any(|start| value.starts_with(start) && value.len() >= start.len() + 8)
        || PARAMETERS.iter().any(|part| parameter(part))
        || lower.contains("hooks.slack.com/services/")
        || in_url(value)
        || (value.starts_with("eyJ") && value.contains('.'))
        || looks_random(value)
}

/// `scheme://user:PASSWORD@host`, or a user that is a token.
fn in_url(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A password that is not encoded may have any of those in it.
    let user = authority.rsplit_once('@').or_else(|| rest.rsplit_once('@').filter(|(user, _)| user.contains(':')));
    user.is_some_and(|(user, _)| match user.split_once(':') {
        Some((_, password)) => !password.is_empty(),
        None => looks_random(user),
    })
}

/// Long, of the characters of base64 or hex, and no path or word.
fn looks_random(value: &str) -> bool {
    let all = |test: fn(&u8) -> bool| value.bytes().all(|byte| test(&byte));
    let any = |test: fn(&u8) -> bool| value.bytes().any(|byte| test(&byte));
    let mixed = any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase);
    let plain = all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte)) && !value.starts_with('/');
    plain
        && any(u8::is_ascii_digit)
        && ((value.len() >= 20 && mixed) || (value.len() >= 32 && all(u8::is_ascii_alphanumeric)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for name in [
            "DB_PASSWORD",
            "dbPassword",
            "DBPASSWORD",
            "API_KEY",
            "apiKey",
            "SENTRY_DSN",
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "GITHUB_TOKEN",
            "PGPASSWORD",
            "BASIC_AUTH",
            "PRIVATE_KEY",
            "MYSQL_ROOT_PASSWORD",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert!(is_secret(name, ""), "{name}");
        }
        for name in [
            "DB_HOST",
            "PORT",
            "TOKEN_TTL",
            "PASSWORD_MIN_LENGTH",
            "KEYBOARD",
            "MONKEY",
            "AUTHOR",
            "STRIPE_PUBLIC_KEY",
            "TOKEN_URL",
            "SSL_KEY_FILE",
            "NODE_ENV",
            "SECRET_NAME",
            "COMPASS",
            "LOG_LEVEL",
        ] {
            assert!(!is_secret(name, "x"), "{name}");
        }
    }

    #[test]
    fn values_tell_under_any_name() {
        for value in [
            "postgres://app:hunter2@db/app",
            "redis://:hunter2@cache:6379",
            "postgres://app:a/b@c:5432/x",
            "https://0123456789abcdef0123456789abcdef@sentry.example/1",
            "AKIAIOSFODNN7EXAMPLE",
            "sk_live_0123456789",
            "-----BEGIN PRIVATE KEY-----\nx",
            "Server=db;Pwd=hunter2;",
            "https://x.example/hook?token=abc",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert!(is_secret("SOMETHING", value), "{value}");
        }
        for value in [
            "",
            "info",
            "postgres://app@db/app",
            "https://example.com/a:b",
            "/opt/App2/some/Thing1",
            "a@example.com",
            "Europe/Berlin",
            "my-bucket-2024-with-a-long-name",
            "3600",
            "true",
            "10.0.0.1:5432,10.0.0.2:5432",
        ] {
            assert!(!is_secret("SOMETHING", value), "{value}");
        }
    }
}
