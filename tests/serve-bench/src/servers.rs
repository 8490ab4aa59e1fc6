//! Servers to compare with, in the same hyper: one that has its answer, the same programs natively, and the worker pool
//! of wasmtime-wasi-http without what `wgpu-wasi serve` puts around it.

use std::{
    cell::OnceCell,
    fs,
    net::Ipv4Addr,
    path::PathBuf,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Instant,
};

use bytes::Bytes;
use clap::Subcommand;
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use serve_kit::Query;
use tokio::{net::TcpListener, sync::oneshot};
use wasmtime::{
    Store, StoreContextMut,
    component::{GuestTaskId, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
    handler::{
        HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState,
        WorkerStatus,
    },
    p2, p3,
};
use wgpu_wasi_host::{
    WebGpuCtx, WebGpuCtxView, WebGpuView,
    command::{Runtime, RuntimeOptions},
};

use crate::{
    develop::{Developer, Settings},
    gpu,
};

/// What answers.
#[derive(Debug, Subcommand)]
pub(crate) enum Kind {
    /// A file, whatever is asked: as fast as hyper and the load generator are
    Constant { answer: PathBuf },
    /// Twice the numbers that were sent, from the GPU
    Double,
    /// The same, with a device and a pipeline for each request
    Afresh,
    /// The photograph that was sent, developed by the example `serve-filter`
    Filter,
    /// A component of wasi:http 0.3, by wasmtime-wasi-http alone
    Bare { component: PathBuf },
}

#[derive(Clone)]
enum Service {
    Constant(Bytes),
    Double,
    Afresh,
    Filter,
    Bare(ProxyHandler<Workers>),
}

/// Answers requests, and says where, as `wgpu-wasi serve` does.
pub(crate) async fn run(kind: Kind) -> anyhow::Result<()> {
    let service = match kind {
        Kind::Constant { answer } => Service::Constant(fs::read(answer)?.into()),
        Kind::Double => Service::Double,
        Kind::Afresh => Service::Afresh,
        Kind::Filter => Service::Filter,
        Kind::Bare { component } => {
            Service::Bare(ProxyHandler::new(Workers::new(&fs::read(component)?).map_err(told)?))
        }
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    eprintln!("serving at http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| service.clone().answer(request));
            let builder = Builder::new(TokioExecutor::new());
            // Clients may go as they like.
            let _ = builder.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

impl Service {
    async fn answer(self, request: http::Request<Incoming>) -> anyhow::Result<http::Response<WasiBody>> {
        if let Self::Bare(proxy) = self {
            let request = request.map(|body| body.map_err(Error::from).boxed_unsync());
            return proxy.handle((), request).await.map_err(told);
        }
        let query = Query::new(request.uri().path_and_query().map_or("/", |path| path.as_str()));
        let body = request.into_body().collect().await?.to_bytes();
        let answer = match self {
            Self::Constant(answer) => answer,
            Self::Double => gpu::double(&body).into(),
            Self::Afresh => afresh(body).await?.into(),
            _ => develop(&body, &query)?.into(),
        };
        Ok(http::Response::new(Full::new(answer).map_err(Error::from).boxed_unsync()))
    }
}

/// Opens the GPU for this request alone: what is kept is a thread's, and this one has no other request.
async fn afresh(numbers: Bytes) -> anyhow::Result<Vec<u8>> {
    let (done, doubled) = oneshot::channel();
    std::thread::Builder::new().name("one request".to_owned()).spawn(move || {
        // The client may have gone.
        let _ = done.send(gpu::double(&numbers));
    })?;
    Ok(doubled.await?)
}

/// An error of wasmtime is no `std::error::Error`.
fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

fn develop(file: &[u8], query: &Query) -> anyhow::Result<Vec<u8>> {
    thread_local! {
        static DEVELOPER: OnceCell<Developer> = const { OnceCell::new() };
    }
    DEVELOPER.with(|cell| {
        if cell.get().is_none() {
            // Natively wgpu's futures are ready ones.
            let mut opens = pin!(Developer::new());
            let Poll::Ready(developer) = opens.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
                anyhow::bail!("the GPU is not open at once");
            };
            let _ = cell.set(developer?);
        }
        let developer = cell.get().expect("it was set");
        Ok(developer.file(file, &Settings::new(query)?)?.1)
    })
}

/// Begins instances, as many as there are requests at a time.
struct Workers {
    runtime: Runtime,
    pre: ProxyPre<State>,
}

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Denied,
    gpu: WebGpuCtx,
    table: ResourceTable,
}

impl Workers {
    fn new(wasm: &[u8]) -> wasmtime::Result<Self> {
        let runtime = Runtime::new(&RuntimeOptions::default())?;
        let mut linker = Linker::new(runtime.engine());
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        p2::add_only_http_to_linker_async(&mut linker)?;
        p3::add_to_linker(&mut linker)?;
        wgpu_wasi_host::add_to_linker(&mut linker)?;
        let pre = p3::bindings::ServicePre::new(linker.instantiate_pre(&runtime.compile(wasm)?)?)?;
        Ok(Self { runtime, pre: ProxyPre::P3(pre) })
    }
}

impl HandlerState for Workers {
    type StoreData = State;
    type WorkerExpiration = Never;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Never, Worker>> {
        let (wasi, http, gpu) =
            (WasiCtx::builder().build(), WasiHttpCtx::new(), WebGpuCtx::builder().build());
        let state = State { wasi, http, hooks: Denied, gpu, table: ResourceTable::new() };
        let mut store = Store::new(self.runtime.engine(), state);
        let proxy = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance { store, proxy, view: State::http, expiration: Never, state: Worker })
    }
}

struct Worker;

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    /// As `wgpu-wasi serve` does by default.
    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        match (concurrent, total) {
            (_, 1000..) => ShouldAccept::Never,
            (0, _) => ShouldAccept::Yes,
            _ => ShouldAccept::No,
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(std::future::pending())
    }

    fn drop(&self, _: Store<State>, _: Result<(), wasmtime::Error>) {}
}

/// Instances stay until they have answered as many requests as they may.
struct Never;

impl WorkerExpiration for Never {
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>, _: WorkerStatus, _: Instant) -> Poll<()> {
        Poll::Pending
    }
}

struct Denied;

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Denied {
    fn send_request(
        &mut self,
        _: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Io,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Io), Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WebGpuView for State {
    fn webgpu(&mut self) -> WebGpuCtxView<'_> {
        WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}
