//! What those see who look after a server: whether it lives and is ready, and its metrics.

use std::net::SocketAddr;

use http::{HeaderValue, Request, Response, StatusCode, Version, header};

use super::hosts::{Hosts, the_host};
use crate::http::CONTENT_TYPE;

/// Why something is not so.
pub(in crate::cli) type No = &'static str;

/// A server that is looked after.
pub(in crate::cli) trait Administered {
    /// Whether it has started.
    fn started(&self) -> Result<(), No>;

    /// Whether it is worth sending requests to it.
    fn ready(&self) -> Result<(), No>;

    /// What it has counted, as text for Prometheus.
    fn metrics(&self) -> String;
}

/// The place where a server is looked after.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Administration<S> {
    hosts: Hosts,
    server: S,
}

impl<S: Administered> Administration<S> {
    /// Of `server`, at `address`.
    pub(in crate::cli) fn new(address: SocketAddr, server: S) -> Self {
        Self { hosts: Hosts::new(address, &[]), server }
    }

    /// The answer to a request.
    pub(in crate::cli) fn respond<B>(&self, request: &Request<B>) -> Response<String> {
        if !self.is_meant(request) {
            let why = "the administration is not known by this name: use its number, or localhost\n";
            return text(StatusCode::MISDIRECTED_REQUEST, why);
        }
        let told = |is: Result<(), No>| match is {
            Ok(()) => text(StatusCode::OK, "ok\n"),
            Err(no) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{no}\n")),
        };
        match request.uri().path() {
            "/livez" => told(Ok(())),
            "/startz" => told(self.server.started()),
            "/readyz" => told(self.server.started().and_then(|()| self.server.ready())),
            "/metrics" => {
                let mut response = text(StatusCode::OK, self.server.metrics());
                let kind = HeaderValue::from_static(CONTENT_TYPE);
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            _ => text(StatusCode::NOT_FOUND, "there are /livez, /readyz, /startz and /metrics\n"),
        }
    }

    /// Whether a request names this server. Where others reach it, they may have any name for it, as Prometheus has in a
    /// cluster, and whoever reaches it may read it.
    fn is_meant<B>(&self, request: &Request<B>) -> bool {
        if !self.hosts.are_local() {
            return true;
        }
        match the_host(request.headers()) {
            Some(host) => self.hosts.has(&host),
            None if request.headers().contains_key(header::HOST) => false,
            // Of HTTP/2; and no browser speaks HTTP/1.0, which needs none.
            None => match request.uri().authority() {
                Some(authority) => self.hosts.has(&authority.as_str().to_ascii_lowercase()),
                None => request.version() == Version::HTTP_10,
            },
        }
    }
}

fn text(status: StatusCode, text: impl Into<String>) -> Response<String> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Server(Result<(), No>, Result<(), No>);

    impl Administered for Server {
        fn started(&self) -> Result<(), No> {
            self.0
        }

        fn ready(&self) -> Result<(), No> {
            self.1
        }

        fn metrics(&self) -> String {
            "metrics\n".to_owned()
        }
    }

    fn status(address: &str, uri: &str, version: Version, hosts: &[&str]) -> u16 {
        let administration = Administration::new(address.parse().unwrap(), Server(Ok(()), Ok(())));
        let mut request = Request::get(uri).version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        administration.respond(&request.body(()).unwrap()).status().as_u16()
    }

    #[test]
    fn names_that_others_have_pointed_here_are_refused() {
        let own = |hosts: &[&str]| status("127.0.0.1:9090", "/metrics", Version::HTTP_11, hosts);
        for host in ["127.0.0.1:9090", "localhost", "LocalHost:9090", "[::1]:9090"] {
            assert_eq!(own(&[host]), 200, "{host}");
        }
        for hosts in [&["evil.example:9090"][..], &["192.0.2.1"], &["localhost", "evil.example"], &[], &[""]]
        {
            assert_eq!(own(hosts), 421, "{hosts:?}");
        }
        let second = |uri| status("127.0.0.1:9090", uri, Version::HTTP_2, &[]);
        assert_eq!(second("http://localhost:9090/livez"), 200);
        assert_eq!(second("http://evil.example:9090/livez"), 421);
        assert_eq!(status("127.0.0.1:9090", "/livez", Version::HTTP_10, &[]), 200);
        for host in ["192.0.2.1:9090", "server.monitoring.svc"] {
            assert_eq!(status("0.0.0.0:9090", "/metrics", Version::HTTP_11, &[host]), 200, "{host}");
        }
    }

    #[test]
    fn it_says_how_the_server_is() {
        let said = |server: &Server, path: &str| {
            let administration = Administration::new("127.0.0.1:1".parse().unwrap(), server.clone());
            let request = Request::get(path).header(header::HOST, "localhost").body(()).unwrap();
            let response = administration.respond(&request);
            (response.status().as_u16(), response.into_body())
        };
        let starting = Server(Err("starting"), Err("no instance"));
        assert_eq!(said(&starting, "/livez"), (200, "ok\n".to_owned()));
        assert_eq!(said(&starting, "/startz"), (503, "starting\n".to_owned()));
        assert_eq!(said(&starting, "/readyz"), (503, "starting\n".to_owned()));
        let failing = Server(Ok(()), Err("no instance"));
        assert_eq!(said(&failing, "/startz"), (200, "ok\n".to_owned()));
        assert_eq!(said(&failing, "/readyz"), (503, "no instance\n".to_owned()));
        assert_eq!(said(&failing, "/metrics"), (200, "metrics\n".to_owned()));
        assert_eq!(said(&failing, "/").0, 404);
    }
}
