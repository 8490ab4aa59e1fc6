//! File errors that say what to do.

use std::{fmt::Display, io, path::Path};

/// What to say when `action` (as in "read") on `path` failed: the path, the reason, and what helps.
/// A component sees only the folders that were opened for it, which surprises everybody once.
pub fn explain(action: &str, path: &Path, error: &impl Display) -> String {
    // Of a component the standard library knows no system, only the processor.
    explain_on(std::env::consts::ARCH, action, path, error)
}

fn explain_on(arch: &str, action: &str, path: &Path, error: &impl Display) -> String {
    let path = path.display();
    let hint = if arch.starts_with("wasm") {
        "\nA component sees only the folders it is given: pass `--dir HOST::GUEST` to `wgpu-wasi run` before \
         the program, for instance `--dir .::.` for the current folder, and name files as GUEST has them."
    } else {
        ""
    };
    format!("cannot {action} {path}: {error}{hint}")
}

/// Reads a whole file.
///
/// # Errors
///
/// The file system's, in the words of [`explain`].
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| anyhow::Error::msg(explain("read", path, &error)))
}

/// Writes a whole file.
///
/// # Errors
///
/// The file system's, in the words of [`explain`].
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).map_err(|error| anyhow::Error::msg(explain("write", path, &error)))
}

/// Makes a folder and those above it; one that is there already is fine.
///
/// # Errors
///
/// The file system's, in the words of [`explain`].
pub fn create_folder(path: &Path) -> anyhow::Result<()> {
    match std::fs::create_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(anyhow::Error::msg(explain("make the folder", path, &error)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_told_about_dir() {
        let error = io::Error::from(io::ErrorKind::NotFound);
        let native = explain_on("x86_64", "read", Path::new("a.png"), &error);
        assert!(native.starts_with("cannot read a.png: ") && !native.contains("--dir"), "{native}");
        assert!(explain_on("wasm32", "read", Path::new("a.png"), &error).contains("--dir HOST::GUEST"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("no/such/file.png")).unwrap_err();
        assert!(error.to_string().contains("no/such/file.png"), "{error}");
    }
}
