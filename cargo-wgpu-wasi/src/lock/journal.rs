//! The journal: what `Cargo.lock` was, for as long as it may be something else.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A file as it was, or that there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Original {
    pub(super) content: Option<Vec<u8>>,
    /// So that tools which compare times see no change either.
    modified: Option<SystemTime>,
}

impl Original {
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let content = match fs::read(file) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let modified = fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
        Ok(Self { content, modified })
    }

    /// Makes `file` this again; `folder` is where a new file can be made ready.
    pub(super) fn restore(&self, file: &Path, folder: &Path) -> io::Result<()> {
        let Some(content) = &self.content else {
            return match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        replace(file, folder, content)?;
        if let Some(modified) = self.modified {
            // A matter of comfort, and refused by some file systems.
            let _ = fs::File::options().write(true).open(file).and_then(|file| file.set_modified(modified));
        }
        Ok(())
    }
}

/// Puts `content` into `file`, in one step where the file system can: nobody sees half of it.
pub(super) fn replace(file: &Path, folder: &Path, content: &[u8]) -> io::Result<()> {
    // Through a link, to keep it.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let ready = folder.join("ready.lock");
    fs::write(&ready, content)?;
    if let Ok(metadata) = fs::metadata(&file) {
        fs::set_permissions(&ready, metadata.permissions())?;
    }
    match fs::rename(&ready, &file) {
        // Another file system, or somebody has it open on Windows.
        Err(_) => {
            let written = fs::write(&file, content);
            fs::remove_file(&ready)?;
            written
        }
        Ok(()) => Ok(()),
    }
}

/// The file of the journal.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
}

/// The first byte of the file.
const THERE: u8 = b'+';
const ABSENT: u8 = b'-';

impl Journal {
    pub(super) fn new(folder: &Path) -> Self {
        Self { path: folder.join("journal") }
    }

    pub(super) fn write(&self, original: &Original) -> io::Result<()> {
        let text = match &original.content {
            Some(content) => [&[THERE], content.as_slice()].concat(),
            None => vec![ABSENT],
        };
        // Whole or not at all, as it is there for what ends in the middle.
        let new = self.path.with_extension("new");
        fs::write(&new, text)?;
        fs::rename(new, &self.path)?;
        if let Some(modified) = original.modified {
            // The time of the journal is the time of the file.
            let _ =
                fs::File::options().write(true).open(&self.path).and_then(|file| file.set_modified(modified));
        }
        Ok(())
    }

    /// What a guard that did not come to its end has left.
    pub(super) fn read(&self) -> Option<Original> {
        let Original { content, modified } = Original::read(&self.path).ok()?;
        match content?.split_first() {
            Some((&THERE, content)) => Some(Original { content: Some(content.to_vec()), modified }),
            Some((&ABSENT, [])) => Some(Original { content: None, modified: None }),
            _ => None,
        }
    }

    pub(super) fn clear(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
