//! Compiles `src/child/image.rs`, the program of some kB that stays resident while a command is supervised, and finds out
//! what `--version` says of this build.
//!
//! The image needs nothing but the compiler and linker that build secenv. Where that fails secenv is built without it, says
//! so in a warning, and supervises from within its own process.

use std::{env, fs, path::PathBuf, process::Command};

fn main() {
    describe();
    println!("cargo::rerun-if-changed=src/child/image.rs");
    println!("cargo::rerun-if-changed=src/child/stage.rs");
    println!("cargo::rerun-if-changed=src/child/stage");
    let image = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("image");
    // Elsewhere nothing supervises.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    if let Err(problem) = compile(&image) {
        println!("cargo::warning=the small supervisor was not built, secenv stays in memory in its place: {problem}");
        fs::write(&image, []).expect("OUT_DIR can be written");
    }
}

fn compile(image: &PathBuf) -> Result<(), String> {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let mut rustc = Command::new(env::var_os("RUSTC").expect("cargo sets RUSTC"));
    rustc.args(["src/child/image.rs", "--crate-name=image", "--crate-type=bin", "--edition=2024", "--cap-lints=allow"]);
    rustc.args(["--target", &target]);
    for option in
        ["opt-level=s", "panic=abort", "codegen-units=1", "lto=fat", "strip=symbols", "relocation-model=static"]
    {
        rustc.args(["-C", option]);
    }
    rustc.args(["-C", "target-feature=+crt-static", "-C", "overflow-checks=off", "-C", "debug-assertions=off"]);
    for option in [
        "-nostdlib",
        "-nostartfiles",
        "-static",
        "-no-pie",
        "-Wl,--build-id=none",
        "-Wl,-z,noseparate-code",
        "-Wl,-z,norelro",
        "-Wl,--gc-sections",
    ] {
        rustc.arg(format!("-Clink-arg={option}"));
    }
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = std::ffi::OsString::from("-Clinker=");
        option.push(linker);
        rustc.arg(option);
    }
    rustc.arg("-o").arg(image);
    let output = rustc.output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).replace('\n', " ")) }
}

/// Nothing that differs from one build of a commit to the next: no time, no host, no path.
fn describe() {
    println!("cargo::rerun-if-env-changed=SECENV_COMMIT");
    let given = env::var("SECENV_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = given.or_else(checked_out).or_else(packaged).unwrap_or_else(|| "unknown".to_owned());
    let named = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let features = [("AWS_LC", "aws-lc"), ("RING", "ring")].into_iter().filter(|(variable, _)| named(variable));
    let features: Vec<&str> = features.map(|(_, feature)| feature).collect();
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let libc = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let libc = if libc.split(',').any(|feature| feature == "crt-static") { "static" } else { "dynamic" };
    println!("cargo::rustc-env=BUILT_COMMIT={commit}");
    println!("cargo::rustc-env=BUILT_FEATURES={}", features.join(", "));
    println!("cargo::rustc-env=BUILT_TARGET={target}, {libc}");
}

/// The commit of a checkout, and whether its files are the commit's. Only for releases: while secenv is worked on, every
/// commit would have it compiled anew.
fn checked_out() -> Option<String> {
    if env::var("PROFILE").as_deref() != Ok("release") {
        return None;
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
    };
    // An unpacked archive inside another repository is none of its files.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    for file in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", file])?;
        // One that is not there would have this run every time.
        if fs::exists(&path).is_ok_and(|there| there) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    for file in ["src", "Cargo.toml", "Cargo.lock", "build.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    git(&["describe", "--always", "--exclude=*", "--abbrev=12", "--dirty"])
}

/// The commit that `cargo package` noted in the archive.
fn packaged() -> Option<String> {
    let noted = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let commit = noted.split_once("\"sha1\": \"")?.1.get(..12)?;
    let changed = if noted.contains("\"dirty\": true") { "-dirty" } else { "" };
    commit.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| format!("{commit}{changed}"))
}
