//! The guests: one for each visitor, or one for all; how they begin, who looks at them, and how they end.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::future::{self, Either};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use wasmtime::component::Component;

use super::{
    options::StreamOptions,
    screen::{End, Screen},
    system::{Place, Streamed},
};
use crate::{
    WaitMode,
    cli::serve::Output,
    ctx::Meter,
    runtime::{Ender, Outcome, Runtime},
    windows::{Event, WindowRights},
};

/// For a program that is asked to close its windows.
const GRACE: Duration = Duration::from_secs(1);

/// For one that is ended: it may wait for the GPU in a call.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a visitor gets no guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("All places are taken.")]
    Full,
    #[error("The server is stopping.")]
    Stopping,
    #[error("The program could not be started.")]
    Broken,
}

impl Refused {
    /// For metrics.
    fn reason(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Stopping => "stopping",
            Self::Broken => "broken",
        }
    }
}

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) visits: AtomicU64,
    /// Pictures that were sent, and their bytes.
    pub(super) sent: AtomicU64,
    pub(super) sent_bytes: AtomicU64,
    pub(super) traps: AtomicU64,
    pub(super) device_lost: AtomicU64,
    pub(super) refused: Mutex<BTreeMap<&'static str, u64>>,
    /// Of guests that have ended: pictures that were read, and that were left out.
    read_before: AtomicU64,
    dropped_before: AtomicU64,
}

/// What is so now.
#[derive(Debug, Default)]
pub(super) struct Now {
    pub(super) guests: usize,
    pub(super) visitors: usize,
    pub(super) gpu_memory: u64,
    pub(super) read: u64,
    pub(super) dropped: u64,
}

/// One program that runs.
pub(super) struct Guest {
    number: u64,
    pub(super) screen: Arc<Screen>,
    pub(super) system: Streamed,
    meter: Meter,
    ender: Ender,
    /// The visitors whose page has the keyboard.
    focused: Mutex<BTreeSet<u64>>,
    /// Whether its store is gone.
    over: watch::Sender<bool>,
}

/// All guests.
pub(super) struct Guests {
    pub(super) name: String,
    pub(super) options: StreamOptions,
    runtime: Runtime,
    component: Component,
    places: Arc<Semaphore>,
    live: Mutex<BTreeMap<u64, Arc<Guest>>>,
    joining: Mutex<()>,
    next: AtomicU64,
    stopping: AtomicBool,
    pub(super) counts: Counts,
}

/// How the last guests have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    ByThemselves,
    Ended,
    /// One has not.
    Stuck,
}

/// One who looks at a guest, until it is dropped.
pub(super) struct Viewer {
    pub(super) guest: Arc<Guest>,
    pub(super) number: u64,
    shared: bool,
}

impl Guests {
    pub(super) fn new(
        name: String,
        options: StreamOptions,
        runtime: Runtime,
        component: Component,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            places: Arc::new(Semaphore::new(options.instances)),
            options,
            runtime,
            component,
            live: Mutex::default(),
            joining: Mutex::new(()),
            next: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
            counts: Counts::default(),
        })
    }

    /// A guest for a visitor whose page is like this: one of his own, or the one of all.
    pub(super) fn join(self: &Arc<Self>, place: Place) -> Result<Viewer, Refused> {
        let joined = self.try_join(place);
        match &joined {
            Ok(_) => {
                self.counts.visits.fetch_add(1, Ordering::Relaxed);
            }
            Err(refused) => self.refuse(refused.reason()),
        }
        joined
    }

    /// Counts one that is refused.
    pub(super) fn refuse(&self, reason: &'static str) {
        *self.counts.refused.lock().entry(reason).or_default() += 1;
    }

    /// Counts a picture that was sent.
    pub(super) fn note_sent(&self, bytes: usize) {
        self.counts.sent.fetch_add(1, Ordering::Relaxed);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.counts.sent_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether there is no place for another visitor now.
    pub(super) fn is_full(&self) -> bool {
        let StreamOptions { shared, viewers, .. } = self.options;
        let room = |guest: &Arc<Guest>| !guest.screen.is_closed() && guest.screen.counts().0 < viewers;
        match self.live.lock().values().find(|guest| shared && !guest.screen.is_closed()) {
            Some(guest) => !room(guest),
            None => self.places.available_permits() == 0,
        }
    }

    fn try_join(self: &Arc<Self>, place: Place) -> Result<Viewer, Refused> {
        let StreamOptions { shared, viewers, .. } = self.options;
        // Of two who come first, one begins the guest.
        let _joining = self.joining.lock();
        if self.stopping.load(Ordering::Relaxed) {
            return Err(Refused::Stopping);
        }
        if shared {
            for guest in self.live.lock().values().map(Arc::clone) {
                if let Some(number) = guest.screen.join(viewers) {
                    return Ok(Viewer { guest, number, shared });
                }
                if !guest.screen.is_closed() {
                    return Err(Refused::Full);
                }
            }
        }
        let slot = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refused::Full)?;
        let (guest, number) = self.begin(place, slot).map_err(|error| {
            tracing::error!(app = self.name, "a guest was not started: {error:#}");
            Refused::Broken
        })?;
        tokio::spawn(Arc::clone(self).look_after(Arc::clone(&guest)));
        Ok(Viewer { guest, number, shared })
    }

    /// Starts a guest on a thread of its own, which has the place until its store is gone; with the number of its first
    /// visitor.
    fn begin(
        self: &Arc<Self>,
        place: Place,
        slot: OwnedSemaphorePermit,
    ) -> wasmtime::Result<(Arc<Guest>, u64)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let StreamOptions { rate, largest, .. } = self.options;
        let screen = Arc::<Screen>::default();
        let viewer = screen.join(1).ok_or_else(|| wasmtime::Error::msg("nobody may see a new guest"))?;
        let system = Streamed::new(place, rate.into(), largest, Arc::clone(&screen));
        let mut wasi = self.options.wasi()?;
        wasi.stdout(Output::new(&self.name, number)).stderr(Output::new(&self.name, number));
        let rights = WindowRights { program: Some(self.options.program()), ..WindowRights::default() };
        // One that can't wait by itself has its thread wait.
        let asynchronous = self.runtime.is_asynchronous(&self.component);
        let mode = if asynchronous { WaitMode::Background } else { WaitMode::Eager };
        let gpu = self.options.gpu().wait_mode(mode).windows(Arc::new(system.clone()), rights).build();
        let (over, ender) = (watch::Sender::new(false), Ender::default());
        let meter = gpu.meter();
        let focused = Mutex::default();
        let guest = Arc::new(Guest { number, screen, system, meter, ender, focused, over });
        self.live.lock().insert(number, Arc::clone(&guest));
        let running = Running { guests: Arc::clone(self), guest: Arc::clone(&guest), slot: Some(slot) };
        let wasi = wasi.build();
        #[expect(clippy::disallowed_methods, reason = "it ends with its guest, which `look_after` ends")]
        thread::Builder::new().name("wgpu-wasi guest".to_owned()).spawn(move || {
            let Running { guests, guest, .. } = &running;
            let result = guests.runtime.run_until_told(&guests.component, wasi, gpu, &guest.ender);
            running.note(result);
        })?;
        Ok((guest, viewer))
    }

    /// Ends a guest when its time is up or nobody looks at it any more.
    async fn look_after(self: Arc<Self>, guest: Arc<Guest>) {
        let start = Instant::now();
        let reason = {
            let left = pin!(guest.left());
            match tokio::time::timeout(self.options.timeout, left).await {
                Ok(reason) => reason,
                Err(_) => Some(End::TimeUp),
            }
        };
        if let Some(reason) = reason {
            self.end(&guest, reason).await;
        }
        let seconds = start.elapsed().as_secs_f64();
        let end = guest.screen.has_ended().unwrap_or(End::Left);
        let (_, pictures, dropped) = guest.screen.counts();
        tracing::info!(app = self.name, instance = guest.number, ?end, seconds, pictures, dropped, "visit");
    }

    /// Asks a guest to close its windows, and ends it if it does not.
    async fn end(&self, guest: &Guest, reason: End) {
        let mut over = guest.over.subscribe();
        guest.screen.end(reason);
        guest.system.happen_everywhere(&Event::CloseRequested);
        let is_over = |over: &bool| *over;
        if tokio::time::timeout(GRACE, over.wait_for(is_over)).await.is_err() {
            guest.ender.end();
            if tokio::time::timeout(PATIENCE, over.wait_for(is_over)).await.is_err() {
                let instance = guest.number;
                tracing::error!(app = self.name, instance, "the component does not end, and keeps its place");
            }
        }
    }

    /// Lets no more visitors in, tells those that are there, and ends their guests when `drain` is up.
    pub(super) async fn stop(self: &Arc<Self>, drain: Duration) -> Stopped {
        {
            let _joining = self.joining.lock();
            self.stopping.store(true, Ordering::Relaxed);
        }
        let guests: Vec<_> = self.live.lock().values().map(Arc::clone).collect();
        for guest in &guests {
            guest.screen.stop_in(drain.as_secs());
        }
        let gone = async {
            for guest in &guests {
                guest.is_over().await;
            }
        };
        if tokio::time::timeout(drain, gone).await.is_ok() {
            return Stopped::ByThemselves;
        }
        let end = |guest: &Arc<Guest>| {
            let (all, guest) = (Arc::clone(self), Arc::clone(guest));
            tokio::spawn(async move { all.end(&guest, End::Stopping).await })
        };
        let ending: Vec<_> = guests.iter().map(end).collect();
        let all = async {
            for end in ending {
                let _ = end.await;
            }
        };
        // Nobody waits for a GPU that hangs.
        let _ = tokio::time::timeout(GRACE * 2, all).await;
        if guests.iter().all(|guest| *guest.over.borrow()) { Stopped::Ended } else { Stopped::Stuck }
    }

    pub(super) fn now(&self) -> Now {
        let live = self.live.lock();
        let begin = Now {
            guests: live.len(),
            read: self.counts.read_before.load(Ordering::Relaxed),
            dropped: self.counts.dropped_before.load(Ordering::Relaxed),
            ..Now::default()
        };
        live.values().fold(begin, |mut now, guest| {
            let (visitors, read, dropped) = guest.screen.counts();
            now.visitors += visitors;
            now.read = now.read.saturating_add(read);
            now.dropped = now.dropped.saturating_add(dropped);
            now.gpu_memory = now.gpu_memory.saturating_add(guest.meter.gpu_memory());
            now
        })
    }
}

impl Guest {
    /// Waits until its store is gone.
    async fn is_over(&self) {
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }

    /// Waits until nobody looks any more; `None`: it has ended by itself before.
    async fn left(&self) -> Option<End> {
        let mut changes = self.screen.changes();
        let is_over = self.is_over();
        let mut is_over = pin!(is_over);
        loop {
            if self.screen.close_if_left() {
                return Some(End::Left);
            }
            match future::select(is_over.as_mut(), pin!(changes.changed())).await {
                Either::Left(_) => return None,
                Either::Right(_) => {}
            }
        }
    }
}

/// A guest's thread, and its place.
struct Running {
    guests: Arc<Guests>,
    guest: Arc<Guest>,
    slot: Option<OwnedSemaphorePermit>,
}

impl Running {
    /// Takes note of how it has ended.
    fn note(&self, result: wasmtime::Result<Outcome>) {
        let Self { guests, guest, .. } = self;
        let (app, instance) = (guests.name.as_str(), guest.number);
        match result {
            _ if guest.meter.device_lost() => {
                tracing::error!(app, instance, "the component has lost its device");
                guests.counts.device_lost.fetch_add(1, Ordering::Relaxed);
                guest.screen.end(End::Crashed);
            }
            Ok(Outcome { success: true, .. }) => guest.screen.end(End::Exited),
            Ok(Outcome { exit_code, .. }) => {
                tracing::warn!(app, instance, exit_code, "the component has failed");
                guest.screen.end(End::Crashed);
            }
            Err(_) if guest.ender.is_told() => {}
            Err(error) => {
                tracing::error!(app, instance, "the component has trapped: {error:#}");
                guests.counts.traps.fetch_add(1, Ordering::Relaxed);
                guest.screen.end(End::Crashed);
            }
        }
    }
}

impl Drop for Running {
    /// Its store is gone, whatever has happened.
    fn drop(&mut self) {
        let Self { guests, guest, slot } = self;
        guest.screen.end(End::Crashed);
        // What its GPU still does is its own until then, and counts.
        guest.meter.wait_for_devices();
        // Who sees that it is gone finds its place free.
        drop(slot.take());
        let (_, read, dropped) = guest.screen.counts();
        {
            // Together, for counts never fall.
            let mut live = guests.live.lock();
            live.remove(&guest.number);
            guests.counts.read_before.fetch_add(read, Ordering::Relaxed);
            guests.counts.dropped_before.fetch_add(dropped, Ordering::Relaxed);
        }
        guest.over.send_replace(true);
    }
}

impl Viewer {
    /// Something happens in a window of the guest, by this visitor's doing. Where there are several, its size is nobody's.
    pub(super) fn happen(&self, window: u32, event: Event) {
        let Self { guest, shared, .. } = self;
        match event {
            Event::Focused(is) => self.focus(window, is),
            Event::Resized(_) | Event::ScaleChanged(_) | Event::Occluded(_) | Event::CloseRequested
                if *shared => {}
            event => guest.system.happen(window, event),
        }
    }

    /// A window has the keyboard while any page has it.
    fn focus(&self, window: u32, is: bool) {
        let Self { guest, number, .. } = self;
        let changes = {
            let focused = &mut *guest.focused.lock();
            let had = !focused.is_empty();
            let _ = if is { focused.insert(*number) } else { focused.remove(number) };
            had == focused.is_empty()
        };
        if changes || is {
            guest.system.happen(window, Event::Focused(is));
        }
    }

    /// Says whether the visitor can take a picture now.
    pub(super) fn set_ready(&self, ready: bool) {
        for window in self.guest.screen.set_ready(self.number, ready) {
            self.guest.system.happen(window, Event::Redraw);
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let focused = {
            let focused = &mut *self.guest.focused.lock();
            focused.remove(&self.number) && focused.is_empty()
        };
        if focused {
            self.guest.system.happen_everywhere(&Event::Focused(false));
        }
        self.guest.screen.leave(self.number);
    }
}
