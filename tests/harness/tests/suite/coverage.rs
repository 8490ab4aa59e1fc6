//! Every function of the WIT is called by some test, or is listed with the reason why not.

use wgpu_wasi_harness::{
    Adapter, CaseRun,
    coverage::{NOT_CALLED, called, functions},
    runs::Mode,
};

use crate::raw;

#[test]
fn every_function_is_called() {
    if Adapter::Machine.available("coverage").is_none() {
        return;
    }
    for case in programs::CASES.iter().chain(programs::VALIDATION) {
        let _ = CaseRun::of(case.name, Adapter::Machine, Mode::Default);
    }
    raw::run_all();
    let called = called();
    let listed = |name: &str| NOT_CALLED.iter().any(|(function, _)| *function == name);
    let missing: Vec<_> =
        functions().into_iter().filter(|name| !called.contains(name) && !listed(name)).collect();
    assert!(missing.is_empty(), "no test calls {missing:#?}");
    let stale: Vec<_> = NOT_CALLED.iter().filter(|(name, _)| called.contains(*name)).collect();
    assert!(stale.is_empty(), "these are called by now: take them off the list: {stale:#?}");
}
