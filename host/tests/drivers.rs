//! The GPU's drivers say nothing that nobody asked for.
#![cfg(target_os = "linux")]

use std::{env, process::Command};

#[test]
fn without_a_folder_for_the_session() {
    // As in a container; Mesa then looked for a Wayland display and had an error printed for each of its drivers.
    let command = |folder: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
        command.arg("adapters").env_remove("RUST_LOG");
        match folder {
            Some(folder) => command.env("XDG_RUNTIME_DIR", folder),
            None => command.env_remove("XDG_RUNTIME_DIR"),
        };
        command
    };
    for folder in [None, Some(""), Some("relative")] {
        let output = command(folder).output().expect("a program that was built with this test");
        let told = String::from_utf8_lossy(&output.stderr);
        if told.contains("no GPU adapter") {
            assert!(env::var_os("CI").is_none(), "this machine has no GPU adapter");
            eprintln!("passed over: this machine has no GPU adapter");
            continue;
        }
        assert!(output.status.success() && told.is_empty(), "{folder:?}\n{told}");
    }
}

/// On OpenGL, wgpu panics where a guest's work takes long, so nobody gets it unasked: not even where there is no other driver.
#[test]
fn opengl_is_asked_for() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
    command.arg("adapters").env_remove("WGPU_BACKEND");
    for variable in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        command.env(variable, "/none.json");
    }
    let output = command.output().expect("a program that was built with this test");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(told.contains("no GPU adapter") && told.contains("WGPU_BACKEND=gl"), "{told}");
}
