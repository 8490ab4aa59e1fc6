//! Puts into the program what it injects into projects: the stand-ins and the backend, as they are in
//! the checkout.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Folders and files of the checkout that a project's build needs.
const EMBEDDED: [&str; 5] =
    ["wgpu", "wgpu-wasi-backend-shim", "wgpu-wasi-backend/src", "wgpu-wasi-backend/wit", "shims"];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let root = here.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut files = Vec::new();
    for path in EMBEDDED {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
        collect(&root.join(path), &mut files)?;
    }
    files.sort();
    let rows: String = files.iter().map(|file| row(root, file)).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("embedded.rs"), format!("&[\n{rows}]"))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        // What cargo leaves behind where somebody built one of them by itself.
        if !path.ends_with("target") && !path.ends_with("Cargo.lock") {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// `(path in the checkout, text)`.
fn row(root: &Path, file: &Path) -> String {
    let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
    format!("    ({name:?}, include_str!({:?})),\n", file.display().to_string())
}
