//! What a newcomer is told when a command has failed: what the sandbox does not have, where the project asks for it.
//!
//! cargo and the program have said what went wrong; this says what it may have to do with the sandbox, once, and only
//! what applies to this project. `docs/porting.md` has all of it.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::Metadata;

use crate::{
    check::Graph,
    stand_ins::{Made, STAND_INS},
};

/// When a command has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Before any program ran.
    Build,
    /// While one ran.
    Program,
}

/// What only runs in a browser.
const BROWSER: [&str; 3] = ["js-sys", "wasm-bindgen", "web-sys"];

/// What is below wgpu natively.
const BELOW: [&str; 2] = ["wgpu-core", "wgpu-hal"];

/// How a program asks for what is below wgpu.
const BELOW_IN_SOURCE: [&str; 4] = ["wgpu::hal", "as_hal", "_from_hal", "wgpu::wgc"];

/// How a program asks for threads.
const THREADS_IN_SOURCE: [&str; 4] =
    ["thread::spawn", "thread::scope", "thread::Builder", "ThreadPoolBuilder"];

/// Features of tokio that need what wasm32-wasip2 has not, or tokio does not know it has.
const OF_TOKIO: [&str; 6] = ["fs", "io-std", "net", "process", "rt-multi-thread", "signal"];

/// How many files of a project are looked through.
const FILES: usize = 2000;

/// The project's own source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// Of the packages of the workspace.
    folders: Vec<PathBuf>,
}

impl Sources {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        // Through links, which a checkout that can't be written consists of.
        let folder = |package: &&cargo_metadata::Package| {
            Some(fs::canonicalize(&package.manifest_path).ok()?.parent()?.to_owned())
        };
        Self { folders: metadata.workspace_packages().iter().filter_map(folder).collect() }
    }

    /// Where one of these words stands first: `FILE:LINE`, and the word.
    fn find(&self, words: &[&'static str]) -> Option<(String, &'static str)> {
        let mut left = FILES;
        self.folders.iter().find_map(|folder| find_below(folder, folder, words, &mut left))
    }
}

fn find_below(
    root: &Path,
    folder: &Path,
    words: &[&'static str],
    left: &mut usize,
) -> Option<(String, &'static str)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().find_map(|path| {
        let name = path.file_name().and_then(OsStr::to_str)?;
        // What cargo and others have put there; a link may lead round in a circle.
        if name.starts_with('.') || name == "target" || path.is_symlink() || *left == 0 {
            return None;
        }
        if path.is_dir() {
            return find_below(root, path, words, left);
        }
        if !name.ends_with(".rs") {
            return None;
        }
        *left -= 1;
        let text = fs::read_to_string(path).ok()?;
        let (line, word) = find_in(&text, words)?;
        Some((format!("{}:{line}", path.strip_prefix(root).unwrap_or(path).display()), word))
    })
}

/// The first line, counted from one, that has one of the words and is no comment.
fn find_in(text: &str, words: &[&'static str]) -> Option<(usize, &'static str)> {
    text.lines().zip(1..).filter(|(line, _)| !line.trim_start().starts_with("//")).find_map(
        |(line, number)| {
            let word = words.iter().find(|word| line.contains(**word))?;
            Some((number, *word))
        },
    )
}

/// What there is to say about a command that has failed.
pub(crate) fn remarks(graph: &Graph, sources: &Sources, failure: Failure) -> Vec<String> {
    let remarks = match failure {
        Failure::Build => {
            vec![winit(graph), browser_minded(graph), open_gl(graph), tokio(graph), below(graph, sources)]
        }
        Failure::Program => vec![browser(graph), threads(sources)],
    };
    remarks.into_iter().flatten().collect()
}

/// One from elsewhere: what crates.io has is replaced, or refused before the build.
fn winit(graph: &Graph) -> Option<String> {
    let version = graph.foreign_winit()?;
    Some(format!(
        "note: winit {version} is part of this build, and not from crates.io: only that one can be replaced by the winit \
         for the sandbox, and no other compiles for wasm32-wasip2. Is there a [patch] or a `git` or `path` dependency? \
         `cargo wgpu-wasi tree --invert winit` shows who asks for it"
    ))
}

/// A crate that takes each wasm32 for a browser, in a version that nobody has tried as a native one.
fn browser_minded(graph: &Graph) -> Option<String> {
    let (stand_in, why) = STAND_INS.iter().find_map(|stand_in| match stand_in.made {
        Made::AsNative(why) if graph.is_foreign(stand_in.name) => Some((stand_in, why)),
        _ => None,
    })?;
    let (name, version) = (stand_in.name, graph.version(stand_in.name)?);
    let rows = STAND_INS.iter().filter(|row| row.name == name);
    let supported: Vec<_> = rows.map(|row| format!("{}x", row.versions)).collect();
    Some(format!(
        "note: {name} {version} is part of this build, and takes every wasm32 for a browser: {why}. `cargo wgpu-wasi` builds \
         {name} {} of crates.io as on a native system, and no other. `cargo wgpu-wasi tree --invert {name}` shows who asks \
         for it",
        supported.join(" and ")
    ))
}

/// The way to OpenGL, which is natively beside wgpu.
fn open_gl(graph: &Graph) -> Option<String> {
    let version = graph.version("glutin")?;
    Some(format!(
        "note: glutin {version} is part of this build, and there is no OpenGL in the sandbox: turn off the feature that asks for \
         it, which is `glow` of eframe. `cargo wgpu-wasi tree --invert glutin` shows who does"
    ))
}

fn tokio(graph: &Graph) -> Option<String> {
    let on = graph.features_of("tokio");
    let on: Vec<_> = OF_TOKIO.into_iter().filter(|feature| on.contains(feature)).collect();
    if on.is_empty() {
        return None;
    }
    Some(format!(
        "note: tokio has the features {} in this build, and does not compile with them for wasm32-wasip2 (`full` has all of \
         them). Those that do: `sync`, `macros`, `io-util`, `rt`, `time`; `cargo wgpu-wasi tree --edges features --invert \
         tokio` shows who asks for which",
        on.join(", ")
    ))
}

fn below(graph: &Graph, sources: &Sources) -> Option<String> {
    let in_graph = BELOW.into_iter().find_map(|name| Some((name, graph.version(name)?)));
    let subject = match (sources.find(&BELOW_IN_SOURCE), in_graph) {
        (Some((place, word)), _) => format!("{place} has `{word}`"),
        (None, Some((name, version))) => format!(
            "{name} {version} is part of this build (`cargo wgpu-wasi tree --invert {name}` shows who asks for it)"
        ),
        (None, None) => return None,
    };
    Some(format!(
        "note: {subject}. What is below wgpu natively, wgpu-core, wgpu-hal and the API of the system, is on the other side of \
         the sandbox: keep what reaches for it under `#[cfg(not(target_os = \"wasi\"))]`"
    ))
}

fn browser(graph: &Graph) -> Option<String> {
    let name = BROWSER.into_iter().find(|name| graph.version(name).is_some())?;
    Some(format!(
        "note: `{name}` is part of this build, and what calls it panics outside of a browser; \
         `cargo wgpu-wasi tree --invert {name}` shows who does"
    ))
}

fn threads(sources: &Sources) -> Option<String> {
    let (place, word) = sources.find(&THREADS_IN_SOURCE)?;
    Some(format!(
        "note: {place} has `{word}`. wasm32-wasip2 has no threads: starting one is an error (`Unsupported`). rayon's own pool \
         falls back to the one thread there is, one that is built with a number of threads does not"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(name: &str, text: &str) -> Sources {
        let folder = std::env::temp_dir().join(format!("wgpu-wasi-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("target")).unwrap();
        fs::write(folder.join("src/lib.rs"), text).unwrap();
        fs::write(folder.join("target/made.rs"), "std::thread::spawn(f); as_hal").unwrap();
        Sources { folders: vec![folder] }
    }

    #[test]
    fn crates_that_expect_a_browser() {
        let none = Sources::default();
        let told = |text: &str| remarks(&Graph::from_text(text), &none, Failure::Build).join("\n");
        let eframe = told("eframe v0.35.1|\n");
        assert!(eframe.starts_with("note: eframe 0.35.1 is part of this build"), "{eframe}");
        assert!(eframe.contains("builds eframe 0.37.x of crates.io"), "{eframe}");
        assert_eq!(eframe.lines().count(), 1);
        // One that is rewritten lies below the target folder; one from elsewhere may be made for the sandbox, or not.
        assert_eq!(told("eframe v0.37.0 (/x/target/wgpu-wasi/eframe-0.37.0)|\n"), "");
        assert!(told("eframe v0.37.0 (https://example.org/eframe)|\n").contains("of crates.io"));
        assert!(told("glutin v0.32.3|\n").contains("`glow` of eframe"));
    }

    #[test]
    fn only_what_applies() {
        let none = sources("none", "// thread::spawn\nfn f() {}\n");
        let graph = Graph::from_text("wgpu v30.0.1 (/x/wgpu)|default\ntokio v1.0.0|rt,sync,time\n");
        for failure in [Failure::Build, Failure::Program] {
            assert_eq!(remarks(&graph, &none, failure), Vec::<String>::new());
        }
        let graph = Graph::from_text(
            "winit v0.29.1 (/x)|\ntokio v1.0.0|fs,net,rt\nwgpu-hal v30.0.1|\nweb-sys v0.3.1|\n",
        );
        let told = remarks(&graph, &none, Failure::Build).join("\n");
        for part in ["winit 0.29.1", "features fs, net in", "wgpu-hal 30.0.1 is part"] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        let threads = sources("threads", "fn f() {\n    std::thread::spawn(|| {});\n}\n");
        let told = remarks(&graph, &threads, Failure::Program).join("\n");
        assert!(
            told.contains("src/lib.rs:2 has `thread::spawn`") && told.contains("`web-sys` is part"),
            "{told}"
        );
        let hal = sources("hal", "\nunsafe { device.as_hal::<Vulkan>() }\n");
        let told = remarks(&Graph::default(), &hal, Failure::Build).join("\n");
        assert!(told.starts_with("note: src/lib.rs:2 has `as_hal`"), "{told}");
        for sources in [none, threads, hal] {
            fs::remove_dir_all(&sources.folders[0]).unwrap();
        }
    }
}
