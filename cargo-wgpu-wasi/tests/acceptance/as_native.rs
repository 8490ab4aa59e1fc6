//! Programs that take every wasm32 for a browser.

use crate::project::{COMPUTE, COMPUTED, Project, gpu, package};

/// The textbook's program, for native systems alone.
fn program() -> String {
    let browser = "\n#[cfg(target_arch = \"wasm32\")]\ncompile_error!(\"this is for browsers\");\n";
    format!("{COMPUTE}{browser}")
}

#[test]
fn only_if_asked_for() {
    if !gpu() {
        return;
    }
    let native = "\n[target.'cfg(not(target_arch = \"wasm32\"))'.dependencies]\npollster = \"0.4\"\n";
    let manifest = package("for-natives", &format!("wgpu = \"30\"\n{native}"));
    let project = Project::new("for-natives", &manifest, &[("src/main.rs", &program())]);
    project.lock();
    let told = project.fails("check --release");
    assert!(told.contains("this is for browsers"), "{told}");
    assert_eq!(project.succeeds("run --release --as-native"), COMPUTED);
    // What somebody changes is built the next time.
    let changed = program().replace("fn main() {", "fn main() {\n    println!(\"changed\");");
    std::fs::write(project.root.join("src/main.rs"), changed).unwrap();
    assert_eq!(project.succeeds("run --release --as-native"), format!("changed\n{COMPUTED}"));
    assert!(!project.root.join("target").exists());
}
