//! Runs one case with windows, named by the first argument; what it found wrong goes to stderr.

#[path = "../windows/mod.rs"]
mod windows;

use raw::Checks;

wit_bindgen::generate!({
    path: "../../../wit",
    world: "wgpu-wasi:backend/guest-run3",
    generate_all,
});

struct Run;

export!(Run);

impl exports::wasi::cli::run::Guest for Run {
    async fn run() -> Result<(), ()> {
        let mut arguments = std::env::args().skip(1);
        let name = arguments.next().unwrap_or_default();
        let mut checks = Checks::default();
        if !windows::run(&name, &mut checks).await {
            checks.fail(format!("no case is called {name:?}"));
        }
        for failure in checks.failures() {
            eprintln!("{failure}");
        }
        if checks.failures().is_empty() { Ok(()) } else { Err(()) }
    }
}

/// The synchronous entry point, which the target always exports. A host that prefers it is not served.
fn main() {
    eprintln!("run me by wasi:cli/run@0.3.0");
    std::process::exit(1);
}
