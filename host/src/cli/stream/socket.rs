//! One visit: a page that sends what happens, and is sent pictures, one at a time.

use std::{
    collections::BTreeMap,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::future;
use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle, time::Sleep};

use super::{
    guests::{Guests, Refused, Viewer},
    messages::{self, Heard, Held},
    screen::{End, Look, Shown},
    system::Place,
};

/// Until a page has said how large it is.
const HELLO: Duration = Duration::from_secs(10);

/// Between two looks at whether the page is still there.
const PING: Duration = Duration::from_secs(10);

/// How long a page may be silent, and a message to it take.
const SILENCE: Duration = Duration::from_secs(30);

/// Messages of a page in a second, and those that it may save up. Pages send one for each picture of their screen, and
/// what is pressed.
const MESSAGES: f64 = 500.0;
const SAVED: f64 = 1000.0;

/// Bytes before the JPEG of a picture: the number of its window, and its own, the lowest byte first.
const HEAD: usize = 4 + 8;

/// How a visit ends.
#[derive(Debug)]
enum Bye {
    /// The visitor has gone.
    Gone,
    /// He gets no program.
    Refused(Refused),
    /// The program has ended, or was.
    End(End),
    /// He says what no page of ours says.
    Wrong(&'static str),
}

impl Bye {
    /// The code that the page gets, and the words that it shows:
    /// <https://www.rfc-editor.org/rfc/rfc6455#section-7.4>. After 4000 and 1008 it does not try again by itself.
    fn frame(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Refused(Refused::Full) => (1013, "All places are taken.".to_owned()),
            Self::Refused(Refused::Stopping) | Self::End(End::Stopping) => {
                (1001, "The server is stopping.".to_owned())
            }
            Self::Refused(refused @ Refused::Broken) => (1011, refused.to_string()),
            Self::End(End::Exited) => (4000, "The program has ended.".to_owned()),
            Self::End(End::Crashed) => (4001, "The program has failed.".to_owned()),
            Self::End(End::TimeUp) => (4002, "The time for this visit is up.".to_owned()),
            Self::End(End::Left) => (1000, String::new()),
            Self::Wrong(why) => (1008, (*why).to_owned()),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// Shows a guest to a page, until one of them goes.
pub(super) async fn visit(mut socket: WebSocket, guests: Arc<Guests>) {
    let bye = match begin(&mut socket, &guests).await {
        Ok(viewer) => {
            let mut visit = Visit::new(viewer, &guests, &mut socket);
            let bye = visit.go().await;
            visit.release();
            bye
        }
        Err(bye) => bye,
    };
    if let Some(frame) = bye.frame() {
        // The page answers, or is gone.
        let close = async {
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), close).await;
    }
}

/// Waits for the page's first words, and finds it a guest.
async fn begin(socket: &mut WebSocket, guests: &Arc<Guests>) -> Result<Viewer, Bye> {
    let place = match tokio::time::timeout(HELLO, hello(socket)).await {
        Ok(place) => place?,
        Err(_) => return Err(Bye::Wrong("The page has not said how large it is.")),
    };
    let viewer = guests.join(place).map_err(Bye::Refused)?;
    let welcome = messages::welcome(guests.options.largest, guests.options.shared);
    send(socket, Message::Text(welcome.to_string().into())).await?;
    Ok(viewer)
}

async fn hello(socket: &mut WebSocket) -> Result<Place, Bye> {
    while let Some(message) = socket.recv().await {
        match message {
            Ok(Message::Text(text)) => {
                return match messages::hear(text.as_str()) {
                    Ok(Heard::Hello(place)) => Ok(place),
                    _ => Err(Bye::Wrong("The page has to say first how large it is.")),
                };
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Binary(_)) => return Err(Bye::Wrong("A message was not understood.")),
            Ok(Message::Close(_)) | Err(_) => break,
        }
    }
    Err(Bye::Gone)
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Bye> {
    match tokio::time::timeout(SILENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Bye::Gone),
    }
}

/// What wakes a visit.
enum Woken {
    Said(Option<Result<Message, axum::Error>>),
    Encoded(Bytes),
    Changed,
    Time,
}

/// A picture that is being encoded: its window and its number, and what becomes of it.
type Encoding = (u32, u64, JoinHandle<Bytes>);

struct Visit<'a> {
    viewer: Viewer,
    guests: &'a Guests,
    socket: &'a mut WebSocket,
    changes: watch::Receiver<u64>,
    /// What the page knows of the windows, and the number of the last picture of each.
    told: BTreeMap<u32, Look>,
    sent: BTreeMap<u32, u64>,
    /// The window of the last picture.
    last: u32,
    encoding: Option<Encoding>,
    /// The picture that the page has not shown yet.
    in_flight: Option<u64>,
    stops_in: Option<u64>,
    held: Held,
    allowance: Allowance,
    heard: Instant,
    ping: Pin<Box<Sleep>>,
}

impl<'a> Visit<'a> {
    fn new(viewer: Viewer, guests: &'a Guests, socket: &'a mut WebSocket) -> Self {
        let changes = viewer.guest.screen.changes();
        Self {
            viewer,
            guests,
            socket,
            changes,
            told: BTreeMap::new(),
            sent: BTreeMap::new(),
            last: 0,
            encoding: None,
            in_flight: None,
            stops_in: None,
            held: Held::default(),
            allowance: Allowance::new(),
            heard: Instant::now(),
            ping: Box::pin(tokio::time::sleep(PING)),
        }
    }

    /// Goes on to the end, and says which it is.
    async fn go(&mut self) -> Bye {
        loop {
            if let Err(bye) = self.turn().await {
                return bye;
            }
        }
    }

    async fn turn(&mut self) -> Result<(), Bye> {
        self.changes.mark_unchanged();
        if let Some(end) = self.viewer.guest.screen.has_ended() {
            return Err(Bye::End(end));
        }
        self.tell().await?;
        self.begin_picture();
        match self.wait().await {
            Woken::Said(Some(Ok(message))) => self.hear(message)?,
            Woken::Said(None | Some(Err(_))) => return Err(Bye::Gone),
            Woken::Encoded(jpeg) => self.send_picture(&jpeg).await?,
            Woken::Changed => {}
            Woken::Time => {
                self.ping.as_mut().reset(tokio::time::Instant::now() + PING);
                if self.heard.elapsed() > SILENCE {
                    return Err(Bye::Gone);
                }
                send(self.socket, Message::Ping(Bytes::new())).await?;
            }
        }
        Ok(())
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self) -> Woken {
        let Self { socket, changes, encoding, ping, .. } = self;
        let mut said = pin!(socket.recv());
        let mut changed = pin!(changes.changed());
        future::poll_fn(|cx| {
            if let Poll::Ready(message) = said.as_mut().poll(cx) {
                return Poll::Ready(Woken::Said(message));
            }
            if let Some((_, _, job)) = encoding.as_mut()
                && let Poll::Ready(jpeg) = Pin::new(job).poll(cx)
            {
                // One that has failed is one without bytes.
                return Poll::Ready(Woken::Encoded(jpeg.unwrap_or_default()));
            }
            if changed.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Woken::Changed);
            }
            ping.as_mut().poll(cx).map(|()| Woken::Time)
        })
        .await
    }

    /// Tells the page what it does not know yet. There is no queue: it is told how things are, and not what has happened.
    async fn tell(&mut self) -> Result<(), Bye> {
        let screen = Arc::clone(&self.viewer.guest.screen);
        let looks = screen.looks();
        let gone: Vec<_> = self.told.keys().filter(|window| !looks.contains_key(window)).copied().collect();
        for window in gone {
            self.told.remove(&window);
            self.sent.remove(&window);
            self.say(messages::closed(window)).await?;
        }
        for (window, look) in looks {
            if self.told.get(&window) != Some(&look) {
                self.say(messages::window(window, &look)).await?;
                self.told.insert(window, look);
            }
        }
        if let Some(seconds) = screen.stops_in().filter(|_| self.stops_in.is_none()) {
            self.stops_in = Some(seconds);
            self.say(messages::stopping(seconds)).await?;
        }
        Ok(())
    }

    async fn say(&mut self, message: Value) -> Result<(), Bye> {
        send(self.socket, Message::Text(message.to_string().into())).await
    }

    /// Has the next picture encoded, if the page has shown the one before.
    fn begin_picture(&mut self) {
        if self.in_flight.is_some() || self.encoding.is_some() {
            return;
        }
        let Some((window, shown)) = self.viewer.guest.screen.next(&self.sent, self.last) else { return };
        // The page has to know of the window before.
        if !self.told.contains_key(&window) {
            return;
        }
        self.viewer.set_ready(false);
        let number = shown.number;
        self.sent.insert(window, number);
        self.last = window;
        self.encoding = Some((window, number, encode(shown, self.guests.options.quality)));
    }

    async fn send_picture(&mut self, jpeg: &[u8]) -> Result<(), Bye> {
        let Some((window, number, _)) = self.encoding.take() else { return Ok(()) };
        if jpeg.is_empty() {
            self.viewer.set_ready(true);
            return Ok(());
        }
        let mut message = Vec::with_capacity(HEAD + jpeg.len());
        message.extend_from_slice(&window.to_le_bytes());
        message.extend_from_slice(&number.to_le_bytes());
        message.extend_from_slice(jpeg);
        self.in_flight = Some(number);
        self.guests.note_sent(jpeg.len());
        send(self.socket, Message::Binary(message.into())).await
    }

    fn hear(&mut self, message: Message) -> Result<(), Bye> {
        self.heard = Instant::now();
        if !self.allowance.take() {
            return Err(Bye::Wrong("There were too many messages."));
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(Bye::Gone),
            Message::Binary(_) => return Err(Bye::Wrong("A message was not understood.")),
        };
        let heard = messages::hear(text.as_str()).map_err(|why| {
            tracing::debug!("a message was not understood: {why}");
            Bye::Wrong("A message was not understood.")
        })?;
        match heard {
            Heard::Ack(number) if self.in_flight == Some(number) => {
                self.in_flight = None;
                self.viewer.set_ready(true);
            }
            // Of another than that which is on its way.
            Heard::Ack(_) => {}
            Heard::Happens(window, event) => {
                self.held.note(window, &event);
                self.viewer.happen(window, event);
            }
            Heard::Everywhere(event) => {
                if !self.guests.options.shared {
                    self.viewer.guest.system.happen_everywhere(&event);
                }
            }
            Heard::Nothing | Heard::Hello(_) => {}
        }
        Ok(())
    }

    /// Releases what the visitor holds pressed: others may go on.
    fn release(self) {
        let Self { held, viewer, .. } = self;
        for (window, event) in held.releases() {
            viewer.happen(window, event);
        }
    }
}

fn encode(shown: Arc<Shown>, quality: u8) -> JoinHandle<Bytes> {
    tokio::task::spawn_blocking(move || shown.jpeg(quality))
}

/// How many messages a page may send now.
#[derive(Debug)]
struct Allowance {
    left: f64,
    at: Instant,
}

impl Allowance {
    fn new() -> Self {
        Self { left: SAVED, at: Instant::now() }
    }

    /// Takes one message; `false`: there were too many.
    fn take(&mut self) -> bool {
        let now = Instant::now();
        let more = now.saturating_duration_since(self.at).as_secs_f64() * MESSAGES;
        self.left = (self.left + more).min(SAVED) - 1.0;
        self.at = now;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_bounded() {
        let mut allowance = Allowance::new();
        let taken = (0..100_000).take_while(|_| allowance.take()).count();
        assert!((1000..20_000).contains(&taken), "{taken}");
        allowance.at -= Duration::from_secs(10);
        assert!(allowance.take());
    }

    #[test]
    fn an_end_has_words_that_fit() {
        let ends = [End::Exited, End::Crashed, End::TimeUp, End::Stopping, End::Left].map(Bye::End);
        let refused = [Refused::Full, Refused::Stopping, Refused::Broken].map(Bye::Refused);
        for bye in ends.iter().chain(&refused) {
            let frame = bye.frame().unwrap();
            assert!(frame.reason.as_str().len() <= 123 && frame.code >= 1000, "{bye:?}");
        }
        assert!(Bye::Gone.frame().is_none());
    }
}
