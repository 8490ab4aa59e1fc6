//! The body of a response: kept for clients that read slowly, so far, and ended where it stands still.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{self, Either};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use wasmtime_wasi_http::WasiBody;

/// Why the body of a response ends before its end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the component did not finish the body of its response: {0}")]
pub struct BodyError(String);

/// The body of a response.
///
/// Dropping it before its end says that the client has gone.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Option<Bytes>),
    Piecewise(mpsc::UnboundedReceiver<Piece>),
    Over,
}

/// What comes through: a frame, with the room that it takes.
#[derive(Debug)]
enum Piece {
    Frame(Frame<Bytes>, #[expect(dead_code, reason = "held, and never read")] Option<OwnedSemaphorePermit>),
    End,
    Failed(BodyError),
}

impl Body {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Whole(Some(bytes.into())))
    }

    /// A body, and what fills it, which keeps `buffer` bytes.
    pub(super) fn piecewise(buffer: usize) -> (Filler, Self) {
        let (pieces, receiver) = mpsc::unbounded_channel();
        let filler = Filler { pieces, room: Arc::new(Semaphore::new(buffer)), buffer };
        (filler, Self(Kind::Piecewise(receiver)))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let next = match &mut self.0 {
            Kind::Whole(bytes) => {
                bytes.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes)))
            }
            Kind::Over => None,
            Kind::Piecewise(pieces) => match pieces.poll_recv(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Piece::Frame(frame, _))) => Some(Ok(frame)),
                Poll::Ready(Some(Piece::End)) => None,
                Poll::Ready(Some(Piece::Failed(error))) => Some(Err(error)),
                Poll::Ready(None) => Some(Err(BodyError("it has ended".to_owned()))),
            },
        };
        if !matches!(next, Some(Ok(_))) {
            self.0 = Kind::Over;
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Kind::Piecewise(_) => false,
            Kind::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => {
                let bytes = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(bytes).unwrap_or(u64::MAX))
            }
            Kind::Piecewise(_) => SizeHint::default(),
            Kind::Over => SizeHint::with_exact(0),
        }
    }
}

/// How a body has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// All of it is there.
    Whole,
    /// The guest has said that there is an error, or has trapped.
    Broken,
    /// The guest did not go on in time.
    Stalled,
    /// The client has gone, or did not read in time.
    Unread,
}

/// Fills a body.
#[derive(Debug)]
pub(super) struct Filler {
    pieces: mpsc::UnboundedSender<Piece>,
    room: Arc<Semaphore>,
    buffer: usize,
}

impl Filler {
    /// Passes `body` on to its end. Neither side may stand still for as long as `stall`; `moved` hears of each frame, and
    /// `broken` says whether the end is none.
    pub(super) async fn fill(
        self,
        body: WasiBody,
        stall: Duration,
        (moved, broken): (impl Fn(), impl Fn() -> bool),
    ) -> Filled {
        let filled = match self.pass_on(body, stall, moved).await {
            Filled::Whole if broken() => Filled::Broken,
            filled => filled,
        };
        let last = match filled {
            Filled::Whole => Piece::End,
            Filled::Stalled => Piece::Failed(BodyError(format!("nothing came for {stall:?}"))),
            Filled::Broken => Piece::Failed(BodyError("it has failed".to_owned())),
            Filled::Unread => return filled,
        };
        // Nobody may be there to hear of it.
        let _ = self.pieces.send(last);
        filled
    }

    async fn pass_on(&self, mut body: WasiBody, stall: Duration, moved: impl Fn()) -> Filled {
        loop {
            let frame = {
                let next = pin!(tokio::time::timeout(stall, body.frame()));
                let gone = pin!(self.pieces.closed());
                match future::select(next, gone).await {
                    Either::Left((frame, _)) => frame,
                    Either::Right(_) => return Filled::Unread,
                }
            };
            let frame = match frame {
                Err(_) => return Filled::Stalled,
                Ok(None) => return Filled::Whole,
                Ok(Some(Err(error))) => {
                    tracing::debug!("the body of a response: {error}");
                    return Filled::Broken;
                }
                Ok(Some(Ok(frame))) => frame,
            };
            moved();
            let Some(room) = self.room(&frame, stall).await else { return Filled::Unread };
            if self.pieces.send(Piece::Frame(frame, room)).is_err() {
                return Filled::Unread;
            }
            moved();
        }
    }

    /// Waits for the room that a frame takes; a larger one takes all.
    async fn room(&self, frame: &Frame<Bytes>, stall: Duration) -> Option<Option<OwnedSemaphorePermit>> {
        /// What the least of frames takes.
        const FRAME: usize = 64;
        let bytes = frame.data_ref().map_or(0, Bytes::len).max(FRAME).min(self.buffer);
        let room = Arc::clone(&self.room).acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX));
        let room = pin!(tokio::time::timeout(stall, room));
        let gone = pin!(self.pieces.closed());
        match future::select(room, gone).await {
            Either::Left((Ok(room), _)) => Some(room.ok()),
            Either::Left((Err(_), _)) | Either::Right(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{StreamBody, combinators::UnsyncBoxBody};
    use wasmtime_wasi_http::Error;

    use super::*;

    type Part = Result<Frame<Bytes>, Error>;

    fn of(parts: Vec<Part>, then_stands_still: bool) -> WasiBody {
        let parts = futures_util::stream::iter(parts);
        let rest =
            futures_util::stream::poll_fn(
                move |_| {
                    if then_stands_still { Poll::Pending } else { Poll::Ready(None) }
                },
            );
        UnsyncBoxBody::new(StreamBody::new(futures_util::StreamExt::chain(parts, rest)))
    }

    fn data(bytes: usize) -> Part {
        Ok(Frame::data(Bytes::from(vec![7; bytes])))
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    const STALL: Duration = Duration::from_millis(50);

    #[test]
    fn all_that_is_passed_on_arrives() {
        let (filler, body) = Body::piecewise(10);
        let filled = filler.fill(of(vec![data(4), data(25), data(1)], false), STALL, (|| {}, || false));
        let (filled, read) = run(future::join(filled, body.collect()));
        assert_eq!((filled, read.unwrap().to_bytes().len()), (Filled::Whole, 30));
        let whole = run(Body::whole("text").collect()).unwrap().to_bytes();
        assert_eq!(whole, "text");
    }

    #[test]
    fn the_end_comes_before_it_was_read_where_there_is_room() {
        let (filler, body) = Body::piecewise(1000);
        assert_eq!(
            run(filler.fill(of(vec![data(400), data(600)], false), STALL, (|| {}, || false))),
            Filled::Whole
        );
        assert_eq!(run(body.collect()).unwrap().to_bytes().len(), 1000);
        // Where there is none, a client that does not read is not waited for.
        let (filler, body) = Body::piecewise(1000);
        assert_eq!(
            run(filler.fill(of(vec![data(400), data(700)], false), STALL, (|| {}, || false))),
            Filled::Unread
        );
        assert!(run(body.collect()).is_err());
    }

    #[test]
    fn what_goes_wrong_is_told() {
        let (filler, body) = Body::piecewise(10);
        assert_eq!(run(filler.fill(of(vec![data(1)], true), STALL, (|| {}, || false))), Filled::Stalled);
        assert!(run(body.collect()).unwrap_err().to_string().contains("50ms"));
        let (filler, body) = Body::piecewise(10);
        let broken = of(vec![data(1), Err(Error::HttpProtocolError)], true);
        assert_eq!(run(filler.fill(broken, STALL, (|| {}, || false))), Filled::Broken);
        assert!(run(body.collect()).is_err());
        let (filler, body) = Body::piecewise(10);
        let ended = filler.fill(of(vec![data(1)], false), STALL, (|| {}, || true));
        assert_eq!(run(ended), Filled::Broken);
        assert!(run(body.collect()).is_err());
        let (filler, body) = Body::piecewise(10);
        drop(body);
        assert_eq!(run(filler.fill(of(vec![], true), STALL, (|| {}, || false))), Filled::Unread);
    }
}
