//! One connection: it is there while somebody asks and reads, and closed at once when the server stops and nobody does.

use std::{
    convert::Infallible,
    future::Future,
    io::{self, IoSlice},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{self, Either};
use http::{HeaderValue, Request, Response, StatusCode, Version, header, uri::Authority};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::watch,
    time::{Instant, Sleep},
};

use super::listen::text;
use crate::{
    cli::listening::{HEAD, HEAD_BYTES, PAUSE, told},
    http::{Body, BodyError},
};

/// Requests at a time on a connection of HTTP/2. Each may have a response that its client does not read.
const STREAMS: u32 = 32;

/// How long bytes that are on their way may take when the server stops.
const ARRIVES: Duration = Duration::from_millis(50);

/// How long the last of an answer may take when the server stops: a stream of HTTP/2 may wait for its client's leave.
const LAST: Duration = Duration::from_secs(1);

/// What answers the requests of a connection.
pub(super) trait Answer: Clone + Send + 'static {
    fn answer(
        self,
        request: Request<Incoming>,
        activity: &Activity,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Answers the requests of a connection to its end, or those that are there when `stop` comes.
pub(super) async fn connection<A: Answer>(stream: TcpStream, answer: A, mut stop: watch::Receiver<bool>) {
    // Pieces of streams go out as they come.
    let _ = stream.set_nodelay(true);
    if !begins(&stream, &mut stop).await {
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD).max_header_list_size(64 << 10);
    builder.http2().max_concurrent_streams(STREAMS);
    let activity = Arc::<Activity>::default();
    let service = hyper::service::service_fn({
        let activity = Arc::clone(&activity);
        move |request| {
            let (answer, busy) = (answer.clone(), Busy::begin(&activity));
            async move {
                let response = match malformed(&request) {
                    Some(why) => text(StatusCode::BAD_REQUEST, why),
                    None => answer.answer(request, &busy.0).await,
                };
                Ok::<_, Infallible>(response.map(|body| Answered { body, _busy: busy }))
            }
        }
    });
    let stream = Watched::of(stream, &activity);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let stopped = pin!(told(&mut stop));
    let ended = match future::select(connection.as_mut(), stopped).await {
        Either::Left((ended, _)) => ended,
        Either::Right(_) => match tokio::time::timeout(ARRIVES, connection.as_mut()).await {
            Ok(ended) => ended,
            Err(_) => {
                connection.as_mut().graceful_shutdown();
                match future::select(connection.as_mut(), pin!(activity.over())).await {
                    Either::Left((ended, _)) => ended,
                    Either::Right(_) => return,
                }
            }
        },
    };
    if let Err(error) = ended {
        tracing::debug!("a connection: {error}");
    }
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

/// What is wrong with a request for whoever it is: two servers on its way would take it for two different ones.
/// <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
fn malformed<B>(request: &Request<B>) -> Option<&'static str> {
    let is_host = |host: &HeaderValue| {
        let authority = Authority::try_from(host.as_bytes());
        host.is_empty() || authority.is_ok_and(|authority| !authority.as_str().contains('@'))
    };
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => Some("there is more than one header `host`\n"),
        (Some(host), None) if !is_host(host) => Some("the header `host` names no host\n"),
        (None, None) if request.version() == Version::HTTP_11 => Some("there is no header `host`\n"),
        (None | Some(_), None) => None,
    }
}

/// What is going on at a connection.
#[derive(Debug)]
pub(super) struct Activity {
    /// Requests that are answered now.
    answering: watch::Sender<usize>,
    /// When the last answer had been handed over.
    ended: Mutex<Option<Instant>>,
    /// The client does not read what is there for it.
    unsent: AtomicBool,
    /// For how long it may do so.
    stall: Mutex<Duration>,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            answering: watch::Sender::new(0),
            ended: Mutex::new(None),
            unsent: AtomicBool::new(false),
            stall: Mutex::new(HEAD),
        }
    }
}

impl Activity {
    /// A client that does not read what there is for it is cut off after this time.
    pub(super) fn set_stall(&self, stall: Duration) {
        *self.stall.lock() = stall;
    }

    /// Waits until nothing is answered or sent.
    async fn over(&self) {
        let mut answering = self.answering.subscribe();
        loop {
            // It is there as long as this.
            let _ = answering.wait_for(|answering| *answering == 0).await;
            let ended = *self.ended.lock();
            let last = ended.and_then(|ended| ended.checked_add(LAST)).filter(|last| *last > Instant::now());
            match last {
                Some(last) => tokio::time::sleep_until(last).await,
                None if self.unsent.load(Ordering::Relaxed) => tokio::time::sleep(PAUSE).await,
                None => return,
            }
        }
    }
}

/// A request that is answered.
#[derive(Debug)]
struct Busy(Arc<Activity>);

impl Busy {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.answering.send_modify(|answering| *answering += 1);
        Self(Arc::clone(activity))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.ended.lock() = Some(Instant::now());
        self.0.answering.send_modify(|answering| *answering = answering.saturating_sub(1));
    }
}

/// The body of an answer, which is not over before it was handed over.
struct Answered {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection's stream, which fails when its client reads nothing for too long: hyper would wait without an end.
pub(in crate::cli) struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
    /// Since the client reads nothing.
    waits: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    /// With the longest time that a client has by itself.
    pub(in crate::cli) fn new(stream: TcpStream) -> Self {
        Self::of(stream, &Arc::default())
    }

    fn of(stream: TcpStream, activity: &Arc<Activity>) -> Self {
        Self { stream, activity: Arc::clone(activity), waits: None }
    }

    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.activity.unsent.store(written.is_pending(), Ordering::Relaxed);
        if written.is_ready() {
            self.waits = None;
            return written;
        }
        let stall = *self.activity.stall.lock();
        let waits = self.waits.get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        waits.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use tokio::net::TcpListener;

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

    #[test]
    fn requests_have_one_host() {
        let refused = |version, hosts: &[&str]| {
            let mut request = Request::get("/").version(version);
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            malformed(&request.body(()).unwrap()).is_some()
        };
        assert!(!refused(Version::HTTP_11, &["a:80"]) && !refused(Version::HTTP_11, &[""]));
        assert!(!refused(Version::HTTP_10, &[]) && !refused(Version::HTTP_2, &[]));
        assert!(refused(Version::HTTP_11, &[]));
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            assert!(
                refused(version, &["a", "a"]) && refused(version, &["a b"]) && refused(version, &["a@b"])
            );
        }
    }
}
