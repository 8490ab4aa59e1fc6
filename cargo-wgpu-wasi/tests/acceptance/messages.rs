//! What a newcomer is told when it does not work.

use std::{env, fs};

use crate::project::{COMPUTE, POLLSTER, Project, gpu, package, text};

/// Runs `cargo wgpu-wasi check`, which has to fail and to say each of `parts`.
fn refused(project: &Project, parts: &[&str]) {
    let told = project.fails("check --release");
    for part in parts {
        assert!(told.contains(part), "{part:?}\n{told}");
    }
}

#[test]
fn no_project() {
    let project = Project::new("nothing", &package("nothing", ""), &[]);
    let folder = env::temp_dir().join(format!("wgpu-wasi-nothing-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let output = project.tool("check").current_dir(&folder).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let told = text(&output);
    assert!(!output.status.success() && told.contains("cargo finds no project here"), "{told}");
}

#[test]
fn no_wgpu() {
    let project = Project::new("no-wgpu", &package("no-wgpu", ""), &[("src/main.rs", "fn main() {}")]);
    refused(&project, &["no-wgpu depends on wgpu", "cargo build --target wasm32-wasip2"]);
}

#[test]
fn another_wgpu() {
    // Told from the graph alone, before anything of that version is compiled.
    let project = Project::compute("another-wgpu", &format!("{POLLSTER}wgpu = \"29\"\n"));
    refused(&project, &["depends on wgpu 29.", "brings wgpu 30.x", "cargo tree --invert wgpu@29."]);
}

#[test]
fn a_wgpu_from_elsewhere() {
    let own = package("wgpu", "").replace("0.1.0", "30.0.2");
    let files = [("src/main.rs", "fn main() {}"), ("own/Cargo.toml", &own), ("own/src/lib.rs", "")];
    let manifest = package("elsewhere", "wgpu.path = \"own\"\n");
    refused(&Project::new("elsewhere", &manifest, &files), &["not from crates.io", "elsewhere/own"]);
}

#[test]
fn resolver_1() {
    let manifest = "[workspace]\nresolver = \"1\"\nmembers = [\"app\"]\n";
    let app = package("app", &format!("{POLLSTER}wgpu = \"30\"\n"));
    let project = Project::new("old", manifest, &[("app/Cargo.toml", &app), ("app/src/main.rs", COMPUTE)]);
    refused(&project, &["version 1 of its resolver", "resolver = \"2\""]);
}

#[test]
fn no_network() {
    let project = Project::compute("no-network", &format!("{POLLSTER}wgpu = \"30\"\n"));
    let before = project.files();
    // A cargo that has fetched nothing yet, on a machine without a network.
    let home = project.root.join("home");
    let output = project.tool("check --release --offline").env("CARGO_HOME", home).output().unwrap();
    let told = text(&output);
    assert!(!output.status.success(), "{told}");
    assert!(told.contains("can't make out the dependencies of the project"), "{told}");
    assert!(told.contains("--offline"), "{told}");
    assert_eq!(project.files(), before);
}

#[test]
fn no_adapter() {
    let project = Project::compute("no-adapter", &format!("{POLLSTER}wgpu = \"30\"\n"));
    project.lock();
    let before = project.files();
    // The noop backend is not part of the host, so that nothing is left.
    let output = project.tool("run --release").env("WGPU_BACKEND", "noop").output().unwrap();
    let told = text(&output);
    assert!(!output.status.success(), "{told}");
    assert!(told.contains("adapter"), "{told}");
    assert_eq!(project.files(), before);
}

#[test]
fn a_crate_that_needs_a_browser() {
    if !gpu() {
        return;
    }
    let program = "fn main() {\n    let _instance = wgpu::Instance::default();\n    \
                   let _global = js_sys::global();\n}\n";
    let manifest = package("browser", "wgpu = \"30\"\njs-sys = \"0.3\"\n");
    let project = Project::new("browser", &manifest, &[("src/main.rs", program)]);
    project.lock();
    let told = project.fails("run --release");
    assert!(told.contains("`js-sys` is part of this build"), "{told}");
    assert!(told.contains("cargo wgpu-wasi tree --invert js-sys"), "{told}");
}

#[test]
fn a_panic() {
    if !gpu() {
        return;
    }
    let program = "#[inline(never)]\nfn fails(length: usize) -> u8 {\n    vec![1, 2, 3][length]\n}\n\n\
                   fn main() {\n    let _instance = wgpu::Instance::default();\n    \
                   println!(\"{}\", fails(std::env::args().count() + 6));\n}\n";
    let project = Project::new("panic", &package("panic", "wgpu = \"30\"\n"), &[("src/main.rs", program)]);
    project.lock();
    // As in a container, where Mesa has more to say.
    let output = project.tool("run --release -q").env_remove("XDG_RUNTIME_DIR").output().unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), Some(101), "{told}");
    let lines: Vec<&str> = told.lines().collect();
    let at = lines.iter().position(|line| *line == "error: the program panicked").unwrap();
    assert_eq!(lines.get(at + 1).copied(), Some("    0: panic::fails"), "{told}");
    assert_eq!(lines.get(at + 2).copied(), Some("    1: panic::main"), "{told}");
    assert!(told.contains("index out of bounds: the len is 3 but the index is 7"), "{told}");
    for part in ["note: `", "XDG_RUNTIME_DIR", "rust_panic", "lang_start"] {
        assert!(!told.contains(part), "{part}\n{told}");
    }
}

/// A crate of this name that does not compile for wasm, as the real one.
fn stub(name: &str, version: &str, features: &str) -> String {
    package(name, "").replace("0.1.0", version) + "[features]\n" + features
}

const NOT_FOR_WASM: &str = "#[cfg(target_family = \"wasm\")]\ncompile_error!(\"not for wasm\");\n";

#[test]
fn what_does_not_compile_in_the_sandbox() {
    let dependencies =
        "wgpu = \"30\"\nwinit.path = \"winit\"\ntokio = { path = \"tokio\", features = [\"full\"] }\n";
    let files = [
        ("src/main.rs", "// as_hal\nfn main() {\n    let _ = wgpu::hal::api::Vulkan;\n}\n"),
        ("winit/Cargo.toml", &*stub("winit", "0.29.15", "")),
        ("winit/src/lib.rs", NOT_FOR_WASM),
        ("tokio/Cargo.toml", &stub("tokio", "1.54.0", "full = [\"net\", \"rt\"]\nnet = []\nrt = []\n")),
        ("tokio/src/lib.rs", NOT_FOR_WASM),
    ];
    let project = Project::new("remarks", &package("remarks", dependencies), &files);
    project.lock();
    let parts = [
        "note: winit 0.29.15 is part of this build",
        "note: tokio has the features net in this build",
        "note: src/main.rs:3 has `wgpu::hal`",
    ];
    let told = project.fails("check --release");
    for part in parts {
        assert_eq!(told.matches(part).count(), 1, "{part:?}\n{told}");
    }
    // What works has no remarks.
    let told = text(&project.tool("tree").output().unwrap());
    assert!(!told.contains("note: "), "{told}");
}

#[test]
fn what_the_sandbox_does_not_have() {
    if !gpu() {
        return;
    }
    let program = "fn main() {\n    let instance = wgpu::Instance::default();\n    \
                   let adapter = pollster::block_on(instance.request_adapter(&Default::default())).unwrap();\n    \
                   let required_features = wgpu::Features::MAPPABLE_PRIMARY_BUFFERS;\n    \
                   let wanted = wgpu::DeviceDescriptor { required_features, ..Default::default() };\n    \
                   println!(\"{}\", pollster::block_on(adapter.request_device(&wanted)).unwrap_err());\n    \
                   std::thread::spawn(|| ()).join().unwrap();\n}\n";
    let manifest = package("lacks", &format!("{POLLSTER}wgpu = \"30\"\n"));
    let project = Project::new("lacks", &manifest, &[("src/main.rs", program)]);
    project.lock();
    let told = project.fails("run --release");
    for part in [
        "needs the features MAPPABLE_PRIMARY_BUFFERS of the host; this host offers ",
        "no host of wasi:webgpu has them",
        "note: src/main.rs:7 has `thread::spawn`. wasm32-wasip2 has no threads",
    ] {
        assert!(told.contains(part), "{part:?}\n{told}");
    }
}
