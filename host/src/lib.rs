//! A [wasmtime] host for `wasi:webgpu@0.3.0-rc.2` on native [wgpu].
//!
//! A component that imports `wasi:webgpu`, whether a Rust program that uses wgpu or any other guest,
//! runs its calls on the GPU of this machine, inside its sandbox. Whatever it does, only that guest gets the error of
//! WebGPU, the error of the WIT or the trap.
//!
//! # Embedding
//!
//! Put a [`WebGpuCtx`] next to the resource table in the store's data, implement [`WebGpuView`], and call
//! [`add_to_linker`]:
//!
//! ```
//! use wasmtime::{Config, Engine, Store, component::{Linker, ResourceTable}};
//! use wgpu_wasi_host::{GuestMemory, WebGpuCtx, WebGpuCtxView, WebGpuView};
//!
//! struct State {
//!     gpu: WebGpuCtx,
//!     table: ResourceTable,
//!     memory: GuestMemory,
//! }
//!
//! impl WebGpuView for State {
//!     fn webgpu(&mut self) -> WebGpuCtxView<'_> {
//!         WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
//!     }
//! }
//!
//! # fn main() -> wasmtime::Result<()> {
//! let mut config = Config::new();
//! config.wasm_component_model_async(true);
//! let engine = Engine::new(&config)?;
//!
//! let mut linker = Linker::<State>::new(&engine);
//! wgpu_wasi_host::add_to_linker(&mut linker)?;
//!
//! let gpu = WebGpuCtx::builder().max_gpu_memory(1 << 30).build();
//! let (quotas, mut table) = (gpu.quotas().clone(), ResourceTable::new());
//! // wasmtime's own limit of handles is lower than the quota of objects.
//! table.set_max_capacity(quotas.max_handles());
//! let memory = GuestMemory::new(&quotas);
//! let mut store = Store::new(&engine, State { gpu, table, memory });
//! store.set_max_component_handles(quotas.max_handles());
//! // Limits the guest's own memories and tables.
//! store.limiter(|state| &mut state.memory);
//! // Limits the bytes in one call. wasmtime's own default is too low for the weights of many models.
//! store.set_hostcall_fuel(quotas.max_call_bytes);
//! # Ok(())
//! # }
//! ```
//!
//! Call [`attach_command_memory`] after the instantiation, and before the guest is called. It saves guests of our backend
//! most calls, and has no effect on others.
//!
//! To run whole programs, with WASI and WebGPU, use [`command::Runtime`], as the program `wgpu-wasi` does.
//!
//! # Design
//!
//! - **The safe public API of wgpu, nothing below it.** One unsafe call is the exception (`shaders/compile.rs`). Where
//!   that API panics instead of returning an error, the host checks before the call, or turns the panic into an error
//!   (`device/fence.rs`). Shaders are compiled on a thread whose stack is large enough for the deepest and longest
//!   source that is accepted (`shaders/nesting.rs`, `device/compiler.rs`).
//! - **The host has its own error scopes** (`device/errors.rs`). One handler for each device fills them.
//! - **Large data is copied once** (`objects/bulk.rs`), directly between the guest's memory and wgpu's. Several threads
//!   share what is read back (`objects/mapped_bytes.rs`).
//! - **Commands without calls** (`commands/fetch.rs`): if a guest offers it, the host reads the commands of passes from
//!   the guest's memory.
//! - **Waiting** is in one place (`device/polling.rs`), in two modes: [`WaitMode`].
//! - **Quotas** have names and defaults (`quotas.rs`): memory, objects, bytes of a call, shader text, time. What a
//!   component may consist of is in `runtime/size.rs`.
//!
//! Each WebGPU object has a file of its own, with the name it has in wgpu's `api` folder and in the guest's
//! backend. Every call is traced at level TRACE, with the fields `module` and `function`.

// Whether something may go to another thread is worked out through all the types of wgpu behind it.
#![recursion_limit = "256"]
// A call in `shaders/compile.rs` and the traits in `objects/mapped_bytes.rs` are allowed, with their proofs.
#![deny(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests wait for the GPU and start threads as they like")
)]

pub mod bindings;
#[cfg(feature = "cli")]
pub mod cli;
mod convert;
mod ctx;
mod guest_memory;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "launch")]
pub mod launch;
mod lend;
mod quotas;
mod runtime;
#[cfg(test)]
mod testing;
mod view;
mod weights;
pub mod window_bindings;

/// What every object of a device needs.
mod device {
    pub(crate) mod budget;
    pub(crate) mod compiler;
    pub(crate) mod core;
    pub(crate) mod errors;
    pub(crate) mod fence;
    pub(crate) mod guest_log;
    pub(crate) mod held;
    pub(crate) mod in_flight;
    pub(crate) mod instance;
    pub(crate) mod lent;
    pub(crate) mod lent_scopes;
    pub(crate) mod limits;
    mod polling;
    pub(crate) mod readback;
    pub(crate) mod submissions;
    pub(crate) mod submits;
    pub(crate) mod texture_pieces;
    pub(crate) mod timeline;
    pub(crate) mod unusable;
    pub(crate) mod waiting;
    mod writes;
}

/// Windows for guests: what shows them, and what happens to them.
///
/// A [`WindowSystem`](windows::WindowSystem) is given with [`WebGpuCtxBuilder::windows`]. [`Headless`](windows::Headless)
/// is one without a display; an embedder may write another, such as one whose windows are in a scene of its own.
pub mod windows {
    pub(crate) mod frames;
    pub(crate) mod guest;
    mod headless;
    pub(crate) mod mailbox;
    mod names;
    mod readback;
    pub(crate) mod streams;
    pub(crate) mod system;

    pub use self::{
        guest::WindowRights,
        headless::{Happening, Headless, HeadlessOptions, Input, Pictures, VirtualClock, When},
        mailbox::Mailbox,
        system::*,
    };
    pub use crate::window_bindings::keys::{KeyCode, NamedKey};
}

/// What is checked and changed in a guest's shaders.
mod shaders {
    pub(crate) mod compile;
    pub(crate) mod const_values;
    pub(crate) mod directives;
    pub(crate) mod finite_loop;
    pub(crate) mod inlining;
    pub(crate) mod loop_bound;
    pub(crate) mod nesting;
    pub(crate) mod statements;
    pub(crate) mod unroll;
    pub(crate) mod weight;
    pub(crate) mod workgroup_memory;
}

/// What a guest records.
mod commands {
    pub(crate) mod bind_group_cell;
    pub(crate) mod binding;
    pub(crate) mod bundle;
    pub(crate) mod compute;
    pub(crate) mod draw;
    pub(crate) mod fetch;
    pub(crate) mod holder;
    pub(crate) mod kept;
    pub(crate) mod memory;
    pub(crate) mod pass;
    pub(crate) mod recording;
    pub(crate) mod render;
    pub(crate) mod used;
    pub(crate) mod words;
}

/// The types behind the guest's resources, one for each `resource` of the WIT, and two that these are made of.
pub mod objects {
    pub(crate) mod adapter;
    pub(crate) mod attachments;
    pub(crate) mod bind_group;
    pub(crate) mod bind_group_layout;
    pub(crate) mod buffer;
    pub(crate) mod bulk;
    pub(crate) mod canvas;
    mod clipboard;
    pub(crate) mod command_buffer;
    pub(crate) mod command_encoder;
    pub(crate) mod compute_pass;
    pub(crate) mod compute_pipeline;
    pub(crate) mod device;
    mod error;
    pub(crate) mod frame_buffer;
    pub(crate) mod instance;
    mod mapped_bytes;
    mod mixins;
    pub(crate) mod pipeline;
    pub(crate) mod pipeline_layout;
    mod produce;
    pub(crate) mod query_set;
    pub(crate) mod queue;
    pub(crate) mod records;
    pub(crate) mod render_bundle;
    pub(crate) mod render_bundle_encoder;
    pub(crate) mod render_pass;
    pub(crate) mod render_pipeline;
    pub(crate) mod sampler;
    pub(crate) mod shader_module;
    pub(crate) mod streams;
    pub(crate) mod surface;
    mod texel_copy;
    pub(crate) mod texture;
    pub(crate) mod texture_view;
    pub(crate) mod window;

    pub use self::{
        adapter::{Adapter, AdapterInfo, SupportedFeatures, SupportedLimits},
        bind_group::BindGroup,
        bind_group_layout::BindGroupLayout,
        buffer::Buffer,
        canvas::Canvas,
        command_buffer::CommandBuffer,
        command_encoder::CommandEncoder,
        compute_pass::ComputePassEncoder,
        compute_pipeline::ComputePipeline,
        device::{Device, UncapturedErrorEvent},
        frame_buffer::{PixelBuffer, PixelContext},
        instance::{Instance, WgslLanguageFeatures},
        pipeline_layout::PipelineLayout,
        query_set::QuerySet,
        queue::Queue,
        records::{PipelineConstants, Record, RequiredLimits},
        render_bundle::RenderBundle,
        render_bundle_encoder::RenderBundleEncoder,
        render_pass::RenderPassEncoder,
        render_pipeline::RenderPipeline,
        sampler::Sampler,
        shader_module::{CompilationInfo, CompilationMessage, ShaderModule},
        streams::Surface,
        surface::CanvasContext,
        texture::Texture,
        texture_view::TextureView,
        window::Window,
    };
    pub use crate::device::{
        core::DeviceLostInfo,
        errors::{ErrorKind, GpuError},
    };
}

/// What one guest may use: the quotas, their defaults, and what happens when one is exceeded.
///
/// - GPU memory: an out-of-memory error of WebGPU.
/// - Host memory: an encoder whose command finds none is invalid. For everything else, a trap.
/// - The guest's own memory: it does not grow. An instance that begins with more is not made.
/// - Shader text, and the wait for a shader to be compiled: an error of WebGPU.
/// - Loops of shaders: they end, without an error.
/// - All others: a trap, which ends that guest alone.
pub mod limits {
    pub use crate::quotas::*;
}

/// Runs command components: programs with a `main`, with WASI and WebGPU.
///
/// ```no_run
/// use wasmtime_wasi::WasiCtx;
/// use wgpu_wasi_host::{WebGpuCtx, command::{Runtime, RuntimeOptions}};
///
/// # fn main() -> wasmtime::Result<()> {
/// let runtime = Runtime::new(&RuntimeOptions::default())?;
/// let component = runtime.compile(&std::fs::read("app.wasm")?)?;
/// let wasi = WasiCtx::builder().inherit_stdio().build();
/// let outcome = runtime.run(&component, wasi, WebGpuCtx::new())?;
/// assert!(outcome.success);
/// # Ok(())
/// # }
/// ```
pub mod command {
    pub use crate::runtime::*;
}

use wasmtime::component::Linker;

pub use crate::{
    commands::fetch::attach_command_memory,
    ctx::{AdapterChoice, WebGpuCtx, WebGpuCtxBuilder},
    device::{instance::default_instance, lent::LentDevice, waiting::WaitMode},
    guest_memory::GuestMemory,
    lend::LendError,
    objects::instance::{NO_ADAPTER, adapter_at, adapter_named},
    quotas::Quotas,
    view::{WebGpu, WebGpuCtxView, WebGpuView},
};

/// Adds `wasi:webgpu@0.3.0-rc.2` to `linker`.
///
/// The engine has to have [`wasmtime::Config::wasm_component_model_async`] on: the interface has
/// functions that are `async`.
///
/// # Errors
///
/// When the linker already has the interface.
pub fn add_to_linker<T: WebGpuView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    bindings::wit::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    linker.allow_shadowing(true);
    let bulk = objects::bulk::add_to_linker(linker);
    linker.allow_shadowing(false);
    bulk
}

/// Adds `wgpu-wasi:window@0.1.0`, `wasi-gfx:surface@0.2.0` and `wasi-gfx:frame-buffer@0.2.0` to `linker`. A guest gets
/// windows if its context [has them](WebGpuCtxBuilder::windows).
///
/// # Errors
///
/// When the linker holds the interfaces already.
pub fn add_windows_to_linker<T: WebGpuView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    use window_bindings::{
        canvas, clipboard, frame_buffer, surface, surface_frame_buffer, surface_webgpu, windows,
    };
    surface::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    frame_buffer::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    surface_frame_buffer::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    surface_webgpu::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    windows::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    canvas::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    clipboard::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)
}

/// The code in the documents, so that tests compile it.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    mod readme {}

    #[doc = include_str!("../../docs/cargo-wgpu-wasi.md")]
    mod cargo_wgpu_wasi {}

    #[doc = include_str!("../../docs/embedding.md")]
    mod embedding {}

    #[doc = include_str!("../../docs/porting.md")]
    mod porting {}

    #[cfg(feature = "http")]
    #[doc = include_str!("../../docs/serving.md")]
    mod serving {}
}
