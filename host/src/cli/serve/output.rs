//! What instances print: lines of the log.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// Bytes of a line that are logged; the rest is another one.
const LONGEST: usize = 8 << 10;

/// Lines that an instance may log in each [`PERIOD`]; the others are counted.
const MOST_LINES: u32 = 1000;
const PERIOD: Duration = Duration::from_secs(10);

/// The standard output, or the errors, of one instance.
#[derive(Clone)]
pub(in crate::cli) struct Output(Arc<Mutex<Lines>>);

struct Lines {
    app: String,
    instance: u64,
    begun: Vec<u8>,
    since: Instant,
    logged: u32,
    lost: u64,
}

impl Output {
    pub(in crate::cli) fn new(app: &str, instance: u64) -> Self {
        let (app, since) = (app.to_owned(), Instant::now());
        Self(Arc::new(Mutex::new(Lines { app, instance, begun: Vec::new(), since, logged: 0, lost: 0 })))
    }
}

impl Lines {
    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = LONGEST.saturating_sub(self.begun.len());
            let end = bytes.iter().take(room).position(|byte| *byte == b'\n');
            let (part, rest) = bytes.split_at(end.unwrap_or(room.min(bytes.len())));
            self.begun.extend_from_slice(part);
            bytes = rest;
            if end.is_some() {
                bytes = rest.get(1..).unwrap_or_default();
                self.end_line();
            } else if self.begun.len() >= LONGEST {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let Self { app, instance, .. } = self;
        if self.since.elapsed() >= PERIOD {
            if self.lost > 0 {
                tracing::warn!(app, instance, "{} lines of the component were not logged", self.lost);
            }
            (self.since, self.logged, self.lost) = (Instant::now(), 0, 0);
        }
        if self.logged < MOST_LINES {
            self.logged += 1;
            tracing::info!(app, instance, "{}", String::from_utf8_lossy(&self.begun).trim_end());
        } else {
            self.lost += 1;
        }
        self.begun.clear();
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.begun.is_empty() {
            self.end_line();
        }
        if self.lost > 0 {
            let Self { app, instance, lost, .. } = self;
            tracing::warn!(app, instance, "{lost} lines of the component were not logged");
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().write(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_and_counted() {
        let output = Output::new("app", 0);
        let mut lines = output.0.lock();
        lines.write(b"one\ntwo");
        assert_eq!((lines.logged, lines.begun.as_slice()), (1, &b"two"[..]));
        lines.write(&[b'x'; LONGEST * 2]);
        assert_eq!((lines.logged, lines.begun.len()), (3, 3));
        lines.write(&b"\n".repeat(MOST_LINES as usize));
        assert_eq!((lines.logged, lines.lost), (MOST_LINES, 3));
    }
}
