//! What the documents name is there: the tests that `docs/testing.md` and `docs/security.md` say prove something, and
//! the files and headings that links lead to, and the files that are named.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use wgpu_wasi_harness::guests::root;

/// The names in backquotes between the marks of the page; those that end in a star stand for all that
/// begin so.
fn named(page: &str) -> Vec<&str> {
    let (_, rest) = page.split_once("<!-- names of tests: begin -->").unwrap();
    let (tables, _) = rest.split_once("<!-- names of tests: end -->").unwrap();
    tables.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect()
}

/// What this program has.
fn tests() -> Vec<String> {
    let list = Command::new(env::current_exe().unwrap()).arg("--list").output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    list.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// All sources in a folder, one after the other.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.extension() {
            _ if path.is_dir() => sources(&path),
            Some(extension) if extension == "rs" => fs::read_to_string(path).unwrap(),
            Some(_) | None => String::new(),
        })
        .collect()
}

/// The crates whose tests are not in this program: how a page names them, and their folders.
const OTHERS: [(&str, &str); 2] = [("host", "host"), ("tool", "cargo-wgpu-wasi")];

/// Those of the names on a page that no test has.
fn missing(page: &str, least: usize) -> Vec<String> {
    let page = fs::read_to_string(root().join(page)).unwrap();
    let (named, tests) = (named(&page), tests());
    let others = OTHERS.map(|(name, folder)| (name, sources(&root().join(folder))));
    assert!(named.len() >= least, "only {} names are found", named.len());
    let exists = |name: &str| {
        let (first, rest) = name.split_once("::").unwrap();
        if let Some((_, sources)) = others.iter().find(|(other, _)| *other == first) {
            let function = rest.rsplit("::").next().unwrap();
            return ["\n", "\n    "]
                .iter()
                .any(|indent| sources.contains(&format!("#[test]{indent}fn {function}()")));
        }
        match name.strip_suffix('*') {
            Some(start) => tests.iter().any(|test| test.starts_with(start)),
            None => tests.iter().any(|test| test == name),
        }
    };
    named.into_iter().filter(|name| !exists(name)).map(str::to_owned).collect()
}

#[test]
fn the_tests_that_are_named_exist() {
    assert_eq!(missing("docs/testing.md", 100), Vec::<String>::new());
}

#[test]
fn each_claim_about_security_has_its_tests() {
    assert_eq!(missing("docs/security.md", 80), Vec::<String>::new());
}

/// The pages of the checkout in Markdown, in a folder and those below it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules"].contains(&&*name) && !name.starts_with('.') {
            pages(&path)
        } else if name.ends_with(".md") {
            vec![path]
        } else {
            Vec::new()
        }
    };
    entries.flat_map(of).collect()
}

/// A page without what stands in blocks of code.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// What links to the headings of a page end in: their words in small letters, with dashes between.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_lead_somewhere() {
    let (mut links, mut broken) = (0, Vec::new());
    for path in pages(root()) {
        let page = prose(&fs::read_to_string(&path).unwrap());
        for link in page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            if link.contains("://") {
                continue;
            }
            links += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            let is_there = match fs::read_to_string(&target) {
                Ok(page) => anchor.is_empty() || anchors(&prose(&page)).iter().any(|found| found == anchor),
                // A folder or a picture.
                Err(_) => anchor.is_empty() && target.exists(),
            };
            if !is_there {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(links >= 50, "only {links} links are found");
    assert_eq!(broken, Vec::<String>::new());
}

/// The folders of the checkout whose files the documents name by their paths.
const FOLDERS: [&str; 10] = [
    "cargo-wgpu-wasi",
    "docs",
    "examples",
    "host",
    "tests",
    "web",
    "wgpu-wasi-backend",
    "wgpu-wasi-window",
    "wit",
    "xtask",
];

#[test]
fn paths_that_are_named_exist() {
    let folder =
        |path: &Path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let pages = folder(root()).into_iter().chain(folder(&root().join("docs"))).filter(|path| {
        // The changelog is about files as they were.
        path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("CHANGELOG.md")
    });
    let (mut paths, mut missing) = (0, Vec::new());
    for page in pages {
        let text = prose(&fs::read_to_string(&page).unwrap());
        for name in text.split('`').skip(1).step_by(2) {
            let is_path = name.split_once('/').is_some_and(|(first, _)| FOLDERS.contains(&first))
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            if is_path {
                paths += 1;
                if !root().join(name).exists() {
                    missing.push(format!("{}: {name}", page.display()));
                }
            }
        }
    }
    assert!(paths >= 30, "only {paths} paths are found");
    assert_eq!(missing, Vec::<String>::new());
}
