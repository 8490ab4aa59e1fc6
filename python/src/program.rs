//! Whole programs: those with a `main`.

use std::{
    sync::{PoisonError, RwLock},
    time::Instant,
};

use pyo3::{
    Bound, PyErr, PyResult, Python, exceptions::PyKeyboardInterrupt, prelude::*, pybacked::PyBackedBytes,
    pyfunction, types::PyBytes,
};
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wgpu_wasi_host::{
    AdapterChoice, Quotas,
    command::{Ender, Runtime},
    launch::{trap_report, trap_status},
};

use crate::{
    access::{self, Access},
    errors::{BadComponent, Timeout, TooLarge, Trap, option, unusable},
    output::Output,
    waiting::{duration, on_a_thread},
};

/// How a program has ended.
enum End {
    Status(i32),
    /// The status that `wgpu-wasi run` has for it, and the reason.
    Trap(u8, String),
    /// It was not run.
    Unusable(PyErr),
}

/// A program, and what it may use.
struct Program {
    wasm: PyBackedBytes,
    name: String,
    args: Vec<String>,
    access: Access,
    quotas: Quotas,
    deadline: Option<Instant>,
    stdin: PyBackedBytes,
    output: [Output; 2],
    ender: Ender,
}

/// Runs a program to its end: its exit status, and what it has printed.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are those of the function in Python")]
#[pyo3(signature = (component, name, args, stdin, timeout, max_output, options))]
pub(crate) fn run<'py>(
    py: Python<'py>,
    component: PyBackedBytes,
    name: String,
    args: Vec<String>,
    stdin: PyBackedBytes,
    timeout: Option<f64>,
    max_output: usize,
    options: Access,
) -> PyResult<(i32, Bound<'py, PyBytes>, Bound<'py, PyBytes>)> {
    let timeout = timeout.map(|seconds| duration(seconds, "timeout")).transpose()?;
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let output = [Output::new(max_output), Output::new(max_output)];
    let ender = Ender::default();
    let quotas = options.quotas()?;
    let program = Program {
        wasm: component,
        name,
        args,
        access: options,
        quotas,
        deadline,
        stdin,
        output: output.clone(),
        ender: ender.clone(),
    };
    let name = program.name.clone();
    let end = on_a_thread(py, "wgpu-wasi program", deadline, move || program.run(), || ender.end())?;
    let [stdout, stderr] = output.each_ref().map(|output| PyBytes::new(py, &output.take()));
    let error = match end {
        Some(End::Unusable(error)) => return Err(error),
        _ if output.iter().any(Output::is_full) => {
            TooLarge::new_err(format!("{name} has printed more than {max_output} bytes (`max_output`)"))
        }
        Some(End::Status(status)) => return Ok((status, stdout, stderr)),
        // Its waits for the GPU have the same end, and may meet it first.
        Some(End::Trap(..)) if ender.is_told() || deadline.is_some_and(|end| end <= Instant::now()) => {
            late(&name, timeout)
        }
        Some(End::Trap(status, report)) => {
            let error = Trap::new_err(format!("{name}: {report}"));
            error.value(py).setattr("status", status)?;
            error
        }
        None => late(&name, timeout),
    };
    error.value(py).setattr("stdout", stdout)?;
    error.value(py).setattr("stderr", stderr)?;
    Err(error)
}

fn late(name: &str, timeout: Option<std::time::Duration>) -> PyErr {
    match timeout {
        Some(timeout) => Timeout::new_err(format!("{name} did not end within {timeout:?} (`timeout`)")),
        None => PyKeyboardInterrupt::new_err(()),
    }
}

impl Program {
    fn run(self) -> End {
        match self.try_run() {
            Ok(end) => end,
            Err(error) => End::Unusable(error),
        }
    }

    fn try_run(self) -> PyResult<End> {
        let Self { wasm, name, args, access, quotas, deadline, stdin, output: [stdout, stderr], ender } =
            self;
        let runtime = shared_runtime(&access).map_err(|error| option(&error))?;
        let component = runtime.compile(&wasm).map_err(|error| unusable(&name, &error))?;
        let missing = runtime.missing_imports(&component);
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(BadComponent::new_err(format!("{name} imports what is not offered: {missing}")));
        }
        let is_program = component
            .component_type()
            .exports(runtime.engine())
            .any(|(export, _)| export.starts_with("wasi:cli/run@"));
        if !is_program {
            return Err(BadComponent::new_err(format!(
                "{name} is no program: it exports no `wasi:cli/run`. One that answers HTTP requests is for \
                 `wgpu_wasi.App`"
            )));
        }
        let choice: AdapterChoice = access.adapter().map_err(|error| option(&error))?;
        let mut wasi = access.wasi(&name, &args).map_err(|error| option(&error))?;
        wasi.stdin(MemoryInputPipe::new(bytes::Bytes::from_owner(stdin))).stdout(stdout).stderr(stderr);
        let gpu = access::gpu(quotas, choice);
        let gpu = match deadline {
            Some(deadline) => gpu.deadline(deadline),
            None => gpu,
        };
        let result = runtime.run_until_told(&component, wasi.build(), gpu.build(), &ender);
        Ok(match result {
            Ok(outcome) => End::Status(outcome.exit_code),
            Err(error) => {
                let report = trap_report(&error);
                let report = report.strip_prefix("error: ").unwrap_or(&report).trim_end();
                End::Trap(trap_status(&error), report.to_owned())
            }
        })
    }
}

/// The runtime of all programs, with and without the cache: to make one takes longer than to run a short program.
fn shared_runtime(access: &Access) -> wasmtime::Result<Runtime> {
    static RUNTIMES: RwLock<[Option<Runtime>; 2]> = RwLock::new([const { None }; 2]);
    let place = usize::from(access.is_cached());
    let found = RUNTIMES.read().unwrap_or_else(PoisonError::into_inner).get(place).cloned().flatten();
    if let Some(runtime) = found {
        return Ok(runtime);
    }
    let runtime = access.runtime()?;
    let mut runtimes = RUNTIMES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(place) = runtimes.get_mut(place) {
        *place = Some(runtime.clone());
    }
    Ok(runtime)
}
