//! Two galaxies meet: a gravitational n-body simulation in f32 on the GPU, with pictures, an energy
//! plot and an account of what should have been conserved.

mod bodies;
mod chart;
mod galaxy;
mod record;
#[cfg(test)]
mod reference;
mod render;
mod simulation;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use example_common::{Gpu, Progress, files};
use image::RgbaImage;

use crate::record::Record;
use crate::render::Renderer;
use crate::simulation::Simulation;

/// Steps given to the GPU at once: few enough that the progress bar moves.
const BATCH: u32 = 16;
/// How often energy and momentum are measured in a run.
const MEASUREMENTS: u32 = 100;

/// Lets two galaxies collide on the GPU, and writes pictures, a table and a plot of the energies.
///
/// Units: the larger galaxy's mass and size, and the gravitational constant, are 1.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many bodies
    #[arg(long, default_value_t = 4096, value_parser = clap::value_parser!(u32).range(64..=262_144))]
    bodies: u32,

    /// How many time steps
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,

    /// Length of a time step
    #[arg(long, default_value_t = 0.02, value_parser = positive)]
    dt: f32,

    /// Below this distance gravity is weakened
    #[arg(long, default_value_t = 0.05, value_parser = positive)]
    softening: f32,

    /// How many pictures, evenly over the run; 0 for none
    #[arg(long, default_value_t = 24)]
    frames: u32,

    /// Another number, other galaxies
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Folder for the results; made if it is not there
    #[arg(long, default_value = "nbody-out")]
    out: PathBuf,
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
    files::create_folder(&arguments.out)?;
    let gpu = Gpu::open()?;
    eprintln!("GPU: {}", gpu.name());
    let &Arguments { steps, dt, frames, .. } = arguments;

    let start = galaxy::encounter(arguments.bodies, arguments.seed);
    let simulation = Simulation::new(&gpu, &start, dt, arguments.softening);
    let renderer = Renderer::new(&gpu, &simulation);
    let mut record = Record::default();
    let clock = Instant::now();

    let mut progress = Progress::new("steps", u64::from(steps));
    let every = |count: u32| steps.div_ceil(count.max(1));
    let mut next_frame = 0;
    let mut step = 0;
    loop {
        let last = step == steps;
        if step % every(MEASUREMENTS) == 0 || last {
            record.push(f64::from(step) * f64::from(dt), &simulation.measure()?);
        }
        // Frame f of K is taken at the same share of the way, the last one at the end.
        if frames > 0 && step >= share(next_frame, frames, steps) {
            let picture = renderer.draw(f64::from(step) / f64::from(steps))?;
            save(&arguments.out.join(format!("frame_{next_frame:04}.png")), &picture)?;
            next_frame += 1;
        }
        if last {
            break;
        }
        let to_measurement = every(MEASUREMENTS) - step % every(MEASUREMENTS);
        let to_frame = match frames {
            0 => u32::MAX,
            _ => share(next_frame, frames, steps).saturating_sub(step).max(1),
        };
        let count = BATCH.min(to_measurement).min(to_frame).min(steps - step);
        simulation.advance(count)?;
        step += count;
        progress.advance(u64::from(count));
    }
    progress.finish();
    let seconds = clock.elapsed().as_secs_f64();

    save(&arguments.out.join("energy.png"), &chart::energies(&record))?;
    files::write(&arguments.out.join("energy.csv"), record.csv().as_bytes())?;
    let pairs = f64::from(arguments.bodies).powi(2) * f64::from(steps);
    eprintln!("{:.2} billion interactions a second, measuring and drawing included", pairs / seconds / 1e9);
    print!("{}", record.summary());
    println!("{}", arguments.out.display());
    Ok(())
}

/// The step at which frame `index` of `frames` is due: the first at the start, the last at the end.
fn share(index: u32, frames: u32, steps: u32) -> u32 {
    let share = u64::from(steps) * u64::from(index) / u64::from(frames.saturating_sub(1).max(1));
    // Beyond the last frame: never.
    if index >= frames { u32::MAX } else { share as u32 }
}

fn save(path: &std::path::Path, picture: &RgbaImage) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(image::codecs::png::PngEncoder::new(&mut bytes))?;
    files::write(path, &bytes)
}

fn positive(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("must be a number above 0".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
        assert!(Arguments::try_parse_from(["nbody", "--dt", "0"]).is_err());
    }

    #[test]
    fn frames_are_spread_from_start_to_end() {
        let due: Vec<_> = (0..5).map(|index| share(index, 4, 100)).collect();
        assert_eq!(due, [0, 33, 66, 100, u32::MAX]);
        assert_eq!(share(0, 1, 100), 0);
    }
}
