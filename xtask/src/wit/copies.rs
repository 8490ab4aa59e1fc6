//! The copies of `wit/` in the packages that are published: a package has nothing from outside its folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

/// The folders of these packages.
const PACKAGES: [&str; 2] = ["host", "wgpu-wasi-backend"];

/// Writes each copy that is not the same as `wit/`; with `check`, fails on it instead.
pub(crate) fn run(repo: &Repo, check: bool) -> Result<()> {
    let original = files(&repo.path("wit"))?;
    for package in PACKAGES {
        let name = format!("{package}/wit");
        let folder = repo.path(&name);
        let copy = if folder.exists() { files(&folder)? } else { BTreeMap::new() };
        if copy == original {
            println!("{name}/: {} files, as in wit/", copy.len());
            continue;
        }
        if check {
            bail!("{name}/ is not the same as wit/: run `cargo xtask wit`");
        }
        for path in copy.keys().filter(|path| !original.contains_key(*path)) {
            remove(&folder.join(path))?;
        }
        for (path, content) in original.iter().filter(|(path, content)| copy.get(*path) != Some(*content)) {
            write(&folder.join(path), content)?;
        }
        println!("{name}/: written, {} files", original.len());
    }
    Ok(())
}

/// What is in a folder and those below it, by the paths from there.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = PathBuf::from(path.file_name().with_context(|| path.display().to_string())?);
        if path.is_dir() {
            found.extend(files(&path)?.into_iter().map(|(below, content)| (name.join(below), content)));
        } else {
            found.insert(name, fs::read(&path).with_context(|| path.display().to_string())?);
        }
    }
    Ok(found)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(path, content).with_context(|| path.display().to_string())
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_folders_are_found_by_their_paths() {
        let folder = std::env::temp_dir().join(format!("wgpu-wasi-copies-{}", std::process::id()));
        let (one, two) = (PathBuf::from("one"), Path::new("below").join("two"));
        write(&folder.join(&one), b"1").unwrap();
        write(&folder.join(&two), b"2").unwrap();
        let both = BTreeMap::from([(one.clone(), b"1".to_vec()), (two.clone(), b"2".to_vec())]);
        assert_eq!(files(&folder).unwrap(), both);
        remove(&folder.join(&two)).unwrap();
        assert_eq!(files(&folder).unwrap(), BTreeMap::from([(one, b"1".to_vec())]));
        fs::remove_dir_all(&folder).unwrap();
        assert!(files(&folder).is_err());
    }
}
