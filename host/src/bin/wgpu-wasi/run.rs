//! `wgpu-wasi run`: runs one component.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::Duration,
};

use bytesize::ByteSize;
use clap::Args;
use wasmtime::component::Component;
use wasmtime_wasi::{FsPerms, WasiCtx};
use wgpu_wasi_host::{
    AdapterChoice, NO_ADAPTER, WebGpuCtx, WebGpuCtxBuilder,
    command::{Runtime, RuntimeOptions, TimedOut},
    limits,
};

use crate::adapters;

/// Runs a component on the GPU.
///
/// The program sees nothing of this machine but the GPU, the folders given with `--dir` and the variables
/// given with `--env`. Its standard input and output are those of this command, and its exit status is
/// this command's (WASI 0.2 carries success or failure only: 0 or 1). 124: its time was up. 134: it
/// trapped. 125: it could not be run at all.
#[derive(Debug, Args)]
pub(crate) struct Run {
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

    /// The GPU memory that the program may hold at a time, such as 512MiB or 2GB
    #[arg(long, value_name = "SIZE", default_value_t = ByteSize(limits::DEFAULT_MAX_GPU_MEMORY))]
    max_gpu_memory: ByteSize,

    /// Ends the program after this many seconds, on the CPU and on the GPU
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    timeout: Option<Duration>,

    /// Compiles the component anew instead of taking it from the cache
    #[arg(long)]
    no_cache: bool,

    /// The component: a `.wasm` file built with `--target wasm32-wasip2`
    #[arg(value_name = "APP.WASM")]
    app: PathBuf,

    /// Arguments of the program
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// A folder of this machine, the name under which the program sees it, and what it may do there.
#[derive(Clone, Debug)]
struct Dir {
    host: PathBuf,
    guest: String,
    perms: FsPerms,
}

/// Where compiled components are kept, instead of in the user's cache folder.
const CACHE_DIR: &str = "WGPU_WASI_CACHE_DIR";

/// Exit status of a program whose time was up, as `timeout` has it.
const TIMED_OUT: u8 = 124;

/// Exit status of a program that trapped, as a shell reports one that was aborted.
const TRAPPED: u8 = 134;

impl Run {
    pub(crate) fn execute(self) -> wasmtime::Result<ExitCode> {
        let Self { dirs, env, adapter, max_gpu_memory, timeout, no_cache, app, args } = self;
        let wasi = wasi(&dirs, &env, &app, &args)?;
        let gpu = gpu(adapter, max_gpu_memory)?;

        let mut options = RuntimeOptions::default().interruptible(timeout.is_some());
        if let Some(folder) = cache_dir().filter(|_| !no_cache) {
            options = options.cache(folder);
        }
        let runtime = Runtime::new(&options)?;
        let wasm = std::fs::read(&app).map_err(|error| {
            wasmtime::Error::from(error).context(format!("can't read the component {}", app.display()))
        })?;
        let component =
            runtime.compile(&wasm).map_err(|error| error.context(format!("can't run {}", app.display())))?;
        check_imports(&runtime, &component)?;

        let result = match timeout {
            Some(timeout) => {
                end_after(timeout);
                runtime.run_for(&component, wasi, gpu, timeout)
            }
            None => runtime.run(&component, wasi, gpu),
        };
        match result {
            Ok(outcome) => Ok(ExitCode::from(u8::try_from(outcome.exit_code).unwrap_or(1))),
            Err(error) => match error.downcast_ref::<TimedOut>() {
                Some(timed_out) => Ok(end_timed_out(*timed_out)),
                None => {
                    eprint!("{}", trap(&error));
                    Ok(end(TRAPPED))
                }
            },
        }
    }
}

/// What a trap is told as: the guest's backtrace and the causes, and nothing of the host's own stack.
fn trap(error: &wasmtime::Error) -> String {
    let mut text = "error: the program was ended by a trap\n".to_owned();
    for cause in error.chain() {
        let cause = cause.to_string();
        // wasmtime's hints are for its own command line.
        let lines = cause.lines().filter(|line| !line.starts_with("note: using the `WASMTIME_"));
        text.extend(lines.flat_map(|line| ["  ", line, "\n"]));
    }
    text
}

/// Ends this process a little after the time of the guest is up, should it still be there then: with work
/// that the GPU never finishes, it would be, for giving the device back waits for that.
fn end_after(timeout: Duration) {
    /// What an orderly end may take.
    const GRACE: Duration = Duration::from_secs(2);
    let watchdog = thread::Builder::new().name("wgpu-wasi watchdog".to_owned()).spawn(move || {
        thread::sleep(timeout.saturating_add(GRACE));
        end_timed_out(TimedOut(timeout))
    });
    if let Err(error) = watchdog {
        tracing::warn!("work that the GPU never finishes will not be ended: {error}");
    }
}

fn end_timed_out(timed_out: TimedOut) -> ExitCode {
    eprintln!("error: {timed_out} (--timeout)");
    end(TIMED_OUT)
}

/// Ends this process when the guest did not end by itself. Its work may still run on the GPU, for ever
/// perhaps, and giving a device back waits for that; the system takes it back when the process is gone.
fn end(status: u8) -> ExitCode {
    std::process::exit(i32::from(status))
}

fn wasi(dirs: &[Dir], env: &[(String, String)], app: &Path, args: &[String]) -> wasmtime::Result<WasiCtx> {
    let mut wasi = WasiCtx::builder();
    wasi.inherit_stdio().envs(env).arg(app.to_string_lossy()).args(args);
    for Dir { host, guest, perms } in dirs {
        wasi.preopened_dir(host, guest, *perms)
            .map_err(|error| error.context(format!("can't open the folder {} (--dir)", host.display())))?;
    }
    Ok(wasi.build())
}

fn gpu(adapter: Option<String>, max_gpu_memory: ByteSize) -> wasmtime::Result<WebGpuCtx> {
    let gpu = WebGpuCtxBuilder::new().max_gpu_memory(max_gpu_memory.as_u64());
    let Some(name) = adapter else { return Ok(gpu.build()) };
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
    Ok(gpu.adapter(AdapterChoice::Named(name)).build())
}

/// Says which imports are missing before wasmtime says that of the first.
fn check_imports(runtime: &Runtime, component: &Component) -> wasmtime::Result<()> {
    let missing = runtime.missing_imports(component);
    if missing.is_empty() {
        return Ok(());
    }
    Err(wasmtime::format_err!(
        "the component imports what wgpu-wasi does not offer: {}. It offers WASI 0.2 and 0.3 and \
         wasi:webgpu@0.3.0-rc.2{}",
        missing.join(", "),
        if missing.iter().any(|name| name.contains("wbindgen")) {
            "; `__wbindgen` means that a crate of the program takes wasm32 for a browser"
        } else {
            ""
        }
    ))
}

/// The folder for compiled components: `WGPU_WASI_CACHE_DIR`, or one in the user's cache folder. `None`
/// where there is neither, or it can't be made: everything works without.
fn cache_dir() -> Option<PathBuf> {
    let folder = match env::var_os(CACHE_DIR) {
        Some(folder) => PathBuf::from(folder),
        None => directories::ProjectDirs::from("", "", "wgpu-wasi")?.cache_dir().join("components"),
    };
    let folder = std::path::absolute(folder).ok()?;
    match std::fs::create_dir_all(&folder) {
        Ok(()) => Some(folder),
        Err(error) => {
            tracing::warn!("no cache for compiled components in {}: {error}", folder.display());
            None
        }
    }
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

fn parse_seconds(text: &str) -> Result<Duration, String> {
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
}
