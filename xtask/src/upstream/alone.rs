//! An example that is a program of its own, and is built as it is: natively and as a component on one X server, and as a
//! component without any. It is looked at as it begins, after a key and in another size, and is closed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use super::{
    run::{Outcome, PATIENCE, SIZE, Sides},
    windows::{self, DISPLAY, SCREEN},
};
use crate::{pairs::Pair, screen::Screen};

/// Its pictures, and when they are taken of the component without an X server: in seconds.
const PICTURES: [(&str, u32); 3] = [("start", 1), ("key", 3), ("resized", 5)];

/// What happens between them.
const INPUT: &str = "{\"at\": 2, \"key\": \"Space\"}\n{\"at\": 4, \"resize\": [600, 200]}\n\
                     {\"at\": 6, \"close\": true}\n";

/// The same, as words for xdotool.
const ACTS: [&[&str]; 3] = [&[], &["key", "space"], &["windowsize", "--sync", "WINDOW", "600", "200"]];

/// Has it shown and closed in all three ways, and compares all pictures, beside each other.
pub(super) fn run(sh: &Shell, sides: &Sides, folder: &Path, name: &str) -> Result<Outcome> {
    let Sides { native, component, tool } = sides;
    let side = |side: &str| folder.join(side).join(format!("{name}.png"));
    without_desktop(sh, sides, folder, &side("component"))?;
    let screen = Screen::start(sh, DISPLAY, SCREEN)?;
    on_desktop(sh, &screen, &mut Command::new(native), folder, &side("native"))?;
    let runner = || {
        let mut runner = Command::new(tool);
        runner.args(["runner", "--windows", "--timeout", PATIENCE]);
        runner
    };
    let on_the_same = side("on-desktop");
    sh.create_dir(folder.join("on-desktop"))?;
    on_desktop(sh, &screen, runner().arg(component), folder, &on_the_same)?;
    ensure!(
        sh.read_binary_file(&on_the_same)? == sh.read_binary_file(side("native"))?,
        "the component's window shows something else than the native one"
    );
    // When the picture is taken, the host closes the window.
    let last = folder.join("on-desktop/last.png");
    let picture = format!("60={}", last.display());
    let status = screen.open(runner().args(["--screenshot", &picture]).arg(component))?.ended()?;
    ensure!(status.success() && last.is_file(), "closed on a desktop, it ends with {status}");
    let shows = "at first, after a key, in 600 by 200; closed with status 0";
    Ok(Outcome::Pair(Pair::compare(sh, folder, name, shows)?))
}

/// Where each of its pictures goes, to be put beside the others.
fn files(sh: &Shell, folder: &Path) -> Result<[PathBuf; 3]> {
    let shots = folder.join("pictures");
    sh.remove_path(&shots)?;
    sh.create_dir(&shots)?;
    Ok(PICTURES.map(|(name, _)| shots.join(format!("{name}.png"))))
}

fn without_desktop(sh: &Shell, sides: &Sides, folder: &Path, picture: &Path) -> Result<()> {
    let Sides { component, tool, native: _ } = sides;
    let files = files(sh, folder)?;
    let input = folder.join("pictures/input.jsonl");
    sh.write_file(&input, INPUT)?;
    let screenshots = files
        .iter()
        .zip(PICTURES)
        .flat_map(|(file, (_, second))| ["--screenshot".to_owned(), format!("{second}s={}", file.display())]);
    let windows = format!("--windows=headless:{SIZE}");
    let options = ["--virtual-time", "--timeout", PATIENCE, "--input"];
    // It is closed at the end, and a status other than 0 is an error.
    let run = cmd!(sh, "{tool} runner {windows} {options...} {input} {screenshots...} {component}");
    run.quiet().ignore_stdout().run()?;
    windows::beside(sh, &files, picture)
}

fn on_desktop(
    sh: &Shell,
    screen: &Screen,
    program: &mut Command,
    folder: &Path,
    picture: &Path,
) -> Result<()> {
    let files = files(sh, folder)?;
    let window = screen.open(program)?;
    window.focus()?;
    for (file, act) in files.iter().zip(ACTS) {
        if !act.is_empty() {
            window.act(act)?;
        }
        window.shoot_drawn(file)?;
        window.shoot_still(file)?;
    }
    windows::beside(sh, &files, picture)
}
