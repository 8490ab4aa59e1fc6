//! A project in a folder of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// The example of the textbooks, and what it prints.
pub(crate) const COMPUTE: &str = include_str!("programs/compute.rs");
pub(crate) const COMPUTED: &str = "[2, 4, 6, 8]\n";

/// What a program needs beside wgpu.
pub(crate) const POLLSTER: &str = "pollster = \"0.4\"\n";

/// A project that nothing but cargo has touched.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
}

impl Project {
    /// Makes a project with this manifest and these files.
    pub(crate) fn new(name: &str, manifest: &str, files: &[(&str, &str)]) -> Self {
        Self::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects").join(name), manifest, files)
    }

    /// Like [`Self::new`], where no configuration of this checkout reaches.
    pub(crate) fn elsewhere(name: &str, manifest: &str, files: &[(&str, &str)]) -> Self {
        Self::at(env::temp_dir().join("wgpu-wasi-projects").join(name), manifest, files)
    }

    fn at(root: PathBuf, manifest: &str, files: &[(&str, &str)]) -> Self {
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        for (path, text) in files.iter().chain(&[("Cargo.toml", manifest)]) {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Self { root }
    }

    /// One package called `name` with these dependencies, whose program is the textbook's.
    pub(crate) fn compute(name: &str, dependencies: &str) -> Self {
        Self::new(name, &package(name, dependencies), &[("src/main.rs", COMPUTE)])
    }

    /// cargo, as the owner of the project has it.
    pub(crate) fn cargo(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO"));
        self.prepare(&mut command);
        command.args(arguments.split_whitespace());
        command
    }

    /// `cargo wgpu-wasi ARGUMENTS`.
    pub(crate) fn tool(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-wgpu-wasi"));
        self.prepare(&mut command);
        // As cargo calls it.
        command.arg("wgpu-wasi").args(arguments.split_whitespace());
        command
    }

    fn prepare(&self, command: &mut Command) {
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", target_folder());
        command.env("CARGO", env!("CARGO")).env("CARGO_TERM_COLOR", "never");
        // What cargo tells this test of its own package must not be told to another cargo.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name);
            }
        }
    }

    /// The files of the project that nobody is to change, `None` where there is none.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let manifests = ["Cargo.lock", "Cargo.toml", "app/Cargo.toml", "library/Cargo.toml"];
        manifests.iter().map(|name| (name.into(), fs::read(self.root.join(name)).ok())).collect()
    }

    /// Runs `command`, which must succeed and leave the files as they are; returns what it printed.
    pub(crate) fn succeeds(&self, arguments: &str) -> String {
        let before = self.files();
        let output = self.tool(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}\n{}", output.status, text(&output));
        assert_eq!(self.files(), before, "{arguments}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs `command`, which must fail and leave the files as they are; returns all that it said.
    pub(crate) fn fails(&self, arguments: &str) -> String {
        let before = self.files();
        let output = self.tool(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments}\n{}", text(&output));
        assert_eq!(self.files(), before, "{arguments}");
        text(&output)
    }

    /// Lets plain cargo write the lock file.
    pub(crate) fn lock(&self) {
        // Offline where it can be, so that these tests need no network the second time.
        let lock = |arguments| self.cargo(arguments).output().unwrap();
        if !lock("generate-lockfile --offline").status.success() {
            let output = lock("generate-lockfile");
            assert!(output.status.success(), "{}", text(&output));
        }
    }
}

/// The manifest of a package.
pub(crate) fn package(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
    )
}

pub(crate) fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Where cargo puts what it builds: this program is `TARGET/PROFILE/deps/NAME`.
pub(crate) fn target_folder() -> PathBuf {
    env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}

/// Whether this machine has an adapter. None is a failure where `CI` is set, and passed over elsewhere.
pub(crate) fn gpu() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let found = *FOUND.get_or_init(|| {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-wgpu-wasi")).arg("adapters").output().unwrap();
        output.status.success()
    });
    assert!(found || env::var_os("CI").is_none(), "this machine has no GPU adapter");
    if !found {
        eprintln!("passed over: this machine has no GPU adapter");
    }
    found
}
