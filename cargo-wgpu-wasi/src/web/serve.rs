//! A web server for one site, for this machine alone.

use std::{
    fs,
    io::Cursor,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::{Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// How many requests are answered at a time: a browser asks for several files at once.
const THREADS: usize = 4;

/// Shows the site until the program is ended.
pub(super) fn serve(site: &Path, port: u16) -> Result<()> {
    let server = Server::http((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| anyhow!("can't listen on port {port} of this machine: {error}"))?;
    let port = server.server_addr().to_ip().map_or(port, |address| address.port());
    println!("The page is at http://127.0.0.1:{port}/ until Ctrl-C");
    let server = Arc::new(server);
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (server, site) = (Arc::clone(&server), site.to_owned());
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    // Who asks may have gone away.
                    let _ = answer(request, &site);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| anyhow!("the web server has panicked"))?;
    }
    Ok(())
}

fn answer(request: Request, site: &Path) -> std::io::Result<()> {
    let file = find(request.url(), site).filter(|_| matches!(request.method(), Method::Get | Method::Head));
    let read = file.and_then(|path| Some((fs::read(&path).ok()?, kind(&path))));
    let (status, bytes, kind) = match read {
        Some((bytes, kind)) => (200, bytes, kind),
        None => (404, b"There is no such file.\n".to_vec(), "text/plain"),
    };
    let length = bytes.len();
    // The site may be built anew while it is shown.
    let headers = [("Content-Type", kind), ("Cache-Control", "no-store")];
    let headers = headers.iter().filter_map(|(name, value)| Header::from_bytes(*name, *value).ok()).collect();
    request.respond(Response::new(StatusCode(status), headers, Cursor::new(bytes), Some(length), None))
}

/// The file for an address; none leads out of the site.
fn find(url: &str, site: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = decode(path)?;
    let mut file = site.to_owned();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let inside = name != "." && name != ".." && !name.contains(['\\', ':', '\0']);
        file.push(inside.then_some(name)?);
    }
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

/// Bytes that are written as `%20` in an address.
fn decode(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The type of a file's content, by its name.
fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_files_of_the_site() {
        let site = Path::new("/site");
        assert_eq!(find("/app/app.js?x=1", site), Some(site.join("app/app.js")));
        assert_eq!(find("/files/a%20b.png", site), Some(site.join("files/a b.png")));
        for out in ["/../x", "/a/%2e%2e/b", "/..%5cx", "/a%2f..%2f..%2fb", "/c:/x", "/%zz", "/%2"] {
            assert_eq!(find(out, site), None, "{out}");
        }
    }
}
