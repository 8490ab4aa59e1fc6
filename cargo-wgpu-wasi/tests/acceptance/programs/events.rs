//! Prints what winit tells, in the order in which it does.

use std::time::{Duration, Instant};

use winit::{
    application::ApplicationHandler,
    event::{DeviceEvent, DeviceId, StartCause, WindowEvent},
    event_loop::{ActiveEventLoop, ControlFlow, EventLoop, EventLoopProxy},
    keyboard::{KeyCode, PhysicalKey},
    platform::modifier_supplement::KeyEventExtModifierSupplement,
    window::{
        CursorGrabMode, CursorIcon, CustomCursor, Fullscreen, Icon, Theme, UserAttentionType, Window,
        WindowId,
    },
};

struct App {
    proxy: EventLoopProxy<&'static str>,
    windows: Vec<Window>,
    /// Turns that the loop makes without waiting.
    polls: u32,
    until: Option<Instant>,
}

impl App {
    fn name(&self, id: WindowId) -> &'static str {
        let place = self.windows.iter().position(|window| window.id() == id);
        place.map_or("gone", |place| ["first", "second"][place])
    }

    fn open(&mut self, event_loop: &ActiveEventLoop, title: &str, width: f64) {
        let size = winit::dpi::LogicalSize::new(width, 240.0);
        let attributes = Window::default_attributes().with_title(title).with_inner_size(size);
        let window = event_loop.create_window(attributes).unwrap();
        println!(
            "opened {} {:?} {} {}",
            window.title(),
            window.inner_size(),
            window.scale_factor(),
            window.has_focus()
        );
        self.windows.push(window);
    }

    fn key(&mut self, event_loop: &ActiveEventLoop, code: KeyCode) {
        match code {
            KeyCode::KeyT => {
                self.proxy.send_event("from a handler").unwrap();
                self.until = Some(Instant::now() + Duration::from_millis(50));
                event_loop.set_control_flow(ControlFlow::WaitUntil(self.until.unwrap()));
            }
            KeyCode::KeyS => {
                let window = &self.windows[0];
                window.set_title("renamed");
                window.set_resizable(false);
                window.set_maximized(true);
                window.set_cursor_visible(false);
                window.set_ime_allowed(true);
                window.set_window_icon(Icon::from_rgba(vec![255; 16], 2, 2).ok());
                window.request_user_attention(Some(UserAttentionType::Critical));
                let source = CustomCursor::from_rgba(vec![255; 64], 4, 4, 1, 2).unwrap();
                window.set_cursor(event_loop.create_custom_cursor(source));
                window.set_cursor(CursorIcon::Help);
                window.request_user_attention(None);
                window.set_fullscreen(Some(Fullscreen::Borderless(None)));
                println!(
                    "set {} {} {} {:?} {:?}",
                    window.title(),
                    window.is_resizable(),
                    window.is_decorated(),
                    window.set_cursor_grab(CursorGrabMode::Locked).is_ok(),
                    window.theme()
                );
                window.set_fullscreen(None);
                let _ = window.request_inner_size(winit::dpi::PhysicalSize::new(300, 200));
            }
            KeyCode::KeyP => {
                self.polls = 3;
                event_loop.set_control_flow(ControlFlow::Poll);
            }
            KeyCode::KeyC => {
                self.windows.pop();
            }
            KeyCode::Escape => event_loop.exit(),
            _ => {}
        }
    }
}

impl ApplicationHandler<&'static str> for App {
    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        match cause {
            StartCause::Init => println!("init"),
            StartCause::ResumeTimeReached { requested_resume, .. } => {
                println!(
                    "time reached: {}",
                    Some(requested_resume) == self.until && Instant::now() >= requested_resume
                );
                event_loop.set_control_flow(ControlFlow::Wait);
            }
            StartCause::Poll if self.polls > 0 => {
                self.polls -= 1;
                println!("goes on without waiting");
                if self.polls == 0 {
                    event_loop.set_control_flow(ControlFlow::Wait);
                }
            }
            _ => {}
        }
    }

    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        println!("resumed, {} monitors", event_loop.available_monitors().count());
        self.open(event_loop, "first", 320.0);
        self.proxy.send_event("from resumed").unwrap();
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: &'static str) {
        println!("user event {event}");
        if event == "from resumed" {
            self.open(event_loop, "second", 160.0);
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        let name = self.name(id);
        match event {
            WindowEvent::KeyboardInput { event, is_synthetic, .. } => {
                println!(
                    "{name} key {:?} {:?} {:?} {:?} {:?} {} {is_synthetic} {:?} {:?}",
                    event.state,
                    event.physical_key,
                    event.logical_key,
                    event.text,
                    event.location,
                    event.repeat,
                    event.key_without_modifiers(),
                    event.text_with_all_modifiers()
                );
                if let (PhysicalKey::Code(code), true) = (event.physical_key, event.state.is_pressed()) {
                    self.key(event_loop, code);
                }
            }
            WindowEvent::ScaleFactorChanged { scale_factor, mut inner_size_writer } => {
                println!("{name} scale {scale_factor}");
                inner_size_writer.request_inner_size((640, 400).into()).unwrap();
            }
            WindowEvent::ThemeChanged(theme) => {
                println!("{name} dark: {} {}", theme == Theme::Dark, self.windows[0].theme() == Some(theme));
            }
            WindowEvent::Resized(size) => {
                let same = self.windows.iter().any(|window| window.id() == id && window.inner_size() == size);
                println!("{name} Resized({}x{}) {same}", size.width, size.height);
            }
            WindowEvent::CloseRequested => {
                println!("{name} CloseRequested");
                if name == "second" {
                    self.windows.pop();
                }
            }
            WindowEvent::ModifiersChanged(modifiers) => println!("{name} modifiers {:?}", modifiers.state()),
            other => println!("{name} {other:?}"),
        }
    }

    fn device_event(&mut self, _: &ActiveEventLoop, _: DeviceId, event: DeviceEvent) {
        println!("device {event:?}");
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        println!("exiting with {} windows", self.windows.len());
    }
}

fn main() {
    let event_loop = EventLoop::<&'static str>::with_user_event().build().unwrap();
    let proxy = event_loop.create_proxy();
    let mut app = App { proxy: proxy.clone(), windows: Vec::new(), polls: 0, until: None };
    event_loop.run_app(&mut app).unwrap();
    println!("afterwards: {}", proxy.send_event("too late").is_err());
}
