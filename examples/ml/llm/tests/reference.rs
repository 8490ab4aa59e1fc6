//! The program against the model in numpy, with weights that the program makes.
//!
//! `reference.json` was written by `reference.py`; the README says how.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// How far a logit may be from numpy's, with weights as f32, and as f16.
const TOLERANCE: f32 = 1e-3;
const HALF_TOLERANCE: f32 = 0.05;

/// What numpy has computed.
#[derive(Debug, Deserialize)]
struct Case {
    prompt: String,
    tied: bool,
    tokens: Vec<u32>,
    /// The place of a token in the middle of the prompt.
    middle: usize,
    logits: Logits,
    /// The likeliest tokens that follow.
    next: Vec<u32>,
}

/// After the token in the middle, and after the last one.
#[derive(Debug, Deserialize)]
struct Logits {
    middle: Vec<f32>,
    last: Vec<f32>,
}

/// What the program has computed.
#[derive(Debug, Deserialize)]
struct Report {
    tokens: Vec<u32>,
    logits: Vec<Vec<f32>>,
}

fn cases() -> anyhow::Result<Vec<Case>> {
    let cases: Vec<_> = serde_json::from_str(include_str!("reference.json"))?;
    ensure!(cases.len() == 2, "{} cases", cases.len());
    Ok(cases)
}

/// Makes a model in a folder of the test's own.
fn make(test: &str, arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("llm").join(test);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let output = program(&["make", "--size", "tiny", "--out"]).arg(&folder).args(arguments).output()?;
    ensure!(output.status.success(), "{output:?}");
    Ok(folder)
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-llm"));
    command.args(arguments);
    command
}

/// Runs the program with a model; `None` where there is no GPU for it, which is a failure in CI only.
fn run(folder: &Path, arguments: &[&str]) -> anyhow::Result<Option<Output>> {
    let output = program(&["--model"]).arg(folder).args(arguments).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success()
        && ["no GPU", "does not compute with f16"].iter().any(|why| stderr.contains(why))
    {
        ensure!(env::var_os("CI").is_none() || !stderr.contains("no GPU"), "{stderr}");
        eprintln!("passed over: {stderr}");
        return Ok(None);
    }
    ensure!(output.status.success(), "{stderr}");
    Ok(Some(output))
}

fn logits_are_those_of_numpy(test: &str, dtype: &str, tolerance: f32) -> anyhow::Result<()> {
    for case in cases()? {
        let name = format!("{test}-{}", case.tied);
        let folder = make(&name, if case.tied { &["--tied"] } else { &[] })?;
        let out = folder.join("logits.json");
        let path = out.to_str().context("a folder whose name is no text")?;
        let Some(_) = run(&folder, &["--dtype", dtype, "--logits", path, &case.prompt])? else {
            return Ok(());
        };
        let report: Report = serde_json::from_slice(&fs::read(&out)?)?;
        assert_eq!(report.tokens, case.tokens);
        assert_eq!(report.logits.len(), case.tokens.len());
        for (place, theirs) in
            [(case.middle, &case.logits.middle), (case.tokens.len() - 1, &case.logits.last)]
        {
            let ours = report.logits.get(place).context("no such logits")?;
            assert_eq!(ours.len(), theirs.len());
            let far = ours.iter().zip(theirs).map(|(our, their)| (our - their).abs()).fold(0.0, f32::max);
            assert!(far <= tolerance, "{dtype}, {place}: a logit is {far} off");
            // Else a tolerance that is too large would pass whatever there is.
            let size = theirs.iter().map(|their| their.abs()).fold(0.0, f32::max);
            assert!(size > 1.0, "the largest logit is {size}");
        }
    }
    Ok(())
}

#[test]
fn logits_are_those_of_numpy_as_f32() -> anyhow::Result<()> {
    logits_are_those_of_numpy("f32", "f32", TOLERANCE)
}

#[test]
fn logits_are_those_of_numpy_as_f16_where_the_gpu_has_it() -> anyhow::Result<()> {
    logits_are_those_of_numpy("f16", "f16", HALF_TOLERANCE)
}

#[test]
fn texts_are_the_same_with_the_cache_without_it_and_in_numpy() -> anyhow::Result<()> {
    for case in cases()? {
        let folder = make(&format!("text-{}", case.tied), if case.tied { &["--tied"] } else { &[] })?;
        let count = case.next.len().to_string();
        let arguments = ["--dtype", "f32", "--temperature", "0", "--tokens", &count];
        let mut texts = Vec::new();
        for more in [&[case.prompt.as_str()][..], &["--no-cache", case.prompt.as_str()]] {
            let Some(output) = run(&folder, &[&arguments, more].concat())? else { return Ok(()) };
            texts.push(String::from_utf8(output.stdout)?);
        }
        let theirs = next_text(&folder, &case)?;
        for text in texts {
            let written = text.split_once('\n').map(|(_, written)| written.trim_end_matches('\n'));
            assert_eq!(written, Some(theirs.as_str()));
        }
    }
    Ok(())
}

/// The prompt and the likeliest tokens after it, as text.
fn next_text(folder: &Path, case: &Case) -> anyhow::Result<String> {
    let tokenizer = tokenizers::Tokenizer::from_file(folder.join("tokenizer.json"));
    let tokenizer = tokenizer.map_err(|error| anyhow::anyhow!(error))?;
    let tokens = [case.tokens.as_slice(), &case.next].concat();
    tokenizer.decode(&tokens, true).map_err(|error| anyhow::anyhow!(error))
}

#[test]
fn several_files_are_the_same_model_as_one() -> anyhow::Result<()> {
    let [one, several] = [make("one", &[])?, make("several", &["--file-size", "60000"])?];
    assert!(several.join("model.safetensors.index.json").is_file());
    let files = fs::read_dir(&several)?.filter_map(Result::ok);
    let files = files.filter(|file| file.path().extension().is_some_and(|end| end == "safetensors")).count();
    assert!(files > 2, "{files} files");
    let mut texts = Vec::new();
    for folder in [&one, &several] {
        let arguments = ["--dtype", "f32", "--temperature", "0", "--tokens", "4", "A whale"];
        let Some(output) = run(folder, &arguments)? else { return Ok(()) };
        texts.push(output.stdout);
    }
    assert_eq!(texts.first(), texts.last());
    Ok(())
}

#[test]
fn what_is_wrong_with_a_folder_is_told() -> anyhow::Result<()> {
    let damaged = make("damaged", &[])?;
    let weights = damaged.join("model.safetensors");
    let mut bytes = fs::read(&weights)?;
    bytes.truncate(bytes.len() - 1);
    fs::write(&weights, bytes)?;
    for (folder, told) in [(Path::new("nowhere"), "config.json"), (&damaged, "model.safetensors is damaged")]
    {
        let output = program(&["--model"]).arg(folder).arg("text").output()?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(stderr.contains(told) || stderr.contains("no GPU"), "{stderr}");
    }
    Ok(())
}
