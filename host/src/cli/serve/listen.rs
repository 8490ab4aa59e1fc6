//! The two places to listen at: HTTP/1 and HTTP/2 for requests, and for those who look after the server.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use http::{HeaderMap, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio::{net::TcpListener, sync::watch};

use super::{
    apps::{App, Apps},
    connection::{Activity, Answer, connection},
    server::State,
};
use crate::{
    cli::listening::{Administered, Administration, FEW, No, Places},
    http::Body,
};

/// Answers with the components until `stop`, and waits for the connections for up to `drain` then. Whether none was
/// left.
pub(super) async fn serve(
    listener: TcpListener,
    (apps, most): (Arc<Apps>, usize),
    stop: watch::Receiver<bool>,
    drain: Duration,
) -> bool {
    let places = Places::new(most);
    let mut stops = stop.clone();
    let answer = |stream, place| {
        let connection = connection(stream, Components(Arc::clone(&apps)), stop.clone());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    };
    places.accept(&listener, &mut stops, answer).await;
    // Those that the system has taken already are taken here, too.
    while let Some(place) = places.try_one()
        && let Some(Ok((stream, _))) = listener.accept().now_or_never()
    {
        answer(stream, place);
    }
    drop(listener);
    places.empty(drain).await
}

/// Answers those who look after the server, for as long as the process is there.
pub(super) async fn administer(listener: TcpListener, administration: Administration<Looked>) {
    // They are answered to the very end.
    let never = watch::Sender::new(false);
    let take = |stream, place| {
        let connection = connection(stream, administration.clone(), never.subscribe());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    };
    Places::new(FEW).accept(&listener, &mut never.subscribe(), take).await;
}

/// The components that are served.
#[derive(Clone)]
struct Components(Arc<Apps>);

impl Answer for Components {
    async fn answer(self, request: Request<Incoming>, activity: &Activity) -> Response<Body> {
        let Some(app) = self.0.find(request.uri().path()) else {
            let mut response = text(StatusCode::NOT_FOUND, "no component is at this path\n");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
            return response;
        };
        activity.set_stall(app.handler.stall_timeout());
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

/// What those see who look after the server.
#[derive(Clone)]
pub(super) struct Looked(pub(super) Arc<Apps>, pub(super) Arc<State>);

impl Administered for Looked {
    fn started(&self) -> Result<(), No> {
        if self.1.has_started() { Ok(()) } else { Err("starting") }
    }

    fn ready(&self) -> Result<(), No> {
        match (self.1.is_stopping(), self.0.are_ready()) {
            (true, _) => Err("stopping"),
            (false, true) => Ok(()),
            (false, false) => Err("the last instances have all failed"),
        }
    }

    fn metrics(&self) -> String {
        self.0.metrics()
    }
}

impl Answer for Administration<Looked> {
    async fn answer(self, request: Request<Incoming>, _: &Activity) -> Response<Body> {
        self.respond(&request).map(Body::whole)
    }
}

pub(super) fn text(status: StatusCode, text: impl Into<bytes::Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::whole(text));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
