//! A gallery: small scenes, each of which draws with a part of WebGPU of its own, without a window.

mod kit;
mod math;
mod scenes;
mod shape;
mod sheet;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use example_common::{Gpu, files};
use image::{ImageFormat, RgbaImage};

use crate::kit::Kit;
use crate::scenes::{SCENES, Scene};

/// Draws scenes on the GPU, each into a PNG file of 512 by 384 pixels.
#[derive(Debug, Parser)]
#[command(
    version,
    override_usage = "gallery SCENE OUT.png\n       gallery --all DIR\n       gallery --list\n       gallery --sheet DIR OUT.png [--of NAME,NAME]"
)]
struct Arguments {
    /// The scene to draw, and the file to write
    #[arg(num_args = 2, value_names = ["SCENE", "OUT.png"], required_unless_present_any = ["list", "all", "sheet"])]
    scene: Vec<PathBuf>,

    /// Name the scenes, each with what it shows
    #[arg(long, conflicts_with_all = ["scene", "all", "sheet"])]
    list: bool,

    /// Draw all of them into this folder, which is made if it is not there
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scene", "sheet"])]
    all: Option<PathBuf>,

    /// Put the pictures of DIR/native and DIR/component on one sheet, equal pairs in green
    #[arg(long, num_args = 2, value_names = ["DIR", "OUT.png"], conflicts_with = "scene")]
    sheet: Vec<PathBuf>,

    /// The pictures of that sheet, in place of all scenes
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "sheet")]
    of: Vec<String>,
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
    if arguments.list {
        for scene in SCENES {
            println!("{}\t{}", scene.name, scene.shows);
        }
        return Ok(());
    }
    if let [folder, path] = arguments.sheet.as_slice() {
        let mut names: Vec<_> = arguments.of.iter().map(String::as_str).collect();
        if names.is_empty() {
            names = SCENES.iter().map(|scene| scene.name).collect();
        }
        return save(&sheet::paint(folder, &names)?, path);
    }
    if let Some(folder) = &arguments.all {
        files::create_folder(folder)?;
        let kit = open()?;
        for scene in SCENES {
            draw(&kit, scene, &folder.join(format!("{}.png", scene.name)))?;
        }
        return Ok(());
    }
    let [name, path] = arguments.scene.as_slice() else { anyhow::bail!("no scene") };
    let scene = name
        .to_str()
        .and_then(scenes::find)
        .with_context(|| format!("there is no scene {}; --list names them", name.display()))?;
    draw(&open()?, scene, path)
}

fn open() -> anyhow::Result<Kit> {
    let gpu = Gpu::open()?;
    eprintln!("GPU: {}", gpu.name());
    Ok(Kit::new(&gpu))
}

fn draw(kit: &Kit, scene: &Scene, path: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    let picture = (scene.render)(kit).with_context(|| format!("cannot draw {}", scene.name))?;
    eprintln!("{:10} {:6.2} s", scene.name, start.elapsed().as_secs_f64());
    save(&picture, path)
}

fn save(picture: &RgbaImage, path: &Path) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).context("cannot encode a PNG")?;
    files::write(path, &bytes)?;
    println!("{}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
        let parse = |words: &[&str]| Arguments::try_parse_from([&["gallery"], words].concat());
        assert!(parse(&["cubes", "a.png"]).is_ok_and(|arguments| arguments.scene.len() == 2));
        assert!(parse(&["--all", "out"]).is_ok() && parse(&["--list"]).is_ok());
        assert!(parse(&["--sheet", "out", "a.png"]).is_ok_and(|arguments| arguments.sheet.len() == 2));
        let some = ["--sheet", "out", "a.png", "--of", "a,b"];
        assert!(parse(&some).is_ok_and(|arguments| arguments.of == ["a", "b"]));
        assert!(
            parse(&["--of", "a"]).is_err()
                && parse(&[]).is_err()
                && parse(&["cubes"]).is_err()
                && parse(&["--list", "--all", "a"]).is_err()
        );
    }
}
