//! The tests that `docs/testing.md` says prove something exist.

use std::{env, fs, process::Command};

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

#[test]
fn the_tests_that_are_named_exist() {
    let page = fs::read_to_string(root().join("docs/testing.md")).unwrap();
    let (named, tests) = (named(&page), tests());
    assert!(named.len() >= 100, "only {} names are found", named.len());
    let missing: Vec<_> = named
        .into_iter()
        .filter(|name| match name.strip_suffix('*') {
            Some(start) => !tests.iter().any(|test| test.starts_with(start)),
            None => !tests.iter().any(|test| test == name),
        })
        .collect();
    assert!(missing.is_empty(), "no tests are called {missing:#?}");
}
