//! `cargo xtask wit`: the contract in `wit/` against the definition that other hosts carry, its copies in the packages,
//! and the tables of the host in a browser.
//!
//! That one is kept in `xtask/published/`, as it stands in a published crate. Ours has documentation that it
//! has not; all else is the same text, and so each member, type and order is the same.

mod commands;
mod definitions;
mod javascript;
mod keys;

use std::path::Path;

use anyhow::{Result, bail, ensure};
use similar::TextDiff;
use xshell::cmd;

use crate::repo::Repo;

/// Reads `wit/` and writes its copies; with `check`, fails where they or the published definition differ from it.
pub(crate) fn run(repo: &Repo, check: bool) -> Result<()> {
    let version = repo.sh.read_file("wit/VERSION")?;
    let version = version.trim();
    let path = format!("wit/deps/wasi-webgpu-{version}/webgpu.wit");
    let ours = repo.sh.read_file(&path)?;
    let package = format!("wasi:webgpu@{version}");
    let (resources, functions) = counts(&ours);
    println!("wit/: {package}, {resources} resources, {functions} functions");
    copies(repo, check)?;
    tables(repo, &ours, check)?;
    if !check {
        return Ok(());
    }
    let theirs = format!("xtask/published/wasi-webgpu-{version}.wit");
    let differences = differences(&ours, &repo.sh.read_file(&theirs)?);
    if !differences.is_empty() {
        eprint!("{differences}");
        bail!("{path} (+) is not {theirs} (-); the order of members is ABI");
    }
    ensure!(definition(&ours).starts_with(&format!("package {package};\n")), "{path} is not {package}");
    println!("wit/ is the same as {theirs}, line for line");
    Ok(())
}

/// The published packages that need it: a package has nothing from outside its folder.
const PACKAGES: [&str; 3] = ["host", "wgpu-wasi-backend", "wgpu-wasi-window"];

/// Writes each copy that is not the same as `wit/`; with `check`, fails on it instead.
pub(crate) fn copies(repo: &Repo, check: bool) -> Result<()> {
    let sh = &repo.sh;
    for package in PACKAGES {
        let copy = format!("{package}/wit");
        let same = cmd!(sh, "git diff --no-index --stat --exit-code wit {copy}").quiet().run().is_ok();
        ensure!(same || !check, "{copy}/ is not the same as wit/: run `cargo xtask wit`");
        if !same {
            sh.remove_path(&copy)?;
            for file in cmd!(sh, "git ls-files --cached --others --deduplicate wit").quiet().read()?.lines() {
                let text = repo.path(file);
                if text.exists() {
                    sh.write_file(repo.path(package).join(file), sh.read_binary_file(text)?)?;
                }
            }
        }
        println!("{copy}/: {}", if same { "as wit/" } else { "written" });
    }
    Ok(())
}

/// Where the host in a browser has its tables.
const TABLES: &str = "web/host/src/tables";

/// Where the names of keys are.
const KEYS: &str = "wit/deps/wgpu-wasi-window-0.1.0/keys.wit";
const SURFACE: &str = "wit/deps/wasi-gfx-surface-0.2.0/surface.wit";

/// Writes the tables of the host in a browser; with `check`, fails on one that is not current.
fn tables(repo: &Repo, wit: &str, check: bool) -> Result<()> {
    let keys = keys::lists(&repo.sh.read_file(KEYS)?, &repo.sh.read_file(SURFACE)?)?;
    let written =
        [("webgpu.ts", definitions::table(wit)?), ("commands.ts", commands::decoder()), ("keys.ts", keys)];
    for (name, text) in written {
        let path = Path::new(TABLES).join(name);
        let same = repo.sh.read_file(repo.path(&path)).is_ok_and(|old| old == text);
        ensure!(same || !check, "{} is not made from this wit/: run `cargo xtask wit`", path.display());
        if !same {
            repo.sh.write_file(repo.path(&path), text)?;
        }
        println!("{}: {}", path.display(), if same { "as wit/" } else { "written" });
    }
    Ok(())
}

/// The lines that define something: without comments and without empty lines.
fn definition(text: &str) -> String {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default().trim_end());
    code.filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

/// How many resources and functions a definition has.
fn counts(text: &str) -> (usize, usize) {
    let text = definition(text);
    let count = |what: &str| text.matches(what).count();
    (count("\n  resource "), count("func(") + count("constructor("))
}

/// What differs in two definitions; nothing where they are the same.
fn differences(ours: &str, theirs: &str) -> String {
    let (ours, theirs) = (definition(ours), definition(theirs));
    TextDiff::from_lines(&theirs, &ours).unified_diff().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = include_str!("../../wit/deps/wasi-webgpu-0.3.0-rc.2/webgpu.wit");
    const THEIRS: &str = include_str!("../published/wasi-webgpu-0.3.0-rc.2.wit");

    #[test]
    fn documentation_is_no_difference() {
        assert_eq!(differences(OURS, THEIRS), "");
        assert_eq!(definition("/// Words.\na: u32, // more\r\n\n  // b\n  c {\n"), "a: u32,\n  c {\n");
    }

    /// All of its resources and functions are there, and what changes any line is seen.
    #[test]
    fn a_change_of_any_line_is_found() {
        assert_eq!(counts(OURS), (33, 229));
        let text = definition(THEIRS);
        for line in text.lines().filter(|line| line.trim() != "}") {
            let gone = text.replacen(&format!("{line}\n"), "", 1);
            assert!(differences(&gone, THEIRS).contains(&format!("\n-{line}\n")), "{line}");
            let other = text.replacen(line, &format!("{line} other"), 1);
            assert!(differences(&other, THEIRS).contains(&format!("\n+{line} other\n")), "{line}");
        }
    }

    #[test]
    fn another_order_is_found() {
        let [one, two] = ["    clamp-to-edge,\n", "    repeat,\n"];
        let swapped = definition(OURS).replacen(&[one, two].concat(), &[two, one].concat(), 1);
        assert!(differences(&swapped, THEIRS).contains(one));
    }
}
