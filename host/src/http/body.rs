//! The body of a response: kept for clients that read slowly, so far, and ended where it stands still.

use std::{
    collections::VecDeque,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{self, Either};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::sync::Notify;
use wasmtime_wasi_http::WasiBody;

use super::buffers::{Buffers, Kept};

/// Bytes of a body that are passed on at a time. A connection may hold so many of each body when nothing else does.
const PIECE: usize = 16 << 10;

/// Why the body of a response ends before its end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the body of the response is not whole: {0}")]
pub struct BodyError(String);

/// The body of a response.
///
/// Dropping it before its end says that the client has gone. One that nobody reads is emptied after
/// [`HandlerOptions::stall_timeout`](super::HandlerOptions::stall_timeout).
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Option<Bytes>),
    Piecewise(Reader),
    Over,
}

/// What takes pieces out; without it nobody does any more.
#[derive(Debug)]
struct Reader {
    shared: Arc<Shared>,
    /// The head has no size yet: where all of the body is there, its size is told.
    says_size: bool,
}

/// What both ends have of a body.
#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// A piece was taken, or the reader has gone.
    moved: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    pieces: VecDeque<Piece>,
    /// What they weigh.
    weight: usize,
    /// Bytes that were read.
    read: u64,
    /// What comes after the pieces.
    end: Option<Result<(), BodyError>>,
    gone: bool,
    reader: Option<Waker>,
}

/// A part of a body that is not larger than [`PIECE`].
#[derive(Debug)]
struct Piece {
    frame: Frame<Bytes>,
    weight: usize,
    /// It is kept though there was no room for it.
    beyond: bool,
    /// The room of a frame that is no data; data has its own.
    _kept: Option<Kept>,
}

impl Body {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Whole(Some(bytes.into())))
    }

    /// A body, and what fills it, which keeps `most` bytes where `buffers` have room.
    pub(super) fn piecewise(most: usize, buffers: &Arc<Buffers>) -> (Filler, Self) {
        let shared = Arc::<Shared>::default();
        let reader = Reader { shared: Arc::clone(&shared), says_size: false };
        (Filler { shared, most, buffers: Arc::clone(buffers), expected: None }, Self(Kind::Piecewise(reader)))
    }

    /// Says how large it is where all of it is there. Not for a body whose head says so: hyper would take the two for equal.
    pub(super) fn say_size(&mut self) {
        if let Kind::Piecewise(reader) = &mut self.0 {
            reader.says_size = true;
        }
    }
}

impl Reader {
    fn poll_next(&self, cx: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut queue = self.shared.queue.lock();
        if let Some(Piece { frame, weight, .. }) = queue.pieces.pop_front() {
            queue.weight -= weight;
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            queue.read = queue.read.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            self.shared.moved.notify_one();
            return Poll::Ready(Some(Ok(frame)));
        }
        match queue.end.clone() {
            Some(end) => Poll::Ready(end.err().map(Err)),
            None => {
                queue.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Bytes that are left, where all of them are there and nothing comes behind them.
    fn size(&self) -> Option<u64> {
        if !self.says_size {
            return None;
        }
        let queue = self.shared.queue.lock();
        let whole = matches!(queue.end, Some(Ok(())));
        let sizes = queue.pieces.iter().map(|piece| Some(piece.frame.data_ref()?.len()));
        let size = if whole { sizes.sum::<Option<usize>>() } else { None };
        u64::try_from(size?).ok()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut queue = self.shared.queue.lock();
        queue.gone = true;
        queue.empty();
        self.shared.moved.notify_one();
    }
}

impl Queue {
    fn empty(&mut self) {
        self.pieces.clear();
        self.weight = 0;
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
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
            Kind::Piecewise(reader) => match reader.poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(next) => next,
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
            Kind::Piecewise(reader) => reader.size() == Some(0),
            Kind::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => {
                let bytes = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(bytes).unwrap_or(u64::MAX))
            }
            Kind::Piecewise(reader) => reader.size().map_or_else(SizeHint::default, SizeHint::with_exact),
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
    /// The client did not read in time.
    Unread,
    /// The client has gone.
    Gone,
}

/// Fills a body.
#[derive(Debug)]
pub(super) struct Filler {
    shared: Arc<Shared>,
    most: usize,
    buffers: Arc<Buffers>,
    expected: Option<u64>,
}

impl Filler {
    /// A client that has read `bytes` has all, and may go: that it leaves says nothing then.
    pub(super) fn expect(&mut self, bytes: Option<u64>) {
        self.expected = bytes;
    }

    /// Passes `body` on to its end. Neither side may stand still for as long as `stall`; `moved` hears of each frame, and
    /// `broken` says whether the end is none.
    pub(super) async fn fill(
        &self,
        body: WasiBody,
        stall: Duration,
        (moved, broken): (impl Fn(), impl Fn() -> bool),
    ) -> Filled {
        let filled = match self.pass_on(body, stall, moved).await {
            Filled::Whole if broken() => Filled::Broken,
            Filled::Whole => self.within(stall).await,
            filled => filled,
        };
        match filled {
            Filled::Whole => self.end(Ok(())),
            Filled::Stalled => self.end(Err(format!("nothing came for {stall:?}"))),
            Filled::Broken => self.end(Err("the component has failed".to_owned())),
            Filled::Unread => self.give_up(stall),
            Filled::Gone => {}
        }
        filled
    }

    /// Waits until what is kept is read, for as long as it is being read; else it is emptied. `false` then.
    pub(super) async fn read(&self, stall: Duration) -> bool {
        while !self.is_read() {
            if tokio::time::timeout(stall, self.shared.moved.notified()).await.is_err() && !self.is_read() {
                self.give_up(stall);
                return false;
            }
        }
        true
    }

    fn is_read(&self) -> bool {
        let queue = self.shared.queue.lock();
        queue.gone || queue.pieces.is_empty()
    }

    fn end(&self, how: Result<(), String>) {
        let mut queue = self.shared.queue.lock();
        queue.end = Some(how.map_err(BodyError));
        queue.wake();
    }

    fn give_up(&self, stall: Duration) {
        self.shared.queue.lock().empty();
        self.end(Err(format!("it was not read for {stall:?}")));
    }

    async fn pass_on(&self, mut body: WasiBody, stall: Duration, moved: impl Fn()) -> Filled {
        loop {
            let frame = {
                let next = pin!(tokio::time::timeout(stall, body.frame()));
                match future::select(next, pin!(self.gone())).await {
                    Either::Left((frame, _)) => frame,
                    Either::Right(_) => return self.left(),
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
            let mut rest = Some(frame);
            while let Some(frame) = rest {
                moved();
                let (piece, after) = cut(frame);
                if let Err(filled) = self.push(piece, stall).await {
                    return filled;
                }
                rest = after;
            }
            moved();
        }
    }

    /// What it means that the client has gone.
    fn left(&self) -> Filled {
        let read = self.shared.queue.lock().read;
        if self.expected.is_some_and(|expected| read >= expected) { Filled::Whole } else { Filled::Gone }
    }

    /// Waits until the client has gone.
    async fn gone(&self) {
        while !self.shared.queue.lock().gone {
            self.shared.moved.notified().await;
        }
    }

    /// Waits for room, and puts a piece into it.
    async fn push(&self, frame: Frame<Bytes>, stall: Duration) -> Result<(), Filled> {
        let mut frame = Some(frame);
        let pushed = async {
            loop {
                let pushed = self.try_push(&mut frame);
                match pushed {
                    Some(pushed) => return pushed,
                    None => self.shared.moved.notified().await,
                }
            }
        };
        tokio::time::timeout(stall, pushed).await.unwrap_or(Err(Filled::Unread))
    }

    /// Puts a piece into the queue, if there is room. There is for one that would be alone: an instance waits until that is
    /// read, where no more may be kept.
    fn try_push(&self, frame: &mut Option<Frame<Bytes>>) -> Option<Result<(), Filled>> {
        let mut queue = self.shared.queue.lock();
        if queue.gone {
            drop(queue);
            return Some(Err(self.left()));
        }
        let bytes = frame.as_ref().map_or(0, weight);
        let weight = Buffers::weight(bytes);
        let alone = queue.pieces.is_empty();
        if !alone && queue.weight.saturating_add(weight) > self.most {
            return None;
        }
        let (kept, beyond) = match self.buffers.take(bytes) {
            Some(kept) => (kept, false),
            None if alone => (self.buffers.take_beyond(bytes), true),
            None => return None,
        };
        let (frame, kept) = match frame.take()?.into_data() {
            Ok(data) => (Frame::data(kept.hold(data)), None),
            Err(frame) => (frame, Some(kept)),
        };
        queue.weight += weight;
        queue.pieces.push_back(Piece { frame, weight, beyond, _kept: kept });
        queue.wake();
        Some(Ok(()))
    }

    /// Waits until nothing of the body is kept for which there was no room.
    async fn within(&self, stall: Duration) -> Filled {
        let within = async {
            loop {
                {
                    let queue = self.shared.queue.lock();
                    if queue.gone {
                        break;
                    }
                    if !queue.pieces.front().is_some_and(|piece| piece.beyond) {
                        return Filled::Whole;
                    }
                }
                self.shared.moved.notified().await;
            }
            self.left()
        };
        tokio::time::timeout(stall, within).await.unwrap_or(Filled::Unread)
    }
}

impl Drop for Filler {
    /// A body has an end, whatever becomes of what fills it.
    fn drop(&mut self) {
        let ended = self.shared.queue.lock().end.is_some();
        if !ended {
            self.end(Err("it has ended".to_owned()));
        }
    }
}

/// The bytes of a frame, whatever is in it.
fn weight(frame: &Frame<Bytes>) -> usize {
    let trailers = |trailers: &http::HeaderMap| {
        trailers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
    };
    frame.data_ref().map_or_else(|| frame.trailers_ref().map_or(0, trailers), Bytes::len)
}

/// A piece of a frame, and the rest.
fn cut(frame: Frame<Bytes>) -> (Frame<Bytes>, Option<Frame<Bytes>>) {
    match frame.into_data() {
        Ok(mut data) if data.len() > PIECE => {
            let piece = data.split_to(PIECE);
            (Frame::data(piece), Some(Frame::data(data)))
        }
        Ok(data) => (Frame::data(data), None),
        Err(frame) => (frame, None),
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

    fn piecewise(most: usize) -> (Filler, Body) {
        Body::piecewise(most, &Buffers::new(1 << 20))
    }

    /// Fills a body that nobody reads meanwhile.
    fn fill(filler: &Filler, parts: Vec<Part>, then_stands_still: bool) -> Filled {
        run(filler.fill(of(parts, then_stands_still), STALL, (|| {}, || false)))
    }

    const STALL: Duration = Duration::from_millis(50);

    #[test]
    fn all_that_is_passed_on_arrives() {
        let (filler, body) = piecewise(10);
        let filled = filler.fill(of(vec![data(4), data(50_000), data(1)], false), STALL, (|| {}, || false));
        let (filled, read) = run(future::join(filled, body.collect()));
        assert_eq!((filled, read.unwrap().to_bytes().len()), (Filled::Whole, 50_005));
        let whole = run(Body::whole("text").collect()).unwrap().to_bytes();
        assert_eq!(whole, "text");
    }

    #[test]
    fn the_end_comes_before_it_was_read_where_there_is_room() {
        let (filler, body) = piecewise(1000);
        assert_eq!(fill(&filler, vec![data(400), data(600)], false), Filled::Whole);
        assert_eq!(run(body.collect()).unwrap().to_bytes().len(), 1000);
        // Where there is none, a client that does not read is not waited for.
        let (filler, body) = piecewise(1000);
        assert_eq!(fill(&filler, vec![data(400), data(700)], false), Filled::Unread);
        assert!(run(body.collect()).is_err());
    }

    #[test]
    fn what_is_not_read_is_not_kept() {
        let buffers = Buffers::new(1000);
        let (filler, body) = Body::piecewise(1000, &buffers);
        assert_eq!(fill(&filler, vec![data(1000)], false), Filled::Whole);
        assert_eq!(buffers.kept(), 1000);
        // There is no room in all buffers for another one, but it comes through, a piece at a time.
        let (second, its_body) = Body::piecewise(1000, &buffers);
        let filled = second.fill(of(vec![data(300), data(300)], false), STALL, (|| {}, || false));
        let (filled, read) = run(future::join(filled, its_body.collect()));
        assert_eq!((filled, read.unwrap().to_bytes().len()), (Filled::Whole, 600));
        let (third, _unread) = Body::piecewise(1000, &buffers);
        assert_eq!(fill(&third, vec![data(300)], false), Filled::Unread);
        assert_eq!(buffers.kept(), 1000);
        assert!(!run(filler.read(STALL)));
        assert_eq!(buffers.kept(), 0);
        assert!(run(body.collect()).unwrap_err().to_string().contains("not read"));
    }

    #[test]
    fn what_goes_wrong_is_told() {
        let (filler, body) = piecewise(10);
        assert_eq!(fill(&filler, vec![data(1)], true), Filled::Stalled);
        assert!(run(body.collect()).unwrap_err().to_string().contains("50ms"));
        let (filler, body) = piecewise(10);
        assert_eq!(fill(&filler, vec![data(1), Err(Error::HttpProtocolError)], true), Filled::Broken);
        assert!(run(body.collect()).is_err());
        let (filler, body) = piecewise(10);
        let ended = filler.fill(of(vec![data(1)], false), STALL, (|| {}, || true));
        assert_eq!(run(ended), Filled::Broken);
        assert!(run(body.collect()).is_err());
        let (filler, body) = piecewise(10);
        drop(filler);
        assert!(run(body.collect()).is_err());
    }

    #[test]
    fn what_is_whole_says_its_size() {
        let size = |parts, then_stands_still, says_size| {
            let (filler, mut body) = piecewise(1000);
            if says_size {
                body.say_size();
            }
            fill(&filler, parts, then_stands_still);
            (body.size_hint().exact(), body.is_end_stream())
        };
        assert_eq!(size(vec![data(4), data(5)], false, true), (Some(9), false));
        assert_eq!(size(vec![], false, true), (Some(0), true));
        // Its head says so, or there may be more, or trailers come.
        assert_eq!(size(vec![data(4)], false, false), (None, false));
        assert_eq!(size(vec![data(4)], true, true), (None, false));
        let trailers = Ok(Frame::trailers(http::HeaderMap::new()));
        assert_eq!(size(vec![data(4), trailers], false, true), (None, false));
        // What is read is not counted again.
        let (filler, mut body) = piecewise(1000);
        body.say_size();
        fill(&filler, vec![data(4), data(5)], false);
        assert_eq!(run(body.frame()).unwrap().unwrap().into_data().unwrap().len(), 4);
        assert_eq!(body.size_hint().exact(), Some(5));
    }

    #[test]
    fn a_client_that_has_all_may_go() {
        for (expected, filled) in [(None, Filled::Gone), (Some(1), Filled::Gone), (Some(0), Filled::Whole)] {
            let (mut filler, body) = piecewise(10);
            filler.expect(expected);
            drop(body);
            assert_eq!(fill(&filler, vec![], true), filled);
        }
    }
}
