//! Surfaces and their streams — wit: wasi-gfx:surface/surface — peer: -
//!
//! A surface is what a window shows. One that a guest has made itself is the window as well: it closes with its handle.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use wasmtime::{
    StoreContextMut,
    component::{Access, Destination, Lift, Lower, Resource, StreamProducer, StreamReader, StreamResult},
};

use crate::{
    objects::produce::produce,
    view::{Entry, WebGpu, WebGpuCtxView},
    weights,
    window_bindings::{
        surface as wit,
        windows::{Attributes, Buttons, Cursor, CursorShape, Extent, Level, OpenError, Size, State},
    },
    windows::{
        guest::GuestWindow,
        mailbox::Mailbox,
        streams::{Pick, Streams},
        system::{BoxFuture, Change, WindowSystem},
    },
};

/// What a window shows.
pub struct Surface {
    pub(crate) window: Arc<GuestWindow>,
    /// Whether it is the window.
    own: bool,
}

impl Surface {
    pub(crate) fn of_window(window: Arc<GuestWindow>) -> Self {
        Self { window, own: false }
    }
}

impl std::fmt::Debug for Surface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Surface").field(&self.window.number()).finish()
    }
}

impl Entry for Surface {
    fn weight(&self) -> usize {
        if self.own { weights::WINDOW } else { weights::HANDLE }
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        if self.own {
            self.window.close();
        }
    }
}

/// A size of which the guest may say only one side.
fn size(width: Option<u32>, height: Option<u32>, otherwise: Size) -> Extent {
    Extent::Physical(Size {
        width: width.unwrap_or(otherwise.width),
        height: height.unwrap_or(otherwise.height),
    })
}

/// What windows are like whose guests say only how large they are.
fn attributes(wit::CreateDesc { height, width }: wit::CreateDesc) -> Attributes {
    let asked = width.or(height).is_some();
    Attributes {
        title: String::new(),
        size: asked.then(|| size(width, height, Size { width: 640, height: 480 })),
        min_size: None,
        max_size: None,
        resize_increments: None,
        position: None,
        state: State::RESIZABLE | State::DECORATED | State::VISIBLE,
        buttons: Buttons::all(),
        level: Level::Normal,
        active: true,
        fullscreen: None,
        theme: None,
        icon: None,
        cursor: Cursor::Shape(CursorShape::Default),
    }
}

/// The constructor has no error.
fn no_surface(why: OpenError) -> wasmtime::Error {
    let why = match why {
        OpenError::NotGranted => "the host was not told to give it windows".to_owned(),
        OpenError::NoDisplay => "there is no display".to_owned(),
        OpenError::TooMany => "it has as many windows as it may".to_owned(),
        OpenError::Other(why) => why,
    };
    wasmtime::Error::msg(format!("the guest makes a surface, and gets none: {why}"))
}

impl<T: Send + 'static> wit::HostSurfaceWithStore<T> for WebGpu {
    async fn new(
        mut access: Access<'_, T, Self>,
        description: wit::CreateDesc,
    ) -> wasmtime::Result<Resource<Surface>> {
        let place = access.get().next_window().map_err(no_surface)?;
        let (window, _opening) = place.open(attributes(description)).await.map_err(no_surface)?;
        window.leave_to_streams();
        access.get().push(Surface { window, own: true })
    }

    fn on_resize(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::ResizeEvent>> {
        read(access, &this, |feeds| &mut feeds.resize, false)
    }

    fn on_frame(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::FrameEvent>> {
        read(access, &this, |feeds| &mut feeds.frame, true)
    }

    fn on_pointer_up(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::PointerEvent>> {
        read(access, &this, |feeds| &mut feeds.pointer_up, false)
    }

    fn on_pointer_down(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::PointerEvent>> {
        read(access, &this, |feeds| &mut feeds.pointer_down, false)
    }

    fn on_pointer_move(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::PointerEvent>> {
        read(access, &this, |feeds| &mut feeds.pointer_move, false)
    }

    fn on_key_up(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::KeyEvent>> {
        read(access, &this, |feeds| &mut feeds.key_up, false)
    }

    fn on_key_down(
        access: Access<'_, T, Self>,
        this: Resource<Surface>,
    ) -> wasmtime::Result<StreamReader<wit::KeyEvent>> {
        read(access, &this, |feeds| &mut feeds.key_down, false)
    }
}

impl wit::HostSurface for WebGpuCtxView<'_> {
    fn height(&mut self, this: Resource<Surface>) -> wasmtime::Result<u32> {
        Ok(self.surface_size(&this)?.height)
    }

    fn width(&mut self, this: Resource<Surface>) -> wasmtime::Result<u32> {
        Ok(self.surface_size(&this)?.width)
    }

    fn request_set_size(
        &mut self,
        this: Resource<Surface>,
        height: Option<u32>,
        width: Option<u32>,
    ) -> wasmtime::Result<()> {
        let now = self.surface_size(&this)?;
        self.get(&this)?.window.change(Change::Size(size(width, height, now)));
        Ok(())
    }

    fn drop(&mut self, this: Resource<Surface>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::Host for WebGpuCtxView<'_> {}

impl WebGpuCtxView<'_> {
    fn surface_size(&self, this: &Resource<Surface>) -> wasmtime::Result<Size> {
        let window = self.get(this)?.window.system();
        Ok(window.map_or(Size { width: 0, height: 0 }, |window| window.size()))
    }
}

/// A stream of a surface. `frames`: whoever reads it wants to draw.
fn read<T: Send + 'static, I: Lift + Lower + Send + Sync + 'static>(
    mut access: Access<'_, T, WebGpu>,
    this: &Resource<Surface>,
    pick: Pick<I>,
    frames: bool,
) -> wasmtime::Result<StreamReader<I>> {
    let view = access.get();
    view.ctx.settle();
    let window = Arc::clone(&view.get(this)?.window);
    let (mailbox, system) = window.list();
    drop(view);
    let streams = mailbox.streams(window.number());
    streams.open(pick);
    let frames = frames.then_some(Frames { window, asked: false });
    StreamReader::new(access, Producer { streams, pick, frames, mailbox, system, next: None })
}

/// For whom a redraw is asked for.
struct Frames {
    window: Arc<GuestWindow>,
    asked: bool,
}

struct Producer<I: 'static> {
    streams: Arc<Streams>,
    pick: Pick<I>,
    frames: Option<Frames>,
    mailbox: Arc<Mailbox>,
    system: Arc<dyn WindowSystem>,
    /// What goes on meanwhile.
    next: Option<BoxFuture<'static, wasmtime::Result<()>>>,
}

impl<I: 'static> Drop for Producer<I> {
    fn drop(&mut self) {
        self.streams.give_up(self.pick);
    }
}

impl<I: Send + Sync + 'static, T> StreamProducer<T> for Producer<I> {
    type Item = I;
    type Buffer = Option<I>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'a, T>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let produced = produce(store, &mut destination, finish, |_| {
            let next = self.streams.poll(self.pick, cx);
            if let (Poll::Ready(Some(_)), Some(frames)) = (&next, &mut self.frames) {
                frames.asked = false;
            }
            next.map(Ok)
        });
        if produced.is_ready() {
            if matches!(produced, Poll::Ready(Ok(StreamResult::Cancelled))) {
                self.streams.give_up(self.pick);
            }
            return produced;
        }
        if let Some(Frames { window, asked: asked @ false }) = &mut self.frames {
            *asked = true;
            if let Some(window) = window.system() {
                window.request_redraw();
            }
        }
        let (mailbox, system) = (Arc::clone(&self.mailbox), Arc::clone(&self.system));
        let next = self.next.get_or_insert_with(|| Box::pin(async move { system.go_on(&mailbox).await }));
        if let Poll::Ready(gone_on) = next.as_mut().poll(cx) {
            self.next = None;
            gone_on?;
            // What has happened may be for others, who have their turn now.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
