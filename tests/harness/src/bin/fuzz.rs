//! Runs a batch of fuzzing guests in this process: `fuzz COMPONENT ADAPTER SEED GUESTS CALLS CACHE [--log]`.
//!
//! `cargo xtask fuzz` calls it, and tells what the lines mean.

use std::{env, process::ExitCode};

use wgpu_wasi_harness::fuzz::{Batch, run};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(batch) = parse(&arguments) else {
        eprintln!("fuzz COMPONENT ADAPTER SEED GUESTS CALLS CACHE [--log]");
        return ExitCode::from(2);
    };
    if run(&batch) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(arguments: &[String]) -> Option<Batch> {
    let [component, adapter, seed, guests, calls, cache, rest @ ..] = arguments else { return None };
    Some(Batch {
        component: component.into(),
        adapter: adapter.clone(),
        seed: seed.parse().ok()?,
        guests: guests.parse().ok()?,
        calls: calls.parse().ok()?,
        cache: cache.into(),
        log: match rest {
            [] => false,
            [log] if log == "--log" => true,
            _ => return None,
        },
    })
}
