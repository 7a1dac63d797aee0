//! Which files a command may be, in the order they are tried, and what each answer of execve(2) means for the search.
//! Pure: names and error numbers in, decisions out.
//! Apart from `exec`, so that the rules of execvp(3) can be read and tested without running anything.

use nix::errno::Errno;

/// The PATH of an environment that has none (`_CS_PATH` in confstr(3), which execvp(3) uses too).
const STANDARD_PATH: &[u8] = b"/bin:/usr/bin";

/// A file that the command may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What execve(2) is given.
    pub(super) file: Vec<u8>,
    /// Where it comes from.
    pub(super) origin: Origin,
}

/// Where a candidate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The command has a slash and is not searched.
    Command,
    /// The PATH that the child gets.
    ChildPath,
    /// The PATH that secenv was started with, or the standard one.
    OwnPath,
}

/// What an answer of execve(2) means for the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Not there: the next candidate may be.
    Absent,
    /// There, but not to be executed: remembered, and the next candidate may be better.
    Denied,
    /// Not a format that the kernel knows: a script without `#!`, perhaps.
    UnknownFormat,
    /// No candidate will do better.
    Final,
}

/// The candidates of a command: itself if it has a slash, else one for each element of the child's PATH, then of secenv's own.
///
/// An empty element is the current directory (environ(7)). A file is tried once, however many elements lead to it.
pub(super) fn candidates(command: &[u8], child_path: Option<&[u8]>, own_path: Option<&[u8]>) -> Vec<Candidate> {
    if command.is_empty() {
        return Vec::new();
    }
    if command.contains(&b'/') {
        return vec![Candidate { file: command.to_vec(), origin: Origin::Command }];
    }
    let own_path = own_path.or(if child_path.is_none() { Some(STANDARD_PATH) } else { None });
    let mut found: Vec<Candidate> = Vec::new();
    for (path, origin) in [(child_path, Origin::ChildPath), (own_path, Origin::OwnPath)] {
        for directory in path.into_iter().flat_map(|path| path.split(|byte| *byte == b':')) {
            let file = join(directory, command);
            if !found.iter().any(|candidate| candidate.file == file) {
                found.push(Candidate { file, origin });
            }
        }
    }
    found
}

/// What the error of execve(2) means, by execvp(3): "EACCES is remembered", and what is not there is passed over, on file
/// systems that have gone away too.
pub(super) fn answer(errno: Errno) -> Answer {
    match errno {
        Errno::ENOENT | Errno::ENOTDIR | Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT | Errno::ENAMETOOLONG => {
            Answer::Absent
        }
        Errno::EACCES => Answer::Denied,
        Errno::ENOEXEC => Answer::UnknownFormat,
        _ => Answer::Final,
    }
}

fn join(directory: &[u8], command: &[u8]) -> Vec<u8> {
    let mut file = directory.to_vec();
    if !directory.is_empty() {
        file.push(b'/');
    }
    file.extend_from_slice(command);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(command: &str, child: Option<&str>, own: Option<&str>) -> Vec<(String, Origin)> {
        candidates(command.as_bytes(), child.map(str::as_bytes), own.map(str::as_bytes))
            .into_iter()
            .map(|candidate| (String::from_utf8(candidate.file).unwrap(), candidate.origin))
            .collect()
    }

    fn expected(files: &[(&str, Origin)]) -> Vec<(String, Origin)> {
        files.iter().map(|(file, origin)| ((*file).to_owned(), *origin)).collect()
    }

    #[test]
    fn a_slash_ends_the_search_before_it_starts() {
        assert_eq!(files("./a", Some("/x"), Some("/y")), expected(&[("./a", Origin::Command)]));
        assert_eq!(files("b/a", Some("/x"), None), expected(&[("b/a", Origin::Command)]));
    }

    #[test]
    fn the_childs_path_comes_first_and_secenvs_own_second() {
        assert_eq!(
            files("a", Some("/x:/y"), Some("/z:/x")),
            expected(&[("/x/a", Origin::ChildPath), ("/y/a", Origin::ChildPath), ("/z/a", Origin::OwnPath)])
        );
    }

    #[test]
    fn without_a_path_of_its_own_the_child_is_found_on_secenvs() {
        assert_eq!(files("a", None, Some("/z")), expected(&[("/z/a", Origin::OwnPath)]));
        assert_eq!(files("a", Some("/x"), None), expected(&[("/x/a", Origin::ChildPath)]));
    }

    #[test]
    fn without_any_path_there_is_the_standard_one() {
        assert_eq!(files("a", None, None), expected(&[("/bin/a", Origin::OwnPath), ("/usr/bin/a", Origin::OwnPath)]));
    }

    #[test]
    fn an_empty_element_is_the_current_directory() {
        assert_eq!(
            files("a", Some("/x::/y"), None),
            expected(&[("/x/a", Origin::ChildPath), ("a", Origin::ChildPath), ("/y/a", Origin::ChildPath)])
        );
        assert_eq!(files("a", Some(""), None), expected(&[("a", Origin::ChildPath)]));
    }

    #[test]
    fn no_file_has_the_empty_name() {
        assert_eq!(files("", Some("/x"), Some("/y")), expected(&[]));
    }

    #[test]
    fn the_search_goes_on_after_what_is_absent_or_denied_only() {
        for errno in [Errno::ENOENT, Errno::ENOTDIR, Errno::ESTALE, Errno::ENODEV, Errno::ETIMEDOUT] {
            assert_eq!(answer(errno), Answer::Absent, "{errno}");
        }
        assert_eq!(answer(Errno::EACCES), Answer::Denied);
        assert_eq!(answer(Errno::ENOEXEC), Answer::UnknownFormat);
        for errno in [Errno::E2BIG, Errno::ENOMEM, Errno::ELOOP, Errno::ETXTBSY, Errno::EPERM] {
            assert_eq!(answer(errno), Answer::Final, "{errno}");
        }
    }
}
