//! Programs that have to fail: they do on both sides, and what they say reaches whoever ran them.

use wgpu_wasi_harness::{Adapter, CaseRun, Guest, runs};

fn check(case: &str) {
    let message = match case {
        "error_without_handler"
        | "error_at_end_by_queue"
        | "error_at_end_forgotten"
        | "error_at_end_in_static"
        | "error_at_exit" => "wgpu error: Validation Error",
        "error_at_end_handled" => "heard: Validation Error",
        "panic_with_text" => "this text has to reach whoever ran the program",
        "scopes_out_of_order" => "Mismatched pop_error_scope call",
        _ => panic!("what does {case} have to say?"),
    };
    if Adapter::Machine.available(case).is_none() {
        return;
    }
    let run = CaseRun::of(case, Adapter::Machine, runs::Mode::Default);
    for (side, report) in [("natively", &run.native), ("as a component", &run.component)] {
        match report {
            Ok(report) => panic!("{case} ends well {side}: {report:?}"),
            Err(failure) => assert!(failure.contains(message), "{case} fails otherwise {side}: {failure}"),
        }
    }
}

macro_rules! failing {
    ($case:ident) => {
        #[test]
        fn $case() {
            check(stringify!($case));
        }
    };
}

programs::foreach_failing!(failing);

#[test]
fn a_case_that_is_not_there() {
    if Adapter::Machine.available("a_case_that_is_not_there").is_none() {
        return;
    }
    let ran = runs::component(Guest::Programs, &["nobody"], Adapter::Machine.context().build());
    assert!(ran.failure().is_some_and(|failure| failure.contains("no case is called nobody")));
}
