//! The requests of components to others, to names that `--allow-http` has: HTTP/1 without TLS.

use std::{io, time::Duration};

use http::{Request, Response, Uri, uri::PathAndQuery};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinHandle};

use crate::http::{Ends, RequestOptions, SendError, SendRequest, Sending, WasiBody, upload::Upload};

/// The most that a component may have to wait for each step.
const LONGEST: Duration = Duration::from_secs(60);

/// Bytes of the head of a response.
const HEAD_BYTES: usize = 64 << 10;

/// Sends each request on a connection of its own.
pub(super) struct Client;

impl SendRequest for Client {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> Sending {
        Box::pin(send(request, options))
    }
}

async fn send(
    mut request: Request<WasiBody>,
    options: RequestOptions,
) -> Result<(Response<WasiBody>, Ends), SendError> {
    let limit = |time: Option<Duration>| time.unwrap_or(LONGEST).min(LONGEST);
    let authority = request.uri().authority().ok_or(SendError::HttpRequestUriInvalid)?;
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let connects = TcpStream::connect((host, authority.port_u16().unwrap_or(80)));
    let connected = tokio::time::timeout(limit(options.connect_timeout), connects).await;
    let stream = connected.map_err(|_| SendError::ConnectionTimeout)?.map_err(refused)?;
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) =
        Builder::new().max_buf_size(HEAD_BYTES).handshake(TokioIo::new(stream)).await?;
    let mut connection = Connection(tokio::spawn(connection));
    // A server that is no proxy is told the path alone.
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    let answers = tokio::time::timeout(limit(options.first_byte_timeout), sender.send_request(request));
    let response = answers.await.map_err(|_| SendError::ConnectionReadTimeout)??;
    let between = limit(options.between_bytes_timeout);
    let response = response.map(|body| Upload::new(body, u64::MAX, between).boxed_unsync());
    let ends = async move {
        // One that has panicked has ended.
        (&mut connection.0).await.unwrap_or(Ok(())).map_err(SendError::from)
    };
    Ok((response, Box::pin(ends)))
}

fn refused(error: io::Error) -> SendError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => SendError::ConnectionRefused,
        _ => SendError::Connect(error),
    }
}

/// A connection, which ends when nobody waits for it any more.
struct Connection(JoinHandle<hyper::Result<()>>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}
