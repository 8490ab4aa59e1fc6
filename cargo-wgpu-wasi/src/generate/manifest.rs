//! The manifests of stand-ins, and of what they are built from.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::table;
use crate::{
    project::Real,
    stand_ins::{EMBEDDED, MARKER, WINDOW},
    variants::Variant,
};

/// Where the manifest of the backend is.
const BACKEND: &str = "wgpu-wasi-backend/manifest.toml";

/// Where that is of what it has windows by; see [`WINDOW`].
const WINDOW_MANIFEST: &str = "wgpu-wasi-window/manifest.toml";

/// Where that is of what an event loop goes on with.
const FUTURES: &str = "wasm-bindgen-futures/manifest.toml";

/// The feature of the backend by which callbacks don't wait for `poll`.
const AT_ONCE: &str = "callbacks-at-once";

/// The one by which programs export `wasi:cli/run@0.3`.
const RUN3: &str = "run3";

/// The one by which wgpu draws into windows.
const WINDOWS: &str = "window";

/// wgpu's, by which its types are `Send`.
const SEND: &str = "fragile-send-sync-non-atomic-wasm";

/// The manifest in `path`, which is `text`, with the version and the features of `real`.
pub(super) fn write(path: &str, text: &str, real: &Real) -> Result<String> {
    let mut manifest: Table = text.parse()?;
    if path == BACKEND {
        make_backend(&mut manifest, real).context("a line is not where it was")?;
    } else if path == WINDOW_MANIFEST {
        make_own(&mut manifest).context("a line is not where it was")?;
    } else if let Some(Value::Table(package)) = manifest.get_mut("package") {
        package.insert("version".to_owned(), real.version.clone().into());
    }
    if path == FUTURES && real.variant.windows {
        put_over_windows(&mut manifest, "../..").context("a line is not where it was")?;
        manifest.insert("lib".to_owned(), table([("path", "src/with_windows.rs".into())]));
    }
    let mut edge = None;
    for (key, dependency) in dependencies(&mut manifest) {
        let Value::Table(dependency) = dependency else { continue };
        if dependency.contains_key("registry-index") {
            dependency.insert("version".to_owned(), format!("={}", real.version).into());
            edge = Some(format!("{key}/"));
        }
    }
    if let (Some(edge), Some(Value::Table(features))) = (edge, manifest.get_mut("features")) {
        match_features(features, &edge, &real.features);
    }
    Ok(manifest.to_string())
}

/// The manifest `content` of a real package, without warnings; over [`WINDOW`] on WASI with `windows`. `None` where it is
/// no manifest.
pub(super) fn quiet(content: &[u8], windows: bool) -> Option<String> {
    let mut manifest: Table = str::from_utf8(content).ok()?.parse().ok()?;
    manifest.insert("lints".to_owned(), table([("rust", table([("warnings", "allow".into())]))]));
    if windows {
        put_over_windows(&mut manifest, "..")?;
    }
    Some(manifest.to_string())
}

/// Makes [`WINDOW`], in the folder `beside`, a dependency on WASI.
fn put_over_windows(manifest: &mut Table, beside: &str) -> Option<()> {
    let mut folder = manifest;
    for key in ["target", "cfg(target_os = \"wasi\")", "dependencies"] {
        folder = folder.entry(key).or_insert_with(|| Table::new().into()).as_table_mut()?;
    }
    folder.insert(WINDOW.to_owned(), table([("path", format!("{beside}/{WINDOW}").into())]));
    Some(())
}

/// Makes the manifest of a package for crates.io one that stands alone.
fn make_own(manifest: &mut Table) -> Option<()> {
    let workspace = embedded("workspace.toml")?;
    let workspace = workspace.get("workspace")?;
    manifest.remove("dev-dependencies");
    manifest.remove("lints");
    let package = manifest.get_mut("package")?.as_table_mut()?;
    for (key, value) in package.iter_mut().filter(|(_, value)| value.get("workspace").is_some()) {
        *value = workspace.get("package")?.get(key)?.clone();
    }
    Some(())
}

/// Makes the manifest of wgpu-wasi-backend, a package for crates.io, that of the backend below the stand-in for wgpu. It
/// takes the real wgpu from where the stand-in does, hands on to it all the features that the stand-in hands on, and
/// has a name of its own. `None` where a line is missing that this goes by.
fn make_backend(manifest: &mut Table, real: &Real) -> Option<()> {
    make_own(manifest)?;
    manifest.insert("lib".to_owned(), table([("name", "wgpu_wasi_backend".into())]));
    manifest.get_mut("package")?.as_table_mut()?.insert("name".to_owned(), MARKER.into());

    let stand_in = embedded("wgpu/manifest.toml")?;
    let wgpu = manifest.get_mut("dependencies")?.get_mut("wgpu")?;
    let features = wgpu.get("features")?.clone();
    let mut targets = stand_in.get("target")?.as_table()?.values();
    *wgpu = targets.find_map(|target| target.get("dependencies")?.get("upstream"))?.clone();
    let wgpu = wgpu.as_table_mut()?;
    wgpu.remove("package");
    wgpu.insert("features".to_owned(), features);

    let features = manifest.get_mut("features")?.as_table_mut()?;
    for (name, parts) in stand_in.get("features")?.as_table()? {
        let handed_on = parts.as_array()?.contains(&format!("wgpu-wasi-backend/{name}").into());
        if handed_on && !features.contains_key(name) {
            features.insert(name.clone(), vec![format!("wgpu/{name}")].into());
        }
    }
    let Variant { at_once, not_send, windows } = real.variant;
    if !windows {
        features.remove(WINDOWS)?;
    }
    let default = features.get_mut("default")?.as_array_mut()?;
    // The export that is there for programs calls `main`, and a library does not link with it.
    let off = [(RUN3, real.without_main), (SEND, not_send)];
    default.retain(|feature| !off.iter().any(|(name, off)| *off && feature.as_str() == Some(name)));
    default.extend(at_once.then(|| AT_ONCE.into()));
    default.extend(windows.then(|| WINDOWS.into()));
    let dependencies = manifest.get_mut("dependencies")?.as_table_mut()?;
    if windows {
        let path = format!("../../{WINDOW}");
        *dependencies.get_mut(WINDOW)? = table([("path", path.into()), ("optional", true.into())]);
    } else {
        // It is not written then. The source asks for the feature all the same.
        dependencies.remove(WINDOW)?;
        let allowed = table([("unexpected_cfgs", "allow".into())]);
        manifest.insert("lints".to_owned(), table([("rust", allowed)]));
    }
    Some(())
}

fn embedded(path: &str) -> Option<Table> {
    EMBEDDED.iter().find(|(name, _)| *name == path)?.1.parse().ok()
}

/// The dependencies of a manifest, for all targets.
fn dependencies(manifest: &mut Table) -> impl Iterator<Item = (&String, &mut Value)> {
    let tables = manifest.iter_mut().flat_map(|(key, value)| match (key.as_str(), value) {
        ("dependencies", Value::Table(table)) => vec![table],
        ("target", Value::Table(targets)) => {
            let of_target = targets.iter_mut().filter_map(|(_, target)| target.get_mut("dependencies"));
            of_target.filter_map(Value::as_table_mut).collect()
        }
        _ => Vec::new(),
    });
    tables.flatten()
}

/// Takes out what this version of the real package does not have: cargo refuses a manifest that asks for it.
/// `wgpu-core`, which the real one has without saying so, stays.
fn match_features(features: &mut Table, edge: &str, known: &BTreeSet<String>) {
    for (_, parts) in features.iter_mut() {
        let Some(parts) = parts.as_array_mut() else { continue };
        parts.retain(|part| {
            let wanted = part.as_str().and_then(|part| part.strip_prefix(edge));
            wanted.is_none_or(|feature| known.contains(feature) || feature == "wgpu-core")
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::stand_ins::{REGISTRY, WGPU};

    /// The manifest of the backend, as a project gets it.
    fn backend(without_main: bool, variant: Variant) -> Table {
        written(BACKEND, without_main, variant)
    }

    fn written(path: &str, without_main: bool, variant: Variant) -> Table {
        let text = EMBEDDED.iter().find(|(name, _)| *name == path).unwrap().1;
        let features = embedded("wgpu/manifest.toml").unwrap()["features"].as_table().unwrap().clone();
        let real = Real {
            stand_in: WGPU,
            version: "30.0.9".to_owned(),
            checksum: String::new(),
            source: PathBuf::new(),
            features: features.into_iter().map(|(name, _)| name).collect(),
            without_main,
            variant,
        };
        write(path, text, &real).unwrap().parse().unwrap()
    }

    fn texts(value: &Value) -> Vec<&str> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
    }

    #[test]
    fn the_backend_is_that_of_the_stand_in() {
        let backend = backend(false, Variant::default());
        assert_eq!(backend["package"]["name"].as_str(), Some(MARKER));
        assert_eq!(backend["package"]["version"].as_str(), Some(env!("CARGO_PKG_VERSION")));
        assert!(!backend.to_string().contains("workspace"));
        let mut wgpu = backend["dependencies"]["wgpu"].as_table().unwrap().clone();
        assert_eq!(texts(&wgpu.remove("features").unwrap()), ["custom", "std", "wgsl"]);
        let rest = [
            ("default-features", false.into()),
            ("registry-index", REGISTRY.into()),
            ("version", "=30.0.9".into()),
        ];
        assert_eq!(Value::Table(wgpu), table(rest));

        // What reaches the backend reaches wgpu.
        let stand_in = embedded("wgpu/manifest.toml").unwrap();
        let names = stand_in["features"].as_table().unwrap().iter().flat_map(|(_, parts)| texts(parts));
        let names: Vec<_> = names.filter_map(|part| part.strip_prefix("wgpu-wasi-backend/")).collect();
        assert!(names.contains(&"glsl") && names.contains(&"trace"));
        for name in names {
            assert!(texts(&backend["features"][name]).contains(&&*format!("wgpu/{name}")), "{name}");
        }
    }

    #[test]
    fn features_of_the_variants() {
        let defaults = |without_main, at_once, not_send| {
            let backend = backend(without_main, Variant { at_once, not_send, windows: false });
            assert!(!backend.to_string().contains("window"), "{backend}");
            assert_eq!(backend["lints"]["rust"]["unexpected_cfgs"].as_str(), Some("allow"));
            texts(&backend["features"]["default"]).join(" ")
        };
        assert_eq!(defaults(false, false, false), ["command-memory", SEND, RUN3].join(" "));
        assert_eq!(defaults(true, false, false), ["command-memory", SEND].join(" "));
        assert_eq!(defaults(false, true, false), ["command-memory", SEND, RUN3, AT_ONCE].join(" "));
        assert_eq!(defaults(true, true, true), ["command-memory", AT_ONCE].join(" "));
    }

    #[test]
    fn manifests_of_real_packages() {
        let text = b"[package]\nname = \"a\"\n[lints.clippy]\nall = \"warn\"\n[target.'cfg(unix)'.dependencies]\nb = \"1\"\n";
        let parse = |windows| -> Table { quiet(text, windows).unwrap().parse().unwrap() };
        let plain = parse(false);
        assert_eq!(plain["lints"], table([("rust", table([("warnings", "allow".into())]))]));
        assert_eq!(plain["target"].as_table().unwrap().len(), 1);
        let windows = parse(true);
        let target = &windows["target"]["cfg(target_os = \"wasi\")"]["dependencies"][WINDOW]["path"];
        assert_eq!(target.as_str(), Some("../wgpu-wasi-window"));
        assert_eq!(windows["target"]["cfg(unix)"]["dependencies"]["b"].as_str(), Some("1"));
        assert_eq!(quiet(b"no manifest", false), None);
    }

    #[test]
    fn futures_have_the_event_loop_where_there_is_one() {
        let futures = |windows| written(FUTURES, false, Variant { windows, ..Variant::default() });
        assert!(!futures(false).contains_key("lib") && !futures(false).to_string().contains(WINDOW));
        let with = futures(true);
        assert_eq!(with["lib"]["path"].as_str(), Some("src/with_windows.rs"));
        let window = &with["target"]["cfg(target_os = \"wasi\")"]["dependencies"][WINDOW];
        assert_eq!(window["path"].as_str(), Some("../../wgpu-wasi-window"));
    }

    #[test]
    fn windows() {
        let backend = backend(false, Variant { windows: true, ..Variant::default() });
        assert_eq!(texts(&backend["features"]["default"]), ["command-memory", SEND, RUN3, WINDOWS]);
        assert_eq!(backend["dependencies"][WINDOW]["path"].as_str(), Some("../../wgpu-wasi-window"));
    }
}
