//! Puts the folder `stand-ins` into the program.
//!
//! What of it is a link is somewhere else in the checkout. `cargo package` follows links, so that a package has the
//! files themselves. It leaves out each folder with a `Cargo.toml`: hence the other name of the manifests in there.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut rows = Vec::new();
    collect(&root.join("stand-ins"), "", &mut rows)?;
    rows.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("embedded.rs"), format!("&[\n{}]", rows.concat()))
}

/// Adds `(name, text)` for `path`, or for each file in it.
fn collect(path: &Path, name: &str, rows: &mut Vec<String>) -> io::Result<()> {
    if path.is_dir() {
        println!("cargo::rerun-if-changed={}", path.display());
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let separator = if name.is_empty() { "" } else { "/" };
            collect(&entry.path(), &format!("{name}{separator}{}", entry.file_name().display()), rows)?;
        }
        return Ok(());
    }
    let text = fs::read_to_string(path)?;
    match path.parent() {
        // Where git makes no links, as on Windows, there is a file in place of each, with the path that it leads to.
        Some(folder) if text.starts_with("../") => collect(&folder.join(text.trim_end()), name, rows),
        _ => {
            rows.push(format!("    ({name:?}, include_str!({:?})),\n", path.display().to_string()));
            Ok(())
        }
    }
}
