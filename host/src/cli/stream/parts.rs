//! Pictures for those who know no WebSocket: `multipart/x-mixed-replace`, each part a JPEG, of the first window. Nothing
//! comes back from them.

use std::{
    convert::Infallible,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response, StatusCode, header};
use parking_lot::Mutex;

use super::{
    guests::{Guests, Viewer},
    listen::Connection,
    messages, words,
};

/// What stands between two parts.
const BOUNDARY: &str = "picture";

/// After so long without a new picture the last one is sent again: who has gone is noticed by that.
const AGAIN: Duration = Duration::from_secs(10);

/// How long a client may take for a picture.
const STALL: Duration = Duration::from_secs(30);

/// Answers with the pictures of a guest. Its window is as large as the query says.
pub(super) fn answer(guests: &Arc<Guests>, query: &str, connection: Connection) -> Response<Body> {
    let viewer = match guests.join(place(query)) {
        Ok(viewer) => viewer,
        Err(refused) => {
            let mut response = words::plain(StatusCode::SERVICE_UNAVAILABLE, format!("{refused}\n"));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(words::AGAIN));
            return response;
        }
    };
    let taken = Arc::new(Mutex::new(Taken { viewer: Some(viewer), since: None }));
    tokio::spawn(watch(Arc::downgrade(&taken)));
    let parts =
        Parts { guests: Arc::clone(guests), taken, last: 0, jpeg: Bytes::new(), begun: false, connection };
    let parts = stream::unfold(parts, |mut parts| async move {
        let part = parts.next().await?;
        Some((Ok::<_, Infallible>(part), parts))
    });
    with_kind(Body::from_stream(parts))
}

/// The head of an answer with pictures.
pub(super) fn head() -> Response<Body> {
    with_kind(Body::empty())
}

fn with_kind(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    words::protect(response.headers_mut());
    let kind = HeaderValue::from_static("multipart/x-mixed-replace; boundary=picture");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// What a page would be like that a query describes.
fn place(query: &str) -> super::system::Place {
    let number = |name: &str, otherwise: f64| {
        let values = query.split('&').filter_map(|part| part.split_once('='));
        let mut found = values.filter(|(key, _)| *key == name);
        let value = found.next().and_then(|(_, value)| value.parse::<f64>().ok());
        value.filter(|value| value.is_finite()).unwrap_or(otherwise)
    };
    messages::place((number("width", 1280.0), number("height", 720.0)), number("scale", 1.0), None)
}

/// The visitor, and since when he has not asked for more.
struct Taken {
    viewer: Option<Viewer>,
    since: Option<Instant>,
}

/// Lets a visitor go who does not read.
async fn watch(taken: Weak<Mutex<Taken>>) {
    loop {
        tokio::time::sleep(STALL / 8).await;
        let Some(taken) = taken.upgrade() else { return };
        let viewer = {
            let taken = &mut *taken.lock();
            let stalls = taken.since.is_some_and(|since| since.elapsed() >= STALL);
            if stalls { taken.viewer.take() } else { None }
        };
        if viewer.is_some() {
            tracing::debug!("a visitor does not read");
            return;
        }
    }
}

struct Parts {
    guests: Arc<Guests>,
    taken: Arc<Mutex<Taken>>,
    /// The number of the last picture.
    last: u64,
    jpeg: Bytes,
    begun: bool,
    #[expect(dead_code, reason = "held, and never read")]
    connection: Connection,
}

impl Parts {
    /// The next part, when there is one and it is asked for; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        let (screen, mut changes) = {
            let taken = &mut *self.taken.lock();
            taken.since = None;
            let viewer = taken.viewer.as_ref()?;
            let screen = Arc::clone(&viewer.guest.screen);
            let changes = screen.changes();
            viewer.set_ready(true);
            (screen, changes)
        };
        let mut again = tokio::time::Instant::now() + AGAIN;
        let shown = loop {
            if screen.has_ended().is_some() {
                return None;
            }
            changes.mark_unchanged();
            if let Some(shown) = screen.first(self.last) {
                break Some(shown);
            }
            if tokio::time::timeout_at(again, changes.changed()).await.is_err() {
                if !self.jpeg.is_empty() {
                    break None;
                }
                again += AGAIN;
            }
        };
        if let Some(shown) = shown {
            let quality = self.guests.options.quality;
            self.last = shown.number;
            self.jpeg = tokio::task::spawn_blocking(move || shown.jpeg(quality)).await.ok()?;
        }
        self.guests.note_sent(self.jpeg.len());
        {
            let taken = &mut *self.taken.lock();
            taken.viewer.as_ref()?.set_ready(false);
            taken.since = Some(Instant::now());
        }
        Some(self.part())
    }

    /// The picture as a part, with what ends it: browsers show a part when the next one begins.
    fn part(&mut self) -> Bytes {
        let mut part = Vec::with_capacity(self.jpeg.len() + 128);
        if !std::mem::replace(&mut self.begun, true) {
            part.extend_from_slice(format!("--{BOUNDARY}\r\n").as_bytes());
        }
        let head = format!("Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", self.jpeg.len());
        part.extend_from_slice(head.as_bytes());
        part.extend_from_slice(&self.jpeg);
        part.extend_from_slice(format!("\r\n--{BOUNDARY}\r\n").as_bytes());
        part.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_how_large() {
        let sides = |query| {
            let place = place(query);
            (place.size.width, place.size.height, place.scale)
        };
        assert_eq!(sides("token=1&width=640&height=480&scale=2"), (640, 480, 2.0));
        assert_eq!(sides(""), (1280, 720, 1.0));
        assert_eq!(sides("width=NaN&height=-1&scale=inf"), (1280, 1, 1.0));
    }
}
