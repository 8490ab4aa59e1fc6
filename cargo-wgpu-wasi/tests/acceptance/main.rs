//! Projects as their owners have them, built and run by `cargo wgpu-wasi`.
//!
//! Each is made anew in cargo's folder for such things, and all build into the folder that these tests
//! were built into, so that wgpu is built once for all. What they depend on is fetched the first time.

mod commands;
mod drift;
mod interruption;
mod messages;
mod project;
mod sandbox_tests;
mod unchanged;
