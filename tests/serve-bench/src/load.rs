//! Requests to a server of this machine: as many as it answers, or so many a second, however long it takes for them.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::{net::TcpStream, time::Instant};

/// What is sent, and for how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct Load {
    /// The server's address and port
    address: String,
    #[arg(long, default_value = "/")]
    path: String,
    /// What is posted
    #[arg(long)]
    body: PathBuf,
    /// What the answer has to be
    #[arg(long)]
    expect: Option<PathBuf>,
    /// Writes the first answer to this file, and sends nothing else
    #[arg(long)]
    out: Option<PathBuf>,
    /// Connections, each with one request at a time
    #[arg(long, default_value_t = 1)]
    clients: u32,
    /// Requests a second; without it, each client sends one as soon as the one before is answered
    #[arg(long)]
    rate: Option<f64>,
    /// How long, after a fifth of it that is not counted
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Sends so many instead, however long that takes, and counts all of them
    #[arg(long, conflicts_with = "rate")]
    requests: Option<u32>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Right answers a second.
    rate: f64,
    wrong: usize,
    /// With 503.
    refused: usize,
    /// With another status, or with none.
    failed: usize,
    /// Milliseconds until a right answer; from when the request was due, if that was said.
    p50: f64,
    p99: f64,
    /// The same until the slowest 503.
    refused_max: f64,
    /// Answers with 200, those that are not counted otherwise among them.
    answered: usize,
    /// The same with 503.
    answered_busy: usize,
}

impl Load {
    pub(crate) async fn run(self) -> anyhow::Result<Report> {
        let read = |path: &PathBuf| Ok::<_, anyhow::Error>(Bytes::from(fs::read(path)?));
        let (body, expect) = (read(&self.body)?, self.expect.as_ref().map(read).transpose()?);
        if let Some(out) = &self.out {
            let (status, answer) = Client::new(&self, &body).ask().await?;
            anyhow::ensure!(status == StatusCode::OK, "{status}: {}", String::from_utf8_lossy(&answer));
            fs::write(out, answer)?;
        }
        let start = Instant::now() + Duration::from_millis(20);
        let mut begin = start + Duration::from_secs_f64(self.seconds / 5.0);
        let mut end = begin + Duration::from_secs_f64(self.seconds);
        if self.requests.is_some() {
            (begin, end) = (start, start + Duration::from_secs(24 * 3600));
        }
        if self.out.is_some() {
            end = start;
        }
        let next = Arc::new(AtomicU32::new(0));
        let clients: Vec<_> = (0..self.clients)
            .map(|_| {
                let (client, expect) = (Client::new(&self, &body), expect.clone());
                tokio::spawn(client.run([start, begin, end], Arc::clone(&next), expect))
            })
            .collect();
        let mut seen = Seen::default();
        for client in clients {
            seen.add(client.await?);
        }
        let seconds = if self.requests.is_some() { start.elapsed().as_secs_f64() } else { self.seconds };
        Ok(seen.report(seconds))
    }
}

/// A connection.
struct Client {
    load: Load,
    body: Bytes,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    fn new(load: &Load, body: &Bytes) -> Self {
        Self { load: load.clone(), body: body.clone(), sender: None }
    }

    async fn run(
        mut self,
        [start, begin, end]: [Instant; 3],
        next: Arc<AtomicU32>,
        expect: Option<Bytes>,
    ) -> Seen {
        let mut seen = Seen::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = match self.load.rate {
                // Whoever is free takes the next one. What none was free for is late, and counts from when it was due.
                Some(rate) => start + Duration::from_secs_f64(f64::from(number) / rate),
                None => Instant::now().max(start),
            };
            if due >= end || self.load.requests.is_some_and(|most| number >= most) {
                return seen;
            }
            // A sleep of no time takes one to the next millisecond.
            if due > Instant::now() {
                tokio::time::sleep_until(due).await;
            }
            let answer = self.ask().await;
            let took = due.elapsed().as_secs_f64() * 1e3;
            match &answer {
                Ok((StatusCode::OK, _)) => seen.answered += 1,
                Ok((StatusCode::SERVICE_UNAVAILABLE, _)) => seen.answered_busy += 1,
                Ok(_) | Err(_) => {}
            }
            if due < begin {
                continue;
            }
            match answer {
                Ok((StatusCode::OK, body)) if expect.as_ref().is_none_or(|expect| *expect == body) => {
                    seen.right.push(took);
                }
                Ok((StatusCode::OK, _)) => seen.wrong += 1,
                Ok((StatusCode::SERVICE_UNAVAILABLE, _)) => seen.refused.push(took),
                Ok(_) | Err(_) => seen.failed += 1,
            }
        }
    }

    /// Sends the request, on a new connection where the server has closed the one before.
    async fn ask(&mut self) -> anyhow::Result<(StatusCode, Bytes)> {
        let mut before = self.sender.take();
        let is_open = match &mut before {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        let mut sender = match before {
            Some(sender) if is_open => sender,
            _ => {
                let stream =
                    TcpStream::connect(&self.load.address).await.context(self.load.address.clone())?;
                stream.set_nodelay(true)?;
                let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                sender
            }
        };
        let request = Request::post(&self.load.path).header(header::HOST, "localhost");
        let response = sender.send_request(request.body(Full::new(self.body.clone()))?).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        self.sender = Some(sender);
        Ok((status, body))
    }
}

/// What clients have seen; times in milliseconds.
#[derive(Default)]
struct Seen {
    right: Vec<f64>,
    refused: Vec<f64>,
    wrong: usize,
    failed: usize,
    answered: usize,
    answered_busy: usize,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.right.extend(other.right);
        self.refused.extend(other.refused);
        self.wrong += other.wrong;
        self.failed += other.failed;
        self.answered += other.answered;
        self.answered_busy += other.answered_busy;
    }

    fn report(mut self, seconds: f64) -> Report {
        self.right.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index = (self.right.len() as f64 * share) as usize;
            self.right.get(index.min(self.right.len().saturating_sub(1))).copied().unwrap_or(0.0)
        };
        Report {
            rate: self.right.len() as f64 / seconds,
            wrong: self.wrong,
            refused: self.refused.len(),
            failed: self.failed,
            p50: at(0.5),
            p99: at(0.99),
            refused_max: self.refused.iter().copied().fold(0.0, f64::max),
            answered: self.answered,
            answered_busy: self.answered_busy,
        }
    }
}
