//! The main thread: winit's loop, and all windows.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    thread,
    time::Instant,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;
use winit::{
    application::ApplicationHandler,
    event::{DeviceEvent, DeviceId, WindowEvent},
    event_loop::{ActiveEventLoop, ControlFlow, EventLoop, OwnedDisplayHandle},
    monitor::MonitorHandle,
    window::WindowId,
};

use super::{
    Canvas, Desktop, DesktopWindow, Now, Shared, ToMain, events,
    opened::{Opened, rate},
    words,
};
use crate::{
    default_instance,
    device::fence,
    windows::{
        Attributes, Event, Events, Monitor, OpenError, Opening, Pictures, Point, Position, Refusal, Size,
        VideoMode,
    },
};

/// The desktop of this machine, which has the main thread of its process.
pub(in crate::cli) struct Display(EventLoop<ToMain>);

/// Why a guest is ended by the main thread.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::cli) enum Ended {
    #[error("the program did not answer two requests to close its window, and was ended")]
    Unanswered,
    #[error("the program did not close its window when it was asked for the fourth time, and was ended")]
    Unclosed,
    #[error("the display is gone: {0}")]
    NoDisplay(String),
}

impl Display {
    /// Finds it. There is one for each process: nobody can have it again.
    ///
    /// # Errors
    ///
    /// When this machine has none.
    pub(in crate::cli) fn find() -> Result<Self, String> {
        // winit takes a library or an extension of the server that is missing for an error of the program.
        let built = fence::catch(|| EventLoop::with_user_event().build())?;
        built.map(Self).map_err(|error| why(&error))
    }

    /// What drivers need to know of it.
    pub(in crate::cli) fn handle(&self) -> OwnedDisplayHandle {
        self.0.owned_display_handle()
    }

    /// Runs `guest` on a thread of its own, and its windows on this one, until the guest has ended. `end` ends the process
    /// because of the guest.
    pub(in crate::cli) fn run<T: Send>(
        self,
        pictures: Option<Arc<dyn Pictures>>,
        end: fn(&Ended),
        guest: impl FnOnce(Desktop) -> T + Send,
    ) -> wasmtime::Result<T> {
        let shared = Arc::new(Shared::new(self.0.create_proxy(), pictures));
        thread::scope(|scope| {
            let done = Done(Arc::clone(&shared));
            let desktop = Desktop(Arc::clone(&shared));
            let guest =
                thread::Builder::new().name("wgpu-wasi guest".to_owned()).spawn_scoped(scope, move || {
                    let _done = done;
                    guest(desktop)
                })?;
            let mut main = Main { shared, windows: HashMap::new(), monitors: Vec::new(), end };
            let ran = fence::catch(|| self.0.run_app(&mut main));
            if let Err(why) = ran.and_then(|ran| ran.map_err(|error| why(&error))) {
                // The guest can't be told, and may never end.
                end(&Ended::NoDisplay(why));
            }
            drop(main);
            guest.join().or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

/// An error of winit's, without the place in winit's sources that stands before some of them.
fn why(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    match text.strip_prefix("os error at ").and_then(|text| text.split_once(": ")) {
        Some((_place, why)) => why.to_owned(),
        None => text,
    }
}

/// Tells the main thread that the guest has ended, however it did.
struct Done(Arc<Shared>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.tell(ToMain::Done);
    }
}

struct Main {
    shared: Arc<Shared>,
    windows: HashMap<WindowId, Opened>,
    /// All that there ever were: the guest knows them by their places.
    monitors: Vec<MonitorHandle>,
    end: fn(&Ended),
}

impl ApplicationHandler<ToMain> for Main {
    fn resumed(&mut self, _event_loop: &ActiveEventLoop) {}

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: ToMain) {
        // Nobody may be there any more to hear the answers.
        match event {
            ToMain::Open(attributes, events, answer) => {
                self.open(event_loop, *attributes, events, answer);
            }
            ToMain::Ask(id, request, answer) => {
                let opened = self.windows.get_mut(&id);
                let _ = answer.send(opened.map_or(Err(Refusal::Failed), |opened| opened.ask(request)));
            }
            ToMain::Snapshot(id, answer) => {
                let Some(opened) = self.windows.get(&id) else { return };
                let monitor = opened.window.current_monitor();
                let mut snapshot = opened.snapshot();
                snapshot.monitor = monitor.map(|monitor| self.monitor_id(&monitor));
                let _ = answer.send(snapshot);
            }
            ToMain::Monitors(answer) => {
                let _ = answer.send(self.all_monitors(event_loop));
            }
            ToMain::Theme(answer) => {
                let _ = answer.send(event_loop.system_theme().map(events::theme));
            }
            ToMain::Surface(id) => {
                if let Some(opened) = self.windows.get_mut(&id) {
                    opened.make_surface();
                }
            }
            ToMain::Close(id) => {
                if let Some(opened) = self.windows.remove(&id) {
                    // The last picture may still be on its way, and have the window.
                    opened.window.set_visible(false);
                }
            }
            // `about_to_wait` does.
            ToMain::Look => {}
            ToMain::Done => event_loop.exit(),
        }
    }

    fn window_event(&mut self, _event_loop: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        let Some(opened) = self.windows.get_mut(&id) else { return };
        if let Err(ended) = opened.event(&self.shared, event) {
            (self.end)(&ended);
        }
    }

    fn device_event(&mut self, _event_loop: &ActiveEventLoop, _device: DeviceId, event: DeviceEvent) {
        if let DeviceEvent::MouseMotion { delta: (x, y) } = event {
            // The list of events has it if the pointer is kept.
            for opened in self.windows.values().filter(|opened| opened.is_focused()) {
                opened.events.post(Event::Motion(Position { x, y }));
            }
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        // What is wanted from now on is told again.
        self.shared.called.store(false, Ordering::Release);
        if self.shared.finished.swap(false, Ordering::AcqRel) {
            self.windows.values().for_each(|opened| opened.events.post(Event::CloseRequested));
        }
        let now = Instant::now();
        let monitors = std::mem::take(&mut self.monitors);
        let find = |id: u32| {
            let place = usize::try_from(id).ok()?.checked_sub(1)?;
            monitors.get(place).cloned()
        };
        let windows = self.windows.values_mut();
        let wake = windows.filter_map(|opened| opened.tend(&self.shared, event_loop, now, &find)).min();
        self.monitors = monitors;
        event_loop.set_control_flow(wake.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }
}

impl Main {
    fn open(
        &mut self,
        event_loop: &ActiveEventLoop,
        attributes: Attributes,
        events: Events,
        answer: oneshot::Sender<Result<Opening, OpenError>>,
    ) {
        let number = events.window();
        let opened = self.new_window(event_loop, attributes, events);
        let id = opened.as_ref().ok().map(|(id, _)| *id);
        let told = answer.send(opened.map(|(_, opening)| opening).map_err(OpenError::Other));
        if let (Some(id), Err(_)) = (id, told) {
            tracing::debug!("the guest has ended while its window {number} was opened");
            self.windows.remove(&id);
        }
    }

    fn new_window(
        &mut self,
        event_loop: &ActiveEventLoop,
        attributes: Attributes,
        events: Events,
    ) -> Result<(WindowId, Opening), String> {
        let attributes = words::attributes(attributes, event_loop);
        let window = event_loop.create_window(attributes).map_err(|error| why(&error))?;
        let window = Arc::new(window);
        let surface =
            default_instance().create_surface(Arc::clone(&window)).map_err(|error| error.to_string())?;
        let (id, number, size) = (window.id(), events.window(), window.inner_size());
        let size = Size { width: size.width, height: size.height };
        let now = Arc::new(Mutex::new(Now::new(size, rate(&window))));
        let fresh = Arc::new(Mutex::new(None));
        let canvas = Canvas::new(Arc::clone(&window), surface, Arc::clone(&fresh));
        let opening = Opening {
            size,
            scale_factor: window.scale_factor(),
            focused: window.has_focus(),
            theme: window.theme().map(events::theme),
            window: Arc::new(DesktopWindow {
                shared: Arc::clone(&self.shared),
                id,
                number,
                now: Arc::clone(&now),
                canvas: Arc::new(Mutex::new(canvas)),
            }),
        };
        self.windows.insert(id, Opened::new(window, events, now, fresh));
        Ok((id, opening))
    }

    /// The number by which the guest knows a monitor.
    fn monitor_id(&mut self, monitor: &MonitorHandle) -> u32 {
        let place = self.monitors.iter().position(|known| known == monitor).unwrap_or_else(|| {
            self.monitors.push(monitor.clone());
            self.monitors.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn all_monitors(&mut self, event_loop: &ActiveEventLoop) -> Vec<Monitor> {
        let primary = event_loop.primary_monitor();
        let mut monitors: Vec<_> = event_loop
            .available_monitors()
            .map(|monitor| {
                let (size, position) = (monitor.size(), monitor.position());
                let modes = monitor.video_modes().map(|mode| VideoMode {
                    size: Size { width: mode.size().width, height: mode.size().height },
                    bit_depth: mode.bit_depth(),
                    refresh_millihertz: mode.refresh_rate_millihertz(),
                });
                Monitor {
                    id: self.monitor_id(&monitor),
                    name: monitor.name(),
                    size: Size { width: size.width, height: size.height },
                    position: Point { x: position.x, y: position.y },
                    scale_factor: monitor.scale_factor(),
                    refresh_millihertz: monitor.refresh_rate_millihertz(),
                    primary: primary.as_ref() == Some(&monitor),
                    modes: modes.collect(),
                }
            })
            .collect();
        monitors.sort_by_key(|monitor| !monitor.primary);
        monitors
    }
}
