//! The components: built when a test first needs one, unless they are there already.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use wasmtime::component::Component;
use wgpu_wasi_host::command::{Runtime, RuntimeOptions};

/// A component of `tests/guests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guest {
    /// The cases, in plain wgpu over the backend.
    Programs,
    /// The same with naga inside, for the cases whose shaders the guest translates.
    Translated,
    /// What the WIT allows and wgpu does not, by raw bindings, with an asynchronous entry point.
    Raw,
    /// A compute program by raw bindings whose only entry point is the synchronous one.
    RawSync,
    /// Guests with windows, by raw bindings.
    RawWindows,
}

impl Guest {
    fn file(self) -> &'static str {
        match self {
            Self::Programs => "programs.wasm",
            Self::Translated => "translated.wasm",
            Self::Raw => "raw.wasm",
            Self::RawSync => "raw_sync.wasm",
            Self::RawWindows => "raw_windows.wasm",
        }
    }

    /// The component, compiled once.
    ///
    /// # Panics
    ///
    /// When it can't be built, read or compiled.
    #[must_use]
    pub fn component(self) -> &'static Component {
        // With what went wrong: the next test is told the same, and does not try again.
        static COMPONENTS: [OnceLock<Result<Component, String>>; 5] = [const { OnceLock::new() }; 5];
        let slot = match self {
            Self::Programs => 0,
            Self::Raw => 1,
            Self::RawSync => 2,
            Self::Translated => 3,
            Self::RawWindows => 4,
        };
        let cell = COMPONENTS.get(slot).expect("there is a slot for each guest");
        let component = cell.get_or_init(|| {
            let path = folder()?.join(self.file());
            let wasm = fs::read(&path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
            runtime()
                .compile(&wasm)
                .map_err(|error| format!("{} does not compile: {error:?}", path.display()))
        });
        component.as_ref().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The engine and linker that all components share.
///
/// # Panics
///
/// When this machine can't run WebAssembly.
#[must_use]
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let options = RuntimeOptions::default().cache(target_folder().join("tmp").join("components"));
        Runtime::new(&options).expect("the runtime starts")
    })
}

/// The root of the checkout.
#[must_use]
pub fn root() -> &'static Path {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness.ancestors().nth(2).unwrap_or(harness)
}

/// Where cargo puts what it builds: this program is `TARGET/PROFILE/deps/NAME`.
///
/// # Panics
///
/// When this program has no path.
#[must_use]
pub fn target_folder() -> PathBuf {
    let program = env::current_exe().expect("the test program has a path");
    program.ancestors().nth(3).expect("cargo puts test programs three folders deep").to_path_buf()
}

/// Where the components are; builds them first. cargo has let go of its lock by the time that tests run,
/// so they go into the same target folder, and nothing is built that `cargo build` has built already.
///
/// # Errors
///
/// Says why they can't be built.
pub fn folder() -> Result<&'static Path, String> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        if let Some(folder) = env::var_os("WGPU_WASI_GUESTS") {
            return Ok(folder.into());
        }
        let packages = ["wgpu-wasi-bench", "wgpu-wasi-fuzz", "wgpu-wasi-programs", "wgpu-wasi-raw"];
        build(&packages.map(|package| ["-p", package]).concat())?;
        // Apart: together with the others it would give them its features, and so naga.
        build(&["-p", "wgpu-wasi-programs", "--bin", "translated", "--features", "translated"])?;
        Ok(target_folder().join("wasm32-wasip2").join("release"))
    });
    folder.as_deref().map_err(Clone::clone)
}

fn build(what: &[&str]) -> Result<(), String> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--target", "wasm32-wasip2"])
        .current_dir(root())
        .args(what)
        .env("CARGO_TARGET_DIR", target_folder())
        .output()
        .map_err(|error| format!("cargo does not run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "the guests can't be built; `cargo xtask setup` installs what that needs\n{}",
        String::from_utf8_lossy(&output.stderr)
    ))
}
