//! Real programs with what secenv gives them: a TLS server whose certificate and key are only in memory, and PostgreSQL
//! with a password that no URL could hold as it is.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use nix::sys::signal::Signal;

use crate::support::{
    bare,
    both::{ROOT, user},
    fault::Secret,
    file_source::file_source,
    running::Running,
    secenv,
};

const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn a_tls_server_has_its_certificate_and_key_in_memory_only() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let secrets =
        [Secret::binary("tls/cert", made.cert.der()), Secret::binary("tls/key", made.signing_key.serialized_der())];
    let manifest = "source = \"file:secrets.json\"\n[env]\nCERT = { secret = \"tls/cert\", as = \"file\" }\n\
        KEY = { secret = \"tls/key\", as = \"file\" }\n";
    let serve =
        "exec openssl s_server -cert $CERT -certform DER -key $KEY -keyform DER -accept localhost:0 -naccept 1 -www";
    let start = bare("strace").manifest(manifest).file("secrets.json", file_source(&secrets));
    let watched = ["-f", "-y", "-o", "trace", "-e", "trace=%file,write,pwrite64,writev,memfd_create"];
    let start = start.args(watched).args([env!("CARGO_BIN_EXE_secenv"), "run", "--", "sh", "-c", serve]);
    let (mut server, dir) = start.start();
    server.prints("ACCEPT ");
    let text = server.printed();
    let port = text.split("ACCEPT ").nth(1).and_then(|rest| rest.lines().next()?.rsplit(':').next()).unwrap().trim();
    let client = bare("openssl").file("authority.pem", made.cert.pem()).stdin("GET / HTTP/1.0\r\n\r\n");
    let client = client.args(["s_client", "-connect", &format!("localhost:{port}"), "-servername", "localhost"]);
    let client =
        client.args(["-CAfile", "authority.pem", "-verify_return_error", "-verify_hostname", "localhost", "-ign_eof"]);
    let seen = client.run().exits(0).text();
    assert!(seen.contains("Verify return code: 0 (ok)") && seen.contains("HTTP/1.0 200"), "{seen}");
    server.finish().exits(0);
    let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["secenv.toml", "secrets.json", "trace"]);
    let trace = fs::read_to_string(dir.path().join("trace")).unwrap();
    assert_eq!(trace.matches("memfd_create(\"secenv\"").count(), 2, "{trace}");
    for line in trace.lines() {
        assert!(!reaches_a_disk(line), "{line}");
    }
}

/// Whether a line of `strace -y` opens a file to write, makes a name, or writes to what is neither memory nor a pipe
/// nor a socket.
fn reaches_a_disk(line: &str) -> bool {
    let makes = ["O_WRONLY", "O_RDWR", "O_CREAT", "rename", "mkdir", "link(", "linkat(", "mknod"];
    let makes = makes.iter().any(|word| line.contains(word)) && !line.contains("readlink");
    let writes = line.contains("write")
        && !["<pipe:", "<socket:", "<memfd:secenv", "</memfd:secenv"].iter().any(|to| line.contains(to));
    (makes || writes) && !line.contains("/dev/null")
}

#[test]
fn what_reaches_a_disk_is_seen() {
    for line in [
        "7 openat(AT_FDCWD, \"a\", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</tmp/a>",
        "7 write(3</tmp/a>, \"x\", 1) = 1",
        "7 rename(\"a\", \"b\") = 0",
    ] {
        assert!(reaches_a_disk(line), "{line}");
    }
}

/// Where PostgreSQL's own programs are; Debian keeps them off the PATH.
fn postgresql() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let complete = |bin: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| bin.join(name).exists());
    found.into_iter().find(complete).expect("PostgreSQL is needed for this test (apt-get install postgresql)")
}

/// A command as a user that PostgreSQL accepts: it refuses to run as root.
fn as_postgres(program: PathBuf, home: &Path) -> Command {
    const NOBODY: u32 = 65_534;
    let mut command = Command::new(program);
    command.current_dir(home).env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("PATH", "/usr/bin:/bin");
    if user() == ROOT {
        chown(home, Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

#[test]
fn a_password_with_every_sign_of_a_url_reaches_postgresql() {
    const PASSWORD: &str = "p@:/?#% w\"o'r\\d&=+é";
    const USER: &str = "app@home: 1";
    let bin = postgresql();
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("password"), PASSWORD).unwrap();
    let mut init = as_postgres(bin.join("initdb"), home.path());
    init.args(["-D", "data", "-U", USER, "--pwfile=password", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8"]);
    Running::start(&mut init, None, LIMIT).finish().exits(0);
    let mut server = as_postgres("/bin/sh".into(), home.path());
    // Only a socket in its own directory, so that no port can be taken.
    let serve = "exec \"$0\" -D data -k \"$PWD\" -c listen_addresses= -p 5432 -F 2>&1";
    server.args(["-c", serve]).arg(bin.join("postgres"));
    let mut server = Running::start(&mut server, None, LIMIT);
    server.prints("ready to accept connections");

    let secret = serde_json::json!({ "user": USER, "password": PASSWORD, "host": home.path(), "port": 5432 });
    let entry =
        |name: &str| format!("{} = {{ secret = \"db\", key = \"{name}\", export = false }}\n", name.to_uppercase());
    let url =
        "postgresql://{{ USER | urlencode }}:{{ PASSWORD | urlencode }}@{{ HOST | urlencode }}:{{ PORT }}/postgres";
    let inputs: String = ["user", "password", "host", "port"].map(entry).concat();
    let query = |url: &str| {
        let manifest =
            format!("source = \"file:secrets.json\"\n[env]\nDATABASE_URL = {{ template = \"{url}\" }}\n{inputs}");
        let start =
            secenv().manifest(&manifest).file("secrets.json", file_source(&[Secret::json("db", &secret.to_string())]));
        let ask = ["run", "--", "sh", "-c", "exec \"$0\" -X -w -A -t -c 'SELECT current_user' \"$DATABASE_URL\""];
        start.args(ask).args([bin.join("psql")]).run()
    };
    assert_eq!(query(url).succeeds().text(), format!("{USER}\n"));
    // The server does ask for the password.
    query(&url.replace("{{ PASSWORD | urlencode }}", "other")).exits(2).says("password authentication failed");
    query(&url.replace("PASSWORD | urlencode", "PASSWORD")).exits(2);
    server.signal(Signal::SIGINT);
    server.finish().exits(0);
}
