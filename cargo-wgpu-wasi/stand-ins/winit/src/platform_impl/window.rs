//! A window of the host's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wgpu_wasi_window::windows as wit;

use crate::cursor::Cursor;
use crate::dpi::{PhysicalPosition, PhysicalSize, Position, Size};
use crate::error::{ExternalError, NotSupportedError, OsError as RootOsError};
use crate::event::WindowEvent;
use crate::icon::Icon;
use crate::platform_impl::events::{physical_point, physical_size};
use crate::platform_impl::{ActiveEventLoop, MonitorHandle, OsError, WindowId, monitor, refused, words};
use crate::window::{
    CursorGrabMode, Fullscreen, ImePurpose, ResizeDirection, Theme, UserAttentionType, WindowAttributes,
    WindowButtons, WindowLevel,
};

/// What a window is, for all that the program knows.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) size: PhysicalSize<u32>,
    pub(super) scale_factor: f64,
    pub(super) focused: bool,
    theme: Option<Theme>,
    /// What the program alone decides.
    title: String,
    resizable: bool,
    decorated: bool,
    buttons: WindowButtons,
    min_size: Option<Size>,
    max_size: Option<Size>,
    resize_increments: Option<Size>,
    /// What the program asked for last. The host may have done otherwise.
    fullscreen: Option<Fullscreen>,
}

/// What a window and the loop know of it.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) window: Arc<wit::Window>,
    facts: Mutex<Facts>,
}

impl Shared {
    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what an event says.
    pub(super) fn take_note(&self, event: &WindowEvent) {
        let mut facts = self.facts();
        match event {
            WindowEvent::Resized(size) => facts.size = *size,
            WindowEvent::Focused(focused) => facts.focused = *focused,
            WindowEvent::ThemeChanged(theme) => facts.theme = Some(*theme),
            _ => {}
        }
    }
}

/// A window; dropped, it closes.
#[derive(Debug)]
pub struct Window {
    id: u32,
    shared: Arc<Shared>,
}

impl Window {
    pub(crate) fn new(target: &ActiveEventLoop, attributes: WindowAttributes) -> Result<Self, RootOsError> {
        let opening = wgpu_wasi_window::open(&words::attributes(&attributes))
            .map_err(|why| RootOsError::new(line!(), file!(), OsError::from(why)))?;
        let wgpu_wasi_window::Opening { window, id, size, scale_factor, focused, theme } = opening;
        let facts = Facts {
            size: physical_size(size),
            scale_factor,
            focused,
            theme: theme.map(Theme::from),
            title: attributes.title,
            resizable: attributes.resizable,
            decorated: attributes.decorations,
            buttons: attributes.enabled_buttons,
            min_size: attributes.min_inner_size,
            max_size: attributes.max_inner_size,
            resize_increments: attributes.resize_increments,
            fullscreen: attributes.fullscreen,
        };
        let shared = Arc::new(Shared { window, facts: Mutex::new(facts) });
        target.announce(id, &shared);
        Ok(Self { id, shared })
    }

    fn wit(&self) -> &wit::Window {
        &self.shared.window
    }

    fn set_state(&self, mask: wit::State, value: bool) {
        self.wit().set_state(mask, if value { mask } else { wit::State::empty() });
    }

    fn send_limits(&self) {
        let (min, max) = {
            let facts = self.shared.facts();
            (facts.min_size, facts.max_size)
        };
        self.wit().set_limits(min.map(words::extent), max.map(words::extent));
    }

    fn is(&self, flag: wit::State) -> bool {
        self.wit().snapshot().state.contains(flag)
    }
}

/// What the files of winit ask of every platform.
impl Window {
    /// There is one thread.
    pub(crate) fn maybe_queue_on_main(&self, f: impl FnOnce(&Self) + Send + 'static) {
        f(self);
    }

    pub(crate) fn maybe_wait_on_main<R: Send>(&self, f: impl FnOnce(&Self) -> R + Send) -> R {
        f(self)
    }

    pub fn id(&self) -> WindowId {
        WindowId::from(u64::from(self.id))
    }

    pub fn scale_factor(&self) -> f64 {
        self.shared.facts().scale_factor
    }

    /// The host tells when the next picture is due, once for all requests until then.
    pub fn request_redraw(&self) {
        self.wit().request_redraw();
    }

    pub fn pre_present_notify(&self) {}

    pub fn reset_dead_keys(&self) {}

    pub fn inner_position(&self) -> Result<PhysicalPosition<i32>, NotSupportedError> {
        self.wit().snapshot().inner_position.map(physical_point).ok_or_else(NotSupportedError::new)
    }

    pub fn outer_position(&self) -> Result<PhysicalPosition<i32>, NotSupportedError> {
        self.wit().snapshot().outer_position.map(physical_point).ok_or_else(NotSupportedError::new)
    }

    pub fn set_outer_position(&self, position: Position) {
        self.wit().set_position(words::place(position));
    }

    pub fn inner_size(&self) -> PhysicalSize<u32> {
        self.shared.facts().size
    }

    /// An event says which size it gets.
    pub fn request_inner_size(&self, size: Size) -> Option<PhysicalSize<u32>> {
        self.wit().request_size(words::extent(size));
        None
    }

    pub fn outer_size(&self) -> PhysicalSize<u32> {
        physical_size(self.wit().snapshot().outer_size)
    }

    pub fn set_min_inner_size(&self, size: Option<Size>) {
        self.shared.facts().min_size = size;
        self.send_limits();
    }

    pub fn set_max_inner_size(&self, size: Option<Size>) {
        self.shared.facts().max_size = size;
        self.send_limits();
    }

    pub fn resize_increments(&self) -> Option<PhysicalSize<u32>> {
        let facts = self.shared.facts();
        facts.resize_increments.map(|increments| increments.to_physical(facts.scale_factor))
    }

    pub fn set_resize_increments(&self, increments: Option<Size>) {
        self.shared.facts().resize_increments = increments;
        self.wit().set_resize_increments(increments.map(words::extent));
    }

    pub fn title(&self) -> String {
        self.shared.facts().title.clone()
    }

    pub fn set_title(&self, title: &str) {
        title.clone_into(&mut self.shared.facts().title);
        self.wit().set_title(title);
    }

    pub fn set_transparent(&self, transparent: bool) {
        self.set_state(wit::State::TRANSPARENT, transparent);
    }

    pub fn set_blur(&self, blur: bool) {
        self.set_state(wit::State::BLURRED, blur);
    }

    pub fn set_visible(&self, visible: bool) {
        self.set_state(wit::State::VISIBLE, visible);
    }

    pub fn is_visible(&self) -> Option<bool> {
        Some(self.is(wit::State::VISIBLE))
    }

    pub fn set_resizable(&self, resizable: bool) {
        self.shared.facts().resizable = resizable;
        self.set_state(wit::State::RESIZABLE, resizable);
    }

    pub fn is_resizable(&self) -> bool {
        self.shared.facts().resizable
    }

    pub fn set_enabled_buttons(&self, buttons: WindowButtons) {
        self.shared.facts().buttons = buttons;
        self.wit().set_buttons(words::buttons(buttons));
    }

    pub fn enabled_buttons(&self) -> WindowButtons {
        self.shared.facts().buttons
    }

    pub fn set_minimized(&self, minimized: bool) {
        self.set_state(wit::State::MINIMIZED, minimized);
    }

    pub fn is_minimized(&self) -> Option<bool> {
        Some(self.is(wit::State::MINIMIZED))
    }

    pub fn set_maximized(&self, maximized: bool) {
        self.set_state(wit::State::MAXIMIZED, maximized);
    }

    pub fn is_maximized(&self) -> bool {
        self.is(wit::State::MAXIMIZED)
    }

    pub(crate) fn set_fullscreen(&self, fullscreen: Option<Fullscreen>) {
        self.wit().set_fullscreen(fullscreen.as_ref().map(words::fullscreen));
        self.shared.facts().fullscreen = fullscreen;
    }

    pub(crate) fn fullscreen(&self) -> Option<Fullscreen> {
        let asked = self.shared.facts().fullscreen.clone();
        self.wit().snapshot().fullscreen.then(|| asked.unwrap_or(Fullscreen::Borderless(None)))
    }

    pub fn set_decorations(&self, decorations: bool) {
        self.shared.facts().decorated = decorations;
        self.set_state(wit::State::DECORATED, decorations);
    }

    pub fn is_decorated(&self) -> bool {
        self.shared.facts().decorated
    }

    pub fn set_window_level(&self, level: WindowLevel) {
        self.wit().set_level(words::level(level));
    }

    pub fn set_window_icon(&self, icon: Option<Icon>) {
        self.wit().set_icon(icon.as_ref().map(words::icon).as_ref());
    }

    pub fn set_ime_cursor_area(&self, position: Position, size: Size) {
        self.wit().set_ime_area(words::place(position), words::extent(size));
    }

    pub fn set_ime_allowed(&self, allowed: bool) {
        self.wit().set_ime_allowed(allowed);
    }

    pub fn set_ime_purpose(&self, purpose: ImePurpose) {
        self.wit().set_ime_purpose(words::purpose(purpose));
    }

    pub fn focus_window(&self) {
        self.wit().focus();
    }

    pub fn has_focus(&self) -> bool {
        self.shared.facts().focused
    }

    pub fn request_user_attention(&self, attention: Option<UserAttentionType>) {
        self.wit().request_attention(attention.map(words::attention));
    }

    pub fn set_theme(&self, theme: Option<Theme>) {
        self.wit().set_theme(theme.map(words::theme));
    }

    pub fn theme(&self) -> Option<Theme> {
        self.shared.facts().theme
    }

    pub fn set_content_protected(&self, protected: bool) {
        self.set_state(wit::State::PROTECTED, protected);
    }

    pub fn set_cursor(&self, cursor: Cursor) {
        self.wit().set_cursor(&words::cursor(&cursor));
    }

    pub fn set_cursor_position(&self, position: Position) -> Result<(), ExternalError> {
        self.wit().set_cursor_position(words::place(position)).map_err(refused)
    }

    pub fn set_cursor_grab(&self, mode: CursorGrabMode) -> Result<(), ExternalError> {
        self.wit().grab_cursor(words::grab(mode)).map_err(refused)
    }

    pub fn set_cursor_visible(&self, visible: bool) {
        self.wit().set_cursor_visible(visible);
    }

    pub fn drag_window(&self) -> Result<(), ExternalError> {
        self.wit().drag().map_err(refused)
    }

    pub fn drag_resize_window(&self, direction: ResizeDirection) -> Result<(), ExternalError> {
        self.wit().drag_resize(words::direction(direction)).map_err(refused)
    }

    pub fn show_window_menu(&self, position: Position) {
        self.wit().show_menu(words::place(position));
    }

    pub fn set_cursor_hittest(&self, hittest: bool) -> Result<(), ExternalError> {
        self.wit().set_cursor_hittest(hittest).map_err(refused)
    }

    pub fn current_monitor(&self) -> Option<MonitorHandle> {
        let id = self.wit().snapshot().monitor?;
        monitor::all().find(|monitor| monitor.id() == id)
    }

    pub fn available_monitors(&self) -> Vec<MonitorHandle> {
        monitor::all().collect()
    }

    pub fn primary_monitor(&self) -> Option<MonitorHandle> {
        monitor::primary()
    }

    #[cfg(feature = "rwh_04")]
    pub fn raw_window_handle_rwh_04(&self) -> rwh_04::RawWindowHandle {
        let mut handle = rwh_04::WebHandle::empty();
        handle.id = self.id;
        rwh_04::RawWindowHandle::Web(handle)
    }

    #[cfg(feature = "rwh_05")]
    pub fn raw_window_handle_rwh_05(&self) -> rwh_05::RawWindowHandle {
        let mut handle = rwh_05::WebWindowHandle::empty();
        handle.id = self.id;
        handle.into()
    }

    #[cfg(feature = "rwh_05")]
    pub fn raw_display_handle_rwh_05(&self) -> rwh_05::RawDisplayHandle {
        rwh_05::WebDisplayHandle::empty().into()
    }

    #[cfg(feature = "rwh_06")]
    pub fn raw_window_handle_rwh_06(&self) -> Result<rwh_06::RawWindowHandle, rwh_06::HandleError> {
        Ok(rwh_06::WebWindowHandle::new(self.id).into())
    }

    #[cfg(feature = "rwh_06")]
    pub fn raw_display_handle_rwh_06(&self) -> Result<rwh_06::RawDisplayHandle, rwh_06::HandleError> {
        Ok(rwh_06::WebDisplayHandle::new().into())
    }
}
