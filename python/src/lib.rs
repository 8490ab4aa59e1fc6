//! The native part of the Python package `wgpu_wasi`: `wgpu_wasi._native`, whose types are in `_native.pyi`.
//!
//! What Python calls here gives up Python's lock while it waits, hears signals, and raises the exceptions of
//! `package/wgpu_wasi/_errors.py`. The public classes, and all that needs no native code, are in Python.

#![deny(unsafe_code)]

mod access;
mod adapters;
mod app;
mod errors;
mod output;
mod program;
mod traps;
mod waiting;

use pyo3::prelude::*;

/// What is logged unless `RUST_LOG` says otherwise; the chatter of drivers is of no use here.
const LEVELS: &str = "warn,wgpu_hal=off,wgpu_core=error,naga=error";

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{adapters::adapters, app::App, program::run};

    use super::{PyModule, PyResult};

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, PyModule>) -> PyResult<()> {
        use pyo3::types::PyModuleMethods as _;

        super::start_log();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// Writes the log of the host to the standard error of the process, where Ray and Jupyter find it. It does not go through
/// Python's `logging`: threads of the host would wait for Python's lock.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LEVELS));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Begun by an earlier import, perhaps.
    let _ = log.with_ansi(false).with_target(false).try_init();
}
