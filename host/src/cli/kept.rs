//! Where a program keeps files from run to run: a folder of its own, which nobody has to name.

use std::{
    ffi::OsString,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytesize::ByteSize;
use clap::Args;

use crate::{
    launch::cache,
    runtime::kept::{KeptFolder, KeptQuota},
};

/// Where a program keeps files, and how much.
#[derive(Args, Clone, Debug)]
pub(super) struct KeptOptions {
    /// Lets the program keep files in this folder from run to run, such as what it has measured, instead of in one of its
    /// own in the user's cache folder. It sees the folder as `/cache`, and its name in the variable `WGPU_WASI_CACHE`
    #[arg(long = "cache", value_name = "DIR", conflicts_with = "no_cache")]
    folder: Option<PathBuf>,

    /// The lengths of all files together that the program may keep there
    #[arg(long, value_name = "SIZE", default_value_t = ByteSize(KeptQuota::default().max_bytes))]
    max_cache_bytes: ByteSize,

    /// The number of files that the program may keep there
    #[arg(long, value_name = "N", default_value_t = KeptQuota::default().max_files)]
    max_cache_files: usize,
}

impl KeptOptions {
    /// The options as arguments again, for a process that may have another current folder.
    pub(super) fn arguments(&self) -> io::Result<Vec<OsString>> {
        let Self { folder, max_cache_bytes, max_cache_files } = self;
        let mut arguments: Vec<OsString> = Vec::new();
        if let Some(folder) = folder {
            arguments.extend(["--cache".into(), std::path::absolute(folder)?.into()]);
        }
        let default = KeptQuota::default();
        if max_cache_bytes.as_u64() != default.max_bytes {
            arguments.extend(["--max-cache-bytes".into(), format!("{}B", max_cache_bytes.as_u64()).into()]);
        }
        if *max_cache_files != default.max_files {
            arguments.extend(["--max-cache-files".into(), max_cache_files.to_string().into()]);
        }
        Ok(arguments)
    }

    /// Opens the folder for a run of `app`. `None` where there is none, or it can't be made, which is told in the log:
    /// everything works without.
    pub(super) fn open(&self, app: &Path) -> wasmtime::Result<Option<Arc<KeptFolder>>> {
        if let Some(folder) = &self.folder {
            cache::check_dir(folder, "--cache")?;
            let opened = self.open_folder(folder).map_err(|error| {
                let error = wasmtime::Error::from(error);
                error.context(format!("can't use the folder {} (--cache)", folder.display()))
            });
            return opened.map(Some);
        }
        let Some(folder) = of(app) else { return Ok(None) };
        Ok(self.open_folder(&folder).inspect_err(|error| no_folder(&folder, error)).ok())
    }

    fn open_folder(&self, folder: &Path) -> io::Result<Arc<KeptFolder>> {
        let quota = KeptQuota { max_bytes: self.max_cache_bytes.as_u64(), max_files: self.max_cache_files };
        cache::make(folder)?;
        let kept = KeptFolder::open(folder, quota)?;
        if !kept.is_writable() {
            tracing::info!("another run of the program writes to {}; this one reads only", folder.display());
        }
        Ok(Arc::new(kept))
    }
}

fn no_folder(folder: &Path, error: &io::Error) {
    tracing::warn!("the program can't keep files in {}: {error}", folder.display());
}

/// The folder of the component at this place. It stays the same when the component is built anew.
fn of(app: &Path) -> Option<PathBuf> {
    let app = app.canonicalize().ok()?;
    let mut hasher = DefaultHasher::new();
    app.hash(&mut hasher);
    let name = app.file_stem()?.to_string_lossy();
    let known = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = name.chars().take(60).map(known).collect();
    Some(cache::of_guests()?.join(format!("{name}-{:016x}", hasher.finish())))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn each_component_has_its_own() {
        let folder = env::temp_dir().join(format!("wgpu-wasi-of-{}", process::id()));
        let apps = ["a/app.wasm", "b/app.wasm", "b/other.wasm"].map(|app| folder.join(app));
        for app in &apps {
            fs::create_dir_all(app.parent().unwrap()).unwrap();
            fs::write(app, "").unwrap();
        }
        let [first, second, third] = apps.each_ref().map(|app| of(app).unwrap());
        assert!(first != second && second != third && first != third);
        assert_eq!(of(&folder.join("b/../a/./app.wasm")), Some(first));
        assert_eq!(of(&folder.join("none.wasm")), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
