//! By which names a server is reached. One of this machine's own is reached by every page that its user opens, under a
//! name that somebody else has pointed here (DNS rebinding). So such names don't count.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, header};

/// The names of a server.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Hosts {
    /// Whether only this machine reaches the server.
    is_local: bool,
    /// Beside its numbers and `localhost`.
    names: Vec<String>,
}

impl Hosts {
    /// Of a server at `address`, which has these names beside.
    pub(in crate::cli) fn new(address: SocketAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { is_local: address.ip().is_loopback(), names }
    }

    /// Whether only this machine reaches the server.
    pub(in crate::cli) fn are_local(&self) -> bool {
        self.is_local
    }

    /// Those beside its numbers and `localhost`, in lower case.
    pub(in crate::cli) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether `host`, with a port or without, is the server. It is in lower case.
    pub(in crate::cli) fn has(&self, host: &str) -> bool {
        let name = without_port(host);
        let is_known = name == "localhost" || self.names.iter().any(|known| without_port(known) == name);
        let number = || name.trim_matches(['[', ']']).parse::<IpAddr>();
        // A number is no name that somebody could have point here.
        is_known || number().is_ok_and(|number| number.is_loopback() || !self.is_local)
    }
}

/// The host that a request names, in lower case. There has to be one: of several, nobody knows which one counts.
pub(in crate::cli) fn the_host(headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => Some(host.to_ascii_lowercase()),
        _ => None,
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
