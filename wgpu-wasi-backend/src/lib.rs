//! Runs programs of [wgpu] as sandboxed WebAssembly components.
//!
//! This crate is a backend of wgpu 30 over the standard imports [`wasi:webgpu`]. A program takes
//! its [`wgpu::Instance`] from here and is otherwise an ordinary program of wgpu:
//!
//! ```no_run
//! use wgpu_wasi_backend::wgpu;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let instance = wgpu_wasi_backend::instance();
//!     let adapter = ready(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))?;
//!     let (device, queue) = ready(adapter.request_device(&wgpu::DeviceDescriptor::default()))?;
//!     let buffer = device.create_buffer(&wgpu::BufferDescriptor {
//!         label: None,
//!         size: 16,
//!         usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
//!         mapped_at_creation: false,
//!     });
//!     queue.write_buffer(&buffer, 0, &[1; 16]);
//!     queue.submit([]);
//!     buffer.map_async(wgpu::MapMode::Read, .., |result| assert!(result.is_ok()));
//!     device.poll(wgpu::PollType::wait_indefinitely())?;
//!     assert_eq!(*buffer.get_mapped_range(..)?, [1; 16]);
//!     Ok(())
//! }
//!
//! // Any executor does; the futures of this backend are ready at once.
//! fn ready<T>(future: impl Future<Output = T>) -> T {
//!     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//!     match std::pin::pin!(future).poll(&mut context) {
//!         std::task::Poll::Ready(value) => value,
//!         std::task::Poll::Pending => unreachable!(),
//!     }
//! }
//! ```
//!
//! Built for `wasm32-wasip2` it is a component that runs on any host of `wasi:webgpu@0.3.0-rc.2`.
//! On other targets the crate compiles, so that a program's tests and tools do, but has no host to
//! talk to: `instance()` panics.
//!
//! # Design
//! - **One call for one call.** Every object of wgpu holds the handle of its counterpart on the
//!   host, and every method is one call of the WIT. What cannot change (limits, features, the
//!   adapter's description, sizes) is asked for once; pipelines and bind groups that a pass has
//!   already are not set again. A host that knows `wgpu-wasi:commands` fetches the commands of
//!   passes from memory of the component, many at a time.
//! - **Futures are ready, callbacks wait.** A component can not leave a call of the host pending and go
//!   on, unless it is written as one state machine; a program of wgpu is not. So futures are ready ones.
//!   The callbacks of `Buffer::map_async` and `Queue::on_submitted_work_done` run where native wgpu calls
//!   back: in `Device::poll`, `Instance::poll_all` and `Queue::submit`. Programs that never poll, because
//!   they take every wasm32 for a browser, choose otherwise by [`set_callbacks`] or a cargo feature.
//! - **Waiting is legal everywhere.** With the feature `run3`, on by default, the component also
//!   exports `wasi:cli/run@0.3.0`, an entry point that may wait. A host that finishes such calls
//!   at once can use the older one.
//! - **Errors of the guest and of the host are one stream.** What is found here, such as a format
//!   that WebGPU does not have, is delivered as if the host had said so: to the innermost error
//!   scope of its kind, in order, or to the handler of uncaptured errors. [`set_error_reporting`]
//!   chooses how soon uncaptured errors come.
//! - **Nothing panics that does not in wgpu.** What wgpu has and WebGPU has not is answered from
//!   one table, [`unsupported`].
//!
//! # Objects of the embedder
//! A component with an interface of its own may be lent the embedder's device and textures, or give its
//! own away: [`interop`].
//!
//! # Cargo features
//! - `command-memory` (default): the export `wgpu-wasi:commands/memory@0.2.0`, by which a host fetches
//!   commands. Hosts that don't know it leave it alone.
//! - `callbacks-at-once`: callbacks run before the call returns that asks for them, see [`set_callbacks`].
//!   For programs with crates that never poll on wasm32, as cubecl's.
//! - `run3` (default): the export above. Has to be off in libraries (`cdylib`), which have no `main`.
//! - `glsl`, `spirv`, `naga-ir`: shaders in these languages, translated to WGSL in the guest with their
//!   layouts and names; what WGSL can't say is an error. They turn on wgpu's features of the same names.
//! - `fragile-send-sync-non-atomic-wasm` (default): wgpu's feature of that name. Its types are `Send`
//!   and `Sync` as they are natively, and callbacks have to be `Send` as natively, so that what
//!   compiles natively compiles here. The target has no threads for it to be fragile with.
//!
//! wgpu's own features `web` and `webgpu`, which are among its defaults, are for browsers. They add
//! methods to the traits of wgpu that only a browser can implement; a graph that turns them on for
//! `wasm32-wasip2` does not compile this crate ("not all trait items implemented, missing
//! `as_uint8array`"). The remedy is `default-features = false` on every dependency on wgpu.
//!
//! [wgpu]: https://wgpu.rs
//! [`wasi:webgpu`]: https://github.com/WebAssembly/wasi-gfx

// `.clippy.toml` says how many.
#![warn(clippy::too_many_lines)]
#![allow(
    clippy::arc_with_non_send_sync,
    reason = "callbacks are `Send` only where wgpu's are, by target and feature; sharing is by `Arc` in both"
)]

mod bindings;
mod commands;
mod convert;
mod device;
mod id;
pub mod interop;
mod lock;
mod name;
mod objects;
#[cfg(all(feature = "run3", target_os = "wasi"))]
mod run;
pub mod unsupported;

pub use device::errors::{ErrorReporting, set_error_reporting};
pub use device::waits::{Callbacks, set_callbacks};
pub use wgpu;

/// The instance of wgpu over the imports of this component.
///
/// # Panics
/// On targets other than WASI, where there are no imports.
pub fn instance() -> wgpu::Instance {
    instance_with(wgpu::InstanceDescriptor::new_without_display_handle())
}

/// Like [`instance`], with the descriptor that [`wgpu::Instance::new`] takes.
///
/// The backends it names are those of a native program, and the host has chosen already; they are
/// not looked at, except that none at all finds no adapter. The rest is for native backends, too.
///
/// # Panics
/// On targets other than WASI, where there are no imports.
pub fn instance_with(descriptor: wgpu::InstanceDescriptor) -> wgpu::Instance {
    let instance = <objects::instance::Instance as wgpu::custom::InstanceInterface>::new(descriptor);
    wgpu::Instance::from_custom(instance)
}
