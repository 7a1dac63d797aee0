use std::fs;

use super::*;
use crate::{
    environment::{Directory, NamedFile},
    secret::SecretValue,
};

fn named(path: &Path) -> FileKind {
    FileKind::Named(NamedFile {
        path: path.to_owned(),
        mode: 0o400,
        owner: None,
        group: None,
        directory: Directory::MustExist,
    })
}

fn file(kind: FileKind) -> File {
    File { variable: "V".into(), kind, content: SecretValue::new(b"x".to_vec()) }
}

#[test]
fn a_file_in_memory_is_there_until_it_is_let_go() {
    let files = Files::create(&[file(FileKind::Memory)]).expect("a file");
    let path = files.paths()[0].clone();
    assert_eq!(fs::read(&path).expect("readable"), b"x");
    assert!(files.left_behind().is_none());
    assert!(fs::read(path).is_err());
}

#[test]
fn a_file_with_a_path_is_removed_only_if_it_is_the_one_that_was_made() {
    let dir = tempfile::tempdir().expect("a directory");
    let (mine, taken) = (dir.path().join("mine"), dir.path().join("taken"));
    let files = Files::create(&[file(named(&mine)), file(named(&taken))]).expect("two files");
    let other = dir.path().join("other");
    fs::write(&other, "another run's").expect("written");
    fs::rename(&other, &taken).expect("renamed");
    files.remove();
    assert!(!mine.exists());
    assert_eq!(fs::read(taken).expect("still there"), b"another run's");
}

#[test]
fn a_failure_leaves_none_behind() {
    let dir = tempfile::tempdir().expect("a directory");
    let (first, second) = (dir.path().join("first"), dir.path().join("none/second"));
    let errors = Files::create(&[file(named(&first)), file(named(&second))]).expect_err("no such directory");
    assert_eq!(errors.len(), 1);
    assert!(errors[0].help().contains("mkdir"), "{errors:?}");
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 0);
}
