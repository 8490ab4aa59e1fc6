//! `cargo xtask gallery`: every scene natively and as a component, compared and shown side by side.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{
    artifacts::{self, EXAMPLES, Profile},
    pairs::{self, Pair},
    repo::{Repo, output, program, run},
    setup,
};

const PROGRAM: &str = "gallery";

/// Builds the gallery, draws every scene both ways, compares the files, and makes the contact sheet.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let host = artifacts::build_host(repo, Profile::Release)?;
    artifacts::build_native(repo, EXAMPLES, &[PROGRAM])?;
    artifacts::build_components(repo, EXAMPLES, &[PROGRAM])?;
    let native = artifacts::native(&artifacts::native_folder(repo), PROGRAM);
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);

    let folder = repo.path("target/gallery");
    let [by_native, by_component] = pairs::empty_folders(&folder)?;
    println!("\nNatively:");
    run(program(&native).arg("--all").arg(&by_native))?;
    println!("\nAs a component:");
    run(program(&host)
        .args(["run", "--dir"])
        .arg(format!("{}::/out", by_component.display()))
        .arg(&component)
        .args(["--all", "/out"]))?;

    let pairs = compare(&output(program(&native).arg("--list"))?, &folder)?;
    run(program(&native).arg("--sheet").arg(&folder).arg(folder.join("contact-sheet.png")))?;
    pairs::report(&folder, "The gallery", "scenes", &pairs)
}

/// Compares the files of each scene; `list` has a line for each, its name and what it shows.
fn compare(list: &str, folder: &Path) -> Result<Vec<Pair>> {
    let pair = |line: &str| {
        let (name, shows) = line.split_once('\t').with_context(|| format!("no tab in `{line}`"))?;
        Pair::compare(folder, name, shows)
    };
    list.lines().map(pair).collect()
}
