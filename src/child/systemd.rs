//! What systemd says by process id, for a command that is a child of the process that systemd started.
//! Edge in one function: it sends a datagram.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;

use super::mode::Place;
use crate::inherited::value_of;

/// Variables that hold the id of the process they are meant for: of `sd_listen_fds(3)`, `sd_watchdog_enabled(3)` and
/// systemd.exec(5), "Environment Variables Set or Propagated by the Service Manager".
const IDS: [&[u8]; 3] = [b"LISTEN_PID", b"WATCHDOG_PID", b"SYSTEMD_EXEC_PID"];

/// The same as `LISTEN_PID`, by the inode of a pidfd, which is another one for another process.
const LISTEN_INODE: &[u8] = b"LISTEN_PIDFDID=";

/// Makes variables that mean one process mean another one.
pub(super) fn hand_on(entries: &mut Vec<Vec<u8>>, from: i32, to: i32) {
    let mut listening = false;
    for entry in entries.iter_mut() {
        for name in IDS {
            let Some(value) = entry.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"=")) else { continue };
            if value == from.to_string().as_bytes() {
                listening |= name == b"LISTEN_PID";
                *entry = [name, b"=", to.to_string().as_bytes()].concat();
            }
        }
    }
    if listening {
        entries.retain(|entry| !entry.starts_with(LISTEN_INODE));
    }
}

/// Whether a message of this process would be one of the main process of a service (`sd_notify(3)`, `NotifyAccess=`).
///
/// In a PID namespace of its own its ids are not those that the manager knows, and would mean other processes to it.
pub(super) fn is_main_process(entries: &[Vec<u8>], own: i32, place: Place) -> bool {
    let started = value_of(entries, b"SYSTEMD_EXEC_PID");
    place == Place::Elsewhere
        && value_of(entries, b"NOTIFY_SOCKET").is_some_and(|socket| !socket.is_empty())
        && started.is_none_or(|started| started == own.to_string().as_bytes())
}

/// Tells the manager that the command is the main process of the service from now on, so that it listens to its messages.
pub(super) fn announce(entries: &[Vec<u8>], child: i32) -> io::Result<()> {
    let address = match value_of(entries, b"NOTIFY_SOCKET") {
        Some([b'@', name @ ..]) => SocketAddr::from_abstract_name(name)?,
        Some(path @ [b'/', ..]) => SocketAddr::from_pathname(Path::new(OsStr::from_bytes(path)))?,
        _ => return Err(io::ErrorKind::Unsupported.into()),
    };
    let socket = UnixDatagram::unbound()?;
    // A manager that does not read must not keep the command from starting.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(format!("MAINPID={child}").as_bytes(), &address).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(entries: &[&str]) -> Vec<Vec<u8>> {
        entries.iter().map(|entry| entry.as_bytes().to_vec()).collect()
    }

    #[test]
    fn ids_of_this_process_become_those_of_the_command() {
        let mut some =
            entries(&["LISTEN_PID=12", "A=12", "WATCHDOG_PID=12", "LISTEN_PIDFDID=9", "SYSTEMD_EXEC_PID=12"]);
        hand_on(&mut some, 12, 345);
        assert_eq!(some, entries(&["LISTEN_PID=345", "A=12", "WATCHDOG_PID=345", "SYSTEMD_EXEC_PID=345"]));
    }

    #[test]
    fn ids_of_others_stay() {
        let others = ["LISTEN_PID=123", "WATCHDOG_PID=1", "LISTEN_PIDFDID=9", "LISTEN_PID", "XLISTEN_PID=12"];
        let mut some = entries(&others);
        hand_on(&mut some, 12, 345);
        assert_eq!(some, entries(&others));
    }

    #[test]
    fn only_the_process_that_the_manager_started_speaks_for_the_service() {
        let is_main = |some: &[&str], place| is_main_process(&entries(some), 12, place);
        assert!(is_main(&["NOTIFY_SOCKET=/run/x"], Place::Elsewhere));
        assert!(is_main(&["NOTIFY_SOCKET=@x", "SYSTEMD_EXEC_PID=12"], Place::Elsewhere));
        assert!(!is_main(&["NOTIFY_SOCKET=@x", "SYSTEMD_EXEC_PID=13"], Place::Elsewhere));
        assert!(!is_main(&["NOTIFY_SOCKET="], Place::Elsewhere));
        assert!(!is_main(&[], Place::Elsewhere));
        assert!(!is_main(&["NOTIFY_SOCKET=/run/x"], Place::PidOne));
    }
}
