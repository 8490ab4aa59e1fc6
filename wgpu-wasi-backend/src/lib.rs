//! Runs programs of [wgpu] as sandboxed WebAssembly components.
//!
//! This crate is a backend of wgpu 30. It calls the standard imports [`wasi:webgpu`]. A program gets
//! its [`wgpu::Instance`] from here, and is otherwise an ordinary program that uses wgpu:
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
//! // Any executor works: the futures of this backend are ready at once.
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
//! On other targets the crate compiles, so that a program's tests and tools compile too. But there is no host
//! to call: `instance()` panics.
//!
//! # Design
//! - **Most methods are one call.** Every object of wgpu holds the handle of its counterpart on the
//!   host, and most methods are one call of the WIT. What can't change (limits, features, the
//!   adapter's description, sizes) is asked for once. A pass does not set a pipeline or bind group that it
//!   already has. A host that knows `wgpu-wasi:commands` reads the commands of passes from the
//!   component's memory, many at a time.
//! - **Futures are ready.** A program that uses wgpu can't do other work while a call to the host is
//!   pending. So the backend waits in the method, and the future is ready.
//! - **Callbacks run in `poll` and `submit`**, nearly where native wgpu runs them: [`Callbacks`]. Some
//!   programs never poll, because they expect a browser on every wasm32. For these there are
//!   [`set_callbacks`] and a cargo feature.
//! - **Waiting is legal everywhere.** With the feature `run3`, on by default, the component also
//!   exports `wasi:cli/run@0.3.0`. A guest that is started through it may wait on any host. The older entry
//!   point works on hosts that complete such calls before they return.
//! - **Errors of the backend and of the host are reported in the same way.** What the backend finds, such as a
//!   format that WebGPU does not have, goes to the innermost error scope of its kind, in order, or to the
//!   handler of uncaptured errors. [`set_error_reporting`] chooses how soon uncaptured errors are reported.
//! - **The backend panics only where wgpu does.** What wgpu has and WebGPU does not is in one table,
//!   [`unsupported`], with what the backend does instead.
//!
//! # Objects of the embedder
//! An embedder can lend its device and textures to a component that has an interface of its own, and take
//! textures and buffers from it: [`interop`].
//!
//! # Cargo features
//! - `command-memory` (default): the export `wgpu-wasi:commands/memory@0.2.0`, through which a host reads
//!   commands. Hosts that don't know it ignore it.
//! - `callbacks-at-once`: a callback runs before the call that asks for it returns, see [`set_callbacks`].
//!   For programs with crates that never poll on wasm32, such as cubecl.
//! - `window`: surfaces for the windows of `wgpu-wasi-window`. `cargo wgpu-wasi` turns it on for programs with winit. A
//!   component with it runs only on hosts that have windows.
//! - `run3` (default): the export above. It must be off in libraries (`cdylib`), which have no `main`.
//! - `glsl`, `spirv`, `naga-ir`: shaders in these languages, translated to WGSL in the guest with their
//!   layouts and names. What WGSL can't express is an error. They turn on wgpu's features of the same names.
//! - `fragile-send-sync-non-atomic-wasm` (default): wgpu's feature of that name. wgpu's types are `Send`
//!   and `Sync`, and callbacks must be `Send`, both as they are natively. So what compiles natively
//!   compiles here. It is safe, because the target has no threads.
//!
//! wgpu's own features `web` and `webgpu`, which are among its defaults, are for browsers. They add
//! methods to the traits of wgpu that only a browser can implement. Where a dependency turns them on for
//! `wasm32-wasip2`, this crate does not compile ("not all trait items implemented, missing
//! `as_uint8array`"). Write `default-features = false` on every dependency on wgpu.
//!
//! [wgpu]: https://wgpu.rs
//! [`wasi:webgpu`]: https://github.com/WebAssembly/wasi-gfx

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
mod memory;
mod name;
mod objects;
#[cfg(all(feature = "run3", target_os = "wasi"))]
mod run;
pub mod unsupported;

pub use device::errors::{ErrorReporting, set_error_reporting};
pub use device::waits::{Callbacks, set_callbacks};
pub use wgpu;

/// The instance of wgpu that calls the imports of this component.
///
/// # Panics
/// On targets other than WASI, where there are no imports.
pub fn instance() -> wgpu::Instance {
    instance_with(wgpu::InstanceDescriptor::new_without_display_handle())
}

/// Like [`instance`], with the descriptor that [`wgpu::Instance::new`] takes.
///
/// `backends` is ignored, because the host has chosen already; but with no backend set, no adapter is found. Of
/// `flags`, only [`wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE`] counts. The rest is for native backends.
///
/// # Panics
/// On targets other than WASI, where there are no imports.
pub fn instance_with(descriptor: wgpu::InstanceDescriptor) -> wgpu::Instance {
    let instance = <objects::instance::Instance as wgpu::custom::InstanceInterface>::new(descriptor);
    wgpu::Instance::from_custom(instance)
}
