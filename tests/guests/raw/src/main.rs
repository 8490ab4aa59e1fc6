//! Runs one case, named by the first argument; what it found wrong goes to stderr. Or one misuse; what came
//! of it goes to stdout, and the texts of the errors to stderr.
//!
//! The asynchronous entry point is written as any guest of `wasi:cli@0.3` would write it.

use raw::{CASES, misuse::MISUSES};

wit_bindgen::generate!({
    path: "../../../wit",
    world: "wgpu-wasi:backend/guest-run3",
    generate_all,
});

struct Run;

export!(Run);

impl exports::wasi::cli::run::Guest for Run {
    async fn run() -> Result<(), ()> {
        let name = std::env::args().nth(1).unwrap_or_default();
        if let Some(misuse) = MISUSES.iter().find(|misuse| misuse.name == name) {
            let answer = misuse.run().await;
            answer.messages().for_each(|message| eprintln!("{message}"));
            println!("{answer}");
            return Ok(());
        }
        let Some(case) = CASES.iter().find(|case| case.name == name) else {
            eprintln!("no case is called {name:?}");
            return Err(());
        };
        let checks = case.run().await;
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
