//! Windows — wit: wgpu-wasi:window/windows — peer: wgpu-wasi-window/src/lib.rs
//!
//! What a guest may do with them is decided in `windows/guest.rs`.

use std::sync::{Arc, atomic::Ordering};

use wasmtime::component::{Access, Accessor, Resource};

use crate::{
    objects::streams::Surface,
    view::{Entry, WebGpu, WebGpuCtxView},
    weights,
    window_bindings::windows as wit,
    windows::{
        guest::{GuestWindow, Place},
        system::{Change, Opening, Request},
    },
};

/// A window of the guest. It closes with its handle, whatever else there is of it.
pub struct Window(pub(crate) Arc<GuestWindow>);

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Window").field(&self.0.number()).finish()
    }
}

impl Entry for Window {
    fn weight(&self) -> usize {
        weights::WINDOW
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl WebGpuCtxView<'_> {
    fn change_window(&self, this: &Resource<Window>, change: Change) -> wasmtime::Result<()> {
        self.get(this)?.0.change(change);
        Ok(())
    }

    fn ask_window(
        &self,
        this: &Resource<Window>,
        request: Request,
    ) -> wasmtime::Result<Result<(), wit::Refusal>> {
        Ok(self.get(this)?.0.ask(request))
    }

    /// Puts a window that was opened into the guest's table.
    fn push_opened(
        &mut self,
        opened: Result<(Arc<GuestWindow>, Opening), wit::OpenError>,
    ) -> wasmtime::Result<Result<wit::Opened, wit::OpenError>> {
        let (window, Opening { window: _, size, scale_factor, focused, theme }) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let window = self.push(Window(window))?;
        Ok(Ok(wit::Opened { window, size, scale_factor, focused, theme }))
    }

    pub(super) fn next_window(&mut self) -> Result<Place, wit::OpenError> {
        self.ctx.windows.as_mut().ok_or(wit::OpenError::NotGranted)?.next()
    }
}

impl<T: Send + 'static> wit::HostWindowWithStore<T> for WebGpu {
    async fn open(
        mut access: Access<'_, T, Self>,
        attributes: wit::Attributes,
    ) -> wasmtime::Result<Result<wit::Opened, wit::OpenError>> {
        let place = access.get().next_window();
        let opened = match place {
            Ok(place) => place.open(attributes).await,
            Err(error) => Err(error),
        };
        access.get().push_opened(opened)
    }
}

impl wit::HostWindow for WebGpuCtxView<'_> {
    fn id(&mut self, this: Resource<Window>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.0.number())
    }

    fn surface(&mut self, this: Resource<Window>) -> wasmtime::Result<Resource<Surface>> {
        let surface = Surface::of_window(Arc::clone(&self.get(&this)?.0));
        self.push(surface)
    }

    fn request_redraw(&mut self, this: Resource<Window>) -> wasmtime::Result<()> {
        if let Some(window) = self.get(&this)?.0.system() {
            window.request_redraw();
        }
        Ok(())
    }

    fn request_size(&mut self, this: Resource<Window>, size: wit::Extent) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Size(size))
    }

    fn set_limits(
        &mut self,
        this: Resource<Window>,
        min: Option<wit::Extent>,
        max: Option<wit::Extent>,
    ) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Limits(min, max))
    }

    fn set_resize_increments(
        &mut self,
        this: Resource<Window>,
        increments: Option<wit::Extent>,
    ) -> wasmtime::Result<()> {
        self.change_window(&this, Change::ResizeIncrements(increments))
    }

    fn set_position(&mut self, this: Resource<Window>, place: wit::Place) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Position(place))
    }

    fn set_title(&mut self, this: Resource<Window>, title: String) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Title(title))
    }

    fn set_state(
        &mut self,
        this: Resource<Window>,
        mask: wit::State,
        value: wit::State,
    ) -> wasmtime::Result<()> {
        self.change_window(&this, Change::State(mask, value))
    }

    fn set_buttons(&mut self, this: Resource<Window>, buttons: wit::Buttons) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Buttons(buttons))
    }

    fn set_level(&mut self, this: Resource<Window>, level: wit::Level) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Level(level))
    }

    fn set_fullscreen(
        &mut self,
        this: Resource<Window>,
        fullscreen: Option<wit::Fullscreen>,
    ) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Fullscreen(fullscreen))
    }

    fn set_theme(&mut self, this: Resource<Window>, theme: Option<wit::Theme>) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Theme(theme))
    }

    fn set_icon(&mut self, this: Resource<Window>, icon: Option<wit::Image>) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Icon(icon))
    }

    fn focus(&mut self, this: Resource<Window>) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Focus)
    }

    fn request_attention(
        &mut self,
        this: Resource<Window>,
        attention: Option<wit::Attention>,
    ) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Attention(attention))
    }

    fn set_cursor(&mut self, this: Resource<Window>, cursor: wit::Cursor) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Cursor(cursor))
    }

    fn set_cursor_visible(&mut self, this: Resource<Window>, visible: bool) -> wasmtime::Result<()> {
        self.change_window(&this, Change::CursorVisible(visible))
    }

    fn set_cursor_position(
        &mut self,
        this: Resource<Window>,
        place: wit::Place,
    ) -> wasmtime::Result<Result<(), wit::Refusal>> {
        self.ask_window(&this, Request::CursorPosition(place))
    }

    fn set_cursor_hittest(
        &mut self,
        this: Resource<Window>,
        hittest: bool,
    ) -> wasmtime::Result<Result<(), wit::Refusal>> {
        self.ask_window(&this, Request::CursorHittest(hittest))
    }

    fn grab_cursor(
        &mut self,
        this: Resource<Window>,
        grab: wit::Grab,
    ) -> wasmtime::Result<Result<(), wit::Refusal>> {
        self.ask_window(&this, Request::Grab(grab))
    }

    fn drag(&mut self, this: Resource<Window>) -> wasmtime::Result<Result<(), wit::Refusal>> {
        self.ask_window(&this, Request::Drag)
    }

    fn drag_resize(
        &mut self,
        this: Resource<Window>,
        direction: wit::Direction,
    ) -> wasmtime::Result<Result<(), wit::Refusal>> {
        self.ask_window(&this, Request::DragResize(direction))
    }

    fn show_menu(&mut self, this: Resource<Window>, place: wit::Place) -> wasmtime::Result<()> {
        self.change_window(&this, Change::Menu(place))
    }

    fn set_ime_allowed(&mut self, this: Resource<Window>, allowed: bool) -> wasmtime::Result<()> {
        self.change_window(&this, Change::ImeAllowed(allowed))
    }

    fn set_ime_area(
        &mut self,
        this: Resource<Window>,
        place: wit::Place,
        size: wit::Extent,
    ) -> wasmtime::Result<()> {
        self.change_window(&this, Change::ImeArea(place, size))
    }

    fn set_ime_purpose(&mut self, this: Resource<Window>, purpose: wit::ImePurpose) -> wasmtime::Result<()> {
        self.change_window(&this, Change::ImePurpose(purpose))
    }

    fn snapshot(&mut self, this: Resource<Window>) -> wasmtime::Result<wit::Snapshot> {
        let window = self.get(&this)?.0.system();
        Ok(window.map_or_else(closed, |window| window.snapshot()))
    }

    fn drop(&mut self, this: Resource<Window>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// What a window is that the host has closed.
fn closed() -> wit::Snapshot {
    wit::Snapshot {
        outer_size: wit::Size { width: 0, height: 0 },
        inner_position: None,
        outer_position: None,
        monitor: None,
        state: wit::State::empty(),
        theme: None,
        fullscreen: false,
    }
}

impl wit::Host for WebGpuCtxView<'_> {
    fn monitors(&mut self) -> wasmtime::Result<Vec<wit::Monitor>> {
        Ok(self.ctx.windows.as_ref().map(|windows| windows.system.monitors()).unwrap_or_default())
    }

    fn system_theme(&mut self) -> wasmtime::Result<Option<wit::Theme>> {
        Ok(self.ctx.windows.as_ref().and_then(|windows| windows.system.theme()))
    }
}

impl<T: Send + 'static> wit::HostWithStore<T> for WebGpu {
    async fn next(
        accessor: &Accessor<T, Self>,
        timeout_ns: Option<u64>,
    ) -> wasmtime::Result<Vec<(u32, wit::Event)>> {
        let windows = accessor.with(|mut access| {
            let view = access.get();
            view.ctx.settle();
            view.ctx.windows.as_ref().map(|windows| {
                (Arc::clone(&windows.system), Arc::clone(&windows.mailbox), Arc::clone(&windows.waiting))
            })
        });
        let Some((system, mailbox, waiting)) = windows else {
            // There is nothing to wait for.
            return Err(wasmtime::Error::msg(
                "the guest waits for events of windows, and this host gives it none",
            ));
        };
        if waiting.swap(true, Ordering::Relaxed) {
            return Err(wasmtime::Error::msg("the guest waits for events of windows twice at a time"));
        }
        let result = system.wait(&mailbox, timeout_ns.map(std::time::Duration::from_nanos)).await;
        waiting.store(false, Ordering::Relaxed);
        result?;
        Ok(mailbox.take())
    }
}
