//! Runs each test program twice, natively in this process and as a component, on the same adapter, and
//! compares the two reports. The tests themselves are in `tests/suite`.
//!
//! - Every case runs once a side and process; all tests look at the same [`CaseRun`].
//! - All components share one engine, and each run gets a fresh instance and a fresh table.
//! - A machine without an adapter passes over the tests that need one, says so, and fails where the
//!   environment variable `CI` is set.
//! - `WGPU_WASI_ADAPTER` names the adapter to use, `WGPU_WASI_GUESTS` a folder with components that
//!   are built already.
#![expect(clippy::expect_used, clippy::panic, reason = "a harness fails by panicking, as tests do")]

pub mod child;
pub mod coverage;
pub mod expectations;
pub mod fuzz;
pub mod gpu;
pub mod guests;
pub mod hub;
pub mod runs;

pub use crate::{
    expectations::{FailureCase, Side},
    gpu::Adapter,
    guests::Guest,
    runs::{CaseRun, Ran},
};
