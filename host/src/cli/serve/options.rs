//! The options of a server, and those of a component that it serves.

use std::{net::SocketAddr, path::Path, time::Duration};

use bytesize::ByteSize;
use clap::{Args, ValueEnum, builder::RangedU64ValueParser};

use super::{outgoing::Client, output::Output};
use crate::{
    cli::{access::Access, options::parse_seconds},
    http::{AllowedHost, HandlerOptions, OnDisconnect},
    runtime::Runtime,
};

/// A number of things without which nothing would be answered.
fn at_least_one() -> RangedU64ValueParser<usize> {
    /// More instances, or anything else, than any machine has room for.
    const MOST: u64 = 10_000;
    RangedU64ValueParser::new().range(1..=MOST)
}

/// The options of the server.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ServerOptions {
    /// Where requests are answered
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(in crate::cli) addr: SocketAddr,

    /// Where `/livez`, `/readyz`, `/startz` and `/metrics` are
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9090")]
    pub(in crate::cli) admin_addr: SocketAddr,

    /// Connections at a time
    #[arg(long, value_name = "N", value_parser = at_least_one(), default_value = "1000")]
    pub(in crate::cli) max_connections: usize,

    /// How long the requests that are there may take after SIGTERM
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "30")]
    pub(in crate::cli) drain: Duration,

    /// How the log is written, with a line for each request
    #[arg(long, value_enum, default_value_t = Log::Text)]
    pub(in crate::cli) log: Log,

    /// Ends the process with status 125 when an instance has lost its device
    #[arg(long)]
    pub(in crate::cli) exit_on_gpu_loss: bool,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Log {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// What becomes of the work for a client that has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Disconnect {
    /// It is finished.
    Finish,
    /// The instance is ended.
    Stop,
}

/// The options of one component.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Component")]
pub(super) struct AppOptions {
    /// The most instances at a time: all together may use this many times the quotas
    #[arg(long, value_name = "N", value_parser = at_least_one(), default_value = "2")]
    instances: usize,

    /// Instances that stay when there is nothing to do
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) keep: usize,

    /// How long the others stay
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "60")]
    idle: Duration,

    /// Requests that an instance answers, one after the other; with 1, each has a fresh sandbox
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..), default_value = "1000")]
    reuse: usize,

    /// Requests that an instance answers at a time (only wasi:http 0.3)
    #[arg(long, value_name = "N", value_parser = at_least_one(), default_value = "1")]
    concurrency: usize,

    /// Requests that may wait for an instance, by default four for each; others are refused with 503
    #[arg(long, value_name = "N")]
    queue: Option<usize>,

    /// How long a request may wait for an instance; then it is refused with 503
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "5")]
    queue_timeout: Duration,

    /// How long the component may take until the head of its response; then the answer is 504
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "60")]
    timeout: Duration,

    /// How long a response's body may stand still, by the component or by the client
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "30")]
    stall_timeout: Duration,

    /// How long a request's body may stand still; then it breaks off, and the answer is 408
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "30")]
    upload_timeout: Duration,

    /// The size of a request's body; a larger one is refused with 413
    #[arg(long, value_name = "SIZE", default_value = "64MB")]
    max_body: ByteSize,

    /// What is taken in of a request that says its size before an instance is, so that a slow client keeps none
    #[arg(long, value_name = "SIZE", default_value = "1MB")]
    request_buffer: ByteSize,

    /// What is kept of a response for a client that reads slowly, so that the instance is free before
    #[arg(long, value_name = "SIZE", default_value = "1MB")]
    response_buffer: ByteSize,

    /// What is kept of all requests and responses; beyond it, instances wait for their clients
    #[arg(long, value_name = "SIZE", default_value = "64MB")]
    buffer_memory: ByteSize,

    /// What becomes of the work for a client that has gone
    #[arg(long, value_enum, default_value_t = Disconnect::Finish)]
    on_disconnect: Disconnect,

    /// Sends a GET of this path to each instance that is kept, before the server says that it is ready
    #[arg(long, value_name = "PATH")]
    pub(super) warm_up: Option<String>,

    /// Lets the component send requests to this name, in plain HTTP; several times for several names. All others are
    /// denied
    #[arg(long, value_name = "HOST[:PORT]")]
    allow_http: Vec<AllowedHost>,

    // The last, for its quotas have a heading of their own.
    #[command(flatten)]
    access: Access,
}

impl AppOptions {
    /// A runtime for the component.
    pub(super) fn runtime(&self) -> wasmtime::Result<Runtime> {
        Runtime::new(&self.access.runtime().interruptible(true))
    }

    /// The options of the handler of the component in the file `component`, which is called `name`.
    pub(super) fn handler(&self, name: &str, component: &Path) -> wasmtime::Result<HandlerOptions> {
        let adapter = self.access.adapter()?;
        // What is wrong with the folders is told here; each instance opens them for itself.
        self.access.wasi(component, &[])?;
        let (gpu, wasi) = (self.access.clone(), self.access.clone());
        let (name, component) = (name.to_owned(), component.to_owned());
        let mut options = HandlerOptions::default()
            .instances(self.instances)
            .keep(self.keep)
            .idle(self.idle)
            .reuse(self.reuse)
            .concurrency(self.concurrency)
            .queue_timeout(self.queue_timeout)
            .timeout(self.timeout)
            .stall_timeout(self.stall_timeout)
            .upload_timeout(self.upload_timeout)
            .max_body(self.max_body.as_u64())
            .request_buffer(self.request_buffer.as_u64())
            .response_buffer(bytes(self.response_buffer))
            .buffer_memory(bytes(self.buffer_memory))
            .allow_http(self.allow_http.iter().cloned(), Client)
            .on_disconnect(match self.on_disconnect {
                Disconnect::Finish => OnDisconnect::Finish,
                Disconnect::Stop => OnDisconnect::Stop,
            })
            .gpu(move || gpu.gpu(adapter.clone()))
            .wasi(move |instance| {
                let mut wasi = wasi.wasi(&component, &[]).unwrap_or_else(|error| {
                    tracing::error!(app = name, instance, "the instance has no folders: {error:#}");
                    wasmtime_wasi::WasiCtx::builder()
                });
                wasi.stdout(Output::new(&name, instance)).stderr(Output::new(&name, instance));
                wasi
            });
        options.queue = self.queue;
        Ok(options)
    }
}

fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}
