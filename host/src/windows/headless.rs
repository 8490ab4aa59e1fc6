//! Windows without a display: pictures go to whoever asked for them, and what happens comes from a list.
//!
//! Nothing here runs by itself. When the guest waits, for an event or for its next picture, the clock is looked at, and
//! what is due by then is posted. So it is exact: with a virtual clock, which goes on only while the guest waits, the
//! same input gives the same pictures on any machine.

mod state;

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use crate::windows::{
    mailbox::Mailbox,
    system::{
        Attributes, BoxFuture, CanvasStatus, Change, Event, Events, Image, Monitor, OpenError, Opening, Pace,
        Point, PresentMode, Refusal, Request, Show, Size, Snapshot, SystemWindow, VideoMode, WindowSystem,
    },
};
use state::{Step, World};

/// What headless windows are like.
#[derive(Clone)]
pub struct HeadlessOptions {
    /// The size of the screen, and of windows that don't ask for one.
    pub size: Size,
    /// Pictures a second.
    pub rate: u32,
    /// Pixels for each unit of a program.
    pub scale_factor: f64,
    /// Whether time goes on only while the guest waits.
    pub virtual_time: bool,
    /// What happens, in order.
    pub input: Vec<Input>,
    /// Who gets the pictures.
    pub pictures: Option<Arc<dyn Pictures>>,
}

impl Default for HeadlessOptions {
    /// 1280 by 720 pixels, 60 pictures a second, real time, no input, and no pictures are kept.
    fn default() -> Self {
        Self {
            size: Size { width: 1280, height: 720 },
            rate: 60,
            scale_factor: 1.0,
            virtual_time: false,
            input: Vec::new(),
            pictures: None,
        }
    }
}

/// Something that happens.
#[derive(Clone, Debug)]
pub struct Input {
    /// Not before this, and not before what stands before it.
    pub when: When,
    /// The number of the window; without one, the first that is open.
    pub window: Option<u32>,
    /// What happens.
    pub happening: Happening,
}

/// What happens to headless windows.
#[derive(Clone, Debug)]
pub enum Happening {
    /// An event of a window's.
    Event(Event),
    /// Another program puts this text into the clipboard, which is one of these windows' own.
    Copied(String),
}

/// When something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// At once.
    Now,
    /// So long after the first window was opened.
    After(Duration),
    /// When so many pictures were shown, of all windows together.
    Picture(u64),
}

/// Gets the pictures that are shown. They are numbered from 1, of all windows together, in the order of their `present`.
pub trait Pictures: Send + Sync {
    /// Whether picture `number` is to be read.
    fn wants(&self, number: u64) -> bool;

    /// Gets a picture that it wanted, in order; or why there is none. `window` is the number of its window, `time` when it
    /// was shown.
    fn take(&self, number: u64, window: u32, time: Duration, picture: Result<Image, String>);

    /// Whether, after so many pictures, no other one is wanted. When the input is at its end as well, the windows are
    /// asked to close.
    fn is_done(&self, shown: u64) -> bool;
}

/// A [`WindowSystem`] without a display. It is for one guest: the clock begins with its first window.
#[derive(Clone)]
pub struct Headless(Arc<Shared>);

struct Shared {
    options: HeadlessOptions,
    world: Mutex<World>,
}

impl Headless {
    /// Windows as the options say.
    #[must_use]
    pub fn new(options: HeadlessOptions) -> Self {
        let world = Mutex::new(World::new(&options));
        Self(Arc::new(Shared { options, world }))
    }

    /// How many pictures were shown.
    #[must_use]
    pub fn shown(&self) -> u64 {
        self.0.world.lock().shown()
    }

    /// Has something happen now, in this window; without one, in the first that is open.
    pub fn happen(&self, window: Option<u32>, happening: Happening) {
        self.0.world.lock().happen(&Input { when: When::Now, window, happening });
    }

    /// The windows that are open.
    #[must_use]
    pub fn open_windows(&self) -> Vec<u32> {
        self.0.world.lock().open_windows()
    }

    /// The clock that the guest is to see, for `WasiCtxBuilder::monotonic_clock` and `wall_clock`. Without virtual time
    /// there is none.
    #[must_use]
    pub fn clock(&self) -> Option<VirtualClock> {
        self.0.options.virtual_time.then(|| VirtualClock(Arc::clone(&self.0)))
    }
}

impl std::fmt::Debug for Headless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Headless").field("shown", &self.shown()).finish_non_exhaustive()
    }
}

/// A clock that goes on only while the guest waits for its windows.
pub struct VirtualClock(Arc<Shared>);

impl VirtualClock {
    /// What monotonic clocks show at the beginning: programs subtract from it.
    const BEGIN: Duration = Duration::from_secs(24 * 60 * 60);
    /// The beginning of 2026, in seconds since 1970.
    const EPOCH: Duration = Duration::from_secs(1_767_225_600);

    fn elapsed(&self) -> Duration {
        self.0.world.lock().now()
    }
}

impl HostMonotonicClock for VirtualClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.elapsed().saturating_add(Self::BEGIN).as_nanos()).unwrap_or(u64::MAX)
    }
}

impl HostWallClock for VirtualClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.elapsed().saturating_add(Self::EPOCH)
    }
}

impl WindowSystem for Headless {
    fn open(&self, attributes: Attributes, events: Events) -> BoxFuture<'_, Result<Opening, OpenError>> {
        let shared = Arc::clone(&self.0);
        let window = events.window();
        let Attributes { size, fullscreen, active, state, .. } = attributes;
        let (size, scale_factor) = {
            let mut world = shared.world.lock();
            (world.open(events, size, state, fullscreen.is_some(), active), world.scale_factor())
        };
        Box::pin(async move {
            let window = Arc::new(HeadlessWindow { shared, window });
            Ok(Opening { window, size, scale_factor, focused: active, theme: None })
        })
    }

    fn monitors(&self) -> Vec<Monitor> {
        let HeadlessOptions { size, rate, .. } = self.0.options;
        let scale_factor = self.0.world.lock().scale_factor();
        let refresh = rate.saturating_mul(1000);
        vec![Monitor {
            id: 1,
            name: Some("headless".to_owned()),
            size,
            position: Point { x: 0, y: 0 },
            scale_factor,
            refresh_millihertz: Some(refresh),
            primary: true,
            modes: vec![VideoMode { size, bit_depth: 32, refresh_millihertz: refresh }],
        }]
    }

    fn now(&self) -> Duration {
        self.0.world.lock().now()
    }

    fn read_text(&self) -> BoxFuture<'_, Result<String, Refusal>> {
        Box::pin(async { Ok(self.0.world.lock().clipboard.clone()) })
    }

    fn write_text(&self, text: String) -> Result<(), Refusal> {
        self.0.world.lock().clipboard = text;
        Ok(())
    }

    fn wait<'a>(
        &'a self,
        mailbox: &'a Mailbox,
        timeout: Option<Duration>,
    ) -> BoxFuture<'a, wasmtime::Result<()>> {
        Box::pin(async move {
            let until = timeout.and_then(|timeout| self.0.world.lock().now().checked_add(timeout));
            loop {
                let step = self.0.world.lock().step(until, || mailbox.is_empty());
                match step {
                    Step::Done => return Ok(()),
                    Step::Sleep(wake) => {
                        // What a guest does meanwhile may post something as well.
                        let left = wake.map(|wake| wake.saturating_duration_since(Instant::now()));
                        mailbox.rung(left).await;
                    }
                    Step::Again => {}
                    Step::Never(why) => return Err(wasmtime::Error::msg(why)),
                }
            }
        })
    }

    fn go_on<'a>(&'a self, mailbox: &'a Mailbox) -> BoxFuture<'a, wasmtime::Result<()>> {
        Box::pin(async move {
            if !mailbox.streams_wait() {
                tokio::time::sleep(PAUSE).await;
            }
            let before = mailbox.posted();
            let step = self.0.world.lock().step(None, || mailbox.posted() == before);
            match step {
                Step::Done | Step::Again => Ok(()),
                Step::Sleep(wake) => {
                    let left = wake.map(|wake| wake.saturating_duration_since(Instant::now()));
                    mailbox.rung(left).await;
                    Ok(())
                }
                Step::Never(why) => Err(wasmtime::Error::msg(why)),
            }
        })
    }
}

/// For how long time stands still when a guest reads no stream that it has read before: it may be drawing, and will read
/// again. That is for guests that never do.
const PAUSE: Duration = Duration::from_millis(50);

struct HeadlessWindow {
    shared: Arc<Shared>,
    window: u32,
}

impl SystemWindow for HeadlessWindow {
    fn request_redraw(&self) {
        self.shared.world.lock().request_redraw(self.window);
    }

    fn change(&self, change: Change) {
        self.shared.world.lock().change(self.window, change);
    }

    fn ask(&self, request: Request) -> Result<(), Refusal> {
        match request {
            Request::CursorPosition(_) | Request::CursorHittest(_) | Request::Grab(_) => Ok(()),
            Request::Drag | Request::DragResize(_) => Err(Refusal::NotSupported),
        }
    }

    fn snapshot(&self) -> Snapshot {
        self.shared.world.lock().snapshot(self.window)
    }

    fn size(&self) -> Size {
        self.shared.world.lock().size(self.window)
    }

    fn ready(&self, pace: Pace) -> BoxFuture<'_, CanvasStatus> {
        Box::pin(async move {
            if matches!(pace.mode, PresentMode::Fifo | PresentMode::FifoRelaxed) {
                loop {
                    let step = self.shared.world.lock().until_free(self.window, pace.latency);
                    match step {
                        Step::Sleep(Some(wake)) => tokio::time::sleep_until(wake).await,
                        Step::Again => {}
                        Step::Done | Step::Sleep(None) | Step::Never(_) => break,
                    }
                }
            }
            self.shared.world.lock().status(self.window)
        })
    }

    fn present(&self, pace: Pace) -> Show {
        let paced = matches!(pace.mode, PresentMode::Fifo | PresentMode::FifoRelaxed);
        let (number, time) = self.shared.world.lock().present(self.window, paced);
        let pictures = self.shared.options.pictures.clone().filter(|pictures| pictures.wants(number));
        let window = self.window;
        Box::new(move |picture| {
            if let Some(pictures) = pictures {
                pictures.take(number, window, time, picture.read());
            }
        })
    }

    fn close(&self) {
        self.shared.world.lock().close(self.window);
    }
}
