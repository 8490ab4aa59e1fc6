//! The least that an embedder of the host writes: `embedder COMPONENT [ARGUMENT]...` runs a component, which may print.
//! `cargo xtask ci` builds it on the host as it would be published.

use std::{env, fs};

use wasmtime_wasi::WasiCtx;
use wgpu_wasi_host::{
    WebGpuCtx,
    command::{Runtime, RuntimeOptions},
};

fn main() -> wasmtime::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let component = arguments.first().ok_or_else(|| wasmtime::format_err!("which component?"))?;
    let runtime = Runtime::new(&RuntimeOptions::default())?;
    let component = runtime.compile(&fs::read(component)?)?;
    let wasi = WasiCtx::builder().args(&arguments).inherit_stdout().inherit_stderr().build();
    let outcome = runtime.run(&component, wasi, WebGpuCtx::builder().build())?;
    wasmtime::ensure!(outcome.success, "the component has failed");
    wasmtime::ensure!(outcome.live_objects == 0, "it has left {} objects", outcome.live_objects);
    Ok(())
}
