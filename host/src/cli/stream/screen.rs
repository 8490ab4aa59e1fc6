//! What is between a guest and those who see it: its windows, the newest picture of each, and who waits for one.
//!
//! Nothing is queued here. A window has one picture, the newest. While nobody is ready for another, pictures are not even
//! read from the GPU: when somebody is again, the window is asked to be drawn once more.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::windows::Image;

/// Why there are no more pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The program has ended, as it wanted to.
    Exited,
    /// It has failed, or trapped.
    Crashed,
    /// The time of the visit is up.
    TimeUp,
    /// The server stops.
    Stopping,
    /// Nobody looks any more.
    Left,
}

/// What a visitor's page has to know of a window.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) title: String,
    /// The name that style sheets have for the pointer.
    pub(super) cursor: String,
    pub(super) cursor_visible: bool,
    /// Whether text may be put together before it is typed.
    pub(super) ime: bool,
    /// Its width and its height.
    pub(super) size: (u32, u32),
    pub(super) scale: f64,
    /// How often the program has asked for a size.
    pub(super) asked: u64,
}

/// A picture that was read.
#[derive(Debug)]
pub(super) struct Shown {
    /// Counted over all windows.
    pub(super) number: u64,
    picture: Mutex<Pixels>,
}

#[derive(Debug)]
enum Pixels {
    Raw(Image),
    Encoded(Bytes),
    /// It can't be encoded.
    Nothing,
}

impl Shown {
    /// The picture as JPEG, encoded once for all who see it; empty where it can't be.
    pub(super) fn jpeg(&self, quality: u8) -> Bytes {
        let mut picture = self.picture.lock();
        if let Pixels::Raw(image) = &*picture {
            *picture = match encoded(image, quality) {
                Ok(jpeg) => Pixels::Encoded(jpeg),
                Err(error) => {
                    tracing::warn!("a picture can't be shown: {error}");
                    Pixels::Nothing
                }
            };
        }
        match &*picture {
            Pixels::Encoded(jpeg) => jpeg.clone(),
            Pixels::Raw(_) | Pixels::Nothing => Bytes::new(),
        }
    }
}

fn encoded(image: &Image, quality: u8) -> Result<Bytes, String> {
    let side = |side: u32| u16::try_from(side).map_err(|error| error.to_string());
    let (width, height) = (side(image.size.width)?, side(image.size.height)?);
    let mut jpeg = Vec::with_capacity(image.rgba.len() / 16);
    let encoder = Encoder::new(&mut jpeg, quality);
    encoder.encode(&image.rgba, width, height, ColorType::Rgba).map_err(|error| error.to_string())?;
    Ok(jpeg.into())
}

#[derive(Debug)]
struct Pane {
    look: Look,
    newest: Option<Arc<Shown>>,
    /// Whether a picture was left out since.
    stale: bool,
}

#[derive(Debug, Default)]
struct State {
    panes: BTreeMap<u32, Pane>,
    /// Those who look, and whether each is ready for a picture.
    viewers: BTreeMap<u64, bool>,
    next_viewer: u64,
    pictures: u64,
    /// Pictures that were left out.
    dropped: u64,
    /// Whether nobody may join any more.
    closed: bool,
    end: Option<End>,
    /// In how many seconds the server stops.
    stops_in: Option<u64>,
}

/// What is between one guest and those who see it.
#[derive(Debug, Default)]
pub(super) struct Screen {
    state: Mutex<State>,
    /// Counts what has changed.
    changes: watch::Sender<u64>,
}

/// The guest's side.
impl Screen {
    /// A window was opened, or looks different.
    pub(super) fn set(&self, window: u32, look: impl FnOnce(Option<&Look>) -> Option<Look>) {
        let mut state = self.state.lock();
        let before = state.panes.get_mut(&window);
        let Some(new) = look(before.as_ref().map(|pane| &pane.look)) else { return };
        match before {
            Some(pane) if pane.look == new => return,
            Some(pane) => pane.look = new,
            None => {
                state.panes.insert(window, Pane { look: new, newest: None, stale: false });
            }
        }
        drop(state);
        self.changed();
    }

    pub(super) fn close(&self, window: u32) {
        self.state.lock().panes.remove(&window);
        self.changed();
    }

    /// Whether somebody wants a picture of this window that is drawn now; if not, it is one that was left out.
    pub(super) fn wants(&self, window: u32) -> bool {
        let state = &mut *self.state.lock();
        if state.viewers.values().any(|ready| *ready) {
            return true;
        }
        state.dropped = state.dropped.saturating_add(1);
        if let Some(pane) = state.panes.get_mut(&window) {
            pane.stale = true;
        }
        false
    }

    pub(super) fn show(&self, window: u32, image: Image) {
        let state = &mut *self.state.lock();
        state.pictures = state.pictures.saturating_add(1);
        let shown = Shown { number: state.pictures, picture: Mutex::new(Pixels::Raw(image)) };
        if let Some(pane) = state.panes.get_mut(&window) {
            pane.newest = Some(Arc::new(shown));
            pane.stale = false;
        }
        self.changed();
    }

    /// There are no more pictures; the first reason counts.
    pub(super) fn end(&self, end: End) {
        let mut state = self.state.lock();
        state.closed = true;
        state.end.get_or_insert(end);
        drop(state);
        self.changed();
    }

    /// The server will stop.
    pub(super) fn stop_in(&self, seconds: u64) {
        self.state.lock().stops_in = Some(seconds);
        self.changed();
    }
}

/// The visitors' side.
impl Screen {
    /// Tells of all that changes from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Another one looks, and is ready; `None` where it is too late for that, or there are `most` already.
    pub(super) fn join(&self, most: usize) -> Option<u64> {
        let state = &mut *self.state.lock();
        if state.closed || state.viewers.len() >= most {
            return None;
        }
        state.next_viewer += 1;
        state.viewers.insert(state.next_viewer, true);
        Some(state.next_viewer)
    }

    pub(super) fn leave(&self, viewer: u64) {
        self.state.lock().viewers.remove(&viewer);
        self.changed();
    }

    /// Lets nobody join any more if nobody is there; whether that is so.
    pub(super) fn close_if_left(&self) -> bool {
        let state = &mut *self.state.lock();
        state.closed |= state.viewers.is_empty();
        state.viewers.is_empty()
    }

    /// Whether nobody may join.
    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    pub(super) fn has_ended(&self) -> Option<End> {
        self.state.lock().end
    }

    pub(super) fn stops_in(&self) -> Option<u64> {
        self.state.lock().stops_in
    }

    /// Says whether a visitor is ready for a picture. What is returned are the windows to be drawn once more.
    pub(super) fn set_ready(&self, viewer: u64, is_ready: bool) -> Vec<u32> {
        let state = &mut *self.state.lock();
        if let Some(ready) = state.viewers.get_mut(&viewer) {
            *ready = is_ready;
        }
        if !is_ready {
            return Vec::new();
        }
        let stale = state.panes.iter_mut();
        stale.filter_map(|(window, pane)| std::mem::take(&mut pane.stale).then_some(*window)).collect()
    }

    /// How the windows look.
    pub(super) fn looks(&self) -> BTreeMap<u32, Look> {
        self.state.lock().panes.iter().map(|(window, pane)| (*window, pane.look.clone())).collect()
    }

    /// The picture to send next to one who has those of the numbers in `sent`; the windows take turns after `last`.
    pub(super) fn next(&self, sent: &BTreeMap<u32, u64>, last: u32) -> Option<(u32, Arc<Shown>)> {
        let state = self.state.lock();
        let after = state.panes.range(last.saturating_add(1)..).chain(state.panes.range(..=last));
        after
            .filter_map(|(window, pane)| Some((*window, pane.newest.clone()?)))
            .find(|(window, shown)| sent.get(window).is_none_or(|sent| *sent < shown.number))
    }

    /// The newest picture of the first window, if it is newer than that of this number.
    pub(super) fn first(&self, after: u64) -> Option<Arc<Shown>> {
        let state = self.state.lock();
        let newest = state.panes.values().next().and_then(|pane| pane.newest.clone());
        newest.filter(|shown| shown.number > after)
    }

    /// How many look, how many pictures were read, and how many left out.
    pub(super) fn counts(&self) -> (usize, u64, u64) {
        let state = self.state.lock();
        (state.viewers.len(), state.pictures, state.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::Size;

    fn look() -> Look {
        Look {
            title: String::new(),
            cursor: "default".to_owned(),
            cursor_visible: true,
            ime: false,
            size: (2, 2),
            scale: 1.0,
            asked: 0,
        }
    }

    fn image() -> Image {
        Image { size: Size { width: 16, height: 8 }, rgba: vec![200; 16 * 8 * 4] }
    }

    #[test]
    fn pictures_are_dropped_and_asked_for_again() {
        let screen = Screen::default();
        screen.set(1, |_| Some(look()));
        assert!(!screen.wants(1));
        let viewer = screen.join(1).unwrap();
        assert_eq!(screen.join(1), None);
        assert_eq!(screen.set_ready(viewer, true), [1]);
        assert!(screen.wants(1));
        screen.show(1, image());
        assert_eq!(screen.set_ready(viewer, false), [0; 0]);
        assert!(!screen.wants(1) && !screen.wants(1));
        assert_eq!(screen.set_ready(viewer, true), [1]);
        assert_eq!(screen.set_ready(viewer, true), [0; 0]);
        assert_eq!(screen.counts(), (1, 1, 3));
        assert!(!screen.close_if_left());
        screen.leave(viewer);
        assert!(screen.close_if_left() && screen.join(1).is_none());
    }

    #[test]
    fn windows_take_turns() {
        let screen = Screen::default();
        for window in [1, 4] {
            screen.set(window, |_| Some(look()));
            screen.show(window, image());
        }
        let mut sent = BTreeMap::new();
        let next = |sent: &_, last| screen.next(sent, last).map(|(window, shown)| (window, shown.number));
        assert_eq!(next(&sent, 0), Some((1, 1)));
        sent.insert(1, 1);
        screen.show(1, image());
        assert_eq!(next(&sent, 1), Some((4, 2)));
        sent.insert(4, 2);
        assert_eq!(next(&sent, 4), Some((1, 3)));
        sent.insert(1, 3);
        assert_eq!(next(&sent, 1), None);
        screen.close(1);
        assert_eq!(screen.looks().len(), 1);
    }

    #[test]
    fn a_picture_becomes_jpeg() {
        let screen = Screen::default();
        screen.set(1, |_| Some(look()));
        screen.show(1, image());
        let (_, shown) = screen.next(&BTreeMap::new(), 0).unwrap();
        let jpeg = shown.jpeg(80);
        assert_eq!(
            (jpeg.get(..2), jpeg.get(jpeg.len() - 2..)),
            (Some(&[0xff, 0xd8][..]), Some(&[0xff, 0xd9][..]))
        );
        assert_eq!(shown.jpeg(80), jpeg);
        screen.show(1, Image { size: Size { width: 70_000, height: 1 }, rgba: vec![0; 4] });
        assert!(screen.next(&BTreeMap::new(), 0).unwrap().1.jpeg(80).is_empty());
    }

    #[test]
    fn the_first_end_counts() {
        let screen = Screen::default();
        screen.end(End::TimeUp);
        screen.end(End::Exited);
        assert_eq!(screen.has_ended(), Some(End::TimeUp));
        assert!(screen.is_closed());
    }
}
