//! The program `wgpu-wasi`, as people start it: what ends in time, and what it does not give to a guest.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic; clippy knows test functions, and not what they call"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The statuses of `--timeout`, and of what can't be run.
const TIMED_OUT: i32 = 124;
const HOST_FAILED: i32 = 125;

/// How long after its time a program may still be there.
const LATEST: Duration = Duration::from_secs(2);

/// A folder for one test, with a folder for compiled components of its own in it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Writes a component in the text format of WebAssembly.
    fn component(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
        path
    }

    fn run(&self, options: &[&str], app: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
        command.arg("run").args(options).arg(app);
        command.env("WGPU_WASI_CACHE_DIR", self.0.join("cache")).current_dir(&self.0);
        command
    }
}

/// A component whose `run` does `body`, in a module that has `items`, with `head` for its imports.
fn command(head: &str, imports: &str, items: &str, body: &str) -> String {
    format!(
        r#"(component {head}
            (core module $m {items} (func (export "run") (result i32) {body} i32.const 0))
            (core instance $i (instantiate $m (with "host" (instance {imports}))))
            (func $run (result (result)) (canon lift (core func $i "run")))
            (instance $run (export "run" (func $run)))
            (export "wasi:cli/run@0.2.0" (instance $run)))"#
    )
}

const POLL: &str = r#"
    (import "wasi:io/poll@0.2.0" (instance $poll
        (export "pollable" (type $pollable (sub resource)))
        (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (alias export $poll "pollable" (type $pollable))
    (core func $block (canon lower (func $poll "[method]pollable.block")))"#;

fn sleeps() -> String {
    let head = format!(
        r#"{POLL}
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $pollable))
            (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
        (core func $subscribe (canon lower (func $clock "subscribe-duration")))"#
    );
    command(
        &head,
        r#"(export "block" (func $block)) (export "subscribe" (func $subscribe))"#,
        r#"(import "host" "block" (func $block (param i32)))
        (import "host" "subscribe" (func $subscribe (param i64) (result i32)))"#,
        "(call $block (call $subscribe (i64.const 3600000000000)))",
    )
}

fn reads() -> String {
    let head = format!(
        r#"{POLL}
        (import "wasi:io/streams@0.2.0" (instance $streams
            (alias outer 1 $pollable (type $pollable))
            (export "input-stream" (type $input (sub resource)))
            (export "[method]input-stream.subscribe" (func (param "self" (borrow $input)) (result (own $pollable))))))
        (alias export $streams "input-stream" (type $input))
        (import "wasi:cli/stdin@0.2.0" (instance $stdin
            (alias outer 1 $input (type $input))
            (export "get-stdin" (func (result (own $input))))))
        (core func $stdin (canon lower (func $stdin "get-stdin")))
        (core func $subscribe (canon lower (func $streams "[method]input-stream.subscribe")))"#
    );
    command(
        &head,
        r#"(export "block" (func $block)) (export "subscribe" (func $subscribe)) (export "stdin" (func $stdin))"#,
        r#"(import "host" "block" (func $block (param i32)))
        (import "host" "subscribe" (func $subscribe (param i32) (result i32)))
        (import "host" "stdin" (func $stdin (result i32)))"#,
        "(call $block (call $subscribe (call $stdin)))",
    )
}

fn plain(items: &str, body: &str) -> String {
    command("", "", items, body)
}

/// One function that takes a compiler many seconds.
fn takes_long_to_compile() -> String {
    plain(
        "(func $f (param i32 i32 i32 i32) (result i32 i32) (local.get 0) (local.get 3))",
        &format!(
            "(local i32 i32) {}",
            "(call $f (local.get 0) (local.get 1) (local.get 0) (local.get 1)) (local.set 0) (local.set 1)"
                .repeat(300_000)
        ),
    )
}

/// Waits for the end with standard input open and silent.
fn ended(mut command: Command) -> (Output, Duration) {
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    (output, start.elapsed())
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_timeout_ends_whatever_the_program_does() {
    let place = Place::new("timeout");
    for (name, text) in [
        ("computes", plain("", "(loop $again (br $again))")),
        ("sleeps", sleeps()),
        ("reads", reads()),
        ("compiles", takes_long_to_compile()),
    ] {
        let app = place.component(name, &text);
        // The function is larger than may be compiled as a rule: a fast machine compiles one of the largest in less time.
        let options = ["--timeout", "1", "--max-function-bytes", "8MiB"];
        let (output, took) = ended(place.run(&options, &app));
        assert_eq!(output.status.code(), Some(TIMED_OUT), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains("did not end within 1s"), "{name}: {}", stderr(&output));
        let time = Duration::from_secs(1)..Duration::from_secs(1) + LATEST;
        assert!(time.contains(&took), "{name} took {took:?}");
    }
}

#[test]
fn a_program_that_ends_does_so_although_its_input_is_open() {
    let place = Place::new("ends");
    let app = place.component("ends", &plain("", ""));
    let (output, took) = ended(place.run(&["--timeout", "60"], &app));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn what_is_too_large_to_be_compiled_names_the_option() {
    let place = Place::new("large");
    let app = place.component("large", &takes_long_to_compile());
    let (output, _) = ended(place.run(&["--max-function-bytes", "1MiB"], &app));
    assert_eq!(output.status.code(), Some(HOST_FAILED));
    assert!(stderr(&output).contains("--max-function-bytes"), "{}", stderr(&output));
}

#[test]
fn the_memory_of_the_program_names_the_option() {
    let place = Place::new("memory");
    let app = place.component("memory", &plain("(memory 16384)", ""));
    assert!(ended(place.run(&[], &app)).0.status.success());
    let (output, _) = ended(place.run(&["--max-guest-memory", "512MiB"], &app));
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--max-guest-memory"), "{}", stderr(&output));
}

#[test]
fn no_folder_with_compiled_code_is_given_to_a_program() {
    let place = Place::new("cache");
    let app = place.component("ends", &plain("", ""));
    assert!(ended(place.run(&[], &app)).0.status.success());
    assert!(place.0.join("cache").read_dir().unwrap().next().is_some(), "nothing was kept");
    fs::create_dir_all(place.0.join("data")).unwrap();
    for options in [&["--dir", "."][..], &["--dir", "cache::/data"], &["--no-cache", "--dir", "."]] {
        let (output, _) = ended(place.run(options, &app));
        assert_eq!(output.status.code(), Some(HOST_FAILED), "{options:?}");
        assert!(stderr(&output).contains("native code"), "{}", stderr(&output));
    }
    assert!(ended(place.run(&["--dir", "data"], &app)).0.status.success());
}

#[cfg(unix)]
#[test]
fn a_cache_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new("rights");
    let app = place.component("ends", &plain("", ""));
    let cache = place.0.join("cache");
    fs::create_dir_all(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
    let (output, _) = ended(place.run(&[], &app));
    assert!(output.status.success());
    assert!(stderr(&output).contains("others may write there"), "{}", stderr(&output));
    assert_eq!(cache.read_dir().unwrap().count(), 0);
}
