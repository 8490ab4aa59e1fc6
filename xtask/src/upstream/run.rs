//! An example, natively and as a component.

use std::{
    path::{Path, PathBuf},
    process::Output,
};

use anyhow::{Result, bail, ensure};
use xshell::{Shell, cmd};

use super::{
    alone,
    list::{Kind, Row},
    said, windows,
};
use crate::{
    artifacts,
    pairs::Pair,
    repo::{GUEST_TARGET, Repo},
};

/// What came of an example.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Both sides said and wrote the same.
    Same,
    /// Both have shown something.
    Pair(Pair),
    /// The component has run to its end. Nothing was compared.
    Runs,
    /// The component has ended with an error: this.
    Refused(String),
    /// It could not be compared.
    Failed(String),
}

/// The two programs, and what runs the second.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) native: PathBuf,
    pub(super) component: PathBuf,
    pub(super) tool: PathBuf,
}

/// What winit gives windows that ask for no size, on X11.
pub(super) const SIZE: &str = "800x600";

/// How long a component may take, in seconds: the processor draws.
pub(super) const PATIENCE: &str = "300";

/// Builds a package both ways; as a component with these options of `cargo wgpu-wasi`.
pub(super) fn build(
    repo: &Repo,
    tool: &Path,
    manifest: &Path,
    package: &str,
    options: &[&str],
) -> Result<Sides> {
    let sh = &repo.sh;
    cmd!(sh, "cargo build --release --manifest-path {manifest} -p {package}").run()?;
    cmd!(sh, "{tool} wgpu-wasi build {options...} --release --manifest-path {manifest} -p {package}")
        .run()?;
    Ok(Sides {
        native: artifacts::native(&artifacts::native_folder(repo), package),
        component: artifacts::component(&repo.target(GUEST_TARGET).join(artifacts::RELEASE), package),
        tool: tool.to_owned(),
    })
}

/// Runs an example on both sides; what it shows goes to the folders of these in `folder`.
pub(super) fn run(repo: &Repo, sides: &Sides, folder: &Path, row: &Row) -> Result<Outcome> {
    let (sh, name) = (&repo.sh, &row.name);
    match row.kind {
        Kind::Still { pictures } => windows::one(sh, sides, folder, name, pictures, true),
        Kind::Without { pixels, .. } => {
            let outcome = windows::one(sh, sides, folder, name, 3, true)?;
            if matches!(&outcome, Outcome::Pair(_)) {
                let differ = windows::difference(sh, folder, name)?;
                ensure!(differ <= pixels, "{differ} pixels differ, and {pixels} may");
            }
            Ok(outcome)
        }
        Kind::Moves { pictures } => windows::one(sh, sides, folder, name, pictures, false),
        Kind::Alone => alone::run(sh, sides, folder, name),
        Kind::Windows { windows, pictures } => windows::all(sh, sides, folder, name, windows, pictures),
        Kind::Terminal { arguments, chance } => Ok(in_terminal(sh, sides, folder, name, arguments, chance)?
            .map_or_else(|outcome| outcome, |_| Outcome::Same)),
        Kind::Collatz => {
            match in_terminal(sh, sides, folder, name, &[], &["GPU compute on data", "Results"])? {
                Ok(output) => said::collatz(&output).map(|()| Outcome::Same),
                Err(refused) => Ok(refused),
            }
        }
        Kind::Varies(_) => tried(sh, sides, folder, name, 0),
        Kind::CannotRun(_) => tried(sh, sides, folder, name, 1),
    }
}

/// Whether the component runs so far.
fn tried(sh: &Shell, sides: &Sides, folder: &Path, name: &str, pictures: u32) -> Result<Outcome> {
    let output = component(sh, sides, &folder.join("tried"), name, pictures)?;
    Ok(if output.status.success() { Outcome::Runs } else { Outcome::Refused(said::reason(&output)) })
}

/// Has the component show its first pictures, as `N.png` in `shots`.
pub(super) fn component(
    sh: &Shell,
    sides: &Sides,
    shots: &Path,
    name: &str,
    pictures: u32,
) -> Result<Output> {
    let Sides { component, tool, .. } = sides;
    sh.remove_path(shots)?;
    sh.create_dir(shots)?;
    let windows = format!("--windows=headless:{SIZE}");
    let screenshots = (1..=pictures).flat_map(|number| {
        ["--screenshot".to_owned(), format!("{number}={}", shots.join(format!("{number}.png")).display())]
    });
    let options = ["--virtual-time", "--timeout", PATIENCE];
    let run = cmd!(sh, "{tool} runner {windows} {options...} {screenshots...} {component} {name}");
    Ok(run.quiet().ignore_status().output()?)
}

/// What the component has said, which is what the native program says. Else it was refused.
fn in_terminal(
    sh: &Shell,
    sides: &Sides,
    folder: &Path,
    name: &str,
    arguments: &[&str],
    chance: &[&str],
) -> Result<Result<Output, Outcome>> {
    let Sides { native, component, tool } = sides;
    let places = ["native", "component"].map(|side| folder.join("files").join(side).join(name));
    for place in &places {
        sh.remove_path(place)?;
        sh.create_dir(place)?;
    }
    let [by_native, by_component] = &places;
    let (variable, level) = said::LOG;
    let natively = {
        let _place = sh.push_dir(by_native);
        cmd!(sh, "{native} {name} {arguments...}").env(variable, level).quiet().output()?
    };
    let (grant, log) = (format!("{}::/", by_component.display()), format!("{variable}={level}"));
    let windows = format!("--windows=headless:{SIZE}");
    let options = ["--timeout", PATIENCE, "--dir", &grant, "--env", &log];
    let run = cmd!(sh, "{tool} runner {windows} {options...} {component} {name} {arguments...}");
    let output = run.quiet().ignore_status().output()?;
    if !output.status.success() {
        return Ok(Err(Outcome::Refused(said::reason(&output))));
    }
    let [wanted, given] = [&natively, &output].map(|output| said::lines(output, chance));
    ensure!(!wanted.is_empty(), "natively it says nothing");
    if given != wanted {
        bail!("natively it says\n{}\nand as a component\n{}", wanted.join("\n"), given.join("\n"));
    }
    ensure!(files(sh, by_native)? == files(sh, by_component)?, "the files that it has written differ");
    Ok(Ok(output))
}

/// The names and contents of what is in a folder.
fn files(sh: &Shell, folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let entries = sh.read_dir(folder)?;
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, sh.read_binary_file(path)?))
    };
    entries.into_iter().map(read).collect()
}
