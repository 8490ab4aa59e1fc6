//! `cargo xtask windowed`: a program in a window, natively and as a component on an X server without a screen, and as a
//! component without any desktop, its pictures compared; and what else is tested on a desktop.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::{
    artifacts::{self, MAIN, RELEASE, WINDOWED},
    pairs::{self, Pair},
    repo::Repo,
    setup,
};

/// Its pictures, and what one sees.
const PICTURES: [(&str, &str); 3] = [
    ("start", "at first"),
    ("key", "after the space bar"),
    ("resized", "after the window was made 600 by 200"),
];

/// The variable by which the test is told that its program was built, and where its pictures go.
pub(crate) const FOLDER: (&str, &str) = ("WGPU_WASI_WINDOWED", "windowed");

/// Makes the machine ready, builds what is needed, and runs the tests of the host that have a desktop.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before_windows(repo)?;
    let sh = &repo.sh;
    artifacts::build_components(repo, MAIN, &["wgpu-wasi-raw"])?;
    let tool = artifacts::build_subcommand(repo, RELEASE)?;
    build(repo, &tool)?;
    let (variable, folder) = FOLDER;
    let folder = repo.target(folder);
    sh.remove_path(&folder)?;
    cmd!(sh, "cargo test --release --test desktop -- --nocapture").env(variable, &folder).run()?;
    if !folder.join("native").join("start.png").is_file() {
        println!(
            "The component has drawn {} pictures. They are compared with none: this machine has no Xvfb.",
            PICTURES.len()
        );
        return Ok(());
    }
    let mut drawn = Vec::new();
    for (name, shows) in PICTURES {
        let on_desktop = folder.join("desktop").join(format!("{name}.png"));
        let without = folder.join("component").join(format!("{name}.png"));
        let same = sh.read_binary_file(&on_desktop)? == sh.read_binary_file(&without)?;
        ensure!(same, "{} is not {}", on_desktop.display(), without.display());
        drawn.push(Pair::compare(sh, &folder, name, shows)?);
    }
    pairs::report(sh, &folder, "A triangle in a window", "pictures", &drawn)
}

/// Builds the programs with windows, natively and by `cargo wgpu-wasi`, which is `tool`.
pub(crate) fn build(repo: &Repo, tool: &Path) -> Result<()> {
    artifacts::build_by_subcommand(repo, tool, WINDOWED, &[])?;
    artifacts::build_native(repo, WINDOWED, &[])
}
