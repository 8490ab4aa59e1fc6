//! Pictures of windows as PNG files.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use parking_lot::Mutex;

use crate::windows::Image;

/// Which picture goes to a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Which {
    /// The one with this number; they begin with 1.
    Number(u64),
    /// The one that is shown so long after the first window was opened.
    At(Duration),
}

/// Which pictures go to which files.
pub(super) struct Screenshots {
    /// Whether none is wanted.
    none: bool,
    numbers: BTreeMap<u64, PathBuf>,
    taken: Mutex<Taken>,
}

/// What was taken of them.
struct Taken {
    /// The times for which there may be a later picture, the last one first.
    waiting: Vec<(Duration, PathBuf)>,
    /// The picture that was shown last, where one is still waited for.
    last: Option<(Duration, Result<Image, String>)>,
    failures: Vec<String>,
}

impl Screenshots {
    pub(super) fn new(wanted: &[(Which, PathBuf)]) -> Self {
        let number = |(which, file): &(Which, PathBuf)| match which {
            Which::Number(number) => Some((*number, file.clone())),
            Which::At(_) => None,
        };
        let time = |(which, file): &(Which, PathBuf)| match which {
            Which::At(time) => Some((*time, file.clone())),
            Which::Number(_) => None,
        };
        let mut waiting: Vec<_> = wanted.iter().filter_map(time).collect();
        waiting.sort_by_key(|(time, _)| Reverse(*time));
        let taken = Taken { waiting, last: None, failures: Vec::new() };
        let numbers = wanted.iter().filter_map(number).collect();
        Self { none: wanted.is_empty(), numbers, taken: Mutex::new(taken) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.none
    }

    /// When `shown` pictures were shown, and there will be no more: why not all of those that were wanted are files.
    pub(super) fn finish(&self, shown: u64) -> Result<(), String> {
        let taken = &mut *self.taken.lock();
        taken.write_before(None);
        let missing = self.numbers.range(shown.saturating_add(1)..);
        taken.failures.extend(missing.map(|(number, file)| {
            format!("{}: there was no picture {number}, the program has shown {shown}", file.display())
        }));
        if taken.failures.is_empty() { Ok(()) } else { Err(taken.failures.join("; ")) }
    }

    pub(super) fn wants(&self, number: u64) -> bool {
        self.numbers.contains_key(&number) || !self.taken.lock().waiting.is_empty()
    }

    pub(super) fn take(&self, number: u64, time: Duration, picture: Result<Image, String>) {
        let taken = &mut *self.taken.lock();
        taken.write_before(Some(time));
        if let Some(file) = self.numbers.get(&number) {
            let written = picture
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|picture| write_png(file, picture).map_err(|error| error.to_string()));
            if let Err(error) = written {
                taken.failures.push(format!("{}: picture {number}: {error}", file.display()));
            }
        }
        taken.last = (!taken.waiting.is_empty()).then_some((time, picture));
    }

    /// Whether no picture after so many is wanted.
    pub(super) fn is_done(&self, shown: u64) -> bool {
        let numbers = self.numbers.last_key_value().is_none_or(|(last, _)| *last <= shown);
        numbers && self.taken.lock().waiting.is_empty()
    }
}

impl Taken {
    /// Writes the last picture for each time before `time`, at which there is another one.
    fn write_before(&mut self, time: Option<Duration>) {
        while let Some((wanted, file)) =
            self.waiting.pop_if(|(wanted, _)| time.is_none_or(|time| *wanted < time))
        {
            let written = match &self.last {
                Some((_, Ok(picture))) => write_png(&file, picture).map_err(|error| error.to_string()),
                Some((_, Err(error))) => Err(error.clone()),
                None => Err("there was no picture yet".to_owned()),
            };
            if let Err(error) = written {
                self.failures.push(format!("{}: at {} s: {error}", file.display(), wanted.as_secs_f64()));
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::Size;

    /// A picture of one pixel, as red as `red`.
    fn dot(red: u8) -> Result<Image, String> {
        Ok(Image { size: Size { width: 1, height: 1 }, rgba: vec![red, 0, 0, 255] })
    }

    fn red(file: &Path) -> u8 {
        let mut reader =
            png::Decoder::new(std::io::BufReader::new(File::open(file).unwrap())).read_info().unwrap();
        let mut pixel = [0; 4];
        reader.next_frame(&mut pixel).unwrap();
        pixel[0]
    }

    #[test]
    fn the_picture_that_is_shown_at_a_time() {
        let folder = std::env::temp_dir().join(format!("wgpu-wasi-screenshots-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let seconds = Duration::from_secs;
        let file = |name: &str| folder.join(name);
        let wanted = [
            (Which::At(seconds(5)), file("5.png")),
            (Which::At(seconds(2)), file("2.png")),
            (Which::Number(2), file("second.png")),
            (Which::At(seconds(0)), file("none.png")),
        ];
        let screenshots = Screenshots::new(&wanted);
        for (number, time) in [(1, 1), (2, 2), (3, 3)] {
            assert!(screenshots.wants(number) && !screenshots.is_done(number));
            screenshots.take(number, seconds(time), dot(u8::try_from(number).unwrap()));
        }
        let failure = screenshots.finish(3).unwrap_err();
        assert!(failure.contains("none.png: at 0 s: there was no picture yet"), "{failure}");
        assert!(!failure.contains("5.png"), "{failure}");
        assert_eq!((red(&file("2.png")), red(&file("5.png")), red(&file("second.png"))), (2, 3, 2));

        let one = Screenshots::new(&[(Which::At(seconds(1)), file("1.png"))]);
        one.take(1, seconds(1), dot(7));
        assert!(!one.is_done(1));
        one.take(2, seconds(2), dot(8));
        assert!(one.is_done(2) && !one.wants(3) && one.finish(2).is_ok());
        assert_eq!(red(&file("1.png")), 7);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 4);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
