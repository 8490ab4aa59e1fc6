//! The loop: waits for the host, and hands on what it tells.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use wgpu_wasi_window::windows as wit;

use crate::cursor::{CustomCursor, CustomCursorSource};
use crate::dpi::PhysicalSize;
use crate::error::EventLoopError;
use crate::event::{DeviceEvent, DeviceId, Event, InnerSizeWriter, StartCause, WindowEvent};
use crate::event_loop::{self, ControlFlow, DeviceEvents, EventLoopClosed};
use crate::platform::pump_events::PumpStatus;
use crate::platform_impl::events::Told;
use crate::platform_impl::window::Shared;
use crate::platform_impl::{
    MonitorHandle, PlatformCustomCursor, PlatformSpecificEventLoopAttributes, WindowId, monitor, words,
};
use crate::window::{self, Theme};

/// Events of the program's own, and whether somebody will still take them.
#[derive(Debug)]
struct UserEvents<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

pub struct EventLoop<T: 'static> {
    target: event_loop::ActiveEventLoop,
    user_events: Arc<Mutex<UserEvents<T>>>,
    /// Whether it has begun, and not exited since.
    running: bool,
}

impl<T> EventLoop<T> {
    pub(crate) fn new(_attributes: &mut PlatformSpecificEventLoopAttributes) -> Result<Self, EventLoopError> {
        let p = ActiveEventLoop {
            control_flow: Cell::default(),
            exit: Cell::default(),
            device_events: Cell::default(),
            windows: RefCell::default(),
            announced: RefCell::default(),
        };
        Ok(Self {
            target: event_loop::ActiveEventLoop { p, _marker: PhantomData },
            user_events: Arc::new(Mutex::new(UserEvents { waiting: VecDeque::new(), closed: false })),
            running: false,
        })
    }

    pub fn window_target(&self) -> &event_loop::ActiveEventLoop {
        &self.target
    }

    pub fn create_proxy(&self) -> EventLoopProxy<T> {
        EventLoopProxy { user_events: Arc::clone(&self.user_events) }
    }

    pub fn run<F>(mut self, handler: F) -> Result<(), EventLoopError>
    where
        F: FnMut(Event<T>, &event_loop::ActiveEventLoop),
    {
        self.run_on_demand(handler)
    }

    pub fn run_on_demand<F>(&mut self, mut handler: F) -> Result<(), EventLoopError>
    where
        F: FnMut(Event<T>, &event_loop::ActiveEventLoop),
    {
        loop {
            match self.pump_events(None, &mut handler) {
                PumpStatus::Exit(0) => return Ok(()),
                PumpStatus::Exit(code) => return Err(EventLoopError::ExitFailure(code)),
                PumpStatus::Continue => {}
            }
        }
    }

    pub fn pump_events<F>(&mut self, timeout: Option<Duration>, mut handler: F) -> PumpStatus
    where
        F: FnMut(Event<T>, &event_loop::ActiveEventLoop),
    {
        if !self.running {
            self.running = true;
            self.turn(StartCause::Init, Vec::new(), &mut handler);
        }
        if !self.target.p.exiting() {
            let (cause, told) = self.wait(timeout);
            self.turn(cause, told, &mut handler);
        }
        match self.target.p.exit.get() {
            Some(code) => {
                self.running = false;
                handler(Event::LoopExiting, &self.target);
                PumpStatus::Exit(code)
            }
            None => PumpStatus::Continue,
        }
    }

    /// Waits for the host, for as long as the program wants and at most for `limit`.
    fn wait(&self, limit: Option<Duration>) -> (StartCause, Vec<(u32, wit::Event)>) {
        // What it does may send events to this loop.
        let more = wgpu_wasi_window::turn();
        let start = Instant::now();
        let control_flow = self.target.p.control_flow();
        let wanted = match control_flow {
            ControlFlow::Wait => None,
            ControlFlow::Poll => Some(Duration::ZERO),
            ControlFlow::WaitUntil(until) => Some(until.saturating_duration_since(start)),
        };
        let pending = more
            || !self.target.p.announced.borrow().is_empty()
            || !lock(&self.user_events).waiting.is_empty();
        let timeout =
            if pending { Some(Duration::ZERO) } else { [wanted, limit].into_iter().flatten().min() };
        let told = wgpu_wasi_window::next(timeout);
        let cause = match control_flow {
            ControlFlow::Poll => StartCause::Poll,
            ControlFlow::WaitUntil(until) if Instant::now() >= until => {
                StartCause::ResumeTimeReached { start, requested_resume: until }
            }
            ControlFlow::WaitUntil(until) => {
                StartCause::WaitCancelled { start, requested_resume: Some(until) }
            }
            ControlFlow::Wait => StartCause::WaitCancelled { start, requested_resume: None },
        };
        (cause, told)
    }

    /// One turn, in winit's order: what windows tell, what the program told itself, and then what is due to be drawn.
    fn turn<F>(&mut self, cause: StartCause, told: Vec<(u32, wit::Event)>, handler: &mut F)
    where
        F: FnMut(Event<T>, &event_loop::ActiveEventLoop),
    {
        let target = &self.target;
        handler(Event::NewEvents(cause), target);
        if cause == StartCause::Init {
            handler(Event::Resumed, target);
        }
        while let Some((id, event)) = target.p.next_announced() {
            if target.p.window(id).is_some() {
                handler(window_event(id, event), target);
            }
        }
        let mut due = Vec::new();
        for (id, event) in told {
            match Told::from(event) {
                Told::Redraw => {
                    if !due.contains(&id) {
                        due.push(id);
                    }
                }
                Told::Window(event) => {
                    let Some(event) = target.p.take_note(id, event) else { continue };
                    handler(window_event(id, event), target);
                }
                Told::ScaleChanged(factor, size) => {
                    if let Some(window) = target.p.window(id) {
                        change_scale(&window, factor, size, |event| handler(window_event(id, event), target));
                    }
                }
                Told::Motion(x, y) => {
                    if target.p.device_events.get() != DeviceEvents::Never {
                        let event = DeviceEvent::MouseMotion { delta: (x, y) };
                        handler(Event::DeviceEvent { device_id: DeviceId::dummy(), event }, target);
                    }
                }
            }
        }
        while let Some(event) = {
            let next = lock(&self.user_events).waiting.pop_front();
            next
        } {
            handler(Event::UserEvent(event), target);
        }
        for id in due {
            if target.p.window(id).is_some() {
                handler(window_event(id, WindowEvent::RedrawRequested), target);
            }
        }
        handler(Event::AboutToWait, target);
    }
}

impl<T> Drop for EventLoop<T> {
    fn drop(&mut self) {
        lock(&self.user_events).closed = true;
    }
}

fn window_event<T>(id: u32, event: WindowEvent) -> Event<T> {
    Event::WindowEvent { window_id: window::WindowId(WindowId::from(u64::from(id))), event }
}

/// Tells the program of a new scale factor, and the host which size it wants with it.
fn change_scale(window: &Shared, factor: f64, size: PhysicalSize<u32>, tell: impl FnOnce(WindowEvent)) {
    window.facts().scale_factor = factor;
    let wanted = Arc::new(Mutex::new(size));
    let inner_size_writer = InnerSizeWriter::new(Arc::downgrade(&wanted));
    tell(WindowEvent::ScaleFactorChanged { scale_factor: factor, inner_size_writer });
    let wanted = *lock(&wanted);
    if wanted != size {
        window.window.request_size(words::extent(wanted.into()));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub struct EventLoopProxy<T: 'static> {
    user_events: Arc<Mutex<UserEvents<T>>>,
}

impl<T> EventLoopProxy<T> {
    /// There are no threads: the loop looks for this before it waits, and nothing has to wake it.
    pub fn send_event(&self, event: T) -> Result<(), EventLoopClosed<T>> {
        let mut user_events = lock(&self.user_events);
        if user_events.closed {
            return Err(EventLoopClosed(event));
        }
        user_events.waiting.push_back(event);
        Ok(())
    }
}

impl<T> Clone for EventLoopProxy<T> {
    fn clone(&self) -> Self {
        Self { user_events: Arc::clone(&self.user_events) }
    }
}

pub struct ActiveEventLoop {
    control_flow: Cell<ControlFlow>,
    /// The status to exit with, once the program wants to.
    exit: Cell<Option<i32>>,
    device_events: Cell<DeviceEvents>,
    windows: RefCell<BTreeMap<u32, Weak<Shared>>>,
    /// What no event of the host's says: what windows are at first.
    announced: RefCell<VecDeque<(u32, WindowEvent)>>,
}

impl ActiveEventLoop {
    /// Takes note of a new window, which the program hears of in the order in which others would tell it.
    pub(super) fn announce(&self, id: u32, window: &Arc<Shared>) {
        self.windows.borrow_mut().insert(id, Arc::downgrade(window));
        let (size, focused) = {
            let facts = window.facts();
            (facts.size, facts.focused)
        };
        let mut announced = self.announced.borrow_mut();
        announced.push_back((id, WindowEvent::Resized(size)));
        if focused {
            announced.push_back((id, WindowEvent::Focused(true)));
        }
    }

    fn next_announced(&self) -> Option<(u32, WindowEvent)> {
        self.announced.borrow_mut().pop_front()
    }

    /// The window of this number, unless the program has dropped it.
    fn window(&self, id: u32) -> Option<Arc<Shared>> {
        self.windows.borrow().get(&id)?.upgrade()
    }

    /// Takes note of what an event says, before the program hears it. After a window is dropped there is one, the last.
    fn take_note(&self, id: u32, event: WindowEvent) -> Option<WindowEvent> {
        if event == WindowEvent::Destroyed {
            return self.windows.borrow_mut().remove(&id).map(|_| event);
        }
        self.window(id)?.take_note(&event);
        Some(event)
    }

    pub fn create_custom_cursor(&self, source: CustomCursorSource) -> CustomCursor {
        CustomCursor { inner: PlatformCustomCursor(Arc::new(source.inner.0)) }
    }

    pub fn primary_monitor(&self) -> Option<MonitorHandle> {
        monitor::primary()
    }

    pub fn available_monitors(&self) -> impl Iterator<Item = MonitorHandle> {
        monitor::all()
    }

    pub fn listen_device_events(&self, allowed: DeviceEvents) {
        self.device_events.set(allowed);
    }

    #[cfg(feature = "rwh_05")]
    pub fn raw_display_handle_rwh_05(&self) -> rwh_05::RawDisplayHandle {
        OwnedDisplayHandle.raw_display_handle_rwh_05()
    }

    #[cfg(feature = "rwh_06")]
    pub fn raw_display_handle_rwh_06(&self) -> Result<rwh_06::RawDisplayHandle, rwh_06::HandleError> {
        OwnedDisplayHandle.raw_display_handle_rwh_06()
    }

    pub fn system_theme(&self) -> Option<Theme> {
        wit::system_theme().map(Theme::from)
    }

    pub fn set_control_flow(&self, control_flow: ControlFlow) {
        self.control_flow.set(control_flow);
    }

    pub fn control_flow(&self) -> ControlFlow {
        self.control_flow.get()
    }

    pub(crate) fn exit(&self) {
        self.exit.set(Some(0));
    }

    pub(crate) fn clear_exit(&self) {
        self.exit.set(None);
    }

    pub(crate) fn exiting(&self) -> bool {
        self.exit.get().is_some()
    }

    pub(crate) fn owned_display_handle(&self) -> OwnedDisplayHandle {
        OwnedDisplayHandle
    }
}

/// The display of a window says nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedDisplayHandle;

impl OwnedDisplayHandle {
    #[cfg(feature = "rwh_05")]
    pub fn raw_display_handle_rwh_05(&self) -> rwh_05::RawDisplayHandle {
        rwh_05::WebDisplayHandle::empty().into()
    }

    #[cfg(feature = "rwh_06")]
    pub fn raw_display_handle_rwh_06(&self) -> Result<rwh_06::RawDisplayHandle, rwh_06::HandleError> {
        Ok(rwh_06::WebDisplayHandle::new().into())
    }
}
