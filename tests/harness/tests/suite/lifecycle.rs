//! After every program the resource table is empty: nothing leaks, whatever the order of drops.

use wgpu_wasi_harness::{Adapter, CaseRun, runs::Mode};

/// Programs that forget what they have made, so that it is never dropped.
const FORGET: [&str; 1] = ["invalid_pass_after_finish"];

fn check(case: &str) {
    if Adapter::Machine.available(case).is_none() {
        return;
    }
    let run = CaseRun::of(case, Adapter::Machine, Mode::Default);
    // Why a guest failed is the business of `parity`.
    let Ok(outcome) = &run.ran.outcome else { return };
    if outcome.success && !FORGET.contains(&case) {
        assert_eq!(outcome.live_objects, 0, "{case} leaves objects in the table");
        assert_eq!(outcome.gpu_memory_in_use, 0, "{case} leaves memory accounted for");
    }
}

macro_rules! lifecycle {
    ($case:ident) => {
        #[test]
        fn $case() {
            check(stringify!($case));
        }
    };
}

programs::foreach_case!(lifecycle);
programs::foreach_validation!(lifecycle);
