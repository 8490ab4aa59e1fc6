//! The program against the Python package that the model comes in.
//!
//! `reference.json` was written by `reference.py`, with sentence-transformers on the processor.

use std::{env, path::Path, process::Command};

/// How far a number of an embedding may be from Python's.
const TOLERANCE: &str = "1e-3";

#[test]
fn embeddings_are_those_of_the_python_package() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = folder.join("../../../target/ml/minilm");
    if !model.join("model.safetensors").is_file() {
        // On a developer's machine that is no failure.
        assert!(env::var_os("CI").is_none(), "no model: run `cargo xtask setup --ml`");
        eprintln!("passed over: no model; `cargo xtask setup --ml` fetches it");
        return Ok(());
    }
    let output = Command::new(env!("CARGO_BIN_EXE_ml-embed"))
        .arg("--model")
        .arg(model)
        .arg("--check")
        .arg(folder.join("tests/reference.json"))
        .args(["--tolerance", TOLERANCE])
        .output()?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if stderr.contains("no GPU") && env::var_os("CI").is_none() {
        eprintln!("passed over: {stderr}");
        return Ok(());
    }
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("3 sentences"), "{stdout}");
    Ok(())
}

#[test]
fn without_a_model_the_program_says_where_it_comes_from() -> anyhow::Result<()> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ml-embed")).args(["--model", "nowhere", "query"]).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(stderr.contains("cargo xtask setup --ml"), "{stderr}");
    Ok(())
}
