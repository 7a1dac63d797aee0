//! The exec: dispositions given back, then execve(2) by the rules of execvp(3), with the entries exactly as they are handed over.
//! Edge: on success it does not return, and secenv is gone.
//! Apart from std's `Command`, which drops duplicate entries and those without `=`, and resets an inherited SIGPIPE.

use std::ffi::{CString, OsStr};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use nix::unistd::{SysconfVar, execve, sysconf};

use super::exec_error::{ExecError, Here, Refusal, Search, shown};
use super::file_format::{FileFormat, HEAD, file_format};
use super::lookup::{Answer, Candidate, Origin, answer, candidates};
use super::{PathText, Program, signals};
use crate::environment::limits::ExecLimits;
use crate::inherited::{Environ, Inherited, Stream, value_of};

/// What runs a script without `#!`, as in execvp(3).
const SHELL: &str = "/bin/sh";

/// Replaces this process by the program, with what secenv was started with given back. Returns only if that fails.
///
/// The command is found on the child's PATH, else on secenv's own. Every descriptor that secenv opened itself has to be
/// close-on-exec; those of 0 to 2 that the Rust runtime opened because they were closed become so here.
#[must_use]
pub fn exec(program: Program, inherited: &Inherited, own: &Environ) -> ExecError {
    signals::restore(inherited);
    inherited.closed.iter().for_each(|stream| close_on_exec(*stream));
    let error = attempt(program, own.get(b"PATH"));
    signals::after_failed_exec();
    error
}

/// The limits that execve(2) will hold this process to.
#[must_use]
pub fn exec_limits() -> ExecLimits {
    const USUAL_PAGE: usize = 4096;
    let asked = |variable| sysconf(variable).ok().flatten().and_then(|size| usize::try_from(size).ok());
    if cfg!(not(target_os = "linux")) {
        return ExecLimits::Together(asked(SysconfVar::ARG_MAX).unwrap_or(usize::MAX));
    }
    let stack = getrlimit(Resource::RLIMIT_STACK).ok().map(|(soft, _)| soft).filter(|soft| *soft != RLIM_INFINITY);
    ExecLimits::Linux {
        page_size: asked(SysconfVar::PAGE_SIZE).unwrap_or(USUAL_PAGE),
        stack: stack.map(|soft| usize::try_from(soft).unwrap_or(usize::MAX)),
    }
}

/// What one candidate came to.
enum Tried {
    /// Not there.
    Absent,
    /// There, but refused; another candidate may be better.
    Refused(Refusal),
    /// Nothing else needs to be tried.
    Final(ExecError),
}

fn attempt(program: Program, own_path: Option<&[u8]>) -> ExecError {
    let Program { command, arguments, entries, path } = program;
    let command = command.into_vec();
    let child_path = value_of(&entries, b"PATH").map(<[u8]>::to_vec);
    let c_strings = CStrings::new(&command, arguments.into_iter().map(OsStringExt::into_vec).collect(), entries);
    let c_strings = match c_strings {
        Ok(c_strings) => c_strings,
        Err(place) => return ExecError::Nul { command: shown(&command), place },
    };
    let mut refused = None;
    for candidate in candidates(&command, child_path.as_deref(), own_path) {
        match try_one(&candidate, &c_strings, path) {
            Tried::Absent => {}
            Tried::Refused(refusal) => {
                refused.get_or_insert(ExecError::NotExecutable { file: file_text(&candidate, path), refusal });
            }
            Tried::Final(error) => return error,
        }
    }
    let here = if !command.contains(&b'/') && is_file(&command) { Here::Present } else { Here::Absent };
    let search = Search { command: &command, child_path: child_path.as_deref(), own_path, path, here };
    refused.unwrap_or_else(|| search.not_found())
}

fn try_one(candidate: &Candidate, c_strings: &CStrings, path: PathText) -> Tried {
    // The command and both PATHs come from C strings or were checked above.
    let Ok(file) = CString::new(candidate.file.as_slice()) else { return Tried::Absent };
    let Err(errno) = execve(&file, &c_strings.argv, &c_strings.environment);
    let refused = |refusal| Tried::Final(ExecError::NotExecutable { file: file_text(candidate, path), refusal });
    match answer(errno) {
        // Its interpreter is missing, not the file.
        Answer::Absent if errno == Errno::ENOENT && is_file(&candidate.file) => {
            Tried::Refused(match format_of(&candidate.file) {
                FileFormat::Script(interpreter) => Refusal::NoInterpreter(shown(&interpreter)),
                FileFormat::Elf(loader) => Refusal::NoLoader(loader.map(|loader| shown(&loader))),
                FileFormat::Binary | FileFormat::Text => Refusal::Other(errno),
            })
        }
        // A search passes over these; a bare run of the one file that was named ends with 126.
        Answer::Absent if errno != Errno::ENOENT && candidate.origin == Origin::Command => {
            refused(Refusal::Other(errno))
        }
        Answer::Absent => Tried::Absent,
        Answer::Denied => Tried::Refused(denial(&candidate.file)),
        Answer::UnknownFormat => match format_of(&candidate.file) {
            FileFormat::Elf(_) | FileFormat::Binary => refused(Refusal::Format),
            FileFormat::Text | FileFormat::Script(_) => refused(Refusal::NoShell(run_in_shell(file, c_strings))),
        },
        Answer::Final if errno == Errno::E2BIG => {
            Tried::Final(ExecError::TooBig { command: shown(&c_strings.command) })
        }
        Answer::Final => refused(Refusal::Other(errno)),
    }
}

/// `/bin/sh FILE ARGS...`. Returns only if that fails.
fn run_in_shell(file: CString, c_strings: &CStrings) -> Errno {
    let Ok(shell) = CString::new(SHELL) else { return Errno::EINVAL };
    let mut argv = vec![shell.clone(), file];
    argv.extend(c_strings.argv.iter().skip(1).cloned());
    let Err(errno) = execve(&shell, &argv, &c_strings.environment);
    errno
}

/// What execve(2) is given.
struct CStrings {
    command: Vec<u8>,
    argv: Vec<CString>,
    environment: Vec<CString>,
}

impl CStrings {
    /// Says in which string a NUL is, if one has it, by name or position and never by content.
    fn new(command: &[u8], arguments: Vec<Vec<u8>>, entries: Vec<Vec<u8>>) -> Result<Self, String> {
        let mut argv = vec![CString::new(command).map_err(|_| "its name".to_owned())?];
        for (index, argument) in arguments.into_iter().enumerate() {
            argv.push(CString::new(argument).map_err(|_| format!("argument {}", index + 1))?);
        }
        let mut environment = Vec::with_capacity(entries.len());
        for entry in entries {
            environment.push(CString::new(entry).map_err(|error| {
                let entry = error.into_vec();
                let name = entry.split(|byte| matches!(byte, b'=' | 0)).next().unwrap_or_default();
                format!("the variable {}", shown(name))
            })?);
        }
        Ok(Self { command: command.to_vec(), argv, environment })
    }
}

fn close_on_exec(stream: Stream) {
    let flag = FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC);
    // It can only fail if the descriptor is closed, which is what is wanted.
    let _ = match stream {
        Stream::Stdin => fcntl(io::stdin(), flag),
        Stream::Stdout => fcntl(io::stdout(), flag),
        Stream::Stderr => fcntl(io::stderr(), flag),
    };
}

fn denial(file: &[u8]) -> Refusal {
    match fs::metadata(as_path(file)) {
        Ok(metadata) if metadata.is_dir() => Refusal::Directory,
        Ok(metadata) if metadata.is_file() && metadata.permissions().mode() & 0o111 == 0 => Refusal::NoExecuteBit,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Refusal::OutOfReach,
        _ => Refusal::Denied,
    }
}

fn is_file(file: &[u8]) -> bool {
    fs::metadata(as_path(file)).is_ok_and(|metadata| metadata.is_file())
}

/// A file that can't be read counts as text: the shell will say so itself.
fn format_of(file: &[u8]) -> FileFormat {
    let mut head = Vec::new();
    // A read that fails leaves what was read before it.
    let _ = File::open(as_path(file)).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    file_format(&head)
}

fn as_path(file: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(file))
}

/// The file, or the bare command where its directory is from a PATH that must not be shown.
fn file_text(candidate: &Candidate, path: PathText) -> String {
    if candidate.origin == Origin::ChildPath && path == PathText::Secret {
        let name = candidate.file.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        return shown(name);
    }
    shown(&candidate.file)
}
