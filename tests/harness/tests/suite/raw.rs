//! Guests that know the WIT alone: those that behave end well; those that do not are ended by the host,
//! and the next guest runs on the same engine.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use wgpu_wasi_harness::{Adapter, Guest, Ran, child::ran_alone, runs};
use wgpu_wasi_host::WebGpuCtxBuilder;

include!("../../../guests/raw/cases.rs");

/// What would take this process along if the host failed: a stack that overflows can't be caught. These run
/// in a process of their own.
const PROCESS_KILLERS: [&str; 1] = ["shader_hostile"];

/// The run of a case; made at the first call.
fn run(case: &str) -> Arc<Ran> {
    type Cell = Arc<OnceLock<Arc<Ran>>>;
    static RUNS: Mutex<BTreeMap<String, Cell>> = Mutex::new(BTreeMap::new());
    let cell = Arc::clone(RUNS.lock().unwrap().entry(case.to_owned()).or_default());
    Arc::clone(cell.get_or_init(|| Arc::new(run_now(case))))
}

fn run_now(case: &str) -> Ran {
    let context = with_quotas(case, Adapter::Machine.context());
    runs::component(Guest::Raw, &[case], context.build())
}

/// With the quotas that the cases about quotas break.
pub(crate) fn with_quotas(case: &str, context: WebGpuCtxBuilder) -> WebGpuCtxBuilder {
    match case {
        "call_bytes" => context.max_call_bytes(1 << 20),
        "gpu_memory" => context.max_gpu_memory(16 << 20),
        "host_memory" | "label_quota" => context.max_host_memory(24 << 20),
        "object_quota" => context.max_objects(1000),
        // Others wait for long work, which is loops.
        "shader_loops" => context.max_loop_iterations(1000),
        "shader_text" => context.max_shader_bytes(4 << 10),
        // Enough to compile a shader on a busy machine, for that is a wait as well.
        "wait_quota" => context.max_wait(Duration::from_secs(1)),
        _ => context,
    }
}

fn ends_well(case: &str) {
    if Adapter::Machine.available(case).is_none() {
        return;
    }
    if PROCESS_KILLERS.contains(&case) && ran_alone(&format!("raw::{case}")) {
        return;
    }
    check(case, &run(case));
}

fn check(case: &str, ran: &Ran) {
    if let Some(failure) = ran.failure() {
        panic!("{case}: {failure}");
    }
    let outcome = ran.outcome.as_ref().unwrap();
    assert_eq!(outcome.live_objects, 0, "{case} leaves objects in the table");
    assert_eq!(outcome.gpu_memory_in_use, 0, "{case} leaves memory accounted for");
}

fn traps(case: &str, message: &str) {
    if Adapter::Machine.available(case).is_none() {
        return;
    }
    let ran = run(case);
    let Err(trap) = &ran.outcome else { panic!("{case} was not ended by the host: {:?}", ran.failure()) };
    assert!(trap.contains(message), "{case} was ended for another reason: {trap}");
    check("a healthy guest afterwards", &run_now("compute"));
}

/// Runs all of them, for what they call.
pub(crate) fn run_all() {
    macro_rules! all {
        (
            cases { $($case:ident,)* }
            quotas { $($quota:ident,)* }
            traps { $($trap:ident: $message:literal,)* }
        ) => {
            [$(stringify!($case),)* $(stringify!($quota),)* $(stringify!($trap),)*]
        };
    }
    for case in raw_cases!(all) {
        if !PROCESS_KILLERS.contains(&case) {
            let _ = run(case);
        }
    }
}

macro_rules! tests {
    (
        cases { $($case:ident,)* }
        quotas { $($quota:ident,)* }
        traps { $($trap:ident: $message:literal,)* }
    ) => {
        $(#[test]
        fn $case() {
            ends_well(stringify!($case));
        })*
        $(#[test]
        fn $quota() {
            ends_well(stringify!($quota));
        })*
        $(#[test]
        fn $trap() {
            traps(stringify!($trap), $message);
        })*
    };
}

raw_cases!(tests);

/// The host finishes at once what a guest waits for in a synchronous entry point.
#[test]
fn synchronous_entry_point() {
    if Adapter::Machine.available("raw_sync").is_none() {
        return;
    }
    let ran = runs::component(Guest::RawSync, &[], Adapter::Machine.context().build());
    if let Some(failure) = ran.failure() {
        panic!("{failure}");
    }
    assert_eq!(ran.stdout, b"the numbers are doubled\n");
}
