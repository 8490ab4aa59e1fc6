//! The cases with passes, once more on a host that fetches no commands from the guest's memory, as hosts of
//! others do: the reports agree as well.

use std::fs;

use wasmtime::{
    Store,
    component::{Component, Linker, ResourceTable},
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
    texture_unwritten
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

/// Whether each of these components, in one store, leaves commands in its memory.
async fn attached_all(gpu: WebGpuCtx, components: &[&Component]) -> wasmtime::Result<Vec<bool>> {
    let engine = guests::runtime().engine();
    let mut linker = Linker::<State>::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wgpu_wasi_host::add_to_linker(&mut linker)?;
    let wasi = WasiCtx::builder().build();
    let mut store = Store::new(engine, State { wasi, gpu, table: ResourceTable::new() });
    let mut attached = Vec::new();
    for component in components {
        let instance = linker.instantiate_async(&mut store, component).await?;
        attached.push(attach_command_memory(&mut store, &instance).await?);
    }
    Ok(attached)
}

/// [`attached_all`], on this thread.
fn attached(gpu: WebGpuCtx, components: &[&Component]) -> wasmtime::Result<Vec<bool>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(attached_all(gpu, components))
}

#[test]
fn one_instance_of_a_store_leaves_commands_in_its_memory() {
    let two = [Guest::Raw.component(); 2];
    assert_eq!(attached(WebGpuCtx::new(), &two).unwrap(), [true, false]);
    let never = WebGpuCtx::builder().command_memory(false).build();
    assert_eq!(attached(never, &two).unwrap(), [false; 2]);
}

/// A component that exports `attach` under `interface`; `body` has a page of memory, `list` is where it may put a list.
fn offers(interface: &str, function: &str, type_: &str, body: &str) -> Component {
    let text = format!(
        r#"(component
            (core module $module
                (memory (export "memory") 1 4)
                (func $list (param $address i32) (param $length i32) (result i32)
                    (i32.store (i32.const 8) (local.get $address))
                    (i32.store (i32.const 12) (local.get $length))
                    i32.const 8)
                (func (export "attach") {body}))
            (core instance $instance (instantiate $module))
            (func $attach {type_} (canon lift (core func $instance "attach") (memory $instance "memory")))
            (instance $memory (export "{function}" (func $attach)))
            (export "{interface}" (instance $memory)))"#
    );
    Component::new(guests::runtime().engine(), wat::parse_str(text).unwrap()).unwrap()
}

const INTERFACE: &str = "wgpu-wasi:commands/memory@0.2.0";
const LIST: &str = "(result (list u32))";

#[test]
fn what_is_another_interface_is_left_alone() {
    let body = "(result i32) unreachable";
    for interface in [
        "wgpu-wasi:commands/memory@0.1.0",
        "wgpu-wasi:commands/memory@0.3.0",
        "wgpu-wasi:commands/memory@1.2.0",
        "wgpu-wasi:commands/memory",
        "wgpu-wasi:commands/memories@0.2.0",
    ] {
        let component = offers(interface, "attach", LIST, body);
        assert_eq!(attached(WebGpuCtx::new(), &[&component]).unwrap(), [false], "{interface}");
    }
    let component = offers(INTERFACE, "detach", LIST, body);
    assert_eq!(attached(WebGpuCtx::new(), &[&component]).unwrap(), [false]);
}

#[test]
fn odd_memories_are_refused() {
    // Type, body, and the error; none where it is fine.
    let odd = [
        ("(result u32)", "(result i32) i32.const 8", Some("type mismatch")),
        ("(result (list u8))", "(result i32) i32.const 8", Some("type mismatch")),
        ("(result (list s32))", "(result i32) i32.const 8", Some("type mismatch")),
        ("", "", Some("type mismatch")),
        (
            r#"(param "words" u32) (result (list u32))"#,
            "(param i32) (result i32) i32.const 8",
            Some("type mismatch"),
        ),
        // The last word of the memory, and one more.
        (LIST, "(result i32) (call $list (i32.const 65532) (i32.const 1))", None),
        (LIST, "(result i32) (call $list (i32.const 65532) (i32.const 2))", Some("out of bounds")),
        (LIST, "(result i32) (call $list (i32.const 65536) (i32.const 0))", None),
        (LIST, "(result i32) (call $list (i32.const 65540) (i32.const 0))", Some("out of bounds")),
        (LIST, "(result i32) (call $list (i32.const -4) (i32.const 1))", Some("out of bounds")),
        (LIST, "(result i32) (call $list (i32.const 16) (i32.const -1))", Some("out of bounds")),
        (LIST, "(result i32) (call $list (i32.const 16) (i32.const 1073741824))", Some("out of bounds")),
        (LIST, "(result i32) (call $list (i32.const 18) (i32.const 1))", Some("not aligned")),
        // Where the list itself is.
        (LIST, "(result i32) i32.const 65528", None),
        (LIST, "(result i32) i32.const 65532", Some("out of bounds")),
        (LIST, "(result i32) i32.const 10", Some("not aligned")),
        (LIST, "(result i32) unreachable", Some("unreachable")),
        // Its memory grows on the way.
        (
            LIST,
            "(result i32) (drop (memory.grow (i32.const 1))) (call $list (i32.const 65536) (i32.const 16384))",
            None,
        ),
    ];
    for (type_, body, error) in odd {
        let component = offers(INTERFACE, "attach", type_, body);
        // The same one again, which is not asked where the first was.
        let result = attached(WebGpuCtx::new(), &[&component, &component]);
        match (error, result) {
            (None, result) => assert_eq!(result.unwrap(), [true, false], "{body}"),
            (Some(text), Err(error)) => assert!(format!("{error:?}").contains(text), "{body}: {error:?}"),
            (Some(text), Ok(_)) => panic!("{type_} {body}: no error that says {text:?}"),
        }
    }
}
