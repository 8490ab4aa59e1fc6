//! The stack of components and their vector instructions, and whose flags cargo takes.

use std::{fs, process::Output};

use crate::project::{POLLSTER, Project, package, target_folder, text};

/// Needs 4 MiB of stack, or as many as its argument says.
const DEEP: &str = include_str!("programs/deep.rs");

/// The one with the program has no dependency, so that other flags don't have wgpu compiled once more.
fn project(name: &str) -> Project {
    let files = [
        ("app/Cargo.toml", &*package("app", "")),
        ("app/src/main.rs", DEEP),
        ("library/Cargo.toml", &package("library", &format!("{POLLSTER}wgpu = \"30\"\n"))),
        ("library/src/lib.rs", ""),
    ];
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"library\"]\n";
    let project = Project::elsewhere(name, manifest, &files);
    project.lock();
    project
}

fn configure(project: &Project, configuration: &str) {
    fs::create_dir_all(project.root.join(".cargo")).unwrap();
    fs::write(project.root.join(".cargo/config.toml"), configuration).unwrap();
}

/// `cargo wgpu-wasi run` with this in the project's configuration, these variables and these arguments.
fn run(project: &Project, configuration: &str, variables: &[(&str, &str)], arguments: &str) -> Output {
    configure(project, configuration);
    let mut command = project.tool(&format!("run --release -p app {arguments}"));
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
        command.env_remove(name);
    }
    // Several projects have a program `app`. In one folder, another's may have come in between build and run.
    command.env("CARGO_TARGET_DIR", target_folder().join("stack").join(project.root.file_name().unwrap()));
    command.envs(variables.iter().copied()).output().unwrap()
}

/// Flags of the project's own that are kept, 4 MiB that are there, and vectors.
#[test]
fn beside_flags_of_the_projects_own() {
    let project = project("stack-flags");
    for (configuration, variables, arguments) in [
        ("", &[][..], ""),
        ("build.rustflags = [\"--cfg\", \"given\"]", &[], ""),
        ("build.rustflags = \"--cfg given\"", &[], ""),
        ("[target.wasm32-wasip2]\nrustflags = [\"--cfg\", \"given\"]", &[], ""),
        ("[target.'cfg(target_os = \"wasi\")']\nrustflags = \"--cfg given\"", &[], ""),
        ("build.rustflags = [\"--cfg=not\"]", &[("RUSTFLAGS", "--cfg given")], ""),
        ("", &[("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}given")], ""),
        ("", &[("CARGO_BUILD_RUSTFLAGS", "--cfg given")], ""),
        ("", &[("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", "--cfg given")], ""),
        ("", &[], "--config build.rustflags=\"--cfg=given\""),
        ("", &[], "--config build.rustflags=[\"--cfg=given\"]"),
    ] {
        let output = run(&project, configuration, variables, arguments);
        let told = text(&output);
        assert!(output.status.success(), "{configuration} {variables:?} {arguments}\n{told}");
        let given = !configuration.is_empty() || !variables.is_empty() || !arguments.is_empty();
        assert!(
            told.contains(&format!("given: {given}, vectors: true")),
            "{configuration} {variables:?} {arguments}\n{told}"
        );
    }
}

#[test]
fn a_size_of_the_projects_own() {
    let project = project("stack-size");
    let small = "-Clink-arg=-zstack-size=2097152";
    for (configuration, variables) in [
        (format!("build.rustflags = [\"{small}\"]"), &[][..]),
        (format!("[target.wasm32-wasip2]\nrustflags = \"{small}\""), &[]),
        (String::new(), &[("RUSTFLAGS", "-C link-args=-zstack-size=2097152")]),
    ] {
        let output = run(&project, &configuration, variables, "");
        let told = text(&output);
        assert!(!output.status.success(), "{configuration} {variables:?}\n{told}");
    }
    let large = format!("build.rustflags = [\"{}\"]", small.replace("2097152", "33554432"));
    assert!(run(&project, &large, &[], "-- 20").status.success());
    // A build script's, and those of one command, come after all others.
    fs::write(
        project.root.join("app/build.rs"),
        "fn main() { println!(\"cargo::rustc-link-arg-bins=-zstack-size=33554432\"); }",
    )
    .unwrap();
    let output = run(&project, "", &[], "-- 20");
    assert!(output.status.success(), "{}", text(&output));
}

/// The flags in the lines for the project's own configuration, where they take no other's place.
#[test]
fn kept_in_the_project() {
    let project = project("stack-config");
    let flags = ["-Clink-arg=-zstack-size=8388608", "-Ctarget-feature=+simd128"];
    // What is printed for the configuration, and what is said to be missing.
    for (configuration, printed, said) in [
        ("", [true, true], [false, false]),
        ("build.rustflags = [\"--cfg=given\"]", [false, false], [true, true]),
        ("[target.wasm32-wasip2]\nrustflags = [\"--cfg=given\"]", [false, false], [true, true]),
        ("build.rustflags = [\"-Clink-arg=-zstack-size=2097152\"]", [false, false], [false, true]),
        (
            "build.rustflags = \"-zstack-size=2097152 -Ctarget-feature=-simd128\"",
            [false, false],
            [false, false],
        ),
    ] {
        configure(&project, configuration);
        let mut command = project.tool("config made");
        // What is in the environment is not the project's.
        let output = command.env("RUSTFLAGS", "-Clink-arg=-zstack-size=1048576").output().unwrap();
        let (lines, told) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{told}");
        assert_eq!(flags.map(|flag| lines.contains(flag)), printed, "{configuration}\n{lines}");
        assert_eq!(flags.map(|flag| told.contains(flag)), said, "{configuration}\n{told}");
        let place = "stack-config/.cargo/config.toml";
        assert_eq!(told.contains(place), said.contains(&true), "{configuration}\n{told}");
    }
}

/// Both ways to overflow it, and that of the host.
#[test]
fn an_overflow_says_so() {
    let project = project("stack-overflow");
    for (arguments, parts) in [
        ("-- 9", &["error: stack overflow", "-zstack-size=67108864", "app::down", " times)"][..]),
        ("-- 4 frame", &["error: stack overflow", "-zstack-size=67108864", "app::frame", "app::main"]),
        ("-- 0 calls", &["error: stack overflow: calls are nested too deep", "app::call", " times)"]),
    ] {
        let output = run(&project, "", &[], arguments);
        let told = text(&output);
        assert_eq!(output.status.code(), Some(134), "{arguments}\n{told}");
        for part in parts {
            assert!(told.contains(part), "{arguments}: {part:?}\n{told}");
        }
        assert!(!told.contains("lang_start"), "{told}");
    }
    assert!(
        run(&project, "", &[("RUSTFLAGS", "-C link-arg=-zstack-size=67108864")], "-- 9").status.success()
    );
}
