//! Names of environment variables: which can exist, and which no secret should decide. Pure.

/// Names that decide which code runs, or where the launcher and AWS clients connect; `*` ends a prefix.
///
/// From ld.so(8) (those that secure-execution mode ignores), `sd_notify(3)`, `sd_listen_fds(3)`, and the manuals of the
/// interpreters.
const STEERING: [&str; 64] = [
    "LD_*",
    "DYLD_*",
    "GCONV_PATH",
    "GETCONF_DIR",
    "GLIBC_TUNABLES",
    "HOSTALIASES",
    "LOCALDOMAIN",
    "LOCPATH",
    "MALLOC_*",
    "NIS_PATH",
    "NLSPATH",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "PATH",
    "SHELL",
    "IFS",
    "ENV",
    "BASH_ENV",
    "BASH_FUNC_*",
    "BASHOPTS",
    "SHELLOPTS",
    "PROMPT_COMMAND",
    "PS4",
    "ZDOTDIR",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "PERLLIB",
    "RUBYLIB",
    "RUBYOPT",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "LUA_PATH*",
    "LUA_CPATH*",
    "LUA_INIT*",
    "CLASSPATH",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "DOTNET_STARTUP_HOOKS",
    "CORECLR_PROFILER*",
    "AWS_ENDPOINT_URL*",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "GIT_SSH*",
    "GIT_EXEC_PATH",
    "NOTIFY_SOCKET",
    "LISTEN_*",
    "WATCHDOG_*",
    "MAINPID",
    "SECENV_*",
    "OPENSSL_CONF",
];

/// Checks that a name can be in an environment (environ(7)): not empty, no `=`, no NUL.
///
/// # Errors
/// The message of the mistake.
pub(crate) fn check(name: &[u8]) -> Result<(), &'static str> {
    if name.is_empty() {
        Err("a variable has an empty name")
    } else if name.contains(&b'=') {
        Err("a variable's name has a `=` in it")
    } else if name.contains(&0) {
        Err("a variable's name has a NUL in it")
    } else {
        Ok(())
    }
}

/// Whether it is a name that every program and shell can read (POSIX, XBD 8.1): ASCII letters, digits and `_`, no digit first.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Whether a secret may set this name only with `allow_unsafe_name`; proxies are read in lower case too.
#[must_use]
pub fn steers(name: &str) -> bool {
    let proxy = name.to_ascii_lowercase().ends_with("_proxy").then(|| name.to_ascii_uppercase());
    let name = proxy.as_deref().unwrap_or(name);
    STEERING.iter().any(|steering| match steering.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *steering,
    })
}

/// Whether a glob of `[child] inherit` or `unset` (`LC_*`: `*` is any text) covers a name.
#[must_use]
pub fn matches(glob: &str, name: &[u8]) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|start| name.strip_prefix(start.as_bytes())) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(end) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let part = part.as_bytes();
        match (0..=rest.len()).find(|at| rest[*at..].starts_with(part)) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(end.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_steer_are_known_by_name_and_prefix() {
        for name in ["LD_PRELOAD", "PATH", "https_proxy", "AWS_ENDPOINT_URL_STS", "LISTEN_FDS", "BASH_FUNC_x%%"] {
            assert!(steers(name), "{name}");
        }
        for name in ["DATABASE_URL", "PATHS", "AWS_REGION", "path", "HTTP_PROXY_PASSWORD"] {
            assert!(!steers(name), "{name}");
        }
    }

    #[test]
    fn a_glob_covers_any_text_at_its_stars() {
        for (glob, name, covered) in [
            ("PATH", "PATH", true),
            ("PATH", "PATHS", false),
            ("LC_*", "LC_ALL", true),
            ("LC_*", "LC_", true),
            ("*_KEY", "API_KEY", true),
            ("A*B*C", "AxBxC", true),
            ("A*B*C", "ABBC", true),
            ("A*B*C", "AC", false),
            ("A*A", "A", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(glob, name.as_bytes()), covered, "{glob} {name}");
        }
    }
}
