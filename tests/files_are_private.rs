//! Values as files: exact bytes that only the child's user can read, in memory or at a path, whatever stands in the way.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
    process::Command,
};

use nix::{
    sys::{
        resource::{Resource, setrlimit},
        signal::Signal,
        stat::{Mode, umask},
    },
    unistd::{Uid, chown},
};

use crate::support::{
    both::{ROOT, as_user, copy_for_everyone, lossy, user},
    fault::Secret,
    file_source::file_source,
    secenv,
    secenv::Start,
};

const BYTES: &[u8] = b"\0\xff\r\n\xef\xbb\xbf=\x1b";

fn secrets() -> String {
    file_source(&[
        Secret::binary("f/bytes", BYTES),
        Secret::text("f/text", "first\r\nlast without line end"),
        Secret::json("f/json", r#"{"key": "of a\u0000key"}"#),
        Secret::text("f/long", &"x".repeat(66_000)),
    ])
}

/// A manifest whose entries are these lines of `[env]`; in exec mode, where files with a path stay.
fn with(entries: &str) -> Start {
    in_mode("--exec", entries)
}

fn in_mode(mode: &str, entries: &str) -> Start {
    let manifest = format!("source = \"file:secrets.json\"\n[env]\n{entries}");
    secenv().manifest(&manifest).file("secrets.json", secrets()).args(["run", mode, "--"])
}

/// Prints mode, size in bytes and path of the file that each name stands for.
fn look(names: &[&str]) -> [String; 3] {
    let script: String = names
        .iter()
        .map(|name| format!("stat -L -c '%a %s' \"${name}\"; echo \"${name}\";"))
        .collect::<Vec<_>>()
        .concat();
    ["sh".into(), "-c".into(), script]
}

fn cat(name: &str) -> [String; 3] {
    ["sh".into(), "-c".into(), format!("exec cat \"${name}\"")]
}

#[test]
fn a_file_in_memory_has_the_exact_bytes_and_survives_execs() {
    let entries = "A = { secret = \"f/bytes\", as = \"file\" }\nB = { secret = \"f/json#key\", as = \"file\" }\n";
    for mode in ["--exec", "--supervise"] {
        assert_eq!(in_mode(mode, entries).args(cat("A")).run().succeeds().stdout, BYTES);
    }
    assert_eq!(with(entries).args(cat("B")).run().succeeds().stdout, b"of a\0key");
    let text = "A = { secret = \"f/text\", as = \"file\" }";
    let twice = [
        "env",
        "X=1",
        "sh",
        "-c",
        "cat $A; cat $A; python3 -c 'import os; os.write(1, os.read(int(os.environ[\"A\"][14:]), 99))'",
    ];
    let once = "first\r\nlast without line end";
    assert_eq!(with(text).args(twice).run().succeeds().text(), once.repeat(3));
}

#[test]
fn a_file_in_memory_is_private_sealed_and_out_of_the_way() {
    let entries = "A = { secret = \"f/bytes\", as = \"file\" }\nB = { secret = \"f/long\", as = \"file\" }\n";
    let seen = with(entries).args(look(&["A", "B"])).run().succeeds().text();
    assert_eq!(seen, format!("400 {}\n/proc/self/fd/100\n400 66000\n/proc/self/fd/101\n", BYTES.len()));
    let script = "import fcntl, os, sys\nfd = int(os.environ['A'].rsplit('/', 1)[1])\nprint(fcntl.fcntl(fd, 1034))\n\
        for flags in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC):\n  try:\n    os.write(os.open(os.environ['A'], flags), b'x')\n    print('written')\n  except PermissionError: print('refused')";
    // F_SEAL_SEAL, SHRINK, GROW and WRITE, and EXEC where the kernel has it.
    let seen = with(entries).args(["python3", "-c", script]).run().succeeds().text();
    assert!(["15\nrefused\nrefused\n", "47\nrefused\nrefused\n"].contains(&seen.as_str()), "{seen}");
    // One descriptor each.
    let script = "cd /proc/$$/fd; for n in *; do case $(readlink $n) in *memfd:secenv*) echo $n; esac; done";
    for mode in ["--exec", "--supervise"] {
        assert_eq!(in_mode(mode, entries).args(["sh", "-c", script]).run().succeeds().text(), "100\n101\n", "{mode}");
    }
}

#[test]
fn a_low_limit_of_descriptors_is_no_obstacle() {
    let start = with("A = { secret = \"f/text\", as = \"file\" }").args(cat("A"));
    let start = start.before_exec(|| Ok(setrlimit(Resource::RLIMIT_NOFILE, 64, 64)?));
    assert_eq!(start.run().succeeds().text(), "first\r\nlast without line end");
}

#[test]
fn modes_are_what_they_should_be_whatever_the_umask() {
    for mask in [0o000, 0o077, 0o777] {
        let entries = "M = { secret = \"f/text\", as = \"file\" }\nP = { secret = \"f/text\", as = \"file\", path = \"p\" }\n\
            Q = { secret = \"f/bytes\", as = \"file\", path = \"new/er/q\", mode = \"0644\", mkdir = true }\n";
        let mut start = with(entries).args(look(&["M", "P", "Q"]));
        start = start.before_exec(move || {
            umask(Mode::from_bits_truncate(mask));
            Ok(())
        });
        let dir = start.dir().to_owned();
        let seen = start.again().succeeds().text();
        let modes: Vec<&str> = seen.lines().step_by(2).collect();
        assert_eq!(modes, ["400 28", "400 28", "644 9"], "{mask:o}");
        assert_eq!(seen.lines().nth(3), Some(dir.join("p").to_str().unwrap()), "the path is absolute");
        for made in ["new", "new/er"] {
            assert_eq!(fs::metadata(dir.join(made)).unwrap().mode() & 0o7777, 0o755, "{mask:o}");
        }
        // In exec mode it stays, and nothing else does.
        assert_eq!(fs::read(dir.join("new/er/q")).unwrap(), BYTES);
        assert_eq!(names(&dir.join("new/er")), ["q"]);
        assert_eq!(names(&dir), ["new", "p", "secenv.toml", "secrets.json"]);
    }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_an_earlier_run_has_left_is_replaced_and_not_written_to() {
    let mut start = with("P = { secret = \"f/text\", as = \"file\", path = \"p\" }").args(cat("P"));
    let path = start.dir().join("p");
    fs::write(&path, "what was there").unwrap();
    let second_name = start.dir().join("link");
    fs::hard_link(&path, &second_name).unwrap();
    for _ in 0..2 {
        assert_eq!(start.again().succeeds().text(), "first\r\nlast without line end");
    }
    assert_eq!(fs::read(second_name).unwrap(), b"what was there");
}

#[test]
fn what_is_no_file_of_ours_is_refused_and_left_alone() {
    let mut start = with("P = { secret = \"f/text\", as = \"file\", path = \"p\" }").args(["echo", "started"]);
    let (dir, path) = (start.dir().to_owned(), start.dir().join("p"));
    fs::write(dir.join("target"), "mine").unwrap();
    symlink("target", &path).unwrap();
    let refused = start.again().exits(125).says("P: cannot make the file p: a symbolic link is there already");
    assert_eq!(refused.says("= help: ").hides("first").text(), "");
    assert_eq!(fs::read(dir.join("target")).unwrap(), b"mine");
    fs::remove_file(&path).unwrap();
    symlink("nowhere", &path).unwrap();
    start.again().exits(125).says("a symbolic link is there already");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    start.again().exits(125).says("a directory is there already");
    fs::remove_dir(&path).unwrap();
    nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
    start.again().exits(125).says("no regular file is there already");
    fs::remove_file(&path).unwrap();
    if user() == ROOT {
        fs::write(&path, "theirs").unwrap();
        chown(&path, Some(Uid::from_raw(4711)), None).unwrap();
        start.again().exits(125).says("a file of the user 4711 is there already");
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
    }
    assert_eq!(
        names(&dir),
        if user() == ROOT {
            &["p", "secenv.toml", "secrets.json", "target"][..]
        } else {
            &["secenv.toml", "secrets.json", "target"]
        }
    );
}

#[test]
fn two_entries_cannot_have_one_place_however_it_is_written() {
    let entries = |second: &str| {
        format!(
            "P = {{ secret = \"f/text\", as = \"file\", path = \"new/p\", mkdir = true }}\n\
             Q = {{ secret = \"f/bytes\", as = \"file\", path = \"{second}\" }}\n"
        )
    };
    for second in ["./new/p", "new/../new/p", "link/p"] {
        for command in ["run", "check"] {
            let manifest = format!("source = \"file:secrets.json\"\n[env]\n{}", entries(second));
            let mut start = secenv().manifest(&manifest).file("secrets.json", secrets());
            start = start.args([command, "--", "echo", "started"]);
            fs::create_dir(start.dir().join("new")).unwrap();
            symlink("new", start.dir().join("link")).unwrap();
            let refused = start.again().exits(125);
            assert!(!refused.text().contains("started"), "{second}");
            let said = refused.text() + &refused.stderr;
            assert!(said.contains("it is the file of another entry, too"), "{second}: {said}");
            assert!(said.contains("--> secenv.toml:4:1"), "{second}: {said}");
            assert_eq!(names(&start.dir().join("new")), [] as [&str; 0], "{second}");
        }
    }
}

#[test]
fn a_link_that_waits_in_dev_shm_is_refused() {
    let path = format!("/dev/shm/secenv-test-{}", std::process::id());
    let start = with(&format!("P = {{ secret = \"f/text\", as = \"file\", path = \"{path}\" }}")).args(["true"]);
    let target = start.dir().join("target");
    symlink(&target, &path).unwrap();
    let output = { start }.again();
    fs::remove_file(&path).unwrap();
    output.exits(125).says(&format!("cannot make the file {path}: a symbolic link is there already"));
    assert!(!target.exists());
}

#[test]
fn a_failed_start_leaves_no_file() {
    let entries = "P = { secret = \"f/text\", as = \"file\", path = \"p\" }\n";
    let mut start = with(entries).args(["no-such-command"]);
    start.again().exits(127);
    assert_eq!(names(start.dir()), ["secenv.toml", "secrets.json"]);
    let two = format!(
        "{entries}Q = {{ secret = \"f/text\", as = \"file\", path = \"none/q\" }}\nR = {{ secret = \"f/text\", as = \"file\", path = \"none/r\" }}\n"
    );
    let mut start = with(&two).args(["true"]);
    let refused = start.again().exits(125).says("Q: cannot make the file none/q: cannot open its directory");
    refused.says("R: cannot make the file none/r").says("--> secenv.toml:5:1").says("mkdir = true").says("2 problems");
    assert_eq!(names(start.dir()), ["secenv.toml", "secrets.json"]);
}

#[test]
fn an_owner_gets_the_file_and_it_can_be_replaced() {
    if user() != ROOT {
        let start = with("P = { secret = \"f/text\", as = \"file\", path = \"p\", owner = \"0\" }").args(["true"]);
        start.run().exits(125).says("only root can give a file to another user");
        return;
    }
    let entry = "P = { secret = \"f/text\", as = \"file\", path = \"p\", owner = \"nobody\", group = \"4711\", mode = \"0440\" }";
    let mut start = with(entry).args(["sh", "-c", "stat -c '%u %g %a' $P"]);
    for _ in 0..2 {
        assert_eq!(start.again().succeeds().text(), "65534 4711 440\n");
    }
    let unknown =
        with("P = { secret = \"f/text\", as = \"file\", path = \"p\", owner = \"no-such-user\" }").args(["true"]);
    unknown.run().exits(125).says("there is no user no-such-user").says("write its number");
}

/// Nobody, without HOME, in a directory that it cannot write to.
#[test]
fn a_user_without_anything_has_files_in_memory_and_is_told_why_there_are_no_others() {
    let directory = tempfile::tempdir().unwrap();
    let copy = copy_for_everyone(directory.path());
    fs::write(directory.path().join("secrets.json"), secrets()).unwrap();
    let run = |entry: &str| {
        let manifest = directory.path().join("secenv.toml");
        fs::write(&manifest, format!("source = \"file:secrets.json\"\n[env]\n{entry}\n")).unwrap();
        for file in ["secenv.toml", "secrets.json"] {
            fs::set_permissions(directory.path().join(file), fs::Permissions::from_mode(0o444)).unwrap();
        }
        let mut command = Command::new(&copy);
        as_user(&mut command);
        command.env_clear().env("PATH", "/usr/bin:/bin").args(["run", "-m"]).arg(manifest);
        let output = command.args(["--"]).args(cat("F")).output().unwrap();
        fs::remove_file(directory.path().join("secenv.toml")).unwrap();
        output
    };
    let memory = run("F = { secret = \"f/text\", as = \"file\" }");
    assert_eq!(lossy(&memory.stdout), "first\r\nlast without line end", "{}", lossy(&memory.stderr));
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if user() == ROOT {
        let path = run("F = { secret = \"f/text\", as = \"file\", path = \"f\" }");
        let stderr = lossy(&path.stderr);
        assert!(stderr.contains("cannot create a file beside it: permission denied (EACCES)"), "{stderr}");
        assert!(stderr.contains("help: choose a `path` in a directory that can be written to"), "{stderr}");
    }
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs secenv in a mount namespace of its own, after a script has changed it.
fn in_a_changed_world(change: &str, entry: &str) -> crate::support::running::Output {
    let wrapped = with(entry);
    let script = format!("{change} && exec \"$0\" run -- sh -c 'cat \"$F\"'");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", &script, env!("CARGO_BIN_EXE_secenv")]);
    command.current_dir(wrapped.dir()).env_remove("HOME");
    crate::support::running::Running::start(&mut command, None, std::time::Duration::from_mins(1)).finish()
}

#[test]
fn a_read_only_root_has_files_in_memory_and_says_why_there_are_no_others() {
    let read_only = "mount --rbind / / && mount -o remount,ro,bind / && cd \"$PWD\"";
    let memory = in_a_changed_world(read_only, "F = { secret = \"f/text\", as = \"file\" }");
    assert_eq!(memory.succeeds().text(), "first\r\nlast without line end");
    let path = in_a_changed_world(read_only, "F = { secret = \"f/text\", as = \"file\", path = \"/secenv-test\" }");
    path.exits(125)
        .says("cannot create a file beside it: read-only file system (EROFS)")
        .says("such as /run or /dev/shm");
}

#[test]
fn without_proc_a_file_in_memory_is_refused_and_one_with_a_path_is_not() {
    let change = "mount -t tmpfs none /proc";
    let refused = in_a_changed_world(change, "F = { secret = \"f/text\", as = \"file\" }").exits(125);
    refused.says("F: cannot make a file in memory: /proc is not mounted").says("write path = \"/run/…\" in the entry");
    let path = in_a_changed_world(change, "F = { secret = \"f/text\", as = \"file\", path = \"f\" }");
    assert_eq!(path.succeeds().text(), "first\r\nlast without line end");
}

/// 66,000 bytes, NUL, bytes that are no UTF-8, BOM, CRLF: in a variable as it is, or a message that names it; in a file exact.
#[test]
fn awkward_values_are_exact_or_refused_by_name_in_both_modes() {
    for mode in ["--exec", "--supervise"] {
        awkward_values(mode);
    }
}

fn awkward_values(mode: &str) {
    let with = |entries: &str| in_mode(mode, entries);
    let start = |entry: &str| with(&format!("V = {entry}\n")).args(["sh", "-c", "printf %s \"$V\" | wc -c"]);
    assert_eq!(start("\"f/long\"").run().succeeds().text().trim(), "66000");
    assert_eq!(
        with("V = \"f/text\"").args(["printenv", "V"]).run().succeeds().text(),
        "first\r\nlast without line end\n"
    );
    start("\"f/json#key\"")
        .run()
        .exits(125)
        .says("V: the value has a NUL byte in it")
        .says("as = \"file\"")
        .hides("of a");
    start("\"f/bytes\"").run().exits(125).says("V: secret f/bytes is binary").says("as = \"file\"");
    start("{ secret = \"f/bytes\", encoding = \"utf8\" }").run().exits(125).says("V: secret f/bytes is not UTF-8");
    let big = with("V = { template = \"{{ L }}{{ L }}\" }\nL = { secret = \"f/long\", export = false }").args(["true"]);
    big.run()
        .exits(125)
        .says("V: the variable V is too big")
        .says("--> secenv.toml:3")
        .says("`as = \"file\"`")
        .hides("xxx");
    let file = "V = { template = \"{{ L }}{{ L }}\", as = \"file\" }\nL = { secret = \"f/long\", export = false }";
    assert_eq!(with(file).args(["sh", "-c", "wc -c <$V"]).run().succeeds().text().trim(), "132000");
}

/// Without a flag secenv stays for them, to remove them when the command has ended, in whichever way.
#[test]
fn files_with_a_path_are_gone_when_the_command_has_ended() {
    let entries = "P = { secret = \"f/text\", as = \"file\", path = \"new/p\", mkdir = true }\n";
    let left = |start: &Start| names(&start.dir().join("new"));
    for flags in [&["run", "--"][..], &["run", "--supervise", "--"]] {
        let start = |command: &[&str]| {
            let manifest = format!("source = \"file:secrets.json\"\n[env]\n{entries}");
            secenv().manifest(&manifest).file("secrets.json", secrets()).args([flags, command].concat())
        };
        let mut ended = start(&["sh", "-c", "cat \"$P\"; exit 7"]);
        assert_eq!(ended.again().exits(7).text(), "first\r\nlast without line end");
        assert_eq!(left(&ended), [""; 0]);

        let mut killed = start(&["sh", "-c", "kill -KILL $$"]);
        assert_eq!(killed.again().signal(), Some(9));
        assert_eq!(left(&killed), [""; 0]);

        let mut never = start(&["no-such-command"]);
        never.again().exits(127).says("one problem");
        assert_eq!(left(&never), [""; 0]);
    }
}

#[test]
fn a_signal_ends_the_command_and_then_its_files_are_gone() {
    let entries = "P = { secret = \"f/text\", as = \"file\", path = \"p\" }\n";
    let script = "test -f \"$P\" && echo ready; exec sleep 1000";
    let manifest = format!("source = \"file:secrets.json\"\n[env]\n{entries}");
    let start = secenv().manifest(&manifest).file("secrets.json", secrets());
    let (mut running, dir) = start.args(["run", "--", "sh", "-c", script]).start();
    running.prints("ready");
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().signal(), Some(15));
    assert_eq!(names(dir.path()), ["secenv.toml", "secrets.json"]);
}
