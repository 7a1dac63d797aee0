//! What the documents show is what happens: README's console blocks, the help texts, the example manifests.

use std::{ffi::OsString, fs, os::unix::ffi::OsStringExt, path::Path};

use ::secenv::cli::Cli;
use clap::Parser;

use crate::support::{
    bare,
    commands::{commands, examples, help},
};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_console_blocks_and_help_texts_are_what_the_binary_prints() {
    trycmd::TestCases::new()
        .register_bin("secenv", Path::new(env!("CARGO_BIN_EXE_secenv")))
        .register_bin("sh", Path::new("/bin/sh"))
        .case("README.md")
        .case("tests/help/*.trycmd")
        .run();
}

/// A fresh checkout has no `secenv` yet: the first command builds and runs it, with the arguments that are tested above.
#[test]
fn the_first_command_is_the_tested_one() {
    let readme = read("README.md");
    let first = readme.split_once("```sh\n").unwrap().1.lines().next().unwrap();
    let arguments = first.strip_prefix("cargo run --quiet -- ").expect("it runs the checkout");
    assert!(readme.contains(&format!("$ secenv {arguments}\n")), "{first}");
}

#[test]
fn the_manifest_of_the_readme_is_one() {
    let readme = read("README.md");
    let manifest = readme.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    for target in [None, Some("prod".to_owned())] {
        let selection = ::secenv::manifest::Selection { target, ..Default::default() };
        let read = ::secenv::manifest::read(manifest, "README.md", Path::new(""), &selection, &|_| Ok(String::new()));
        assert!(read.is_ok(), "{read:#?}");
    }
}

#[test]
fn the_changelog_has_a_place_for_the_next_version() {
    assert!(read("CHANGELOG.md").contains("\n## [Unreleased]\n"));
}

/// The places of use: what is written there for `run` to read is read without a mistake, also in the `ConfigMap`.
#[test]
fn the_manifests_of_the_examples_are_some() {
    let within = |text: &str| -> Option<String> {
        let block = text.split_once("  secenv.toml: |\n")?.1;
        let lines = block.lines().take_while(|line| line.starts_with("    "));
        Some(lines.map(|line| line.trim_start().to_owned() + "\n").collect())
    };
    let mut manifests: Vec<_> = ["docker", "ecs", "lambda", "systemd", "quickstart"]
        .map(|place| format!("examples/{place}/secenv.toml"))
        .map(|path| (read(&path), path))
        .into();
    let path = "examples/kubernetes/myapp.yaml".to_owned();
    manifests.push((within(&read(&path)).unwrap(), path));
    for (text, path) in manifests {
        let selection = secenv::manifest::Selection::default();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let read = secenv::manifest::read(&text, &path, folder.parent().unwrap(), &selection, &|_| Ok(String::new()));
        assert!(read.is_ok_and(|_| text.contains("DB_PASSWORD")), "{path}");
    }
}

/// The image that is built is the one that the other examples take.
#[test]
fn the_examples_name_the_present_version() {
    let image = concat!("secenv:", env!("CARGO_PKG_VERSION"));
    for path in
        ["README.md", "examples/docker/Dockerfile", "examples/docker/app.Dockerfile", "examples/kubernetes/myapp.yaml"]
    {
        assert!(read(path).contains(image), "{path} does not name {image}");
    }
}

/// The arguments of a command line that calls secenv: as a shell takes them, without what comes after a pipe.
fn arguments(line: &str) -> Vec<OsString> {
    let at = line.find("secenv ").unwrap_or_else(|| panic!("{line} calls no secenv"));
    let call = &line[at..];
    let end = [" | ", " >", ")"].iter().filter_map(|end| call.find(end)).min().unwrap_or(call.len());
    let end = if at == 0 && call.contains("sh -c '") { call.len() } else { end };
    let split = bare("sh").args(["-c", &format!("printf '%s\\0' {}", &call[..end])]).run().succeeds().stdout;
    let words = split.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    words.map(|word| OsString::from_vec(word.to_vec())).collect()
}

#[test]
fn every_help_has_examples_that_it_takes_itself() {
    let all = commands();
    let mut count = 0;
    for words in &all {
        let given = examples(&help(words));
        let group = all.iter().any(|other| other.len() > words.len() && other.starts_with(words));
        assert!(group || !given.is_empty(), "{words:?} has no examples");
        for line in given {
            count += 1;
            let arguments = arguments(&line);
            let typed = arguments.iter().skip(1).zip(words).all(|(typed, word)| typed.to_str() == Some(word));
            assert!(typed, "{line} is none of {words:?}");
            Cli::try_parse_from(&arguments).map_or_else(|error| panic!("{line}: {error}"), drop);
        }
    }
    assert!(count > 10);
}

#[test]
fn the_commands_of_the_readme_are_ones_that_it_takes() {
    let readme = read("README.md");
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<&str> = blocks.flat_map(str::lines).filter(|line| line.contains("secenv ")).collect();
    assert!(lines.len() > 3, "{lines:?}");
    for line in lines {
        Cli::try_parse_from(arguments(line)).map_or_else(|error| panic!("{line}: {error}"), drop);
    }
}
