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

/// `wgpu-wasi serve` or `stream`, or one that says in the same way where it is.
pub(crate) struct Server {
    child: Child,
    /// Its address and port.
    pub(crate) address: String,
    /// Those of its administration, if it has one.
    admin: String,
}

/// What the system knows of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Megabytes of memory that it has.
    pub(crate) megabytes: f64,
    pub(crate) threads: f64,
}

impl Server {
    /// The arguments of `wgpu-wasi` for a server at ports that are free.
    pub(crate) const PORTS: [&str; 4] = ["--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"];

    /// Starts it, and waits until it says where it is. What it says is in `log`, without a line for each request.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        const PATIENCE: Duration = Duration::from_secs(300);
        let servers = "wgpu_wasi_host::cli::serve::server=info,wgpu_wasi_host::cli::stream::server=info";
        command.env("RUST_LOG", format!("warn,{servers}"));
        let child = command.stdout(Stdio::null()).stderr(File::create(log)?).spawn();
        let mut server = Self {
            child: child.with_context(|| format!("{command:?}"))?,
            address: String::new(),
            admin: String::new(),
        };
        let start = Instant::now();
        loop {
            let said = fs::read_to_string(log)?;
            if let Some([address, admin]) = addresses(&said) {
                (server.address, server.admin) = (address, admin);
                return Ok(server);
            }
            let over = server.child.try_wait()?.is_some() || start.elapsed() > PATIENCE;
            ensure!(!over, "{command:?} does not serve: {said}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The body of its answer to this one.
    pub(crate) fn post(&self, body: &[u8]) -> Result<Vec<u8>> {
        ask(&self.address, "POST / HTTP/1.0", body)
    }

    /// Its metrics whose line starts with this, together.
    pub(crate) fn metric(&self, start: &str) -> Result<f64> {
        let text = String::from_utf8(ask(&self.admin, "GET /metrics HTTP/1.0", &[])?)?;
        let lines = text.lines().filter(|line| line.starts_with(start));
        let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum())
    }

    /// What the system says of it.
    pub(crate) fn usage(&self) -> Result<Usage> {
        let status = self.told("status")?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        };
        let found = |name: &str| number(name).with_context(|| format!("no {name} of the process"));
        Ok(Usage { megabytes: found("VmRSS:")? / 1024.0, threads: found("Threads:")? })
    }

    /// Seconds of the processor that it has had.
    pub(crate) fn processor(&self) -> Result<f64> {
        /// In a second, on Linux for programs.
        const TICKS: f64 = 100.0;
        let stat = self.told("stat")?;
        // Behind its name, which may have anything in it.
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let used: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
        ensure!(used.len() == 2, "the system does not say what the process has used: {stat}");
        Ok(used.iter().sum::<f64>() / TICKS)
    }

    fn told(&self, what: &str) -> Result<String> {
        let file = format!("/proc/{}/{what}", self.child.id());
        fs::read_to_string(&file).with_context(|| format!("{file}: this is measured on Linux"))
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn end(mut self) -> Result<()> {
        const PATIENCE: Duration = Duration::from_secs(60);
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(told.success(), "the server can't be told to end");
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the server has ended with {status}");
                return Ok(());
            }
            ensure!(start.elapsed() < PATIENCE, "the server does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a server is, and its administration, when it has said so in its log.
fn addresses(log: &str) -> Option<[String; 2]> {
    let says = |line: &&str| {
        line.ends_with('\n') && (line.contains("serving at http://") || line.contains("showing "))
    };
    let line = log.split_inclusive('\n').find(says)?;
    let mut addresses = line.split("http://").skip(1).map(|rest| {
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().to_owned()
    });
    Some([addresses.next()?, addresses.next().unwrap_or_default()])
}

/// The body of an answer to a request that begins so.
fn ask(address: &str, line: &str, body: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).with_context(|| address.to_owned())?;
    write!(stream, "{line}\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_say_where_they_are() {
        let starting = "INFO starting, administration at http://127.0.0.1:2\n";
        assert_eq!(addresses(starting), None);
        let found = |line: &str| addresses(&format!("{starting}{line}"));
        let both = Some(["127.0.0.1:1".to_owned(), "127.0.0.1:2".to_owned()]);
        let serving = "INFO serving at http://127.0.0.1:1, administration at http://127.0.0.1:2\n";
        assert_eq!(found(serving), both);
        let showing = "INFO showing nbody at http://127.0.0.1:1, administration at http://127.0.0.1:2\n";
        assert_eq!(found(showing), both);
        assert_eq!(found("serving at http://127.0.0.1:1\n"), Some(["127.0.0.1:1".to_owned(), String::new()]));
        assert_eq!(found("serving at http://127.0.0.1:1, admin"), None);
    }
}
