//! Guests that call everything in random order, a few of them, always the same: `cargo xtask fuzz` makes as
//! many calls as one likes.

use std::{env, process::Command};

use wgpu_wasi_harness::{Adapter, guests};

/// What `tests/harness/src/bin/fuzz.rs` is called with.
struct Batch {
    adapter: String,
    guests: u32,
    calls: u32,
}

/// Runs a batch in a process of its own, for a stack that overflows can't be caught.
fn run(batch: &Batch) -> String {
    let Batch { adapter, guests: count, calls } = batch;
    let output = Command::new(env!("CARGO_BIN_EXE_fuzz"))
        .arg(guests::folder().unwrap().join("fuzz.wasm"))
        .args([adapter.as_str(), "1", &count.to_string(), &calls.to_string()])
        .arg(guests::target_folder().join("tmp").join("components"))
        // As `cargo xtask fuzz`: what glibc keeps for each thread is no leak.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let failures: Vec<_> = stdout.lines().filter(|line| line.starts_with("failure\t")).collect();
    assert!(
        output.status.success(),
        "{}, after {:?}\n{failures:#?}\n{}",
        output.status,
        stdout.lines().rfind(|line| line.starts_with("start\t")),
        String::from_utf8_lossy(&output.stderr)
    );
    let made: Vec<_> = stdout
        .lines()
        .filter_map(|line| {
            let [_, how, made, ..] = line.strip_prefix("guest\t")?.split('\t').collect::<Vec<_>>()[..] else {
                return None;
            };
            // One whose time is up may not have come so far, nor one that a quota has ended: pixels for a window of the
            // largest size are more than its memory.
            (how != "time" && how != "early").then(|| made.parse::<u32>().unwrap())
        })
        .collect();
    assert!(made.iter().all(|made| made == calls), "{stdout}");
    assert!(made.len() + 2 >= usize::try_from(*count).unwrap(), "{stdout}");
    let again = stdout.lines().filter(|line| line.starts_with("again\t")).count();
    assert!(
        2 * again > made.len(),
        "few guests were compared with what they are without command memory:\n{stdout}"
    );
    stdout
}

#[test]
fn noop() {
    let stdout = run(&Batch { adapter: "noop".to_owned(), guests: 20, calls: 2000 });
    let functions = stdout.lines().filter(|line| line.starts_with("function\t")).count();
    // A long run reaches all that a guest can reach; which ones are missing here depends on the seeds.
    assert!(functions > 180, "only {functions} functions were called");
}

#[test]
fn machine() {
    if Adapter::Machine.available("fuzz").is_none() {
        return;
    }
    let adapter = env::var("WGPU_WASI_ADAPTER").unwrap_or_else(|_| "machine".to_owned());
    let stdout = run(&Batch { adapter, guests: 5, calls: 1000 });
    assert!(stdout.contains(": fine\t"), "no sequence came to work for the device");
}
