//! What must not be in a guest, what must not be twice in the host, and which part of the host may import which.

use std::{fs, path::Path, process::Command};

use wgpu_wasi_harness::guests::root;

/// The packages below `package` on `target`, as `NAME vVERSION`, without those of build scripts and macros.
fn tree(manifest: &str, package: &str, target: Option<&str>) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "-p", package])
        .arg("--manifest-path")
        .arg(root().join(manifest));
    if let Some(target) = target {
        cargo.args(["--target", target]);
    }
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut packages: Vec<String> = lines
        .lines()
        .filter(|line| !line.contains("(proc-macro)"))
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

fn named<'a>(packages: &'a [String], name: &str) -> Vec<&'a String> {
    packages.iter().filter(|package| package.split(' ').next() == Some(name)).collect()
}

#[test]
fn guests_hold_no_gpu_stack_and_no_browser() {
    for (manifest, package) in [
        ("Cargo.toml", "wgpu-wasi-programs"),
        ("Cargo.toml", "wgpu-wasi-bench"),
        ("examples/Cargo.toml", "doubling"),
        ("examples/Cargo.toml", "image-filter"),
        ("examples/Cargo.toml", "nbody"),
        ("examples/Cargo.toml", "video"),
    ] {
        let packages = tree(manifest, package, Some("wasm32-wasip2"));
        assert_eq!(named(&packages, "wgpu").len(), 1, "{package}");
        for unwanted in ["naga", "wgpu-core", "wgpu-hal", "js-sys", "web-sys", "wasm-bindgen"] {
            assert!(named(&packages, unwanted).is_empty(), "{package} depends on {unwanted}");
        }
    }
}

#[test]
fn a_raw_guest_holds_no_wgpu() {
    let packages = tree("Cargo.toml", "wgpu-wasi-raw", Some("wasm32-wasip2"));
    for unwanted in ["wgpu", "wgpu-types", "wgpu-wasi-backend"] {
        assert!(named(&packages, unwanted).is_empty(), "{unwanted}");
    }
}

#[test]
fn the_host_has_one_wgpu() {
    let packages = tree("Cargo.toml", "wgpu-wasi-host", None);
    for name in ["naga", "wgpu", "wgpu-core", "wgpu-hal", "wgpu-types", "wasmtime"] {
        assert_eq!(named(&packages, name).len(), 1, "{name}");
    }
}

/// The layers of `host/src`, the lowest first: a file or folder, and what it may import beside itself. A file belongs
/// to the first row that it fits; tests, and the files without a row, which are above all others, may import all.
/// `wasmtime::component` has the handles and the bindings, and `wgpu::naga` is for what looks into shaders.
const LAYERS: [(&str, &str); 13] = [
    ("quotas", ""),
    ("weights", ""),
    ("guest_memory", "quotas"),
    // What each object of a device stands on.
    ("device", "quotas weights"),
    ("shaders", "quotas device wgpu::naga"),
    // What a guest records. Two files read it from the guest's memory; one of them begins with a call of the guest.
    ("commands/memory", "quotas device wasmtime::component"),
    ("commands/fetch", "quotas device view wasmtime::component"),
    ("commands", "quotas weights device"),
    // What shows windows, in the words of their bindings.
    ("windows", "quotas device window_bindings"),
    // The state of a guest.
    ("ctx", "quotas weights device commands windows"),
    ("view", "ctx wasmtime::component"),
    // What a guest holds. The bindings name all objects, and all objects name the bindings.
    ("convert", "bindings"),
    (
        "objects",
        "quotas weights device shaders commands windows ctx view convert bindings window_bindings wasmtime::component",
    ),
];

#[test]
fn no_file_of_the_host_imports_upwards() {
    let sources = root().join("host/src");
    let mut wrong = Vec::new();
    for file in rust_files(&sources) {
        let path = file.strip_prefix(&sources).unwrap().to_str().unwrap().trim_end_matches(".rs");
        let row = LAYERS.iter().find(|(part, _)| Path::new(path).starts_with(part));
        let Some((part, allowed)) = row else { continue };
        let own = part.split('/').next();
        for import in imports(path, &fs::read_to_string(&file).unwrap()) {
            if own != Some(&import) && !allowed.split(' ').any(|name| name == import) {
                wrong.push(format!("host/src/{path}.rs imports `{import}`; it may import: {part} {allowed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files below `folder` but for those of tests.
fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| !path.ends_with("tests.rs") && !path.ends_with("testing.rs")).collect()
}

/// The modules at the root of the crate that the file at `path` names, by `crate::` or as many `super::` as lead there,
/// and the modules of others that are not for all.
fn imports(path: &str, source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code: String = code.split_whitespace().collect();
    let to_root = "super::".repeat(path.split('/').count());
    let mut found: Vec<String> =
        ["crate::", &to_root].into_iter().flat_map(|root| behind(&code, root)).collect();
    for (root, module) in [("wasmtime::", "component"), ("wgpu::", "naga")] {
        let others = behind(&code, root).into_iter().filter(|name| name == module);
        found.extend(others.map(|name| format!("{root}{name}")));
    }
    found.sort();
    found.dedup();
    found
}

/// The names that stand behind `path`, alone or in braces.
fn behind(code: &str, path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| *c == '_' || c.is_alphanumeric()).collect::<String>();
    let mut names = Vec::new();
    for (at, _) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(name(rest));
            continue;
        };
        let (mut depth, mut first) = (0, true);
        for (at, c) in group.char_indices() {
            if depth == 0 && first {
                names.push(name(&group[at..]));
            }
            first = depth == 0 && c == ',';
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    // An empty name is what follows a trailing comma.
    names.retain(|name| !name.is_empty());
    names
}
