//! Clients that ask for much and read it slowly.

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::Instant,
};

/// Who reads what, and how slowly.
#[derive(Args, Clone, Debug)]
pub(crate) struct Readers {
    /// The server's address and port
    address: String,
    #[arg(long)]
    path: String,
    #[arg(long, default_value_t = 50)]
    readers: u32,
    /// Bytes a second that each of them reads
    #[arg(long, default_value_t = 1000)]
    rate: usize,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Those for whom the server went on to the end.
    there: usize,
    bytes: usize,
}

impl Readers {
    /// What the system keeps for a reader: little, so that the rest is the server's.
    const WINDOW: u32 = 4096;

    pub(crate) async fn run(self) -> anyhow::Result<Report> {
        let mut all = Vec::new();
        for _ in 0..self.readers {
            all.push(self.ask().await?);
        }
        // Whoever has started this may go on.
        println!("all of them read");
        let end = Instant::now() + Duration::from_secs_f64(self.seconds);
        let reading: Vec<_> =
            all.into_iter().map(|stream| tokio::spawn(read(stream, self.rate, end))).collect();
        let mut report = Report::default();
        for reader in reading {
            let (there, bytes) = reader.await?;
            report.there += usize::from(there);
            report.bytes += bytes;
        }
        Ok(report)
    }

    /// Sends a request, and waits for the beginning of its answer.
    async fn ask(&self) -> anyhow::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(Self::WINDOW)?;
        let mut stream = socket.connect(self.address.parse().context(self.address.clone())?).await?;
        let head = format!("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", self.path);
        stream.write_all(head.as_bytes()).await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        anyhow::ensure!(status.ends_with(b"200"), "{}", String::from_utf8_lossy(&status));
        Ok(stream)
    }
}

/// Whether there was something to read to the end, and how much.
async fn read(mut stream: TcpStream, rate: usize, end: Instant) -> (bool, usize) {
    let (mut part, mut bytes) = (vec![0; rate], 0);
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    while Instant::now() < end {
        seconds.tick().await;
        match tokio::time::timeout_at(end, stream.read(&mut part)).await {
            // The system moves a small window on now and then.
            Err(_) => break,
            Ok(Ok(read @ 1..)) => bytes += read,
            Ok(Ok(0) | Err(_)) => return (false, bytes),
        }
    }
    (true, bytes)
}
