//! Connections: HTTP/1 and HTTP/2 for requests, and for those who look after the server.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt as _,
    future::{self, Either},
};
use http::{HeaderMap, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

use super::{
    apps::{App, Apps},
    server::State,
};
use crate::http::{Body, CONTENT_TYPE};

/// How long the head of a request may take, and a connection be there without one.
const HEAD: Duration = Duration::from_secs(30);

/// Bytes of the head of a request.
const HEAD_BYTES: usize = 64 << 10;

/// Requests at a time on a connection of HTTP/2. Each may have a response that its client does not read.
const STREAMS: u32 = 32;

/// How long bytes that are on their way may take when the server stops.
const ARRIVES: Duration = Duration::from_millis(50);

/// More connections than any system has room for.
const MOST_CONNECTIONS: usize = 1 << 20;

/// Between two tries to take a connection where the system has no room for one.
const PAUSE: Duration = Duration::from_millis(50);

/// Opens the place to listen at.
pub(in crate::cli) async fn bind(address: SocketAddr, option: &str) -> wasmtime::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        wasmtime::Error::from(error).context(format!("can't listen at {address} (--{option})"))
    })
}

/// What answers the requests of a connection.
trait Answer: Clone + Send + 'static {
    fn answer(self, request: Request<Incoming>) -> impl Future<Output = Response<Body>> + Send;
}

/// Answers with the components until `stop`, and waits for the connections for up to `drain` then. Whether none was
/// left.
pub(super) async fn serve(
    listener: TcpListener,
    (apps, most): (Arc<Apps>, usize),
    stop: watch::Receiver<bool>,
    drain: Duration,
) -> bool {
    let most = most.clamp(1, MOST_CONNECTIONS);
    let places = Arc::new(Semaphore::new(most));
    let mut stops = stop.clone();
    let answer = |stream, place| {
        let connection = connection(stream, Components(Arc::clone(&apps)), stop.clone());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    };
    loop {
        let accepted = {
            let accept = pin!(async {
                // Beyond the limit they wait at the system's.
                let place = Arc::clone(&places).acquire_owned().await;
                (listener.accept().await, place)
            });
            let stopped = pin!(told(&mut stops));
            match future::select(accept, stopped).await {
                Either::Left((accepted, _)) => accepted,
                Either::Right(_) => break,
            }
        };
        match accepted {
            (Ok((stream, _)), place) => answer(stream, place.ok()),
            (Err(error), _) => {
                tracing::warn!("a connection was not taken: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    // Those that the system has taken already are taken here, too.
    while let Ok(place) = Arc::clone(&places).try_acquire_owned()
        && let Some(Ok((stream, _))) = listener.accept().now_or_never()
    {
        answer(stream, Some(place));
    }
    drop(listener);
    let all = places.acquire_many(u32::try_from(most).unwrap_or(u32::MAX));
    tokio::time::timeout(drain, all).await.is_ok()
}

/// Answers those who look after the server, for as long as the process is there.
pub(super) async fn administer(listener: TcpListener, apps: Arc<Apps>, state: Arc<State>) {
    /// They are few.
    const MOST: usize = 64;
    let places = Arc::new(Semaphore::new(MOST));
    // They are answered to the very end.
    let never = watch::Sender::new(false);
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let administration = Administration(Arc::clone(&apps), Arc::clone(&state));
                let connection = connection(stream, administration, never.subscribe());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Answers the requests of a connection to its end, or those that are there when `stop` comes.
async fn connection<A: Answer>(stream: TcpStream, answer: A, mut stop: watch::Receiver<bool>) {
    // Pieces of streams go out as they come.
    let _ = stream.set_nodelay(true);
    if !begins(&stream, &mut stop).await {
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD).max_header_list_size(64 << 10);
    builder.http2().max_concurrent_streams(STREAMS);
    let service = hyper::service::service_fn(move |request| {
        let answer = answer.clone();
        async move { Ok::<_, Infallible>(answer.answer(request).await) }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let stopped = pin!(told(&mut stop));
    let ended = match future::select(connection.as_mut(), stopped).await {
        Either::Left((ended, _)) => ended,
        Either::Right(_) => match tokio::time::timeout(ARRIVES, connection.as_mut()).await {
            Ok(ended) => ended,
            Err(_) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        },
    };
    if let Err(error) = ended {
        tracing::debug!("a connection: {error}");
    }
}

/// Waits until the server is told to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits for the first bytes of a connection; `false` where they don't come in time.
async fn begins(stream: &TcpStream, stop: &mut watch::Receiver<bool>) -> bool {
    let first = pin!(tokio::time::timeout(HEAD, has_version(stream)));
    let has_version = match future::select(first, pin!(told(stop))).await {
        Either::Left((first, _)) => first,
        Either::Right(_) => tokio::time::timeout(ARRIVES, has_version(stream)).await,
    };
    has_version.unwrap_or(false)
}

/// Waits until the first bytes are HTTP/2's, or are not: hyper-util would wait for that without an end. `false` where the
/// connection ends before.
async fn has_version(stream: &TcpStream) -> bool {
    const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut first = [0; HTTP_2.len()];
    loop {
        let Ok(length @ 1..) = stream.peek(&mut first).await else { return false };
        let first = first.get(..length).unwrap_or_default();
        if first == HTTP_2 || !HTTP_2.starts_with(first) {
            return true;
        }
        // Bytes that are there wake nobody.
        tokio::time::sleep(PAUSE).await;
    }
}

/// The components that are served.
#[derive(Clone)]
struct Components(Arc<Apps>);

impl Answer for Components {
    async fn answer(self, request: Request<Incoming>) -> Response<Body> {
        let Some(app) = self.0.find(request.uri().path()) else {
            let mut response = text(StatusCode::NOT_FOUND, "no component is at this path\n");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
            return response;
        };
        let line = Line::begin(&app, &request);
        let response = app.handler.handle(request).await;
        line.end(&response);
        response
    }
}

/// The log's line for a request.
struct Line {
    app: Arc<App>,
    method: http::Method,
    path: String,
    trace: String,
    start: Instant,
    status: u16,
}

impl Line {
    fn begin(app: &Arc<App>, request: &Request<Incoming>) -> Self {
        /// Of a path, and of the header `traceparent`.
        const LONGEST: usize = 256;
        let trace = |headers: &HeaderMap| {
            let trace = headers.get("traceparent")?.to_str().ok()?;
            Some(trace.chars().take(LONGEST).collect())
        };
        Self {
            app: Arc::clone(app),
            method: request.method().clone(),
            path: request.uri().path().chars().take(LONGEST).collect(),
            trace: trace(request.headers()).unwrap_or_default(),
            start: Instant::now(),
            // Of one whose client has gone.
            status: 499,
        }
    }

    fn end(mut self, response: &Response<Body>) {
        self.status = response.status().as_u16();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Self { app, method, path, trace, start, status } = self;
        let seconds = start.elapsed().as_secs_f64();
        tracing::info!(app = app.name, %method, path = path.as_str(), status, seconds, trace = trace.as_str(), "request");
    }
}

/// Those who look after the server.
#[derive(Clone)]
struct Administration(Arc<Apps>, Arc<State>);

impl Answer for Administration {
    async fn answer(self, request: Request<Incoming>) -> Response<Body> {
        let Self(apps, state) = self;
        let ok = |is: bool, no: &'static str| {
            if is { text(StatusCode::OK, "ok\n") } else { text(StatusCode::SERVICE_UNAVAILABLE, no) }
        };
        match request.uri().path() {
            "/livez" => ok(true, ""),
            "/startz" => ok(state.has_started(), "starting\n"),
            "/readyz" if !state.has_started() => ok(false, "starting\n"),
            "/readyz" if state.is_stopping() => ok(false, "stopping\n"),
            "/readyz" => ok(apps.are_ready(), "the last instances have all failed\n"),
            "/metrics" => {
                let mut response = text(StatusCode::OK, apps.metrics());
                let kind = header::HeaderValue::from_static(CONTENT_TYPE);
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            _ => text(StatusCode::NOT_FOUND, "there are /livez, /readyz, /startz and /metrics\n"),
        }
    }
}

fn text(status: StatusCode, text: impl Into<bytes::Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::whole(text));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    async fn check(listener: &TcpListener, parts: &[&str], version: Option<bool>) {
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let writes = async move {
            for part in parts {
                client.write_all(part.as_bytes()).unwrap();
                tokio::time::sleep(PAUSE).await;
            }
            (version != Some(false)).then_some(client)
        };
        let has = tokio::time::timeout(PAUSE * 8, has_version(&server));
        let (has, _client) = future::join(has, writes).await;
        assert_eq!(has.ok(), version, "{parts:?}");
    }

    #[test]
    fn what_may_be_either_version_is_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            check(&listener, &["P"], None).await;
            check(&listener, &["PRI * HTTP/2.0\r\n\r\nSM\r\n\r"], None).await;
            check(&listener, &["PRI * HTTP/2.0\r\n", "\r\nSM\r\n\r\n"], Some(true)).await;
            check(&listener, &["P", "OST /"], Some(true)).await;
            check(&listener, &["GET"], Some(true)).await;
            check(&listener, &[], Some(false)).await;
        });
    }
}
