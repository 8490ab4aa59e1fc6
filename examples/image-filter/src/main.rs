//! Develops a photograph on the GPU: noise filter, local contrast, exposure, tone curve.

mod filter;
mod picture;
#[cfg(test)]
mod reference;
mod sample;
mod settings;
mod tile;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use example_common::Gpu;

use crate::filter::Filter;
use crate::picture::Picture;
use crate::settings::Settings;

/// Develops a photograph on the GPU: takes its noise, evens out its light, strengthens local contrast,
/// exposes it and gives it a film-like tone curve.
#[derive(Debug, Parser)]
#[command(
    version,
    override_usage = "image-filter [OPTIONS] INPUT OUTPUT\n       image-filter --make-sample PATH"
)]
struct Arguments {
    /// PNG or JPEG file to read
    #[arg(required_unless_present = "make_sample")]
    input: Option<PathBuf>,

    /// File to write; .png or .jpg decides the format
    #[arg(required_unless_present = "make_sample")]
    output: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,

    /// Side of the square tiles that are worked on, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 512, value_parser = clap::value_parser!(u32).range(64..=1024))]
    tile: u32,

    /// Paint a photograph-like picture of a lake at dusk into this file, and stop
    #[arg(long, value_name = "PATH", conflicts_with_all = ["input", "output"])]
    make_sample: Option<PathBuf>,
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
    if let Some(path) = &arguments.make_sample {
        // Asked before the work, not after it.
        picture::check_format(path)?;
        let gpu = Gpu::open()?;
        eprintln!("GPU: {}", gpu.name());
        return Picture { pixels: sample::paint(&gpu)?, profile: None }.save(path);
    }

    let input = arguments.input.as_deref().context("no input file")?;
    let output = arguments.output.as_deref().context("no output file")?;
    picture::check_format(output)?;
    let mut picture = Picture::open(input)?;
    let (width, height) = picture.pixels.dimensions();
    let gpu = Gpu::open()?;
    eprintln!("GPU: {}", gpu.name());
    eprintln!("{}: {width} x {height}", input.display());

    let start = Instant::now();
    let light = Filter::new(&gpu).run(&mut picture.pixels, &arguments.settings, arguments.tile)?;
    let seconds = start.elapsed().as_secs_f64();
    let megapixels = f64::from(width) * f64::from(height) / 1e6;
    eprintln!(
        "mean light {:.1} stops below white, exposed {:+.2} stops",
        -light.mean,
        arguments.settings.exposure.unwrap_or(light.exposure),
    );
    eprintln!("{megapixels:.1} megapixels in {seconds:.2} s, {:.1} a second", megapixels / seconds);

    picture.save(output)?;
    println!("{}", output.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
        assert!(Arguments::try_parse_from(["image-filter", "a.png"]).is_err());
        assert!(Arguments::try_parse_from(["image-filter", "a.png", "b.png", "--exposure", "-0.5"]).is_ok());
        assert!(Arguments::try_parse_from(["image-filter", "--make-sample", "c.jpg"]).is_ok());
    }
}
