//! Answers requests with the instances of a component.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as HttpBody;
use http_body_util::BodyExt;
use thiserror::Error;
use tokio::sync::oneshot;
use wasmtime::{Trap, component::Component};
use wasmtime_wasi_http::{
    WasiBody,
    handler::{ExpirationError, InstantiationError, ProxyHandler, ProxyPre, TrapOrPanicError},
    p2, p3,
};

use super::{
    body::{Body, Filled},
    buffers::Buffers,
    gate::{Gate, Refused, Ticket},
    instance::{Job, Taken},
    metrics::Metrics,
    options::{HandlerOptions, OnDisconnect},
    pool::{self, NoPlace, Pool, Workers},
    upload::{BoxError, Fault, Told, Upload},
};
use crate::runtime::{Runtime, WASI_PACKAGES, has_wasi};

/// How much later than its guest's time is up a request is answered at the latest.
const LATE: Duration = Duration::from_millis(100);

/// The most of its time that a guest has left when a request's body did not come whole: to answer, and not to be ended.
const MOST_LEFT: Duration = Duration::from_secs(1);

/// Between two tries to get an instance that is about to be free.
const FIRST_PAUSE: Duration = Duration::from_micros(200);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Why a component can't answer requests.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotAHandler {
    /// It exports no handler.
    #[error(
        "the component answers no HTTP requests: it exports neither `wasi:http/handler@0.3` nor \
         `wasi:http/incoming-handler@0.2`{}", if *.0 { "; it is a program, for `wgpu-wasi run`" } else { "" }
    )]
    NoExport(
        /// Whether it is a program with a `main`.
        bool,
    ),
    /// It imports what there is not.
    #[error("the component imports what is not offered to one that answers requests: {}", .0.join(", "))]
    Imports(
        /// The interfaces.
        Vec<String>,
    ),
}

/// How [`Handler::drain`] has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Whether all requests were answered in time.
    pub answered: bool,
    /// Whether all instances are gone. One whose GPU does not finish is not.
    pub empty: bool,
}

/// Is in the [extensions](http::Response::extensions) of a response that is not the component's: why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unanswered {
    /// The reason, as the metrics have it: `full`, `queue_timeout`, `draining`, `body` (too large), `upload_timeout`,
    /// `upload` (broken off), `connect`, `timeout`, `trap`, `error` (of the component's own), `start`.
    pub reason: &'static str,
}

/// Answers HTTP requests with the instances of a component; a service of tower's. Clones are the same handler.
#[derive(Clone)]
pub struct Handler(Arc<Inner>);

struct Inner {
    proxy: ProxyHandler<Workers>,
    pool: Arc<Pool>,
    gate: Gate,
    buffers: Arc<Buffers>,
    metrics: Arc<Metrics>,
    requests: AtomicU64,
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").field("options", self.0.pool.options()).finish_non_exhaustive()
    }
}

/// Why there is no response of the guest's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Refused(Refused),
    /// The request's body is at fault.
    Upload(Fault),
    /// It asks for a tunnel.
    Connect,
    Timeout,
    Trap,
    /// The guest has said that it failed.
    Guest,
    /// No instance begins.
    Start,
}

impl Failure {
    /// The status, and the reason as metrics have it.
    fn told(self) -> (StatusCode, &'static str) {
        match self {
            Self::Refused(Refused::Full) => (StatusCode::SERVICE_UNAVAILABLE, "full"),
            Self::Refused(Refused::Late) => (StatusCode::SERVICE_UNAVAILABLE, "queue_timeout"),
            Self::Refused(Refused::Draining) => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
            Self::Upload(Fault::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "body"),
            Self::Upload(Fault::Stalled) => (StatusCode::REQUEST_TIMEOUT, "upload_timeout"),
            Self::Upload(Fault::Cut) => (StatusCode::BAD_REQUEST, "upload"),
            Self::Connect => (StatusCode::NOT_IMPLEMENTED, "connect"),
            Self::Timeout => (StatusCode::GATEWAY_TIMEOUT, "timeout"),
            Self::Trap => (StatusCode::INTERNAL_SERVER_ERROR, "trap"),
            Self::Guest => (StatusCode::INTERNAL_SERVER_ERROR, "error"),
            Self::Start => (StatusCode::INTERNAL_SERVER_ERROR, "start"),
        }
    }
}

impl Handler {
    /// A handler for `component`, which was compiled by `runtime`. That has to be
    /// [interruptible](crate::command::RuntimeOptions::interruptible). No instance begins before the first request;
    /// [`Self::try_one`] tries one.
    ///
    /// # Errors
    ///
    /// [`NotAHandler`], [`NotInterruptible`](crate::command::NotInterruptible).
    pub fn new(runtime: &Runtime, component: &Component, options: HandlerOptions) -> wasmtime::Result<Self> {
        let options = options.checked();
        let ticker = runtime.ticker()?;
        let packages: Vec<_> = WASI_PACKAGES.into_iter().chain(["http"]).collect();
        let missing = runtime.imports_beyond(component, |name| has_wasi(name, &packages));
        if !missing.is_empty() {
            return Err(NotAHandler::Imports(missing).into());
        }
        let engine = runtime.engine();
        let ty = component.component_type();
        let exports = |name: &str| ty.exports(engine).any(|(export, _)| export.starts_with(name));
        let (new, old) = (exports("wasi:http/handler@0.3"), exports("wasi:http/incoming-handler@0.2"));
        if !(new || old) {
            return Err(NotAHandler::NoExport(exports("wasi:cli/run@")).into());
        }
        let pre = pool::linker(engine)?.instantiate_pre(component)?;
        let pre = if new {
            ProxyPre::P3(p3::bindings::ServicePre::new(pre)?)
        } else {
            ProxyPre::P2(p2::bindings::ProxyPre::new(pre)?)
        };
        let metrics = options.counts.clone().unwrap_or_default();
        let pool = Pool::new(engine, pre, options, (Arc::clone(&metrics), ticker));
        let options = pool.options();
        let places = options.instances.saturating_mul(pool.concurrency());
        Ok(Self(Arc::new(Inner {
            proxy: ProxyHandler::new(Workers(Arc::clone(&pool))),
            gate: Gate::new(places, options.most_waiting(), options.queue_timeout),
            buffers: Buffers::new(options.buffer_memory),
            pool,
            metrics,
            requests: AtomicU64::new(0),
        })))
    }

    /// Begins an instance and ends it: whether the component can begin at all.
    ///
    /// # Errors
    ///
    /// Why it can't.
    pub async fn try_one(&self) -> wasmtime::Result<()> {
        self.0.pool.try_one().await
    }

    /// Answers a request. The answer is one of the component's, or says with its status why there is none: 400 (the body
    /// has broken off), 408 (it did not go on), 413 (it is too large), 500 (the component has trapped or failed), 501 (it
    /// asks for a tunnel), 503 with `Retry-After` (all instances are busy, or the handler [is drained](Self::drain)), 504
    /// (it took too long). Then it has an [`Unanswered`] in its extensions.
    pub async fn handle<B>(&self, request: http::Request<B>) -> http::Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let span = tracing::debug_span!("request", instance = tracing::field::Empty);
        let inner = &self.0;
        let mut active = Active::begin(&inner.metrics);
        let result = self.answer(request, &span).await;
        let response = result.unwrap_or_else(|failure| inner.refusal(failure));
        active.status = response.status().as_u16();
        drop(active);
        response
    }

    /// Lets no more requests in, waits for those that are there for up to `limit`, and ends all instances: one that goes
    /// on is ended then.
    pub async fn drain(&self, limit: Duration) -> Drained {
        /// For instances to be given back once they have to end.
        const GRACE: Duration = Duration::from_secs(1);
        let Inner { gate, pool, .. } = &*self.0;
        let start = Instant::now();
        gate.close();
        let answered = gate.empty(limit).await;
        pool.close();
        let left = limit.saturating_sub(start.elapsed());
        let mut empty = answered && pool.empty(left.min(GRACE)).await;
        if !empty {
            pool.stop();
            empty = pool.empty(GRACE).await;
        }
        Drained { answered, empty }
    }

    /// Whether it is worth sending requests: it is not drained, and the last starts and devices did not all fail. After
    /// such failures an instance is tried, at first after a second, then less often; where it begins, the handler is ready
    /// again, until the next failure.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.0.gate.is_closed() && self.0.pool.goes_well()
    }

    /// Instances that are there, those that are being given back among them.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.0.pool.instances()
    }

    /// Requests that wait for an instance.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.0.gate.waiting()
    }

    /// Bytes of requests and responses that are kept: [`HandlerOptions::buffer_memory`] bounds them.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.0.buffers.kept()
    }

    /// How long a body may stand still: [`HandlerOptions::stall_timeout`].
    #[must_use]
    pub fn stall_timeout(&self) -> Duration {
        self.0.pool.options().stall_timeout
    }

    /// Bytes of GPU memory that the instances hold.
    #[must_use]
    pub fn gpu_memory(&self) -> u64 {
        self.0.pool.gpu_memory()
    }

    /// Instances that have lost their device.
    #[must_use]
    pub fn devices_lost(&self) -> u64 {
        self.0.metrics.device_lost.load(Ordering::Relaxed)
    }

    pub(super) fn counts(&self) -> Arc<Metrics> {
        Arc::clone(&self.0.metrics)
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    async fn answer<B>(
        &self,
        request: http::Request<B>,
        span: &tracing::Span,
    ) -> Result<http::Response<Body>, Failure>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let inner = &self.0;
        let options = inner.pool.options();
        if request.method() == Method::CONNECT {
            return Err(Failure::Connect);
        }
        let arrival = inner.gate.arrive().map_err(Failure::Refused)?;
        let (mut request, told) = inner.taken_in(request).await?;
        let arrived = Instant::now();
        let entered = arrival.enter().await;
        inner.metrics.queue.add(arrived.elapsed());
        let ticket = entered.map_err(Failure::Refused)?;
        let number = inner.requests.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let job = Arc::new(Job::new(number, now.checked_add(options.timeout).unwrap_or(now)));
        let left_for_the_guest = (options.timeout / 10).min(MOST_LEFT);
        request.body_mut().set_until(job.deadline.checked_sub(left_for_the_guest));
        let patience = arrived.checked_add(options.queue_timeout).unwrap_or(now);
        let (head, answer) = oneshot::channel();
        // On its own, so that the work goes on to its end when the client has gone.
        let request = request.map(BodyExt::boxed_unsync);
        let work = Arc::clone(inner).work(Arc::clone(&job), (request, patience), head, ticket);
        tokio::spawn(work);
        let left = LeftGuard { job: &job, options, answered: false };
        let result = answer.await;
        left.answered();
        if let Some(taken) = job.taken() {
            span.record("instance", taken.instance);
        }
        match (told.fault(), result) {
            // Whatever the guest made of the part that it got.
            (Some(fault), _) => Err(Failure::Upload(fault)),
            (None, Ok(result)) => result,
            // It has panicked.
            (None, Err(_)) => Err(Failure::Trap),
        }
    }
}

impl Inner {
    /// The request as a guest gets it, and what becomes known of its body. A body that says its size, and is small enough,
    /// is taken in before an instance is: a slow client keeps none then.
    async fn taken_in<B>(
        &self,
        request: http::Request<B>,
    ) -> Result<(http::Request<Upload<B>>, Told), Failure>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let HandlerOptions { max_body, request_buffer, upload_timeout, timeout, .. } = *self.pool.options();
        let size = request.body().size_hint();
        if size.lower() > max_body {
            return Err(Failure::Upload(Fault::TooLarge));
        }
        let mut request = request.map(|body| Upload::new(body, max_body, upload_timeout));
        // Guests of 0.2 want a name for this server, which requests that came over no network may lack.
        if request.uri().authority().is_none() && !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
        }
        if size.exact().is_some_and(|bytes| bytes <= request_buffer) {
            let taken_in = tokio::time::timeout(timeout, request.body_mut().take_in(&self.buffers)).await;
            taken_in.unwrap_or(Err(Fault::Stalled)).map_err(Failure::Upload)?;
        }
        let told = request.body().told();
        Ok((request, told))
    }

    /// Has a guest answer, and passes its answer on to the end.
    async fn work(
        self: Arc<Self>,
        job: Arc<Job>,
        (request, patience): (http::Request<WasiBody>, Instant),
        head: oneshot::Sender<Result<http::Response<Body>, Failure>>,
        ticket: Ticket,
    ) {
        let options = self.pool.options();
        let head_alone = request.method() == Method::HEAD;
        let response = match self.dispatch(&job, request, patience).await {
            Ok(response) => response,
            Err(failure) => {
                self.end(&job, failure == Failure::Guest);
                drop(ticket);
                // The client may have gone.
                let _ = head.send(Err(failure));
                return;
            }
        };
        if !job.taken().is_some_and(Taken::has_lost_device) {
            self.pool.go_well();
        }
        let (parts, body) = response.into_parts();
        let (mut filler, mut filled) = Body::piecewise(options.response_buffer, &self.buffers);
        let expected = expected(head_alone, &parts);
        filler.expect(expected);
        if expected.is_none() && !parts.headers.contains_key(header::CONTENT_LENGTH) {
            filled.say_size();
        }
        let stall = options.stall_timeout;
        let moved = || {
            if let (Some(taken), Some(end)) = (job.taken(), Instant::now().checked_add(stall + LATE)) {
                taken.clock.set(job.number, end);
            }
        };
        moved();
        // Not after a moment in which all of the body may come: a timer for that wakes more threads than the one piece, in
        // which both would go out then, saves.
        let _ = head.send(Ok(http::Response::from_parts(parts, filled)));
        // The worker pool takes the end of an instance for that of its bodies.
        let broken = || job.taken().is_some_and(|taken| taken.clock.is_broken());
        let filled = filler.fill(body, stall, (moved, broken)).await;
        let finished = match filled {
            Filled::Whole => true,
            Filled::Gone | Filled::Unread => options.on_disconnect == OnDisconnect::Finish,
            Filled::Broken | Filled::Stalled => {
                tracing::warn!("a component did not finish the body of a response");
                false
            }
        };
        self.end(&job, finished);
        drop(ticket);
        // What is kept is the client's alone from here on.
        if filled == Filled::Unread || !filler.read(stall).await {
            self.metrics.unread.fetch_add(1, Ordering::Relaxed);
            tracing::debug!("the body of a response was not read");
        }
    }

    /// The instance has no more to do with the request; whether it takes another one.
    fn end(&self, job: &Job, goes_on: bool) {
        let Some(taken) = job.taken() else { return };
        self.metrics.gpu_wait.add(taken.gpu_wait());
        if goes_on {
            taken.clock.finish(job.number, self.pool.options().stall_timeout);
        } else {
            taken.clock.give_up(job.number);
        }
    }

    /// The head of the guest's response.
    async fn dispatch(
        &self,
        job: &Arc<Job>,
        mut request: http::Request<WasiBody>,
        patience: Instant,
    ) -> Result<http::Response<WasiBody>, Failure> {
        let mut pause = FIRST_PAUSE;
        let end = job.deadline.checked_add(LATE).unwrap_or(job.deadline);
        loop {
            let handled = self.proxy.handle(Arc::clone(job), request);
            let Ok(handled) = tokio::time::timeout_at(end.into(), handled).await else {
                return Err(Failure::Timeout);
            };
            let error = match handled {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let error = match error.downcast::<InstantiationError<Arc<Job>>>() {
                Ok(InstantiationError { request: again, error, .. }) => {
                    if !error.is::<NoPlace>() {
                        tracing::error!("the component does not begin: {error:#}");
                        return Err(Failure::Start);
                    }
                    // One that has no time left is not given to an instance, which would end for it.
                    if patience.min(job.deadline) <= Instant::now() {
                        return Err(Failure::Refused(Refused::Late));
                    }
                    request = again.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
                Err(error) => error,
            };
            return Err(self.failure(job, &error));
        }
    }

    /// What an error of the worker pool means.
    fn failure(&self, job: &Job, error: &wasmtime::Error) -> Failure {
        if job.deadline <= Instant::now() || error.is::<ExpirationError>() {
            return Failure::Timeout;
        }
        let trapped = error.is::<TrapOrPanicError>() || error.chain().any(|cause| cause.is::<Trap>());
        if trapped {
            return Failure::Trap;
        }
        tracing::warn!("the component did not answer: {error:#}");
        let said = error.is::<p3::bindings::http::types::ErrorCode>()
            || error.is::<p2::bindings::http::types::ErrorCode>();
        if said { Failure::Guest } else { Failure::Trap }
    }

    /// The answer to a request that no guest has answered.
    fn refusal(&self, failure: Failure) -> http::Response<Body> {
        let (status, reason) = failure.told();
        self.metrics.refuse(reason);
        let mut response = http::Response::new(Body::whole(format!("{status}: {reason}\n")));
        *response.status_mut() = status;
        response.extensions_mut().insert(Unanswered { reason });
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = self.pool.options().queue_timeout.as_secs().max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Bytes of a response's body that its client reads, where that is known before.
fn expected(head_alone: bool, response: &http::response::Parts) -> Option<u64> {
    let status = response.status;
    let is_bare = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    if head_alone || is_bare || status.is_informational() {
        return Some(0);
    }
    response.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Says that the client has gone, unless it was answered.
struct LeftGuard<'a> {
    job: &'a Job,
    options: &'a HandlerOptions,
    answered: bool,
}

impl LeftGuard<'_> {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for LeftGuard<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.job.leave(self.options.on_disconnect);
        }
    }
}

/// A request that is there, until it is answered.
struct Active<'a> {
    metrics: &'a Metrics,
    start: Instant,
    status: u16,
}

impl<'a> Active<'a> {
    /// The status of one whose client has gone, as nginx has it.
    const GONE: u16 = 499;

    fn begin(metrics: &'a Metrics) -> Self {
        metrics.active.fetch_add(1, Ordering::Relaxed);
        Self { metrics, start: Instant::now(), status: Self::GONE }
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.metrics.active.fetch_sub(1, Ordering::Relaxed);
        self.metrics.answered(self.status, self.start.elapsed());
    }
}

impl<B> tower_service::Service<http::Request<B>> for Handler
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    /// Always ready: a request that finds no place is answered with 503.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let handler = self.clone();
        Box::pin(async move { Ok(handler.handle(request).await) })
    }
}
