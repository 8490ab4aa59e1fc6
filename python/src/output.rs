//! What a program prints, kept in memory up to a limit.

use std::{
    io, mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, StreamResult},
};

/// Bytes that a guest may write at once.
const PIECE: usize = 1 << 20;

/// Standard output or error of one program; a clone is the same one.
///
/// `MemoryOutputPipe` of wasmtime-wasi can't be asked whether its limit was met, and has programs of 0.3 try for ever.
#[derive(Clone, Debug)]
pub(crate) struct Output(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    room: usize,
    is_full: bool,
}

impl Output {
    /// Keeps up to `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Kept { bytes: Vec::new(), room: most, is_full: false })))
    }

    /// What was printed.
    pub(crate) fn take(&self) -> Vec<u8> {
        mem::take(&mut self.kept().bytes)
    }

    /// Whether there was more than is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.kept().is_full
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what there is room for, and says whether that is all.
    fn keep(&self, bytes: &[u8]) -> bool {
        let mut kept = self.kept();
        let (part, rest) = bytes.split_at(bytes.len().min(kept.room));
        kept.bytes.extend_from_slice(part);
        kept.room -= part.len();
        kept.is_full |= !rest.is_empty();
        rest.is_empty()
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

    // The default one has a task write, which the end of the program may overtake.
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if self.keep(&bytes) { Ok(()) } else { Err(StreamError::Closed) }
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.is_full() { Err(StreamError::Closed) } else { Ok(PIECE) }
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(if self.keep(bytes) { Ok(bytes.len()) } else { Err(io::ErrorKind::BrokenPipe.into()) })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
