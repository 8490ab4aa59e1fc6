//! The program `wgpu-wasi stream`, and somebody in a browser who looks at a guest's windows.
//!
//! With `CI` in the environment, a machine without a GPU adapter fails instead of being passed over.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and starts threads as it likes; clippy knows test functions, and not what they \
              call"
)]

mod limits;
#[path = "../process/mod.rs"]
mod process;
mod server;
mod tab;
mod visits;
