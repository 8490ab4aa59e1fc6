//! A server of the guest's windows, and how it is asked.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::process::{PATIENCE, Process};

/// The folder of the components; builds the guest first.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = env::var_os("WGPU_WASI_GUESTS") {
            return folder.into();
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--target", "wasm32-wasip2", "-p", "wgpu-wasi-raw"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", target)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        target.join("wasm32-wasip2").join("release")
    })
}

/// Whether this machine has a GPU; without one where `CI` is set, the set-up is at fault.
pub(crate) fn has_gpu() -> bool {
    let adapters = wgpu_wasi_host::default_instance().enumerate_adapters(wgpu::Backends::all());
    let found = !pollster::block_on(adapters).is_empty();
    assert!(found || env::var_os("CI").is_none(), "this machine has no GPU adapter");
    if !found {
        eprintln!("passed over: this machine has no GPU adapter");
    }
    found
}

/// A server, which is ended with the test. One at a time: the processor draws for all.
pub(crate) struct Server {
    process: Process,
    /// The address that it has printed.
    pub(crate) url: String,
    pub(crate) address: String,
    admin: String,
    _turn: MutexGuard<'static, ()>,
}

/// The command with a component that a test has written.
pub(crate) fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
    command.args(["stream", "--admin-addr", "127.0.0.1:0"]).args(options).env_remove("RUST_LOG");
    command.env("WGPU_WASI_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("stream-cache"));
    command
}

impl Server {
    /// A server of this machine's own.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        Self::start_at("127.0.0.1:0", options)
    }

    /// Another one, when the one before has ended.
    pub(crate) fn start_after(before: Self, options: &[&str]) -> Option<Self> {
        drop(before);
        Self::start(options)
    }

    pub(crate) fn start_at(address: &str, options: &[&str]) -> Option<Self> {
        static TURN: Mutex<()> = Mutex::new(());
        if !has_gpu() {
            return None;
        }
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let component = folder().join("raw_windows.wasm");
        let mut command = command(&[&["--addr", address], options].concat());
        command.arg(component).arg("streamed").stdout(Stdio::piped());
        let mut process = Process::start(&mut command);
        let mut url = String::new();
        BufReader::new(process.child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let [address, admin] = process.addresses("administration at");
        let (url, address) = (url.trim().to_owned(), address.replace("0.0.0.0", "127.0.0.1"));
        Some(Self { process, url, address, admin, _turn: turn })
    }

    /// The status, the head and the body of an answer to a request with these lines.
    pub(crate) fn ask(&self, path: &str, lines: &[&str]) -> (u16, String, String) {
        ask(&self.address, path, lines)
    }

    /// The status of an answer of the administration to a request with these lines.
    pub(crate) fn administration(&self, lines: &[&str]) -> u16 {
        ask(&self.admin, "/metrics", lines).0
    }

    /// All metrics.
    pub(crate) fn metrics(&self) -> String {
        let (status, _, text) = ask(&self.admin, "/metrics", &["Host: localhost"]);
        assert_eq!(status, 200);
        text
    }

    /// A metric with these labels beside `app`; 0 where there is none.
    pub(crate) fn metric(&self, name: &str, labels: &str) -> u64 {
        let text = self.metrics();
        let start = format!("{name}{{app=\"raw_windows\"{labels}}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&start));
        value.map_or(0, |value| value.parse().unwrap())
    }

    /// Waits until a metric is as it is to be.
    pub(crate) fn wait_until(&self, name: &str, is: impl Fn(u64) -> bool) {
        let start = Instant::now();
        while !is(self.metric(name, "")) {
            let value = self.metric(name, "");
            assert!(start.elapsed() < PATIENCE, "{name} is {value}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The most memory that the process has had, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
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

/// Asks for `path`; status 0 is that of no answer.
fn ask(address: &str, path: &str, lines: &[&str]) -> (u16, String, String) {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n{}\r\n\r\n", lines.join("\r\n"))?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = ask().unwrap_or_default();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    (status, head.to_lowercase(), body.to_owned())
}
