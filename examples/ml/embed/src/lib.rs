//! Vectors of sentences, by MiniLM-L6 on the GPU: the nearer two sentences are in meaning, the smaller is the angle between
//! theirs. The program is beside this; `examples/serve/embed` answers requests with it.

mod embedder;
mod model;
mod tokens;

pub use embedder::{BATCH, Embedded, Embedder, Files};
