//! Components that answer HTTP requests: the library's handler, and `wgpu-wasi serve` as people start it.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and starts threads as it likes; clippy knows test functions, and not what they \
              call"
)]

mod bodies;
mod command;
mod guests;
mod handler;
mod limits;
#[cfg(unix)]
#[path = "../process/mod.rs"]
mod process;
mod recovery;
