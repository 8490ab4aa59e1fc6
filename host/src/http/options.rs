//! How a handler answers.

use std::{fmt, sync::Arc, time::Duration};

use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use super::{
    Handler,
    metrics::Metrics,
    outgoing::{AllowedHost, Outgoing, SendRequest},
};
use crate::{WebGpuCtx, WebGpuCtxBuilder};

/// What becomes of the work for a client that has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDisconnect {
    /// It is finished, and the instance takes the next request: what it has loaded stays.
    #[default]
    Finish,
    /// The instance is ended, and with it what it has loaded.
    Stop,
}

/// How a [`Handler`](super::Handler) answers, and what its guests may use.
#[derive(Clone)]
#[non_exhaustive]
pub struct HandlerOptions {
    /// See [`Self::instances`].
    pub instances: usize,
    /// See [`Self::keep`].
    pub keep: usize,
    /// See [`Self::idle`].
    pub idle: Duration,
    /// See [`Self::reuse`].
    pub reuse: usize,
    /// See [`Self::concurrency`].
    pub concurrency: usize,
    /// See [`Self::queue`].
    pub queue: Option<usize>,
    /// See [`Self::queue_timeout`].
    pub queue_timeout: Duration,
    /// See [`Self::timeout`].
    pub timeout: Duration,
    /// See [`Self::stall_timeout`].
    pub stall_timeout: Duration,
    /// See [`Self::upload_timeout`].
    pub upload_timeout: Duration,
    /// See [`Self::max_body`].
    pub max_body: u64,
    /// See [`Self::request_buffer`].
    pub request_buffer: u64,
    /// See [`Self::response_buffer`].
    pub response_buffer: usize,
    /// See [`Self::buffer_memory`].
    pub buffer_memory: usize,
    /// See [`Self::on_disconnect`].
    pub on_disconnect: OnDisconnect,
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) counts: Option<Arc<Metrics>>,
    pub(super) gpu: Arc<dyn Fn() -> WebGpuCtxBuilder + Send + Sync>,
    pub(super) wasi: Arc<dyn Fn(u64) -> WasiCtxBuilder + Send + Sync>,
}

impl Default for HandlerOptions {
    fn default() -> Self {
        Self {
            instances: 2,
            keep: 1,
            idle: Duration::from_secs(60),
            reuse: 1000,
            concurrency: 1,
            queue: None,
            queue_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(30),
            upload_timeout: Duration::from_secs(30),
            max_body: 64_000_000,
            request_buffer: 1_000_000,
            response_buffer: 1_000_000,
            buffer_memory: 64_000_000,
            on_disconnect: OnDisconnect::default(),
            outgoing: Arc::default(),
            counts: None,
            gpu: Arc::new(WebGpuCtx::builder),
            wasi: Arc::new(|_| WasiCtx::builder()),
        }
    }
}

impl fmt::Debug for HandlerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerOptions")
            .field("instances", &self.instances)
            .field("reuse", &self.reuse)
            .field("concurrency", &self.concurrency)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl HandlerOptions {
    /// The most instances at a time; 2 by default.
    #[must_use]
    pub fn instances(mut self, instances: usize) -> Self {
        self.instances = instances;
        self
    }

    /// Instances that stay when there is nothing to do; 1 by default.
    #[must_use]
    pub fn keep(mut self, keep: usize) -> Self {
        self.keep = keep;
        self
    }

    /// How long the others stay; a minute by default.
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Requests that one instance answers, one after the other; 1000 by default. With 1, each request has a fresh
    /// sandbox, and the quotas of a guest are those of a request.
    #[must_use]
    pub fn reuse(mut self, requests: usize) -> Self {
        self.reuse = requests;
        self
    }

    /// Requests that one instance answers at a time; 1 by default, and always for guests of 0.2. More only helps guests
    /// that await streams: one that waits for the GPU keeps the others waiting.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    /// Requests that may wait for an instance; four for each instance by default.
    #[must_use]
    pub fn queue(mut self, requests: usize) -> Self {
        self.queue = Some(requests);
        self
    }

    /// How long a request may wait for an instance; 5 seconds by default.
    #[must_use]
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.queue_timeout = timeout;
        self
    }

    /// How long a guest may take until the head of its response; a minute by default. For guests of 0.2 it is also
    /// when the last wait for the GPU ends, that of a body too.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long the body of a response may stand still, be it the guest or the client that does not go on; 30 seconds by
    /// default. What is kept for a client that does not read is let go of after that, too.
    #[must_use]
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = timeout;
        self
    }

    /// How long the body of a request may stand still while it is waited for; 30 seconds by default. Then it breaks off
    /// for the guest, and the answer is 408. It also breaks off a little before [`Self::timeout`].
    #[must_use]
    pub fn upload_timeout(mut self, timeout: Duration) -> Self {
        self.upload_timeout = timeout;
        self
    }

    /// Bytes that the body of a request may have; 64 MB by default.
    #[must_use]
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.max_body = bytes;
        self
    }

    /// Bytes of a request's body that are taken in before an instance is, so that a slow client keeps none; 1 MB by
    /// default. It is for bodies that say their size: one that does not may wait for an answer before it goes on.
    #[must_use]
    pub fn request_buffer(mut self, bytes: u64) -> Self {
        self.request_buffer = bytes;
        self
    }

    /// Bytes of a response's body that are kept for a client that reads slowly, so that the instance is free before; 1 MB
    /// by default.
    #[must_use]
    pub fn response_buffer(mut self, bytes: usize) -> Self {
        self.response_buffer = bytes;
        self
    }

    /// Bytes of requests and responses that are kept, all together; 64 MB by default. Where there is no room, an instance
    /// waits for its client, as for a response that is larger than [`Self::response_buffer`].
    #[must_use]
    pub fn buffer_memory(mut self, bytes: usize) -> Self {
        self.buffer_memory = bytes;
        self
    }

    /// Lets guests send requests to these names, and nowhere else; `send` sends them. They may send none by default.
    #[must_use]
    pub fn allow_http(
        mut self,
        hosts: impl IntoIterator<Item = AllowedHost>,
        send: impl SendRequest,
    ) -> Self {
        self.outgoing = Arc::new(Outgoing::new(hosts, send));
        self
    }

    /// What becomes of the work for a client that has gone.
    #[must_use]
    pub fn on_disconnect(mut self, what: OnDisconnect) -> Self {
        self.on_disconnect = what;
        self
    }

    /// Counts on where another handler is, which this one takes the place of: for [`prometheus`](super::prometheus).
    #[must_use]
    pub fn counts_on(mut self, other: &Handler) -> Self {
        self.counts = Some(other.counts());
        self
    }

    /// Makes what an instance may use of the GPU. The handler sets how waits are served.
    #[must_use]
    pub fn gpu(mut self, gpu: impl Fn() -> WebGpuCtxBuilder + Send + Sync + 'static) -> Self {
        self.gpu = Arc::new(gpu);
        self
    }

    /// Makes what an instance may use of the system, by its number, which counts from 0; nothing by default. What it
    /// prints goes nowhere then.
    #[must_use]
    pub fn wasi(mut self, wasi: impl Fn(u64) -> WasiCtxBuilder + Send + Sync + 'static) -> Self {
        self.wasi = Arc::new(wasi);
        self
    }

    /// The same without values that make no sense: there is always an instance, and room for a request in it.
    pub(super) fn checked(mut self) -> Self {
        self.instances = self.instances.clamp(1, MOST);
        self.reuse = self.reuse.max(1);
        self.concurrency = self.concurrency.clamp(1, MOST);
        for time in [
            &mut self.idle,
            &mut self.queue_timeout,
            &mut self.timeout,
            &mut self.stall_timeout,
            &mut self.upload_timeout,
        ] {
            *time = (*time).min(LONGEST);
        }
        self
    }

    /// Requests that may wait.
    pub(super) fn most_waiting(&self) -> usize {
        self.queue.unwrap_or(self.instances.saturating_mul(4))
    }
}

/// Longer than any server is there: what is beyond it has no place on the clock.
const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// More instances, or requests in one, than any machine has room for.
const MOST: usize = 10_000;
