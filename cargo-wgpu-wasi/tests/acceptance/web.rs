//! Pages of programs. `cargo xtask web` opens some in browsers.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Stdio,
};

use crate::project::{COMPUTE, POLLSTER, Project, package, target_folder, text};

#[test]
fn a_site_has_the_page_the_program_and_its_files() {
    let manifest = package("paged", &format!("{POLLSTER}wgpu = \"30\"\n"));
    let files = [("src/main.rs", COMPUTE), ("data/in.txt", "in"), ("kept/letter.txt", "mine")];
    let project = Project::new("paged", &manifest, &files);
    project.lock();
    let build = "web build --release --out site --files data::given --title Doubled --env LEVEL=3";
    let told = project.succeeds(&format!("{build} -- --size 4"));
    assert!(told.contains("to be put on any web server"), "{told}");
    let site = project.root.join("site");
    for file in
        ["index.html", "style.css", "page.js", "worker.js", "licenses.txt", "app/app.js", "app/app.core.wasm"]
    {
        assert!(site.join(file).is_file(), "{file}");
    }
    assert_eq!(fs::read_to_string(site.join("files/given/in.txt")).unwrap(), "in");
    let app: String = fs::read_to_string(site.join("app.json")).unwrap().split_whitespace().collect();
    for part in [
        r#""args":["paged","--size","4"]"#,
        r#""env":{"LEVEL":"3"}"#,
        r#""files":["given/in.txt"]"#,
        r#""module":"./app/app.js""#,
        r#""title":"Doubled""#,
    ] {
        assert!(app.contains(part), "{part}: {app}");
    }

    // Another site takes the place of the first; what is no site is left alone.
    project.succeeds("web build --release --out site");
    assert!(!site.join("files").exists());
    let told = project.fails("web build --release --out kept");
    assert!(told.contains("choose another folder with --out"), "{told}");
    assert!(project.root.join("kept/letter.txt").is_file());

    a_page_is_served(&project);
}

/// On this machine's own address, without anything being built.
fn a_page_is_served(project: &Project) {
    let component = target_folder().join("wasm32-wasip2/release/paged.wasm");
    let mut tool = project.tool("web serve --out served --component");
    let mut server = tool.arg(component).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.starts_with("The page is at ")).unwrap();
    let address = line.split('/').nth(2).unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{line}");
    let get = |path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let answers =
        [("/", "<!doctype html>"), ("/app.json?x", "\"paged\""), ("/../Cargo.toml", "404"), ("/none", "404")];
    for (path, part) in answers {
        assert!(get(path).contains(part), "{path}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn what_is_no_component_is_refused() {
    let project = Project::new("no-component", &package("no-component", ""), &[("a.wasm", "text")]);
    for (arguments, part) in [
        ("web build --component a.wasm", "no component that JavaScript can be made of"),
        ("web build --component b.wasm", "can't read b.wasm"),
        ("web build --component a.wasm --release", "nothing is built"),
        ("web build --component a.wasm --env LEVEL", "--env LEVEL has no value"),
    ] {
        let output = project.tool(arguments).output().unwrap();
        let told = text(&output);
        assert!(!output.status.success() && told.contains(part), "{arguments}: {told}");
    }
}
