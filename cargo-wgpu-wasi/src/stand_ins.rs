//! The packages that take the place of ones on crates.io.

/// A package of ours with the name of one on crates.io, over the real one.
#[derive(Debug)]
pub(crate) struct StandIn {
    /// The name of both.
    pub(crate) name: &'static str,
    /// Which versions of the real one it can stand for, by the start of their text.
    pub(crate) versions: &'static str,
    /// The folders of [`EMBEDDED`] that it is built from; its own is the first, and has its name.
    pub(crate) parts: &'static [&'static str],
}

/// wgpu itself; the first of [`STAND_INS`].
pub(crate) const WGPU: &StandIn =
    &StandIn { name: "wgpu", versions: "30.", parts: &["wgpu", "wgpu-wasi-backend"] };

/// Every stand-in. Those besides wgpu are for crates that take each wasm32 for a browser; they are put in
/// where a project's graph has the real one.
pub(crate) const STAND_INS: &[&StandIn] =
    &[WGPU, &StandIn { name: "wasm-bindgen-futures", versions: "0.4.", parts: &["wasm-bindgen-futures"] }];

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
    fn a_package_has_them() {
        let mut command = cargo();
        command.args(["package", "--list", "--allow-dirty"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let list = output(&mut command).unwrap().unwrap().replace('\\', "/");
        for (path, _) in EMBEDDED {
            assert!(list.lines().any(|line| line.strip_prefix("stand-ins/") == Some(path)), "{path}");
        }
    }
}
