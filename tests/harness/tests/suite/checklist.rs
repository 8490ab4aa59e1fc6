//! The tests that `docs/testing.md` and `docs/security.md` say prove something exist.

use std::{env, fs, path::Path, process::Command};

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

/// Those of the names on a page that no test has; `host::` are in the crate of the host.
fn missing(page: &str, least: usize) -> Vec<String> {
    let page = fs::read_to_string(root().join(page)).unwrap();
    let (named, tests, host) = (named(&page), tests(), sources(&root().join("host")));
    assert!(named.len() >= least, "only {} names are found", named.len());
    let missing =
        named.into_iter().filter(|name| match (name.strip_prefix("host::"), name.strip_suffix('*')) {
            (Some(name), _) => {
                let (_, function) = name.rsplit_once("::").unwrap();
                !host.contains(&format!("#[test]\n    fn {function}()"))
                    && !host.contains(&format!("#[test]\nfn {function}()"))
            }
            (None, Some(start)) => !tests.iter().any(|test| test.starts_with(start)),
            (None, None) => !tests.iter().any(|test| test == name),
        });
    missing.map(str::to_owned).collect()
}

#[test]
fn the_tests_that_are_named_exist() {
    assert_eq!(missing("docs/testing.md", 100), Vec::<String>::new());
}

#[test]
fn each_claim_about_security_has_its_tests() {
    assert_eq!(missing("docs/security.md", 30), Vec::<String>::new());
}
