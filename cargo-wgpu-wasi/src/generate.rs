//! What is written below the project's target folder.
//!
//! ```text
//! target/wgpu-wasi/
//!   wgpu-30.0.1/              the stand-in and all that it is built from
//!   wgpu-30.0.1-library/      the same without an entry point, for projects with a `cdylib`
//!   wgpu-30.0.1-at-once/      the same with callbacks that don't wait for `poll`
//!   wgpu-30.0.1-not-send/     the same with types that are not `Send`
//!   wgpu-30.0.1-windows/      the same with windows; all of these together as well
//!   winit-0.30.13/            the stand-in, over files of the real package in `registry`
//!   wgpu-wasi-window/         what the last two are built from together
//!   wasm-bindgen-futures-…/
//!   glow-0.18.0/              the real package with the edits of its stand-in
//!   eframe-0.37.0/            the real package, rewritten as `as_native.rs` says
//!   registry/wgpu-30.0.1/     the real package, as a source that is not crates.io
//!   projects/NAME-HASH/       config.toml; what keeps Cargo.lock as it was; with --as-native the project, rewritten
//! ```

mod manifest;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::{
    arguments::TARGET,
    as_native,
    project::{Project, Real, write_changed},
    stand_ins::{EMBEDDED, Edit, FUTURES, Made, Platform, REGISTRY, WGPU, WINDOW},
};

/// Writes everything for `reals`; returns the configuration for `--config`.
pub(crate) fn write(project: &Project, reals: &[Real]) -> Result<PathBuf> {
    let mut configuration = packages(&project.shared, reals, &project.shared)?;
    configuration.insert("build".to_owned(), table([("target", TARGET.into())]));
    let file = project.own.join("config.toml");
    write_changed(&file, configuration.to_string().as_bytes())?;
    Ok(file)
}

/// Writes everything for `reals` into `folder` of the project, to be kept there; returns what belongs into
/// the project's own configuration, with these flags of rustc.
pub(crate) fn write_into(project: &Project, folder: &Path, reals: &[Real], flags: &[&str]) -> Result<String> {
    let absolute = project.root.join(folder);
    // cargo takes paths in `.cargo/config.toml` from the folder that `.cargo` is in.
    let name = absolute.strip_prefix(&project.root).context("the folder has to be inside the project")?;
    let mut configuration = packages(&absolute, reals, name)?;
    let runner = ["cargo-wgpu-wasi", "runner"].map(Value::from).to_vec();
    let mut of_target = Table::from_iter([("runner".to_owned(), Value::Array(runner))]);
    if !flags.is_empty() {
        of_target.insert("rustflags".to_owned(), flags.to_vec().into());
    }
    configuration.insert("target".to_owned(), table([(TARGET, Value::Table(of_target))]));
    Ok(configuration.to_string())
}

/// Writes the packages into `folder`; returns cargo's configuration for them, which calls it `name`.
fn packages(folder: &Path, reals: &[Real], name: &Path) -> Result<Table> {
    let registry = "registry";
    let mut patches = Table::new();
    let has_windows = |real: &&Real| real.variant.windows || real.stand_in.made.is_over_windows();
    if let Some(real) = reals.iter().find(has_windows) {
        write_parts(real, &[WINDOW], folder)?;
    }
    for real in reals {
        let own = folder_name(real);
        let (to, path) = (folder.join(&own), name.join(&own));
        let path = match real.stand_in.made {
            Made::Ours(parts) => {
                copy_real(real, &folder.join(registry))?;
                write_parts(real, parts, &to)?;
                path.join(real.stand_in.name)
            }
            Made::Edited(edits) => {
                write_edited(real, edits, None, &to)?;
                path
            }
            Made::WithPlatform(platform) => {
                write_edited(real, platform.edits, Some(platform), &to)?;
                path
            }
            Made::AsNative(_) => {
                copy_folder(&real.source, &to, &|file, content| {
                    quiet(&real.source, file, as_native::rewritten(file, content), false)
                })?;
                path
            }
        };
        patches.insert(real.stand_in.name.to_owned(), table([("path", text(&path)?)]));
    }
    Ok(configuration(patches, text(&name.join(registry))?))
}

/// The name of the folder of a stand-in and its parts.
fn folder_name(real: &Real) -> String {
    let of_wgpu = |name, on| if on && real.stand_in.name == WGPU.name { name } else { "" };
    let library = of_wgpu("-library", real.without_main);
    let at_once = of_wgpu("-at-once", real.variant.at_once);
    let not_send = of_wgpu("-not-send", real.variant.not_send);
    let differs = [WGPU.name, FUTURES].contains(&real.stand_in.name);
    let windows = if real.variant.windows && differs { "-windows" } else { "" };
    format!("{}-{}{library}{at_once}{not_send}{windows}", real.stand_in.name, real.version)
}

/// cargo's configuration with these patches and this folder of real packages.
fn configuration(patches: Table, registry: Value) -> Table {
    let source = table([("registry", REGISTRY.into()), ("replace-with", "wgpu-wasi-local".into())]);
    let local = table([("directory", registry)]);
    Table::from_iter([
        ("patch".to_owned(), table([("crates-io", Value::Table(patches))])),
        ("source".to_owned(), table([("wgpu-wasi", source), ("wgpu-wasi-local", local)])),
    ])
}

/// Copies what cargo has unpacked; a folder with the checksum in it is a source of packages for cargo.
fn copy_real(real: &Real, registry: &Path) -> Result<()> {
    let folder = registry.join(format!("{}-{}", real.stand_in.name, real.version));
    let checksum = format!("{{\"files\":{{}},\"package\":\"{}\"}}", real.checksum);
    let file = folder.join(".cargo-checksum.json");
    // Written last: where it is, the rest is complete.
    if fs::read_to_string(&file).is_ok_and(|old| old == checksum) {
        return Ok(());
    }
    copy_folder(&real.source, &folder, &|_, content| content)?;
    write_changed(&file, checksum.as_bytes())
}

/// Copies a folder; `change` makes of a file's path and content the content of its copy.
fn copy_folder(from: &Path, to: &Path, change: &dyn Fn(&Path, Vec<u8>) -> Vec<u8>) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        // What a vendored package says of its checksums is not ours to repeat.
        if entry.file_name() == ".cargo-checksum.json" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_folder(&path, &copy, change)?;
        } else {
            let content = fs::read(&path).with_context(|| path.display().to_string())?;
            write_changed(&copy, &change(&path, content))?;
        }
    }
    Ok(())
}

/// Copies a real package with these edits, and with a platform of ours.
fn write_edited(real: &Real, edits: &[Edit], platform: Option<&Platform>, folder: &Path) -> Result<()> {
    let windows = platform.is_some_and(|platform| platform.windows);
    copy_folder(&real.source, folder, &|file, content| {
        quiet(&real.source, file, edited(edits, &real.source, file, content), windows)
    })?;
    let Some(Platform { file, ours, .. }) = platform else { return Ok(()) };
    let (_, content) =
        EMBEDDED.iter().find(|(path, _)| path == ours).with_context(|| format!("there is no {ours}"))?;
    write_changed(&folder.join(file), content.as_bytes())
}

/// The content of a file of the package in `folder`; its manifest with no warnings, which cargo shows of packages that are
/// not of a registry, and with `windows` over what is for these.
fn quiet(folder: &Path, file: &Path, content: Vec<u8>, windows: bool) -> Vec<u8> {
    if folder.join("Cargo.toml") != *file {
        return content;
    }
    match manifest::quiet(&content, windows) {
        Some(manifest) => manifest.into_bytes(),
        // cargo says what is wrong with it.
        None => content,
    }
}

/// The content of a file of the package in `folder`, edited. Only text is.
fn edited(edits: &[Edit], folder: &Path, file: &Path, content: Vec<u8>) -> Vec<u8> {
    // With `/` on Windows too.
    let is = |edit: &&Edit| folder.join(edit.file) == *file;
    match String::from_utf8(content) {
        Ok(text) => {
            edits.iter().filter(is).fold(text, |text, edit| text.replace(edit.old, edit.new)).into_bytes()
        }
        Err(error) => error.into_bytes(),
    }
}

/// How a stand-in's source names the folder of the real package in `registry`, for files of it that it is built over.
const FOLDER_OF_REAL: &str = "NAME-VERSION";

/// Writes these parts of a stand-in for exactly this version of the real package.
fn write_parts(real: &Real, parts: &[&str], folder: &Path) -> Result<()> {
    let of_this = |path: &str| path.split_once('/').is_some_and(|(part, _)| parts.contains(&part));
    for (path, content) in EMBEDDED.iter().filter(|(path, _)| of_this(path)) {
        let file = folder.join(path);
        if path.ends_with("manifest.toml") {
            let manifest = manifest::write(path, content, real).with_context(|| (*path).to_owned())?;
            write_changed(&file.with_file_name("Cargo.toml"), manifest.as_bytes())?;
        } else {
            let of_real = format!("{}-{}", real.stand_in.name, real.version);
            write_changed(&file, content.replace(FOLDER_OF_REAL, &of_real).as_bytes())?;
        }
    }
    Ok(())
}

fn table<const N: usize>(rows: [(&str, Value); N]) -> Value {
    Value::Table(rows.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn text(path: &Path) -> Result<Value> {
    Ok(path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits() {
        let folder = std::env::temp_dir().join(format!("wgpu-wasi-edits-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(from.join("src")).unwrap();
        let files: [(&str, &[u8], &[u8]); 4] = [
            ("Cargo.toml", b"old old", b"new new"),
            ("src/lib.rs", b"none", b"none"),
            ("src/other.rs", b"old", b"old"),
            ("picture", b"old \xff", b"old \xff"),
        ];
        for (name, content, _) in files {
            fs::write(from.join(name), content).unwrap();
        }
        let edits = ["Cargo.toml", "src/lib.rs", "picture"].map(|file| Edit { file, old: "old", new: "new" });
        copy_folder(&from, &to, &|file, content| edited(&edits, &from, file, content)).unwrap();
        for (name, _, content) in files {
            assert_eq!(fs::read(to.join(name)).unwrap(), content, "{name}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
