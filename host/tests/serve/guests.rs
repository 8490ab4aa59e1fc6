//! The guests, and how they are asked.

use std::{
    env, fs,
    future::Future,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use wasmtime::component::Component;
use wgpu_wasi_host::{
    command::{Runtime, RuntimeOptions},
    http::{Body, Handler, HandlerOptions},
};

/// A guest of `tests/guests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guest {
    /// Of wasi:http 0.3, with a GPU.
    New,
    /// Of wasi:http 0.2.
    Old,
}

impl Guest {
    /// Its file; it is built before.
    pub(crate) fn file(self) -> PathBuf {
        folder().join(match self {
            Self::New => "http_guest.wasm",
            Self::Old => "http_p2_guest.wasm",
        })
    }

    /// The guest, compiled once.
    fn component(self) -> &'static Component {
        static COMPONENTS: [OnceLock<Component>; 2] = [const { OnceLock::new() }; 2];
        let cell = &COMPONENTS[usize::from(self == Self::Old)];
        cell.get_or_init(|| runtime().compile(&fs::read(self.file()).unwrap()).unwrap())
    }

    pub(crate) fn handler(self, options: HandlerOptions) -> Handler {
        Handler::new(runtime(), self.component(), options).unwrap()
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let cache = target_folder().join("tmp").join("components");
        Runtime::new(&RuntimeOptions::default().interruptible(true).cache(cache)).unwrap()
    })
}

fn target_folder() -> PathBuf {
    // This program is `TARGET/PROFILE/deps/NAME`.
    env::current_exe().unwrap().ancestors().nth(3).unwrap().to_path_buf()
}

/// Where the guests are; builds them first, apart from the others, whose features they must not have.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = env::var_os("WGPU_WASI_GUESTS") {
            return folder.into();
        }
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--target", "wasm32-wasip2"])
            .args(["-p", "wgpu-wasi-http", "-p", "wgpu-wasi-http-p2"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", target_folder())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        target_folder().join("wasm32-wasip2").join("release")
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

/// Runs a test in an async runtime of several threads.
pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(300), test).await });
    runtime.shutdown_timeout(Duration::from_secs(1));
    result.expect("the test comes to an end")
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = tokio::time::Instant::now() + Duration::from_secs(100);
    while !is_so() {
        assert!(tokio::time::Instant::now() < end, "{what} in time");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Asks for `path`.
pub(crate) async fn get(handler: &Handler, path: &str) -> Response<Body> {
    post(handler, path, Bytes::new()).await
}

/// Sends `body` to `path`.
pub(crate) async fn post(handler: &Handler, path: &str, body: impl Into<Bytes>) -> Response<Body> {
    handler.handle(Request::post(path).body(Full::new(body.into())).unwrap()).await
}

/// The status and the text of an answer.
pub(crate) async fn text(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Asks for `path`, for the status and the text.
pub(crate) async fn ask(handler: &Handler, path: &str) -> (StatusCode, String) {
    text(get(handler, path).await).await
}

/// The value of a metric with these labels beside `app`; 0 where there is none.
pub(crate) fn metric(handler: &Handler, name: &str, labels: &str) -> f64 {
    let text = wgpu_wasi_host::http::prometheus([("test", handler)]);
    let start = format!("{name}{{app=\"test\"{labels}}} ");
    let value = text.lines().find_map(|line| line.strip_prefix(&start));
    value.map_or(0.0, |value| value.parse().unwrap())
}
