//! The folder for compiled components. What is in it is native code, which the next start runs as it is: nobody but
//! the user may write there, and no guest may reach it. Beside it are the folders in which guests keep their own files.

use std::{
    env, io,
    path::{Path, PathBuf},
};

/// Where compiled components are kept, instead of in the user's cache folder.
const CACHE_DIR: &str = "WGPU_WASI_CACHE_DIR";

/// The folder to keep compiled components in. `None` where there is none, or it can't be made or trusted, which is told
/// in the log: everything works without.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    let folder = std::path::absolute(named().or_else(default)?).ok()?;
    match make(&folder).map_err(|error| error.to_string()).and_then(|()| check_rights(&folder)) {
        Ok(()) => Some(folder),
        Err(why) => {
            tracing::warn!("no cache for compiled components in {}: {why}", folder.display());
            None
        }
    }
}

/// The folder in which guests have theirs; it need not be there. `None` where the user has no cache folder.
#[cfg(feature = "cli")]
pub(crate) fn of_guests() -> Option<PathBuf> {
    let mut compiled = named().or_else(default)?;
    let mut name = compiled.file_name()?.to_owned();
    name.push("-kept");
    compiled.set_file_name(name);
    Some(compiled)
}

/// Refuses a folder for the guest that is, holds or lies in one with compiled code, whether this process uses that or
/// not: what the guest leaves there would be run by another. `option`: by what the folder was given, for the error.
///
/// # Errors
///
/// Where it is.
pub fn check_dir(dir: &Path, option: &str) -> wasmtime::Result<()> {
    check_dir_against(dir, option, &[named(), default()])
}

fn check_dir_against(dir: &Path, option: &str, folders: &[Option<PathBuf>]) -> wasmtime::Result<()> {
    let resolved_dir = resolved(dir)?;
    for folder in folders.iter().flatten() {
        let cache = resolved(folder)?;
        if cache.starts_with(&resolved_dir) || resolved_dir.starts_with(&cache) {
            return Err(wasmtime::format_err!(
                "a program can't have the folder {} ({option}): compiled components, which are native code, are kept in \
                 {}. Give it another folder, or keep them elsewhere with {CACHE_DIR}",
                dir.display(),
                cache.display()
            ));
        }
    }
    Ok(())
}

fn named() -> Option<PathBuf> {
    env::var_os(CACHE_DIR).map(PathBuf::from)
}

fn default() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "wgpu-wasi")?.cache_dir().join("components"))
}

/// `path` without symbolic links, as far as it is there.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    for ancestor in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return Ok(if rest.as_os_str().is_empty() { found } else { found.join(rest) });
        }
    }
    Ok(path)
}

/// Makes a folder that is the user's alone.
#[cfg(unix)]
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes a folder, which is the user's as those around it are.
#[cfg(not(unix))]
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Whether the folder is the user's, and nobody else can put anything into it or another in its place.
#[cfg(unix)]
fn check_rights(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;

    const OTHERS_WRITE: u32 = 0o022;
    /// What is in such a folder can't be renamed by others.
    const STICKY: u32 = 0o1000;
    const ROOT: u32 = 0;

    let rights = |path: &Path| {
        let metadata = path.metadata().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>((metadata.uid(), metadata.mode()))
    };
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let user = user(&folder).map_err(|error| error.to_string())?;
    let (owner, mode) = rights(&folder)?;
    if owner != user {
        return Err(format!("it belongs to the user {owner}, and this is {user}"));
    }
    if mode & OTHERS_WRITE != 0 {
        return Err(format!("others may write there (mode {:o}); `chmod go-w` mends that", mode & 0o7777));
    }
    for parent in folder.ancestors().skip(1) {
        let (owner, mode) = rights(parent)?;
        if ![user, ROOT].contains(&owner) {
            return Err(format!("{} belongs to the user {owner}, and this is {user}", parent.display()));
        }
        // Folders of a user's caches are often open to the user's own group.
        if mode & 0o002 != 0 && mode & STICKY == 0 {
            return Err(format!("everybody may write to {} (mode {:o})", parent.display(), mode & 0o7777));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_rights(_: &Path) -> Result<(), String> {
    // Rights are lists there, and the user's cache folder is the user's by those of its parents.
    Ok(())
}

/// Who runs this process: the owner of what it makes.
#[cfg(unix)]
fn user(folder: &Path) -> io::Result<u32> {
    use std::{fs, os::unix::fs::MetadataExt, process};

    let path = folder.join(format!(".owner-{}", process::id()));
    let made = fs::File::create(&path).and_then(|file| file.metadata());
    let _ = fs::remove_file(&path);
    Ok(made?.uid())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
        process,
    };

    use super::*;

    /// A new folder, which is gone afterwards.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("wgpu-wasi-{name}-{}", process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            Self(folder.canonicalize().unwrap())
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_folder_that_reaches_the_cache_is_refused() {
        let scratch = Scratch::new("reach");
        let cache = scratch.0.join("a/cache");
        fs::create_dir_all(cache.join("inside")).unwrap();
        fs::create_dir_all(scratch.0.join("a/beside")).unwrap();
        symlink(scratch.0.join("a"), scratch.0.join("link")).unwrap();
        symlink(cache.join("inside"), scratch.0.join("a/beside/link")).unwrap();
        let check =
            |dir: &str| check_dir_against(&scratch.0.join(dir), "--dir", &[None, Some(cache.clone())]);
        for dir in
            ["", "a", "a/cache", "a/cache/inside", "link", "a/beside/link", "a/beside/..", "a/cache/new"]
        {
            let error = check(dir).unwrap_err().to_string();
            assert!(error.contains("--dir") && error.contains(CACHE_DIR), "{dir}: {error}");
        }
        for dir in ["a/beside", "a/cache2", "b"] {
            check(dir).unwrap();
        }
        // One that is not there yet, and would be made by the guest.
        let later = Some(scratch.0.join("link/later/cache"));
        assert!(check_dir_against(&scratch.0.join("a"), "--dir", &[later]).is_err());
    }

    #[test]
    #[cfg(feature = "cli")]
    fn guests_keep_their_files_beside_compiled_code() {
        let kept = of_guests().unwrap();
        check_dir_against(&kept, "--dir", &[named(), default()]).unwrap();
        assert!(kept.ends_with("components-kept") || named().is_some());
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_not_used() {
        let scratch = Scratch::new("rights");
        let folder = scratch.0.join("one/two");
        make(&folder).unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        check_rights(&folder).unwrap();
        for bad in [0o720, 0o702, 0o777, 0o1777] {
            mode(&folder, bad);
            assert!(check_rights(&folder).unwrap_err().contains("others may write"), "{bad:o}");
        }
        mode(&folder, 0o755);
        check_rights(&folder).unwrap();
        mode(&scratch.0.join("one"), 0o777);
        assert!(check_rights(&folder).unwrap_err().contains("everybody may write"));
        mode(&scratch.0.join("one"), 0o1777);
        check_rights(&folder).unwrap();
        assert!(check_rights(&scratch.0.join("none")).is_err());
    }
}
