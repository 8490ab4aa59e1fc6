//! Programs with windows, and what of them is in a component.

use std::{fs, path::PathBuf};

use crate::project::{COMPUTE, POLLSTER, Project, gpu, package, target_folder, text};

/// What the imports for windows begin with.
const OF_WINDOWS: [&str; 2] = ["wgpu-wasi:window/", "wasi-gfx:surface/"];

const WGPU: &str = "wgpu = \"30\"\n";

/// Without a backend for the machine that it is built on, which is not what is tested.
fn winit(version: &str) -> String {
    format!("winit = {{ version = \"{version}\", default-features = false, features = [\"rwh_06\"] }}\n")
}

/// Tells what opening a window comes to.
const OPENS: &str = "use winit::{application::ApplicationHandler, event::WindowEvent, event_loop::*, window::*};\n\
    struct App;\n\
    impl ApplicationHandler for App {\n    \
        fn resumed(&mut self, event_loop: &ActiveEventLoop) {\n        \
            let instance = wgpu::Instance::default();\n        \
            match event_loop.create_window(Window::default_attributes()) {\n            \
                Ok(window) => println!(\"{:?}\", instance.create_surface(window).is_ok()),\n            \
                Err(error) => println!(\"{error}\"),\n        \
            }\n        \
            event_loop.exit();\n    \
        }\n    \
        fn window_event(&mut self, _: &ActiveEventLoop, _: WindowId, _: WindowEvent) {}\n\
    }\n\
    fn main() {\n    EventLoop::new().unwrap().run_app(&mut App).unwrap();\n}\n";

/// Which imports for windows the component of a program has. Their names stand in it as they are.
fn imports(program: &str) -> Vec<&'static str> {
    let component: PathBuf = target_folder().join("wasm32-wasip2/release").join(format!("{program}.wasm"));
    let bytes = fs::read(component).unwrap();
    let has = |name: &&str| bytes.windows(name.len()).any(|window| window == name.as_bytes());
    OF_WINDOWS.into_iter().filter(has).collect()
}

#[test]
fn only_programs_with_windows_import_them() {
    // One workspace: what is built, not what is beside it, decides.
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"with\", \"without\"]\n";
    let with = package("with-windows", &format!("{WGPU}{}", winit("0.30")));
    let without = package("without-windows", &format!("{WGPU}{POLLSTER}"));
    let files = [
        ("with/Cargo.toml", &*with),
        ("with/src/main.rs", OPENS),
        ("without/Cargo.toml", &*without),
        ("without/src/main.rs", COMPUTE),
    ];
    let project = Project::new("windows", manifest, &files);
    project.lock();
    // The first command in a fresh checkout: no other build has left the package for windows in its target folder.
    let fresh = target_folder().join("fresh").join(project.root.file_name().unwrap());
    let _ = fs::remove_dir_all(&fresh);
    let tree = project.tool("tree -p without-windows").env("CARGO_TARGET_DIR", &fresh).output().unwrap();
    assert!(tree.status.success(), "{}", text(&tree));
    project.succeeds("build --release -p without-windows");
    assert_eq!(imports("without-windows"), [""; 0]);
    project.succeeds("build --release -p with-windows");
    assert_eq!(imports("with-windows"), OF_WINDOWS);
    // What a page needs for windows is in the sites of programs that have some.
    for (name, has_windows) in [("with-windows", true), ("without-windows", false)] {
        project.succeeds(&format!("web build --release -p {name} --out {name}-site"));
        let site = project.root.join(format!("{name}-site"));
        for file in ["panel.js", "windows.js"] {
            assert_eq!(site.join(file).is_file(), has_windows, "{name}, {file}");
        }
    }
}

#[test]
fn another_winit() {
    let manifest = package("another-winit", &format!("{WGPU}{}", winit("=0.30.4")));
    let project = Project::new("another-winit", &manifest, &[("src/main.rs", OPENS)]);
    project.lock();
    // Told from the graph alone, before anything of it is compiled.
    let told = project.fails("check --release");
    for part in ["winit 0.30.4 is part of this build", "from 0.30.5 ", "`cargo update -p winit`"] {
        assert!(told.contains(part), "{part:?}\n{told}");
    }
}

/// All that headless windows can be made to tell, and the order in which winit tells it: its turns, two windows of which one
/// closes, `ControlFlow` in its three kinds, the proxy, and what a window can be asked for.
#[test]
fn what_winit_tells() {
    if !gpu() {
        return;
    }
    let manifest = package("events", &format!("{WGPU}{}", winit("0.30")));
    let files = [
        ("src/main.rs", include_str!("programs/events.rs")),
        ("events.jsonl", include_str!("programs/events.jsonl")),
    ];
    let project = Project::new("events", &manifest, &files);
    project.lock();
    let windows = "--windows=headless --virtual-time --input events.jsonl";
    let told = project.succeeds(&format!("run --release {windows}"));
    assert_eq!(told, include_str!("programs/events.txt"));
}

/// Has a future that is not done at once, and ends when it has told the loop that it is.
const SPAWNS: &str = "use std::{future::poll_fn, task::Poll};\n\
    use winit::{application::ApplicationHandler, event::WindowEvent, event_loop::*, window::*};\n\
    struct App(EventLoopProxy<u32>, Option<Window>);\n\
    impl ApplicationHandler<u32> for App {\n    \
        fn resumed(&mut self, event_loop: &ActiveEventLoop) {\n        \
            let _instance = wgpu::Instance::default();\n        \
            self.1 = event_loop.create_window(Window::default_attributes()).ok();\n        \
            let proxy = self.0.clone();\n        \
            let mut left = 3;\n        \
            wasm_bindgen_futures::spawn_local(async move {\n            \
                poll_fn(|context| {\n                \
                    if left == 0 { return Poll::Ready(()) }\n                \
                    left -= 1;\n                \
                    context.waker().wake_by_ref();\n                \
                    Poll::Pending\n            \
                }).await;\n            \
                proxy.send_event(7).unwrap();\n        \
            });\n        \
            println!(\"spawned\");\n    \
        }\n    \
        fn user_event(&mut self, event_loop: &ActiveEventLoop, event: u32) {\n        \
            println!(\"done {event}\");\n        \
            event_loop.exit();\n    \
        }\n    \
        fn window_event(&mut self, _: &ActiveEventLoop, _: WindowId, _: WindowEvent) {}\n\
    }\n\
    fn main() {\n    \
        let event_loop = EventLoop::with_user_event().build().unwrap();\n    \
        let proxy = event_loop.create_proxy();\n    \
        event_loop.run_app(&mut App(proxy, None)).unwrap();\n\
    }\n";

#[test]
fn the_event_loop_goes_on_with_futures() {
    if !gpu() {
        return;
    }
    let futures = "wasm-bindgen-futures = \"0.4\"\n";
    let manifest = package("spawns", &format!("{WGPU}{futures}{}", winit("0.30")));
    let project = Project::new("spawns", &manifest, &[("src/main.rs", SPAWNS)]);
    project.lock();
    assert_eq!(project.succeeds("run --release --windows=headless"), "spawned\ndone 7\n");
}

/// A program of one's own gets windows where there is a desktop, and hears what to do where there is none.
#[test]
fn windows_are_granted_by_itself() {
    if !gpu() {
        return;
    }
    let manifest = package("opens", &format!("{WGPU}{}", winit("0.30")));
    let project = Project::new("opens", &manifest, &[("src/main.rs", OPENS)]);
    project.lock();
    let told = project.succeeds("run --release --windows=none");
    assert!(told.contains("may not open windows") && told.contains("--windows"), "{told}");
    assert_eq!(project.succeeds("run --release --windows=headless"), "true\n");
    let without_display = |line: &str| {
        let mut cargo = project.tool(line);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            cargo.env_remove(name);
        }
        cargo.output().unwrap()
    };
    let output = without_display("run --release");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("`--windows=headless` needs none"), "{said}");
    let output = without_display("run --release --windows");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("`--windows=headless` needs none"), "{said}");
}
