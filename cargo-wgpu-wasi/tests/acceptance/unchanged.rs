//! Projects of every shape run, and are the same afterwards.

use std::fs;

use crate::project::{COMPUTE, COMPUTED, POLLSTER, Project, gpu, package, text};

fn wgpu(requirement: &str) -> String {
    format!("{POLLSTER}wgpu = \"{requirement}\"\n")
}

#[test]
fn a_fresh_project() {
    if !gpu() {
        return;
    }
    let project = Project::compute("fresh", &wgpu("30"));
    assert_eq!(project.succeeds("run --release"), COMPUTED);
    assert!(!project.root.join("Cargo.lock").exists());
    // The second time, all that is needed lies there.
    assert_eq!(project.succeeds("run --release --offline"), COMPUTED);

    // With a lock, and everything that takes it at its word.
    project.lock();
    for arguments in ["run --release", "run --release --locked", "run --release --frozen", "run --release -q"]
    {
        assert_eq!(project.succeeds(arguments), COMPUTED, "{arguments}");
    }
    // What plain cargo thinks of the lock after all that. It wants the packages of every platform, so on a fresh
    // machine it has some to fetch.
    let output = project.cargo("metadata --format-version 1 --locked").output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn a_lock_that_is_behind() {
    if !gpu() {
        return;
    }
    let project = Project::compute("behind", &wgpu("30"));
    project.lock();
    let pin = ["update wgpu --precise 30.0.0 --offline", "update wgpu --precise 30.0.0"];
    assert!(pin.iter().any(|pin| project.cargo(pin).output().unwrap().status.success()));
    assert_eq!(project.succeeds("run --release"), COMPUTED);
    let tree = project.succeeds("tree");
    assert!(tree.contains("wgpu v30.0.0 (registry") && !tree.contains("wgpu v30.0.2"), "{tree}");
}

#[test]
fn an_exact_version() {
    if !gpu() {
        return;
    }
    let project = Project::compute("exact", &wgpu("=30.0.2"));
    project.lock();
    assert_eq!(project.succeeds("run --release"), COMPUTED);
}

#[test]
fn a_virtual_workspace() {
    if !gpu() {
        return;
    }
    let library = "pub fn instance() -> wgpu::Instance { wgpu::Instance::default() }\n";
    let app = COMPUTE.replace(
        "wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle())",
        "library::instance()",
    );
    assert_ne!(app, COMPUTE);
    let project = Project::new(
        "virtual",
        "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"library\"]\n",
        &[
            ("app/Cargo.toml", &package("app", &format!("{}library.path = \"../library\"\n", wgpu("30")))),
            ("app/src/main.rs", &app),
            ("library/Cargo.toml", &package("library", "wgpu = \"30\"\n")),
            ("library/src/lib.rs", library),
        ],
    );
    project.lock();
    assert_eq!(project.succeeds("run --release"), COMPUTED);
    assert_eq!(project.succeeds("run --release -p app"), COMPUTED);
    project.succeeds("check --release -p library");
    let before = fs::read(project.root.join("Cargo.lock")).unwrap();
    let output = project.tool("check --release").current_dir(project.root.join("library")).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(fs::read(project.root.join("Cargo.lock")).unwrap(), before);
}

#[test]
fn a_development_dependency() {
    if !gpu() {
        return;
    }
    let manifest = package("development", "").replace("[dependencies]", "[dev-dependencies]") + &wgpu("30");
    let files = [("src/lib.rs", ""), ("examples/compute.rs", COMPUTE), ("tests/gpu.rs", GPU_TEST)];
    let project = Project::new("development", &manifest, &files);
    project.lock();
    assert_eq!(project.succeeds("run --release --example compute"), COMPUTED);
    let told = project.succeeds("test --release");
    assert!(told.contains("test there_is_an_adapter ... ok"), "{told}");
}

#[test]
fn a_library_that_is_a_component_as_well() {
    if !gpu() {
        return;
    }
    let lib = "[lib]\nname = \"shared_library\"\ncrate-type = [\"cdylib\", \"rlib\"]\n";
    let manifest = package("shared", &format!("{}{lib}", wgpu("30")));
    let library = "pub fn instance() -> wgpu::Instance { wgpu::Instance::default() }\n";
    let app = COMPUTE.replace(
        "wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle())",
        "shared_library::instance()",
    );
    let project = Project::new("shared", &manifest, &[("src/lib.rs", library), ("src/main.rs", &app)]);
    project.lock();
    assert_eq!(project.succeeds("run --release"), COMPUTED);
}

const GPU_TEST: &str = "
#[test]
fn there_is_an_adapter() {
    let adapter = pollster::block_on(wgpu::Instance::default().request_adapter(&Default::default()));
    assert_eq!(adapter.unwrap().get_info().backend, wgpu::Backend::BrowserWebGpu);
}
";
