//! Compiles `src/child/image.rs`, the program of some kB that stays resident while a command is supervised.
//!
//! It needs nothing but the compiler and linker that build secenv. Where that fails secenv is built without it, says so in a
//! warning, and supervises from within its own process.

use std::{env, fs, path::PathBuf, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=src/child/image.rs");
    println!("cargo::rerun-if-changed=src/child/stage.rs");
    println!("cargo::rerun-if-changed=src/child/stage");
    let image = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("image");
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
