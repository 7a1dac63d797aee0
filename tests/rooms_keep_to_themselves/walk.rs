//! The source files: their name as a path of modules, and where they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every Rust file below a folder of the checkout but those of tests, as (`fetch/aws/http`, path).
pub(super) fn rust_files(folder: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                files.push((name.to_str().unwrap().to_owned(), path));
            }
        }
    }
    assert!(files.len() > 20, "the sources are not where they were");
    files
}
