//! `[cache]`: a warm start asks nobody, a stale value stands in for an outage and nothing else, and nothing of it can be
//! read or used by another asker.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{
    bare,
    fault::{Action, Fault, GET, Refusal, Secret},
    laptop::{Laptop, leave_keyrings, refuse_keyctl},
    running::Output,
    secenv::Start,
};

const FRESH: &str = "[cache]\nttl = \"1h\"\n[env]\nA = \"prod/a\"\nB = \"prod/b#k\"\n";
/// By the time that a second process asks, a millisecond has passed.
const STALE: &str = "[cache]\nttl = \"1ms\"\nmax_stale = \"1h\"\n[env]\nA = \"prod/a\"\nB = \"prod/b#k\"\n";
const OVER: &str = "[cache]\nttl = \"1ms\"\n[env]\nA = \"prod/a\"\nB = \"prod/b#k\"\n";
const VALUE: &str = "correct horse";
/// What the command shows.
const VALUES: &str = "correct horse battery\n";

fn server() -> Fault {
    let both = |region| {
        [Secret::text("prod/a", VALUE).region(region), Secret::json("prod/b", "{\"k\": \"battery\"}").region(region)]
    };
    Fault::serve(&["us-east-1", "us-west-2", "eu-west-1"].map(both).concat())
}

/// Runs a command that shows both values.
#[track_caller]
fn show(start: Start, manifest: &str, flags: &[&str]) -> Output {
    let args = [&["run"], flags, &["--", "sh", "-c", "echo $A $B"]].concat();
    start.manifest(manifest).args(args).run()
}

/// A laptop on which both values are cached, and the server that they are from.
fn warm() -> (Laptop, Fault) {
    let (laptop, server) = (Laptop::new(), server());
    assert_eq!(show(laptop.aws(&server), FRESH, &[]).succeeds().text(), VALUES);
    assert_eq!((server.calls(GET), laptop.files().len()), (2, 2));
    (laptop, server)
}

#[test]
fn a_warm_start_asks_nobody_and_needs_nothing_that_asking_needs() {
    let (laptop, server) = warm();
    let before = server.record().connections;
    assert_eq!(show(laptop.aws(&server), FRESH, &[]).succeeds().text(), VALUES);
    show(laptop.aws(&server), FRESH, &["-v"]).exits(0).says("secret prod/a: version ").says("from cache in us-east-1");
    assert_eq!((server.calls(GET), server.record().connections), (2, before));
}

#[test]
fn without_the_section_nothing_is_kept() {
    let (laptop, server) = (Laptop::new(), server());
    let manifest = "[env]\nA = \"prod/a\"\nB = \"prod/b#k\"\n";
    for _ in 0..2 {
        assert_eq!(show(laptop.aws(&server), manifest, &["--refresh"]).succeeds().text(), VALUES);
    }
    assert_eq!((server.calls(GET), laptop.folder().exists()), (4, false));
}

#[test]
fn a_value_that_is_not_fresh_is_asked_for_and_only_that() {
    let (laptop, server) = warm();
    assert_eq!(show(laptop.aws(&server), STALE, &[]).succeeds().text(), VALUES);
    assert_eq!(server.calls(GET), 4);
    let one_more = format!("{FRESH}C = \"prod/b?version_stage=AWSCURRENT#k\"\nD = \"prod/b?region=eu-west-1#k\"\n");
    assert_eq!(show(laptop.aws(&server), &one_more, &[]).succeeds().text(), VALUES);
    assert_eq!(server.calls(GET), 5);
}

#[test]
fn a_stale_value_stands_in_for_an_outage_and_says_its_age() {
    let (laptop, server) = warm();
    server.play(Action::Internal.forever());
    let output = show(laptop.aws(&server), STALE, &["--deadline", "20s"]);
    let output = output.exits(0).says("the cache stands in (").says("prod/a is 1s old, prod/b is 1s old");
    assert_eq!(output.text(), VALUES);
    // An outage is not waited out where a value is at hand: two attempts each are enough to know it.
    assert_eq!(server.calls(GET), 2 + 4);
    show(laptop.aws(&server), OVER, &["--deadline", "1s"]).exits(124).says("prod/a").says("prod/b");
}

#[test]
fn a_stale_value_stands_in_where_nobody_listens_and_for_throttling() {
    let (laptop, server) = warm();
    server.play(Action::Throttle.forever());
    let throttled = show(laptop.aws(&server), STALE, &["--deadline", "1s"]);
    throttled.exits(0).says("throttled").says("prod/a is 1s old");
    let start = laptop.aws(&server);
    drop(server);
    let output = show(start, STALE, &["--deadline", "20s"]);
    let output = output.exits(0).says("unreachable").says("prod/a is 1s old");
    assert_eq!(output.text(), VALUES);
}

/// What the service takes back is gone, for outages too; and `optional` means what it means without a cache.
#[test]
fn what_is_denied_or_gone_is_not_served_and_not_kept() {
    for (action, says) in [
        (Action::AccessDenied("no".to_owned()), "denied"),
        (Action::Refuse(Refusal::not_found()), "prod/a"),
        (Action::MarkedForDeletion, "deletion"),
        (Action::KmsDenied, "KMS"),
    ] {
        let (laptop, server) = warm();
        server.play(action.once().secret("prod/a").operation(GET));
        show(laptop.aws(&server), STALE, &[]).exits(125).says(says);
        assert_eq!(laptop.files().len(), 1, "{says}");
        server.play(Action::Internal.forever());
        let output = show(laptop.aws(&server), STALE, &["--deadline", "1s"]);
        output.exits(124).says("A: ").says("the cache stands in").says("prod/b is 1s old");
    }
}

#[test]
fn another_asker_finds_nothing() {
    let (laptop, server) = warm();
    let url = server.url();
    let mut calls = server.calls(GET);
    let mut misses = |start: Start, flags: &[&str]| {
        assert_eq!(show(start, FRESH, flags).succeeds().text(), VALUES);
        calls += 2;
        assert_eq!(server.calls(GET), calls);
    };
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AKIAI44QH8DHBEXAMPLE"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_PROFILE", "default"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &url),
    ] {
        misses(laptop.aws(&server).env(name, value), &[]);
    }
    misses(laptop.aws(&server), &["--region", "us-west-2"]);
    misses(laptop.aws(&server), &["--regions", "us-east-1,us-west-2"]);
    show(laptop.aws(&server), FRESH, &[]).succeeds();
    assert_eq!(server.calls(GET), calls);
}

#[test]
fn another_configuration_finds_nothing_even_one_that_says_the_same() {
    let (laptop, server) = warm();
    let config = "[profile other]\nregion = us-east-1\n";
    let mut calls = server.calls(GET);
    fs::create_dir(laptop.dir().join(".aws")).unwrap();
    for file in [".aws/config", ".aws/credentials", ".aws/config"] {
        fs::write(laptop.dir().join(file), config).unwrap();
        calls += 2;
        for _ in 0..2 {
            show(laptop.aws(&server), FRESH, &[]).succeeds();
            assert_eq!(server.calls(GET), calls);
        }
    }
}

#[test]
fn what_lies_there_is_private_and_says_nothing() {
    let (laptop, server) = warm();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&laptop.folder()), 0o700);
    for file in laptop.files() {
        assert_eq!(mode(&file), 0o600);
        let all = [file.file_name().unwrap().as_encoded_bytes(), &fs::read(&file).unwrap()].concat();
        for text in [VALUE, "correct", "battery", "prod", "AWSCURRENT", "AKIA", "us-east-1"] {
            assert!(!all.windows(text.len()).any(|window| window == text.as_bytes()), "{text} in {file:?}");
        }
    }
    let keys = fs::read_to_string("/proc/keys").unwrap();
    let inode = format!(":{:x}", fs::metadata(laptop.folder()).unwrap().ino());
    let key = keys.lines().find(|line| line.contains("secenv:cache:") && line.contains(&inode)).expect("a key");
    let fields: Vec<&str> = key.split_whitespace().collect();
    assert_eq!(fields[4], "2f010000", "the owner sees that it is there, who possesses it reads it: {key}");
    assert_ne!(fields[3], "perm", "{key}");
    drop(server);
}

#[test]
fn what_was_tampered_with_is_asked_for_anew() {
    let (laptop, server) = warm();
    let swap = |files: &[PathBuf]| {
        let one = fs::read(&files[0]).unwrap();
        fs::copy(&files[1], &files[0]).unwrap();
        fs::write(&files[1], one).unwrap();
    };
    let cut = |files: &[PathBuf]| {
        let bytes = fs::read(&files[0]).unwrap();
        fs::write(&files[0], &bytes[..bytes.len() - 1]).unwrap();
        fs::write(&files[1], b"").unwrap();
    };
    let flip = |files: &[PathBuf]| {
        for file in files {
            let mut bytes = fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(file, bytes).unwrap();
        }
    };
    let link = |files: &[PathBuf]| {
        for file in files {
            let aside = laptop.dir().join(file.file_name().unwrap());
            fs::rename(file, &aside).unwrap();
            symlink(&aside, file).unwrap();
        }
    };
    let open = |files: &[PathBuf]| {
        for file in files {
            fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
        }
    };
    let mut calls = server.calls(GET);
    let mut misses = |tamper: &dyn Fn(&[PathBuf])| {
        tamper(&laptop.files());
        calls += 2;
        for _ in 0..2 {
            assert_eq!(show(laptop.aws(&server), FRESH, &[]).succeeds().text(), VALUES);
            assert_eq!(server.calls(GET), calls);
        }
        assert!(laptop.files().iter().all(|file| file.symlink_metadata().unwrap().is_file()));
    };
    misses(&swap);
    misses(&cut);
    misses(&flip);
    misses(&link);
    misses(&open);
}

#[test]
fn refresh_asks_and_caches_the_answer_and_does_not_fall_back() {
    let (laptop, server) = warm();
    let before: Vec<_> = laptop.files().iter().map(|file| fs::read(file).unwrap()).collect();
    assert_eq!(show(laptop.aws(&server), FRESH, &["--refresh"]).succeeds().text(), VALUES);
    assert_eq!(server.calls(GET), 4);
    assert!(laptop.files().iter().all(|file| !before.contains(&fs::read(file).unwrap())));
    server.play(Action::Internal.forever());
    show(laptop.aws(&server), STALE, &["--refresh", "--deadline", "1s"]).exits(124).hides("stands in");
    assert_eq!(show(laptop.aws(&server), FRESH, &[]).succeeds().text(), VALUES);
}

#[test]
fn no_cache_leaves_it_alone() {
    let (laptop, server) = (Laptop::new(), server());
    let variable = |start: Start, value| start.env("SECENV_NO_CACHE", value);
    show(laptop.aws(&server), FRESH, &["--no-cache"]).succeeds();
    show(variable(laptop.aws(&server), "true"), FRESH, &[]).succeeds();
    assert_eq!((server.calls(GET), laptop.folder().exists()), (4, false));
    show(variable(laptop.aws(&server), "true"), FRESH, &["--no-cache=false"]).succeeds();
    show(variable(laptop.aws(&server), ""), FRESH, &[]).succeeds();
    assert_eq!((server.calls(GET), laptop.files().len()), (6, 2));
    show(laptop.aws(&server), FRESH, &["--no-cache"]).succeeds();
    assert_eq!(server.calls(GET), 8);
    show(variable(laptop.aws(&server), "yes"), FRESH, &[]).exits(125).says("SECENV_NO_CACHE is not true or false");
}

#[test]
fn other_sources_have_no_cache_here() {
    let laptop = Laptop::new();
    let start = laptop.secenv().file("s.json", "{\"prod/a\": \"correct horse\", \"prod/b\": {\"k\": \"battery\"}}");
    let output = show(start.before_exec(refuse_keyctl), FRESH, &["--source", "file:s.json"]);
    assert_eq!(output.succeeds().text(), VALUES);
    assert!(!laptop.folder().exists());
}

#[test]
fn starts_at_once_leave_one_cache() {
    let (laptop, server) = (Laptop::new(), server());
    // Nobody is answered before all have found nothing.
    server.hold_until(8);
    let start = || {
        let start = laptop.aws(&server).manifest(FRESH);
        start.args(["run", "--", "sh", "-c", "echo $A $B"]).start()
    };
    let running: Vec<_> = (0..4).map(|_| start()).collect();
    for (running, _dir) in running {
        assert_eq!(running.finish().succeeds().text(), VALUES);
    }
    assert_eq!((server.calls(GET), laptop.files().len()), (8, 2));
    assert_eq!(show(laptop.aws(&server), FRESH, &[]).succeeds().text(), VALUES);
    assert_eq!(server.calls(GET), 8);
}

#[test]
fn a_login_of_its_own_keyring_has_the_same_cache() {
    let (laptop, server) = warm();
    show(laptop.aws(&server).before_exec(leave_keyrings), FRESH, &[]).succeeds();
    assert_eq!(server.calls(GET), 2);
    let other = Laptop::new();
    for _ in 0..2 {
        show(other.aws(&server).before_exec(leave_keyrings), FRESH, &[]).succeeds();
        assert_eq!(server.calls(GET), 4);
    }
}

#[test]
fn where_keyctl_is_refused_so_is_the_cache() {
    let (laptop, server) = (Laptop::new(), server());
    let contained = || laptop.aws(&server).before_exec(refuse_keyctl);
    let output = show(contained(), FRESH, &[]);
    output.exits(125).says("A, B: there can be no cache here: the kernel refuses keyctl(2)").says("`--no-cache`");
    assert_eq!(server.record().connections, 0);
    show(contained(), FRESH, &["--no-cache"]).succeeds();
    for command in ["status", "clear"] {
        contained().args(["cache", command]).run().exits(125).says("the kernel refuses keyctl(2)");
    }
    let status: Value =
        serde_json::from_str(&contained().args(["cache", "status", "--json"]).run().exits(125).text()).unwrap();
    assert!(status["refused"].as_str().unwrap().contains("keyctl"), "{status}");
}

#[test]
fn where_something_else_is_in_its_place_there_is_no_cache() {
    let server = server();
    let refused = |laptop: &Laptop, says: &str| {
        show(laptop.aws(&server), FRESH, &[]).exits(125).says("there can be no cache here").says(says);
    };
    let linked = Laptop::new();
    fs::create_dir(linked.dir().join("elsewhere")).unwrap();
    symlink("elsewhere", linked.folder()).unwrap();
    refused(&linked, "is no directory, but a file or a symlink");
    let open = Laptop::new();
    fs::create_dir(open.folder()).unwrap();
    fs::set_permissions(open.folder(), fs::Permissions::from_mode(0o750)).unwrap();
    refused(&open, "is open to others (mode 0750)");
    assert_eq!(server.record().connections, 0);
}

/// In a mount namespace whose /dev/shm is a directory of the disk.
#[test]
fn without_memory_there_is_no_cache() {
    let server = server();
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let hide = "mount --bind \"$0\" /dev/shm && exec \"$@\"";
    let start = bare("unshare").aws(&server).manifest(FRESH).env("XDG_RUNTIME_DIR", disk.path());
    let start = start.args(["--user", "--map-root-user", "--mount", "sh", "-c", hide]).args([disk.path()]);
    let output = start.args([env!("CARGO_BIN_EXE_secenv"), "run", "--", "true"]).run();
    output.exits(125).says("no directory in memory for its data (looked at ").says(" and /dev/shm)");
}

#[test]
fn it_can_be_looked_at_and_emptied() {
    let laptop = Laptop::new();
    let cache = |command: &[&str]| laptop.secenv().args([&["cache"], command].concat()).run().succeeds().text();
    assert_eq!(cache(&["status"]), format!("0 values in {}, encrypted\n", laptop.folder().display()));
    assert_eq!(cache(&["clear"]), "0 values removed\n");
    assert!(!laptop.folder().exists());

    let server = server();
    show(laptop.aws(&server), FRESH, &[]).succeeds();
    assert!(cache(&["status"]).starts_with(&format!("2 values in {}, encrypted\n", laptop.folder().display())));
    let status: Value = serde_json::from_str(&cache(&["status", "--json"])).unwrap();
    assert_eq!(status["directory"], laptop.folder().to_str().unwrap());
    assert_eq!(status["refused"], Value::Null);
    let entries = status["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        let number = |name: &str| entry[name].as_u64().unwrap();
        assert!(number("age_seconds") + number("left_seconds") <= 3600, "{entry}");
        assert!(number("left_seconds") > 3000, "{entry}");
    }
    assert_eq!(cache(&["clear"]), "2 values removed\n");
    assert!(laptop.files().is_empty());
    show(laptop.aws(&server), FRESH, &[]).succeeds();
    assert_eq!(server.calls(GET), 4);
}
