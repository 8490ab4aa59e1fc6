//! How a component is run: what it may use, and for how long.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use wasmtime::component::Component;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use super::{
    adapters, cache,
    imports::Imports,
    quotas::QuotaOptions,
    windows::{Granted, WindowOptions},
};
use crate::{
    AdapterChoice, NO_ADAPTER, WebGpuCtx, WebGpuCtxBuilder,
    runtime::{Runtime, RuntimeOptions},
};

/// What a component may use, and for how long.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Lets the program use a folder of this machine, under a name of its own or the same one; with
    /// `::ro` after that, only to read
    #[arg(long = "dir", value_name = "HOST[::GUEST[::ro]]", value_parser = parse_dir)]
    dirs: Vec<Dir>,

    /// Sets an environment variable of the program; without a value, to what it is here
    #[arg(long = "env", value_name = "NAME[=VALUE]", value_parser = parse_env)]
    env: Vec<(String, String)>,

    /// Runs on the adapter with this text in its name (`wgpu-wasi adapters` lists them)
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,

    /// Ends the program after this many seconds, whatever it does then; its compilation counts
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    timeout: Option<Duration>,

    /// Compiles the component anew instead of taking it from the cache
    #[arg(long)]
    no_cache: bool,

    /// Has every command of a pass come as a call, as on hosts that don't fetch commands from the program's
    /// memory (`wgpu-wasi:commands`)
    #[arg(long)]
    no_command_memory: bool,

    /// Tells Linux' `perf` the names of the program's functions (`perf record -g wgpu-wasi run --perf-map …`)
    #[arg(long)]
    perf_map: bool,

    #[command(flatten)]
    windows: WindowOptions,

    #[command(flatten)]
    quotas: QuotaOptions,
}

/// A folder of this machine, the name under which the program sees it, and what it may do there.
#[derive(Clone, Debug)]
struct Dir {
    host: PathBuf,
    guest: String,
    perms: FsPerms,
}

impl Options {
    /// The options as arguments again, for a process that may have another current folder.
    ///
    /// # Errors
    ///
    /// When the current folder is not known.
    pub fn arguments(&self) -> std::io::Result<Vec<OsString>> {
        let Self { dirs, env, adapter, timeout, no_cache, no_command_memory, perf_map, windows, quotas } =
            self;
        let mut arguments: Vec<OsString> = Vec::new();
        for Dir { host, guest, perms } in dirs {
            let mut dir = std::path::absolute(host)?.into_os_string();
            dir.push(format!("::{guest}"));
            if matches!(perms, FsPerms::ReadOnly) {
                dir.push("::ro");
            }
            arguments.extend(["--dir".into(), dir]);
        }
        for (name, value) in env {
            arguments.extend(["--env".into(), format!("{name}={value}").into()]);
        }
        if let Some(adapter) = adapter {
            arguments.extend(["--adapter".into(), adapter.into()]);
        }
        if let Some(timeout) = timeout {
            arguments.extend(["--timeout".into(), timeout.as_secs_f64().to_string().into()]);
        }
        if *no_cache {
            arguments.push("--no-cache".into());
        }
        if *no_command_memory {
            arguments.push("--no-command-memory".into());
        }
        if *perf_map {
            arguments.push("--perf-map".into());
        }
        arguments.extend(windows.arguments()?);
        arguments.extend(quotas.arguments());
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
        let mut options = RuntimeOptions::default()
            .interruptible(self.timeout.is_some())
            .limits(self.quotas.limits())
            .perf_map(self.perf_map);
        if let Some(folder) = (!self.no_cache).then(cache::folder).flatten() {
            options = options.cache(folder);
        }
        Runtime::new(&options)
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
        let mut wasi = WasiCtx::builder();
        wasi.envs(&self.env).arg(app.to_string_lossy()).args(args);
        // One guest has the thread to itself: a file that it reads need not come by way of another thread, which
        // for each 64 KiB takes longer than to read them.
        wasi.allow_blocking_current_thread(true);
        for Dir { host, guest, perms } in &self.dirs {
            cache::check_dir(host)?;
            wasi.preopened_dir(host, guest, *perms).map_err(|error| {
                error.context(format!("can't open the folder {} (--dir)", host.display()))
            })?;
        }
        Ok(wasi)
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
        let gpu =
            WebGpuCtxBuilder::new().quotas(self.quotas.quotas()).command_memory(!self.no_command_memory);
        let Some(name) = &self.adapter else { return Ok(gpu) };
        let adapters = adapters::enumerate()?;
        let names: Vec<String> = adapters.iter().map(|adapter| adapter.get_info().name).collect();
        if names.is_empty() {
            return Err(wasmtime::Error::msg(NO_ADAPTER));
        }
        if !names.iter().any(|found| found.to_lowercase().contains(&name.to_lowercase())) {
            return Err(wasmtime::format_err!(
                "no adapter has {name:?} in its name; there are: {}",
                names.join(", ")
            ));
        }
        Ok(gpu.adapter(AdapterChoice::Named(name.clone())))
    }
}

/// Reads the file of a component.
pub(super) fn read(app: &Path) -> wasmtime::Result<Vec<u8>> {
    std::fs::read(app).map_err(|error| {
        wasmtime::Error::from(error).context(format!("can't read the component {}", app.display()))
    })
}

/// Says which imports are missing before wasmtime says that of the first.
fn check_imports(runtime: &Runtime, component: &Component) -> wasmtime::Result<()> {
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

fn parse_dir(text: &str) -> Result<Dir, String> {
    let (text, perms) = match text.strip_suffix("::ro") {
        Some(text) => (text, FsPerms::ReadOnly),
        None => (text, FsPerms::ReadWrite),
    };
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err("write HOST::GUEST, such as `pictures::/data`, or just HOST".to_owned());
    }
    Ok(Dir { host: PathBuf::from(host), guest: guest.to_owned(), perms })
}

fn parse_env(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("write NAME=VALUE, or just NAME".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => match env::var(text) {
            Ok(value) => Ok((text.to_owned(), value)),
            Err(env::VarError::NotPresent) => Err(format!("{text} is not set here; write {text}=VALUE")),
            Err(env::VarError::NotUnicode(_)) => Err(format!("the value of {text} is not UTF-8")),
        },
    }
}

pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write seconds, such as 30 or 0.5".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(timeout) if !timeout.is_zero() => Ok(timeout),
        _ => Err("write seconds greater than zero".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        let parsed = |text| {
            parse_dir(text).ok().map(|Dir { host, guest, perms }| {
                (host.display().to_string(), guest, matches!(perms, FsPerms::ReadOnly))
            })
        };
        assert_eq!(parsed("a"), Some(("a".into(), "a".into(), false)));
        assert_eq!(parsed("C:\\a::/b"), Some(("C:\\a".into(), "/b".into(), false)));
        assert_eq!(parsed("a::/b::ro"), Some(("a".into(), "/b".into(), true)));
        assert_eq!(parsed("::a"), None);
        assert_eq!(parsed("a::"), None);
    }

    #[test]
    fn variables() {
        assert_eq!(parse_env("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(parse_env("A="), Ok(("A".into(), String::new())));
        assert!(parse_env("=b").is_err());
        assert!(parse_env("WGPU_WASI_SURELY_NOT_SET").is_err());
    }

    #[test]
    fn seconds() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "NaN", "inf", "soon"] {
            assert!(parse_seconds(bad).is_err(), "{bad}");
        }
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
        let given = ["--dir", &dir, "--env", "A=b=c", "--adapter", "x", "--timeout", "0.5", "--no-cache"];
        let given = given.iter().chain(&["--no-command-memory", "--perf-map", "--max-objects", "9"]);
        let (picture, events) = (folder.join("a.png"), folder.join("events.jsonl"));
        let (picture, events) = (format!("3={}", picture.display()), events.display().to_string());
        let video = folder.join("a.y4m").display().to_string();
        let windows = ["--windows=headless:64x48@30*2", "--screenshot", &picture, "--record", &video];
        let windows = windows.into_iter().chain(["--input", &events, "--virtual-time", "--clipboard"]);
        let given = given.copied().chain(windows);
        let options = parsed(&given.map(OsString::from).collect::<Vec<_>>());
        let again = parsed(&options.arguments().unwrap());
        assert_eq!(format!("{options:?}"), format!("{again:?}"));
    }
}
