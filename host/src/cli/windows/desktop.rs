//! Windows on the desktop of this machine, by winit.
//!
//! winit has the main thread of the process, and the guest a thread of its own. The main thread never waits for the guest:
//! a guest that hangs has windows that move, and can be closed. What the guest wants goes to the main thread, and waits
//! for it where it has an answer. Pictures go from the timeline of the guest's device to the window.

mod canvas;
mod clipboard;
mod events;
mod main_thread;
mod opened;
mod wanted;
mod words;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::oneshot;
use winit::{event_loop::EventLoopProxy, window::WindowId};

use crate::{
    default_instance,
    windows::{
        Attributes, BoxFuture, CanvasStatus, Change, Events, Monitor, OpenError, Opening, Pace, Pictures,
        Point, PresentMode, Refusal, Request, Show, Size, Snapshot, State, SystemWindow, Theme, WindowSystem,
        frames::{Frames, Rate},
    },
};
use canvas::{Canvas, Shown};
use clipboard::Clipboard;
pub(in crate::cli) use main_thread::{Display, Ended};
use wanted::Wanted;

/// How long a guest waits for an answer of the main thread. That has nothing to do but to answer, unless the desktop
/// itself hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pictures a second of a window that nobody can see.
const HIDDEN: Rate = Rate::of_hertz(10);

/// Pictures a second where nobody knows how many the screen shows.
const UNKNOWN: u32 = 60_000;

/// What the main thread is asked for.
enum ToMain {
    Open(Box<Attributes>, Events, oneshot::Sender<Result<Opening, OpenError>>),
    Ask(WindowId, Request, mpsc::SyncSender<Result<(), Refusal>>),
    Snapshot(WindowId, mpsc::SyncSender<Snapshot>),
    Monitors(mpsc::SyncSender<Vec<Monitor>>),
    Theme(mpsc::SyncSender<Option<Theme>>),
    /// The surface of the window is gone.
    Surface(WindowId),
    /// A window has something to do.
    Look,
    Close(WindowId),
    /// The guest has ended.
    Done,
}

/// The windows of the desktop, for one guest.
#[derive(Clone)]
pub(super) struct Desktop(Arc<Shared>);

/// What the main thread and the guest's have in common.
struct Shared {
    main: Mutex<EventLoopProxy<ToMain>>,
    /// Whether the main thread was told to look, and has not done so.
    called: AtomicBool,
    begin: Instant,
    /// Who gets the pictures.
    pictures: Option<Arc<dyn Pictures>>,
    shown: AtomicU64,
    /// Whether the windows are to be asked to close, since all pictures were taken.
    finished: AtomicBool,
    clipboard: Arc<Clipboard>,
}

impl Shared {
    fn new(main: EventLoopProxy<ToMain>, pictures: Option<Arc<dyn Pictures>>) -> Self {
        Self {
            main: Mutex::new(main),
            called: AtomicBool::new(false),
            begin: Instant::now(),
            pictures,
            shown: AtomicU64::new(0),
            finished: AtomicBool::new(false),
            clipboard: Arc::default(),
        }
    }

    /// Tells the main thread. Whether it is there.
    fn tell(&self, what: ToMain) -> bool {
        self.main.lock().send_event(what).is_ok()
    }

    /// Has the main thread look at its windows: once for any number of calls until then.
    fn look(&self) {
        if !self.called.swap(true, Ordering::AcqRel) {
            self.tell(ToMain::Look);
        }
    }

    /// Asks the main thread.
    fn ask<T>(&self, question: impl FnOnce(mpsc::SyncSender<T>) -> ToMain) -> Option<T> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.tell(question(answer)).then(|| answered.recv_timeout(PATIENCE).ok()).flatten()
    }

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }

    /// When that is; far away if it is never.
    fn instant(&self, time: Duration) -> Instant {
        self.begin.checked_add(time).unwrap_or_else(|| Instant::now() + PATIENCE)
    }
}

impl Desktop {
    /// How many pictures were shown.
    pub(super) fn shown(&self) -> u64 {
        self.0.shown.load(Ordering::Relaxed)
    }
}

impl WindowSystem for Desktop {
    fn open(&self, attributes: Attributes, events: Events) -> BoxFuture<'_, Result<Opening, OpenError>> {
        Box::pin(async move {
            // The drivers take their time, and the main thread is not to wait for them.
            drop(default_instance());
            let (answer, answered) = oneshot::channel();
            self.0.tell(ToMain::Open(Box::new(attributes), events, answer));
            answered.await.unwrap_or(Err(OpenError::NoDisplay))
        })
    }

    fn monitors(&self) -> Vec<Monitor> {
        self.0.ask(ToMain::Monitors).unwrap_or_default()
    }

    fn theme(&self) -> Option<Theme> {
        self.0.ask(ToMain::Theme).flatten()
    }

    fn read_text(&self) -> BoxFuture<'_, Result<String, Refusal>> {
        Box::pin(Arc::clone(&self.0.clipboard).read())
    }

    fn write_text(&self, text: String) -> Result<(), Refusal> {
        self.0.clipboard.write(text)
    }
}

/// What a window is, for both sides.
struct Now {
    size: Size,
    frames: Frames,
    rate: Rate,
    /// Whether nobody can see it.
    hidden: bool,
    wanted: Wanted,
}

impl Now {
    fn new(size: Size, rate: Rate) -> Self {
        Self { size, frames: Frames::new(), rate, hidden: false, wanted: Wanted::default() }
    }

    /// The pace at which it is drawn.
    fn pace(&self) -> Rate {
        if self.hidden { HIDDEN } else { self.rate }
    }
}

/// A window, as the guest's side has it.
struct DesktopWindow {
    shared: Arc<Shared>,
    id: WindowId,
    number: u32,
    now: Arc<Mutex<Now>>,
    canvas: Arc<Mutex<Canvas>>,
}

impl SystemWindow for DesktopWindow {
    fn request_redraw(&self) {
        self.now.lock().frames.want_redraw();
        self.shared.look();
    }

    fn change(&self, change: Change) {
        self.now.lock().wanted.add(change);
        self.shared.look();
    }

    fn ask(&self, request: Request) -> Result<(), Refusal> {
        let id = self.id;
        self.shared.ask(|answer| ToMain::Ask(id, request, answer)).unwrap_or(Err(Refusal::Failed))
    }

    fn snapshot(&self) -> Snapshot {
        let (id, size) = (self.id, self.size());
        self.shared.ask(|answer| ToMain::Snapshot(id, answer)).unwrap_or(Snapshot {
            outer_size: size,
            inner_position: None::<Point>,
            outer_position: None,
            monitor: None,
            state: State::empty(),
            theme: None,
            fullscreen: false,
        })
    }

    fn size(&self) -> Size {
        self.now.lock().size
    }

    fn fits(&self, adapter: Option<&wgpu::Adapter>) -> Result<(), String> {
        let adapter = adapter.ok_or("The device was lent, and its adapter is not known.")?;
        self.canvas.lock().fits(adapter)
    }

    fn ready(&self, pace: Pace) -> BoxFuture<'_, CanvasStatus> {
        Box::pin(async move {
            if matches!(pace.mode, PresentMode::Immediate | PresentMode::Mailbox) {
                return CanvasStatus::Good;
            }
            loop {
                let wake = {
                    let mut now = self.now.lock();
                    let rate = now.pace();
                    let frame = rate.frame(self.shared.now());
                    now.frames.until_free(frame, pace.latency).map(|frame| rate.time(frame))
                };
                let Some(wake) = wake else { return CanvasStatus::Good };
                tokio::time::sleep_until(self.shared.instant(wake).into()).await;
            }
        })
    }

    fn present(&self, pace: Pace) -> Show {
        let number = self.shared.shown.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let time = {
            let mut now = self.now.lock();
            let (rate, time) = (now.pace(), self.shared.now());
            match pace.mode {
                PresentMode::Fifo | PresentMode::FifoRelaxed => {
                    rate.time(now.frames.present(rate.frame(time)))
                }
                PresentMode::Immediate | PresentMode::Mailbox => time,
            }
        };
        let (shared, canvas, now) =
            (Arc::clone(&self.shared), Arc::clone(&self.canvas), Arc::clone(&self.now));
        let (id, window) = (self.id, self.number);
        Box::new(move |picture| {
            let (hidden, size) = {
                let now = now.lock();
                (now.hidden, now.size)
            };
            let shown = match picture.adapter() {
                Some(adapter) if !hidden => canvas.lock().show(picture, adapter, pace, size),
                _ => Shown::Dropped,
            };
            match shown {
                Shown::Yes | Shown::Dropped => {}
                Shown::Outdated => {
                    now.lock().frames.want_redraw();
                    shared.look();
                }
                Shown::Lost => {
                    shared.tell(ToMain::Surface(id));
                }
            }
            let Some(pictures) = &shared.pictures else { return };
            if pictures.wants(number) {
                pictures.take(number, window, time, picture.read());
            }
            if pictures.is_done(number) {
                shared.finished.store(true, Ordering::Release);
                shared.look();
            }
        })
    }

    fn close(&self) {
        self.shared.tell(ToMain::Close(self.id));
    }
}
