//! Files, with errors that name them.

use std::{fs, path::Path};

use anyhow::Context as _;

/// The bytes of a file.
///
/// # Errors
///
/// When it can't be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

/// Writes a file.
///
/// # Errors
///
/// When it can't be written.
pub fn write(path: &Path, contents: impl AsRef<[u8]>) -> anyhow::Result<()> {
    fs::write(path, contents).with_context(|| format!("can't write {}", path.display()))
}

/// Makes the folder that results go to, unless it is there.
///
/// # Errors
///
/// When it can't be made.
pub fn output_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).with_context(|| format!("can't make the folder {}", path.display()))
}
