//! The weights of a model in its folder: one file, or several with an index.

mod header;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

pub(crate) use header::{Entry, Header};

/// The file that has all weights.
pub(crate) const ONE: &str = "model.safetensors";
/// The file that says which weights are in which of several files.
pub(crate) const INDEX: &str = "model.safetensors.index.json";

/// What is in the index.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) metadata: BTreeMap<String, serde_json::Value>,
    pub(crate) weight_map: BTreeMap<String, String>,
}

/// Weights in files: nothing is read of them until it is asked for.
#[derive(Debug)]
pub(crate) struct Weights {
    shards: Vec<Shard>,
    /// By name: in which file, and where there.
    places: HashMap<String, (usize, Entry)>,
}

#[derive(Debug)]
struct Shard {
    path: PathBuf,
    file: File,
    /// Where the weights begin.
    start: u64,
}

impl Weights {
    /// Finds those of a folder.
    ///
    /// # Errors
    ///
    /// When there are none, or a file is damaged.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let index = folder.join(INDEX);
        let names = if index.is_file() {
            let index: Index = serde_json::from_slice(&ml_kit::read(&index)?)
                .with_context(|| format!("{} is no index", index.display()))?;
            index.weight_map.into_values().collect()
        } else {
            BTreeSet::from([ONE.to_owned()])
        };
        let mut weights = Self { shards: Vec::new(), places: HashMap::new() };
        for name in names {
            let plain = Path::new(&name).file_name().is_some_and(|file| file == name.as_str());
            ensure!(plain, "{} names the file {name:?}, which is not in its folder", index.display());
            weights.add(folder.join(name))?;
        }
        Ok(weights)
    }

    fn add(&mut self, path: PathBuf) -> anyhow::Result<()> {
        let mut file = File::open(&path).with_context(|| format!("can't read {}", path.display()))?;
        let (header, start) =
            Header::read(&mut file).with_context(|| format!("{} is damaged", path.display()))?;
        let shard = self.shards.len();
        self.places.extend(header.tensors.into_iter().map(|(name, entry)| (name, (shard, entry))));
        self.shards.push(Shard { path, file, start });
        Ok(())
    }

    /// What a tensor is, if there is one of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.places.get(name).map(|(_, entry)| entry)
    }

    /// How many bytes all of them are.
    pub(crate) fn bytes(&self) -> u64 {
        self.places.values().map(|(_, entry)| entry.bytes()).sum()
    }

    /// Reads some bytes of a tensor, counted from its first.
    ///
    /// # Errors
    ///
    /// When there is no such tensor, it is not as long, or the file can't be read.
    pub(crate) fn read(&mut self, name: &str, part: Range<u64>) -> anyhow::Result<Vec<u8>> {
        let (shard, entry) = self.places.get(name).with_context(|| format!("there is no {name}"))?;
        ensure!(part.start <= part.end && part.end <= entry.bytes(), "{name} has no bytes {part:?}");
        let shard = self.shards.get_mut(*shard).context("a file is missing")?;
        // A file may be larger than the memory, and a place in it larger than a `usize`.
        let place = shard.start + entry.data_offsets.0 + part.start;
        let mut bytes = vec![0; usize::try_from(part.end - part.start)?];
        let Shard { path, file, .. } = shard;
        let done = file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(&mut bytes));
        done.with_context(|| format!("can't read {name} from {}", path.display()))?;
        Ok(bytes)
    }
}
