//! `cargo xtask demo`: a picture goes through the GPU inside the sandbox, and comes out the same as
//! without it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use xshell::{Cmd, cmd};

use crate::{
    artifacts::{self, EXAMPLES, RELEASE},
    repo::Repo,
    setup,
};

/// Builds everything, runs the picture program as a component and natively, and compares.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let host = artifacts::build_host(repo, RELEASE)?;
    let [native, component] = artifacts::build_both(repo, EXAMPLES, "image-filter")?;

    let sh = &repo.sh;
    let folder = sh.create_dir("target/demo")?;
    let [photo, by_component, by_native] =
        ["photo.png", "component.png", "native.png"].map(|name| folder.join(name));
    for old in [&by_component, &by_native] {
        sh.remove_path(old)?;
    }

    println!("\nAdapters of this machine:");
    cmd!(sh, "{host} adapters").run()?;
    if !photo.exists() {
        println!("\nThe picture to work on:");
        cmd!(sh, "{native} --make-sample {photo}").run()?;
    }
    println!("\nAs a component, which sees nothing of this machine but one folder and the GPU:");
    let in_sandbox = cmd!(
        sh,
        "{host} run --dir {folder}::/pictures {component} /pictures/photo.png /pictures/component.png"
    );
    let in_sandbox = timed(&in_sandbox)?;
    println!("\nThe same program natively:");
    let natively = timed(&cmd!(sh, "{native} {photo} {by_native}"))?;

    let same = sh.read_binary_file(&by_component)? == sh.read_binary_file(&by_native)?;
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

fn timed(command: &Cmd<'_>) -> Result<Duration> {
    let start = Instant::now();
    command.run()?;
    Ok(start.elapsed())
}
