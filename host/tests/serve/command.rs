//! `wgpu-wasi serve`, as people start it.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::guests::Guest;

/// A folder for one test.
fn place(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A server, which is ended with the test.
struct Server {
    child: Child,
    address: String,
    admin: String,
    /// What it logs.
    log: mpsc::Receiver<String>,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
        command.arg("serve").args(options).env_remove("RUST_LOG").stderr(Stdio::piped());
        command.env("WGPU_WASI_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-cache"));
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, log) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut server = Self { child, address: String::new(), admin: String::new(), log };
        let line = server.wait_for("serving at");
        let mut addresses =
            line.split("http://").skip(1).map(|rest| rest.split([',', '"']).next().unwrap().trim());
        server.address = addresses.next().unwrap().to_owned();
        server.admin = addresses.next().unwrap().to_owned();
        server
    }

    /// The next line of the log with this text.
    fn wait_for(&self, text: &str) -> String {
        let end = Instant::now() + Duration::from_secs(120);
        let mut before = String::new();
        loop {
            let line = self.log.recv_timeout(end.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("no {text:?} in the log:\n{before}"));
            if line.contains(text) {
                return line;
            }
            before += &format!("{line}\n");
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Its end, which comes within `limit`.
    fn ended(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < limit, "it has not ended within {limit:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the body of an answer; 0 where there is none.
fn get(address: &str, path: &str) -> (u16, String) {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: test\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = ask().unwrap_or_default();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

const PORTS: [&str; 4] = ["--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"];

fn start(guest: Guest, options: &[&str]) -> Server {
    let file = guest.file();
    Server::start(&[&PORTS, options, &[file.to_str().unwrap()]].concat())
}

#[test]
fn it_answers_and_says_how_it_is() {
    let mut server = start(Guest::New, &["--warm-up", "/", "--log", "json"]);
    assert_eq!(get(&server.address, "/count"), (200, "2\n".to_owned()));
    for path in ["/livez", "/readyz", "/startz"] {
        assert_eq!(get(&server.admin, path), (200, "ok\n".to_owned()), "{path}");
    }
    assert_eq!(get(&server.admin, "/nothing").0, 404);
    assert_eq!(get(&server.address, "/trap").0, 500);
    let (_, metrics) = get(&server.admin, "/metrics");
    for line in [
        "http_server_request_duration_seconds_count{app=\"http_guest\",code=\"200\"} 2",
        "http_server_request_duration_seconds_count{app=\"http_guest\",code=\"500\"} 1",
        "wgpu_wasi_traps_total{app=\"http_guest\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let line = server.wait_for("\"request\"");
    assert!(line.contains("\"status\":200") && line.contains("\"path\":\"/count\""), "{line}");
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(3)).success());
}

#[test]
fn it_ends_when_all_is_answered() {
    let mut server = start(Guest::New, &[]);
    let address = server.address.clone();
    let asked: Vec<_> = (0..4)
        .map(|_| {
            let address = address.clone();
            thread::spawn(move || get(&address, "/sleep?700"))
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    server.signal("-TERM");
    thread::sleep(Duration::from_millis(150));
    assert_eq!(get(&server.admin, "/readyz"), (503, "stopping\n".to_owned()));
    for answer in asked {
        assert_eq!(answer.join().unwrap(), (200, "slept\n".to_owned()));
    }
    assert!(server.ended(Duration::from_secs(3)).success());
    // With a guest that hangs it does not wait for longer than it was told to.
    let mut server = start(Guest::New, &["--drain", "1"]);
    let address = server.address.clone();
    let hangs = thread::spawn(move || get(&address, "/loop"));
    thread::sleep(Duration::from_millis(300));
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(3)).success());
    let _ = hangs.join();
}

#[test]
fn the_manifest_for_kubernetes_has_its_options_and_paths() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/kubernetes.yaml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let options = manifest.lines().filter_map(|line| line.trim().strip_prefix("- --"));
    let options: Vec<_> = options.map(|option| format!("--{option}")).collect();
    assert!(options.len() > 6, "{options:?}");
    let mut with_addresses: Vec<_> = options
        .iter()
        .map(|option| match option.split_once("=0.0.0.0:") {
            Some((name, _)) => format!("{name}=127.0.0.1:0"),
            None => option.clone(),
        })
        .collect();
    with_addresses.push(Guest::New.file().to_str().unwrap().to_owned());
    let mut server = Server::start(&with_addresses.iter().map(String::as_str).collect::<Vec<_>>());
    let paths: Vec<_> = manifest.lines().filter_map(|line| line.trim().strip_prefix("path: ")).collect();
    assert_eq!(paths, ["/startz", "/readyz", "/livez"]);
    for path in paths {
        assert_eq!(get(&server.admin, path), (200, "ok\n".to_owned()), "{path}");
    }
    let seconds = |start: &str| {
        let line = manifest.lines().find_map(|line| line.trim().strip_prefix(start));
        line.unwrap().parse::<u32>().unwrap()
    };
    assert!(
        seconds("terminationGracePeriodSeconds: ") > seconds("- --drain=") + seconds("seconds: "),
        "pods would be killed in their drain"
    );
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(3)).success());
}

#[test]
fn several_components_are_read_anew() {
    let folder = place("anew");
    let (file, component) = (folder.join("serve.toml"), folder.join("a.wasm"));
    fs::copy(Guest::Old.file(), &component).unwrap();
    let toml = format!(
        "addr = '127.0.0.1:0'\nadmin-addr = '127.0.0.1:0'\nqueue = 1000\n\
         [[app]]\ncomponent = 'a.wasm'\n[[app]]\ncomponent = {:?}\npath = '/new'\n",
        Guest::New.file()
    );
    fs::write(&file, &toml).unwrap();
    let mut server = Server::start(&["--config", file.to_str().unwrap()]);
    let address = server.address.clone();
    assert_eq!(get(&address, "/"), (200, "hello of 0.2\n".to_owned()));
    assert_eq!(get(&address, "/new/x"), (200, "no such path\n".to_owned()));
    assert_eq!(get(&address, "/newer"), (200, "no such path\n".to_owned()));
    let (over, is_over) = mpsc::channel::<()>();
    let load = thread::spawn(move || {
        let mut asked = 0;
        while is_over.try_recv() == Err(mpsc::TryRecvError::Empty) {
            let (status, text) = get(&address, "/");
            assert!(status == 200 && text.starts_with("hello"), "{status} {text}");
            asked += 1;
        }
        asked
    });
    // A broken one changes nothing.
    fs::write(&component, b"broken").unwrap();
    server.signal("-HUP");
    server.wait_for("what is there stays");
    assert_eq!(get(&server.address, "/").1, "hello of 0.2\n");
    // Nor does one under another name, or one whose first answer is an error; of that, nothing is left.
    fs::write(&file, toml.replace("'a.wasm'", "'a.wasm'\nname = 'b'")).unwrap();
    server.signal("-HUP");
    server.wait_for("what is there stays");
    assert_eq!(get(&server.address, "/").1, "hello of 0.2\n");
    let threads = || fs::read_dir(format!("/proc/{}/task", server.child.id())).map_or(0, Iterator::count);
    let before = threads();
    fs::copy(Guest::New.file(), &component).unwrap();
    fs::write(&file, toml.replace("'a.wasm'", "'a.wasm'\nwarm-up = '/error'")).unwrap();
    for _ in 0..10 {
        server.signal("-HUP");
        server.wait_for("what is there stays");
    }
    assert!(threads() < before + 10, "{before} threads have become {}", threads());
    fs::write(&file, &toml).unwrap();
    fs::copy(Guest::New.file(), &component).unwrap();
    server.signal("-HUP");
    server.wait_for("read anew");
    assert_eq!(get(&server.address, "/").1, "hello\n");
    drop(over);
    let asked: f64 = load.join().map(f64::from).unwrap();
    // Those before the load, those beside it, and those in it.
    let (_, metrics) = get(&server.admin, "/metrics");
    let line = "http_server_request_duration_seconds_count{app=\"a\",code=\"200\"} ";
    let counted = metrics.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    assert_eq!(counted.parse::<f64>().unwrap(), asked + 5.0);
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(3)).success());
}

#[test]
fn what_can_not_be_served_is_told() {
    let folder = place("wrong");
    let file = folder.join("wrong.wasm");
    fs::write(&file, b"wrong").unwrap();
    let toml = folder.join("wrong.toml");
    fs::write(&toml, "instancse = 1\n[[app]]\ncomponent = 'a.wasm'").unwrap();
    let (file, toml) = (file.to_str().unwrap(), toml.to_str().unwrap());
    let told = |options: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_wgpu-wasi")).arg("serve").args(options).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (options, text) in [
        (&[&PORTS[..], &[file]].concat()[..], "not a WebAssembly component"),
        (&[&PORTS[..], &["--adapter", "pci:ffff:ff:1f.7", file]].concat()[..], "pci:ffff:ff:1f.7"),
        (&["--config", toml], "--instancse"),
    ] {
        let (status, stderr) = told(options);
        assert_eq!((status, stderr.contains(text)), (Some(125), true), "{options:?}: {stderr}");
    }
    assert_eq!(told(&[]).0, Some(2));
}
