//! `cargo xtask site`: the examples as pages, and a page that lists them: what a project page publishes.

mod pictures;
mod programs;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use xshell::cmd;

use programs::{NOT_HERE, PROGRAMS, Program};

use crate::{
    artifacts::{self, EXAMPLES, RELEASE, WINDOWED},
    pages,
    repo::Repo,
    setup,
};

/// Where the site goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// The folder for the site; without it, `site` in the target folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// The program whose scenes are listed one by one.
const GALLERY: &str = "gallery";

/// The examples without windows.
const EXAMPLE_NAMES: [&str; 4] = ["doubling", "gallery", "image-filter", "nbody"];

/// The folder of the pictures in the list.
const PICTURES: &str = "pictures";

/// Where the sources are shown.
const SOURCES: &str = "https://github.com/wgpu-wasi/wgpu-wasi/tree/main";

/// The page without its list.
const PAGE: &str = include_str!("site/index.html");

/// Where the list goes, and where that of the programs goes that no page runs.
const LIST: &str = "<!-- the programs -->\n";
const OTHERS: &str = "<!-- the others -->\n";

/// Builds all programs, their pages, and the page that lists them.
pub(crate) fn run_all(repo: &Repo, options: &Options) -> Result<()> {
    setup::before(repo)?;
    let tool = artifacts::build_subcommand(repo, RELEASE)?;
    artifacts::build_components(repo, EXAMPLES, &EXAMPLE_NAMES)?;
    artifacts::build_by_subcommand(repo, &tool, WINDOWED, &[])?;
    pages::build(repo, &tool)?;
    let out = options.out.clone().unwrap_or_else(|| repo.target("site"));
    let bytes = write(repo, &tool, &out)?;
    println!("{}: {:.1} MB, to be put on any web server", out.display(), bytes as f64 / 1e6);
    Ok(())
}

/// Writes the site of components that are built; returns its size.
fn write(repo: &Repo, tool: &Path, out: &Path) -> Result<u64> {
    let sh = &repo.sh;
    let index = out.join("index.html");
    let ours = !out.exists() || index.is_file() || fs::read_dir(out)?.next().is_none();
    ensure!(ours, "{} has files in it that are no site: choose another folder with --out", out.display());
    sh.remove_path(out)?;
    let pictures = out.join(PICTURES);
    sh.create_dir(&pictures)?;
    let mut items = String::new();
    for program in &PROGRAMS {
        let Program { name, component, title, args, file, .. } = program;
        let args = *args;
        let component = artifacts::component(&artifacts::component_folder(repo), component);
        let folder = out.join(name);
        // What it finds is in a folder of its own.
        let files = repo.target("site-files");
        sh.remove_path(&files)?;
        sh.create_dir(&files)?;
        if let Some(file) = file {
            sh.copy_file(file.path(), &files)?;
        }
        let build = ["web", "build", "--title", title, "--files"];
        cmd!(sh, "{tool} {build...} {files} --component {component} --out {folder} -- {args...}").run()?;
        let picture = format!("{PICTURES}/{name}.png");
        let has_picture = pictures::make(repo, tool, program, &component, &files, &out.join(&picture))?;
        let picture = has_picture.then_some(&*picture);
        let scenes = if *name == GALLERY { scenes(repo, tool, &component)? } else { String::new() };
        items.push_str(&item(program, picture, compressed(repo, &folder)?, &scenes));
    }
    let others: String = NOT_HERE.iter().map(|(name, why)| other(name, why)).collect();
    sh.write_file(&index, PAGE.replace(LIST, &items).replace(OTHERS, &others))?;
    sh.copy_file("cargo-wgpu-wasi/site/style.css", out)?;
    files_below(out)?.iter().map(|file| Ok(fs::metadata(file)?.len())).sum()
}

/// A program in the list, with the address of its picture; its page runs it when it is opened.
fn item(program: &Program, picture: Option<&str>, bytes: u64, more: &str) -> String {
    let Program { name, title, shows, source, .. } = program;
    let megabytes = bytes as f64 / 1e6;
    // The title is its text.
    let picture = picture
        .map(|picture| format!("<img src=\"{picture}\" alt=\"\" loading=\"lazy\">"))
        .unwrap_or_default();
    format!(
        "  <li>\n    <h2><a href=\"{name}/\">{picture}{title}</a></h2>\n    <p>{shows}</p>\n{more}    <p \
         class=\"quiet\">{megabytes:.2} MB, compressed · <a href=\"{SOURCES}/{source}\">source of {title}</a></p>\n  </li>\n"
    )
}

/// A program that no page runs, and the reason.
fn other(source: &str, why: &str) -> String {
    let name = source.rsplit('/').next().unwrap_or(source);
    format!("  <li><a href=\"{SOURCES}/{source}\">{name}</a>: {why}</li>\n")
}

/// A link for each scene of the gallery.
fn scenes(repo: &Repo, tool: &Path, component: &Path) -> Result<String> {
    let list = cmd!(repo.sh, "{tool} runner {component} --list").read()?;
    let link = |line: &str| {
        let (name, shows) = line.split_once('\t').with_context(|| format!("no tab in `{line}`"))?;
        let address = format!("{GALLERY}/?arguments={name}%20/{name}.png");
        Ok(format!("      <a href=\"{address}\" title=\"{}\">{name}</a>\n", escaped(shows)))
    };
    let links: String = list.lines().map(link).collect::<Result<_>>()?;
    Ok(format!("    <p class=\"scenes\">\n{links}    </p>\n"))
}

/// Text in an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// What the files of a folder weigh when a server sends them compressed.
fn compressed(repo: &Repo, folder: &Path) -> Result<u64> {
    let size = |file: &PathBuf| {
        let output = cmd!(repo.sh, "gzip --stdout {file}").quiet().output()?;
        Ok(u64::try_from(output.stdout.len())?)
    };
    files_below(folder)?.iter().map(size).sum()
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{programs::Given, *};

    #[test]
    fn every_program_has_a_source_and_a_link() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for program in &PROGRAMS {
            assert!(root.join(program.source).join("Cargo.toml").is_file(), "{}", program.source);
            if let Some(Given::Here(file)) = program.file {
                assert!(root.join(file).is_file(), "{file}");
            }
            let picture = program.picture.map(|_| "pictures/one.png");
            let item = item(program, picture, 400_000, "");
            assert!(
                item.contains(&format!("href=\"{}/\"", program.name)) && item.contains("0.40 MB"),
                "{item}"
            );
            assert_eq!(item.contains("<img src=\"pictures/one.png\""), picture.is_some(), "{item}");
        }
    }

    #[test]
    fn programs_that_are_not_here_say_why() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for (source, why) in NOT_HERE {
            assert!(root.join(source).is_dir(), "{source}");
            assert!(PROGRAMS.iter().all(|program| program.source != source) && why.len() > 10, "{source}");
        }
    }

    #[test]
    fn addresses_are_relative_but_for_the_sources() {
        assert!(PAGE.contains(LIST) && PAGE.contains(OTHERS));
        for part in PAGE.split("href=\"").skip(1) {
            assert!(
                !part.starts_with('/') && (!part.starts_with("http") || part.starts_with("https://github"))
            );
        }
        assert_eq!(escaped("a \"b\" <c> & d"), "a &quot;b&quot; &lt;c> &amp; d");
    }
}
