//! The stand-in for winit against the real package of the examples with windows: a new release of winit shows here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use toml::{Table, Value};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The winit that the examples have locked. cargo fetches it where it was not built yet.
fn real() -> Package {
    let manifest = root().join("examples/windowed/Cargo.toml");
    let metadata =
        MetadataCommand::new().manifest_path(manifest).other_options(["--locked".to_owned()]).exec().unwrap();
    metadata.packages.into_iter().find(|package| package.name.as_str() == "winit").unwrap()
}

fn stand_in() -> Table {
    let file = root().join("cargo-wgpu-wasi/stand-ins/winit/manifest.toml");
    fs::read_to_string(file).unwrap().parse().unwrap()
}

#[test]
fn versions() {
    let (real, stand_in) = (real(), stand_in());
    assert_eq!(stand_in["package"]["version"].as_str(), Some(&*real.version.to_string()));
    let upstream = &stand_in["target"]["cfg(not(target_os = \"wasi\"))"]["dependencies"]["upstream"];
    assert_eq!(upstream["version"].as_str(), Some(&*format!("={}", real.version)));
}

#[test]
fn the_features_are_winits() {
    let (real, stand_in) = (real(), stand_in());
    let features = stand_in["features"].as_table().unwrap();
    let parts = |value: &Value| -> BTreeSet<String> {
        value.as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect()
    };
    let names: BTreeSet<&String> = real.features.keys().collect();
    assert_eq!(features.keys().collect::<BTreeSet<_>>(), names);
    assert_eq!(parts(&features["default"]), real.features["default"].iter().cloned().collect());
    for (name, value) in features.iter().filter(|(name, _)| *name != "default") {
        assert!(parts(value).contains(&format!("upstream/{name}")), "{name}");
    }
}

/// What winit needs on every target is what its files need here.
#[test]
fn the_dependencies_are_winits() {
    let (real, stand_in) = (real(), stand_in());
    let normal = |dependency: &&cargo_metadata::Dependency| {
        dependency.target.is_none() && dependency.kind == DependencyKind::Normal
    };
    let named = |dependency: &cargo_metadata::Dependency| {
        (dependency.rename.clone().unwrap_or_else(|| dependency.name.clone()), dependency.req.to_string())
    };
    let theirs: BTreeMap<_, _> = real.dependencies.iter().filter(normal).map(named).collect();
    let mut ours = BTreeMap::new();
    for (name, value) in stand_in["target"]["cfg(target_os = \"wasi\")"]["dependencies"].as_table().unwrap() {
        let requirement = value.as_str().or_else(|| value.get("version")?.as_str());
        if let Some(requirement) = requirement {
            ours.insert(name.clone(), format!("^{requirement}"));
        }
    }
    assert_eq!(ours, theirs);
}

/// The modules that a file declares, but those of tests and documents.
fn modules(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let declared = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub ").unwrap_or(line);
        let name = line.strip_prefix("mod ")?.strip_suffix(';')?;
        Some(name.to_owned())
    };
    text.lines().filter_map(declared).collect()
}

/// The files of the real package that a file of the stand-in is built over.
fn upstream(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("cargo-wgpu-wasi/stand-ins/winit/src").join(file)).unwrap();
    let files = text.split('"').filter_map(|part| part.strip_prefix("../../../registry/NAME-VERSION/"));
    files.map(str::to_owned).collect()
}

#[test]
fn the_files_are_winits() {
    let source = PathBuf::from(real().manifest_path.parent().unwrap());
    let (own, of_platforms) = (upstream("lib.rs"), upstream("platform.rs"));
    assert!(own.len() > 8 && of_platforms.len() == 4, "{own:?} {of_platforms:?}");
    for file in own.iter().chain(&of_platforms) {
        assert!(source.join(file).is_file(), "{file}");
    }
    // Each module at its root but the two that are ours, and the changelog, which is for readers.
    let mut theirs = modules(&source.join("src/lib.rs"));
    for ours in ["platform", "platform_impl", "changelog"] {
        assert!(theirs.remove(ours), "{ours}");
    }
    assert_eq!(own, theirs.iter().map(|name| format!("src/{name}.rs")).collect());
    // The others of `platform` are named after systems.
    let known = [
        "android",
        "ios",
        "macos",
        "modifier_supplement",
        "orbital",
        "pump_events",
        "run_on_demand",
        "scancode",
        "startup_notify",
        "wayland",
        "web",
        "windows",
        "x11",
    ];
    assert_eq!(modules(&source.join("src/platform/mod.rs")), known.map(str::to_owned).into());
}
