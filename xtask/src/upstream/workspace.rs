//! A workspace for wgpu's examples, in which they use the wgpu of crates.io.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use toml::{Table, Value};

/// The package of the examples, and its folder in the checkout.
pub(crate) const PACKAGE: &str = "wgpu-examples";
const FOLDER: &str = "examples/features";

/// A program of its own: its package, and its folder in the checkout, whose name is the example's.
pub(crate) const ALONE: &str = "wgpu-example-02-hello-window";
const ALONE_FOLDER: &str = "examples/standalone/02_hello_window";

/// What else of the checkout the sources include, by paths from where they are.
const INCLUDED: [&str; 2] = ["logo.png", "wgpu-hal/examples/halmark/shader.wgsl"];

/// What of a checkout can be built here.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) manifest: PathBuf,
    /// The names of the examples, as the program has them.
    pub(crate) examples: Vec<String>,
}

/// Makes the workspace in `folder`: the sources of the examples as they are in `checkout`.
pub(crate) fn make(checkout: &Path, folder: &Path) -> Result<Workspace> {
    let read = |file: &Path| fs::read_to_string(file).with_context(|| file.display().to_string());
    let root: Table = read(&checkout.join("Cargo.toml"))?.parse()?;
    // Before anything is written: it may be the checkout of another version.
    let mut workspace = workspace(&root)?;
    let package: Table = read(&checkout.join(FOLDER).join("Cargo.toml"))?.parse()?;
    let program = read(&checkout.join(FOLDER).join("src/main.rs"))?;
    let mut examples = names(&program);
    ensure!(!examples.is_empty(), "{FOLDER}/src/main.rs has no list of examples");
    let alone = checkout.join(ALONE_FOLDER);
    if alone.is_dir() {
        mirror(&alone, &folder.join(ALONE_FOLDER))?;
        examples.extend(alone.file_name().map(|name| name.to_string_lossy().into_owned()));
        add_member(&mut workspace, ALONE_FOLDER);
    }
    mirror(&checkout.join(FOLDER).join("src"), &folder.join(FOLDER).join("src"))?;
    for file in INCLUDED.map(Path::new) {
        let target = folder.join(file);
        fs::create_dir_all(target.parent().context("a file at the root")?)?;
        copy(&checkout.join(file), &target)?;
    }
    let manifest = folder.join("Cargo.toml");
    fs::write(&manifest, workspace.to_string())?;
    fs::write(folder.join(FOLDER).join("Cargo.toml"), without_tests(package).to_string())?;
    let lock = checkout.join("Cargo.lock");
    if lock.is_file() && !folder.join("Cargo.lock").exists() {
        fs::copy(lock, folder.join("Cargo.lock"))?;
    }
    Ok(Workspace { manifest, examples })
}

/// The names in the list of the program.
fn names(program: &str) -> Vec<String> {
    let name = |line: &str| Some(line.trim().strip_prefix("name: \"")?.strip_suffix("\",")?.to_owned());
    program.lines().filter_map(name).collect()
}

/// The root's manifest without its packages: those of wgpu are of crates.io, in the version of the checkout.
fn workspace(root: &Table) -> Result<Table> {
    let old = root.get("workspace").and_then(Value::as_table).context("no [workspace]")?;
    let package = old.get("package").context("no [workspace.package]")?;
    let version = package.get("version").and_then(Value::as_str).context("no version")?;
    ensure!(version.starts_with("30."), "it is wgpu {version}, and the sandbox has wgpu 30");
    let mut dependencies = old.get("dependencies").and_then(Value::as_table).cloned().unwrap_or_default();
    for (_, dependency) in &mut dependencies {
        let Some(table) = dependency.as_table_mut() else { continue };
        if table.remove("path").is_some() {
            table.insert("version".to_owned(), format!("={version}").into());
        }
    }
    let mut new = Table::new();
    new.insert("resolver".to_owned(), old.get("resolver").cloned().unwrap_or_else(|| "2".into()));
    new.insert("members".to_owned(), vec![FOLDER].into());
    new.insert("package".to_owned(), package.clone());
    new.insert("dependencies".to_owned(), dependencies.into());
    if let Some(lints) = old.get("lints") {
        new.insert("lints".to_owned(), lints.clone());
    }
    let release = Table::from_iter([("debug".to_owned(), 0.into()), ("panic".to_owned(), "unwind".into())]);
    let profile = Table::from_iter([("release".to_owned(), release.into())]);
    Ok(Table::from_iter([("workspace".to_owned(), new.into()), ("profile".to_owned(), profile.into())]))
}

fn add_member(workspace: &mut Table, folder: &str) {
    let table = workspace.get_mut("workspace").and_then(Value::as_table_mut);
    let members = table.and_then(|table| table.get_mut("members")).and_then(Value::as_array_mut);
    members.into_iter().for_each(|members| members.push(folder.into()));
}

/// The manifest of the examples without what their tests need: that package is on no registry.
fn without_tests(mut package: Table) -> Table {
    let gone = package.remove("dev-dependencies");
    let names: Vec<String> =
        gone.as_ref().and_then(Value::as_table).into_iter().flat_map(|table| table.keys().cloned()).collect();
    for (_, parts) in package.get_mut("features").and_then(Value::as_table_mut).into_iter().flatten() {
        if let Some(parts) = parts.as_array_mut() {
            let of_tests = |part: &str| names.iter().any(|name| part.split('/').next() == Some(name));
            parts.retain(|part| !part.as_str().is_some_and(of_tests));
        }
    }
    package
}

/// Makes a folder the same as another one.
fn mirror(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        let path = entry.path();
        let source = from.join(entry.file_name());
        if path.is_dir() && !source.is_dir() {
            fs::remove_dir_all(path)?;
        } else if path.is_file() && !source.is_file() {
            fs::remove_file(path)?;
        }
    }
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            mirror(&entry.path(), &target)?;
        } else {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Copies a file, unless it is there: for cargo, a file that was written is one that has changed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let contents = fs::read(from).with_context(|| from.display().to_string())?;
    if fs::read(to).is_ok_and(|there| there == contents) {
        return Ok(());
    }
    fs::write(to, contents).with_context(|| to.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_a_program() {
        let program = "const LIST = &[\n    Example {\n        name: \"cube\",\n        f: a::main,\n    },\n    \
                       Example {\n        name: \"water\",\n    },\n];\nlet name: &str = x;\n";
        assert_eq!(names(program), ["cube", "water"]);
    }

    #[test]
    fn the_wgpu_of_crates_io() {
        let root = "[workspace]\nresolver = \"2\"\nmembers = [\"a\"]\n[workspace.package]\nversion = \"30.0.1\"\n\
                    [workspace.dependencies]\nlog = \"0.4\"\nwgpu = { version = \"30.0.0\", path = \"wgpu\", default-features = false }\n";
        let made = workspace(&root.parse().unwrap()).unwrap();
        let wgpu = &made["workspace"]["dependencies"]["wgpu"];
        assert_eq!(wgpu["version"].as_str(), Some("=30.0.1"));
        assert!(wgpu.get("path").is_none() && wgpu["default-features"].as_bool() == Some(false));
        assert_eq!(made["workspace"]["dependencies"]["log"].as_str(), Some("0.4"));
        let mut both = made.clone();
        add_member(&mut both, "another");
        assert_eq!(both["workspace"]["members"].as_array().unwrap().len(), 2);
        let other = root.replace("30.0.1", "31.0.0");
        assert!(workspace(&other.parse().unwrap()).unwrap_err().to_string().contains("wgpu 31.0.0"));
    }

    #[test]
    fn what_is_gone_goes_and_what_is_the_same_stays() {
        let sh = xshell::Shell::new().unwrap();
        let scratch = sh.create_temp_dir().unwrap();
        let [from, to] = ["from", "to"].map(|name| scratch.path().join(name));
        sh.write_file(from.join("a/same"), "1").unwrap();
        sh.write_file(from.join("a/other"), "2").unwrap();
        mirror(&from, &to).unwrap();
        let written = || fs::metadata(to.join("a/same")).unwrap().modified().unwrap();
        let before = written();
        sh.write_file(from.join("a/other"), "3").unwrap();
        sh.write_file(to.join("gone/file"), "4").unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(written(), before);
        assert_eq!(sh.read_file(to.join("a/other")).unwrap(), "3");
        assert!(!to.join("gone").exists());
    }

    #[test]
    fn nothing_of_the_tests() {
        let package = "[features]\nwebgl = [\"wgpu/webgl\", \"wgpu-test/webgl\"]\n[dev-dependencies]\nwgpu-test = { path = \"x\" }\n";
        let package = without_tests(package.parse().unwrap());
        assert_eq!(package["features"]["webgl"].as_array().unwrap().len(), 1);
        assert!(!package.contains_key("dev-dependencies"));
    }
}
