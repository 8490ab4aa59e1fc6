//! Whether a program of tests is one of libtest.

use std::{env, fs, path::Path};

use toml::{Table, Value};

/// What stands around tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harness {
    /// The one that comes with Rust.
    Libtest,
    /// A `main` of the project's, or an example in its documentation.
    Other,
}

impl Harness {
    /// What the manifest says about this program, whose file cargo calls `NAME-HASH.wasm`; cargo tells its
    /// runners where the manifest is.
    pub(super) fn of(app: &Path) -> Self {
        let Some((name, _)) = app.file_stem().and_then(|stem| stem.to_str()?.rsplit_once('-')) else {
            // rustdoc's: `rust_out.wasm`.
            return Self::Other;
        };
        let folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let manifest = fs::read_to_string(Path::new(&folder).join("Cargo.toml")).unwrap_or_default();
        match manifest.parse() {
            Ok(manifest) if is_custom(&manifest, name) => Self::Other,
            _ => Self::Libtest,
        }
    }
}

/// Whether a target of this crate name says `harness = false`.
fn is_custom(manifest: &Table, name: &str) -> bool {
    let package = manifest.get("package").and_then(|package| package.get("name")?.as_str());
    let custom = |target: &Value| {
        let target_name = target.get("name").and_then(Value::as_str).or(package).unwrap_or_default();
        target.get("harness").and_then(Value::as_bool) == Some(false)
            && target_name.replace('-', "_") == name.replace('-', "_")
    };
    ["lib", "bin", "test", "bench", "example"].into_iter().any(|kind| match manifest.get(kind) {
        Some(Value::Array(targets)) => targets.iter().any(custom),
        Some(target) => custom(target),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_says() {
        let manifest: Table = "[package]\nname = \"a-b\"\n[lib]\nharness = false\n\
                               [[test]]\nname = \"own-main\"\nharness = false\n[[test]]\nname = \"usual\"\n"
            .parse()
            .unwrap();
        assert!(is_custom(&manifest, "a_b"));
        assert!(is_custom(&manifest, "own_main"));
        assert!(!is_custom(&manifest, "usual"));
        assert!(!is_custom(&manifest, "found_by_cargo"));
        assert_eq!(Harness::of(Path::new("/tmp/rustdoctest1/rust_out.wasm")), Harness::Other);
    }
}
