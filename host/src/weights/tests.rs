//! Makes many objects of each kind and looks at what the process has grown by: no more than is counted for them. The
//! objects are wgpu's own, so that what the host keeps beside is in nobody's way.
//!
//! More than 600 lines: one test for each figure, and they share how objects are made.

use super::*;
use crate::{
    objects::RequiredLimits,
    quotas::MAX_RECORD_ENTRIES,
    shaders::weight,
    testing::{Guest, Memory, alone},
    view::Entry as _,
};

/// [`BYTES_PER_COMMAND`](crate::limits::BYTES_PER_COMMAND).
const COMMAND: usize = 256;

/// Makes `count` objects in processes of their own and compares what one more takes with what is counted for it. Two are
/// made before that, for what wgpu and the driver allocate once.
fn takes<T>(test: &str, count: u64, counted: impl TryInto<u64>, make: impl Fn(&Guest, u64) -> Vec<T>) {
    alone(&format!("weights::tests::{test}"), || {
        let counted = counted.try_into().unwrap_or(0);
        let guest = Guest::new(|_| {});
        let first = make(&guest, 2);
        let before = Memory::now().resident;
        let made = make(&guest, count);
        let taken = Memory::now().resident.saturating_sub(before) / count;
        println!("{test}: {taken} bytes each, {counted} are counted");
        drop((first, made));
        assert!(taken <= counted, "{test}: {taken} bytes each, {counted} are counted");
    });
}

fn shader(guest: &Guest, code: &str) -> wgpu::ShaderModule {
    guest.core.wgpu.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(code.into()),
    })
}

const COMPUTE: &str = "@group(0) @binding(0) var<storage, read_write> a: array<u32>; \
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) { a[id.x] += id.x; }";

const RENDER: &str = "@vertex fn vs(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> { \
    return vec4<f32>(f32(i), 0.0, 0.0, 1.0); } @fragment fn fs() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }";

fn compute_pipeline(guest: &Guest) -> wgpu::ComputePipeline {
    guest.core.wgpu.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &shader(guest, COMPUTE),
        entry_point: None,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

fn render_pipeline(guest: &Guest) -> wgpu::RenderPipeline {
    let module = shader(guest, RENDER);
    guest.core.wgpu.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: None,
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::TextureFormat::Rgba8Unorm.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn buffer(guest: &Guest, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    let descriptor = wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false };
    guest.core.wgpu.create_buffer(&descriptor)
}

fn texture(guest: &Guest, [width, height, depth_or_array_layers]: [u32; 3]) -> wgpu::Texture {
    guest.core.wgpu.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width, height, depth_or_array_layers },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::COPY_DST
            | wgpu::TextureUsages::COPY_SRC
            | wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    })
}

fn encoder(guest: &Guest) -> wgpu::CommandEncoder {
    guest.core.wgpu.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
}

/// What is counted for a module of this text.
fn kept(code: &str) -> u64 {
    let (_, inside) = weight::module(&wgpu::naga::front::wgsl::parse_str(code).unwrap());
    weight::text(code.len()) + inside
}

/// With arrays whose values have as many elements as may be.
#[test]
fn shader_modules_of_many_constants() {
    let levels =
        (1..16).map(|level| format!("const a{level}=array(a{0},a{0});", level - 1)).collect::<String>();
    let code = format!(
        "const a0=array(1,2);{levels}var<private> p = a15; @compute @workgroup_size(1) fn f() {{ p[0] = a15[1]; }}"
    );
    crate::shaders::const_values::check(&code).unwrap();
    takes("shader_modules_of_many_constants", 3, kept(&code), |guest, count| {
        (0..count).map(|_| shader(guest, &code)).collect()
    });
}

#[test]
fn shader_modules() {
    takes("shader_modules", 200, kept(COMPUTE), |guest, count| {
        (0..count).map(|_| shader(guest, COMPUTE)).collect()
    });
}

/// Of one kilobyte with as many expressions as fit.
#[test]
fn shader_modules_of_many_expressions() {
    let code = format!("const a = 0{};", "+1".repeat(500));
    takes("shader_modules_of_many_expressions", 100, kept(&code), |guest, count| {
        (0..count).map(|_| shader(guest, &code)).collect()
    });
}

#[test]
fn shader_modules_of_many_statements() {
    let code = format!("@compute @workgroup_size(1) fn f() {{ var a = 1.0; {} }}", "a*=a+a;".repeat(2000));
    takes("shader_modules_of_many_statements", 30, kept(&code), |guest, count| {
        (0..count).map(|_| shader(guest, &code)).collect()
    });
}

#[test]
fn shader_modules_of_many_functions() {
    let code = (0..1000).map(|i| format!("fn f{i}() {{}}\n")).collect::<String>();
    takes("shader_modules_of_many_functions", 30, kept(&code), |guest, count| {
        (0..count).map(|_| shader(guest, &code)).collect()
    });
}

#[test]
fn compute_pipelines() {
    takes("compute_pipelines", 100, PIPELINE, |guest, count| {
        (0..count).map(|_| compute_pipeline(guest)).collect()
    });
}

#[test]
fn render_pipelines() {
    takes("render_pipelines", 100, PIPELINE, |guest, count| {
        (0..count).map(|_| render_pipeline(guest)).collect()
    });
}

#[test]
fn entries_of_records() {
    let record = || {
        let mut record = RequiredLimits::new();
        for key in 0..MAX_RECORD_ENTRIES {
            record.add(key.to_string(), None).unwrap();
        }
        record
    };
    takes("entries_of_records", 200, record().text_bytes(), |_, count| {
        (0..count).map(|_| record()).collect()
    });
}

#[test]
fn devices() {
    takes("devices", 30, DEVICE, |_, count| (0..count).map(|_| Guest::new(|_| {})).collect());
}

#[test]
fn command_buffers() {
    takes("command_buffers", 2000, COMMAND_BUFFER, |guest, count| {
        (0..count).map(|_| encoder(guest).finish()).collect()
    });
}

#[test]
fn command_buffers_with_a_pass() {
    takes("command_buffers_with_a_pass", 1000, COMMAND_BUFFER + PASS, |guest, count| {
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let make = |_| {
            let mut encoder = encoder(guest);
            drop(pass(&mut encoder, &view));
            encoder.finish()
        };
        (0..count).map(make).collect()
    });
}

fn pass<'a>(encoder: &'a mut wgpu::CommandEncoder, view: &wgpu::TextureView) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations::default(),
        })],
        ..wgpu::RenderPassDescriptor::default()
    })
}

#[test]
fn passes() {
    takes("passes", 10000, PASS, |guest, count| {
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = encoder(guest);
        (0..count).for_each(|_| drop(pass(&mut encoder, &view)));
        vec![encoder.finish()]
    });
}

#[test]
fn compute_passes() {
    takes("compute_passes", 10000, PASS, |guest, count| {
        let mut encoder = encoder(guest);
        (0..count).for_each(|_| drop(encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default())));
        vec![encoder.finish()]
    });
}

#[test]
fn copies() {
    takes("copies", 100_000, COMMAND + COPY, |guest, count| {
        let from = buffer(guest, 256, wgpu::BufferUsages::COPY_SRC);
        let to = buffer(guest, 256, wgpu::BufferUsages::COPY_DST);
        let mut encoder = encoder(guest);
        (0..count).for_each(|_| encoder.copy_buffer_to_buffer(&from, 0, &to, 0, 4));
        vec![encoder.finish()]
    });
}

#[test]
fn copies_of_textures() {
    takes("copies_of_textures", 100_000, COMMAND + COPY, |guest, count| {
        let (from, to) = (texture(guest, [16, 16, 1]), texture(guest, [16, 16, 1]));
        let mut encoder = encoder(guest);
        (0..count).for_each(|_| {
            encoder.copy_texture_to_texture(from.as_image_copy(), to.as_image_copy(), from.size());
        });
        vec![encoder.finish()]
    });
}

#[test]
fn clears() {
    takes("clears", 100_000, COMMAND + COPY, |guest, count| {
        let to = buffer(guest, 256, wgpu::BufferUsages::COPY_DST);
        let mut encoder = encoder(guest);
        (0..count).for_each(|_| encoder.clear_buffer(&to, 0, None));
        vec![encoder.finish()]
    });
}

#[test]
fn debug_groups() {
    takes("debug_groups", 100_000, COMMAND + TEXT, |guest, count| {
        let mut encoder = encoder(guest);
        (0..count).for_each(|_| encoder.insert_debug_marker("a"));
        vec![encoder.finish()]
    });
}

fn group(guest: &Guest, pipeline: &wgpu::BindGroupLayout) -> wgpu::BindGroup {
    let buffer = buffer(guest, 256, wgpu::BufferUsages::STORAGE);
    guest.core.wgpu.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: pipeline,
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.as_entire_binding() }],
    })
}

#[test]
fn dispatches() {
    takes("dispatches", 100_000, COMMAND + DISPATCH, |guest, count| {
        let pipeline = compute_pipeline(guest);
        let group = group(guest, &pipeline.get_bind_group_layout(0));
        let mut encoder = encoder(guest);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        (0..count).for_each(|_| pass.dispatch_workgroups(1, 1, 1));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn pipelines_set() {
    takes("pipelines_set", 100_000, COMMAND, |guest, count| {
        let pipelines = [compute_pipeline(guest), compute_pipeline(guest)];
        let mut encoder = encoder(guest);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        (0..count / 2).for_each(|_| pipelines.iter().for_each(|pipeline| pass.set_pipeline(pipeline)));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn groups_set_and_dispatched() {
    takes("groups_set_and_dispatched", 50_000, 2 * COMMAND + DISPATCH, |guest, count| {
        let pipeline = compute_pipeline(guest);
        let layout = pipeline.get_bind_group_layout(0);
        let groups = [group(guest, &layout), group(guest, &layout)];
        let mut encoder = encoder(guest);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        (0..count / 2).for_each(|_| {
            groups.iter().for_each(|group| {
                pass.set_bind_group(0, group, &[]);
                pass.dispatch_workgroups(1, 1, 1);
            });
        });
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn indirect_dispatches() {
    takes("indirect_dispatches", 20_000, COMMAND + INDIRECT, |guest, count| {
        let pipeline = compute_pipeline(guest);
        let group = group(guest, &pipeline.get_bind_group_layout(0));
        let indirect = buffer(guest, 256, wgpu::BufferUsages::INDIRECT);
        let mut encoder = encoder(guest);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        (0..count).for_each(|_| pass.dispatch_workgroups_indirect(&indirect, 0));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn draws() {
    takes("draws", 100_000, COMMAND, |guest, count| {
        let pipeline = render_pipeline(guest);
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = encoder(guest);
        let mut pass = pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        (0..count).for_each(|_| pass.draw(0..3, 0..1));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn indirect_draws() {
    takes("indirect_draws", 20_000, COMMAND + INDIRECT, |guest, count| {
        // Whose limits wgpu has a panic for.
        if guest.core.adapter_info.backend == wgpu::Backend::Noop {
            return Vec::new();
        }
        let pipeline = render_pipeline(guest);
        let indirect = buffer(guest, 256, wgpu::BufferUsages::INDIRECT);
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = encoder(guest);
        let mut pass = pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        (0..count).for_each(|_| pass.draw_indirect(&indirect, 0));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn vertex_buffers_set() {
    takes("vertex_buffers_set", 100_000, COMMAND, |guest, count| {
        let buffers =
            [buffer(guest, 256, wgpu::BufferUsages::VERTEX), buffer(guest, 256, wgpu::BufferUsages::VERTEX)];
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = encoder(guest);
        let mut pass = pass(&mut encoder, &view);
        (0..count / 2)
            .for_each(|_| buffers.iter().for_each(|buffer| pass.set_vertex_buffer(0, buffer.slice(..))));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn buffers() {
    takes("buffers", 5000, BUFFER, |guest, count| {
        (0..count).map(|_| buffer(guest, 4, wgpu::BufferUsages::COPY_DST)).collect()
    });
}

#[test]
fn indirect_buffers() {
    takes("indirect_buffers", 5000, BUFFER, |guest, count| {
        let usage =
            wgpu::BufferUsages::INDIRECT | wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::QUERY_RESOLVE;
        (0..count).map(|_| buffer(guest, 256, usage)).collect()
    });
}

#[test]
fn textures() {
    takes("textures", 2000, TEXTURE + 1024 + 512, |guest, count| {
        (0..count).map(|_| texture(guest, [1, 1, 1])).collect()
    });
}

/// What drivers compile at the first use is part of them.
#[test]
fn compute_pipelines_used() {
    takes("compute_pipelines_used", 50, PIPELINE, |guest, count| {
        let make = |_| {
            let pipeline = compute_pipeline(guest);
            let group = group(guest, &pipeline.get_bind_group_layout(0));
            let mut encoder = encoder(guest);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(1, 1, 1);
            drop(pass);
            guest.core.queue.submit([encoder.finish()]);
            guest.core.wgpu.poll(wgpu::PollType::wait_indefinitely()).unwrap();
            pipeline
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn render_pipelines_used() {
    takes("render_pipelines_used", 50, PIPELINE, |guest, count| {
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let make = |_| {
            let pipeline = render_pipeline(guest);
            let mut encoder = encoder(guest);
            let mut pass = pass(&mut encoder, &view);
            pass.set_pipeline(&pipeline);
            pass.draw(0..3, 0..1);
            drop(pass);
            guest.core.queue.submit([encoder.finish()]);
            guest.core.wgpu.poll(wgpu::PollType::wait_indefinitely()).unwrap();
            pipeline
        };
        (0..count).map(make).collect()
    });
}

/// With those that are refused, which nothing of the GPU's follows.
#[test]
fn submits() {
    takes("submits", 100_000, SUBMIT, |guest, count| {
        let core = &guest.core;
        let submit = |_| {
            let weight = core.host_memory.reserve(SUBMIT);
            core.submitted((Vec::<u64>::new(), core.submits.begin(weight)));
        };
        (0..count).map(submit).collect()
    });
}

/// Of a shader with as many expressions as a large one has.
#[test]
fn large_pipelines_used() {
    let code = format!(
        "@group(0) @binding(0) var<storage, read_write> a: array<f32>; \
         @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ \
         var b = a[id.x]; {} a[id.x] = b; }}",
        "b=fract(b*3.0+sin(b));".repeat(500)
    );
    let (expressions, _) = weight::module(&wgpu::naga::front::wgsl::parse_str(&code).unwrap());
    let counted = PIPELINE + kept(&code) + expressions * PIPELINE_EXPRESSION;
    takes("large_pipelines_used", 10, counted, |guest, count| {
        let make = |_| {
            let pipeline = guest.core.wgpu.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: None,
                layout: None,
                module: &shader(guest, &code),
                entry_point: None,
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            let group = group(guest, &pipeline.get_bind_group_layout(0));
            let mut encoder = encoder(guest);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(1, 1, 1);
            drop(pass);
            guest.core.queue.submit([encoder.finish()]);
            guest.core.wgpu.poll(wgpu::PollType::wait_indefinitely()).unwrap();
            pipeline
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn thin_textures() {
    takes("thin_textures", 50, 8192 * 256 + TEXTURE + 512, |guest, count| {
        let make = |_| {
            let made = texture(guest, [1, 8192, 1]);
            let layout =
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4), rows_per_image: None };
            guest.core.queue.write_texture(made.as_image_copy(), &[1; 4 * 8192], layout, made.size());
            guest.core.queue.submit([]);
            guest.core.wgpu.poll(wgpu::PollType::wait_indefinitely()).unwrap();
            made
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn layered_textures() {
    takes("layered_textures", 50, TEXTURE + 256 * (1024 + 512), |guest, count| {
        (0..count).map(|_| texture(guest, [1, 1, 256])).collect()
    });
}

#[test]
fn texture_views() {
    takes("texture_views", 10_000, TEXTURE_VIEW, |guest, count| {
        let texture = texture(guest, [16, 16, 1]);
        (0..count).map(|_| texture.create_view(&wgpu::TextureViewDescriptor::default())).collect()
    });
}

#[test]
fn samplers() {
    takes("samplers", 2000, SAMPLER, |guest, count| {
        let make = |i: u64| {
            let lod_max_clamp = 1.0 + i as f32;
            guest.core.wgpu.create_sampler(&wgpu::SamplerDescriptor { lod_max_clamp, ..Default::default() })
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn bind_groups() {
    takes("bind_groups", 10_000, BIND_GROUP + BINDING + BUFFER, |guest, count| {
        let pipeline = compute_pipeline(guest);
        let layout = pipeline.get_bind_group_layout(0);
        (0..count).map(|_| group(guest, &layout)).collect()
    });
}

fn layout(guest: &Guest, entries: u64) -> wgpu::BindGroupLayout {
    let entry = |binding: u64| wgpu::BindGroupLayoutEntry {
        binding: binding.try_into().unwrap(),
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: false },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        },
        count: None,
    };
    let entries: Vec<_> = (0..entries).map(entry).collect();
    guest
        .core
        .wgpu
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

/// wgpu has one for all that are the same.
#[test]
fn bind_group_layouts() {
    takes("bind_group_layouts", 10_000, BIND_GROUP_LAYOUT + 16 * BINDING, |guest, count| {
        (0..count).map(|_| layout(guest, 16)).collect()
    });
}

#[test]
fn pipeline_layouts() {
    takes("pipeline_layouts", 10_000, PIPELINE_LAYOUT, |guest, count| {
        let layout = layout(guest, 4);
        let make = |_| {
            guest.core.wgpu.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &[Some(&layout), Some(&layout)],
                immediate_size: 0,
            })
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn query_sets() {
    takes("query_sets", 200, QUERY_SET + 4096 * QUERY, |guest, count| {
        let make = |_| {
            guest.core.wgpu.create_query_set(&wgpu::QuerySetDescriptor {
                label: None,
                ty: wgpu::QueryType::Occlusion,
                count: 4096,
            })
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn encoders() {
    takes("encoders", 10_000, ENCODER, |guest, count| (0..count).map(|_| encoder(guest)).collect());
}

#[test]
fn bundles() {
    takes("bundles", 100, BUNDLE + 1001 * COMMAND, |guest, count| {
        let pipeline = render_pipeline(guest);
        let make = |_| {
            let mut encoder =
                guest.core.wgpu.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
                    label: None,
                    color_formats: &[Some(wgpu::TextureFormat::Rgba8Unorm)],
                    depth_stencil: None,
                    sample_count: 1,
                    multiview: None,
                });
            encoder.set_pipeline(&pipeline);
            (0..1000).for_each(|_| encoder.draw(0..3, 0..1));
            encoder.finish(&wgpu::RenderBundleDescriptor { label: None })
        };
        (0..count).map(make).collect()
    });
}

#[test]
fn bundles_executed() {
    takes("bundles_executed", 100, 1001 * COMMAND, |guest, count| {
        let pipeline = render_pipeline(guest);
        let mut bundle = guest.core.wgpu.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
            label: None,
            color_formats: &[Some(wgpu::TextureFormat::Rgba8Unorm)],
            depth_stencil: None,
            sample_count: 1,
            multiview: None,
        });
        bundle.set_pipeline(&pipeline);
        (0..1000).for_each(|_| bundle.draw(0..3, 0..1));
        let bundle = bundle.finish(&wgpu::RenderBundleDescriptor { label: None });
        let view = texture(guest, [16, 16, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = encoder(guest);
        let mut pass = pass(&mut encoder, &view);
        (0..count).for_each(|_| pass.execute_bundles([&bundle]));
        drop(pass);
        vec![encoder.finish()]
    });
}

#[test]
fn writes() {
    takes("writes", 20_000, crate::device::in_flight::BYTES_PER_WRITE, |guest, count| {
        let to = buffer(guest, 256, wgpu::BufferUsages::COPY_DST);
        (0..count).for_each(|_| guest.core.queue.write_buffer(&to, 0, &[0; 4]));
        vec![to]
    });
}
