//! The pictures of the list: each program is run for its own, with the arguments that its page gives it.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::cmd;

use super::programs::{Picture, Program};
use crate::repo::Repo;

/// Has a program, whose component and whose folder of files are given, make its picture, and puts that to `picture`.
/// Returns whether it has one.
pub(super) fn make(
    repo: &Repo,
    tool: &Path,
    program: &Program,
    component: &Path,
    files: &Path,
    picture: &Path,
) -> Result<bool> {
    let sh = &repo.sh;
    let args = program.args;
    let run = cmd!(sh, "{tool} runner --dir {files}::/");
    match program.picture {
        None => return Ok(false),
        Some(Picture::Written(path)) => {
            run.arg(component).args(args).run()?;
            let written = files.join(path.trim_start_matches('/'));
            ensure!(written.is_file(), "{} has written no {path}", program.name);
            sh.copy_file(&written, picture)?;
            // The page has the program write it.
            sh.remove_path(&written)?;
        }
        Some(Picture::Window(size, seconds)) => {
            let folder = sh.create_temp_dir()?;
            let input = folder.path().join("input.jsonl");
            let end = seconds + 1;
            sh.write_file(&input, format!("{{\"at\": {end}, \"close\": true}}\n"))?;
            let shown = format!("{seconds}s={}", picture.display());
            let windows = format!("--windows=headless:{size}");
            let run = run.arg(windows).args(["--virtual-time", "--input"]).arg(input);
            run.arg("--screenshot").arg(shown).arg(component).args(args).run()?;
        }
    }
    Ok(true)
}
