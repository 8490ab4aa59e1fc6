//! Who is let in. A server of this machine's own is reached by every page that its user opens: so a request has to name
//! the server by a name that is its own, which a page of somebody else's domain that was pointed here can't (DNS
//! rebinding), and pages of other sites are refused. Who comes from elsewhere needs the secret in the address.

use std::net::SocketAddr;

use http::{HeaderMap, StatusCode, Uri, header};

use crate::cli::listening::{Hosts, the_host};

/// The secret in the address.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    /// A new one, of 128 random bits.
    pub(super) fn new() -> wasmtime::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| wasmtime::format_err!("no random numbers: {error}"))?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether the query of an address has it. How long that takes does not depend on where they differ.
    fn is_in(&self, query: &str) -> bool {
        let given = query.split('&').find_map(|part| part.strip_prefix("token=")).unwrap_or_default();
        let pairs = given.bytes().zip(self.0.bytes());
        given.len() == self.0.len() && pairs.fold(0, |all, (one, other)| all | (one ^ other)) == 0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// The name of the server is none of its own.
    Host,
    /// Another site's page asks.
    Origin,
    /// The secret is missing or wrong.
    Token,
}

impl Closed {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin | Self::Token => StatusCode::FORBIDDEN,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Host => {
                "This server is not known by the name in the address. Use its number, or start it with --host NAME."
            }
            Self::Origin => "Pages of other sites may not use this server.",
            Self::Token => {
                "The secret in the address is missing or wrong. The server printed the whole address when it started."
            }
        }
    }

    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Origin => "origin",
            Self::Token => "token",
        }
    }
}

/// What lets visitors in.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    token: Option<Token>,
    hosts: Hosts,
}

impl Gate {
    pub(super) fn new(address: SocketAddr, token: Option<Token>, hosts: &[String]) -> Self {
        Self { token, hosts: Hosts::new(address, hosts) }
    }

    /// Whether a request may come in. `opens`: it is for what a person opens, by a link from anywhere perhaps.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap, opens: bool) -> Result<(), Closed> {
        let host = the_host(headers).filter(|host| self.hosts.has(host)).ok_or(Closed::Host)?;
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
        if text(header::ORIGIN).is_some_and(|origin| !self.is_own(&origin, &host)) {
            return Err(Closed::Origin);
        }
        let site = text(header::HeaderName::from_static("sec-fetch-site"));
        let mode = text(header::HeaderName::from_static("sec-fetch-mode"));
        let by_a_link = opens && mode.as_deref() == Some("navigate");
        if site.is_some_and(|site| site != "same-origin" && site != "none") && !by_a_link {
            return Err(Closed::Origin);
        }
        match &self.token {
            Some(token) if !token.is_in(uri.query().unwrap_or_default()) => Err(Closed::Token),
            _ => Ok(()),
        }
    }

    /// Whether a page of `origin` is the server's own. A proxy in front of it may add TLS.
    fn is_own(&self, origin: &str, host: &str) -> bool {
        let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        rest.is_some_and(|rest| rest == host || self.hosts.names().iter().any(|known| rest == known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(address: &str, token: Option<&str>) -> Gate {
        let token = token.map(|token| Token(token.to_owned()));
        Gate::new(address.parse().unwrap(), token, &["Gpu.Example".to_owned()])
    }

    fn check(gate: &Gate, uri: &str, lines: &[(&'static str, &str)]) -> Result<(), Closed> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        gate.check(&uri.parse().unwrap(), &headers, uri.starts_with("/?") || uri == "/")
    }

    #[test]
    fn a_server_has_its_own_names() {
        let own = gate("127.0.0.1:8080", None);
        for host in
            ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "[::1]", "gpu.example:443"]
        {
            assert_eq!(check(&own, "/ws", &[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example", "evil.example:8080", "192.0.2.1:8080", "localhost.evil.example", ""] {
            assert_eq!(check(&own, "/ws", &[("host", host)]), Err(Closed::Host), "{host}");
        }
        assert_eq!(check(&own, "/", &[]), Err(Closed::Host));
        let two = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(check(&own, "/", &two), Err(Closed::Host));
        assert_eq!(check(&gate("0.0.0.0:80", None), "/", &[("host", "192.0.2.1:8080")]), Ok(()));
        assert_eq!(check(&gate("0.0.0.0:80", None), "/", &[("host", "evil.example")]), Err(Closed::Host));
    }

    #[test]
    fn pages_of_others_are_refused() {
        let own = gate("127.0.0.1:8080", None);
        let host = ("host", "localhost:8080");
        let from = |origin| check(&own, "/ws", &[host, ("origin", origin)]);
        assert_eq!((from("http://localhost:8080"), from("https://localhost:8080")), (Ok(()), Ok(())));
        assert_eq!(from("https://gpu.example"), Ok(()));
        for origin in [
            "http://evil.example",
            "http://gpu.example:81",
            "null",
            "http://localhost:9090",
            "http://localhost",
            "file://",
        ] {
            assert_eq!(from(origin), Err(Closed::Origin), "{origin}");
        }
        let by =
            |uri, site, mode| check(&own, uri, &[host, ("sec-fetch-site", site), ("sec-fetch-mode", mode)]);
        assert_eq!(by("/stream.mjpeg", "cross-site", "no-cors"), Err(Closed::Origin));
        assert_eq!(by("/stream.mjpeg", "same-site", "navigate"), Err(Closed::Origin));
        assert_eq!(by("/stream.mjpeg", "same-origin", "no-cors"), Ok(()));
        assert_eq!(by("/", "cross-site", "navigate"), Ok(()));
        assert_eq!(by("/", "cross-site", "no-cors"), Err(Closed::Origin));
        assert_eq!(by("/", "none", "navigate"), Ok(()));
    }

    #[test]
    fn the_secret_is_asked_for() {
        let gate = gate("0.0.0.0:8080", Some("0123"));
        let with = |uri| check(&gate, uri, &[("host", "192.0.2.1")]);
        assert_eq!((with("/?token=0123"), with("/ws?scale=2&token=0123")), (Ok(()), Ok(())));
        for uri in ["/", "/?token=", "/?token=012", "/?token=01234", "/?token=0124", "/?a=token=0123"] {
            assert_eq!(with(uri), Err(Closed::Token), "{uri}");
        }
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert!(one.text().len() == 32 && one.text() != other.text());
        assert!(!format!("{one:?}").contains(one.text()));
    }
}
