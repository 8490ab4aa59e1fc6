//! Waiting without Python's lock, and with an ear for signals such as Ctrl-C.

use std::{
    pin::pin,
    process,
    sync::{
        OnceLock,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use pyo3::{PyErr, PyResult, Python};
use tokio::runtime::{Builder, Runtime};
use wgpu_wasi_host::command::GRACE;

use crate::{
    errors::{Forked, WgpuWasiError, value},
    traps,
};

/// How often a thread that waits looks whether there was a signal.
const LOOK: Duration = Duration::from_millis(100);

/// The process that has used the package first: threads and the connection to the GPU are its own.
static FIRST: OnceLock<u32> = OnceLock::new();

/// Whether this process may use what there is: it is not a fork of the one that began it.
pub(crate) fn is_own_process() -> bool {
    let this = process::id();
    *FIRST.get_or_init(|| this) == this
}

/// An exception in a fork, where each call would wait for threads that are not there.
pub(crate) fn check_process() -> PyResult<()> {
    if is_own_process() {
        return Ok(());
    }
    Err(Forked::new_err(
        "this process was forked from one that had used wgpu_wasi, whose threads and GPU it has not got: use the start \
         method \"spawn\" or \"forkserver\" of multiprocessing, or use wgpu_wasi after the fork alone",
    ))
}

/// The one runtime of the process; its threads begin with the first app.
pub(crate) fn runtime() -> PyResult<&'static Runtime> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    check_process()?;
    let begin = || {
        Builder::new_multi_thread()
            .thread_name("wgpu-wasi")
            .enable_all()
            .build()
            .map_err(|error| error.to_string())
    };
    RUNTIME
        .get_or_init(begin)
        .as_ref()
        .map_err(|error| WgpuWasiError::new_err(format!("the threads of the host can't be started: {error}")))
}

/// Seconds as Python has them.
pub(crate) fn duration(seconds: f64, option: &str) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| value(format!("{option} is {seconds}: write seconds, such as 30 or 0.5")))
}

/// Waits for `future`. An exception of a signal's handler, such as `KeyboardInterrupt`, drops it.
pub(crate) fn wait_for<T: Send>(py: Python<'_>, future: impl Future<Output = T> + Send) -> PyResult<T> {
    let runtime = runtime()?;
    py.detach(|| {
        runtime.block_on(async {
            let mut future = pin!(future);
            loop {
                traps::keep();
                match tokio::time::timeout(LOOK, &mut future).await {
                    Ok(value) => return Ok::<_, PyErr>(value),
                    // Does nothing in other threads than the main one.
                    Err(_) => Python::attach(|py| py.check_signals())?,
                }
            }
        })
    })
}

/// Does `job` on a thread of its own, and waits for it until `limit`; `None` where it did not end by then. At the limit,
/// and at an exception of a signal's handler, `end` has it end, and nobody waits for it longer than [`GRACE`].
pub(crate) fn on_a_thread<T: Send + 'static>(
    py: Python<'_>,
    name: &str,
    limit: Option<Instant>,
    job: impl FnOnce() -> T + Send + 'static,
    end: impl Fn() + Send,
) -> PyResult<Option<T>> {
    check_process()?;
    traps::keep();
    let (done, result) = mpsc::sync_channel(1);
    let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody may be there to take it any more.
        let _ = done.send(job());
    });
    started.map_err(|error| WgpuWasiError::new_err(format!("a thread can't be started: {error}")))?;
    py.detach(move || {
        let ended = || {
            end();
            result.recv_timeout(GRACE).ok()
        };
        loop {
            let left = limit.map_or(LOOK, |limit| limit.saturating_duration_since(Instant::now()));
            match result.recv_timeout(left.min(LOOK)) {
                Ok(value) => return Ok(Some(value)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(WgpuWasiError::new_err("the host has panicked: this is a bug of wgpu-wasi"));
                }
                Err(RecvTimeoutError::Timeout) => traps::keep(),
            }
            if limit.is_some_and(|limit| limit <= Instant::now()) {
                return Ok(ended());
            }
            if let Err(signal) = Python::attach(|py| py.check_signals()) {
                let _ = ended();
                return Err(signal);
            }
        }
    })
}
