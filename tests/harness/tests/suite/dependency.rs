//! What must not be in a guest, and what must not be twice in the host.

use std::process::Command;

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
        ("tests/guests/Cargo.toml", "wgpu-wasi-programs"),
        ("tests/guests/Cargo.toml", "wgpu-wasi-bench"),
        ("examples/Cargo.toml", "doubling"),
        ("examples/Cargo.toml", "image-filter"),
        ("examples/Cargo.toml", "nbody"),
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
    let packages = tree("tests/guests/Cargo.toml", "wgpu-wasi-raw", Some("wasm32-wasip2"));
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
