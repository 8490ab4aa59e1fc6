//! The exceptions of `package/wgpu_wasi/_errors.py`, and which error is which.

use pyo3::{PyErr, exceptions::PyValueError, import_exception};
use wgpu_wasi_host::{
    command::{ComponentTooLarge, NotAComponent},
    http::{NotAHandler, Unanswered},
};

import_exception!(wgpu_wasi._errors, BadComponent);
import_exception!(wgpu_wasi._errors, Busy);
import_exception!(wgpu_wasi._errors, Closed);
import_exception!(wgpu_wasi._errors, Forked);
import_exception!(wgpu_wasi._errors, GuestError);
import_exception!(wgpu_wasi._errors, IncompleteBody);
import_exception!(wgpu_wasi._errors, Timeout);
import_exception!(wgpu_wasi._errors, TooLarge);
import_exception!(wgpu_wasi._errors, Trap);
import_exception!(wgpu_wasi._errors, WgpuWasiError);

/// What is wrong with a component that can't be used at all.
pub(crate) fn unusable(name: &str, error: &wasmtime::Error) -> PyErr {
    let of_component =
        error.is::<NotAComponent>() || error.is::<ComponentTooLarge>() || error.is::<NotAHandler>();
    // What these say is whole; wasmtime's own errors are about a place in the file.
    let what = if of_component { "" } else { "it can't be used: " };
    BadComponent::new_err(format!("{name}: {what}{error:#}"))
}

/// An option that makes no sense, or asks for what there is not.
pub(crate) fn option(error: &wasmtime::Error) -> PyErr {
    WgpuWasiError::new_err(format!("{error:#}"))
}

/// A value that is none.
pub(crate) fn value(message: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(message.to_string())
}

/// Why a request has no answer of the component's.
pub(crate) fn unanswered(why: Unanswered) -> PyErr {
    match why.reason {
        "full" => {
            Busy::new_err("all instances are busy, and as many requests wait as may (`instances`, `queue`)")
        }
        "queue_timeout" => Busy::new_err("no instance was free in time (`instances`, `queue_timeout`)"),
        "draining" => Closed::new_err("the app is closed"),
        "body" => TooLarge::new_err("the body of the request is too large (`max_body`)"),
        "timeout" => Timeout::new_err("the component did not answer in time (`request_timeout`)"),
        "trap" => Trap::new_err(
            "the component was ended by a trap while it answered: it panicked, or a quota was exceeded. What it has \
             printed is on standard error",
        ),
        "error" => GuestError::new_err("the component said that it failed, without a response"),
        "start" => BadComponent::new_err("no instance of the component begins. Why is on standard error"),
        "connect" => value("a component answers no CONNECT: there are no tunnels"),
        other => WgpuWasiError::new_err(format!("the request was not answered: {other}")),
    }
}
