//! Each case natively and as a component on the same adapter: the reports agree.

use wgpu_wasi_harness::{Adapter, CaseRun, expectations::unexpected, runs::Mode};

pub(crate) fn check(case: &str, adapter: Adapter, mode: Mode) {
    let Some(name) = adapter.available(case) else { return };
    let run = CaseRun::of(case, adapter, mode);
    let lines = unexpected(case, &name, &run.differences());
    assert!(
        lines.is_empty(),
        "{case}, natively and as a component on {name}:\n{}\n{}",
        lines.join("\n"),
        run.ran.stderr
    );
}

macro_rules! parity {
    ($case:ident) => {
        #[test]
        fn $case() {
            check(stringify!($case), Adapter::Machine, Mode::Default);
        }
    };
}

programs::foreach_case!(parity);
programs::foreach_validation!(parity);
programs::foreach_translated!(parity);
