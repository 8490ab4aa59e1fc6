//! `cargo xtask wit`: the contract in `wit/` against the definition that other hosts carry, and its copies in the packages.

mod compare;
pub(crate) mod copies;
mod definition;
mod reference;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

/// Parses `wit/` and writes its copies; with `check`, compares it with them and with the reference, and fails on any
/// difference.
pub(crate) fn run(repo: &Repo, check: bool) -> Result<()> {
    let version = fs::read_to_string(repo.path("wit/VERSION")).context("wit/VERSION")?;
    let version = version.trim();
    let path = format!("wit/deps/wasi-webgpu-{version}/webgpu.wit");
    let source = fs::read_to_string(repo.path(&path)).with_context(|| path.clone())?;
    let ours = definition::parse(&path, &source)?;
    let expected = format!("wasi:webgpu@{version}");
    if ours.name != expected {
        bail!("{path} defines `{}`, but wit/VERSION says `{expected}`", ours.name);
    }
    println!(
        "wit/: {}, {} resources, {} functions",
        ours.name,
        ours.count("resource"),
        ours.count("function")
    );
    copies::run(repo, check)?;
    if !check {
        return Ok(());
    }

    let reference = reference::find()?;
    let source = fs::read_to_string(&reference).with_context(|| reference.display().to_string())?;
    let theirs = definition::parse(&reference.display().to_string(), &source)?;
    let differences = compare::compare(&ours, &theirs);
    if differences.is_empty() {
        println!("wit/ is the same as in {}, member for member", reference::PACKAGE);
        return Ok(());
    }
    for difference in &differences {
        eprintln!("  {difference}");
    }
    bail!(
        "wit/ differs from the definition in {} in {} places (listed above); the order of members is ABI",
        reference::PACKAGE,
        differences.len()
    );
}
