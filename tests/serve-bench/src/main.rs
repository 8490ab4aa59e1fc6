//! What `cargo xtask bench serve` measures with: a load generator, and servers to compare `wgpu-wasi serve` with.

#[expect(dead_code, reason = "the window does more with it")]
#[path = "../../../examples/windowed/nbody/src/camera.rs"]
mod camera;
#[expect(unreachable_pub, reason = "the example exports it")]
#[path = "../../../examples/serve/filter/src/develop.rs"]
mod develop;
#[path = "../../../examples/windowed/nbody/src/galaxies.rs"]
mod galaxies;
#[expect(dead_code, reason = "the component does more with it")]
#[path = "../../guests/http/src/gpu.rs"]
mod gpu;
mod load;
mod motion;
mod nbody;
mod readers;
mod servers;
#[path = "../../../examples/windowed/nbody/src/sky.rs"]
mod sky;

use std::{fs, path::PathBuf, sync::OnceLock};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use image::codecs::jpeg::JpegEncoder;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sends requests, and prints what came of them as JSON
    Load(load::Load),
    /// Asks for much and reads it slowly; the first line says when it has begun
    Readers(readers::Readers),
    /// Takes pictures that move, and says how evenly they came
    Motion(motion::Motion),
    /// Draws what `windowed-nbody` does, natively
    Nbody(nbody::Nbody),
    /// Answers requests until the process is ended
    #[command(subcommand)]
    Serve(servers::Kind),
    /// Writes a part of a photograph, of one megapixel
    Picture { from: PathBuf, to: PathBuf },
}

/// Where `gpu` gets its wgpu from. One for all devices, as `wgpu-wasi serve` has.
fn instance() -> wgpu::Instance {
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    let new = || wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    INSTANCE.get_or_init(new).clone()
}

/// Prints what came of it, for `cargo xtask`.
fn say(report: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(report)?);
    Ok(())
}

fn main() -> anyhow::Result<()> {
    // One thread: the processors are for the server.
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    match Arguments::parse().command {
        Command::Load(load) => say(&runtime()?.block_on(load.run())?),
        Command::Readers(readers) => say(&runtime()?.block_on(readers.run())?),
        Command::Motion(motion) => say(&motion.run()?),
        Command::Nbody(nbody) => say(&runtime()?.block_on(nbody.run())?),
        Command::Serve(kind) => {
            // As many as `wgpu-wasi serve` has instances: a native program has a device on each.
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            runtime.worker_threads(2).enable_all().build()?.block_on(servers::run(kind))
        }
        Command::Picture { from, to } => {
            let picture = image::open(&from).with_context(|| from.display().to_string())?.into_rgb8();
            let part = image::imageops::crop_imm(&picture, 0, 0, 1024, 1024).to_image();
            let mut file = Vec::new();
            part.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 92))?;
            fs::write(&to, file).with_context(|| to.display().to_string())
        }
    }
}
