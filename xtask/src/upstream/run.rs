//! An example, natively and as a component.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use super::{
    list::{Kind, Row},
    workspace::{PACKAGE, Workspace},
};
use crate::{
    artifacts,
    pairs::Pair,
    repo::{GUEST_TARGET, Repo},
    screen::{self, Screen},
};

/// What came of an example.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Both sides said and wrote the same.
    Same,
    /// Both have shown something.
    Pair(Pair),
    /// The component has ended with an error.
    Refused,
    /// It could not be compared.
    Failed(String),
}

/// The two programs, and what runs the second.
#[derive(Debug)]
pub(super) struct Sides {
    native: PathBuf,
    component: PathBuf,
    tool: PathBuf,
}

/// What winit gives windows that ask for no size, on X11.
const SIZE: &str = "800x600";

/// How long a component may take, in seconds: the processor draws.
const PATIENCE: &str = "300";

/// Builds the examples both ways.
pub(super) fn build(repo: &Repo, tool: &Path, workspace: &Workspace) -> Result<Sides> {
    let (sh, manifest) = (&repo.sh, &workspace.manifest);
    cmd!(sh, "cargo build --release --manifest-path {manifest} -p {PACKAGE}").run()?;
    cmd!(sh, "{tool} wgpu-wasi build --as-native --release --manifest-path {manifest} -p {PACKAGE}").run()?;
    Ok(Sides {
        native: artifacts::native(&artifacts::native_folder(repo), PACKAGE),
        component: artifacts::component(&repo.target(GUEST_TARGET).join(artifacts::RELEASE), PACKAGE),
        tool: tool.to_owned(),
    })
}

/// Runs an example on both sides; what it shows goes to the folders of these in `folder`.
pub(super) fn run(repo: &Repo, sides: &Sides, folder: &Path, row: &Row) -> Result<Outcome> {
    let name = &row.name;
    match row.kind {
        Kind::Still { pictures } => in_windows(&repo.sh, sides, folder, name, pictures, true),
        Kind::Moves { pictures } => in_windows(&repo.sh, sides, folder, name, pictures, false),
        Kind::Terminal { arguments } => in_terminal(&repo.sh, sides, folder, name, arguments),
        Kind::CannotRun(_) => {
            let shots = folder.join("tried");
            let tried = component(&repo.sh, sides, &shots, name, 1)?;
            Ok(if tried { Outcome::Same } else { Outcome::Refused })
        }
    }
}

/// Has the component show its first pictures, as `N.png` in `shots`; whether it ended well.
fn component(sh: &Shell, sides: &Sides, shots: &Path, name: &str, pictures: u32) -> Result<bool> {
    let Sides { component, tool, .. } = sides;
    sh.remove_path(shots)?;
    sh.create_dir(shots)?;
    let windows = format!("--windows=headless:{SIZE}");
    let screenshots = (1..=pictures).flat_map(|number| {
        ["--screenshot".to_owned(), format!("{number}={}", shots.join(format!("{number}.png")).display())]
    });
    let options = ["--virtual-time", "--timeout", PATIENCE];
    let run = cmd!(sh, "{tool} runner {windows} {options...} {screenshots...} {component} {name}");
    Ok(run.quiet().ignore_stdout().ignore_stderr().run().is_ok())
}

/// `stays`: what the native window shows does, so one can wait for it.
fn in_windows(
    sh: &Shell,
    sides: &Sides,
    folder: &Path,
    name: &str,
    pictures: u32,
    stays: bool,
) -> Result<Outcome> {
    let shots = folder.join("pictures");
    // A picture that stays is drawn once, or thrice: how often is the program's affair.
    let ended = component(sh, sides, &shots, name, pictures)?;
    let mut shown: Vec<PathBuf> = Vec::new();
    for number in 1..=pictures {
        let shot = shots.join(format!("{number}.png"));
        if shot.is_file() {
            shown.push(shot);
        }
    }
    if shown.is_empty() {
        ensure!(!ended, "it has shown nothing");
        return Ok(Outcome::Refused);
    }
    let native = folder.join("native").join(format!("{name}.png"));
    let screen = Screen::start(sh, 95)?;
    let window = screen.open(Command::new(&sides.native).arg(name).current_dir(folder))?;
    window.shoot_drawn(&native)?;
    if stays {
        window.shoot_still(&native)?;
    }
    drop(window);
    let wanted = signatures(sh, std::slice::from_ref(&native))?;
    let drawn = signatures(sh, &shown)?;
    let found = drawn.iter().position(|signature| Some(signature) == wanted.first());
    let nearest = shown.get(found.unwrap_or_default()).context("a picture")?;
    let component = folder.join("component").join(format!("{name}.png"));
    fs::copy(nearest, &component)?;
    screen::plain(sh, &component)?;
    let shows = match found {
        Some(at) => format!("picture {} of the component", at + 1),
        None => format!("none of the {} pictures of the component; beside it the first", shown.len()),
    };
    Ok(Outcome::Pair(Pair::compare(sh, folder, name, &shows)?))
}

/// What says of two pictures whether their pixels are the same.
fn signatures(sh: &Shell, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    // A command line has its limits.
    for some in files.chunks(100) {
        let one_a_line = "%#\\n";
        let read = cmd!(sh, "convert {some...} -alpha off -depth 8 -format {one_a_line} info:");
        let signatures = read.quiet().read()?;
        all.extend(signatures.lines().map(str::to_owned));
    }
    ensure!(all.len() == files.len(), "{} pictures have {} signatures", files.len(), all.len());
    Ok(all)
}

fn in_terminal(sh: &Shell, sides: &Sides, folder: &Path, name: &str, arguments: &[&str]) -> Result<Outcome> {
    let Sides { native, component, tool } = sides;
    let places = ["native", "component"].map(|side| folder.join("files").join(side).join(name));
    for place in &places {
        sh.remove_path(place)?;
        sh.create_dir(place)?;
    }
    let [by_native, by_component] = &places;
    let said = {
        let _place = sh.push_dir(by_native);
        cmd!(sh, "{native} {name} {arguments...}").quiet().ignore_stderr().read()?
    };
    let grant = format!("{}::/", by_component.display());
    let windows = format!("--windows=headless:{SIZE}");
    let options = ["--timeout", PATIENCE, "--dir", &grant];
    let run = cmd!(sh, "{tool} runner {windows} {options...} {component} {name} {arguments...}");
    let Ok(answer) = run.quiet().ignore_stderr().read() else { return Ok(Outcome::Refused) };
    if answer != said {
        bail!("natively it says\n{said}\nand as a component\n{answer}");
    }
    let (native, component) = (files(sh, by_native)?, files(sh, by_component)?);
    ensure!(native == component, "the files that it has written differ");
    Ok(Outcome::Same)
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
