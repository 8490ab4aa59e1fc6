//! Packages of the distribution.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::repo::in_path;

/// A package manager, and what it is told to do.
pub(super) type Installer = (&'static str, &'static [&'static str]);

/// The first whose package manager is here.
pub(super) fn here(installers: &[Installer]) -> Option<Installer> {
    installers.iter().find(|(program, _)| in_path(program)).copied()
}

/// What would be done, for a person to read.
pub(super) fn remedy(what: &str, (program, arguments): Installer) -> String {
    let sudo = if in_path("sudo") { "as root or by sudo" } else { "as root" };
    format!("{what}, {sudo}: `{program} {}`", arguments.join(" "))
}

/// Does it.
pub(super) fn install(sh: &Shell, (program, arguments): (&str, &[&str])) -> Result<()> {
    let root = cmd!(sh, "id -u").quiet().read().is_ok_and(|id| id == "0");
    ensure!(root || in_path("sudo"), "as root, run `{program} {}`", arguments.join(" "));
    // The hundred lines of a package manager matter to nobody; its errors do. sudo asks for its password itself,
    // where there is a terminal.
    let command = |arguments: &[&str]| {
        let preserved = "--preserve-env=DEBIAN_FRONTEND";
        let command = if root { sh.cmd(program) } else { cmd!(sh, "sudo {preserved} {program}") };
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").ignore_stdout()
    };
    // The lists of a fresh container are empty, those of an old machine name packages that are gone.
    if program == "apt-get"
        && let Err(error) = command(&["update"]).run()
    {
        eprintln!("setup: {error}; trying with the lists that are there");
    }
    Ok(command(arguments).run()?)
}
