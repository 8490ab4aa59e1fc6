//! An X server without a screen, for tests of windows on a desktop. Other systems have desktops of their own.

use super::installer::{self, Installer};
use crate::repo::in_path;

/// How the distributions install it.
const INSTALLERS: [Installer; 5] = [
    ("apt-get", &["install", "-y", "--no-install-recommends", "xvfb"]),
    ("dnf", &["install", "-y", "xorg-x11-server-Xvfb"]),
    ("pacman", &["-S", "--noconfirm", "--needed", "xorg-server-xvfb"]),
    ("zypper", &["--non-interactive", "install", "xorg-x11-server-Xvfb"]),
    ("apk", &["add", "xvfb"]),
];

/// What installs it, where it is missing and something does.
pub(super) fn look() -> Option<Installer> {
    let missing = cfg!(target_os = "linux") && !in_path("Xvfb");
    missing.then(|| installer::here(&INSTALLERS)).flatten()
}

/// What would be done.
pub(super) fn remedy(installer: Installer) -> String {
    installer::remedy("an X server without a screen, for tests of windows", installer)
}
