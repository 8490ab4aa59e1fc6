//! A client of pictures that move: `multipart/x-mixed-replace`, each part a JPEG.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use clap::Args;
use image::ImageFormat;
use serde::Serialize;

/// What is asked for, and for how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct Motion {
    /// The server's address and port
    address: String,
    #[arg(long)]
    path: String,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// What has to be answered when the client has gone
    #[arg(long)]
    then: Option<String>,
}

/// What came of it; times in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pictures: usize,
    /// Those that can't be decoded, or have another size than the first.
    wrong: usize,
    width: u32,
    height: u32,
    /// A second.
    rate: f64,
    /// From one picture to the next.
    p50: f64,
    p99: f64,
    /// From the end of this client to the answer of `then`.
    then: f64,
}

impl Motion {
    pub(crate) fn run(self) -> anyhow::Result<Report> {
        let mut stream = BufReader::new(self.ask(&self.path)?);
        // On a thread of its own, so that it keeps no picture from being taken when it comes.
        let (sender, pictures) = mpsc::channel();
        let decoding = thread::Builder::new().spawn(move || decode(&pictures))?;
        // The program begins with the first one.
        let mut jpeg = part(&mut stream)?;
        let start = Instant::now();
        let mut last = start;
        let mut gaps = Vec::new();
        loop {
            // It ends early where what decodes does.
            let _ = sender.send(jpeg);
            if last.duration_since(start) >= Duration::from_secs_f64(self.seconds) {
                break;
            }
            jpeg = part(&mut stream)?;
            let now = Instant::now();
            gaps.push(now.duration_since(last).as_secs_f64() * 1e3);
            last = now;
        }
        drop((sender, stream));
        let left = Instant::now();
        if let Some(path) = &self.then {
            let mut answer = Vec::new();
            self.ask(path)?.read_to_end(&mut answer)?;
            let status = answer.get(9..12).unwrap_or_default();
            anyhow::ensure!(status == b"200", "{path}: {}", String::from_utf8_lossy(status));
        }
        let then = left.elapsed().as_secs_f64() * 1e3;
        let decoded = decoding.join().ok().context("what decodes has ended")?;
        let rate = gaps.len() as f64 / last.duration_since(start).as_secs_f64();
        gaps.sort_by(f64::total_cmp);
        let at = |share: f64| gaps.get((gaps.len() as f64 * share) as usize).copied().unwrap_or(0.0);
        let (width, height) = decoded.size.unwrap_or_default();
        let Decoded { right, wrong, .. } = decoded;
        Ok(Report { pictures: right + wrong, wrong, width, height, rate, p50: at(0.5), p99: at(0.99), then })
    }

    /// Asks as a client of 1.0 does, so that the body is in no chunks.
    fn ask(&self, path: &str) -> anyhow::Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).context(self.address.clone())?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        Ok(stream)
    }
}

/// The next part's picture.
fn part(stream: &mut BufReader<TcpStream>) -> anyhow::Result<Vec<u8>> {
    let (mut length, mut line) = (None, String::new());
    loop {
        line.clear();
        anyhow::ensure!(stream.read_line(&mut line)? > 0, "the stream of pictures has ended");
        let text = line.trim().to_ascii_lowercase();
        if let Some(bytes) = text.strip_prefix("content-length:") {
            length = Some(bytes.trim().parse()?);
        }
        // The empty line behind the head of a part. That behind a picture, and that behind the answer's head, have no
        // length before them.
        if text.is_empty()
            && let Some(length) = length
        {
            let mut jpeg = vec![0; length];
            stream.read_exact(&mut jpeg)?;
            return Ok(jpeg);
        }
    }
}

#[derive(Debug, Default)]
struct Decoded {
    right: usize,
    wrong: usize,
    size: Option<(u32, u32)>,
}

fn decode(pictures: &mpsc::Receiver<Vec<u8>>) -> Decoded {
    let mut decoded = Decoded::default();
    for jpeg in pictures {
        let picture = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg);
        let size = picture.ok().map(|picture| (picture.width(), picture.height()));
        decoded.size = decoded.size.or(size);
        if size.is_some() && size == decoded.size {
            decoded.right += 1;
        } else {
            decoded.wrong += 1;
        }
    }
    decoded
}
