//! Logits as a file, to be compared with those of others.

use std::path::Path;

use serde::Serialize;

#[derive(Serialize)]
struct Report<'a> {
    prompt: &'a str,
    tokens: &'a [u32],
    /// After each token of the prompt.
    logits: &'a [Vec<f32>],
}

/// Writes the logits after each token of a prompt.
///
/// # Errors
///
/// When the file can't be written.
pub(crate) fn write(path: &Path, prompt: &str, tokens: &[u32], logits: &[Vec<f32>]) -> anyhow::Result<()> {
    ml_kit::write(path, serde_json::to_vec(&Report { prompt, tokens, logits })?)?;
    println!("logits after {} tokens", tokens.len());
    Ok(())
}
