//! What a component may use, whether it is run or answers requests.

use std::{path::PathBuf, time::Duration};

use pyo3::{FromPyObject, PyResult};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};
use wgpu_wasi_host::{
    AdapterChoice, Quotas, WebGpuCtx, WebGpuCtxBuilder,
    command::{Runtime, RuntimeOptions},
    launch::{adapter_choice, cache_folder, check_dir},
};

use crate::{traps, waiting::duration};

/// A folder of this machine, the name under which the component sees it, and whether it may only read.
type Dir = (PathBuf, String, bool);

/// The options of `_options.AccessOptions`; what is missing is as the host has it.
#[derive(Clone, Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Access {
    #[pyo3(default)]
    adapter: Option<String>,
    #[pyo3(default)]
    env: Vec<(String, String)>,
    #[pyo3(default)]
    dirs: Vec<Dir>,
    cache: bool,
    #[pyo3(default)]
    max_gpu_memory: Option<u64>,
    #[pyo3(default)]
    max_host_memory: Option<u64>,
    #[pyo3(default)]
    max_guest_memory: Option<u64>,
    #[pyo3(default)]
    max_objects: Option<usize>,
    #[pyo3(default)]
    max_call_bytes: Option<usize>,
    #[pyo3(default)]
    max_shader_bytes: Option<usize>,
    #[pyo3(default)]
    max_wait: Option<f64>,
    #[pyo3(default)]
    max_loop_iterations: Option<u32>,
}

impl Access {
    /// The quotas of a guest.
    pub(crate) fn quotas(&self) -> PyResult<Quotas> {
        let mut quotas = Quotas::default();
        let max_wait = self.max_wait.map(|seconds| duration(seconds, "max_wait")).transpose()?;
        set(&mut quotas.max_gpu_memory, self.max_gpu_memory);
        set(&mut quotas.max_host_memory, self.max_host_memory);
        set(&mut quotas.max_guest_memory, self.max_guest_memory);
        set(&mut quotas.max_objects, self.max_objects);
        set(&mut quotas.max_call_bytes, self.max_call_bytes);
        set(&mut quotas.max_shader_bytes, self.max_shader_bytes);
        set(&mut quotas.max_wait, max_wait);
        quotas.max_loop_iterations = self.max_loop_iterations;
        Ok(quotas)
    }

    /// A runtime whose guests can be ended. Compiled components are kept in the user's cache folder.
    pub(crate) fn runtime(&self) -> wasmtime::Result<Runtime> {
        let options = RuntimeOptions::default().interruptible(true);
        let runtime = Runtime::new(&match self.cache.then(cache_folder).flatten() {
            Some(folder) => options.cache(folder),
            None => options,
        })?;
        traps::engine_made();
        Ok(runtime)
    }

    /// Whether compiled components are kept.
    pub(crate) fn is_cached(&self) -> bool {
        self.cache
    }

    /// The adapter that was asked for. Loads the drivers, if one was.
    pub(crate) fn adapter(&self) -> wasmtime::Result<AdapterChoice> {
        self.adapter.as_deref().map_or(Ok(AdapterChoice::Any), adapter_choice)
    }

    /// The folders, the variables and the arguments of a component called `name`, without input and output.
    pub(crate) fn wasi(&self, name: &str, args: &[String]) -> wasmtime::Result<WasiCtxBuilder> {
        let mut wasi = WasiCtx::builder();
        wasi.envs(&self.env).arg(name).args(args);
        for (host, guest, read_only) in &self.dirs {
            check_dir(host, "dirs")?;
            let perms = if *read_only { FsPerms::ReadOnly } else { FsPerms::ReadWrite };
            wasi.preopened_dir(host, guest, perms)
                .map_err(|error| error.context(format!("can't open the folder {} (dirs)", host.display())))?;
        }
        Ok(wasi)
    }
}

/// The GPU, as a guest with these quotas may use it.
pub(crate) fn gpu(quotas: Quotas, choice: AdapterChoice) -> WebGpuCtxBuilder {
    WebGpuCtx::builder().quotas(quotas).adapter(choice)
}

/// Takes a value that was given.
pub(crate) fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

/// The same of seconds.
pub(crate) fn set_time(place: &mut Duration, given: Option<f64>, option: &str) -> PyResult<()> {
    set(place, given.map(|seconds| duration(seconds, option)).transpose()?);
    Ok(())
}
