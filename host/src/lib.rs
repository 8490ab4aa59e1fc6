//! A [wasmtime] host for `wasi:webgpu@0.3.0-rc.2` on native [wgpu].
//!
//! A component that imports `wasi:webgpu`, whether a Rust program that uses wgpu or any other guest,
//! runs its calls on the GPU of this machine, inside its sandbox: whatever it does ends in its own
//! WebGPU error, its own WIT error or its own trap, never in the host's.
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
//! // wasmtime's own limit of handles is less than the quota of objects.
//! table.set_max_capacity(quotas.max_handles());
//! let memory = GuestMemory::new(&quotas);
//! let mut store = Store::new(&engine, State { gpu, table, memory });
//! store.set_max_component_handles(quotas.max_handles());
//! // What the guest's own memories may take.
//! store.limiter(|state| &mut state.memory);
//! // Bytes that one call may carry; wasmtime's own default is less than the weights of many a model.
//! store.set_hostcall_fuel(quotas.max_call_bytes);
//! # Ok(())
//! # }
//! ```
//!
//! When a component is instantiated, and before it is called, [`attach_command_memory`] spares it most calls that only
//! record a command, if it was built with our backend.
//!
//! To run whole command components, with WASI beside WebGPU, take [`command::Runtime`], which the program
//! `wgpu-wasi` is made of.
//!
//! # Design
//!
//! - **The safe public API of wgpu, nothing below it.** What that API answers with a panic instead of an
//!   error is checked before the call, or fenced (`fence.rs`); shaders are compiled on a thread whose
//!   stack covers the deepest and the longest source that is admitted (`nesting.rs`, `compile.rs`).
//! - **Error scopes are the host's** (`error.rs`): one handler per device feeds them.
//! - **Bulk bytes cross once** (`bulk.rs`), straight between the guest's memory and wgpu's.
//! - **Commands without calls** (`command_memory.rs`): a guest that offers it leaves those of compute and render passes
//!   in its own memory.
//! - **Waiting** is in one place (`wait.rs`), in two modes: [`WaitMode`].
//! - **Quotas** have names and defaults (`limits.rs`): memory, objects, bytes a call, shader text, time; what a component
//!   may be made of is in `command/size.rs`.
//!
//! Each WebGPU object has a file of its own, with the name it has in wgpu's `api` folder and in the guest's
//! backend. Every call is traced at level TRACE, with the fields `module` and `function`.

// Whether something may go to another thread is worked out through all the types of wgpu behind it.
#![recursion_limit = "256"]
// But for one call, in `shader_module.rs`, with its proof.
#![deny(unsafe_code)]

mod adapter;
mod attachments;
mod bind_group;
mod bind_group_layout;
pub mod bindings;
mod buffer;
mod bulk;
#[cfg(feature = "cli")]
pub mod cli;
pub mod command;
mod command_buffer;
mod command_encoder;
mod command_memory;
mod command_words;
mod compile;
mod compute_pass;
mod compute_pipeline;
mod const_values;
mod convert;
mod ctx;
mod device;
mod error;
mod fence;
mod finite_loop;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod guest_log;
mod guest_memory;
mod in_flight;
mod inlining;
mod instance;
mod lend;
pub mod limits;
mod loop_bound;
mod nesting;
mod pass;
mod pipeline;
mod pipeline_layout;
mod query_set;
mod queue;
mod records;
mod render_bundle;
mod render_bundle_encoder;
mod render_commands;
mod render_pass;
mod render_pipeline;
mod sampler;
mod scopes;
mod shader_module;
mod statements;
mod surface;
#[cfg(test)]
mod testing;
mod texture;
mod texture_pieces;
mod texture_view;
mod timeline;
mod view;
mod wait;
mod weights;
mod workgroup_memory;

use wasmtime::component::Linker;

pub use crate::{
    command_memory::attach_command_memory,
    ctx::{AdapterChoice, WebGpuCtx, WebGpuCtxBuilder, default_instance},
    guest_memory::GuestMemory,
    instance::{NO_ADAPTER, adapter_named},
    lend::{LendError, LentDevice},
    limits::Quotas,
    view::{WebGpu, WebGpuCtxView, WebGpuView},
    wait::WaitMode,
};

/// The types behind the guest's resources, one for each `resource` of the WIT.
pub mod objects {
    pub use crate::{
        adapter::{Adapter, AdapterInfo, SupportedFeatures, SupportedLimits},
        bind_group::BindGroup,
        bind_group_layout::BindGroupLayout,
        buffer::Buffer,
        command_buffer::CommandBuffer,
        command_encoder::CommandEncoder,
        compute_pass::ComputePassEncoder,
        compute_pipeline::ComputePipeline,
        device::{Device, DeviceLostInfo, UncapturedErrorEvent},
        error::{ErrorKind, GpuError},
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
        surface::CanvasContext,
        texture::Texture,
        texture_view::TextureView,
    };
}

/// Adds `wasi:webgpu@0.3.0-rc.2` to `linker`.
///
/// The engine has to have [`wasmtime::Config::wasm_component_model_async`] on: the interface has
/// functions that are `async`.
///
/// # Errors
///
/// When the linker holds the interface already.
pub fn add_to_linker<T: WebGpuView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    bindings::wit::add_to_linker::<_, WebGpu>(linker, view::enter::<T>)?;
    linker.allow_shadowing(true);
    let bulk = bulk::add_to_linker(linker);
    linker.allow_shadowing(false);
    bulk
}
