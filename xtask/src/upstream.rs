//! `cargo xtask upstream`: wgpu's own examples, natively and as components, compared.
//!
//! The sources are those of a checkout of wgpu, unmodified. Only their workspace is made anew, below the target folder, for
//! in wgpu's they use the wgpu beside them, and `cargo wgpu-wasi` replaces the one of crates.io alone
//! (`upstream/workspace.rs`). What each example is, and which can't run for what reason, is in `upstream/list.rs`.

mod list;
mod run;
mod workspace;

use std::path::PathBuf;

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
use run::Outcome;

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
    let sides = run::build(repo, &tool, &workspace)?;
    let folder = repo.path("target/upstream");
    pairs::empty_folders(&repo.sh, &folder)?;
    let mut outcomes = Vec::new();
    for row in rows {
        println!("\n{}", row.name);
        let outcome = run::run(repo, &sides, &folder, &row);
        outcomes.push((row, outcome.unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")))));
    }
    tell(repo, &folder, outcomes)
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

/// Prints the table, writes the page, and fails where something is not as the list has it.
fn tell(repo: &Repo, folder: &std::path::Path, outcomes: Vec<(Row, Outcome)>) -> Result<()> {
    let (mut drawn, mut wrong) = (Vec::new(), Vec::new());
    println!();
    for (row, outcome) in outcomes {
        let (mark, text) = match (&row.kind, outcome) {
            (Kind::CannotRun(reason), Outcome::Refused) => ("left out ", (*reason).to_owned()),
            (Kind::CannotRun(_), Outcome::Same | Outcome::Pair(_)) => {
                wrong.push(row.name.clone());
                ("RUNS NOW ", "take it off the list of those that can't".to_owned())
            }
            (_, Outcome::Same) => ("same     ", "says the same".to_owned()),
            (_, Outcome::Pair(pair)) => {
                let same = pair.is_same();
                if !same {
                    wrong.push(row.name.clone());
                }
                drawn.push(pair);
                if same {
                    ("same     ", "shows the same".to_owned())
                } else {
                    ("DIFFERENT", "shows something else".to_owned())
                }
            }
            (Kind::Still { .. } | Kind::Moves { .. } | Kind::Terminal { .. }, Outcome::Refused) => {
                wrong.push(row.name.clone());
                ("FAILED   ", "as a component, it ends with an error".to_owned())
            }
            (_, Outcome::Failed(error)) => {
                wrong.push(row.name.clone());
                ("FAILED   ", error)
            }
        };
        println!("{mark} {:28} {text}", row.name);
    }
    if !drawn.is_empty() {
        let page = folder.join("index.html");
        repo.sh.write_file(&page, pairs::html("wgpu's own examples", &drawn))?;
        println!("\npage  {}", page.display());
    }
    ensure!(wrong.is_empty(), "not as they should be: {}", wrong.join(", "));
    Ok(())
}
