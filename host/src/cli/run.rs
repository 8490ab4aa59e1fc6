//! `wgpu-wasi run`: runs one component.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use clap::Args;
use wasmtime_wasi::WasiCtxBuilder;

use super::{
    CLOSED, HOST_FAILED, Options, TIMED_OUT, access,
    imports::Imports,
    stdin::Stdin,
    trap_report, trap_status,
    windows::{Ended, Shown},
};
use crate::{
    default_instance,
    runtime::{GRACE, TimedOut, kept::KeptFolder},
};

/// Runs a component on the GPU.
///
/// The program sees nothing of this machine but the GPU, the folders given with `--dir` and the variables
/// given with `--env`. Its standard input and output are those of this command, and its exit status is
/// this command's (WASI 0.2 carries success or failure only: 0 or 1). 101: it panicked. 124: its time was
/// up. 134: it trapped. 137: it did not close its window when it was asked to. 125: it could not be run at all.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    program: Program,
}

/// A component and its arguments, at the end of a command line.
#[derive(Args, Clone, Debug)]
pub struct Program {
    /// The component, a `.wasm` file built with `--target wasm32-wasip2`, and its arguments
    // One list: what stands after the component is the program's, even if it looks like one of our options.
    #[arg(value_names = ["APP.WASM", "ARGS"], required = true, num_args = 1.., trailing_var_arg = true)]
    program: Vec<OsString>,
}

impl Program {
    /// The file, and the arguments, each as it stands there: what cargo hands to its runners are the program's alone.
    ///
    /// # Errors
    ///
    /// When an argument is no UTF-8, which those of components are.
    pub fn split(&self) -> wasmtime::Result<(PathBuf, Vec<String>)> {
        let Some((app, args)) = self.program.split_first() else {
            return Err(wasmtime::Error::msg("no component is named"));
        };
        let text = |arg: &OsString| {
            let text = arg.to_str().map(str::to_owned);
            text.ok_or_else(|| wasmtime::format_err!("the argument {} is no UTF-8", arg.display()))
        };
        Ok((app.into(), args.iter().map(text).collect::<wasmtime::Result<_>>()?))
    }
}

impl Program {
    /// Without the `--` directly after the component, which nearly every command line takes there.
    pub(super) fn without_dashes(mut self) -> Self {
        if self.program.get(1).is_some_and(|argument| argument == "--") {
            self.program.remove(1);
        }
        self
    }
}

impl Run {
    /// To run `program`.
    #[must_use]
    pub fn new(options: Options, program: Program) -> Self {
        Self { options, program }
    }

    /// Runs the component to its end. A trap and a timeout are told, and end this process. A `--` that stands directly
    /// after the component is not the program's: it says that what follows is.
    ///
    /// A program with windows needs the main thread of the process, and a process can have windows once.
    ///
    /// # Errors
    ///
    /// When the component can't be run at all.
    pub fn execute(self) -> wasmtime::Result<ExitCode> {
        let Self { options, program } = self;
        let (app, args) = program.without_dashes().split()?;
        run(&options, &app, &args, false)
    }

    /// Like [`Self::execute`], as cargo's runner: every argument is the program's, `--` too. The program is that of the
    /// one who runs it, and gets windows unless the options say otherwise.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`].
    pub fn execute_for_cargo(self) -> wasmtime::Result<ExitCode> {
        let Self { options, program } = self;
        let (app, args) = program.split()?;
        run(&options, &app, &args, true)
    }
}

/// Standard input itself: the standard library's would read more of it than it is asked for.
fn raw_stdin() -> io::Result<File> {
    #[cfg(unix)]
    let raw = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned();
    #[cfg(windows)]
    let raw = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned();
    raw.map(File::from)
}

/// `own`: the program is that of the one who runs it.
fn run(options: &Options, app: &Path, args: &[String], own: bool) -> wasmtime::Result<ExitCode> {
    let begin = Instant::now();
    if let Some(timeout) = options.timeout() {
        end_after(timeout);
    }
    let wasm = access::read(app)?;
    let imports = Imports::of(&wasm);
    let mut wasi = options.wasi(app, args)?;
    wasi.inherit_stdio();
    if !io::stdin().is_terminal() {
        wasi.stdin(Stdin::new(raw_stdin()?));
    }
    let kept = options.kept(app)?;
    if let Some(kept) = &kept {
        kept.lend_to(&mut wasi)?;
    }
    let Some(windows) = options.windows(app, imports, own)? else {
        return run_with(options, app, (wasm, imports), (begin, wasi, kept, None));
    };
    if windows.takes_stdout() {
        wasi.stdout(io::stderr());
    }
    windows.run(end_closed, |shown| run_with(options, app, (wasm, imports), (begin, wasi, kept, Some(shown))))
}

/// Runs the component that was read, with what it may use.
fn run_with(
    options: &Options,
    app: &Path,
    (wasm, imports): (Vec<u8>, Imports),
    (begin, mut wasi, kept, windows): (Instant, WasiCtxBuilder, Option<Arc<KeptFolder>>, Option<Shown>),
) -> wasmtime::Result<ExitCode> {
    let left = || options.timeout().map(|timeout| timeout.saturating_sub(begin.elapsed()));
    if let Some(windows) = &windows {
        windows.set_clock(&mut wasi);
    }
    let drivers = Drivers::load_for(imports);
    let runtime = options.runtime()?.keeping(kept.clone());
    let component = match options.compile_read(&runtime, app, wasm, left()) {
        Ok(component) => component,
        Err(error) => return timed_out(options, &error).ok_or(error),
    };
    let gpu = options.gpu_builder()?;
    let gpu = match &windows {
        Some(windows) => windows.context(gpu),
        None => gpu,
    };
    let (wasi, gpu) = (wasi.build(), gpu.build());

    let result = match left() {
        Some(left) => runtime.run_for(&component, wasi, gpu, left),
        None => runtime.run(&component, wasi, gpu),
    };
    if let Some(kept) = kept {
        kept.leave();
    }
    match result {
        Ok(outcome) => {
            windows.map_or(Ok(()), |windows| windows.finish())?;
            let status = u8::try_from(outcome.exit_code).unwrap_or(1);
            Ok(if drivers.are_loaded() { ExitCode::from(status) } else { end(status) })
        }
        Err(error) => Ok(timed_out(options, &error).unwrap_or_else(|| {
            eprint!("{}", trap_report(&error));
            end(trap_status(&error))
        })),
    }
}

/// The drivers of the GPU, being loaded while the component is: each takes as long as the other. Dropping it waits for
/// them, for a process may not exit meanwhile.
#[derive(Debug)]
struct Drivers(Option<JoinHandle<()>>);

impl Drivers {
    /// Begins to load them, if the component will want them and there is a processor for it.
    fn load_for(imports: Imports) -> Self {
        let one_processor = thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
        if one_processor || !imports.gpu {
            return Self(None);
        }
        let load = || drop(default_instance());
        // Without the thread they are loaded at the guest's first call.
        #[expect(clippy::disallowed_methods, reason = "it is joined when `Drivers` is dropped")]
        Self(thread::Builder::new().name("wgpu-wasi drivers".to_owned()).spawn(load).ok())
    }

    fn are_loaded(&self) -> bool {
        self.0.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Drivers {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // Its panic is met again by whoever needs the drivers.
            let _ = thread.join();
        }
    }
}

/// Ends this process if `error` is that the time was up.
fn timed_out(options: &Options, error: &wasmtime::Error) -> Option<ExitCode> {
    // Of the whole time, and not of what was left of it when the guest began.
    let timeout = options.timeout().filter(|_| error.is::<TimedOut>())?;
    Some(end_timed_out(TimedOut(timeout)))
}

/// Ends this process a little after the time of the guest is up, should it still be there then: a driver that is
/// loaded, or looks for adapters, can't be ended.
fn end_after(timeout: Duration) {
    // After those who wait for the guest itself.
    let grace = GRACE.saturating_add(Duration::from_millis(500));
    #[expect(clippy::disallowed_methods, reason = "it ends the process")]
    let watchdog = thread::Builder::new().name("wgpu-wasi watchdog".to_owned()).spawn(move || {
        thread::sleep(timeout.saturating_add(grace));
        end_timed_out(TimedOut(timeout))
    });
    if let Err(error) = watchdog {
        tracing::warn!("a driver that never ends will not be ended: {error}");
    }
}

/// Ends this process because of what a guest did with its windows.
fn end_closed(ended: &Ended) {
    eprintln!("error: {ended}");
    end(match ended {
        Ended::Unanswered | Ended::Unclosed => CLOSED,
        Ended::NoDisplay(_) => HOST_FAILED,
    });
}

fn end_timed_out(timed_out: TimedOut) -> ExitCode {
    eprintln!("error: {timed_out} (--timeout)");
    end(TIMED_OUT)
}

/// Ends this process when the guest did not end by itself, or before the drivers were loaded. Its work may still run on
/// the GPU, for ever perhaps, and giving a device back waits for that; the system takes it back when the process is gone.
///
/// `std::process::exit` would let the driver clean up, which on NVIDIA's waits for that work, or crashes
/// because of the threads that still do.
pub(super) fn end(status: u8) -> ExitCode {
    // Only what this process itself has printed could be lost: the guest's own output has no buffer here.
    let _ = io::stdout().flush();
    signal_hook::low_level::exit(i32::from(status))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        run: Run,
    }

    #[test]
    fn what_stands_after_the_component_is_the_programs() {
        let parsed = |line: &str| Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.run.program);
        let args =
            |words: &[&str]| ("app.wasm".into(), words.iter().map(ToString::to_string).collect::<Vec<_>>());
        let program = parsed("run --timeout 5 app.wasm --dir a -- --timeout").unwrap();
        assert_eq!(program.without_dashes().split().unwrap(), args(&["--dir", "a", "--", "--timeout"]));
        // People write `--` before the arguments of a program as they do for cargo and docker, and a program that got it
        // would take it for one of its own, which is none natively either.
        let program = parsed("run app.wasm -- --dir -- a").unwrap();
        assert_eq!(program.clone().without_dashes().split().unwrap(), args(&["--dir", "--", "a"]));
        // cargo has taken out its own before it calls its runner.
        assert_eq!(program.split().unwrap(), args(&["--", "--dir", "--", "a"]));
        assert_eq!(parsed("run app.wasm --").unwrap().without_dashes().split().unwrap(), args(&[]));
        assert!(parsed("run --no-such-option app.wasm").is_err());
        assert!(parsed("run").is_err());
    }

    #[test]
    fn drivers_are_loaded_for_those_who_import_the_gpu() {
        let wanted = |gpu| Drivers::load_for(Imports { gpu, windows: false }).0.is_some();
        assert!(!wanted(false));
        let processors = thread::available_parallelism().unwrap().get();
        assert_eq!(wanted(true), processors > 1);
    }
}
