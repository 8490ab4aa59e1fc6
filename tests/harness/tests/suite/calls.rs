//! The cases with passes, once more on a host that fetches no commands from the guest's memory, as hosts of
//! others do: the reports agree as well.

use std::fs;

use wasmtime::{
    Store,
    component::{Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wgpu_wasi_harness::{
    Adapter,
    guests::{self, Guest},
    runs::Mode,
};
use wgpu_wasi_host::{WebGpuCtx, WebGpuCtxView, WebGpuView, attach_command_memory};

use crate::parity;

macro_rules! tests {
    ($($case:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($case),)*];

        $(#[test]
        fn $case() {
            parity::check(stringify!($case), Adapter::Machine, Mode::Calls);
        })*
    };
}

tests! {
    bind_group_auto_layout
    bind_group_dynamic_offsets
    bind_group_four_groups
    bind_group_in_turns
    bind_group_made_again
    bind_group_sampler
    bind_group_storage_texture
    bind_group_texture_load
    buffer_drop_order
    command_encoder_clear_texture
    command_encoder_debug_groups
    command_encoder_dropped
    command_encoder_order
    command_encoder_resolve_query_set
    command_encoder_write_timestamp
    compute_pass_dispatch_indirect
    compute_pass_immediates
    compute_pass_many
    compute_pass_state
    compute_pass_timestamps
    compute_pipeline_explicit_layout
    device_limits_lowered
    invalid_after_destroy
    invalid_compute_pass
    invalid_debug_groups
    invalid_destroyed_device
    invalid_draws
    invalid_foreign_device
    invalid_in_words
    invalid_missing_features
    invalid_pass_after_finish
    invalid_query_set
    invalid_render_pass
    invalid_strict_compliance
    queue_order
    render_blend
    render_bundle
    render_clear
    render_depth
    render_depth_read_only
    render_depth_slice
    render_dual_source
    render_indexed
    render_indirect
    render_instances
    render_multi_draw_indirect
    render_multiple_targets
    render_multisample
    render_occlusion_query
    render_primitive_index
    render_stencil
    render_textured
    render_timestamps
    render_triangle
    render_vertex_formats
    render_viewport_scissor
    texture_views
}

/// How passes begin in cases.
const BEGINS: [&str; 3] = ["begin_compute_pass(", "begin_render_pass(", "canvas::pass("];

#[test]
fn none_is_missing() {
    for folder in ["cases", "validation"] {
        let folder = guests::root().join("tests/guests/programs/src").join(folder);
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let case = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let source = fs::read_to_string(&path).unwrap();
            let records = BEGINS.iter().any(|begin| source.contains(begin));
            assert!(!records || CASES.contains(&&*case), "{case} records passes, and is not in the list");
        }
    }
}

/// What an embedder has in a store.
struct State {
    wasi: WasiCtx,
    gpu: WebGpuCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WebGpuView for State {
    fn webgpu(&mut self) -> WebGpuCtxView<'_> {
        WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
    }
}

/// Which of two instances in one store leave commands in their memory.
async fn attached(gpu: WebGpuCtx) -> wasmtime::Result<[bool; 2]> {
    let engine = guests::runtime().engine();
    let mut linker = Linker::<State>::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wgpu_wasi_host::add_to_linker(&mut linker)?;
    let wasi = WasiCtx::builder().build();
    let mut store = Store::new(engine, State { wasi, gpu, table: ResourceTable::new() });
    let mut attached = [false; 2];
    for attached in &mut attached {
        let instance = linker.instantiate_async(&mut store, Guest::Raw.component()).await?;
        *attached = attach_command_memory(&mut store, &instance).await?;
    }
    Ok(attached)
}

#[test]
fn one_instance_of_a_store_leaves_commands_in_its_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let attached = |gpu| runtime.block_on(attached(gpu)).unwrap();
    assert_eq!(attached(WebGpuCtx::new()), [true, false]);
    assert_eq!(attached(WebGpuCtx::builder().command_memory(false).build()), [false; 2]);
}
