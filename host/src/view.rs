//! What an embedder's store must offer, and how the host functions reach it.

use wasmtime::component::{HasData, Resource, ResourceTable};

use crate::ctx::WebGpuCtx;

/// Access to the [`WebGpuCtx`] and the resource table in the embedder's store data.
///
/// ```
/// use wasmtime::component::ResourceTable;
/// use wgpu_wasi_host::{WebGpuCtx, WebGpuCtxView, WebGpuView};
///
/// struct State {
///     gpu: WebGpuCtx,
///     table: ResourceTable,
/// }
///
/// impl WebGpuView for State {
///     fn webgpu(&mut self) -> WebGpuCtxView<'_> {
///         WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
///     }
/// }
/// ```
pub trait WebGpuView: Send {
    /// Yields mutable access to the guest's WebGPU state and to the table of its resources.
    fn webgpu(&mut self) -> WebGpuCtxView<'_>;
}

/// What [`WebGpuView::webgpu`] returns; the host functions are implemented on it.
pub struct WebGpuCtxView<'a> {
    /// The guest's WebGPU state: its policy and its quotas.
    pub ctx: &'a mut WebGpuCtx,
    /// The guest's resources, those of `wasi:webgpu` among them.
    pub table: &'a mut ResourceTable,
}

/// Ties [`WebGpuCtxView`] to wasmtime's generated bindings.
#[derive(Debug)]
pub struct WebGpu;

impl HasData for WebGpu {
    type Data<'a> = WebGpuCtxView<'a>;
}

/// The interface that a guest imports.
pub(crate) const INTERFACE: &str = "wasi:webgpu/webgpu@0.3.0-rc.2";

/// The event that the generated bindings send for a call, for those that they don't see.
#[inline]
pub(crate) fn trace(function: &'static str) {
    tracing::trace!(module = INTERFACE, function, "call");
}

/// A resource in the guest's table.
pub(crate) trait Entry: Send + 'static {
    /// Bytes of texts that the guest can make as long as it likes.
    fn text_bytes(&self) -> usize {
        0
    }

    /// Bytes that it takes beside these, the same for as long as it is there: `weights.rs`.
    fn weight(&self) -> usize {
        0
    }
}

/// An object with a label: <https://www.w3.org/TR/webgpu/#gpuobjectbase>.
///
/// wgpu takes a label at creation only and never gives it back, so the host keeps the string.
pub(crate) trait Labelled: Entry {
    fn label(&self) -> &str;
    fn set_label(&mut self, label: String);
}

/// Enters a call of the guest: `T::webgpu`, with the scopes open that devices of the embedder need.
pub(crate) fn enter<T: WebGpuView>(state: &mut T) -> WebGpuCtxView<'_> {
    let view = state.webgpu();
    view.ctx.enter();
    view
}

impl Drop for WebGpuCtxView<'_> {
    /// Ends the call, if this view was made for one.
    fn drop(&mut self) {
        self.ctx.leave();
    }
}

impl WebGpuCtxView<'_> {
    /// Looks a resource up; an `Err` (a handle the guest made up or no longer has) traps the guest.
    pub(crate) fn get<T: Send + 'static>(&self, resource: &Resource<T>) -> wasmtime::Result<&T> {
        Ok(self.table.get(resource)?)
    }

    /// Like [`Self::get`], to change the entry.
    pub(crate) fn get_mut<T: Send + 'static>(&mut self, resource: &Resource<T>) -> wasmtime::Result<&mut T> {
        Ok(self.table.get_mut(resource)?)
    }

    /// Adds a resource; an `Err` (the guest's quota of live objects is used up) traps the guest.
    pub(crate) fn push<T: Entry>(&mut self, entry: T) -> wasmtime::Result<Resource<T>> {
        self.ctx.count_object(entry.text_bytes().saturating_add(entry.weight()))?;
        Ok(self.table.push(entry)?)
    }

    /// Takes a resource out.
    pub(crate) fn delete<T: Entry>(&mut self, resource: Resource<T>) -> wasmtime::Result<T> {
        let entry = self.table.delete(resource)?;
        self.ctx.uncount_object(entry.text_bytes().saturating_add(entry.weight()));
        Ok(entry)
    }

    pub(crate) fn label_of<T: Labelled>(&self, resource: &Resource<T>) -> wasmtime::Result<String> {
        Ok(self.get(resource)?.label().to_owned())
    }

    pub(crate) fn set_label_of<T: Labelled>(
        &mut self,
        resource: &Resource<T>,
        label: String,
    ) -> wasmtime::Result<()> {
        self.change(resource, |entry| entry.set_label(label))
    }

    /// Changes the texts of a resource.
    pub(crate) fn change<T: Entry, R>(
        &mut self,
        resource: &Resource<T>,
        change: impl FnOnce(&mut T) -> R,
    ) -> wasmtime::Result<R> {
        let entry = self.table.get_mut(resource)?;
        let before = entry.text_bytes();
        let result = change(entry);
        let after = entry.text_bytes();
        self.ctx.uncount_bytes(before);
        self.ctx.count_bytes(after)?;
        Ok(result)
    }
}

/// Implements [`Labelled`] for a struct with a field `label: String`, which takes so many bytes beside it.
/// The function says how many more.
macro_rules! labelled {
    ($type:ty, $weight:expr) => {
        $crate::view::labelled!($type, $weight, |_entry| 0);
    };
    ($type:ty, $weight:expr, $more:expr) => {
        impl $crate::view::Entry for $type {
            fn text_bytes(&self) -> usize {
                // wgpu keeps the label as well.
                self.label.len().saturating_mul(2)
            }

            fn weight(&self) -> usize {
                let more: fn(&Self) -> usize = $more;
                more(self).saturating_add($weight)
            }
        }

        impl $crate::view::Labelled for $type {
            fn label(&self) -> &str {
                &self.label
            }

            fn set_label(&mut self, label: String) {
                self.label = label;
            }
        }
    };
}

/// The WIT methods `label` and `set-label`, the same for every object, inside its `Host…` impl.
macro_rules! label_methods {
    ($type:ty) => {
        fn label(&mut self, this: wasmtime::component::Resource<$type>) -> wasmtime::Result<String> {
            self.label_of(&this)
        }

        fn set_label(
            &mut self,
            this: wasmtime::component::Resource<$type>,
            label: String,
        ) -> wasmtime::Result<()> {
            self.set_label_of(&this, label)
        }
    };
}

pub(crate) use {label_methods, labelled};
