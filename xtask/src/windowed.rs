//! `cargo xtask windowed`: a program in a window, natively in an X server without a screen and as a component in the host's
//! headless windows, its pictures compared.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::{
    artifacts::{self, RELEASE, WINDOWED},
    pairs::{self, Pair},
    repo::{Repo, in_path},
    setup,
};

/// The program, and the title of its window.
const PROGRAM: &str = "windowed-triangle";
const TITLE: &str = "Triangle";

/// Its pictures, and what one sees.
const PICTURES: [(&str, &str); 3] = [
    ("start", "at first"),
    ("key", "after the space bar"),
    ("resized", "after the window was made 600 by 200"),
];

/// What happens in the headless windows.
const INPUT: &str = "{\"picture\": 1, \"key\": \"Space\"}\n{\"picture\": 2, \"resize\": [600, 200]}\n\
                     {\"picture\": 3, \"key\": \"Escape\"}\n";

/// What the native program needs: the X server, what types and resizes in it, and what reads its pictures.
const NEEDED: [&str; 4] = ["Xvfb", "xdotool", "import", "convert"];

/// A number that no other X server has.
const DISPLAY: &str = ":97";

/// How long a window may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a picture may take to be as it should: the processor draws it, and may have other things to do.
const A_PICTURE: Duration = Duration::from_secs(30);

/// Makes the machine ready, builds cargo's subcommand, and does [`compare`].
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let tool = artifacts::build_subcommand(repo, RELEASE)?;
    compare(repo, &tool)
}

/// Builds the program by `cargo wgpu-wasi`, which is `tool`, and has it draw in windows without a display.
pub(crate) fn draw_in_the_sandbox(repo: &Repo, tool: &Path) -> Result<()> {
    let sh = &repo.sh;
    artifacts::build_by_subcommand(repo, tool, WINDOWED)?;
    let folder = repo.path("target/windowed");
    let [_, by_component] = pairs::empty_folders(sh, &folder)?;
    let input = folder.join("input.jsonl");
    sh.write_file(&input, INPUT)?;
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);
    let screenshots = PICTURES.iter().zip(1..).flat_map(|((name, _), number)| {
        let file = by_component.join(format!("{name}.png"));
        ["--screenshot".into(), format!("{number}={}", file.display())]
    });
    let options = ["--windows=headless", "--virtual-time", "--input"];
    cmd!(sh, "{tool} runner {options...} {input} {screenshots...} {component}").run()?;
    for (name, _) in PICTURES {
        let file = by_component.join(format!("{name}.png"));
        ensure!(file.is_file(), "the component has drawn no picture {name}");
    }
    Ok(())
}

/// [`draw_in_the_sandbox`], and the same natively, if the machine has what that needs. Compares the pictures.
fn compare(repo: &Repo, tool: &Path) -> Result<()> {
    draw_in_the_sandbox(repo, tool)?;
    let sh = &repo.sh;
    let folder = repo.path("target/windowed");
    let [by_native, by_component] = ["native", "component"].map(|side| folder.join(side));
    let missing: Vec<_> = NEEDED.into_iter().filter(|program| !in_path(program)).collect();
    if !missing.is_empty() {
        println!(
            "The component has drawn {} pictures. They are compared with none: this machine lacks {}.",
            PICTURES.len(),
            missing.join(", ")
        );
        return Ok(());
    }
    artifacts::build_native(repo, WINDOWED, &[])?;
    for (name, _) in PICTURES {
        plain(sh, &by_component.join(format!("{name}.png")))?;
    }
    let native = artifacts::native(&artifacts::native_folder(repo), PROGRAM);
    draw_natively(sh, &native, &by_native, &by_component)?;
    let mut drawn = Vec::new();
    for (name, shows) in PICTURES {
        drawn.push(Pair::compare(sh, &folder, name, shows)?);
    }
    pairs::report(sh, &folder, "A triangle in a window", "pictures", &drawn)
}

/// Writes a picture anew, so that one program has written all of them, and equal pixels are equal bytes.
fn plain(sh: &Shell, file: &Path) -> Result<()> {
    let plain = format!("PNG24:{}", file.display());
    Ok(cmd!(sh, "convert {file} -strip -define png:exclude-chunks=date,time {plain}").quiet().run()?)
}

/// A process that ends with its owner.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the program in an X server of its own, does what [`INPUT`] does, and writes its pictures once they are as
/// those in `expected`, or will not be.
fn draw_natively(sh: &Shell, program: &Path, folder: &Path, expected: &Path) -> Result<()> {
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let screen = ["-screen", "0", "1024x768x24", "-nolisten", "tcp"];
    let _server = Ends(quiet(Command::new("Xvfb").arg(DISPLAY).args(screen)).context("Xvfb")?);
    let _display = sh.push_env("DISPLAY", DISPLAY);
    let started = Instant::now();
    let mut running: Option<Ends> = None;
    let window = loop {
        ensure!(started.elapsed() < PATIENCE, "{} shows no window called {TITLE}", program.display());
        thread::sleep(Duration::from_millis(500));
        // The server is not there at once, and a program that came too early has ended.
        let ended = match &mut running {
            Some(Ends(child)) => child.try_wait()?.is_some(),
            None => true,
        };
        if ended {
            let mut native = Command::new(program);
            native.env("DISPLAY", DISPLAY).env_remove("WAYLAND_DISPLAY");
            running = Some(Ends(quiet(&mut native).with_context(|| program.display().to_string())?));
        }
        let found = cmd!(sh, "xdotool search --onlyvisible --name {TITLE}").quiet().ignore_stderr().read();
        if let Some(window) = found.ok().and_then(|found| found.lines().next().map(str::to_owned)) {
            break window;
        }
    };
    for (name, _) in PICTURES {
        match name {
            "start" => {}
            "key" => {
                // winit hears of the focus a moment after the server does.
                thread::sleep(Duration::from_secs(3));
                cmd!(sh, "xdotool windowfocus --sync {window} sleep 2 key space").run()?;
            }
            "resized" => cmd!(sh, "xdotool windowsize {window} 600 200").run()?,
            other => bail!("nobody knows how {other} comes about"),
        }
        let [file, expected] = [folder, expected].map(|folder| folder.join(format!("{name}.png")));
        let expected = sh.read_binary_file(&expected)?;
        let asked = Instant::now();
        loop {
            cmd!(sh, "import -window {window} {file}").quiet().run()?;
            plain(sh, &file)?;
            if sh.read_binary_file(&file)? == expected || asked.elapsed() > A_PICTURE {
                break;
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
    cmd!(sh, "xdotool key Escape").run()?;
    let Some(Ends(child)) = &mut running else { bail!("the program was never started") };
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "Escape ends the program with {status}");
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("Escape does not end the program")
}
