//! Frame by frame, in and out.

use std::io::{self, BufRead as _, BufReader, Read, Write};

use anyhow::{Context as _, bail, ensure};

use super::Header;

/// The longest line. Those of other tools have at most 256 bytes.
const LINE: u64 = 4096;
/// What a frame begins with.
const FRAME: &[u8] = b"FRAME";
/// As much as a pipe holds.
const PIPE: usize = 64 << 10;

/// A stream that is read.
#[derive(Debug)]
pub(crate) struct Reader<R> {
    input: BufReader<R>,
    header: Header,
    frames: u64,
}

impl<R: Read> Reader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    ///
    /// [`Header::parse`]'s, and those of reading.
    pub(crate) fn new(input: R) -> anyhow::Result<Self> {
        let mut input = BufReader::with_capacity(PIPE, input);
        let line = match line(&mut input).context("cannot read the first line of standard input")? {
            Line::Whole(line) => line,
            Line::None => bail!(
                "standard input is empty, where a y4m stream should be: `ffmpeg -i FILE -f yuv4mpegpipe - | …`"
            ),
            // A first line that is not about y4m says so itself.
            Line::Cut(line) | Line::Long(line) => {
                Header::parse(&line)?;
                bail!("the first line of the y4m stream has no end");
            }
        };
        let header = Header::parse(&line)?;
        Ok(Self { input, header, frames: 0 })
    }

    /// What the first line says.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Reads the next frame into `samples`, which has its size; returns the parameters in its line, or `None` at the
    /// end of the stream.
    ///
    /// # Errors
    ///
    /// When the stream is cut off in the frame, or something else is there.
    pub(crate) fn next(&mut self, samples: &mut [u8]) -> anyhow::Result<Option<Vec<u8>>> {
        let frame = self.frames;
        let whole = || format!("{frame} whole frames came before that");
        let reading = || format!("cannot read frame {frame}");
        let line = match line(&mut self.input).with_context(reading)? {
            Line::None => return Ok(None),
            Line::Whole(line) => line,
            Line::Cut(line) if FRAME.starts_with(&line) || line.starts_with(FRAME) => {
                bail!("the y4m stream is cut off in frame {frame}: its line has no end; {}", whole())
            }
            Line::Cut(line) | Line::Long(line) => line,
        };
        let parameters = match line.strip_prefix(FRAME) {
            Some(parameters) if parameters.first().is_none_or(|first| *first == b' ') => parameters.to_vec(),
            _ => bail!(
                "there is no FRAME where frame {frame} of the y4m stream should begin: are its pictures {} x {}, as it says?",
                self.header.width,
                self.header.height
            ),
        };
        check_progressive(&parameters).with_context(|| format!("frame {frame}"))?;
        let mut filled = 0;
        while let Some(rest) = samples.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest) {
                Ok(0) => bail!(
                    "the y4m stream is cut off in frame {frame}: {filled} of {} bytes are there; {}",
                    samples.len(),
                    whole()
                ),
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error).with_context(reading),
            }
        }
        self.frames += 1;
        Ok(Some(parameters))
    }
}

/// A frame may say for itself that it is interlaced: `I`, how it is shown, and then how it was taken.
fn check_progressive(parameters: &[u8]) -> anyhow::Result<()> {
    let mut words = parameters.split(|byte| *byte == b' ');
    ensure!(
        !words.any(|word| matches!(word, [b'I', _, b'i', ..])),
        "it is interlaced: have the pictures deinterlaced before, for instance with ffmpeg's `-vf bwdif`"
    );
    Ok(())
}

/// What is there of a line, without its end.
enum Line {
    None,
    Whole(Vec<u8>),
    Cut(Vec<u8>),
    Long(Vec<u8>),
}

fn line<R: Read>(input: &mut BufReader<R>) -> io::Result<Line> {
    let mut line = Vec::new();
    input.by_ref().take(LINE).read_until(b'\n', &mut line)?;
    Ok(match line.pop() {
        None => Line::None,
        Some(b'\n') => Line::Whole(line),
        Some(last) => {
            line.push(last);
            if line.len() as u64 == LINE { Line::Long(line) } else { Line::Cut(line) }
        }
    })
}

/// Writes the first line.
///
/// # Errors
///
/// The output's.
pub(crate) fn write_header(output: &mut impl Write, header: &Header) -> io::Result<()> {
    output.write_all(&[&header.line, b"\n".as_slice()].concat())
}

/// Writes a frame with the parameters of its line.
///
/// # Errors
///
/// The output's.
pub(crate) fn write_frame(output: &mut impl Write, parameters: &[u8], samples: &[u8]) -> io::Result<()> {
    output.write_all(&[FRAME, parameters, b"\n"].concat())?;
    output.write_all(samples)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "YUV4MPEG2 W3 H1 Cmono F25:1 XFIRST\n";

    /// The words after `FRAME` of each picture, and its bytes.
    type Pictures = Vec<(Vec<u8>, Vec<u8>)>;

    fn read(stream: &[u8]) -> (Pictures, Option<String>) {
        let mut reader = match Reader::new(stream) {
            Ok(reader) => reader,
            Err(error) => return (Vec::new(), Some(format!("{error:#}"))),
        };
        let (mut frames, mut samples) = (Vec::new(), [0; 3]);
        loop {
            match reader.next(&mut samples) {
                Ok(Some(parameters)) => frames.push((parameters, samples.to_vec())),
                Ok(None) => return (frames, None),
                Err(error) => return (frames, Some(format!("{error:#}"))),
            }
        }
    }

    #[test]
    fn what_is_read_is_written_again() {
        // Samples that look like lines, and parameters.
        let stream =
            [HEADER.as_bytes(), b"FRAME\nabc", b"FRAME Ipp XNOTE=1\n\nF\n", b"FRAME\n\n\n\n"].concat();
        let (frames, error) = read(&stream);
        assert_eq!((frames.len(), error), (3, None));
        let mut written = Vec::new();
        write_header(&mut written, Reader::new(stream.as_slice()).unwrap().header()).unwrap();
        for (parameters, samples) in &frames {
            write_frame(&mut written, parameters, samples).unwrap();
        }
        assert_eq!(written, stream);
    }

    #[test]
    fn a_stream_may_have_no_frame() {
        assert_eq!(read(HEADER.as_bytes()), (Vec::new(), None));
    }

    #[test]
    fn a_cut_stream_has_the_frames_that_are_whole() {
        let stream = [HEADER.as_bytes(), b"FRAME\nabcFRAME\nde"].concat();
        for (end, whole, words) in [
            (0, 1, "1 of 3 bytes are there; 1 whole frames"),
            (1, 1, "0 of 3 bytes are there; 1 whole frames"),
            (2, 1, "its line has no end; 1 whole frames"),
            (6, 1, "its line has no end; 1 whole frames"),
            (8, 0, "2 of 3 bytes are there; 0 whole frames"),
        ] {
            let cut = &stream[..stream.len() - 1 - end];
            let (frames, error) = read(cut);
            assert_eq!(frames.len(), whole, "{end}");
            let error = error.unwrap();
            assert!(error.contains("cut off in frame") && error.contains(words), "{end}: {error}");
        }
        let (frames, error) = read(&stream[..stream.len() - 8]);
        assert_eq!((frames.len(), error), (1, None));
    }

    #[test]
    fn what_is_no_frame_is_named() {
        for wrong in ["FRAMED\nabc", "frame\nabc", "\n", "xFRAME\n", &"a".repeat(9000)] {
            let (frames, error) = read(format!("{HEADER}FRAME\nabc{wrong}").as_bytes());
            assert_eq!(frames.len(), 1);
            assert!(error.unwrap().contains("are its pictures 3 x 1"), "{wrong}");
        }
    }

    #[test]
    fn frames_may_say_that_they_are_interlaced() {
        for (parameters, fine) in [("Ipp", true), ("Itip", false), ("I1i", false), ("Xi", true), ("", true)] {
            let (frames, error) = read(format!("{HEADER}FRAME {parameters}\nabc").as_bytes());
            assert_eq!((frames.len() == 1, error.is_none()), (fine, fine), "{parameters}");
        }
    }

    #[test]
    fn the_first_line_has_to_be_there() {
        let error = |stream: &[u8]| read(stream).1.unwrap();
        assert!(error(b"").contains("is empty"));
        assert!(error(&[0; 9000]).contains("no y4m stream"));
        assert!(error(b"YUV4MPEG2 W1 H1").contains("has no end"));
        let long = format!("YUV4MPEG2 W1 H1 X{}\n", "a".repeat(9000));
        assert!(error(long.as_bytes()).contains("has no end"));
    }

    #[test]
    fn a_reader_that_fails_is_no_end() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let mut reader = Reader::new(HEADER.as_bytes().chain(Fails)).unwrap();
        assert!(reader.next(&mut [0; 3]).unwrap_err().to_string().contains("cannot read frame 0"));
    }
}
