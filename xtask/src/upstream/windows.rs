//! What an example shows in its windows: natively on an X server, and as a component without any.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::{
    run::{Outcome, Sides, component},
    said,
};
use crate::{
    pairs::{self, Pair},
    screen::{self, Screen, Window},
};

/// The number of the X server.
pub(super) const DISPLAY: u32 = 95;

/// Its screen: one of the windows is 900 by 900.
pub(super) const SCREEN: &str = "1280x1024";

/// As many pictures of one that moves are looked at first: most often, what the native one shows is among them.
const FIRST: u32 = 100;

/// An example with one window. `stays`: what that shows does, so one can wait for it.
pub(super) fn one(
    sh: &Shell,
    sides: &Sides,
    folder: &Path,
    name: &str,
    pictures: u32,
    stays: bool,
) -> Result<Outcome> {
    let [native, component] = pairs::SIDES.map(|side| folder.join(side).join(format!("{name}.png")));
    let screen = Screen::start(sh, DISPLAY, SCREEN)?;
    let window = open(&screen, sides, folder, name)?;
    window.shoot_drawn(&native)?;
    if stays {
        window.shoot_still(&native)?;
    }
    drop(window);
    let wanted = signatures(sh, std::slice::from_ref(&native))?;
    let mut looked_at = FIRST.min(pictures);
    loop {
        let shown = match shown(sh, sides, folder, name, looked_at)? {
            Ok(shown) => shown,
            Err(refused) => return Ok(refused),
        };
        let drawn = signatures(sh, &shown)?;
        let found = drawn.iter().position(|signature| Some(signature) == wanted.first());
        if found.is_none() && looked_at < pictures {
            looked_at = pictures;
            continue;
        }
        fs::copy(shown.get(found.unwrap_or_default()).context("a picture")?, &component)?;
        screen::plain(sh, &component)?;
        let shows = match found {
            Some(at) => format!("picture {} of the component", at + 1),
            None => format!("none of the {} pictures of the component; beside it the first", shown.len()),
        };
        return Ok(Outcome::Pair(Pair::compare(sh, folder, name, &shows)?));
    }
}

/// An example with several windows, no two of which show the same: all pictures beside each other are compared.
pub(super) fn all(
    sh: &Shell,
    sides: &Sides,
    folder: &Path,
    name: &str,
    windows: usize,
    pictures: u32,
) -> Result<Outcome> {
    let shown = match shown(sh, sides, folder, name, pictures)? {
        Ok(shown) => shown,
        Err(refused) => return Ok(refused),
    };
    let shots = folder.join("windows");
    sh.remove_path(&shots)?;
    sh.create_dir(&shots)?;
    let screen = Screen::start(sh, DISPLAY, SCREEN)?;
    let program = open(&screen, sides, folder, name)?;
    let wanted = program.shoot_all(windows, &shots)?;
    drop(program);
    for (side, files) in [("native", wanted), ("component", shown)] {
        // In the order of their signatures, and each once: a window may have been drawn twice.
        let sorted: BTreeMap<String, PathBuf> = signatures(sh, &files)?.into_iter().zip(files).collect();
        beside(sh, sorted.values(), &folder.join(side).join(format!("{name}.png")))?;
    }
    let shows = format!("{windows} windows");
    Ok(Outcome::Pair(Pair::compare(sh, folder, name, &shows)?))
}

/// Starts the native program, once more where that fails: on a busy machine, the X server may refuse it.
fn open<'a>(screen: &'a Screen, sides: &Sides, folder: &Path, name: &str) -> Result<Window<'a>> {
    let mut program = Command::new(&sides.native);
    program.arg(name).current_dir(folder);
    screen.open(&mut program).or_else(|_| screen.open(&mut program))
}

/// Puts pictures beside each other.
pub(super) fn beside<'a>(
    sh: &Shell,
    files: impl IntoIterator<Item = &'a PathBuf>,
    picture: &Path,
) -> Result<()> {
    let files = files.into_iter();
    cmd!(sh, "convert {files...} +append {picture}").quiet().run()?;
    screen::plain(sh, picture)
}

/// In how many pixels the two pictures of an example differ.
pub(super) fn difference(sh: &Shell, folder: &Path, name: &str) -> Result<u32> {
    let [native, component] = pairs::SIDES.map(|side| folder.join(side).join(format!("{name}.png")));
    let count = "%[fx:round(mean*w*h)]";
    let compare = cmd!(
        sh,
        "convert {native} {component} -compose difference -composite -separate -evaluate-sequence max -threshold 0 -format {count} info:"
    );
    let count = compare.quiet().read()?;
    count.trim().parse().with_context(|| count.clone())
}

/// The first pictures of the component. A picture that stays is drawn once, or thrice: how often is the program's affair.
fn shown(
    sh: &Shell,
    sides: &Sides,
    folder: &Path,
    name: &str,
    pictures: u32,
) -> Result<Result<Vec<PathBuf>, Outcome>> {
    let shots = folder.join("pictures");
    let output = component(sh, sides, &shots, name, pictures)?;
    if String::from_utf8_lossy(&output.stderr).contains("panicked at") {
        return Ok(Err(Outcome::Refused(said::reason(&output))));
    }
    let files = (1..=pictures).map(|number| shots.join(format!("{number}.png")));
    let shown: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
    if shown.is_empty() {
        ensure!(!output.status.success(), "it has shown nothing");
        return Ok(Err(Outcome::Refused(said::reason(&output))));
    }
    Ok(Ok(shown))
}

/// What says of two pictures whether their pixels are the same.
fn signatures(sh: &Shell, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    // A command line has its limits.
    for some in files.chunks(100) {
        let one_a_line = "%#\\n";
        let read = cmd!(sh, "convert {some...} -alpha off -depth 8 -format {one_a_line} info:");
        let signatures = read.quiet().read()?;
        all.extend(signatures.lines().map(str::to_owned));
    }
    ensure!(all.len() == files.len(), "{} pictures have {} signatures", files.len(), all.len());
    Ok(all)
}
