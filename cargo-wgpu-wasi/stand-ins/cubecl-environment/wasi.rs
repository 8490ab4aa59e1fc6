//! What cubecl keeps from run to run, in the sandbox: a file for each of its tables, in the folder that the host gives to
//! the component for such things.
//!
//! `cargo wgpu-wasi` puts this file into its copy of cubecl-environment. Natively the tables are in a database, which needs
//! locks and shared memory. Here a table is read once, at its first use, and what comes to it is added to the end of its
//! file. A file that can't be written, because the folder is full or another run has it, costs a measurement in the next
//! run, and nothing else.
//!
//! Flat bundles of cubecl in the folder (`*.bundle`) are read as well: what was tuned natively, for example.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Insertion, MemoryStorage, Origin, Storage, entries};
use crate::{
    bundle::{Bundle, EmbeddedBundle},
    bytes::Bytes,
};

/// The variable that names the folder. Without it nothing is kept.
const FOLDER: &str = "WGPU_WASI_CACHE";

/// What each file begins with.
const MAGIC: &[u8; 8] = b"cubecl\0\x01";

/// What stands before each entry: the lengths of its key and value, and a sum of both.
const ENTRY: usize = 16;

/// A table that is larger was not written by this.
const LARGEST: u64 = 64 << 20;

/// The table of one namespace, in memory and in its file.
#[derive(Debug)]
struct FolderStorage {
    memory: MemoryStorage,
    file: PathBuf,
}

/// The table of a namespace; `None` where there is no folder.
pub(super) fn open(namespace: &str) -> Option<Box<dyn Storage>> {
    let folder = PathBuf::from(env::var_os(FOLDER)?);
    let memory = MemoryStorage::in_environment(namespace);
    let file = folder.join(file_name(&crate::environment::active(), namespace));
    let storage = FolderStorage { memory, file };
    // What is in memory was read before.
    if storage.memory.entries.lock().is_empty() {
        storage.read();
        storage.import(&folder, namespace);
    }
    Some(Box::new(storage))
}

/// A name that says what is in the file, and is no other namespace's.
fn file_name(environment: &str, namespace: &str) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    let readable: String = namespace.chars().take(120).map(known).collect();
    let sum = sum(&[environment.as_bytes(), b"\0", namespace.as_bytes()]);
    format!("{readable}-{sum:016x}.cubecl")
}

/// FNV-1a, which finds what was torn.
fn sum(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// An entry as it stands in a file; `None` where it is too large for one.
fn record(key: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let lengths =
        [u32::try_from(key.len()).ok()?.to_le_bytes(), u32::try_from(value.len()).ok()?.to_le_bytes()];
    let sum = sum(&[&lengths[0], &lengths[1], key, value]).to_le_bytes();
    Some([&lengths[0][..], &lengths[1], &sum, key, value].concat())
}

/// The first entry of `bytes`, and what is behind it; `None` at the end, or where a write was torn.
fn first(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(ENTRY)?;
    let length = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let (key, rest) = rest.split_at_checked(length(0)?.try_into().ok()?)?;
    let (value, rest) = rest.split_at_checked(length(4)?.try_into().ok()?)?;
    let found = u64::from_le_bytes(head.get(8..ENTRY)?.try_into().ok()?);
    (found == sum(&[head.get(..4)?, head.get(4..8)?, key, value])).then_some((key, value, rest))
}

impl FolderStorage {
    /// Takes what is in the file.
    fn read(&self) {
        let Ok(content) = read(&self.file) else { return };
        let mut rest = content.strip_prefix(MAGIC).unwrap_or_default();
        let mut memory = self.memory.entries.lock();
        while let Some((key, value, behind)) = first(rest) {
            entries::replace(&mut memory, key, Bytes::from_bytes_vec(value.to_vec()), Origin::Local);
            rest = behind;
        }
        drop(memory);
        if !rest.is_empty() || !content.starts_with(MAGIC) {
            log::warn!("{} is damaged; what can be read of it is kept", self.file.display());
            self.write_or_warn();
        }
    }

    /// Takes what bundles in the folder have of the namespace.
    fn import(&self, folder: &Path, namespace: &str) {
        let Ok(files) = fs::read_dir(folder) else { return };
        for path in files.flatten().map(|file| file.path()) {
            if path.extension().is_none_or(|extension| extension != "bundle") {
                continue;
            }
            let Ok(content) = read(&path) else { continue };
            match EmbeddedBundle::open(Bytes::from_bytes_vec(content)) {
                Ok(bundle) => bundle.scan(namespace, &mut |key, value| {
                    let value = Bytes::from_bytes_vec(value.to_vec());
                    entries::insert(&mut self.memory.entries.lock(), key, value, Origin::Imported);
                }),
                Err(error) => log::warn!("{} is no bundle: {error}", path.display()),
            }
        }
    }

    /// Adds an entry to the end of the file.
    fn append(&self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let record = record(key, value).ok_or(io::ErrorKind::FileTooLarge)?;
        let mut file = OpenOptions::new().append(true).create(true).open(&self.file)?;
        if file.metadata()?.len() == 0 {
            return file.write_all(&[&MAGIC[..], &record].concat());
        }
        file.write_all(&record)
    }

    /// Writes the file anew. What came from bundles is still there.
    fn write(&self) -> io::Result<()> {
        let mut content = MAGIC.to_vec();
        for (key, (value, origin)) in self.memory.entries.lock().iter() {
            if *origin == Origin::Local {
                content.extend(record(key, value).ok_or(io::ErrorKind::FileTooLarge)?);
            }
        }
        File::create(&self.file)?.write_all(&content)
    }

    fn write_or_warn(&self) {
        if let Err(error) = self.write() {
            log::warn!("{} can't be written: {error}", self.file.display());
        }
    }

    /// What came of an entry that is in memory now.
    fn kept(&self, written: io::Result<()>) -> Insertion {
        match written {
            Ok(()) => Insertion::Stored,
            Err(error) => Insertion::Failed(format!("{}: {error}", self.file.display())),
        }
    }
}

/// The content of a file, unless it is larger than any of this.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    fs::read(path)
}

impl Storage for FolderStorage {
    fn get(&self, key: &[u8]) -> Option<Bytes> {
        self.memory.get(key)
    }

    fn insert(&self, key: &[u8], value: Bytes, origin: Origin) -> Insertion {
        match self.memory.insert(key, value.clone(), origin) {
            Insertion::Stored if origin == Origin::Local => self.kept(self.append(key, &value)),
            other => other,
        }
    }

    fn replace(&self, key: &[u8], value: Bytes, origin: Origin) -> Insertion {
        self.memory.replace(key, value, origin);
        self.kept(self.write())
    }

    fn scan(&self, visit: &mut dyn FnMut(&[u8], &[u8])) {
        self.memory.scan(visit);
    }

    fn purge(&self) {
        self.memory.purge();
        self.write_or_warn();
    }

    fn purge_key(&self, key: &[u8]) {
        self.memory.purge_key(key);
        self.write_or_warn();
    }

    fn describe(&self) -> String {
        self.file.display().to_string()
    }
}
