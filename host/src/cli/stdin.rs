//! Standard input that is a pipe or a file, for one guest. wasmtime's own has a thread that reads 64 KiB when it is asked,
//! and sleeps until it is asked again: two changes of threads for each 64 KiB. Here the thread goes on while the guest
//! takes what is there. It reads no more than the guest has asked for, in bytes; what a guest has asked for and not taken
//! is lost to the next program.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io::{self, Read},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    thread,
};

use bytes::{Bytes, BytesMut};
use parking_lot::{Condvar, Mutex};
use tokio::io::{AsyncRead, ReadBuf};
use wasmtime_wasi::{
    cli::{IsTerminal, StdinStream},
    p2::{InputStream, Pollable, StreamError, StreamResult},
};

use crate::runtime::PIECE;

/// What is read and not taken, at most.
const AHEAD: usize = 256 << 10;

/// Standard input, or what takes its place. A clone is the same.
#[derive(Clone)]
pub(super) struct Stdin(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// For the thread: the guest has asked for something.
    asked: Condvar,
}

struct State {
    /// What the thread will read, until it is started.
    source: Option<Box<dyn Read + Send>>,
    there: VecDeque<Bytes>,
    /// Bytes in there.
    len: usize,
    /// How many the guest has asked for and not got.
    wanted: usize,
    /// Why there will be no more.
    end: Option<End>,
    waiting: Vec<Waker>,
}

enum End {
    Closed,
    Failed(io::Error),
}

impl Stdin {
    /// Of `source`, which is read from as soon as a guest reads.
    pub(super) fn new(source: impl Read + Send + 'static) -> Self {
        let state = State {
            source: Some(Box::new(source)),
            there: VecDeque::new(),
            len: 0,
            wanted: 0,
            end: None,
            waiting: Vec::new(),
        };
        Self(Arc::new(Shared { state: Mutex::new(state), asked: Condvar::new() }))
    }

    /// Has the thread read for somebody who wants `size` bytes.
    fn ask(&self, state: &mut State, size: usize) {
        state.wanted = size;
        if size == 0 || state.end.is_some() {
            return;
        }
        if let Some(source) = state.source.take() {
            let shared = Arc::clone(&self.0);
            #[expect(clippy::disallowed_methods, reason = "it ends with the input, or with the process")]
            let spawned = thread::Builder::new()
                .name("wgpu-wasi stdin".to_owned())
                .spawn(move || shared.read_all(source));
            if let Err(error) = spawned {
                state.end = Some(End::Failed(error));
            }
        }
        self.0.asked.notify_one();
    }

    /// Takes up to `size` bytes; `None`: nothing is there yet.
    fn take(&self, size: usize) -> Option<io::Result<Bytes>> {
        let mut state = self.0.state.lock();
        let Some(mut piece) = state.there.pop_front() else {
            return match state.end.take() {
                None => {
                    self.ask(&mut state, size);
                    None
                }
                Some(End::Closed) => {
                    state.end = Some(End::Closed);
                    Some(Ok(Bytes::new()))
                }
                Some(End::Failed(error)) => {
                    state.end = Some(End::Closed);
                    Some(Err(error))
                }
            };
        };
        let taken = piece.split_to(piece.len().min(size));
        if !piece.is_empty() {
            state.there.push_front(piece);
        }
        state.len = state.len.saturating_sub(taken.len());
        self.ask(&mut state, size.saturating_sub(taken.len()));
        Some(Ok(taken))
    }

    /// Whether something can be taken; whoever waits for it, wants `size` bytes.
    fn poll_there(&self, context: &Context<'_>, size: usize) -> Poll<()> {
        let mut state = self.0.state.lock();
        if state.there.is_empty() && state.end.is_none() {
            let size = size.max(state.wanted);
            self.ask(&mut state, size);
        }
        if !state.there.is_empty() || state.end.is_some() {
            return Poll::Ready(());
        }
        if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            state.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Shared {
    /// Reads whenever there is a wish, to the end.
    fn read_all(&self, mut source: Box<dyn Read + Send>) {
        loop {
            let size = {
                let mut state = self.state.lock();
                self.asked.wait_while(&mut state, |state| state.wanted.min(AHEAD) <= state.len);
                state.wanted.min(AHEAD).saturating_sub(state.len).min(PIECE)
            };
            let mut piece = BytesMut::zeroed(size);
            let read = source.read(&mut piece);
            let mut state = self.state.lock();
            match read {
                Ok(0) => state.end = Some(End::Closed),
                Ok(bytes) => {
                    piece.truncate(bytes);
                    state.len = state.len.saturating_add(bytes);
                    state.there.push_back(piece.freeze());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => state.end = Some(End::Failed(error)),
            }
            let (over, waiting) = (state.end.is_some(), std::mem::take(&mut state.waiting));
            drop(state);
            waiting.into_iter().for_each(Waker::wake);
            if over {
                return;
            }
        }
    }
}

impl IsTerminal for Stdin {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Stdin {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

impl InputStream for Stdin {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            return Ok(Bytes::new());
        }
        match self.take(size) {
            None => Ok(Bytes::new()),
            Some(Ok(bytes)) if bytes.is_empty() => Err(StreamError::Closed),
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(error)) => Err(StreamError::LastOperationFailed(error.into())),
        }
    }

    // Written out, for the trait is one of the macro `async_trait`. Its own waits for it doesn't say how many bytes.
    fn blocking_read<'life, 'future>(
        &'life mut self,
        size: usize,
    ) -> Pin<Box<dyn Future<Output = StreamResult<Bytes>> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        Box::pin(async move {
            loop {
                if size > 0 {
                    poll_fn(|context| self.poll_there(context, size)).await;
                }
                let read = self.read(size);
                // Another handle may have taken it meanwhile.
                if size == 0 || !matches!(&read, Ok(bytes) if bytes.is_empty()) {
                    return read;
                }
            }
        })
    }
}

impl Pollable for Stdin {
    // Written out, for the trait is one of the macro `async_trait`.
    fn ready<'life, 'future>(&'life mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        // Nobody says for how many bytes. A guest that waits, and reads then, gets the first of them by this.
        Box::pin(poll_fn(|context| self.poll_there(context, 1)))
    }
}

impl AsyncRead for Stdin {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let size = buffer.remaining();
        if size == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            ready!(self.poll_there(context, size));
            // Another handle may have taken it meanwhile.
            if let Some(taken) = self.take(size) {
                buffer.put_slice(&taken?);
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// Gives what is sent, and counts what was taken.
    struct Source(mpsc::Receiver<io::Result<Vec<u8>>>, Arc<AtomicUsize>, Vec<u8>);

    impl Read for Source {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.2.is_empty() {
                match self.0.recv() {
                    Ok(bytes) => self.2 = bytes?,
                    Err(mpsc::RecvError) => return Ok(0),
                }
            }
            let size = buffer.len().min(self.2.len());
            buffer[..size].copy_from_slice(&self.2[..size]);
            self.2.drain(..size);
            self.1.fetch_add(size, Ordering::SeqCst);
            Ok(size)
        }
    }

    fn stdin() -> (Stdin, mpsc::Sender<io::Result<Vec<u8>>>, Arc<AtomicUsize>) {
        let ((sender, receiver), read) = (mpsc::channel(), Arc::new(AtomicUsize::new(0)));
        (Stdin::new(Source(receiver, Arc::clone(&read), Vec::new())), sender, read)
    }

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test)
    }

    fn numbers(count: usize) -> Vec<u8> {
        (0..=250).cycle().take(count).collect()
    }

    #[test]
    fn everything_comes_in_order_and_then_the_end() {
        let (mut stdin, sender, _) = stdin();
        let sent = numbers(3 << 20);
        for piece in sent.chunks(100_000) {
            sender.send(Ok(piece.to_vec())).unwrap();
        }
        drop(sender);
        let mut got = Vec::new();
        run(async {
            loop {
                // Large wishes and small ones.
                let size = if got.len() % 2 == 0 { 1 << 20 } else { 7 };
                match InputStream::blocking_read(&mut stdin, size).await {
                    Ok(bytes) => {
                        assert!(!bytes.is_empty() && bytes.len() <= size);
                        got.extend_from_slice(&bytes);
                    }
                    Err(error) => {
                        assert!(matches!(error, StreamError::Closed), "{error}");
                        break;
                    }
                }
            }
        });
        assert!(got == sent);
        assert!(matches!(InputStream::read(&mut stdin, 1), Err(StreamError::Closed)));
    }

    #[test]
    fn both_kinds_of_streams_are_one() {
        let (mut stdin, sender, _) = stdin();
        sender.send(Ok(numbers(10))).unwrap();
        drop(sender);
        run(async {
            assert_eq!(InputStream::blocking_read(&mut stdin, 4).await.unwrap()[..], [0, 1, 2, 3]);
            let mut rest = Vec::new();
            Pin::from(stdin.async_stream()).read_to_end(&mut rest).await.unwrap();
            assert_eq!(rest, [4, 5, 6, 7, 8, 9]);
        });
    }

    /// What was read until it does not change any more.
    fn settled(read: &AtomicUsize, expected: usize) -> usize {
        for _ in 0..500 {
            if read.load(Ordering::SeqCst) >= expected {
                break;
            }
            thread::sleep(std::time::Duration::from_millis(10));
        }
        thread::sleep(std::time::Duration::from_millis(50));
        read.load(Ordering::SeqCst)
    }

    #[test]
    fn no_more_is_read_than_was_asked_for() {
        let (mut stdin, sender, read) = stdin();
        sender.send(Ok(numbers(10 << 20))).unwrap();
        assert_eq!(settled(&read, 0), 0, "nobody has asked");
        assert!(InputStream::read(&mut stdin, 1000).unwrap().is_empty());
        assert_eq!(settled(&read, 1000), 1000);
        let piece = run(InputStream::blocking_read(&mut stdin, 5000)).unwrap();
        assert_eq!(piece.len(), 1000);
        assert_eq!(settled(&read, 5000), 5000);
        // However much is asked for.
        let piece = run(InputStream::blocking_read(&mut stdin, 8 << 20)).unwrap();
        assert_eq!(piece.len(), 4000);
        assert_eq!(settled(&read, 5000 + AHEAD), 5000 + AHEAD);
    }

    #[test]
    fn one_that_waits_for_ten_bytes_has_ten_read() {
        let (mut stdin, sender, read) = stdin();
        sender.send(Ok(numbers(10 << 20))).unwrap();
        let piece = run(InputStream::blocking_read(&mut stdin, 10)).unwrap();
        assert_eq!((piece.len(), settled(&read, 10)), (10, 10));
    }

    #[test]
    fn an_error_is_told_once() {
        let (mut stdin, sender, _) = stdin();
        sender.send(Err(io::ErrorKind::ConnectionReset.into())).unwrap();
        let error = run(InputStream::blocking_read(&mut stdin, 9)).unwrap_err();
        assert!(matches!(&error, StreamError::LastOperationFailed(_)), "{error}");
        assert!(matches!(run(InputStream::blocking_read(&mut stdin, 9)), Err(StreamError::Closed)));
    }
}
