//! Draws and dispatches that something is missing for, or too much: each error in wgpu's words.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const PLAIN: &str = "
    @vertex fn vertex() -> @builtin(position) vec4<f32> { return vec4<f32>(0.0, 0.0, 0.0, 1.0); }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";
const WITH_BUFFER: &str = "
    @vertex fn vertex(@location(0) at: vec4<f32>) -> @builtin(position) vec4<f32> { return at; }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";
const KERNEL: &str = "
    override size: u32;
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @group(0) @binding(1) var<uniform> scale: u32;
    @compute @workgroup_size(1) fn main() { data[0] = scale; }
    @compute @workgroup_size(size) fn sized() { data[0] = scale; }
    @compute @workgroup_size(1) fn other() { }
";

type Render<'a> = &'a dyn Fn(&mut wgpu::RenderPass<'_>);
type Compute<'a> = &'a dyn Fn(&mut wgpu::ComputePass<'_>);

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    draws(&device, r).await;
    bundles(&device, r).await;
    dispatches(&device, r).await;
    pipelines(&device, r).await;
    conflicts(&device, &queue, r).await;
}

async fn draws(device: &wgpu::Device, r: &mut Report) {
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let view = kit::view(&canvas::target(device, [4, 4], format));
    let plain = Draw::new(PLAIN).pipeline(device);
    let with_buffer = Draw {
        buffers: &[Some(wgpu::VertexBufferLayout {
            array_stride: 16,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &wgpu::vertex_attr_array![0 => Float32x4],
        })],
        ..Draw::new(WITH_BUFFER)
    }
    .pipeline(device);
    let other_format = Draw {
        targets: &[Some(wgpu::ColorTargetState {
            format: wgpu::TextureFormat::R8Unorm,
            blend: None,
            write_mask: wgpu::ColorWrites::ALL,
        })],
        ..Draw::new(PLAIN)
    }
    .pipeline(device);
    let samples =
        Draw { multisample: wgpu::MultisampleState { count: 4, ..Default::default() }, ..Draw::new(PLAIN) }
            .pipeline(device);
    let vertices = kit::buffer(device, 32, wgpu::BufferUsages::VERTEX);
    let indices = kit::buffer(device, 8, wgpu::BufferUsages::INDEX);
    let arguments = kit::buffer(device, 16, wgpu::BufferUsages::INDIRECT);
    let storage = kit::storage_of_size(device, 64);
    let all: [(&str, Render<'_>); 19] = [
        ("no pipeline", &|pass| pass.draw(0..3, 0..1)),
        ("pipeline of another format", &|pass| pass.set_pipeline(&other_format)),
        ("pipeline of more samples", &|pass| pass.set_pipeline(&samples)),
        ("no vertex buffer", &|pass| {
            pass.set_pipeline(&with_buffer);
            pass.draw(0..3, 0..1);
        }),
        ("vertices beyond the buffer", &|pass| {
            pass.set_pipeline(&with_buffer);
            pass.set_vertex_buffer(0, vertices.slice(..));
            pass.draw(0..3, 0..1);
        }),
        ("vertex buffer without the usage", &|pass| pass.set_vertex_buffer(0, storage.slice(..))),
        ("vertex buffer beyond the slots", &|pass| pass.set_vertex_buffer(100, vertices.slice(..))),
        ("vertex buffer misaligned", &|pass| pass.set_vertex_buffer(0, vertices.slice(2..))),
        ("no index buffer", &|pass| {
            pass.set_pipeline(&plain);
            pass.draw_indexed(0..3, 0, 0..1);
        }),
        ("indices beyond the buffer", &|pass| {
            pass.set_pipeline(&plain);
            pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
            pass.draw_indexed(0..3, 0, 0..1);
        }),
        ("index buffer misaligned", &|pass| {
            pass.set_index_buffer(indices.slice(2..), wgpu::IndexFormat::Uint32);
        }),
        ("index buffer without the usage", &|pass| {
            pass.set_index_buffer(storage.slice(..), wgpu::IndexFormat::Uint32);
        }),
        ("arguments without the usage", &|pass| {
            pass.set_pipeline(&plain);
            pass.draw_indirect(&storage, 0);
        }),
        ("arguments beyond the buffer", &|pass| {
            pass.set_pipeline(&plain);
            pass.draw_indirect(&arguments, 4);
        }),
        ("scissors outside", &|pass| pass.set_scissor_rect(0, 0, 5, 5)),
        ("viewport of no size", &|pass| pass.set_viewport(0.0, 0.0, -1.0, 4.0, 0.0, 1.0)),
        ("viewport of no depth", &|pass| pass.set_viewport(0.0, 0.0, 4.0, 4.0, 0.5, 1.5)),
        ("occlusion without a set", &|pass| pass.begin_occlusion_query(0)),
        ("end of no occlusion", &|pass| pass.end_occlusion_query()),
    ];
    for (name, draw) in all {
        r.told(name, device, || {
            let mut encoder = kit::encoder(device);
            draw(&mut canvas::pass(&mut encoder, &view));
            encoder.finish()
        })
        .await;
    }
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("queries"),
        ty: wgpu::QueryType::Occlusion,
        count: 2,
    });
    let all: [(&str, Render<'_>); 4] = [
        ("occlusion beyond the set", &|pass| pass.begin_occlusion_query(2)),
        ("occlusion twice the same", &|pass| {
            for _ in 0..2 {
                pass.begin_occlusion_query(0);
                pass.end_occlusion_query();
            }
        }),
        ("occlusion in another", &|pass| {
            pass.begin_occlusion_query(0);
            pass.begin_occlusion_query(1);
        }),
        ("occlusion left open", &|pass| pass.begin_occlusion_query(0)),
    ];
    for (name, draw) in all {
        r.told(name, device, || {
            let mut encoder = kit::encoder(device);
            draw(&mut encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("queried"),
                color_attachments: &[canvas::cleared(&view, wgpu::Color::BLACK)],
                occlusion_query_set: Some(&queries),
                ..Default::default()
            }));
            encoder.finish()
        })
        .await;
    }
}

async fn bundles(device: &wgpu::Device, r: &mut Report) {
    let view = kit::view(&canvas::target(device, [4, 4], wgpu::TextureFormat::Rgba8Unorm));
    for (name, format, sample_count) in [
        ("bundle of another format", wgpu::TextureFormat::R8Unorm, 1),
        ("bundle of more samples", wgpu::TextureFormat::Rgba8Unorm, 4),
    ] {
        r.told(name, device, || {
            let bundle = device
                .create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
                    color_formats: &[Some(format)],
                    sample_count,
                    ..Default::default()
                })
                .finish(&wgpu::RenderBundleDescriptor { label: Some("bundle") });
            let mut encoder = kit::encoder(device);
            canvas::pass(&mut encoder, &view).execute_bundles([&bundle]);
            encoder.finish()
        })
        .await;
    }
}

async fn dispatches(device: &wgpu::Device, r: &mut Report) {
    let pipeline = kit::compute_pipeline(device, KERNEL, "main");
    let layout = pipeline.get_bind_group_layout(0);
    let storage = kit::storage_of_size(device, 256);
    let uniform = kit::uniform(device, &[1_u32; 64]);
    let group = kit::bind(device, &layout, &[storage.as_entire_binding(), uniform.as_entire_binding()]);
    let other_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("other"),
        entries: &[wgpu::BindGroupLayoutEntry {
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only: false },
                has_dynamic_offset: true,
                min_binding_size: None,
            },
            ..kit::storage_entry(0)
        }],
    });
    let part = wgpu::BufferBinding { buffer: &storage, offset: 0, size: wgpu::BufferSize::new(16) };
    let moving = kit::bind(device, &other_layout, &[wgpu::BindingResource::Buffer(part)]);
    let all: [(&str, Compute<'_>); 11] = [
        ("dispatch without a pipeline", &|pass| pass.dispatch_workgroups(1, 1, 1)),
        ("dispatch without a group", &|pass| {
            pass.set_pipeline(&pipeline);
            pass.dispatch_workgroups(1, 1, 1);
        }),
        ("dispatch with another group", &|pass| {
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &moving, &[0]);
            pass.dispatch_workgroups(1, 1, 1);
        }),
        ("dispatch of too many", &|pass| {
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(1 << 20, 1, 1);
        }),
        ("arguments without the usage", &|pass| {
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups_indirect(&storage, 0);
        }),
        ("group beyond the limit", &|pass| pass.set_bind_group(100, &group, &[])),
        ("no dynamic offset", &|pass| pass.set_bind_group(0, &moving, &[])),
        ("too many dynamic offsets", &|pass| pass.set_bind_group(0, &moving, &[0, 0])),
        ("dynamic offset misaligned", &|pass| pass.set_bind_group(0, &moving, &[4])),
        ("dynamic offset outside", &|pass| pass.set_bind_group(0, &moving, &[256])),
        ("debug group of none", &|pass| pass.pop_debug_group()),
    ];
    for (name, dispatch) in all {
        r.told(name, device, || {
            let mut encoder = kit::encoder(device);
            dispatch(&mut encoder.begin_compute_pass(&Default::default()));
            encoder.finish()
        })
        .await;
    }
    r.told("a group of the pipeline that there is not", device, || pipeline.get_bind_group_layout(3)).await;
}

async fn pipelines(device: &wgpu::Device, r: &mut Report) {
    let module = kit::shader(device, KERNEL);
    let create = |entry_point, constants: &[(&str, f64)]| {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("pipeline"),
            layout: None,
            module: &module,
            entry_point,
            compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
            cache: None,
        })
    };
    r.told("no such entry point", device, || create(Some("missing"), &[])).await;
    r.told("several entry points", device, || create(None, &[])).await;
    r.told("a constant left out", device, || create(Some("sized"), &[])).await;
    r.told("no such constant", device, || create(Some("main"), &[("missing", 1.0)])).await;
    r.told("a constant out of range", device, || create(Some("sized"), &[("size", -1.0)])).await;
    r.told("a workgroup too large", device, || create(Some("sized"), &[("size", 100_000.0)])).await;
}

async fn conflicts(device: &wgpu::Device, queue: &wgpu::Queue, r: &mut Report) {
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let all = wgpu::TextureUsages::all()
        - wgpu::TextureUsages::STORAGE_ATOMIC
        - wgpu::TextureUsages::TRANSIENT_ATTACHMENT;
    let texture = kit::texture_2d(device, [4, 4], format, all);
    let storage = kit::storage_of_size(device, 256);
    type Encode<'a> = &'a dyn Fn(&mut wgpu::CommandEncoder);
    let one = wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: 1 };
    let row = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256), rows_per_image: None };
    let encodes: [(&str, Encode<'_>); 6] = [
        ("a buffer to itself", &|encoder| encoder.copy_buffer_to_buffer(&storage, 0, &storage, 8, 8)),
        ("a texture onto itself", &|encoder| {
            encoder.copy_texture_to_texture(texture.as_image_copy(), texture.as_image_copy(), one);
        }),
        ("beyond the texture", &|encoder| {
            let size = wgpu::Extent3d { width: 5, ..one };
            let source = wgpu::TexelCopyBufferInfo { buffer: &storage, layout: row };
            encoder.copy_buffer_to_texture(source, texture.as_image_copy(), size);
        }),
        ("rows misaligned", &|encoder| {
            let layout = wgpu::TexelCopyBufferLayout { bytes_per_row: Some(20), ..row };
            let size = wgpu::Extent3d { width: 4, height: 4, ..one };
            let source = wgpu::TexelCopyBufferInfo { buffer: &storage, layout };
            encoder.copy_buffer_to_texture(source, texture.as_image_copy(), size);
        }),
        ("beyond the buffer", &|encoder| {
            let size = wgpu::Extent3d { width: 4, height: 4, ..one };
            let target = wgpu::TexelCopyBufferInfo { buffer: &storage, layout: row };
            encoder.copy_texture_to_buffer(texture.as_image_copy(), target, size);
        }),
        ("no such level", &|encoder| {
            let source = wgpu::TexelCopyTextureInfo { mip_level: 4, ..texture.as_image_copy() };
            let target = wgpu::TexelCopyBufferInfo { buffer: &storage, layout: row };
            encoder.copy_texture_to_buffer(source, target, one);
        }),
    ];
    for (name, encode) in encodes {
        r.told(name, device, || {
            let mut encoder = kit::encoder(device);
            encode(&mut encoder);
            encoder.finish()
        })
        .await;
    }
    r.told("texels outside the data", device, || {
        let size = wgpu::Extent3d { width: 4, height: 4, depth_or_array_layers: 1 };
        queue.write_texture(texture.as_image_copy(), &[0; 16], row, size);
    })
    .await;
    let module = "
        @group(0) @binding(0) var target_of_pass: texture_2d<f32>;
        @vertex fn vertex() -> @builtin(position) vec4<f32> { return vec4<f32>(0.0, 0.0, 0.0, 1.0); }
        @fragment fn fragment() -> @location(0) vec4<f32> { return textureLoad(target_of_pass, vec2<u32>(), 0); }
    ";
    let pipeline = Draw::new(module).pipeline(device);
    let view = kit::view(&texture);
    let group =
        kit::bind(device, &pipeline.get_bind_group_layout(0), &[wgpu::BindingResource::TextureView(&view)]);
    r.told("a target that is read", device, || {
        let mut encoder = kit::encoder(device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.draw(0..3, 0..1);
        drop(pass);
        encoder.finish()
    })
    .await;
}
