//! `wgpu-wasi serve`, as people start it.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use crate::{
    guests::{Guest, has_gpu},
    process::{Process, check_metrics},
};

/// A folder for one test.
fn place(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A server, which is ended with the test.
struct Server {
    process: Process,
    address: String,
    admin: String,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let mut server = Self::begin(options);
        [server.address, server.admin] = server.addresses("serving at");
        server
    }

    /// One that may not have started yet.
    fn begin(options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
        command.arg("serve").args(options).env_remove("RUST_LOG");
        command.env("WGPU_WASI_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-cache"));
        let process = Process::start(&mut command);
        Self { process, address: String::new(), admin: String::new() }
    }
}

impl Deref for Server {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// The status and the body of an answer; 0 where there is none.
fn get(address: &str, path: &str) -> (u16, String) {
    send(address, &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))
}

/// The same of any request after which the server closes the connection.
fn send(address: &str, request: &str) -> (u16, String) {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(100)))?;
        stream.write_all(request.as_bytes())?;
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
    // The instance ends, and is counted, after the answer that it could not give.
    let trapped = "wgpu_wasi_traps_total{app=\"http_guest\"} 1";
    let counted = || Some(get(&server.admin, "/metrics").1).filter(|metrics| metrics.contains(trapped));
    let metrics = (0..100).find_map(|_| {
        counted().or_else(|| {
            thread::sleep(Duration::from_millis(100));
            None
        })
    });
    let metrics = metrics.expect("the trap is counted within ten seconds");
    check_metrics(&metrics);
    for line in [
        "http_server_request_duration_seconds_count{app=\"http_guest\",code=\"200\"} 2",
        "http_server_request_duration_seconds_count{app=\"http_guest\",code=\"500\"} 1",
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
    // With a guest that hangs, or whose GPU does, it does not wait for longer than it was told to.
    let hangs: &[_] = if has_gpu() { &["/loop", "/spin?20000"] } else { &["/loop"] };
    for path in hangs {
        let mut server = start(Guest::New, &["--drain", "1"]);
        let address = server.address.clone();
        let hangs = thread::spawn(move || get(&address, path));
        thread::sleep(Duration::from_millis(700));
        server.signal("-TERM");
        assert!(server.ended(Duration::from_secs(3)).success(), "{path}");
        let _ = hangs.join();
    }
}

#[test]
fn an_end_under_load_loses_no_request_that_was_taken() {
    let mut server = start(Guest::New, &["--queue", "1000"]);
    let told = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..8)
        .map(|client| {
            let (address, told) = (server.address.clone(), Arc::clone(&told));
            // Some are answered at once, and some are on their way when the end comes.
            let (path, right) = if client < 4 { ("/", "hello\n") } else { ("/sleep?30", "slept\n") };
            thread::spawn(move || {
                let mut answered = 0;
                loop {
                    match get(&address, path) {
                        (200, text) if text == right => answered += 1,
                        // Nobody took the connection.
                        (0, _) if told.load(Ordering::SeqCst) => return answered,
                        other => panic!("{path}: {other:?} after {answered} answers"),
                    }
                }
            })
        })
        .collect();
    thread::sleep(Duration::from_secs(1));
    told.store(true, Ordering::SeqCst);
    server.signal("-TERM");
    let answered: usize = load.into_iter().map(|client| client.join().unwrap()).sum();
    assert!(server.ended(Duration::from_secs(5)).success());
    let log: Vec<_> = server.log.iter().collect();
    let taken = log.iter().filter(|line| line.contains(" request ")).count();
    assert!(log.iter().all(|line| !line.contains(" request ") || line.contains("status=200")), "{log:?}");
    assert_eq!(answered, taken, "each that the server has taken was answered to the client");
    assert!(answered > 8, "{answered}");
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
fn an_end_is_heard_at_any_time() {
    // While it starts: the component takes its time to warm up.
    let file = Guest::New.file();
    let options = ["--warm-up", "/sleep?60000", file.to_str().unwrap()];
    let mut server = Server::begin(&[&PORTS[..], &options].concat());
    let line = server.wait_for("starting");
    let admin = line.rsplit("http://").next().unwrap().trim();
    assert_eq!(get(admin, "/startz"), (503, "starting\n".to_owned()));
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(5)).success());
    // While it reads anew.
    let file = place("heard").join("serve.toml");
    let toml = format!(
        "addr = '127.0.0.1:0'\nadmin-addr = '127.0.0.1:0'\n[[app]]\ncomponent = {:?}\n",
        Guest::New.file()
    );
    fs::write(&file, &toml).unwrap();
    let mut server = Server::start(&["--config", file.to_str().unwrap()]);
    fs::write(&file, toml + "warm-up = '/sleep?60000'\n").unwrap();
    server.signal("-HUP");
    server.wait_for("reading anew");
    assert_eq!(get(&server.address, "/").1, "hello\n");
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(5)).success());
}

#[test]
fn connections_without_a_request_keep_it_from_nothing() {
    let mut server = start(Guest::New, &["--drain", "60"]);
    let connect = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    };
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    let silent = connect(b"");
    let half = connect(b"GET / HTTP/1.1\r\nHost: te");
    let second = connect(&[&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], settings].concat());
    let mut kept = connect(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    let mut answer = [0; 15];
    kept.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    // What came before was taken before.
    assert_eq!(get(&server.address, "/").0, 200);
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(5)).success());
    drop((silent, half, second, kept));
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let server = start(Guest::New, &["--stall-timeout", "1", "--max-connections", "1"]);
    let mut unread = TcpStream::connect(&server.address).unwrap();
    write!(unread, "GET /bytes?50000000 HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let mut answer = [0; 15];
    unread.read_exact(&mut answer).unwrap();
    // There is room for one connection.
    assert_eq!(get(&server.address, "/").1, "hello\n");
}

#[test]
fn requests_for_nobody_are_refused() {
    let server = start(Guest::New, &[]);
    let refused = |request: &str| send(&server.address, &format!("{request}Connection: close\r\n\r\n")).0;
    assert_eq!(refused("GET / HTTP/1.1\r\nHost: a\r\n"), 200);
    assert_eq!(refused("GET / HTTP/1.1\r\n"), 400);
    assert_eq!(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n"), 400);
    assert_eq!(refused("GET / HTTP/1.1\r\nHost: a@b\r\n"), 400);
    assert_eq!(refused("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n"), 501);
}

#[test]
fn the_administration_answers_to_its_own_names() {
    let server = start(Guest::New, &[]);
    let ask = |host: &str| send(&server.admin, &format!("GET /metrics HTTP/1.0\r\n{host}\r\n")).0;
    let port = server.admin.rsplit(':').next().unwrap();
    for host in ["", "Host: localhost\r\n", &format!("Host: 127.0.0.1:{port}\r\n")] {
        assert_eq!(ask(host), 200, "{host}");
    }
    // A name that somebody has pointed here; the server itself may have any.
    let host = format!("Host: evil.example:{port}\r\n");
    assert_eq!(ask(&host), 421);
    assert_eq!(send(&server.address, &format!("GET / HTTP/1.0\r\n{host}\r\n")).0, 200);
}

#[test]
fn requests_go_out_to_names_that_were_allowed() {
    let others = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = others.local_addr().unwrap().port();
    let (asked, heads) = mpsc::channel();
    thread::spawn(move || {
        for stream in others.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            let _ = asked.send(head.join("\n"));
            let _ = write!(stream, "HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n");
        }
    });
    for guest in [Guest::New, Guest::Old] {
        let allowed = format!("127.0.0.1:{port}");
        let server = start(guest, &["--allow-http", &allowed, "--allow-http", "example.org"]);
        let (status, text) = get(&server.address, &format!("/out?{port}"));
        assert_eq!((status, text.as_str()), (200, "answered: 418\n"), "{guest:?}");
        let head = heads.recv_timeout(Duration::from_secs(10)).unwrap().to_lowercase();
        assert!(head.starts_with("get / http/1.1\n") && head.contains(&format!("host: {allowed}")), "{head}");
        let denied = get(&server.address, "/out?1").1;
        assert!(denied.contains("HttpRequestDenied"), "{guest:?}: {denied}");
    }
    assert!(heads.try_recv().is_err(), "there were as many requests as were allowed");
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
    let over = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (address, over) = (address.clone(), Arc::clone(&over));
            thread::spawn(move || {
                let mut asked = 0;
                while !over.load(Ordering::SeqCst) {
                    let (status, text) = get(&address, "/");
                    assert!(status == 200 && text.starts_with("hello"), "{status} {text}");
                    asked += 1;
                }
                asked
            })
        })
        .collect();
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
    over.store(true, Ordering::SeqCst);
    let asked: f64 = load.into_iter().map(|client| client.join().map(f64::from).unwrap()).sum();
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
    let later = folder.join("later.toml");
    let ports = "addr = '127.0.0.1:0'\nadmin-addr = '127.0.0.1:0'\n";
    let app = "[[app]]\ncomponent = 'wrong.wasm'\nname = 'a'\ndir = 'nowhere'\n";
    fs::write(&later, format!("{ports}{app}")).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let listens = folder.join("listens.toml");
    fs::write(&listens, format!("addr = '{address}'\nadmin-addr = '127.0.0.1:0'\n{app}")).unwrap();
    let [file, toml, later, listens] = [&file, &toml, &later, &listens].map(|file| file.to_str().unwrap());
    let told = |options: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_wgpu-wasi")).arg("serve").args(options).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (options, text) in [
        (&[&PORTS[..], &[file]].concat()[..], "not a WebAssembly component"),
        (&[&PORTS[..], &["--adapter", "pci:ffff:ff:1f.7", file]].concat()[..], "pci:ffff:ff:1f.7"),
        (&[&PORTS[..], &["--adapter", "pci:zz", file]].concat()[..], "no address of the PCI bus"),
        (&["--config", toml], "there is no `instancse`; there is `instances`"),
        (&["--config", later], "can't serve \"a\", "),
        (&["--config", later], "nowhere (`dir`)"),
        (&["--config", listens], "(`addr`)"),
        (&[&PORTS[..], &["--dir", "nowhere", file]].concat(), "nowhere (--dir)"),
    ] {
        let (status, stderr) = told(options);
        assert_eq!((status, stderr.contains(text)), (Some(125), true), "{options:?}: {stderr}");
    }
    for (options, text) in [
        (&[][..], "APP.WASM"),
        (&["--timeout", "1e19", file], "write no more than"),
        (&["--instances", "0", file], "0 is not in 1..=10000"),
        (&["--allow-http", "http://a", file], "is no name of a host"),
    ] {
        let (status, stderr) = told(options);
        assert_eq!((status, stderr.contains(text)), (Some(2), true), "{options:?}: {stderr}");
    }
}
