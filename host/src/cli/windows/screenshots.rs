//! Pictures of windows as PNG files.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use parking_lot::Mutex;

use crate::windows::Image;

/// Which pictures go to which files.
pub(super) struct Screenshots {
    wanted: BTreeMap<u64, PathBuf>,
    failures: Mutex<Vec<String>>,
}

impl Screenshots {
    pub(super) fn new(wanted: &[(u64, PathBuf)]) -> Self {
        Self { wanted: wanted.iter().cloned().collect(), failures: Mutex::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// When `shown` pictures were shown, and there will be no more: why not all of those that were wanted are files.
    pub(super) fn finish(&self, shown: u64) -> Result<(), String> {
        let mut failures = self.failures.lock().clone();
        let missing = self.wanted.range(shown.saturating_add(1)..);
        failures.extend(missing.map(|(number, file)| {
            format!("{}: there was no picture {number}, the program has shown {shown}", file.display())
        }));
        if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
    }

    pub(super) fn wants(&self, number: u64) -> bool {
        self.wanted.contains_key(&number)
    }

    pub(super) fn take(&self, number: u64, picture: Result<Image, String>) {
        let Some(file) = self.wanted.get(&number) else { return };
        let written =
            picture.and_then(|picture| write_png(file, &picture).map_err(|error| error.to_string()));
        if let Err(error) = written {
            self.failures.lock().push(format!("{}: picture {number}: {error}", file.display()));
        }
    }

    /// Whether no picture after so many is wanted.
    pub(super) fn is_done(&self, shown: u64) -> bool {
        self.wanted.last_key_value().is_none_or(|(last, _)| *last <= shown)
    }
}

pub(super) fn write_png(file: &Path, Image { size, rgba }: &Image) -> Result<(), png::EncodingError> {
    let mut file = BufWriter::new(File::create(file)?);
    let mut encoder = png::Encoder::new(&mut file, size.width, size.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgba)?;
    writer.finish()?;
    Ok(file.flush()?)
}
