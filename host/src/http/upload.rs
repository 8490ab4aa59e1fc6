//! The body of a request: how large it may be, how long it may stand still, and what of it comes before an instance is
//! taken.

use std::{
    collections::VecDeque,
    error::Error as StdError,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{LengthLimitError, Limited};
use tokio::time::{Instant, Sleep, sleep_until};
use wasmtime_wasi_http::Error;

use super::buffers::Buffers;

/// Whatever goes wrong with the body of a request.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// What is wrong with the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLarge,
    /// The client did not go on in time.
    Stalled,
    /// The client has broken off.
    Cut,
}

/// What becomes known of the body of a request while a guest has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Arc<OnceLock<Fault>>);

impl Told {
    pub(super) fn fault(&self) -> Option<Fault> {
        self.0.get().copied()
    }

    fn tell(&self, fault: Fault) -> Error {
        // The first is the reason of what follows.
        let _ = self.0.set(fault);
        match fault {
            Fault::TooLarge => Error::HttpRequestBodySize(None),
            Fault::Stalled => Error::ConnectionReadTimeout,
            Fault::Cut => Error::ConnectionTerminated,
        }
    }
}

/// The body of a request; of a response, too, where a guest has asked somebody else.
#[derive(Debug)]
pub(crate) struct Upload<B> {
    /// What was taken in before.
    early: VecDeque<Frame<Bytes>>,
    /// `None` at its end.
    rest: Option<Pin<Box<Limited<B>>>>,
    told: Told,
    stall: Duration,
    /// When it has to be there whole.
    until: Option<Instant>,
    /// Since it stands still.
    waits: Option<Pin<Box<Sleep>>>,
}

impl<B> Upload<B>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    /// A body that has no more than `most` bytes, and stands still for less than `stall`.
    pub(crate) fn new(body: B, most: u64, stall: Duration) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Self {
            early: VecDeque::new(),
            rest: Some(Box::pin(Limited::new(body, most))),
            told: Told::default(),
            stall,
            until: None,
            waits: None,
        }
    }

    pub(super) fn told(&self) -> Told {
        self.told.clone()
    }

    /// All of it has to be there by then.
    pub(super) fn set_until(&mut self, until: Option<std::time::Instant>) {
        self.until = until.map(Instant::from);
        self.waits = None;
    }

    /// Takes in what comes, to its end, for as long as there is room for it.
    pub(super) async fn take_in(&mut self, buffers: &Arc<Buffers>) -> Result<(), Fault> {
        loop {
            let frame = match poll_fn(|cx| self.poll_rest(cx)).await {
                None => return Ok(()),
                // It was told.
                Some(Err(_)) => return Err(self.told.fault().unwrap_or(Fault::Cut)),
                Some(Ok(frame)) => frame,
            };
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            let room = buffers.take(bytes);
            let full = room.is_none();
            let room = room.unwrap_or_else(|| buffers.take_beyond(bytes));
            self.early.push_back(match frame.into_data() {
                Ok(data) => Frame::data(room.hold(data)),
                Err(frame) => frame,
            });
            if full {
                return Ok(());
            }
        }
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let fault = match rest.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.waits = None;
                return Poll::Ready(Some(Ok(frame)));
            }
            Poll::Ready(None) => {
                self.rest = None;
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Err(error))) if error.is::<LengthLimitError>() => Fault::TooLarge,
            Poll::Ready(Some(Err(error))) => {
                tracing::debug!("the body of a request: {error}");
                Fault::Cut
            }
            Poll::Pending => {
                let (stall, until) = (self.stall, self.until);
                let waits = self.waits.get_or_insert_with(|| {
                    let now = Instant::now();
                    let end = now.checked_add(stall).unwrap_or(now);
                    Box::pin(sleep_until(until.map_or(end, |until| end.min(until))))
                });
                if waits.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                Fault::Stalled
            }
        };
        self.rest = None;
        Poll::Ready(Some(Err(self.told.tell(fault))))
    }
}

impl<B> HttpBody for Upload<B>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match self.early.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None => self.poll_rest(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.early.is_empty() && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), |rest| rest.size_hint());
        let early: usize = self.early.iter().filter_map(Frame::data_ref).map(Bytes::len).sum();
        let early = u64::try_from(early).unwrap_or(u64::MAX);
        let upper = hint.upper().and_then(|upper| upper.checked_add(early));
        let lower = hint.lower().saturating_add(early);
        hint = SizeHint::new();
        hint.set_lower(lower);
        if let Some(upper) = upper {
            hint.set_upper(upper);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    const STALL: Duration = Duration::from_millis(50);

    type Part = Result<Frame<Bytes>, std::io::Error>;

    fn data(bytes: usize) -> Part {
        Ok(Frame::data(Bytes::from(vec![7; bytes])))
    }

    fn upload(
        parts: Vec<Part>,
        then_stands_still: bool,
    ) -> Upload<impl HttpBody<Data = Bytes, Error = std::io::Error> + Send + 'static> {
        let rest =
            futures_util::stream::poll_fn(
                move |_| {
                    if then_stands_still { Poll::Pending } else { Poll::Ready(None) }
                },
            );
        let parts = futures_util::StreamExt::chain(futures_util::stream::iter(parts), rest);
        Upload::new(StreamBody::new(parts), 1000, STALL)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn what_is_taken_in_early_comes_first() {
        run(async {
            let buffers = Buffers::new(1000);
            let mut whole = upload(vec![data(300), data(700)], false);
            assert_eq!(whole.take_in(&buffers).await, Ok(()));
            assert_eq!((buffers.kept(), whole.size_hint().exact()), (1000, Some(1000)));
            // There is no room for another one: the rest comes when somebody reads it.
            let mut other = upload(vec![data(300), data(600)], false);
            assert_eq!(other.take_in(&buffers).await, Ok(()));
            assert_eq!((other.early.len(), other.size_hint().lower()), (1, 300));
            assert_eq!(whole.collect().await.unwrap().to_bytes().len(), 1000);
            assert_eq!(other.collect().await.unwrap().to_bytes().len(), 900);
            assert_eq!(buffers.kept(), 0);
        });
    }

    #[test]
    fn what_is_wrong_is_told() {
        run(async {
            let buffers = Buffers::new(1 << 20);
            let broken = || vec![data(1), Err(std::io::Error::other("gone"))];
            for (parts, stands_still, fault) in [
                (vec![data(1)], true, Fault::Stalled),
                (vec![data(1001)], false, Fault::TooLarge),
                (broken(), false, Fault::Cut),
            ] {
                let mut early = upload(parts, stands_still);
                assert_eq!(early.take_in(&buffers).await, Err(fault));
            }
            for (parts, stands_still, fault) in
                [(vec![data(1)], true, Fault::Stalled), (broken(), true, Fault::Cut)]
            {
                let late = upload(parts, stands_still);
                let told = late.told();
                assert!(late.collect().await.is_err());
                assert_eq!(told.fault(), Some(fault));
            }
            // It has to be there at some time, however it moves.
            let mut late = upload(vec![data(1)], true);
            late.stall = Duration::from_secs(3600);
            late.set_until(Some(std::time::Instant::now() + STALL));
            assert!(late.collect().await.is_err());
        });
    }
}
