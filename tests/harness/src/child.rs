//! Tests that need a process of their own: because they count what the whole process has, or because what
//! they do may end it.

use std::{
    env,
    process::{Command, Output},
};

use crate::guests;

/// Set in the process that runs one test alone.
const ALONE: &str = "WGPU_WASI_TEST_ALONE";

/// Runs `test`, named as the test runner does, in a process of its own; `false` in that process, where the
/// test is to go on.
///
/// # Panics
///
/// When the test fails there, or ends that process.
#[must_use]
pub fn ran_alone(test: &str) -> bool {
    if env::var_os(ALONE).is_some() {
        return false;
    }
    let Output { status, stdout, stderr } = env::current_exe()
        .and_then(|tests| {
            Command::new(tests)
                .args([test, "--exact", "--nocapture"])
                // Built here, so that the other process has nothing to do but this.
                .env("WGPU_WASI_GUESTS", guests::folder().unwrap_or_else(|error| panic!("{error}")))
                .env(ALONE, "1")
                .output()
        })
        .unwrap_or_else(|error| panic!("{test} can't be run in a process of its own: {error}"));
    let output = String::from_utf8_lossy(&stdout);
    assert!(
        status.success() && output.contains("1 passed"),
        "{test}, {status}:\n{output}\n{}",
        String::from_utf8_lossy(&stderr)
    );
    true
}
