//! `cargo xtask demo`: a picture goes through the GPU inside the sandbox, and comes out the same as
//! without it.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    artifacts::{self, EXAMPLES, Profile},
    repo::{Repo, program, run},
    setup,
};

const PROGRAM: &str = "image-filter";

/// Builds everything, runs the picture program as a component and natively, and compares.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let host = artifacts::build_host(repo, Profile::Release)?;
    artifacts::build_native(repo, EXAMPLES, &[PROGRAM])?;
    artifacts::build_components(repo, EXAMPLES, &[PROGRAM])?;
    let native = artifacts::native(&artifacts::native_folder(repo), PROGRAM);
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);

    let folder = repo.path("target/demo");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let photo = folder.join("photo.png");
    let (by_component, by_native) = (folder.join("component.png"), folder.join("native.png"));
    for old in [&by_component, &by_native] {
        if old.exists() {
            fs::remove_file(old).with_context(|| old.display().to_string())?;
        }
    }

    println!("\nAdapters of this machine:");
    run(program(&host).arg("adapters"))?;
    if !photo.exists() {
        println!("\nThe picture to work on:");
        run(program(&native).arg("--make-sample").arg(&photo))?;
    }
    println!("\nAs a component, which sees nothing of this machine but one folder and the GPU:");
    let in_sandbox = timed(
        program(&host)
            .args(["run", "--dir"])
            .arg(format!("{}::/pictures", folder.display()))
            .arg(&component)
            .args(["/pictures/photo.png", "/pictures/component.png"]),
    )?;
    println!("\nThe same program natively:");
    let natively = timed(program(&native).arg(&photo).arg(&by_native))?;

    let same = read(&by_component)? == read(&by_native)?;
    println!();
    println!("input                  {}", photo.display());
    println!("made by the component  {}  ({:.2} s)", by_component.display(), in_sandbox.as_secs_f64());
    println!("made natively          {}  ({:.2} s)", by_native.display(), natively.as_secs_f64());
    if !same {
        bail!("the two pictures differ: the component did not compute what the native program did");
    }
    println!("The two are the same, byte for byte.");
    Ok(())
}

fn timed(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    run(command)?;
    Ok(start.elapsed())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}
