//! `cargo wgpu-wasi`: builds and runs any project that uses wgpu as a sandboxed WebAssembly component.
//!
//! The project is not modified. For the length of one command cargo is told, by `--config`, to take
//! stand-ins, packages of ours, for some of crates.io (`stand_ins.rs`): above all one called `wgpu`, whose
//! `Instance` on WASI is the backend's and which is otherwise the real wgpu. They are written below the
//! project's target folder (`generate.rs`). Cargo notes the exchange in `Cargo.lock`; a process beside it
//! puts the file back at once, whatever becomes of this one (`lock.rs`).

#![deny(unsafe_code)]

mod arguments;
mod as_native;
mod cargo;
mod check;
mod cli;
mod configuration;
mod flags;
mod generate;
mod lock;
mod mirror;
mod project;
mod remarks;
mod session;
mod stand_ins;
mod target;
mod test_runner;
mod variants;
mod web;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
