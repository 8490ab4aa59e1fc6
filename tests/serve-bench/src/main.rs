//! What `cargo xtask bench serve` measures with: a load generator, and servers to compare `wgpu-wasi serve` with.

#[expect(unreachable_pub, reason = "the example exports it")]
#[path = "../../../examples/serve/filter/src/develop.rs"]
mod develop;
#[expect(dead_code, reason = "the component does more with it")]
#[path = "../../guests/http/src/gpu.rs"]
mod gpu;
mod load;
mod servers;

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

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Load(load) => {
            // One thread: the processors are for the server.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            println!("{}", serde_json::to_string(&runtime.block_on(load.run())?)?);
            Ok(())
        }
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
