//! Files that a program keeps from run to run, as people start it: they are there again, they are nobody else's, and there
//! are no more of them than the quotas say.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by a panic; clippy knows test functions, and not what they call"
)]

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

/// The component, made once.
fn guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kept-guest.wasm");
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut rustc = Command::new(rustc);
        rustc.args(["--edition", "2024", "--target", "wasm32-wasip2", "-C", "opt-level=1", "-o"]);
        let built =
            rustc.arg(&made).arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept/guest.rs")).status();
        assert!(built.unwrap().success(), "is the target there? `rustup target add wasm32-wasip2`");
        made
    })
}

/// A folder for one test, with the component in it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(guest(), folder.join("app.wasm")).unwrap();
        Self(folder)
    }

    fn command(&self, options: &[&str], app: &str, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
        command.arg("run").args(options).arg(self.0.join(app)).arg(what).current_dir(&self.0);
        // Compiled once for all tests; what is kept is beside it, and each place has an app of its own.
        command.env("WGPU_WASI_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("kept-compiled"));
        command
    }

    /// What it printed.
    fn run(&self, options: &[&str], app: &str, what: &str) -> String {
        let output = self.command(options, app, what).output().unwrap();
        let Output { status, stdout, stderr } = &output;
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        assert!(status.success(), "{status}\n{stdout}\n{stderr}");
        stdout.trim().to_owned()
    }

    /// A component of this name, which has kept nothing.
    fn app(&self, stem: &str) {
        fs::copy(guest(), self.0.join(format!("{stem}.wasm"))).unwrap();
        for folder in own_folders(stem) {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}

/// The folders in which components of this name have kept files where nobody has named one.
fn own_folders(stem: &str) -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kept-compiled-kept");
    let Ok(folders) = fs::read_dir(all) else { return Vec::new() };
    let folders = folders.map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    folders.filter(|path| name(path).starts_with(&format!("{stem}-"))).collect()
}

#[test]
fn they_are_there_in_the_next_run() {
    let place = Place::new("next");
    place.app("next");
    assert_eq!(place.run(&[], "next.wasm", "count"), "1 kept");
    assert_eq!(place.run(&[], "next.wasm", "count"), "2 kept");
    // Without one, and with another.
    assert_eq!(place.run(&["--no-cache"], "next.wasm", "count"), "no folder");
    assert_eq!(place.run(&["--dir", ".::/cache"], "next.wasm", "count"), "no folder");
    assert_eq!(place.run(&["--cache", "here"], "next.wasm", "count"), "1 kept");
    assert_eq!(fs::read_to_string(place.0.join("here/count")).unwrap(), "run\n");
    assert_eq!(place.run(&[], "next.wasm", "count"), "3 kept");
    assert_eq!(own_folders("next").len(), 1);
}

#[test]
fn components_do_not_see_each_others() {
    let place = Place::new("two");
    place.app("one");
    place.app("other");
    assert_eq!(place.run(&[], "one.wasm", "count"), "1 kept");
    assert_eq!(place.run(&[], "one.wasm", "count"), "2 kept");
    assert_eq!(place.run(&[], "other.wasm", "count"), "1 kept");
}

#[test]
fn a_program_that_keeps_nothing_leaves_nothing() {
    let place = Place::new("nothing");
    place.app("nothing");
    assert_eq!(place.run(&[], "nothing.wasm", "nothing"), "");
    assert!(own_folders("nothing").is_empty());
}

#[test]
fn a_second_run_at_the_same_time_reads() {
    let place = Place::new("second");
    let options = ["--cache", "here"];
    assert_eq!(place.run(&options, "app.wasm", "count"), "1 kept");
    let mut hold = place.command(&options, "app.wasm", "hold");
    let mut hold = hold.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(hold.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready");
    assert_eq!(place.run(&options, "app.wasm", "count"), "2 not kept");
    drop(hold.stdin.take());
    assert!(hold.wait().unwrap().success());
    assert_eq!(place.run(&options, "app.wasm", "count"), "2 kept");
}

#[test]
fn the_quotas_hold() {
    let place = Place::new("quotas");
    fs::create_dir(place.0.join("data")).unwrap();
    fs::write(place.0.join("data/big"), vec![1; 1 << 20]).unwrap();
    let options =
        ["--cache", "here", "--max-cache-bytes", "100000B", "--max-cache-files", "8", "--dir", "data::/data"];
    let told = place.run(&options, "app.wasm", "hostile");
    assert_eq!(told.lines().collect::<Vec<_>>(), ["filled 100000", "made 6"]);
    let files = |folder: &str| {
        let files = fs::read_dir(place.0.join(folder)).unwrap().map(|entry| entry.unwrap());
        files
            .map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap()))
            .collect::<Vec<_>>()
    };
    let kept = files("here");
    assert!(kept.iter().all(|(_, found)| found.is_file()), "{kept:?}");
    assert!(kept.iter().map(|(_, found)| found.len()).sum::<u64>() <= 100_000, "{kept:?}");
    assert_eq!(kept.iter().filter(|(name, _)| name != ".lock").count(), 8, "{kept:?}");
    assert_eq!(files("data").into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["big"]);
    assert_eq!(fs::metadata(place.0.join("data/big")).unwrap().len(), 1 << 20);
    assert!(!place.0.join("outside").exists());
    // In the next run they are counted as they are.
    let told = place.run(&[&options[..], &["--env", "X=1"]].concat(), "app.wasm", "count");
    assert_eq!(told, "1 not kept");
}
