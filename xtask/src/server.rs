//! A server that is started for a measurement or a comparison, and ended with it.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

/// `wgpu-wasi serve`, or one that says in the same way where it is.
pub(crate) struct Server {
    child: Child,
    /// Its address and port.
    pub(crate) address: String,
}

impl Server {
    /// The arguments of `wgpu-wasi` for a server at ports that are free.
    pub(crate) const SERVE: [&str; 5] = ["serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"];

    /// Starts it, and waits until it says where it is. What it says is in `log`, without a line for each request.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        const PATIENCE: Duration = Duration::from_secs(300);
        command.env("RUST_LOG", "warn,wgpu_wasi_host::cli::serve::server=info");
        let child = command.stdout(Stdio::null()).stderr(File::create(log)?).spawn();
        let mut server =
            Self { child: child.with_context(|| format!("{command:?}"))?, address: String::new() };
        let start = Instant::now();
        loop {
            let said = fs::read_to_string(log)?;
            if let Some((_, rest)) = said.split_once("serving at http://")
                && let Some(end) = rest.find([',', '\n'])
            {
                server.address = rest.get(..end).unwrap_or_default().to_owned();
                return Ok(server);
            }
            let over = server.child.try_wait()?.is_some() || start.elapsed() > PATIENCE;
            ensure!(!over, "{command:?} does not serve: {said}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The body of its answer to this one.
    pub(crate) fn post(&self, body: &[u8]) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(stream, "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|end| end == b"\r\n\r\n").context("there is no answer")?;
        let body = answer.split_off(end + 4);
        let head = String::from_utf8_lossy(&answer);
        let status = head.split(' ').nth(1).unwrap_or_default();
        ensure!(status == "200", "{status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
