//! Each command, and what reaches cargo and the program.

use std::{
    fs,
    net::{TcpListener, TcpStream},
};

use crate::project::{COMPUTE, COMPUTED, POLLSTER, Project, gpu, package, text};

const PROGRAM: &str = r#"
fn main() {
    let instance = wgpu::Instance::default();
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    println!("adapters: {}", adapters.len());
    println!("arguments: {:?}", std::env::args().skip(1).collect::<Vec<_>>());
    println!("variable: {:?}", std::env::var("GIVEN"));
    println!("file: {:?}", std::fs::read_to_string("/data/hello.txt"));
    for path in ["/data/new.txt", "/data/hello.txt", "/open/new.txt"] {
        println!("write {path}: {}", std::fs::write(path, "written").is_ok());
    }
    if let Some(address) = std::env::args().nth(1).filter(|argument| argument.contains(':')) {
        println!("network: {}", std::net::TcpStream::connect(address).is_ok());
    }
    println!("feature: {}", cfg!(feature = "extra"));
}
"#;

fn project(name: &str) -> Project {
    let manifest = package(name, &format!("{POLLSTER}wgpu = \"30\"\n[features]\nextra = []\n"))
        .replace("edition", "default-run = \"first\"\nedition");
    let files = [
        ("src/bin/first.rs", PROGRAM),
        ("src/bin/second.rs", COMPUTE),
        ("examples/third.rs", COMPUTE),
        ("folder/hello.txt", "hello"),
        ("open/hello.txt", "hello"),
    ];
    let project = Project::new(name, &manifest, &files);
    project.lock();
    project
}

#[test]
fn what_a_program_is_given() {
    if !gpu() {
        return;
    }
    let project = project("given");
    let told = project.succeeds(
        "run --release --dir folder::/data::ro --features extra --env GIVEN=something \
         --max-gpu-memory 64MiB --max-loop-iterations 1000 --timeout 60 -- --dir a b",
    );
    for line in [
        "arguments: [\"--dir\", \"a\", \"b\"]",
        "variable: Ok(\"something\")",
        "file: Ok(\"hello\")",
        "feature: true",
        "write /data/new.txt: false",
        "write /data/hello.txt: false",
        "write /open/new.txt: false",
    ] {
        assert!(told.lines().any(|found| found == line), "{line}\n{told}");
    }
    let told = project.succeeds("run --release");
    for line in ["arguments: []", "variable: Err(NotPresent)", "feature: false"] {
        assert!(told.lines().any(|found| found == line), "{line}\n{told}");
    }
    assert!(told.contains("file: Err("), "{told}");
    // The folder without `ro` shows that the writes above could have worked; the listener, that there was somebody.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    TcpStream::connect(&address).unwrap();
    let told = project.succeeds(&format!("run --release --dir open::/open -- {address}"));
    for line in ["write /open/new.txt: true", "network: false"] {
        assert!(told.lines().any(|found| found == line), "{line}\n{told}");
    }
    assert_eq!(fs::read_to_string(project.root.join("open/new.txt")).unwrap(), "written");
    assert_eq!(fs::read_to_string(project.root.join("folder/hello.txt")).unwrap(), "hello");
    assert!(!project.root.join("folder/new.txt").exists());
    // cargo takes the first; the second is the program's, as natively.
    let told = project.succeeds("run --release -- -- a --");
    assert!(told.contains("arguments: [\"--\", \"a\", \"--\"]"), "{told}");
    assert_eq!(project.succeeds("run --release --bin second"), COMPUTED);
    assert_eq!(project.succeeds("run --release --example third"), COMPUTED);
    let error = project.fails("run --release --adapter surely-no-such-gpu");
    assert!(error.contains("no adapter has \"surely-no-such-gpu\" in its name"), "{error}");
}

#[test]
fn the_commands_of_cargo() {
    let project = project("commands");
    project.succeeds("build --release --bins");
    // cargo repeats what the compiler has to say of packages in folders, which is what ours are.
    let output = project.tool("check --release --all-targets").output().unwrap();
    assert!(output.status.success() && !text(&output).contains("warning"), "{}", text(&output));
    project.succeeds("clippy --release -- -D warnings");
    project.succeeds("-- rustc --release --bin second -- -C debuginfo=0");
    let error = project.fails("build --release --target x86_64-unknown-linux-gnu");
    assert!(error.contains("builds for wasm32-wasip2"), "{error}");
}

#[test]
fn no_browser_and_no_gpu_stack_in_the_graph() {
    let project = project("graph");
    let tree = project.succeeds("tree --edges normal,no-proc-macro --prefix none --format {p}");
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    for wanted in ["wgpu", "wgpu-types", "wgpu-wasi-backend-stand-in", "wit-bindgen"] {
        assert!(names.contains(&wanted), "{wanted}\n{tree}");
    }
    for unwanted in ["wgpu-core", "wgpu-hal", "naga", "wasm-bindgen", "js-sys", "web-sys"] {
        assert!(!names.contains(&unwanted), "{unwanted}\n{tree}");
    }
}

const CALLBACK: &str = r#"
fn main() {
    let instance = wgpu::Instance::default();
    let adapter = pollster::block_on(instance.request_adapter(&Default::default())).unwrap();
    let (device, _queue) = pollster::block_on(adapter.request_device(&Default::default())).unwrap();
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let descriptor = wgpu::BufferDescriptor { label: None, size: 16, usage, mapped_at_creation: false };
    let buffer = device.create_buffer(&descriptor);
    let (sender, receiver) = std::sync::mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| sender.send(result.is_ok()).unwrap());
    println!("at once: {:?}", receiver.try_recv().ok());
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    println!("after poll: {:?}", receiver.try_recv().ok());
}
"#;

#[test]
fn when_callbacks_run() {
    if !gpu() {
        return;
    }
    let (at_once, in_poll) =
        ("at once: Some(true)\nafter poll: None\n", "at once: None\nafter poll: Some(true)\n");
    let dependencies = format!("{POLLSTER}wgpu = \"30\"\n");
    let project =
        Project::new("callbacks", &package("callbacks", &dependencies), &[("src/main.rs", CALLBACK)]);
    project.lock();
    assert_eq!(project.succeeds("run --release"), in_poll);
    assert_eq!(project.succeeds("run --release --callbacks at-once"), at_once);

    // One of this name in the graph is enough.
    let dependencies = format!("{dependencies}cubecl-wgpu.path = \"cubecl-wgpu\"\n");
    let files = [
        ("src/main.rs", CALLBACK),
        ("cubecl-wgpu/Cargo.toml", &*package("cubecl-wgpu", "")),
        ("cubecl-wgpu/src/lib.rs", ""),
    ];
    let project = Project::new("callbacks-cube", &package("callbacks-cube", &dependencies), &files);
    project.lock();
    assert_eq!(project.succeeds("run --release"), at_once);
    assert_eq!(project.succeeds("run --release --callbacks=in-poll"), in_poll);
    project.succeeds("config made");
    let made = fs::read_dir(project.root.join("made")).unwrap().flatten();
    assert!(made.into_iter().any(|entry| entry.file_name().to_string_lossy().ends_with("-at-once")));
}
