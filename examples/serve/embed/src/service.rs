//! Answers requests.

use std::{cell::RefCell, path::Path, rc::Rc};

use anyhow::{Context as _, ensure};
use ml_embed::{BATCH, Embedder, Files};
use ml_kit::Gpu;
use wasip3::http::types::{ErrorCode, Method, Request, Response};

use crate::{
    Batches,
    body::read,
    http::{answer, refuse, wait},
};

wasip3::http::service::export!(Embed);

struct Embed;

/// Sentences of one request.
const MOST: usize = 1024;

/// Milliseconds for others that have come in the meantime.
const PAUSE: u64 = 1;

/// The variable that says where the model is, and where it is by default.
const MODEL: (&str, &str) = ("MODEL", "/model");

/// What it has for a model without weights.
const SEEDED: &str = "seeded";

thread_local! {
    /// Made by the first request of an instance, for all.
    static EMBEDDER: RefCell<Option<Rc<Embedder>>> = const { RefCell::new(None) };
    static BATCHES: Rc<Batches<String, Vec<f32>>> = Rc::new(Batches::new(BATCH));
}

const USAGE: &str = "Send sentences as a list in JSON; their vectors come back as one:

    curl --data '[\"How do plants make food?\"]' http://ADDRESS/
";

impl wasip3::exports::http::handler::Guest for Embed {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        if !matches!(request.get_method(), Method::Post | Method::Put) {
            return Ok(answer("text/plain; charset=utf-8", USAGE.as_bytes().to_vec()));
        }
        let body = read(request).await?;
        let sentences = match sentences(&body) {
            Ok(sentences) => sentences,
            Err(error) => return Ok(refuse(400, &error)),
        };
        let batches = BATCHES.with(Rc::clone);
        let vectors = batches.answer(sentences, wait(PAUSE), embed).await;
        Ok(match vectors.and_then(|vectors| Ok(serde_json::to_vec(&vectors)?)) {
            Ok(json) => answer("application/json", json),
            Err(error) => refuse(500, &error),
        })
    }
}

fn sentences(body: &[u8]) -> anyhow::Result<Vec<String>> {
    let sentences: Vec<String> =
        serde_json::from_slice(body).context("the body is no list of sentences in JSON")?;
    ensure!((1..=MOST).contains(&sentences.len()), "there have to be 1 to {MOST} sentences");
    Ok(sentences)
}

fn embed(sentences: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
    let embedder = embedder()?;
    let sentences: Vec<_> = sentences.iter().map(String::as_str).collect();
    let batches = sentences.chunks(BATCH).map(|batch| embedder.embed(batch));
    Ok(batches.collect::<anyhow::Result<Vec<_>>>()?.concat())
}

fn embedder() -> anyhow::Result<Rc<Embedder>> {
    if let Some(embedder) = EMBEDDER.with_borrow(Clone::clone) {
        return Ok(embedder);
    }
    let (variable, folder) = MODEL;
    let folder = std::env::var(variable).unwrap_or_else(|_| folder.to_owned());
    let device = Gpu::open()?.device;
    let embedder = Rc::new(if folder == SEEDED {
        Embedder::seeded(device)?
    } else {
        Embedder::open(&Files::find(Path::new(&folder))?, device)?
    });
    EMBEDDER.with_borrow_mut(|cell| *cell = Some(Rc::clone(&embedder)));
    Ok(embedder)
}
