//! Connections, and what is at which path.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequestParts as _, ws::WebSocketUpgrade},
    response::IntoResponse as _,
};
use futures_util::future::{self, Either};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};

use super::{gate::Gate, guests::Guests, messages, metrics, parts, socket, words};
use crate::{cli::serve::Watched, http::CONTENT_TYPE};

/// How long the head of a request may take, and a connection be there without one.
const HEAD: Duration = Duration::from_secs(30);

/// Bytes of the head of a request, and bytes of a response that are on their way.
const BUFFER: usize = 64 << 10;

/// Bytes of messages to a visitor that may wait to be sent: those that go with a picture.
const WAITING: usize = 1 << 20;

/// Between two tries to take a connection where the system has no room for one.
const PAUSE: Duration = Duration::from_millis(50);

/// One of the connections that there may be at a time.
pub(super) type Connection = Arc<OwnedSemaphorePermit>;

/// What answers the requests of a connection.
pub(super) trait Answer: Clone + Send + 'static {
    fn answer(
        self,
        request: Request<Incoming>,
        connection: Connection,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Takes connections, `most` at a time, until `stop`.
pub(super) async fn accept<A: Answer>(
    listener: TcpListener,
    (answer, most): (A, usize),
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
    loop {
        let accepted = {
            let accept = std::pin::pin!(async {
                // Beyond the limit they wait at the system's.
                let place = Arc::clone(&places).acquire_owned().await;
                (listener.accept().await, place)
            });
            let stopped = std::pin::pin!(stop.wait_for(|stop| *stop));
            match future::select(accept, stopped).await {
                Either::Left((accepted, _)) => accepted,
                Either::Right(_) => return,
            }
        };
        match accepted {
            (Ok((stream, _)), Ok(place)) => {
                tokio::spawn(connection(stream, answer.clone(), Arc::new(place)));
            }
            (Err(error), _) => {
                tracing::warn!("a connection was not taken: {error}");
                tokio::time::sleep(PAUSE).await;
            }
            // It is never closed.
            (Ok(_), Err(_)) => return,
        }
    }
}

async fn connection<A: Answer>(stream: TcpStream, answer: A, place: Connection) {
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request| {
        let (answer, place) = (answer.clone(), Arc::clone(&place));
        async move { Ok::<_, Infallible>(answer.answer(request, place).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Watched::new(stream)), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        tracing::debug!("a connection: {error}");
    }
}

/// What visitors reach.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) guests: Arc<Guests>,
    pub(super) gate: Arc<Gate>,
}

impl Answer for Site {
    async fn answer(self, request: Request<Incoming>, connection: Connection) -> Response<Body> {
        let Self { guests, gate } = self;
        let path = request.uri().path();
        if let Err(closed) = gate.check(request.uri(), request.headers(), path == "/") {
            guests.refuse(closed.reason());
            return words::page(closed.status(), closed.words(), None);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return words::page(StatusCode::METHOD_NOT_ALLOWED, "There is only something to look at.", None);
        }
        match path {
            "/" if guests.is_full() => {
                guests.refuse("full");
                words::full()
            }
            "/" => words::windows(&guests.name),
            "/windows" => windows(guests, request, connection).await,
            // Who asks for its head alone begins no program.
            "/stream.mjpeg" if request.method() == Method::HEAD => parts::head(),
            "/stream.mjpeg" => parts::answer(&guests, request.uri().query().unwrap_or_default(), connection),
            _ => words::page(
                StatusCode::NOT_FOUND,
                "There is nothing at this address. The windows are at /, and pictures alone at /stream.mjpeg.",
                None,
            ),
        }
    }
}

/// Makes a WebSocket of the connection, for a visit.
async fn windows(guests: Arc<Guests>, request: Request<Incoming>, connection: Connection) -> Response<Body> {
    let (mut parts, _) = request.into_parts();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade
            .max_message_size(messages::LONGEST)
            .max_frame_size(messages::LONGEST)
            .write_buffer_size(0)
            .max_write_buffer_size(usize::max(WAITING, guests.options.picture_bytes()))
            .on_upgrade(move |socket| async move {
                socket::visit(socket, guests).await;
                drop(connection);
            }),
        Err(rejection) => rejection.into_response(),
    }
}

/// What those reach who look after the server.
#[derive(Clone)]
pub(super) struct Administration {
    pub(super) guests: Arc<Guests>,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Answer for Administration {
    async fn answer(self, request: Request<Incoming>, _: Connection) -> Response<Body> {
        let Self { guests, stopped } = self;
        match request.uri().path() {
            "/livez" | "/startz" => words::plain(StatusCode::OK, "ok\n"),
            "/readyz" if *stopped.borrow() => words::plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
            "/readyz" => words::plain(StatusCode::OK, "ok\n"),
            "/metrics" => {
                let mut response = words::plain(StatusCode::OK, metrics::text(&guests));
                let kind = HeaderValue::from_static(CONTENT_TYPE);
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            _ => words::plain(StatusCode::NOT_FOUND, "there are /livez, /readyz, /startz and /metrics\n"),
        }
    }
}
