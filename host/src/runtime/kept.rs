//! A folder in which a guest keeps files from run to run, and how much it may put there.
//!
//! wasmtime lends it for reading alone, in both versions of WASI, and refuses all else: links, folders, whatever comes. The
//! calls of WASI 0.2 that make and write files come here instead (`kept/calls.rs`). Files lie directly in the folder. Their
//! lengths are counted before anything is written, under one lock; a hole in a file counts as what it is long. A file that
//! is open keeps its name, so that nothing is written which the count does not have.

pub(super) mod calls;

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use wasmtime_wasi::{
    FsPerms, WasiCtxBuilder,
    filesystem::{File as WasiFile, OpenMode},
};

/// The folder's name for the guest.
pub(crate) const GUEST_FOLDER: &str = "/cache";

/// The variable that tells the guest of it.
pub(crate) const VARIABLE: &str = "WGPU_WASI_CACHE";

/// The file by which one run has the folder for writing. Guests have no names that begin with a dot.
const LOCK: &str = ".lock";

/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 160;

/// How much a guest may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeptQuota {
    /// The lengths of all files together.
    pub(crate) max_bytes: u64,
    /// The number of files.
    pub(crate) max_files: usize,
}

impl Default for KeptQuota {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_files: 1024 }
    }
}

/// The folder, for one run.
#[derive(Debug)]
pub(crate) struct KeptFolder {
    path: PathBuf,
    quota: KeptQuota,
    /// Held for as long as this run may write; `None` where another run has it.
    lock: Option<File>,
    files: Mutex<Files>,
}

/// What is in it.
#[derive(Debug, Default)]
struct Files {
    lengths: BTreeMap<String, u64>,
    /// What is there and is no file of a guest's.
    others: usize,
    /// All lengths together.
    bytes: u64,
    /// Files that are open for writing, by their names.
    open: Vec<(String, Weak<File>)>,
    /// The folder as the guest has it.
    roots: Vec<Arc<File>>,
}

/// How a file is opened for writing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opening {
    pub(super) create: bool,
    pub(super) exclusive: bool,
    pub(super) truncate: bool,
}

impl KeptFolder {
    /// Opens a folder that is there.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub(crate) fn open(path: &Path, quota: KeptQuota) -> io::Result<Self> {
        let mut files = Files::default();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            match (entry.file_name().into_string(), entry.file_type()?.is_file()) {
                (Ok(name), true) if is_plain(&name) => files.set_length(&name, entry.metadata()?.len()),
                (Ok(name), true) if name == LOCK => {}
                _ => files.others = files.others.saturating_add(1),
            }
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK));
        let lock = lock.ok().filter(|lock| match lock.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        });
        Ok(Self { path: path.to_owned(), quota, lock, files: Mutex::new(files) })
    }

    /// Whether this run may write.
    pub(crate) fn is_writable(&self) -> bool {
        self.lock.is_some()
    }

    /// Lets a guest use it.
    ///
    /// # Errors
    ///
    /// When it can't be opened.
    pub(crate) fn lend_to(&self, wasi: &mut WasiCtxBuilder) -> wasmtime::Result<()> {
        wasi.preopened_dir(&self.path, GUEST_FOLDER, FsPerms::ReadOnly)?.env(VARIABLE, GUEST_FOLDER);
        Ok(())
    }

    /// Takes the folder away again if nothing was kept.
    pub(crate) fn leave(&self) {
        let files = self.files.lock();
        if self.is_writable() && files.lengths.is_empty() && files.others == 0 {
            // What can't be removed is in nobody's way.
            let _ = fs::remove_file(self.path.join(LOCK)).and_then(|()| fs::remove_dir(&self.path));
        }
    }

    /// Notes that the guest has the folder by this handle.
    fn add_root(&self, dir: &Arc<File>) {
        let mut files = self.files.lock();
        // All handles of it are clones of one.
        if !files.is_root(dir) {
            files.roots.push(Arc::clone(dir));
        }
    }

    fn is_root(&self, dir: &Arc<File>) -> bool {
        self.files.lock().is_root(dir)
    }

    /// Whether the file was opened by [`Self::open_file`].
    fn has(&self, file: &Arc<File>) -> bool {
        self.files.lock().name(file).is_some()
    }

    /// Opens a file for writing. wasmtime takes what it gets for one that is open for reading.
    fn open_file(&self, name: &str, opening: Opening) -> io::Result<WasiFile> {
        let mut files = self.files.lock();
        let path = self.path_of(name)?;
        let is_there = match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => true,
            Ok(_) => return Err(io::ErrorKind::PermissionDenied.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        match (is_there, opening.create) {
            (true, true) if opening.exclusive => return Err(io::ErrorKind::AlreadyExists.into()),
            (false, false) => return Err(io::ErrorKind::NotFound.into()),
            (false, true) if files.count() >= self.quota.max_files => return Err(full()),
            _ => {}
        }
        let file = OpenOptions::new().read(true).write(true).create_new(!is_there).open(&path)?;
        if opening.truncate {
            file.set_len(0)?;
        }
        files.set_length(name, file.metadata()?.len());
        let file = WasiFile::new(file, FsPerms::ReadOnly, OpenMode::READ | OpenMode::WRITE, true);
        files.open.retain(|(_, file)| file.strong_count() > 0);
        files.open.push((key(name), Arc::downgrade(&file.file)));
        Ok(file)
    }

    /// Writes all of `content`, at the end where `at` is `None`; returns the place behind it.
    fn write(&self, file: &Arc<File>, at: Option<u64>, content: &[u8]) -> io::Result<u64> {
        let mut files = self.files.lock();
        let name = files.name(file).ok_or(io::ErrorKind::PermissionDenied)?.to_owned();
        let at = at.unwrap_or_else(|| files.length(&name));
        let length = u64::try_from(content.len()).map_err(|_| full())?;
        let end = at.checked_add(length).ok_or_else(full)?;
        if length > 0 {
            files.reserve(&name, end, self.quota)?;
            let mut file = &**file;
            file.seek(SeekFrom::Start(at))?;
            file.write_all(content)?;
        }
        Ok(end)
    }

    /// Makes a file longer or shorter.
    fn set_length(&self, file: &Arc<File>, length: u64) -> io::Result<()> {
        let mut files = self.files.lock();
        let name = files.name(file).ok_or(io::ErrorKind::PermissionDenied)?.to_owned();
        files.reserve(&name, length, self.quota)?;
        file.set_len(length)?;
        files.set_length(&name, length);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut files = self.files.lock();
        let path = self.path_of(name)?;
        files.check_closed(name)?;
        fs::remove_file(path)?;
        files.forget(name);
        Ok(())
    }

    fn rename(&self, name: &str, new: &str) -> io::Result<()> {
        let mut files = self.files.lock();
        let (from, to) = (self.path_of(name)?, self.path_of(new)?);
        files.check_closed(name)?;
        files.check_closed(new)?;
        fs::rename(from, to)?;
        let length = files.forget(name);
        files.set_length(new, length);
        Ok(())
    }

    /// Where a file is that may be changed.
    fn path_of(&self, name: &str) -> io::Result<PathBuf> {
        if !self.is_writable() {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        if is_plain(name) { Ok(self.path.join(name)) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }
}

impl Files {
    fn is_root(&self, dir: &Arc<File>) -> bool {
        self.roots.iter().any(|root| Arc::ptr_eq(root, dir))
    }

    fn count(&self) -> usize {
        self.lengths.len().saturating_add(self.others)
    }

    fn length(&self, name: &str) -> u64 {
        self.lengths.get(&key(name)).copied().unwrap_or_default()
    }

    fn name(&self, file: &Arc<File>) -> Option<&str> {
        // As long as there is an `Arc`, no other file is at its address.
        let named = self.open.iter().find(|(_, open)| std::ptr::eq(open.as_ptr(), Arc::as_ptr(file)));
        named.map(|(name, _)| name.as_str())
    }

    /// Counts a file as `end` long, if it is not longer, before it is made so.
    fn reserve(&mut self, name: &str, end: u64, quota: KeptQuota) -> io::Result<()> {
        let more = end.saturating_sub(self.length(name));
        let bytes = self.bytes.checked_add(more).ok_or_else(full)?;
        if more > 0 {
            if bytes > quota.max_bytes {
                return Err(full());
            }
            self.set_length(name, end);
        }
        Ok(())
    }

    fn set_length(&mut self, name: &str, length: u64) {
        let old = self.lengths.insert(key(name), length).unwrap_or_default();
        self.bytes = self.bytes.saturating_sub(old).saturating_add(length);
    }

    /// A file that is gone; returns how long it was.
    fn forget(&mut self, name: &str) -> u64 {
        let length = self.lengths.remove(&key(name)).unwrap_or_default();
        self.bytes = self.bytes.saturating_sub(length);
        length
    }

    fn check_closed(&self, name: &str) -> io::Result<()> {
        let name = key(name);
        let is_open = |(open, file): &(String, Weak<File>)| *open == name && file.strong_count() > 0;
        if self.open.iter().any(is_open) { Err(io::ErrorKind::ResourceBusy.into()) } else { Ok(()) }
    }
}

/// What a file is counted by. Where the system takes `a` and `A` for one file, they are one here.
fn key(name: &str) -> String {
    if cfg!(any(windows, target_vendor = "apple")) { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// There is no room for more, as a guest is told by any file system.
fn full() -> io::Error {
    if cfg!(unix) {
        // ENOSPC, on Linux as on macOS: the errors of streams go by its number.
        io::Error::from_raw_os_error(28)
    } else {
        io::ErrorKind::StorageFull.into()
    }
}

/// Whether a file may have this name, on any system.
fn is_plain(name: &str) -> bool {
    /// What Windows opens in place of a file, whatever the folder.
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_device = DEVICES.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()));
    let ends = name.starts_with('.') || name.ends_with('.');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(known) && !ends && !is_device
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;

    const SMALL: KeptQuota = KeptQuota { max_bytes: 1000, max_files: 3 };
    const CREATE: Opening = Opening { create: true, exclusive: false, truncate: false };

    /// A new folder, which is gone afterwards.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("wgpu-wasi-kept-{name}-{}", process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn open(&self) -> KeptFolder {
            KeptFolder::open(&self.0, SMALL).unwrap()
        }

        /// What the files are long together, as the system has it.
        fn bytes(&self) -> u64 {
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn kind<T>(result: io::Result<T>) -> io::ErrorKind {
        result.err().unwrap().kind()
    }

    #[test]
    fn what_is_kept_is_there_in_the_next_run() {
        let scratch = Scratch::new("next");
        let first = scratch.open();
        let file = first.open_file("a", CREATE).unwrap();
        first.write(&file.file, Some(0), b"hello").unwrap();
        first.write(&file.file, None, b", again").unwrap();
        drop((file, first));
        let second = scratch.open();
        assert_eq!(second.files.lock().bytes, 12);
        assert_eq!(fs::read(scratch.0.join("a")).unwrap(), b"hello, again");
        assert_eq!(
            kind(second.open_file("a", Opening { exclusive: true, ..CREATE })),
            io::ErrorKind::AlreadyExists
        );
        assert_eq!(kind(second.open_file("b", Opening::default())), io::ErrorKind::NotFound);
    }

    #[test]
    fn bytes_are_limited_however_a_file_grows() {
        let scratch = Scratch::new("bytes");
        let folder = scratch.open();
        let [a, b] = ["a", "b"].map(|name| folder.open_file(name, CREATE).unwrap().file);
        folder.write(&a, Some(0), &[1; 600]).unwrap();
        // Again in the same place, it is no longer for that.
        folder.write(&a, Some(0), &[2; 600]).unwrap();
        folder.write(&b, None, &[1; 400]).unwrap();
        let sparse = 1 << 40;
        for result in [
            folder.write(&a, None, &[1]),
            folder.write(&b, None, &[1]),
            folder.write(&b, Some(400), &[1]),
            folder.write(&b, Some(sparse), &[1]),
            folder.write(&b, Some(u64::MAX), &[1]),
            folder.set_length(&a, 601).map(|()| 0),
            folder.set_length(&b, sparse).map(|()| 0),
            folder.set_length(&b, u64::MAX).map(|()| 0),
        ] {
            assert_eq!(kind(result), io::ErrorKind::StorageFull);
        }
        assert_eq!(scratch.bytes(), 1000);
        // What is given back can be used again.
        folder.set_length(&a, 100).unwrap();
        folder.write(&b, None, &[3; 500]).unwrap();
        assert_eq!(kind(folder.write(&b, None, &[3])), io::ErrorKind::StorageFull);
        drop(folder.open_file("a", Opening { truncate: true, ..Opening::default() }).unwrap());
        folder.write(&b, None, &[3; 100]).unwrap();
        assert_eq!(scratch.bytes(), 1000);
    }

    #[test]
    fn files_are_limited() {
        let scratch = Scratch::new("files");
        // A folder that somebody has made there counts as well.
        fs::create_dir(scratch.0.join("other")).unwrap();
        let folder = scratch.open();
        drop(["a", "b"].map(|name| folder.open_file(name, CREATE).unwrap()));
        for _ in 0..10 {
            assert_eq!(kind(folder.open_file("c", CREATE)), io::ErrorKind::StorageFull);
        }
        folder.remove("a").unwrap();
        drop(folder.open_file("c", CREATE).unwrap());
        folder.rename("c", "d").unwrap();
        assert_eq!(kind(folder.open_file("a", CREATE)), io::ErrorKind::StorageFull);
        // In the place of another there is one less.
        folder.rename("d", "b").unwrap();
        drop(folder.open_file("a", CREATE).unwrap());
    }

    #[test]
    fn a_file_that_is_open_keeps_its_name() {
        let scratch = Scratch::new("open");
        let folder = scratch.open();
        let file = folder.open_file("a", CREATE).unwrap();
        drop(folder.open_file("b", CREATE).unwrap());
        assert_eq!(kind(folder.remove("a")), io::ErrorKind::ResourceBusy);
        assert_eq!(kind(folder.rename("a", "c")), io::ErrorKind::ResourceBusy);
        assert_eq!(kind(folder.rename("b", "a")), io::ErrorKind::ResourceBusy);
        drop(file);
        folder.rename("b", "a").unwrap();
        folder.remove("a").unwrap();
        assert_eq!(folder.files.lock().count(), 0);
    }

    #[test]
    fn names() {
        for good in ["a", "a.b", "autotune_0.11.3-1f.cubecl", "A-_+@9"] {
            assert!(is_plain(good), "{good}");
        }
        let long = "a".repeat(LONGEST_NAME + 1);
        for bad in [
            "", ".", "..", ".lock", "a/b", "a\\b", "a:b", "a\0", "a ", "a.", "é", "nul", "COM1.txt", "*",
            &long,
        ] {
            assert!(!is_plain(bad), "{bad}");
        }
        let scratch = Scratch::new("names");
        let folder = scratch.open();
        for bad in ["../a", "/a", ".lock", "b/../../a"] {
            assert_eq!(kind(folder.open_file(bad, CREATE)), io::ErrorKind::PermissionDenied, "{bad}");
            assert_eq!(kind(folder.remove(bad)), io::ErrorKind::PermissionDenied, "{bad}");
            assert_eq!(kind(folder.rename(bad, "a")), io::ErrorKind::PermissionDenied, "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_written() {
        let scratch = Scratch::new("links");
        let outside = Scratch::new("outside");
        fs::write(outside.0.join("victim"), "whole").unwrap();
        std::os::unix::fs::symlink(outside.0.join("victim"), scratch.0.join("a")).unwrap();
        let folder = scratch.open();
        let how = Opening { truncate: true, ..CREATE };
        assert_eq!(kind(folder.open_file("a", how)), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(outside.0.join("victim")).unwrap(), b"whole");
    }

    #[test]
    fn one_run_writes() {
        let scratch = Scratch::new("one");
        let first = scratch.open();
        let second = scratch.open();
        assert!(first.is_writable() && !second.is_writable());
        assert_eq!(kind(second.open_file("a", CREATE)), io::ErrorKind::ReadOnlyFilesystem);
        drop(first);
        assert!(scratch.open().is_writable());
    }

    #[test]
    fn a_folder_with_nothing_in_it_is_taken_away() {
        let scratch = Scratch::new("leave");
        scratch.open().leave();
        assert!(!scratch.0.exists());
        fs::create_dir(&scratch.0).unwrap();
        let folder = scratch.open();
        drop(folder.open_file("a", CREATE).unwrap());
        folder.leave();
        assert!(scratch.0.join("a").exists());
    }
}
