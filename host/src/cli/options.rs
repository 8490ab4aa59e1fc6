//! How a component is run: what it may use, and for how long.

use std::{ffi::OsString, path::Path, sync::Arc, time::Duration};

use clap::Args;
use wasmtime::component::Component;
use wasmtime_wasi::WasiCtxBuilder;

use super::{
    access::{Access, read},
    imports::Imports,
    kept::KeptOptions,
    windows::{Granted, WindowOptions},
};
use crate::{
    WebGpuCtx, WebGpuCtxBuilder,
    runtime::{Runtime, kept::KeptFolder},
};

/// What a component may use, and for how long.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Ends the program after this many seconds, whatever it does then; its compilation counts
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    timeout: Option<Duration>,

    /// Tells Linux' `perf` the names of the program's functions (`perf record -g wgpu-wasi run --perf-map …`)
    #[arg(long)]
    perf_map: bool,

    #[command(flatten)]
    windows: WindowOptions,

    #[command(flatten)]
    kept: KeptOptions,

    // The last, for its quotas have a heading of their own.
    #[command(flatten)]
    access: Access,
}

impl Options {
    /// The options as arguments again, for a process that may have another current folder.
    ///
    /// # Errors
    ///
    /// When the current folder is not known.
    pub fn arguments(&self) -> std::io::Result<Vec<OsString>> {
        let Self { access, kept, timeout, perf_map, windows } = self;
        let mut arguments = access.arguments()?;
        if let Some(timeout) = timeout {
            arguments.extend(["--timeout".into(), timeout.as_secs_f64().to_string().into()]);
        }
        if *perf_map {
            arguments.push("--perf-map".into());
        }
        arguments.extend(windows.arguments()?);
        arguments.extend(kept.arguments()?);
        Ok(arguments)
    }

    /// How long the program may take.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// A runtime that keeps compiled components in the user's cache folder.
    ///
    /// # Errors
    ///
    /// As [`Runtime::new`].
    pub fn runtime(&self) -> wasmtime::Result<Runtime> {
        Runtime::new(&self.access.runtime().interruptible(self.timeout.is_some()).perf_map(self.perf_map))
    }

    /// Reads and compiles a component, and checks that it imports nothing but what there is.
    ///
    /// # Errors
    ///
    /// When the file can't be read, is no component, imports anything else, or takes longer than [`Self::timeout`].
    pub fn compile(&self, runtime: &Runtime, app: &Path) -> wasmtime::Result<Component> {
        self.compile_read(runtime, app, read(app)?, self.timeout)
    }

    /// [`Self::compile`] for a file that was read, in the time that is left.
    pub(super) fn compile_read(
        &self,
        runtime: &Runtime,
        app: &Path,
        wasm: Vec<u8>,
        left: Option<Duration>,
    ) -> wasmtime::Result<Component> {
        let compiled = match left {
            Some(left) => runtime.compile_for(wasm, left),
            None => runtime.compile(&wasm),
        };
        let component = compiled.map_err(|error| error.context(format!("can't run {}", app.display())))?;
        check_imports(runtime, &component)?;
        Ok(component)
    }

    /// The folders, the variables and the arguments of the program, without input and output.
    ///
    /// # Errors
    ///
    /// When a folder can't be opened, or would give the program the cache of compiled code.
    pub fn wasi(&self, app: &Path, args: &[String]) -> wasmtime::Result<WasiCtxBuilder> {
        let mut wasi = self.access.wasi(app, args)?;
        // One guest has the thread to itself: a file that it reads need not come by way of another thread, which
        // for each 64 KiB takes longer than to read them.
        wasi.allow_blocking_current_thread(true);
        Ok(wasi)
    }

    /// The folder in which `app` keeps files from run to run, if it gets one.
    pub(super) fn kept(&self, app: &Path) -> wasmtime::Result<Option<Arc<KeptFolder>>> {
        if self.access.has_no_place_to_keep() { Ok(None) } else { self.kept.open(app) }
    }

    /// The GPU, as the program may use it.
    ///
    /// # Errors
    ///
    /// When there is no adapter with the name that was asked for.
    pub fn gpu(&self) -> wasmtime::Result<WebGpuCtx> {
        self.gpu_builder().map(WebGpuCtxBuilder::build)
    }

    /// The windows of one run of `app`; `None` where it gets none. `own`: it is a program of the one who runs it.
    pub(super) fn windows(
        &self,
        app: &Path,
        imports: Imports,
        own: bool,
    ) -> wasmtime::Result<Option<Granted>> {
        self.windows.grant(app, imports, own)
    }

    pub(super) fn gpu_builder(&self) -> wasmtime::Result<WebGpuCtxBuilder> {
        Ok(self.access.gpu(self.access.adapter()?))
    }
}

/// Says which imports are missing before wasmtime says that of the first.
pub(super) fn check_imports(runtime: &Runtime, component: &Component) -> wasmtime::Result<()> {
    let missing = runtime.missing_imports(component);
    if missing.is_empty() {
        return Ok(());
    }
    Err(wasmtime::format_err!(
        "the component imports what wgpu-wasi does not offer: {}. It offers WASI 0.2 and 0.3, \
         wasi:webgpu@0.3.0-rc.2 and wgpu-wasi:window@0.1.0{}",
        missing.join(", "),
        if missing.iter().any(|name| name.contains("wbindgen")) {
            "; `__wbindgen` means that a crate of the program takes wasm32 for a browser"
        } else {
            ""
        }
    ))
}

/// What a clock can be asked to wait for, on any system.
const MOST_SECONDS: f64 = 1e10;

pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write seconds, such as 30 or 0.5".to_owned())?;
    if seconds > MOST_SECONDS {
        return Err(format!("write no more than {MOST_SECONDS} seconds: it is three centuries"));
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if !timeout.is_zero() => Ok(timeout),
        _ => Err("write seconds greater than zero".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    #[test]
    fn seconds() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "NaN", "inf", "soon"] {
            assert!(parse_seconds(bad).is_err(), "{bad}");
        }
        assert!(parse_seconds("1e19").unwrap_err().contains("no more than"));
    }

    #[test]
    fn options_survive_as_arguments() {
        #[derive(Debug, clap::Parser)]
        struct Cli {
            #[command(flatten)]
            options: Options,
        }
        let parsed = |arguments: &[OsString]| {
            let name = [OsString::from("wgpu-wasi")];
            <Cli as clap::Parser>::try_parse_from(name.iter().chain(arguments)).unwrap().options
        };
        let folder = env::temp_dir();
        let dir = format!("{}::/data::ro", folder.display());
        let given =
            ["--dir", &dir, "--env", "A=b=c", "--adapter", "x", "--timeout", "0.5", "--cache", "/kept"];
        let given = given.iter().chain(&["--no-command-memory", "--perf-map", "--max-objects", "9"]);
        let (picture, events) = (folder.join("a.png"), folder.join("events.jsonl"));
        let (picture, events) = (format!("3={}", picture.display()), events.display().to_string());
        let video = folder.join("a.y4m").display().to_string();
        let windows = ["--windows=headless:64x48@30*2", "--screenshot", &picture, "--record", &video];
        let windows = windows.into_iter().chain(["--input", &events, "--virtual-time", "--clipboard"]);
        let kept = ["--max-cache-bytes", "1001B", "--max-cache-files", "7"];
        let given = given.copied().chain(windows).chain(kept);
        let options = parsed(&given.map(OsString::from).collect::<Vec<_>>());
        let again = parsed(&options.arguments().unwrap());
        assert_eq!(format!("{options:?}"), format!("{again:?}"));
        let without = parsed(&["--no-cache".into()]);
        assert_eq!(without.arguments().unwrap(), ["--no-cache"]);
        assert!(without.kept(Path::new("app.wasm")).unwrap().is_none());
    }
}
