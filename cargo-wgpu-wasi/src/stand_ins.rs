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
    /// The real one, with other words in some places and a platform of ours.
    WithPlatform(&'static Platform),
    /// The real one, in which `target_arch = "wasm32"` means a browser and no sandbox: see `as_native.rs`. With why it has
    /// to be so, for a remark on other versions.
    AsNative(&'static str),
}

impl Made {
    /// Whether it is over [`WINDOW`] in each build, and not only in those that draw into windows.
    pub(crate) fn is_over_windows(&self) -> bool {
        match self {
            Self::Ours(parts) => parts.contains(&"winit"),
            Self::WithPlatform(platform) => platform.windows,
            Self::Edited(_) | Self::AsNative(_) => false,
        }
    }
}

/// What a real package gets for WASI.
#[derive(Debug)]
pub(crate) struct Platform {
    /// Where the real one has its platforms.
    pub(crate) edits: &'static [Edit],
    /// The file that the package gets.
    pub(crate) file: &'static str,
    /// That of [`EMBEDDED`] which it is.
    pub(crate) ours: &'static str,
    /// Whether it is over [`WINDOW`].
    pub(crate) windows: bool,
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

/// Futures that are spawned: in programs with windows, the event loop goes on with them.
pub(crate) const FUTURES: &str = "wasm-bindgen-futures";

/// What the stand-ins for wgpu and winit have in common where a build has windows. It lies beside their folders, so that
/// there is one of it.
pub(crate) const WINDOW: &str = "wgpu-wasi-window";

/// Text that is copied and pasted: the host's.
const ARBOARD: &StandIn = &StandIn {
    name: "arboard",
    versions: "3.",
    first: 0,
    made: Made::WithPlatform(&Platform {
        edits: &[Edit {
            file: "src/platform/mod.rs",
            old: "#[cfg(windows)]\nmod windows;",
            new: "#[cfg(target_os = \"wasi\")]\nmod wasi;\n#[cfg(target_os = \"wasi\")]\npub use wasi::*;\n\n\
                  #[cfg(windows)]\nmod windows;",
        }],
        file: "src/platform/wasi.rs",
        ours: "arboard/wasi.rs",
        windows: true,
    }),
};

/// Addresses that are opened: there is no browser in the sandbox.
const WEBBROWSER: &StandIn = &StandIn {
    name: "webbrowser",
    versions: "1.",
    first: 0,
    made: Made::WithPlatform(&Platform {
        edits: &[
            Edit {
                file: "src/lib.rs",
                old: "#[cfg_attr(target_family = \"wasm\", path = \"wasm.rs\")]",
                new: "#[cfg_attr(all(target_family = \"wasm\", not(target_os = \"wasi\")), path = \"wasm.rs\")]\n\
                      #[cfg_attr(target_os = \"wasi\", path = \"wasi.rs\")]",
            },
            Edit {
                file: "Cargo.toml",
                old: "'cfg(target_family = \"wasm\")'",
                new: "'cfg(all(target_family = \"wasm\", not(target_os = \"wasi\")))'",
            },
        ],
        file: "src/wasi.rs",
        ours: "webbrowser/wasi.rs",
        windows: false,
    }),
};

/// How cubecl and others know browsers, and with them each sandbox.
const ANY_WASM: &str = "target_family = \"wasm\"";

/// Browsers alone.
const BROWSER: &str = "all(target_family = \"wasm\", not(target_os = \"wasi\"))";

/// Tables that cubecl keeps from run to run. It has two places for them, a database of the native file system and one of
/// browsers; in the sandbox neither works. That database is a large build, and its crate is not asked for then.
const CUBECL_ENVIRONMENT: &StandIn = &StandIn {
    name: "cubecl-environment",
    versions: "0.11.",
    first: 3,
    made: Made::WithPlatform(&Platform {
        edits: &[
            Edit {
                file: "Cargo.toml",
                old: "[dependencies.turso]",
                new: "[target.'cfg(not(target_os = \"wasi\"))'.dependencies.turso]",
            },
            Edit {
                file: "build.rs",
                old: "browser_cache: { all(target_family = \"wasm\",",
                new: "browser_cache: { all(target_family = \"wasm\", not(target_os = \"wasi\"),",
            },
            Edit {
                file: "src/persistence/storage.rs",
                old: "pub fn open(namespace: &str) -> Box<dyn Storage> {",
                new: "pub fn open(namespace: &str) -> Box<dyn Storage> {\n    \
                      #[cfg(all(target_os = \"wasi\", feature = \"persistence\"))]\n    \
                      if let Some(storage) = wasi::open(namespace) {\n        return storage;\n    }",
            },
            Edit {
                file: "src/persistence/storage.rs",
                old: "/// Where an entry came from.",
                new: "#[cfg(all(target_os = \"wasi\", feature = \"persistence\"))]\nmod wasi;\n\n\
                      /// Where an entry came from.",
            },
        ],
        file: "src/persistence/storage/wasi.rs",
        ours: "cubecl-environment/wasi.rs",
        windows: false,
    }),
};

/// How it finds the fastest kernel. Natively it leaves out those that seem slow; in browsers it can't look at one result
/// before it asks for the next, and measures all of them. In the sandbox reads are complete when they return.
///
/// How it takes memory of the GPU. Natively many tensors share a buffer; in browsers each has one of its own.
const CUBECL_RUNTIME: &StandIn = &StandIn {
    name: "cubecl-runtime",
    versions: "0.11.",
    first: 3,
    made: Made::Edited(&[
        Edit { file: "src/tune/mod.rs", old: ANY_WASM, new: BROWSER },
        Edit { file: "src/tune/tuner.rs", old: ANY_WASM, new: BROWSER },
        Edit {
            file: "build.rs",
            old: "feature = \"exclusive-memory-only\", target_family = \"wasm\"",
            new: "feature = \"exclusive-memory-only\", all(target_family = \"wasm\", not(target_os = \"wasi\"))",
        },
    ]),
};

/// What the GPU can do at most, which ends the search for a kernel that is near it.
const CUBECL_STD: &StandIn = &StandIn {
    name: "cubecl-std",
    versions: "0.11.",
    first: 3,
    made: Made::Edited(&[Edit { file: "src/throughput/base.rs", old: ANY_WASM, new: BROWSER }]),
};

/// How cubecl knows whether tensors may share buffers.
const EXCLUSIVE: &str = "cubecl_server::memory_management::EXCLUSIVE_MEMORY_ONLY";

/// The same, where the host may refuse what that leads to.
const EXCLUSIVE_HERE: &str = "crate::wasi::exclusive_memory_only()";

/// Where tensors share buffers, each is bound for writing, and some kernels have the same bytes for writing twice. Hosts
/// over wgpu let that pass, and Chromium refuses it.
const CUBECL_WGPU: &StandIn = &StandIn {
    name: "cubecl-wgpu",
    versions: "0.11.",
    first: 3,
    made: Made::WithPlatform(&Platform {
        edits: &[
            Edit { file: "src/lib.rs", old: "mod runtime;", new: "mod runtime;\nmod wasi;" },
            Edit {
                file: "src/runtime.rs",
                old: "        options.memory_config,",
                new: "        crate::wasi::memory_config(&setup.device, options.memory_config),",
            },
            Edit { file: "src/backend/wgsl.rs", old: EXCLUSIVE, new: EXCLUSIVE_HERE },
            Edit { file: "src/compiler/wgsl/shader.rs", old: EXCLUSIVE, new: EXCLUSIVE_HERE },
        ],
        file: "src/wasi.rs",
        ours: "cubecl-wgpu/wasi.rs",
        windows: false,
    }),
};

/// The rows by which cubecl tunes and shares buffers in the sandbox as natively, where it may.
#[cfg(test)]
const CUBECL: [&StandIn; 4] = [CUBECL_ENVIRONMENT, CUBECL_RUNTIME, CUBECL_STD, CUBECL_WGPU];

/// How glow knows the one wasm32 without JavaScript that it has heard of.
const EMSCRIPTEN: &str = "target_os = \"emscripten\"";

/// The same, of ours as well.
const WITHOUT_JAVASCRIPT: &str = "any(target_os = \"emscripten\", target_os = \"wasi\")";

/// Every stand-in, put in where a project's graph has the real one. Those besides wgpu and winit are for crates that take
/// each wasm32 for a browser.
pub(crate) const STAND_INS: &[&StandIn] = &[
    WGPU,
    WINIT,
    &StandIn { name: FUTURES, versions: "0.4.", first: 0, made: Made::Ours(&[FUTURES]) },
    // Its half for WebGL lacks what its half for OpenGL has, and femtovg asks for that everywhere outside of
    // browsers, even where it draws with wgpu. That half is Rust alone, and finds no OpenGL in the sandbox.
    &StandIn {
        name: "glow",
        versions: "0.18.",
        first: 0,
        made: Made::Edited(&[
            Edit { file: "Cargo.toml", old: EMSCRIPTEN, new: WITHOUT_JAVASCRIPT },
            Edit { file: "src/lib.rs", old: EMSCRIPTEN, new: WITHOUT_JAVASCRIPT },
        ]),
    },
    // What it runs in natively, winit, is for targets that are not wasm32. What is below it, egui-winit and egui-wgpu, is
    // right as it is: rewritten as well, the first asks egui for files that egui has not, the second wgpu for `hal`.
    &StandIn {
        name: "eframe",
        versions: "0.37.",
        first: 0,
        made: Made::AsNative("it has no `run_native` on wasm32"),
    },
    // Browsers tell more lines for a click of a wheel than windows do. The rest of it is right as it is: what it has for
    // files of browsers, egui-winit asks it for on every wasm32.
    &StandIn {
        name: "egui",
        versions: "0.37.",
        first: 0,
        made: Made::Edited(&[Edit {
            file: "src/input_state/mod.rs",
            old: "let is_web = cfg!(target_arch = \"wasm32\");",
            new: "let is_web = cfg!(all(target_arch = \"wasm32\", not(target_os = \"wasi\")));",
        }]),
    },
    ARBOARD,
    WEBBROWSER,
    CUBECL_ENVIRONMENT,
    CUBECL_RUNTIME,
    CUBECL_STD,
    CUBECL_WGPU,
    // It looks for fonts on another thread. In the sandbox there are neither.
    &StandIn {
        name: "egui_system_font_provider",
        versions: "0.37.",
        first: 0,
        made: Made::Edited(&[Edit {
            file: "src/lib.rs",
            old: "Promise::spawn_thread(\n                \"egui_system_font_provider\",\n                \
                  load_system_fonts,\n            )",
            new: "{\n                #[cfg(target_os = \"wasi\")]\n                {\n                    \
                  Promise::from_ready(load_system_fonts())\n                }\n                \
                  #[cfg(not(target_os = \"wasi\"))]\n                {\n                    \
                  Promise::spawn_thread(\"egui_system_font_provider\", load_system_fonts)\n                }\n            }",
        }]),
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

    /// Whether the programs of a workspace of ours are over the package of this row.
    fn was_tried(row: &StandIn, workspace: &str) -> bool {
        let lock = format!("{}/../examples/{workspace}/Cargo.lock", env!("CARGO_MANIFEST_DIR"));
        let lock: toml::Table = std::fs::read_to_string(lock).unwrap().parse().unwrap();
        lock["package"].as_array().unwrap().iter().any(|package| {
            package["name"].as_str() == Some(row.name)
                && row.takes(&package["version"].as_str().unwrap().parse().unwrap())
        })
    }

    /// What is rewritten was tried: a program of ours is over it, and `cargo xtask` compares that with native.
    #[test]
    fn what_is_rewritten_was_tried() {
        for row in STAND_INS.iter().filter(|row| matches!(row.made, Made::AsNative(_))) {
            assert!(was_tried(row, "windowed"), "{} {}", row.name, row.versions);
        }
        for row in CUBECL {
            assert!(was_tried(row, "ml"), "{} {}", row.name, row.versions);
            let takes = |version: &str| row.takes(&version.parse().unwrap());
            assert!(takes("0.11.3") && !takes("0.11.2") && !takes("0.12.0") && !takes("0.12.0-pre.1"));
        }
    }

    /// What cubecl says of wasm means browsers, in each of the forms that it has.
    #[test]
    fn sandboxes_are_no_browsers() {
        for (old, new) in [
            (
                "#[cfg(not(target_family = \"wasm\"))]",
                "#[cfg(not(all(target_family = \"wasm\", not(target_os = \"wasi\"))))]",
            ),
            (
                "#[cfg(any(not(target_family = \"wasm\"), persistence))]",
                "#[cfg(any(not(all(target_family = \"wasm\", not(target_os = \"wasi\"))), persistence))]",
            ),
        ] {
            assert_eq!(old.replace(ANY_WASM, BROWSER), new);
        }
        // Each place has a file that is its own, or one of ours.
        for row in [CUBECL_ENVIRONMENT, CUBECL_WGPU] {
            let Made::WithPlatform(platform) = &row.made else { panic!("it has a platform") };
            assert!(EMBEDDED.iter().any(|(path, _)| *path == platform.ours));
            assert!(!row.made.is_over_windows());
        }
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
