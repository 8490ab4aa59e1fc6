//! What maps and waits, once more with callbacks that run before the call returns that asks for them: the reports
//! agree as well.

use wgpu_wasi_harness::{Adapter, runs::Mode};

use crate::waiting;

waiting::tests!(Mode::AtOnce);

/// As deep as it is long, if callbacks ran inside of each other.
#[test]
fn callbacks_chain() {
    crate::parity::check("callbacks_chain", Adapter::Machine, Mode::AtOnce);
}
