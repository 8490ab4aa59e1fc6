//! The first line of a stream, and how the samples of a picture lie.

use anyhow::{Context as _, bail, ensure};

/// What a stream begins with.
const MAGIC: &[u8] = b"YUV4MPEG2";

/// The first line of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Header {
    /// The line as it came, without its end: what other tools have put there goes on to those behind us.
    pub(crate) line: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Pictures a second, if the stream says.
    pub(crate) rate: Option<f64>,
    pub(crate) chroma: Chroma,
    /// Bits of a sample: 8 to 16. From 9 on it takes two bytes, the lower one first.
    pub(crate) depth: u32,
    /// Whether samples use their whole range, and not that of television.
    pub(crate) full_range: bool,
}

/// How the colour differences are sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Chroma {
    /// There are none: a grey picture.
    None,
    /// One of each for a block of `1 << shift` samples of luma in both directions.
    Planes {
        shift: [u32; 2],
        /// Whether they lie on the first column of their block, and not in its middle.
        on_the_left: bool,
    },
}

impl Header {
    /// Reads a line without its end.
    ///
    /// # Errors
    ///
    /// When it is no such line, or is about pictures that this program can't work on.
    pub(crate) fn parse(line: &[u8]) -> anyhow::Result<Self> {
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        ensure!(
            words.next() == Some(MAGIC),
            "standard input is no y4m stream: it does not begin with YUV4MPEG2. Have ffmpeg write one, with \
             `-f yuv4mpegpipe`"
        );
        let (mut width, mut height, mut rate, mut colour) = (None, None, None, "420".to_owned());
        let mut full_range = false;
        for word in words {
            let Some((tag, value)) = word.split_first() else { continue };
            let text = String::from_utf8_lossy(value);
            match tag {
                b'W' => width = Some(side("width", &text)?),
                b'H' => height = Some(side("height", &text)?),
                b'F' => rate = ratio(&text).with_context(|| format!("the frame rate is {text:?}"))?,
                b'I' => check_progressive(&text)?,
                b'C' => colour = text.into_owned(),
                b'X' if value == b"COLORRANGE=FULL" => full_range = true,
                // The shape of a pixel, comments, and whatever comes later.
                _ => {}
            }
        }
        let (chroma, depth) = colour_space(&colour)?;
        let width = width.context("the y4m stream does not say how wide its pictures are (W)")?;
        let height = height.context("the y4m stream does not say how high its pictures are (H)")?;
        Ok(Self { line: line.to_vec(), width, height, rate, chroma, depth, full_range })
    }

    /// Bytes of a sample.
    pub(crate) fn sample_bytes(&self) -> u64 {
        if self.depth > 8 { 2 } else { 1 }
    }

    /// Width and height of the planes of colour differences; zero without them.
    pub(crate) fn chroma_size(&self) -> [u32; 2] {
        match self.chroma {
            Chroma::None => [0, 0],
            Chroma::Planes { shift: [x, y], .. } => {
                [self.width.div_ceil(1 << x), self.height.div_ceil(1 << y)]
            }
        }
    }

    /// How many planes there are.
    pub(crate) fn planes(&self) -> u32 {
        if self.chroma == Chroma::None { 1 } else { 3 }
    }

    /// Samples of a picture, in all its planes.
    pub(crate) fn samples(&self) -> u64 {
        let [width, height] = self.chroma_size();
        u64::from(self.width) * u64::from(self.height) + 2 * u64::from(width) * u64::from(height)
    }

    /// Bytes of a picture.
    pub(crate) fn frame_bytes(&self) -> u64 {
        self.samples() * self.sample_bytes()
    }
}

/// The longest side: with two bytes for each of three samples, a picture of this square is no more than 24 GiB.
const LONGEST: u32 = 65_536;

fn side(what: &str, text: &str) -> anyhow::Result<u32> {
    match text.parse() {
        Ok(side @ 1..=LONGEST) => Ok(side),
        _ => {
            bail!("the y4m stream says that the {what} of its pictures is {text:?}; it can be 1 to {LONGEST}")
        }
    }
}

/// Pictures a second. `0:0` is how a stream says that it does not know.
fn ratio(text: &str) -> anyhow::Result<Option<f64>> {
    let (over, under) = text.split_once(':').context("it has to be two numbers with a colon")?;
    let (over, under): (u32, u32) = (over.parse()?, under.parse()?);
    Ok((over > 0 && under > 0).then(|| f64::from(over) / f64::from(under)))
}

fn check_progressive(text: &str) -> anyhow::Result<()> {
    match text {
        "p" | "?" | "" => Ok(()),
        "t" | "b" | "m" => bail!(
            "the pictures are interlaced (I{text}), and lines of two moments would be mixed: have them \
             deinterlaced before, for instance with ffmpeg's `-vf bwdif`"
        ),
        _ => bail!("the y4m stream has an unknown interlacing, I{text}"),
    }
}

/// The colour spaces of mjpegtools and ffmpeg, but for those with a fourth plane.
fn colour_space(text: &str) -> anyhow::Result<(Chroma, u32)> {
    const KNOWN: &str = "420 (also jpeg, mpeg2, paldv), 411, 422, 444 and mono in 8 bits, and 420p10, 422p10, \
                         444p10, mono10 and so on up to 16";
    let planes = |x, y, on_the_left| Chroma::Planes { shift: [x, y], on_the_left };
    let (name, depth) = match text.split_once('p') {
        Some((name @ ("420" | "422" | "444"), depth)) => (name, depth),
        _ => match text.strip_prefix("mono") {
            Some(depth) => ("mono", depth),
            None => (text, ""),
        },
    };
    let (name, depth) = match depth.parse() {
        // 420p8 is nobody's name for 420.
        Ok(depth @ 9..=16) => (name, depth),
        _ => (text, 8),
    };
    let chroma = match name {
        "420" | "420jpeg" => Some(planes(1, 1, false)),
        "420mpeg2" | "420paldv" => Some(planes(1, 1, true)),
        "411" => Some(planes(2, 0, true)),
        "422" => Some(planes(1, 0, true)),
        "444" => Some(planes(0, 0, false)),
        "mono" => Some(Chroma::None),
        _ => None,
    };
    match chroma {
        Some(chroma) => Ok((chroma, depth)),
        None => bail!(
            "the pictures are of the kind C{text}, which this program does not know. It knows {KNOWN}; ffmpeg makes \
             one of them with `-pix_fmt yuv420p`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> anyhow::Result<Header> {
        Header::parse(line.as_bytes())
    }

    fn error(line: &str) -> String {
        format!("{:#}", parse(line).unwrap_err())
    }

    #[test]
    fn a_line_of_ffmpeg() {
        let line = "YUV4MPEG2 W1279 H719 F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG XCOLORRANGE=FULL";
        let header = parse(line).unwrap();
        assert_eq!(header.line, line.as_bytes());
        assert_eq!((header.width, header.height, header.depth, header.full_range), (1279, 719, 8, true));
        assert!((header.rate.unwrap() - 29.97).abs() < 0.001);
        assert_eq!(header.chroma, Chroma::Planes { shift: [1, 1], on_the_left: false });
        assert_eq!(header.chroma_size(), [640, 360]);
        assert_eq!(header.frame_bytes(), 1279 * 719 + 2 * 640 * 360);
    }

    #[test]
    fn lines_of_others() {
        // The least that is one; what is left out has a meaning.
        let header = parse("YUV4MPEG2 W2 H2").unwrap();
        assert_eq!((header.rate, header.depth, header.full_range), (None, 8, false));
        assert_eq!(header.chroma, Chroma::Planes { shift: [1, 1], on_the_left: false });
        // Another order, two spaces, what nobody knows, and bytes that are no text.
        let header = Header::parse(b"YUV4MPEG2 H4  C422 I? F0:0 W6 A0:0 Z1 X\xff=\xfe").unwrap();
        assert_eq!((header.width, header.height, header.rate), (6, 4, None));
        assert_eq!(header.chroma_size(), [3, 4]);
    }

    #[test]
    fn kinds_of_pictures() {
        let bytes = |colour: &str| parse(&format!("YUV4MPEG2 W5 H3 C{colour}")).unwrap().frame_bytes();
        assert_eq!(bytes("420mpeg2"), 15 + 2 * 6);
        assert_eq!(bytes("420paldv"), 15 + 2 * 6);
        assert_eq!(bytes("411"), 15 + 2 * 6);
        assert_eq!(bytes("422"), 15 + 2 * 9);
        assert_eq!(bytes("444"), 45);
        assert_eq!(bytes("mono"), 15);
        assert_eq!(bytes("mono10"), 30);
        assert_eq!(bytes("420p10"), 2 * 27);
        assert_eq!(bytes("444p16"), 90);
        for unknown in ["444alpha", "420p8", "420p17", "420p", "mono8", "monochrome", "411p10", "", "440"] {
            assert!(error(&format!("YUV4MPEG2 W5 H3 C{unknown}")).contains("-pix_fmt yuv420p"), "{unknown}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(error("RIFF").contains("-f yuv4mpegpipe"));
        assert!(error("").contains("-f yuv4mpegpipe"));
        assert!(error("YUV4MPEG25 W1 H1").contains("-f yuv4mpegpipe"));
        assert!(error("YUV4MPEG2 H3").contains("how wide"));
        assert!(error("YUV4MPEG2 W3").contains("how high"));
        for side in ["W0 H1", "W H1", "W-1 H1", "W65537 H1", "W1 H99999999999999999999"] {
            assert!(error(&format!("YUV4MPEG2 {side}")).contains("it can be 1 to 65536"), "{side}");
        }
        for rate in ["25", "a:b", "25:", "-25:1"] {
            assert!(error(&format!("YUV4MPEG2 W1 H1 F{rate}")).contains("frame rate"), "{rate}");
        }
        for field in ["t", "b", "m"] {
            assert!(error(&format!("YUV4MPEG2 W1 H1 I{field}")).contains("-vf bwdif"), "{field}");
        }
        assert!(error("YUV4MPEG2 W1 H1 Ix").contains("unknown interlacing"));
    }
}
