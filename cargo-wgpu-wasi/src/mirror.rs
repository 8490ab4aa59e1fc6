//! Checkouts that can't be written.
//!
//! cargo notes the exchange of packages in `Cargo.lock` and up to 1.96 can't be told to write it elsewhere. Where it
//! may not write, it is shown a folder below the target folder in place of the project: the same names, all of them
//! links into the checkout but for the lock file, which is a copy. What the project reaches by `../` is there as well.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{as_native, project::write_changed};

/// A folder with more than this is a store of some kind, and not all of it is shown beside the project.
const NEIGHBOURS: usize = 1000;

/// Whether cargo can write the lock file of the project in `root`.
pub(crate) fn can_write(root: &Path) -> bool {
    let lock = root.join("Cargo.lock");
    let opened = if lock.exists() { File::options().append(true).open(&lock).map(drop) } else { Ok(()) };
    let probe = root.join(format!(".wgpu-wasi-{}", std::process::id()));
    // The file is replaced, for which it takes a writable folder, and written by cargo.
    let made = File::create_new(&probe).and_then(|_| fs::remove_file(&probe));
    opened.is_ok() && made.is_ok()
}

/// Shows the project in `root` below `folder`; returns the path that stands for `root` there.
pub(crate) fn make(root: &Path, folder: &Path) -> Result<PathBuf> {
    let name = || format!("can't make a picture of {} in {}", root.display(), folder.display());
    let mut real = PathBuf::new();
    let mut parts = root.components().peekable();
    while let Some(part) = parts.next() {
        real.push(part);
        if let Component::Normal(_) = part {
            let shown = path(&real, folder);
            fs::create_dir_all(&shown).with_context(name)?;
            show(&real, &shown, parts.peek().map(|next| next.as_os_str())).with_context(name)?;
        }
    }
    let shown = path(root, folder);
    let lock = shown.join("Cargo.lock");
    match fs::read(root.join("Cargo.lock")) {
        Ok(content) => write_changed(&lock, &content)?,
        // One that cargo has made here stays.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(name),
    }
    Ok(shown)
}

/// Copies the project in `root`, but for its `target` folder, below `folder`, rewritten as `--as-native` has it; returns the
/// path that stands for `root` there. What is beside the project is shown there as it is.
pub(crate) fn copy(root: &Path, folder: &Path, target: &Path) -> Result<PathBuf> {
    let shown = make(root, folder)?;
    copy_into(root, &shown, target, true)
        .with_context(|| format!("can't copy {} into {}", root.display(), folder.display()))?;
    Ok(shown)
}

/// Has in `shown` what is in `real`: sources and manifests rewritten, everything else by links.
fn copy_into(real: &Path, shown: &Path, target: &Path, is_root: bool) -> Result<()> {
    fs::create_dir_all(shown)?;
    let mut kept = BTreeSet::new();
    for entry in fs::read_dir(real)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if as_native::is_passed_over(&name, &path, target) {
            continue;
        }
        let copy = shown.join(&name);
        let link_here = fs::symlink_metadata(&copy).is_ok_and(|found| found.is_symlink());
        kept.insert(name.clone());
        // A link to a folder may lead round in a circle.
        if entry.file_type()?.is_dir() {
            if link_here {
                unlink(&copy)?;
            }
            copy_into(&path, &copy, target, false)?;
        } else if as_native::is_rewritten(&path) && path.is_file() {
            if link_here {
                unlink(&copy)?;
            }
            write_changed(&copy, &as_native::rewritten(&path, fs::read(&path)?))?;
        } else if !(is_root && name == "Cargo.lock") {
            link(&path, &copy)?;
        }
    }
    for entry in fs::read_dir(shown)? {
        let entry = entry?;
        // The lock file may be one that cargo has made here.
        if !(kept.contains(&entry.file_name()) || is_root && entry.file_name() == "Cargo.lock") {
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?
            } else {
                unlink(&entry.path())?
            }
        }
    }
    Ok(())
}

/// Takes away a link, or a file.
fn unlink(path: &Path) -> io::Result<()> {
    // On Windows, a link to a folder is taken away as a folder is.
    fs::remove_file(path).or_else(|error| if cfg!(windows) { fs::remove_dir(path) } else { Err(error) })
}

/// What stands for a path of this machine below `folder`.
pub(crate) fn path(real: &Path, folder: &Path) -> PathBuf {
    let names = real.components().filter(|part| matches!(part, Component::Normal(_)));
    names.fold(folder.to_owned(), |shown, name| shown.join(name))
}

/// Has what is in `real` in `shown`, but for `next`, which gets a folder of its own, and the lock file of a project.
fn show(real: &Path, shown: &Path, next: Option<&OsStr>) -> io::Result<()> {
    let own = |name: &OsStr| Some(name) == next || (next.is_none() && name == "Cargo.lock");
    for entry in fs::read_dir(shown)? {
        let entry = entry?;
        let gone = !real.join(entry.file_name()).exists();
        if entry.file_type()?.is_symlink() && (gone || own(&entry.file_name())) {
            unlink(&entry.path())?;
        }
    }
    // A folder that can't be read has nothing that the project uses.
    let Ok(entries) = fs::read_dir(real) else { return Ok(()) };
    let entries: Vec<_> = entries.flatten().collect();
    if next.is_some() && entries.len() > NEIGHBOURS {
        return Ok(());
    }
    for name in entries.iter().map(fs::DirEntry::file_name).filter(|name| !own(name)) {
        link(&real.join(&name), &shown.join(&name))?;
    }
    Ok(())
}

/// Makes a link at `at` that leads to `to`, unless something is there already.
fn link(to: &Path, at: &Path) -> io::Result<()> {
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(to, at);
    #[cfg(windows)]
    let made = match to.is_dir() {
        true => std::os::windows::fs::symlink_dir(to, at),
        false => std::os::windows::fs::symlink_file(to, at),
    };
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_as_native() {
        let base = std::env::temp_dir().join(format!("wgpu-wasi-copy-{}", std::process::id()));
        let root = base.join("outer/project");
        let write = |path: &str, text: &str| {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        let old = "#[cfg(target_arch = \"wasm32\")]";
        for path in
            ["src/main.rs", "member/Cargo.toml", "shader.wgsl", ".git/a.rs", "target/made.rs", "gone/a.rs"]
        {
            write(path, old);
        }
        write("Cargo.lock", "lock");
        fs::create_dir_all(base.join("outer/beside")).unwrap();
        let folder = base.join("made");
        let made = copy(&root, &folder, &root.join("target")).unwrap();
        let read = |path: &str| fs::read_to_string(made.join(path)).unwrap();
        for path in ["src/main.rs", "member/Cargo.toml", "gone/a.rs"] {
            assert!(read(path).contains("target_os"), "{path}");
        }
        assert_eq!((read("shader.wgsl"), read("Cargo.lock")), (old.to_owned(), "lock".to_owned()));
        assert!(!made.join(".git").exists() && !made.join("target").exists());
        assert!(made.join("../beside").is_dir());
        let time = |path: &str| fs::metadata(made.join(path)).unwrap().modified().unwrap();
        let before = time("src/main.rs");

        // The second time, what has not changed is not written, and what is gone goes.
        fs::remove_dir_all(root.join("gone")).unwrap();
        fs::remove_file(root.join("shader.wgsl")).unwrap();
        write("new.rs", "new");
        assert_eq!(copy(&root, &folder, &root.join("target")).unwrap(), made);
        assert_eq!(time("src/main.rs"), before);
        assert_eq!(read("new.rs"), "new");
        assert!(!made.join("gone").exists() && !made.join("shader.wgsl").exists());
        assert_eq!(fs::read_to_string(root.join("src/main.rs")).unwrap(), old);
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn the_project_and_what_is_beside_it() {
        let base = std::env::temp_dir().join(format!("wgpu-wasi-mirror-{}", std::process::id()));
        let root = base.join("outer/project");
        fs::create_dir_all(root.join("src")).unwrap();
        fs::create_dir_all(base.join("outer/beside")).unwrap();
        fs::write(root.join("Cargo.lock"), "old").unwrap();
        fs::write(root.join("src/main.rs"), "main").unwrap();
        fs::write(base.join("outer/beside/Cargo.toml"), "beside").unwrap();
        assert!(can_write(&root));

        let folder = base.join("made");
        let shown = make(&root, &folder).unwrap();
        assert_eq!(fs::read_to_string(shown.join("src/main.rs")).unwrap(), "main");
        assert_eq!(fs::read_to_string(shown.join("../beside/Cargo.toml")).unwrap(), "beside");
        fs::write(shown.join("Cargo.lock"), "new").unwrap();
        assert_eq!(fs::read_to_string(root.join("Cargo.lock")).unwrap(), "old");

        // The second time things have come and gone.
        fs::remove_dir_all(root.join("src")).unwrap();
        fs::write(root.join("build.rs"), "build").unwrap();
        assert_eq!(make(&root, &folder).unwrap(), shown);
        assert!(!shown.join("src").exists() && shown.join("build.rs").exists());
        assert_eq!(fs::read_to_string(shown.join("Cargo.lock")).unwrap(), "old");
        fs::remove_dir_all(&base).unwrap();
    }
}
