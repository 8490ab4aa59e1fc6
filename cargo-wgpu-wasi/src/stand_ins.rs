//! The packages that take the place of ones on crates.io.

use cargo_metadata::semver::Version;

/// A package with the name of one on crates.io.
#[derive(Debug)]
pub(crate) struct StandIn {
    /// The name of both.
    pub(crate) name: &'static str,
    /// Which versions of the real one it can stand for, by the start of their text.
    pub(crate) versions: &'static str,
    /// The first of these, by its last number.
    pub(crate) first: u64,
    /// What it consists of.
    pub(crate) made: Made,
}

impl StandIn {
    /// Whether it can stand for this version of the real one.
    pub(crate) fn takes(&self, version: &Version) -> bool {
        version.to_string().starts_with(self.versions) && version.patch >= self.first
    }
}

/// What a stand-in consists of.
#[derive(Debug)]
pub(crate) enum Made {
    /// A package of ours over the real one: the folders of [`EMBEDDED`] that it is built from. Its own is the first, and
    /// has its name.
    Ours(&'static [&'static str]),
    /// The real one, with other words in some places.
    Edited(&'static [Edit]),
}

/// Other words in a file of a real package. Where the file is without the old ones, it stays as it is.
#[derive(Debug)]
pub(crate) struct Edit {
    /// Below the folder of the package, with `/`.
    pub(crate) file: &'static str,
    pub(crate) old: &'static str,
    pub(crate) new: &'static str,
}

/// wgpu itself; the first of [`STAND_INS`].
pub(crate) const WGPU: &StandIn =
    &StandIn { name: "wgpu", versions: "30.", first: 0, made: Made::Ours(&["wgpu", "wgpu-wasi-backend"]) };

/// winit: a platform of ours below its own files. Older ones of these versions have another `application.rs`.
pub(crate) const WINIT: &StandIn =
    &StandIn { name: "winit", versions: "0.30.", first: 5, made: Made::Ours(&["winit"]) };

/// What the stand-ins for wgpu and winit have in common where a build has windows. It lies beside their folders, so that
/// there is one of it.
pub(crate) const WINDOW: &str = "wgpu-wasi-window";

/// How glow knows the one wasm32 without JavaScript that it has heard of.
const EMSCRIPTEN: &str = "target_os = \"emscripten\"";

/// The same, of ours as well.
const WITHOUT_JAVASCRIPT: &str = "any(target_os = \"emscripten\", target_os = \"wasi\")";

/// Every stand-in, put in where a project's graph has the real one. Those besides wgpu and winit are for crates that take
/// each wasm32 for a browser.
pub(crate) const STAND_INS: &[&StandIn] = &[
    WGPU,
    WINIT,
    &StandIn {
        name: "wasm-bindgen-futures",
        versions: "0.4.",
        first: 0,
        made: Made::Ours(&["wasm-bindgen-futures"]),
    },
    // Its half for WebGL lacks what its half for OpenGL has, and femtovg asks for that everywhere outside of
    // browsers, even where it draws with wgpu. That half is Rust alone, and finds no OpenGL in the sandbox.
    &StandIn {
        name: "glow",
        versions: "0.18.",
        first: 0,
        made: Made::Edited(&[
            Edit { file: "Cargo.toml", old: EMSCRIPTEN, new: WITHOUT_JAVASCRIPT },
            Edit { file: "src/lib.rs", old: EMSCRIPTEN, new: WITHOUT_JAVASCRIPT },
            // cargo shows the warnings of packages that are not of a registry.
            Edit { file: "src/lib.rs", old: "#![allow(non_upper_case_globals)]", new: "#![allow(warnings)]" },
        ]),
    },
];

/// The package that only a graph with our wgpu has; by its name in a lock file we know our own.
pub(crate) const MARKER: &str = "wgpu-wasi-backend-stand-in";

/// The source that stand-ins get the real packages from: an address that leads nowhere, mapped to a folder.
pub(crate) const REGISTRY: &str = "sparse+https://wgpu-wasi.invalid/index/";

/// What stand-ins are made of: the files in `stand-ins`, as path with `/`, and text.
pub(crate) const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::{cargo, output};

    #[test]
    fn the_first_version_of_winit() {
        let takes = |version: &str| WINIT.takes(&version.parse().unwrap());
        assert!(takes("0.30.5") && takes("0.30.13"));
        assert!(!takes("0.30.4") && !takes("0.29.15") && !takes("0.31.0-beta.4"));
    }

    #[test]
    fn a_package_has_them() {
        let mut command = cargo();
        command.args(["package", "--list", "--allow-dirty"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let list = output(&mut command).unwrap().unwrap().replace('\\', "/");
        for (path, _) in EMBEDDED {
            assert!(list.lines().any(|line| line.strip_prefix("stand-ins/") == Some(path)), "{path}");
        }
    }
}
