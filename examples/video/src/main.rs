//! Takes the noise out of a video and grades its colours, on the GPU, between two pipes.

mod filter;
mod meter;
mod params;
#[cfg(test)]
mod reference;
mod sample;
mod settings;
mod y4m;

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Parser;
use example_common::Gpu;

use crate::filter::{Filter, UNDER_WAY};
use crate::meter::Meter;
use crate::params::Matrix;
use crate::settings::Settings;
use crate::y4m::{Header, Reader, write_frame, write_header};

/// Takes the noise out of a video and grades its colours. It reads a y4m stream on standard input, and writes one to
/// standard output:
///
///   ffmpeg -i in.mp4 -f yuv4mpegpipe - | video | ffmpeg -f yuv4mpegpipe -i - out.mp4
///
/// For samples of more than 8 bits, ffmpeg wants `-strict -1` before `-f`.
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,

    /// How colours are made of luma and colour differences
    #[arg(long, value_enum, default_value_t)]
    matrix: Matrix,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    quiet: bool,

    /// Only read and write, without the GPU: what the pipes alone can do
    #[arg(long)]
    pass_through: bool,

    /// Write a noisy stream to try this program with, and stop; its first line is this, for instance "W640 H360 F24:1 C420"
    #[arg(long, value_name = "LINE", conflicts_with = "pass_through")]
    make_sample: Option<String>,

    /// How many pictures the sample has
    #[arg(long, value_name = "COUNT", default_value_t = sample::FRAMES, requires = "make_sample")]
    frames: u32,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (input, mut output) = (io::stdin(), io::stdout().lock());
    ensure!(
        !output.is_terminal(),
        "standard output is a terminal, which can't show a y4m stream: `… | ffplay -f yuv4mpegpipe -`"
    );
    if let Some(line) = &arguments.make_sample {
        let header = Header::parse(format!("YUV4MPEG2 {line}").as_bytes())?;
        return written(sample::write(&mut output, &header, arguments.frames));
    }
    ensure!(
        !input.is_terminal(),
        "standard input is a terminal, where a y4m stream should be: `ffmpeg -i FILE -f yuv4mpegpipe - | …`"
    );
    let reader = Reader::new(input.lock())?;
    let mut meter = Meter::new(reader.header().rate, arguments.quiet);
    let result = if arguments.pass_through {
        pass_through(reader, output, &mut meter)
    } else {
        develop(arguments, reader, output, &mut meter)
    };
    meter.finish();
    result
}

/// Sends the pictures through the GPU. While one is computed there, the one before is written and the next is read.
fn develop(
    arguments: &Arguments,
    mut reader: Reader<impl io::Read>,
    mut output: impl Write,
    meter: &mut Meter,
) -> anyhow::Result<()> {
    let gpu = Gpu::open()?;
    if !arguments.quiet {
        let header = reader.header();
        eprintln!("GPU: {}", gpu.name());
        eprintln!("{} x {}, {} bits", header.width, header.height, header.depth);
    }
    let mut filter = Filter::new(&gpu, reader.header(), &arguments.settings, arguments.matrix)?;
    written(write_header(&mut output, reader.header()))?;
    // Without the time that the passes took to compile.
    meter.restart();
    let mut picture = vec![0; filter.padded_bytes()];
    let bytes = usize::try_from(reader.header().frame_bytes())?;
    let mut under_way = VecDeque::new();
    let mut finish = |filter: &Filter<'_>, (flight, parameters): (_, Vec<u8>)| {
        written(filter.receive(flight, |picture| write_frame(&mut output, &parameters, picture))?)?;
        meter.count();
        anyhow::Ok(())
    };
    let end = loop {
        let frame = picture.get_mut(..bytes).context("a picture without room")?;
        match reader.next(frame) {
            Ok(Some(parameters)) => under_way.push_back((filter.send(&picture), parameters)),
            Ok(None) => break Ok(()),
            // What was whole before that is written all the same.
            Err(error) => break Err(error),
        }
        if under_way.len() == UNDER_WAY
            && let Some(oldest) = under_way.pop_front()
        {
            finish(&filter, oldest)?;
        }
    };
    for oldest in under_way {
        finish(&filter, oldest)?;
    }
    end
}

fn pass_through(
    mut reader: Reader<impl io::Read>,
    mut output: impl Write,
    meter: &mut Meter,
) -> anyhow::Result<()> {
    written(write_header(&mut output, reader.header()))?;
    let mut picture = vec![0; usize::try_from(reader.header().frame_bytes())?];
    while let Some(parameters) = reader.next(&mut picture)? {
        written(write_frame(&mut output, &parameters, &picture))?;
        meter.count();
    }
    Ok(())
}

/// What to say when writing failed.
fn written(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Err(error).context("the program that reads the pictures has ended")
        }
        result => result.context("cannot write to standard output"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
        let parses = |line: &str| Arguments::try_parse_from(line.split_whitespace()).is_ok();
        assert!(parses("video"));
        assert!(parses("video --exposure -0.5 --split -1 --matrix 2020 -q"));
        assert!(!parses("video --denoise 2"));
        assert!(!parses("video --frames 3"));
        assert!(!parses("video in.y4m"));
    }
}
