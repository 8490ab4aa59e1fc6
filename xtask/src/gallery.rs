//! `cargo xtask gallery`: every scene natively and as a component, compared and shown side by side.

use anyhow::{Context, Result};
use xshell::cmd;

use crate::{
    artifacts::{self, EXAMPLES, RELEASE},
    pairs::{self, Pair},
    repo::Repo,
    setup,
};

/// Builds the gallery, draws every scene both ways, compares the files, and makes the contact sheet.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let host = artifacts::build_host(repo, RELEASE)?;
    let [native, component] = artifacts::build_both(repo, EXAMPLES, "gallery")?;

    let (sh, folder) = (&repo.sh, repo.path("target/gallery"));
    let [by_native, by_component] = pairs::empty_folders(sh, &folder)?;
    println!("\nNatively:");
    cmd!(sh, "{native} --all {by_native}").run()?;
    println!("\nAs a component:");
    cmd!(sh, "{host} run --dir {by_component}::/out {component} --all /out").run()?;

    // A line for each scene, its name and what it shows.
    let scenes = cmd!(sh, "{native} --list").read()?;
    let pair = |line: &str| {
        let (name, shows) = line.split_once('\t').with_context(|| format!("no tab in `{line}`"))?;
        Pair::compare(sh, &folder, name, shows)
    };
    let pairs: Result<Vec<_>> = scenes.lines().map(pair).collect();
    let sheet = folder.join("contact-sheet.png");
    cmd!(sh, "{native} --sheet {folder} {sheet}").run()?;
    pairs::report(sh, &folder, "The gallery", "scenes", &pairs?)
}
