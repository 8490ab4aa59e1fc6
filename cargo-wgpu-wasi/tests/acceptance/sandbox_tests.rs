//! `cargo wgpu-wasi test`: the project's own tests in the sandbox.

use std::time::{Duration, Instant};

use crate::project::{POLLSTER, Project, gpu, package};

const OWN_MAIN: &str = r#"fn main() { println!("own main: {:?}", std::env::args().nth(1)); }"#;

fn project(name: &str) -> Project {
    let harness = "[[test]]\nname = \"own-main\"\nharness = false\n";
    let manifest = package(name, &format!("{POLLSTER}wgpu = \"30\"\n{harness}"));
    let files = [
        ("src/lib.rs", "#[test]\nfn of_the_library() {}\n"),
        ("tests/outcomes.rs", include_str!("programs/tests.rs")),
        ("tests/own-main.rs", OWN_MAIN),
    ];
    let project = Project::new(name, &manifest, &files);
    project.lock();
    project
}

#[test]
fn a_trap_ends_one_test() {
    if !gpu() {
        return;
    }
    let project = project("outcomes");
    let told = project.fails("test --release --no-fail-fast");
    for line in [
        "test of_the_library ... ok",
        "running 5 tests",
        "test comes_after_the_panic ... ok",
        "test is_ignored ... ignored",
        "test panics ... FAILED",
        "test passes_on_the_gpu ... ok",
        "test returns_an_error ... FAILED",
        "---- panics stdout ----",
        "written before the panic",
        "    panics",
        "own main: None",
    ] {
        assert!(told.lines().any(|found| found == line), "{line}\n{told}");
    }
    for part in [
        "the reason of the panic",
        "the reason of the error",
        "test result: FAILED. 2 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out;",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert!(!told.contains("written by the one that passes"), "{told}");
}

#[test]
fn arguments_of_the_harness() {
    if !gpu() {
        return;
    }
    let project = project("filters");
    let told = |arguments: &str| project.succeeds(&format!("test --release --test outcomes -- {arguments}"));
    for (arguments, summary) in [
        ("passes after", "ok. 2 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out;"),
        ("--exact passes", "ok. 0 passed; 0 failed; 0 ignored; 0 measured; 5 filtered out;"),
        ("--skip panic --skip returns", "ok. 1 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out;"),
        ("--ignored", "ok. 1 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out;"),
        ("is_ignored --include-ignored", "ok. 1 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out;"),
        ("passes after --test-threads 4", "ok. 2 passed; 0 failed;"),
    ] {
        let told = told(arguments);
        assert!(told.contains(&format!("test result: {summary}")), "{arguments}\n{told}");
    }
    for arguments in ["passes --nocapture", "passes --show-output"] {
        assert!(told(arguments).contains("written by the one that passes"), "{arguments}");
    }
    assert!(told("passes -q").contains("\nrunning 1 test\n.\n"));
    let list = told("--list");
    assert!(list.contains("is_ignored: test\n") && list.contains("5 tests, 0 benchmarks"), "{list}");
    let own = project.succeeds("test --release --test own-main -- word");
    assert!(own.contains("own main: Some(\"word\")"), "{own}");
}

const ENDLESS: &str = r#"
#[test]
fn computes() {
    let mut number = 0_u64;
    while std::hint::black_box(&mut number) != &u64::MAX {
        number = number.wrapping_add(2);
    }
}

#[test]
fn sleeps() {
    std::thread::sleep(std::time::Duration::from_secs(3600));
}

#[test]
fn the_next_one() {}
"#;

#[test]
fn a_test_that_does_not_end_is_ended() {
    let project = Project::new(
        "endless",
        &package("endless", "wgpu = \"30\"\n"),
        &[("src/lib.rs", ""), ("tests/endless.rs", ENDLESS)],
    );
    project.lock();
    project.succeeds("test --release --test endless -- the_next_one");
    let start = Instant::now();
    let told = project.fails("test --release --timeout 2 --test endless");
    let took = start.elapsed();
    for line in ["test computes ... FAILED", "test sleeps ... FAILED", "test the_next_one ... ok"] {
        assert!(told.lines().any(|found| found == line), "{line}\n{told}");
    }
    assert_eq!(told.matches("did not end within 2s (--timeout)").count(), 2, "{told}");
    assert!(took < Duration::from_secs(30), "it took {took:?}");
}
