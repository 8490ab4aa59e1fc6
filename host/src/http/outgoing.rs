//! Requests of guests to others: denied, but for those to names that were allowed.

use std::{fmt, pin::Pin, str::FromStr, sync::Arc};

use http::{
    Method,
    uri::{Authority, Scheme},
};
use thiserror::Error;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

/// Requests of one instance that may be on their way at a time.
const MOST: usize = 16;

/// The port of a name that has none.
const PORT: u16 = 80;

/// A name that guests may send requests to, with its port: `example.org`, `127.0.0.1:8081` or `[::1]:8081`. Without one it
/// is 80.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: u16,
}

/// What is no name of a host.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no name of a host: write it as `example.org` or `example.org:8081`")]
pub struct NotAHost(String);

impl AllowedHost {
    /// The name that is behind `authority`, of a URL; `None` for one with a user.
    fn of(authority: &Authority) -> Option<Self> {
        let text = authority.as_str();
        let host = authority.host().trim_end_matches('.');
        // A port that is none, or is too large, is not taken for the usual one.
        let port = match text.strip_prefix(authority.host())? {
            "" => PORT,
            port => port.strip_prefix(':')?.parse().ok().filter(|port| *port != 0)?,
        };
        (!host.is_empty()).then(|| Self { host: host.to_ascii_lowercase(), port })
    }
}

impl FromStr for AllowedHost {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        let authority = text.parse().ok();
        authority.as_ref().and_then(Self::of).ok_or_else(|| NotAHost(text.to_owned()))
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// What tells how a request, or its connection, has ended.
pub type Ends = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A request on its way: its response, and the end of its connection, which has to be waited for until the response's body
/// is read.
pub type Sending = Pin<Box<dyn Future<Output = Result<(http::Response<WasiBody>, Ends), Error>> + Send>>;

/// What sends the requests of guests.
pub trait SendRequest: Send + Sync + 'static {
    /// Sends a request to a name that was allowed, in plain HTTP. No redirection may be followed: it leads to names that
    /// were not asked for.
    fn send(&self, request: http::Request<WasiBody>, options: RequestOptions) -> Sending;
}

/// Where guests may send requests, and what sends them.
#[derive(Default)]
pub(super) struct Outgoing {
    hosts: Vec<AllowedHost>,
    send: Option<Box<dyn SendRequest>>,
}

impl Outgoing {
    pub(super) fn new(hosts: impl IntoIterator<Item = AllowedHost>, send: impl SendRequest) -> Self {
        Self { hosts: hosts.into_iter().collect(), send: Some(Box::new(send)) }
    }

    /// What sends this request; an error where it may not go.
    fn sender(&self, request: &http::Request<WasiBody>) -> Result<&dyn SendRequest, Error> {
        let uri = request.uri();
        let host = uri.authority().and_then(AllowedHost::of).ok_or(Error::HttpRequestUriInvalid)?;
        let is_plain = uri.scheme() == Some(&Scheme::HTTP) && request.method() != Method::CONNECT;
        if !(is_plain && self.hosts.contains(&host)) {
            tracing::debug!("a request to {host} is denied");
            return Err(Error::HttpRequestDenied);
        }
        self.send.as_deref().ok_or(Error::HttpRequestDenied)
    }
}

/// The requests of one instance.
pub(super) struct Outside {
    outgoing: Arc<Outgoing>,
    places: Arc<Semaphore>,
}

impl Outside {
    pub(super) fn new(outgoing: &Arc<Outgoing>) -> Self {
        Self { outgoing: Arc::clone(outgoing), places: Arc::new(Semaphore::new(MOST)) }
    }
}

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Outside {
    /// There is no TLS here.
    fn default_scheme(&mut self) -> Option<Scheme> {
        Some(Scheme::HTTP)
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Io,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Io), Error>> + Send> {
        let sending = self.outgoing.sender(&request).and_then(|sender| {
            let place = Arc::clone(&self.places).try_acquire_owned();
            let place = place.map_err(|_| Error::ConnectionLimitReached)?;
            Ok((sender.send(request, options.unwrap_or_default()), place))
        });
        Box::new(async move {
            let (sending, place) = sending?;
            let (response, ends) = sending.await?;
            let ends = async move {
                let ended = ends.await;
                drop(place);
                ended
            };
            Ok((response, Box::new(ends) as Io))
        })
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, Empty};

    use super::*;

    /// Never asked.
    struct Nobody;

    impl SendRequest for Nobody {
        fn send(&self, _: http::Request<WasiBody>, _: RequestOptions) -> Sending {
            Box::pin(async { Err(Error::LoopDetected) })
        }
    }

    #[test]
    fn names_have_ports() {
        let allowed = |text: &str| text.parse::<AllowedHost>().map(|host| host.to_string());
        for (text, host) in [
            ("Example.ORG", "example.org:80"),
            ("example.org.:81", "example.org:81"),
            ("[::1]:81", "[::1]:81"),
            ("[::1]", "[::1]:80"),
        ] {
            assert_eq!(allowed(text).as_deref(), Ok(host));
        }
        for text in ["", "http://a", "a/b", "a@b", "a:b", "a:0", "a:70000", ":80", "a:", ".", "a b"] {
            assert_eq!(allowed(text), Err(NotAHost(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn requests_go_where_they_may() {
        let hosts = ["example.org", "127.0.0.1:81"].map(|host| host.parse().unwrap());
        let outgoing = Outgoing::new(hosts, Nobody);
        let may = |uri: &str| {
            let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
            outgoing.sender(&http::Request::get(uri).body(body).unwrap()).is_ok()
        };
        for uri in ["http://example.org/", "http://EXAMPLE.org:80/a", "http://127.0.0.1:81/"] {
            assert!(may(uri), "{uri}");
        }
        for uri in [
            "https://example.org/",
            "http://example.org:81/",
            "http://a.example.org/",
            "http://example.org@other.org/",
            "http://other.org@example.org/",
            "http://127.0.0.1/",
            "http://127.0.0.1:810/",
            "/",
        ] {
            assert!(!may(uri), "{uri}");
        }
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let tunnel = http::Request::connect("http://example.org/").body(body).unwrap();
        assert!(outgoing.sender(&tunnel).is_err());
    }
}
