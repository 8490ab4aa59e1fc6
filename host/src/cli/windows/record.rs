//! Pictures of windows as a video, or as a folder of numbered files.
//!
//! A video is YUV4MPEG2, which `ffmpeg` and others read: <https://wiki.multimedia.cx/index.php/YUV4MPEG2>. It shows what a
//! screen would, the newest picture of one window at each moment, without loss but for that of the colours: 4:4:4, eight
//! bits, the full range, and the matrix of BT.601, which is what programs take a file for that names none.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use parking_lot::Mutex;

use super::screenshots::write_png;
use crate::windows::{Image, Size, frames::Rate};

/// Where the pictures go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Stdout,
    Video(PathBuf),
    Folder(PathBuf),
}

impl Target {
    /// `-`, a file `*.y4m`, or a folder.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let path = Path::new(text);
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if text == "-" => Ok(Self::Stdout),
            _ if text.is_empty() => Err("write FILE.y4m, a folder, or - for stdout".to_owned()),
            Some("y4m") => Ok(Self::Video(path.to_owned())),
            Some(other @ ("mp4" | "mkv" | "webm" | "gif" | "avi" | "mov")) => Err(format!(
                "{other} is not written here: write - and have another program read it, such as \
                 `… --record - | ffmpeg -i - {text}`"
            )),
            _ => Ok(Self::Folder(path.to_owned())),
        }
    }
}

/// What becomes of the pictures.
pub(super) struct Record {
    rate: Rate,
    to: Mutex<Result<To, String>>,
    target: Target,
}

enum To {
    Video(Video),
    Folder(PathBuf),
}

impl Record {
    /// Begins to write a video of so many pictures a second, or the files of a folder.
    pub(super) fn new(target: Target, hertz: u16) -> wasmtime::Result<Self> {
        let rate = Rate::of_hertz(hertz);
        let to = match &target {
            Target::Stdout => Ok(To::Video(Video::new(Box::new(io::stdout()), hertz))),
            Target::Video(file) => {
                File::create(file).map(|file| To::Video(Video::new(Box::new(BufWriter::new(file)), hertz)))
            }
            Target::Folder(folder) => fs::create_dir_all(folder).map(|()| To::Folder(folder.clone())),
        };
        let to = to.map_err(|error| wasmtime::format_err!("{}: {error} (--record)", name(&target)))?;
        Ok(Self { rate, to: Mutex::new(Ok(to)), target })
    }

    /// Whether nothing else may go to stdout.
    pub(super) fn takes_stdout(&self) -> bool {
        self.target == Target::Stdout
    }

    /// Keeps a picture.
    pub(super) fn take(&self, number: u64, window: u32, time: Duration, picture: &Result<Image, String>) {
        let mut state = self.to.lock();
        let Ok(to) = &mut *state else { return };
        let written = match (picture, to) {
            (Err(why), _) => Err(why.clone()),
            (Ok(picture), To::Video(video)) => {
                video.take(window, self.rate.frame(time), picture).map_err(|error| error.to_string())
            }
            (Ok(picture), To::Folder(folder)) => {
                let file = folder.join(format!("{number:06}.png"));
                write_png(&file, picture).map_err(|error| error.to_string())
            }
        };
        if let Err(why) = written {
            // What comes after it would be a video without it.
            *state = Err(format!("{}: picture {number}: {why} (--record)", name(&self.target)));
        }
    }

    /// When there will be no more pictures: why not all of them were kept.
    pub(super) fn finish(&self) -> Result<(), String> {
        let mut state = self.to.lock();
        match &mut *state {
            Err(why) => Err(why.clone()),
            Ok(To::Folder(_)) => Ok(()),
            Ok(To::Video(video)) => {
                video.finish().map_err(|error| format!("{}: {error} (--record)", name(&self.target)))
            }
        }
    }
}

fn name(target: &Target) -> String {
    match target {
        Target::Stdout => "stdout".to_owned(),
        Target::Video(path) | Target::Folder(path) => path.display().to_string(),
    }
}

/// For how long a picture that stays is in a video: what nobody has changed for an hour need not be there for an hour.
const LONGEST_SECONDS: u16 = 10;

/// A video of the window that has shown the first picture, in the size that this had.
struct Video {
    out: Box<dyn Write + Send>,
    hertz: u16,
    window: Option<(u32, Size)>,
    /// The newest picture, as it is written, and the moment from which it is shown.
    newest: Option<(u64, Vec<u8>)>,
}

impl Video {
    fn new(out: Box<dyn Write + Send>, hertz: u16) -> Self {
        Self { out, hertz, window: None, newest: None }
    }

    fn take(&mut self, window: u32, frame: u64, picture: &Image) -> io::Result<()> {
        let size = match self.window {
            Some((first, _)) if first != window => return Ok(()),
            Some((_, size)) => size,
            None => {
                let Size { width, height } = picture.size;
                let hertz = self.hertz;
                writeln!(self.out, "YUV4MPEG2 W{width} H{height} F{hertz}:1 Ip A1:1 C444 XCOLORRANGE=FULL")?;
                self.window = Some((window, picture.size));
                picture.size
            }
        };
        let planes = planes(picture, size);
        match self.newest.replace((frame, planes)) {
            Some((before, shown)) => self.write(&shown, frame.saturating_sub(before)),
            None => Ok(()),
        }
    }

    fn write(&mut self, planes: &[u8], times: u64) -> io::Result<()> {
        for _ in 0..times.min(u64::from(self.hertz) * u64::from(LONGEST_SECONDS)) {
            self.out.write_all(b"FRAME\n")?;
            self.out.write_all(planes)?;
        }
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        match self.newest.take() {
            Some((_, shown)) => self.write(&shown, 1),
            None => Ok(()),
        }
    }
}

/// A picture as brightness and two differences of colours, one plane after the other, from the upper left corner of a
/// picture of this size. Outside of a smaller one it is black.
fn planes(picture: &Image, Size { width, height }: Size) -> Vec<u8> {
    let rows = picture.rgba.chunks_exact(usize::try_from(picture.size.width).unwrap_or(0).max(1) * 4);
    let (width, height) = (usize::try_from(width).unwrap_or(0), usize::try_from(height).unwrap_or(0));
    let mut planes = [Vec::new(), Vec::new(), Vec::new()];
    planes.iter_mut().for_each(|plane| plane.reserve(width.saturating_mul(height)));
    let [y, u, v] = &mut planes;
    let mut put = |rgb| {
        let [light, blue, red] = yuv(rgb);
        y.push(light);
        u.push(blue);
        v.push(red);
    };
    for row in rows.map(Some).chain(std::iter::repeat(None)).take(height) {
        let (pixels, _) = row.unwrap_or_default().as_chunks::<4>();
        let colours = pixels.iter().map(|[red, green, blue, _]| [*red, *green, *blue]);
        colours.chain(std::iter::repeat([0; 3])).take(width).for_each(&mut put);
    }
    planes.concat()
}

/// BT.601 in the full range, in 65536ths.
fn yuv([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let rgb = [red, green, blue].map(i32::from);
    let row = |[by_red, by_green, by_blue]: [i32; 3], offset: i32| {
        let [red, green, blue] = rgb;
        let sum = by_red * red + by_green * green + by_blue * blue + offset * 65_536 + 32_768;
        u8::try_from((sum >> 16).clamp(0, 255)).unwrap_or(u8::MAX)
    };
    [
        row([19_595, 38_470, 7_471], 0),
        row([-11_058, -21_710, 32_768], 128),
        row([32_768, -27_439, -5_329], 128),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Bytes(Arc<Mutex<Vec<u8>>>);

    impl Write for Bytes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn image(width: u32, height: u32, pixel: [u8; 4]) -> Image {
        let pixels = usize::try_from(width * height).unwrap();
        Image { size: Size { width, height }, rgba: pixel.repeat(pixels) }
    }

    #[test]
    fn targets() {
        assert_eq!(Target::parse("-"), Ok(Target::Stdout));
        assert_eq!(Target::parse("a/b.y4m"), Ok(Target::Video("a/b.y4m".into())));
        assert_eq!(Target::parse("a/b"), Ok(Target::Folder("a/b".into())));
        assert!(Target::parse("a.mp4").unwrap_err().contains("ffmpeg -i - a.mp4"));
        assert!(Target::parse("").is_err());
    }

    #[test]
    fn colours() {
        assert_eq!(yuv([0, 0, 0]), [0, 128, 128]);
        assert_eq!(yuv([255, 255, 255]), [255, 128, 128]);
        assert_eq!(yuv([255, 0, 0]), [76, 85, 255]);
        assert_eq!(yuv([0, 255, 0]), [150, 44, 21]);
        assert_eq!(yuv([0, 0, 255]), [29, 255, 107]);
    }

    #[test]
    fn a_video_shows_what_a_screen_does() {
        let bytes = Bytes::default();
        let mut video = Video::new(Box::new(bytes.clone()), 60);
        let (black, white) = (image(2, 1, [0, 0, 0, 255]), image(2, 1, [255; 4]));
        video.take(1, 5, &black).unwrap();
        // Another window, and a picture that nobody sees since the next is shown at the same moment.
        video.take(2, 6, &white).unwrap();
        video.take(1, 7, &black).unwrap();
        video.take(1, 7, &image(1, 3, [255; 4])).unwrap();
        video.finish().unwrap();
        let mut expected = b"YUV4MPEG2 W2 H1 F60:1 Ip A1:1 C444 XCOLORRANGE=FULL\n".to_vec();
        for frame in [[0, 0, 128, 128, 128, 128], [0, 0, 128, 128, 128, 128], [255, 0, 128, 128, 128, 128]] {
            expected.extend(b"FRAME\n");
            expected.extend(frame);
        }
        assert_eq!(*bytes.0.lock(), expected);
    }

    #[test]
    fn a_picture_that_stays_ends() {
        let bytes = Bytes::default();
        let mut video = Video::new(Box::new(bytes.clone()), 2);
        let black = image(1, 1, [0; 4]);
        video.take(1, 0, &black).unwrap();
        video.take(1, 1_000_000, &black).unwrap();
        video.finish().unwrap();
        let frames = bytes.0.lock().windows(6).filter(|window| window == b"FRAME\n").count();
        assert_eq!(frames, 2 * 10 + 1);
    }
}
