//! Lets a component draw into a texture of this program, and puts the result into a picture of its own.

#[cfg(not(target_os = "wasi"))]
mod painter;
#[cfg(not(target_os = "wasi"))]
mod picture;

#[cfg(not(target_os = "wasi"))]
fn main() -> std::process::ExitCode {
    use clap::Parser as _;

    match native::run(&native::Arguments::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// The workspace is built as components, too.
#[cfg(target_os = "wasi")]
fn main() {
    eprintln!("this program loads components and is none: build it natively");
    std::process::exit(1);
}

#[cfg(not(target_os = "wasi"))]
mod native {
    use std::path::PathBuf;

    use clap::Parser;
    use example_common::{Gpu, files};

    use crate::{painter::Painter, picture::Picture};

    /// Lets a component draw a flower, and stands it by a lake.
    #[derive(Debug, Parser)]
    #[command(version)]
    pub(crate) struct Arguments {
        /// The component; `cargo build --release --target wasm32-wasip2 -p flower` makes flower.wasm
        component: PathBuf,

        /// PNG file to write
        output: PathBuf,

        /// The moment to draw, in seconds after the start
        #[arg(long, default_value_t = 0.0)]
        seconds: f32,
    }

    pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
        let wasm = files::read(&arguments.component)?;
        let gpu = Gpu::open()?;
        eprintln!("GPU: {}", gpu.name());
        let picture = Picture::new(&gpu);
        let mut painter = Painter::load(&gpu, &wasm)?;
        eprintln!("loaded {}, and lent it the device", arguments.component.display());

        let canvas = painter.draw(picture.canvas(), arguments.seconds)?;
        eprintln!("lent a texture of {0} x {0}, drawn into and taken back", canvas.width());
        let image = picture.compose(&canvas)?;
        image.save(&arguments.output)?;
        println!("{}", arguments.output.display());
        Ok(())
    }

    #[cfg(test)]
    mod tests;
}
