//! The beginning of a safetensors file: what is in it, and where.
//!
//! The crate `safetensors` has this, too, with offsets as `usize`. Where that has 32 bits, it can't read files above
//! 4 GiB, and published models come in files of 5 GB.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};

use anyhow::{Context as _, ensure};
use safetensors::Dtype;
use serde::{Deserialize, Serialize};

/// The longest header that the format allows, in bytes.
const LONGEST: u64 = 100_000_000;
/// The length of the header comes first, as a number of so many bytes.
const LENGTH: u64 = 8;

/// What is in a file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Header {
    #[serde(rename = "__metadata__", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    pub(crate) tensors: BTreeMap<String, Entry>,
}

/// One tensor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<u64>,
    /// Its first byte and the one after its last, counted from the end of the header.
    pub(crate) data_offsets: (u64, u64),
}

impl Entry {
    pub(crate) fn bytes(&self) -> u64 {
        self.data_offsets.1.saturating_sub(self.data_offsets.0)
    }

    /// Fails where the tensor is not where the file is, or not as long as its shape says.
    fn check(&self, data: u64) -> anyhow::Result<()> {
        let (start, end) = self.data_offsets;
        ensure!(start <= end && end <= data, "its bytes are {start} to {end}, and the file has {data}");
        let bits =
            self.shape.iter().try_fold(self.dtype.bitsize() as u64, |bits, size| bits.checked_mul(*size));
        ensure!(
            bits == (end - start).checked_mul(8),
            "{} bytes are no {:?} of {:?}",
            end - start,
            self.shape,
            self.dtype
        );
        Ok(())
    }
}

impl Header {
    /// Reads that of a file; also where the tensors begin.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or is no such file.
    pub(crate) fn read(file: &mut (impl Read + Seek)) -> anyhow::Result<(Self, u64)> {
        let whole = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut length = [0; LENGTH as usize];
        file.read_exact(&mut length).context("it has no header")?;
        let length = u64::from_le_bytes(length);
        ensure!(
            length <= LONGEST.min(whole.saturating_sub(LENGTH)),
            "its header would have {length} bytes: it is no safetensors file, or not all of it is there"
        );
        let mut text = vec![0; usize::try_from(length)?];
        file.read_exact(&mut text)?;
        let header: Self = serde_json::from_slice(&text).context("its header has another form")?;
        let start = LENGTH + length;
        for (name, entry) in &header.tensors {
            entry.check(whole - start).with_context(|| format!("the tensor {name}"))?;
        }
        Ok((header, start))
    }

    /// Writes it; the tensors have to follow.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub(crate) fn write(&self, file: &mut impl Write) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec(self)?;
        // The tensors shall begin where every type of number may.
        text.resize(text.len().next_multiple_of(LENGTH as usize), b' ');
        file.write_all(&(text.len() as u64).to_le_bytes())?;
        Ok(file.write_all(&text)?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use safetensors::{Dtype, SafeTensors};

    use super::{Entry, Header};

    fn file(shape: &[u64], data_offsets: (u64, u64), data: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut header = Header::default();
        header.metadata.insert("format".to_owned(), "pt".to_owned());
        header
            .tensors
            .insert("a.weight".to_owned(), Entry { dtype: Dtype::F16, shape: shape.to_vec(), data_offsets });
        let mut file = Vec::new();
        header.write(&mut file)?;
        file.extend(data);
        Ok(file)
    }

    #[test]
    fn the_crate_reads_what_is_written_and_so_does_this() -> anyhow::Result<()> {
        let file = file(&[2, 1], (0, 4), &[1, 2, 3, 4])?;
        let theirs = SafeTensors::deserialize(&file)?;
        let tensor = theirs.tensor("a.weight")?;
        assert_eq!(
            (tensor.dtype(), tensor.shape(), tensor.data()),
            (Dtype::F16, &[2, 1][..], &[1, 2, 3, 4][..])
        );

        let (ours, start) = Header::read(&mut Cursor::new(&file))?;
        assert_eq!((start % 8, start + 4), (0, file.len() as u64));
        assert_eq!(ours.tensors.get("a.weight").map(|entry| entry.data_offsets), Some((0, 4)));
        assert_eq!(ours.metadata.get("format").map(String::as_str), Some("pt"));
        Ok(())
    }

    #[test]
    fn damaged_files_are_told() -> anyhow::Result<()> {
        for (shape, offsets, told) in [
            (vec![2, 2], (0, 4), "no [2, 2] of F16"),
            (vec![4], (0, 8), "the file has 4"),
            (vec![2], (4, 0), "the file has 4"),
            (vec![u64::MAX, 4], (0, 4), "are no ["),
        ] {
            let file = file(&shape, offsets, &[0; 4])?;
            let error = Header::read(&mut Cursor::new(file)).err().map(|error| format!("{error:#}"));
            assert!(error.as_ref().is_some_and(|error| error.contains(told)), "{shape:?}: {error:?}");
        }
        let error = Header::read(&mut Cursor::new([255; 64])).err().map(|error| format!("{error:#}"));
        assert!(error.as_ref().is_some_and(|error| error.contains("no safetensors")), "{error:?}");
        Ok(())
    }

    #[test]
    fn files_may_be_larger_than_the_memory_of_a_machine_of_32_bits() -> anyhow::Result<()> {
        // 5 GB that are never read.
        let bytes = 5_000_000_000;
        let entry = Entry { dtype: Dtype::F16, shape: vec![50_000, 50_000], data_offsets: (0, bytes) };
        entry.check(bytes)?;
        assert_eq!(entry.bytes(), bytes);
        assert!(entry.check(bytes - 1).is_err());
        Ok(())
    }
}
