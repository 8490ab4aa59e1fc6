//! Packages that take every wasm32 for a browser, made to take the sandbox for what it is.
//!
//! `cfg(target_arch = "wasm32")` holds in the sandbox as it does in a browser, and nearly always means the browser. The
//! architecture can't be changed, for the standard library goes by it. What can be is the text: in a copy of the package,
//! `target_arch = "wasm32"` reads `all(target_arch = "wasm32", target_os = "unknown")`, in its sources and in its
//! manifest. So the copy is built, and has the dependencies, as on any other system.
//!
//! Some crates mean the architecture. So this is done to the packages of a table, each of them tried
//! (`stand_ins.rs`), and to a project of the user's own only if asked for by `--as-native`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use clap::Args;

/// What the user wants of it.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct AsNative {
    /// Builds the project's own packages as on a native system: `cfg(target_arch = "wasm32")` does not hold in them. They
    /// are copied below the target folder for it
    #[arg(long)]
    pub(crate) as_native: bool,
}

/// What is rewritten, up to the value.
const KEY: &str = "target_arch";

/// Its value.
const VALUE: &str = "wasm32";

/// Whether this file may say for what a package is built.
pub(crate) fn is_rewritten(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs")
        || file.file_name().is_some_and(|name| name == "Cargo.toml")
}

/// The content of a file of a package, rewritten if it is one that is.
pub(crate) fn rewritten(file: &Path, content: Vec<u8>) -> Vec<u8> {
    if !is_rewritten(file) {
        return content;
    }
    match String::from_utf8(content) {
        Ok(text) => rewrite(&text).into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// The text in which each `target_arch = "wasm32"` is about browsers alone. Spaces may stand about the sign, or not; in
/// some texts of manifests a stroke stands before each quote.
fn rewrite(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(KEY) {
        let (before, from) = rest.split_at(at);
        new.push_str(before);
        // Part of a longer name, such as `CARGO_CFG_target_arch` or `not_target_arch`.
        let apart = !before.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        let (length, quote) = match option(from) {
            Some(found) if apart => found,
            _ => {
                new.push_str(KEY);
                rest = from.get(KEY.len()..).unwrap_or_default();
                continue;
            }
        };
        let (old, after) = from.split_at(length);
        new.push_str(&format!("all({old}, target_os = {quote}unknown{quote})"));
        rest = after;
    }
    new + rest
}

/// How long the option is that `text` begins with, and what its quotes are.
fn option(text: &str) -> Option<(usize, &'static str)> {
    let rest = text.strip_prefix(KEY)?.trim_start().strip_prefix('=')?.trim_start();
    let quotes = ["\"", "\\\""];
    let (quote, rest) = quotes.into_iter().find_map(|quote| Some((quote, rest.strip_prefix(quote)?)))?;
    let rest = rest.strip_prefix(VALUE)?.strip_prefix(quote)?;
    Some((text.len() - rest.len(), quote))
}

/// The flag of rustc by which what is built below `shown` names the files of `root`.
pub(crate) fn remapped(shown: &Path, root: &Path) -> Option<String> {
    // cargo takes flags apart at spaces in most places where they may stand.
    let flag = format!("--remap-path-prefix={}={}", shown.to_str()?, root.to_str()?);
    (!flag.contains(char::is_whitespace)).then_some(flag)
}

/// Whether an entry of a project is not copied: what is built, and what belongs to other programs. cargo's configuration
/// comes along.
pub(crate) fn is_passed_over(name: &OsStr, path: &Path, target: &Path) -> bool {
    let hidden = name.to_string_lossy().starts_with('.') && name != ".cargo";
    hidden || path == target || path.join("CACHEDIR.TAG").is_file()
}

/// Where the copy of a project is, below the folder that is the project's own.
pub(crate) fn folder(own: &Path) -> PathBuf {
    own.join("as-native")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_wherever_it_stands() {
        let browser = "all(target_arch = \"wasm32\", target_os = \"unknown\")";
        for (old, new) in [
            ("#[cfg(target_arch = \"wasm32\")]", format!("#[cfg({browser})]")),
            ("#[cfg(not(target_arch = \"wasm32\"))]", format!("#[cfg(not({browser}))]")),
            ("cfg!(target_arch = \"wasm32\")", format!("cfg!({browser})")),
            ("#![cfg_attr(target_arch = \"wasm32\", no_main)]", format!("#![cfg_attr({browser}, no_main)]")),
            (
                "#[cfg(any(target_arch = \"wasm32\", feature = \"x\"))]",
                format!("#[cfg(any({browser}, feature = \"x\"))]"),
            ),
            ("wasm: { target_arch = \"wasm32\" },", format!("wasm: {{ {browser} }},")),
            (
                "[target.'cfg(not(target_arch = \"wasm32\"))'.dependencies]",
                format!("[target.'cfg(not({browser}))'.dependencies]"),
            ),
        ] {
            assert_eq!(rewrite(old), new);
        }
    }

    #[test]
    fn with_other_spaces() {
        assert_eq!(
            rewrite("cfg(target_arch=\"wasm32\")"),
            "cfg(all(target_arch=\"wasm32\", target_os = \"unknown\"))"
        );
        assert_eq!(
            rewrite("cfg(target_arch\n    =  \"wasm32\")"),
            "cfg(all(target_arch\n    =  \"wasm32\", target_os = \"unknown\"))"
        );
    }

    #[test]
    fn with_strokes_before_the_quotes() {
        assert_eq!(
            rewrite("[target.\"cfg(target_arch = \\\"wasm32\\\")\"]"),
            "[target.\"cfg(all(target_arch = \\\"wasm32\\\", target_os = \\\"unknown\\\"))\"]"
        );
    }

    #[test]
    fn several_in_a_line() {
        let text = "a(target_arch = \"wasm32\") b(target_arch = \"x86_64\") c(target_arch = \"wasm32\") end";
        let new = rewrite(text);
        assert_eq!(new.matches("target_os").count(), 2);
        assert!(new.contains("b(target_arch = \"x86_64\")") && new.ends_with(") end"), "{new}");
    }

    #[test]
    fn nothing_else() {
        for text in [
            "",
            "target_arch",
            "target_arch = ",
            "#[cfg(target_arch = \"wasm64\")]",
            "#[cfg(target_arch = \"wasm32v1\")]",
            "#[cfg(target_family = \"wasm\")]",
            "#[cfg(target_arch = \"arm\")]",
            "my_target_arch = \"wasm32\"",
            "std::env::var(\"CARGO_CFG_TARGET_ARCH\")",
            "[target.wasm32-unknown-unknown]",
            "target_arch == \"wasm32\"",
            "ünïcode target_arch ünïcode",
        ] {
            assert_eq!(rewrite(text), text);
        }
    }

    #[test]
    fn a_rewritten_text_means_the_same_when_it_is_rewritten_again() {
        let once = rewrite("#[cfg(target_arch = \"wasm32\")]");
        let twice = rewrite(&once);
        assert!(twice.starts_with("#[cfg(all(all(target_arch"), "{twice}");
        assert_eq!(twice.matches("target_os").count(), 2);
    }

    #[test]
    fn only_sources_and_manifests() {
        let text = b"target_arch = \"wasm32\"".to_vec();
        for file in ["Cargo.toml", "a/Cargo.toml", "src/lib.rs", "build.rs"] {
            assert_ne!(rewritten(Path::new(file), text.clone()), text, "{file}");
        }
        for file in ["Cargo.lock", "Cargo.toml.orig", "README.md", "src/shader.wgsl", "rs"] {
            assert_eq!(rewritten(Path::new(file), text.clone()), text, "{file}");
        }
        let bytes = b"target_arch = \"wasm32\" \xff".to_vec();
        assert_eq!(rewritten(Path::new("lib.rs"), bytes.clone()), bytes);
    }

    #[test]
    fn paths_are_mapped_back() {
        let flag = remapped(Path::new("/t/copy"), Path::new("/home/app"));
        assert_eq!(flag.as_deref(), Some("--remap-path-prefix=/t/copy=/home/app"));
        assert_eq!(remapped(Path::new("/t/copy"), Path::new("/home/my app")), None);
    }

    #[test]
    fn what_is_built_is_not_copied() {
        let over = |name: &str| is_passed_over(name.as_ref(), Path::new(name), Path::new("target"));
        assert!(over("target") && over(".git") && over(".vscode"));
        assert!(!over("src") && !over(".cargo") && !over("targets"));
    }
}
