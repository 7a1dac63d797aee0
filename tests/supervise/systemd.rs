//! What systemd says by process id is right for a command that is not the process that systemd started.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use crate::support::both::{bare, binary, lossy, run_arguments, supervise_arguments, supervised};

/// A command whose process has the id that the variables name, as systemd would start it.
fn as_main_process(arguments: Vec<std::ffi::OsString>, command: &[&str]) -> Command {
    let script = "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_PIDFDID=7 WATCHDOG_PID=$$ SYSTEMD_EXEC_PID=$$; exec \"$@\"";
    let mut sh = bare(&["sh", "-c", script, "sh"]);
    sh.arg(binary()).args(arguments).args(command);
    sh
}

#[test]
fn ids_are_those_of_the_command_in_both_modes() {
    let script =
        "echo $((LISTEN_PID - $$)) $((WATCHDOG_PID - $$)) $((SYSTEMD_EXEC_PID - $$)) $LISTEN_FDS $LISTEN_PIDFDID";
    let seen = |arguments| lossy(&as_main_process(arguments, &["sh", "-c", script]).output().unwrap().stdout);
    assert_eq!(seen(run_arguments()), "0 0 0 1 7\n");
    assert_eq!(seen(supervise_arguments(&[])), "0 0 0 1\n");
}

#[test]
fn ids_of_others_stay() {
    let mut command = supervised(&[], &["sh", "-c", "echo $LISTEN_PID $WATCHDOG_PID"]);
    command.env("LISTEN_PID", "1").env("WATCHDOG_PID", "2");
    assert_eq!(lossy(&command.output().unwrap().stdout), "1 2\n");
}

#[test]
fn the_command_is_announced_as_the_main_process_before_it_runs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let message = || {
        let mut buffer = [0; 100];
        let length = manager.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    };
    let script = "import os, socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); \
                  s.sendto(b'READY=%d' % os.getpid(), os.environ['NOTIFY_SOCKET'])";
    let mut command = supervised(&[], &["python3", "-c", script]);
    command.env("NOTIFY_SOCKET", &path);
    assert!(command.status().unwrap().success());
    let announced = message();
    let pid = announced.strip_prefix("MAINPID=").unwrap_or_else(|| panic!("{announced}"));
    assert_eq!(message(), format!("READY={pid}"));
}

/// A manager that is not there, or was told by somebody else, is nobody's business.
#[test]
fn a_socket_that_nobody_reads_is_no_error() {
    let mut command = supervised(&[], &["sh", "-c", "exit 3"]);
    command.env("NOTIFY_SOCKET", "/no/such/socket");
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), lossy(&output.stderr)), (Some(3), String::new()));
}
