//! What the tests of the host in a browser need.

use anyhow::{Result, bail};
use xshell::Shell;

use super::installer;
use crate::repo::in_path;

/// What has to be there, each by the names of its program, and Debian's package for it.
const NEEDED: [(&[&str], &str); 4] = [
    (&["node"], "nodejs"),
    (&["npm"], "npm"),
    (&["chromium", "google-chrome"], "chromium"),
    (&["firefox-esr", "firefox"], "firefox-esr"),
];

/// Installs what is not there.
pub(super) fn ensure(sh: &Shell) -> Result<()> {
    let missing = NEEDED.iter().filter(|(programs, _)| !programs.iter().any(|program| in_path(program)));
    let packages: Vec<_> = missing.map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    if !in_path("apt-get") {
        bail!("no package manager that is known here: install {}", packages.join(", "));
    }
    let arguments = ["install", "--yes", "--no-install-recommends"];
    let arguments: Vec<_> = arguments.into_iter().chain(packages).collect();
    println!("setup: web: `apt-get {}`", arguments.join(" "));
    installer::install(sh, ("apt-get", &arguments))
}
