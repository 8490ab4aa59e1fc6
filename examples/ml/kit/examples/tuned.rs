//! Writes what burn has timed natively into one file, a flat bundle, which other machines and sandboxes can read.
//!
//! `tuned FOLDER FILE.bundle`, where the folder has the database: `target/environment`, unless `cubecl.toml` says otherwise.

use std::process::ExitCode;

use anyhow::Context as _;

fn main() -> ExitCode {
    ml_kit::main(run)
}

#[cfg(not(target_family = "wasm"))]
fn run() -> anyhow::Result<()> {
    use cubecl_environment::bundle::{BundleFormat, ExportOptions, export};

    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let (folder, file) = arguments.first().zip(arguments.get(1)).context("which folder, and which file?")?;
    let options = ExportOptions {
        name: "native".to_owned(),
        namespaces: ["autotune", "throughput"].map(str::to_owned).to_vec(),
        format: BundleFormat::Flat,
        ..ExportOptions::default()
    };
    let bundle = export(&[folder], file, &options)?;
    println!("{}, of cubecl {}", bundle.name, bundle.cubecl_version);
    Ok(())
}

#[cfg(target_family = "wasm")]
fn run() -> anyhow::Result<()> {
    None.context("the database is a native one")
}
