//! `cargo xtask release --dry-run`: whether what would be published fits together, and what that is.

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Deserialize;
use xshell::{Shell, cmd};

use crate::{
    packages::{self, CRATES},
    repo::Repo,
    setup,
};

/// How to look at a release.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Publish nothing; without it there is only an error, since publishing is done by hand
    #[arg(long)]
    dry_run: bool,
    /// Have cargo build each package by itself as well, which takes as long as a first build
    #[arg(long)]
    verify: bool,
}

/// Packages what would be published, tries it, says in which order it goes, and fails where versions do not agree.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<()> {
    ensure!(options.dry_run, "publishing is done by hand: `--dry-run` says with which commands");
    let sh = &repo.sh;
    let (packages, version) = published(sh)?;
    let mut findings = disagreements(&packages, &version);
    let title = format!("## [{version}] - ");
    match sh.read_file("CHANGELOG.md")?.lines().find_map(|line| line.strip_prefix(&title)) {
        Some("unreleased") => println!("release: CHANGELOG.md: {version} gets its date when it is published"),
        Some(_) => {}
        None => findings.push(format!("CHANGELOG.md has no section for {version}")),
    }
    let documents = cmd!(sh, "git ls-files").quiet().read()?;
    for document in documents.lines().filter(|path| path.ends_with(".md") && *path != "CHANGELOG.md") {
        let text = sh.read_file(document)?;
        findings
            .extend(outdated(&text, &version).map(|line| format!("{document} is not of {version}: {line}")));
    }
    findings.iter().for_each(|finding| println!("release: {finding}"));

    setup::before(repo)?;
    packages::package(repo, &["--list"])?;
    packages::package(repo, if options.verify { &[] } else { &["--no-verify"] })?;
    packages::run(repo, &version)?;
    println!("release: {version} would be published by");
    CRATES.iter().for_each(|(name, _)| println!("  cargo publish -p {name}"));
    ensure!(findings.is_empty(), "not ready to be released: {}", findings.join("; "));
    Ok(())
}

/// Packages the crates as they are in the folder, committed or not, and tries the packages.
pub(crate) fn try_packages(repo: &Repo) -> Result<()> {
    packages::package(repo, &["--no-verify", "--allow-dirty"])?;
    packages::run(repo, &published(&repo.sh)?.1)
}

/// The part of `cargo metadata` that is looked at.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    /// The registries that it may be published to; none means all.
    publish: Option<Vec<String>>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    req: String,
    path: Option<String>,
    kind: Option<String>,
}

/// The packages that would be published, and their version; nothing is resolved for that.
fn published(sh: &Shell) -> Result<(Vec<Package>, String)> {
    let metadata = cmd!(sh, "cargo metadata --no-deps --format-version 1");
    let Metadata { mut packages } = serde_json::from_str(&metadata.quiet().read()?)?;
    packages.retain(|package| CRATES.iter().any(|(name, _)| package.name == *name));
    let version = packages.first().context("no package that would be published")?.version.clone();
    Ok((packages, version))
}

/// What does not fit in the manifests.
fn disagreements(packages: &[Package], version: &str) -> Vec<String> {
    let mut found = Vec::new();
    for Package { name, version: other, .. } in packages.iter().filter(|other| other.version != version) {
        found.push(format!("{name} is {other}, not {version}"));
    }
    for (place, (name, _)) in CRATES.iter().enumerate() {
        let Some(package) = packages.iter().find(|package| package.name == *name) else {
            found.push(format!("{name} is no package of the workspace"));
            continue;
        };
        if package.publish.is_some() {
            found.push(format!("{name} may not be published"));
        }
        let inner = package.dependencies.iter().filter(|other| other.path.is_some());
        for Dependency { name: other, req, .. } in inner.filter(|other| other.kind.as_deref() != Some("dev"))
        {
            if !CRATES.iter().take(place).any(|(earlier, _)| earlier == other) {
                found.push(format!("{name} needs {other}, which is not published before it"));
            } else if !fits(req, version) {
                found.push(format!("{name} requires {other} {req}, not {version}"));
            }
        }
    }
    found
}

/// Whether a requirement is written for this version: `^0.1`, `0.1.0` and `=0.1.0` for 0.1.0.
fn fits(requirement: &str, version: &str) -> bool {
    let number = requirement.trim_start_matches(['^', '=']);
    version == number || version.starts_with(&format!("{number}."))
}

/// The lines about one of our packages for a manifest or a shell with the number of another version.
fn outdated<'a>(document: &'a str, version: &str) -> impl Iterator<Item = &'a str> {
    let installs = |line: &&str| {
        let means = ["cargo install", "cargo add", " = "].iter().any(|mark| line.contains(mark));
        means && CRATES.iter().any(|(name, _)| line.contains(name))
    };
    let is_other = move |line: &&str| {
        let numbers = line.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let mut numbers =
            numbers.map(|number| number.trim_matches('.')).filter(|number| number.contains('.'));
        numbers.any(|number| !fits(number, version))
    };
    document.lines().filter(installs).filter(is_other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, dependencies: &[(&str, &str, Option<&str>)]) -> Package {
        let dependency = |&(name, req, path): &(&str, &str, Option<&str>)| Dependency {
            name: name.to_owned(),
            req: req.to_owned(),
            path: path.map(str::to_owned),
            kind: None,
        };
        let dependencies = dependencies.iter().map(dependency).collect();
        Package { name: name.to_owned(), version: version.to_owned(), publish: None, dependencies }
    }

    #[test]
    fn what_does_not_fit_is_found() {
        let found = |requirement: &str, backend: &str| {
            let backend = package("wgpu-wasi-backend", backend, &[("wgpu", "=30.0.2", None)]);
            let host = package("wgpu-wasi-host", "0.1.0", &[("wgpu", "^30.0", None)]);
            let tool =
                package("cargo-wgpu-wasi", "0.1.0", &[("wgpu-wasi-host", requirement, Some("../host"))]);
            disagreements(&[package("wgpu-wasi-window", "0.1.0", &[]), backend, host, tool], "0.1.0")
        };
        assert_eq!(found("^0.1.0", "0.1.0"), [""; 0]);
        assert_eq!(found("*", "0.1.0"), ["cargo-wgpu-wasi requires wgpu-wasi-host *, not 0.1.0"]);
        assert_eq!(found("^0.1", "0.2.0"), ["wgpu-wasi-backend is 0.2.0, not 0.1.0"]);
        let early = package("wgpu-wasi-backend", "0.1.0", &[("wgpu-wasi-host", "^0.1.0", Some("../host"))]);
        assert_eq!(disagreements(&[early], "0.1.0").len(), 4);
    }

    #[test]
    fn lines_of_another_version_are_found() {
        let document = "cargo install cargo-wgpu-wasi@0.1.0\nwgpu-wasi-backend = \"0.1\"\nwgpu = \"=30.0.2\"\n\
                        wgpu-wasi-host = { version = \"0.2\" }\nOf cargo-wgpu-wasi 0.3. See cargo install.\n";
        let found = ["wgpu-wasi-host = { version = \"0.2\" }", "Of cargo-wgpu-wasi 0.3. See cargo install."];
        assert!(outdated(document, "0.1.0").eq(found));
    }
}
