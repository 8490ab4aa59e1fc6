//! The encoder of sentences behind HTTP: what clients get that ask at a time, checked by native.

use std::{path::Path, thread};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{embed, findings::Findings, programs::Programs, side::Side};
use crate::{repo, server::Server};

/// How many clients there are, for one instance.
const CLIENTS: usize = 16;

/// Has clients ask for the vectors of the sentences that native has written to `results`, and native embed them anew.
pub(super) fn compare(
    programs: &Programs,
    (native, results): (&Side, &Path),
    findings: &mut Findings,
) -> Result<()> {
    let sh = &programs.sh;
    let mut command = repo::program(programs.host());
    let model = programs.data.join("minilm");
    command.arg("serve").args(Server::PORTS).args(["--instances", "1", "--concurrency", "16"]);
    // The first request loads the model, on a processor that may have to be the GPU.
    command.args(["--timeout", "600", "--queue-timeout", "600"]);
    command.arg("--dir").arg(format!("{}::/model::ro", model.display()));
    command.arg(programs.served());
    let server = Server::start(command, &results.join("serve.log"))?;
    let sentences: Vec<Value> =
        serde_json::from_slice(&sh.read_binary_file(results.join("sentences.json"))?)?;
    let texts: Vec<_> = sentences.iter().filter_map(|sentence| sentence.get("text")).collect();
    ensure!(!texts.is_empty(), "native has written no sentences");
    let share = texts.len().div_ceil(CLIENTS);
    let answers = thread::scope(|scope| {
        let server = &server;
        let clients: Vec<_> =
            texts.chunks(share).map(|texts| scope.spawn(move || ask(server, texts))).collect();
        let answers = clients.into_iter().map(|client| match client.join() {
            Ok(answer) => answer,
            Err(_) => bail!("a client has panicked"),
        });
        answers.collect::<Result<Vec<_>>>()
    })?;
    sh.write_file(results.join("served.json"), Value::from(answers.concat()).to_string())?;
    let found = embed::check(native, "served.json")?;
    findings.holds(&format!("embed, by HTTP: {found}"), &format!("within {}", embed::TOLERANCE));
    Ok(())
}

/// The sentences with their vectors.
fn ask(server: &Server, texts: &[&Value]) -> Result<Vec<Value>> {
    let answer = server.post(json!(texts).to_string().as_bytes())?;
    let vectors: Vec<Value> = serde_json::from_slice(&answer).context("the answer is no list of vectors")?;
    ensure!(vectors.len() == texts.len(), "{} vectors for {} sentences", vectors.len(), texts.len());
    let pairs = texts.iter().zip(&vectors);
    Ok(pairs.map(|(text, vector)| json!({ "text": text, "embedding": vector })).collect())
}
