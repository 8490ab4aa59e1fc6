//! `cargo xtask upstream`: wgpu's own examples, natively and as components, compared.
//!
//! The sources are those of a checkout of wgpu, unmodified. Only their workspace is made anew, below the target folder, for
//! in wgpu's they use the wgpu beside them, and `cargo wgpu-wasi` replaces the one of crates.io alone
//! (`upstream/workspace.rs`). What each example is, and which can't run for what reason, is in `upstream/list.rs`.

mod alone;
mod list;
mod run;
mod said;
mod windows;
mod workspace;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use xshell::cmd;

use crate::{
    artifacts::{self, RELEASE},
    pairs,
    repo::Repo,
    screen, setup,
};
use list::{Kind, Row};
use run::{Outcome, Sides};

/// Which examples, and of which wgpu.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A checkout of wgpu 30; without one, the tag is cloned
    path: Option<PathBuf>,

    /// Only these examples
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,

    /// A `cargo-wgpu-wasi` that is built already, in place of one of this checkout
    #[arg(long, value_name = "PROGRAM")]
    tool: Option<PathBuf>,
}

/// What is cloned.
const REPOSITORY: &str = "https://github.com/gfx-rs/wgpu";
const TAG: &str = "v30.0.2";

/// Builds the examples both ways, runs them, and prints and writes what came of it.
pub(crate) fn run_all(repo: &Repo, options: &Options) -> Result<()> {
    setup::before(repo)?;
    let missing = screen::missing();
    ensure!(missing.is_empty(), "the native windows need {}, which this machine lacks", missing.join(", "));
    let checkout = match &options.path {
        Some(path) => path.clone(),
        None => clone(repo)?,
    };
    let workspace = workspace::make(&checkout, &repo.target("upstream/workspace"))
        .with_context(|| format!("{} is no checkout of wgpu that is known here", checkout.display()))?;
    let rows = list::rows(&workspace.examples)?;
    let known = |name: &String| rows.iter().any(|row| row.name == *name);
    if let Some(unknown) = options.only.iter().find(|name| !known(name)) {
        bail!("wgpu has no example {unknown}");
    }
    let rows: Vec<Row> =
        rows.into_iter().filter(|row| options.only.is_empty() || options.only.contains(&row.name)).collect();
    let tool = match &options.tool {
        Some(tool) => tool.canonicalize().with_context(|| tool.display().to_string())?,
        None => artifacts::build_subcommand(repo, RELEASE)?,
    };
    let (alone, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| matches!(row.kind, Kind::Alone));
    let mut programs = Vec::new();
    let build =
        |package: &str, options: &[&str]| run::build(repo, &tool, &workspace.manifest, package, options);
    if !alone.is_empty() {
        // As it is, for it does not take each wasm for a browser.
        programs.push((build(workspace::ALONE, &[])?, alone));
    }
    if !others.is_empty() {
        programs.push((build(workspace::PACKAGE, &["--as-native"])?, others));
    }
    let folder = repo.path("target/upstream");
    pairs::empty_folders(&repo.sh, &folder)?;
    compare(repo, &folder, &programs)
}

/// Clones the tag, unless it is there already.
fn clone(repo: &Repo) -> Result<PathBuf> {
    let folder = repo.target("upstream/wgpu");
    if !folder.join("Cargo.toml").is_file() {
        let sh = &repo.sh;
        cmd!(sh, "git clone --depth 1 --branch {TAG} {REPOSITORY} {folder}")
            .run()
            .context("without a network, name a checkout: cargo xtask upstream PATH")?;
    }
    Ok(folder)
}

/// Runs the examples, prints what came of each, writes the page, and fails where something is not as the list has it.
fn compare(repo: &Repo, folder: &Path, programs: &[(Sides, Vec<Row>)]) -> Result<()> {
    let (mut drawn, mut wrong, mut same) = (Vec::new(), Vec::new(), 0);
    println!();
    let rows = programs.iter().flat_map(|(sides, rows)| rows.iter().map(move |row| (sides, row)));
    for (sides, row) in rows {
        let outcome = run::run(repo, sides, folder, row);
        let outcome = outcome.unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        let (mark, text) = verdict(&row.kind, &outcome);
        println!("{mark:10} {:28} {text}", row.name);
        match mark {
            SAME => same += 1,
            _ if mark == mark.to_uppercase() => wrong.push(row.name.clone()),
            _ => {}
        }
        if let Outcome::Pair(pair) = outcome {
            drawn.push(pair);
        }
    }
    println!("\n{same} are the same");
    if !drawn.is_empty() {
        let page = folder.join("index.html");
        repo.sh.write_file(&page, pairs::html("wgpu's own examples", &drawn))?;
        println!("page  {}", page.display());
    }
    ensure!(wrong.is_empty(), "not as they should be: {}", wrong.join(", "));
    Ok(())
}

/// What [`verdict`] has for an example that shows or says the same.
const SAME: &str = "same";

/// A word for what came of an example, in capitals where it is not as the list has it, and a text.
fn verdict(kind: &Kind, outcome: &Outcome) -> (&'static str, String) {
    match (kind, outcome) {
        (Kind::CannotRun(reason), Outcome::Refused(error)) => ("left out", format!("{reason} ({error})")),
        (Kind::CannotRun(_), Outcome::Runs) => ("RUNS NOW", "take it off those that can't".to_owned()),
        (Kind::Varies(reason), Outcome::Runs) => ("runs", (*reason).to_owned()),
        (Kind::Without { .. }, Outcome::Pair(pair)) if pair.is_same() => {
            ("SAME NOW", "it lacks nothing any more".to_owned())
        }
        (Kind::Without { reason, .. }, Outcome::Pair(_)) => ("differs", (*reason).to_owned()),
        (_, Outcome::Pair(pair)) if pair.is_same() => (SAME, format!("shows the same: {}", pair.shows)),
        (_, Outcome::Pair(_)) => ("DIFFERENT", "shows something else".to_owned()),
        (_, Outcome::Same) => (SAME, "says the same".to_owned()),
        (_, Outcome::Runs) => ("FAILED", "nothing was compared".to_owned()),
        (_, Outcome::Refused(error)) => ("FAILED", format!("as a component, it ends with an error: {error}")),
        (_, Outcome::Failed(error)) => ("FAILED", error.clone()),
    }
}
