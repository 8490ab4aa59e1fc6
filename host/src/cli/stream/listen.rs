//! Connections, and what is at which path.

use std::{convert::Infallible, future::Future, sync::Arc};

use axum::{
    body::Body,
    extract::{FromRequestParts as _, ws::WebSocketUpgrade},
    response::IntoResponse as _,
};
use http::{Method, Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, watch},
};

use super::{gate::Gate, guests::Guests, messages, metrics, parts, socket, words};
use crate::cli::{
    listening::{Administered, Administration, HEAD, HEAD_BYTES, No, Places},
    serve::Watched,
};

/// Bytes of messages to a visitor that may wait to be sent: those that go with a picture.
const WAITING: usize = 1 << 20;

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
    let take = move |stream, place| {
        tokio::spawn(connection(stream, answer.clone(), Arc::new(place)));
    };
    Places::new(most).accept(&listener, &mut stop, take).await;
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
        .max_buf_size(HEAD_BYTES)
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

/// What those see who look after the server.
#[derive(Clone)]
pub(super) struct Looked {
    pub(super) guests: Arc<Guests>,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Administered for Looked {
    fn started(&self) -> Result<(), No> {
        Ok(())
    }

    fn ready(&self) -> Result<(), No> {
        if *self.stopped.borrow() { Err("stopping") } else { Ok(()) }
    }

    fn metrics(&self) -> String {
        metrics::text(&self.guests)
    }
}

impl Answer for Administration<Looked> {
    async fn answer(self, request: Request<Incoming>, _: Connection) -> Response<Body> {
        self.respond(&request).map(Body::from)
    }
}
