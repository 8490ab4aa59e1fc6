//! What a guest does wrong by the WIT alone, one misuse to a test: the answer is the one of WebGPU, nothing
//! of the guest is left, and a healthy guest then runs on the same engine. On wgpu's noop adapter and on the
//! machine's.

use std::io::{self, Write};

use wgpu_wasi_harness::{Adapter, Guest, Ran, child::ran_alone, runs};
use wgpu_wasi_host::WaitMode;

include!("../../../guests/raw/misuses.rs");

/// Objects for which the host suspends the guest while it waits, so that it can do something meanwhile.
const SUSPENDED: &str = "pending::";

/// What would take this process along if the host failed: a stack that overflows can't be caught. These run
/// in a process of their own.
const PROCESS_KILLERS: &str = "shader_module::deep_";

/// What only a driver finds: wgpu's noop adapter makes no code for shaders.
const DRIVER: [&str; 4] = [
    "compute_pipeline::async_constant_",
    "compute_pipeline::constant_",
    "compute_pipeline::workgroup_memory_",
    "render_pipeline::constant_",
];

/// Those that end in the middle of something, and leave the rest to the host.
const LEAVES: [&str; 2] = ["pending::map_and_exit", "pending::work_done_and_exit"];

fn run(misuse: &str, adapter: Adapter) -> Ran {
    let suspended = misuse.starts_with(SUSPENDED);
    let mode = if suspended { WaitMode::Background } else { WaitMode::Eager };
    runs::component(Guest::Raw, &[misuse], adapter.context().wait_mode(mode).build())
}

/// What came of it, in the words of the table.
fn answer(misuse: &str, ran: &Ran) -> String {
    match &ran.outcome {
        Err(trap) => format!("trap: {trap}"),
        Ok(outcome) => {
            assert!(outcome.success, "{misuse} failed: {}", ran.stderr);
            if !LEAVES.contains(&misuse) {
                assert_eq!(outcome.live_objects, 0, "{misuse} leaves objects in the table");
                assert_eq!(outcome.gpu_memory_in_use, 0, "{misuse} leaves memory accounted for");
            }
            String::from_utf8_lossy(&ran.stdout).trim_end().to_owned()
        }
    }
}

fn check(misuse: &str, expected: &str) {
    if misuse.starts_with(PROCESS_KILLERS) && ran_alone(&format!("misuse::{misuse}")) {
        return;
    }
    let driver = DRIVER.iter().any(|start| misuse.starts_with(start));
    let adapters = if driver { &[Adapter::Machine][..] } else { &[Adapter::Noop, Adapter::Machine] };
    for adapter in adapters.iter().copied() {
        if adapter.available(misuse).is_none() {
            continue;
        }
        let ran = run(misuse, adapter);
        let found = answer(misuse, &ran);
        if found == "unsupported" {
            // Not by `eprintln!`, which the test runner hides when the test passes.
            let _ = writeln!(io::stderr(), "BLOCKED {misuse}: {adapter:?} lacks the feature that it needs");
            continue;
        }
        let as_expected = match expected.strip_prefix("trap: ") {
            Some(text) => found.starts_with("trap: ") && found.contains(text),
            None => found == expected,
        };
        assert!(
            as_expected,
            "{misuse} on {adapter:?}: {found:?} where {expected:?} is right\n{}",
            ran.stderr
        );
    }
    if Adapter::Machine.available(misuse).is_some() {
        let healthy = runs::component(Guest::Raw, &["compute"], Adapter::Machine.context().build());
        assert_eq!(healthy.failure(), None, "a healthy guest after {misuse}");
    }
}

macro_rules! tests {
    ($($object:ident { $($misuse:ident: $answer:literal,)* })*) => {
        $(mod $object {
            $(#[test]
            fn $misuse() {
                super::check(concat!(stringify!($object), "::", stringify!($misuse)), $answer);
            })*
        })*
    };
}

misuses!(tests);
