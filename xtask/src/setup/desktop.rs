//! An X server without a screen, for tests of windows on a desktop, and the libraries that winit loads for it. Other systems
//! have desktops of their own.

use super::installer::{self, Installer};
use crate::repo::in_path;

/// How the distributions install it.
const INSTALLERS: [Installer; 5] = [
    (
        "apt-get",
        &[
            "install",
            "-y",
            "--no-install-recommends",
            "xvfb",
            "libx11-xcb1",
            "libxcursor1",
            "libxi6",
            "libxkbcommon-x11-0",
            "libxrandr2",
        ],
    ),
    (
        "dnf",
        &["install", "-y", "xorg-x11-server-Xvfb", "libX11-xcb", "libXcursor", "libXi", "libxkbcommon-x11"],
    ),
    (
        "pacman",
        &[
            "-S",
            "--noconfirm",
            "--needed",
            "xorg-server-xvfb",
            "libx11",
            "libxcursor",
            "libxi",
            "libxkbcommon-x11",
        ],
    ),
    (
        "zypper",
        &[
            "--non-interactive",
            "install",
            "xorg-x11-server-Xvfb",
            "libX11-xcb1",
            "libXcursor1",
            "libXi6",
            "libxkbcommon-x11-0",
        ],
    ),
    ("apk", &["add", "xvfb", "libx11", "libxcursor", "libxi", "libxkbcommon-x11"]),
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
