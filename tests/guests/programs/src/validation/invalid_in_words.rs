//! What wgpu has and WebGPU has not, in the words that wgpu has for a feature that is off.

use std::num::NonZeroU32;

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex() -> @builtin(position) vec4<f32> { return vec4<f32>(0.0, 0.0, 0.0, 1.0); }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    objects(&device, r).await;
    layouts(&device, r).await;
    pipelines(&device, r).await;
    commands(&device, &queue, r).await;
}

async fn objects(device: &wgpu::Device, r: &mut Report) {
    r.told("buffer", device, || kit::buffer(device, 64, wgpu::BufferUsages::BLAS_INPUT)).await;
    r.told("buffer that is mapped", device, || {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("the buffer"),
            size: 64,
            usage: wgpu::BufferUsages::TLAS_INPUT | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: true,
        })
    })
    .await;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let binding = wgpu::TextureUsages::TEXTURE_BINDING;
    for (name, format, usage) in [
        ("NV12", wgpu::TextureFormat::NV12, binding),
        ("R64Uint", wgpu::TextureFormat::R64Uint, binding),
        ("atomic", wgpu::TextureFormat::R32Uint, wgpu::TextureUsages::STORAGE_ATOMIC),
        ("16 bits", wgpu::TextureFormat::R16Unorm, binding),
    ] {
        r.told(format!("texture, {name}"), device, || kit::texture_2d(device, [4, 4], format, usage)).await;
    }
    r.told("texture, a view's format", device, || {
        device.create_texture(&wgpu::TextureDescriptor {
            label: Some("the texture"),
            size: wgpu::Extent3d { width: 4, height: 4, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: binding,
            view_formats: &[wgpu::TextureFormat::R64Uint],
        })
    })
    .await;
    let texture = kit::texture_2d(device, [4, 4], format, binding);
    for (name, aspect, format) in [
        ("plane", wgpu::TextureAspect::Plane0, None),
        ("format", wgpu::TextureAspect::All, Some(wgpu::TextureFormat::NV12)),
    ] {
        r.told(format!("view, {name}"), device, || {
            texture.create_view(&wgpu::TextureViewDescriptor {
                label: Some("the view"),
                aspect,
                format,
                ..Default::default()
            })
        })
        .await;
    }
    r.told("view, usage", device, || {
        texture.create_view(&wgpu::TextureViewDescriptor {
            label: Some("the view"),
            usage: Some(wgpu::TextureUsages::STORAGE_ATOMIC),
            ..Default::default()
        })
    })
    .await;
    r.told("sampler", device, || {
        device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("the sampler"),
            address_mode_u: wgpu::AddressMode::ClampToBorder,
            border_color: Some(wgpu::SamplerBorderColor::OpaqueBlack),
            ..Default::default()
        })
    })
    .await;
    r.told("sampler, zero", device, || {
        device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("the sampler"),
            address_mode_w: wgpu::AddressMode::ClampToBorder,
            border_color: Some(wgpu::SamplerBorderColor::Zero),
            ..Default::default()
        })
    })
    .await;
    for (name, ty) in [
        ("statistics", wgpu::QueryType::PipelineStatistics(wgpu::PipelineStatisticsTypes::all())),
        ("timestamps", wgpu::QueryType::Timestamp),
    ] {
        r.told(format!("query set, {name}"), device, || {
            device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("the queries"), ty, count: 1 })
        })
        .await;
    }
    for (name, count) in [("none", 0), ("many", 1 << 20)] {
        r.told(format!("query set, {name}"), device, || {
            let ty = wgpu::QueryType::Occlusion;
            device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("the queries"), ty, count })
        })
        .await;
    }
}

async fn layouts(device: &wgpu::Device, r: &mut Report) {
    let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
    let texture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Uint,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let storage = |access, format| wgpu::BindingType::StorageTexture {
        access,
        format,
        view_dimension: wgpu::TextureViewDimension::D2,
    };
    let compute = wgpu::ShaderStages::COMPUTE;
    let atomic = wgpu::StorageTextureAccess::Atomic;
    for (name, ty, count, visibility) in [
        ("samplers", sampler, NonZeroU32::new(4), compute),
        ("textures", texture, NonZeroU32::new(4), compute),
        ("atomic", storage(atomic, wgpu::TextureFormat::R32Uint), None, compute),
        ("atomic of 64 bits", storage(atomic, wgpu::TextureFormat::R64Uint), None, compute),
        ("stage", sampler, None, wgpu::ShaderStages::MESH),
        (
            "acceleration structure",
            wgpu::BindingType::AccelerationStructure { vertex_return: false },
            None,
            compute,
        ),
        ("external texture", wgpu::BindingType::ExternalTexture, None, compute),
    ] {
        r.told(format!("layout, {name}"), device, || {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("the layout"),
                entries: &[wgpu::BindGroupLayoutEntry { binding: 3, visibility, ty, count }],
            })
        })
        .await;
    }
}

async fn pipelines(device: &wgpu::Device, r: &mut Report) {
    for (name, polygon_mode, conservative) in [
        ("lines", wgpu::PolygonMode::Line, false),
        ("points", wgpu::PolygonMode::Point, false),
        ("conservative", wgpu::PolygonMode::Fill, true),
    ] {
        let primitive = wgpu::PrimitiveState { polygon_mode, conservative, ..Default::default() };
        r.told(format!("pipeline, {name}"), device, || {
            Draw { primitive, ..Draw::new(SHADER) }.pipeline(device)
        })
        .await;
    }
    r.told("pipeline, vertices", device, || {
        Draw {
            buffers: &[Some(wgpu::VertexBufferLayout {
                array_stride: 8,
                step_mode: wgpu::VertexStepMode::Vertex,
                attributes: &[wgpu::VertexAttribute {
                    format: wgpu::VertexFormat::Float64,
                    offset: 0,
                    shader_location: 0,
                }],
            })],
            ..Draw::new(SHADER)
        }
        .pipeline(device)
    })
    .await;
    r.told("pipeline, target", device, || {
        let target = wgpu::ColorTargetState {
            format: wgpu::TextureFormat::R64Uint,
            blend: None,
            write_mask: wgpu::ColorWrites::ALL,
        };
        Draw { targets: &[Some(target)], ..Draw::new(SHADER) }.pipeline(device)
    })
    .await;
    let module = kit::shader(device, SHADER);
    r.told("pipeline, views", device, || {
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("the pipeline"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                compilation_options: Default::default(),
                targets: canvas::RGBA,
            }),
            multiview_mask: NonZeroU32::new(3),
            cache: None,
        })
    })
    .await;
}

async fn commands(device: &wgpu::Device, queue: &wgpu::Queue, r: &mut Report) {
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("the queries"),
        ty: wgpu::QueryType::Occlusion,
        count: 2,
    });
    let (no_queries, _) = crate::caught(device, || {
        let ty = wgpu::QueryType::Timestamp;
        device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("no queries"), ty, count: 1 })
    })
    .await;
    let arguments = kit::buffer(device, 64, wgpu::BufferUsages::INDIRECT);
    let indices = kit::buffer(device, 64, wgpu::BufferUsages::INDEX);
    let resolved = kit::buffer(device, 64, wgpu::BufferUsages::QUERY_RESOLVE);
    let view = kit::view(&canvas::target(device, [4, 4], format));
    let pipeline = Draw::new(SHADER).pipeline(device);
    let labelled =
        || device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("the encoder") });

    type Encode<'a> = &'a dyn Fn(&mut wgpu::CommandEncoder);
    type Compute<'a> = &'a dyn Fn(&mut wgpu::ComputePass<'_>);
    type Render<'a> = &'a dyn Fn(&mut wgpu::RenderPass<'_>);
    let texture = kit::texture_2d(
        device,
        [4, 4],
        format,
        wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC,
    );
    let plane = wgpu::TexelCopyTextureInfo { aspect: wgpu::TextureAspect::Plane1, ..texture.as_image_copy() };
    let one = wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: 1 };
    let texels = kit::storage_of_size(device, 256);
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: None, rows_per_image: None };
    let encodes: [(&str, Encode<'_>); 7] = [
        ("clear_texture", &|encoder| {
            encoder.clear_texture(&texture, &wgpu::ImageSubresourceRange::default());
        }),
        ("write_timestamp", &|encoder| encoder.write_timestamp(&queries, 0)),
        ("write_timestamp, invalid", &|encoder| encoder.write_timestamp(&no_queries, 0)),
        ("resolve_query_set, invalid", &|encoder| encoder.resolve_query_set(&no_queries, 0..1, &resolved, 0)),
        ("a plane to a buffer", &|encoder| {
            encoder.copy_texture_to_buffer(plane, wgpu::TexelCopyBufferInfo { buffer: &texels, layout }, one);
        }),
        ("a buffer to a plane", &|encoder| {
            encoder.copy_buffer_to_texture(wgpu::TexelCopyBufferInfo { buffer: &texels, layout }, plane, one);
        }),
        ("a plane to a plane", &|encoder| encoder.copy_texture_to_texture(plane, plane, one)),
    ];
    for (name, encode) in encodes {
        r.told(name, device, || {
            let mut encoder = labelled();
            encode(&mut encoder);
            encoder.finish()
        })
        .await;
    }
    r.told("write_texture, a plane", device, || queue.write_texture(plane, &[0; 4], layout, one)).await;

    let writes = |query_set| wgpu::ComputePassTimestampWrites {
        query_set,
        beginning_of_pass_write_index: Some(0),
        end_of_pass_write_index: None,
    };
    for (name, query_set) in [("occlusion", &queries), ("invalid", &no_queries)] {
        r.told(format!("compute pass, timestamps, {name}"), device, || {
            let mut encoder = labelled();
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some("the pass"),
                timestamp_writes: Some(writes(query_set)),
            });
            encoder.finish()
        })
        .await;
    }
    let computes: [(&str, Compute<'_>); 4] = [
        ("write_timestamp", &|pass| pass.write_timestamp(&queries, 0)),
        ("write_timestamp, invalid", &|pass| pass.write_timestamp(&no_queries, 0)),
        ("statistics", &|pass| pass.begin_pipeline_statistics_query(&queries, 0)),
        ("end of statistics", &|pass| pass.end_pipeline_statistics_query()),
    ];
    for (name, compute) in computes {
        r.told(format!("compute pass, {name}"), device, || {
            let mut encoder = labelled();
            compute(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some("the pass"),
                timestamp_writes: None,
            }));
            encoder.finish()
        })
        .await;
    }
    let renders: [(&str, Render<'_>); 11] = [
        ("write_timestamp", &|pass| pass.write_timestamp(&queries, 0)),
        ("statistics", &|pass| pass.begin_pipeline_statistics_query(&queries, 0)),
        ("end of statistics", &|pass| pass.end_pipeline_statistics_query()),
        ("multi_draw_indirect_count", &|pass| {
            pass.multi_draw_indirect_count(&arguments, 0, &arguments, 32, 1)
        }),
        ("multi_draw_indexed_indirect_count", &|pass| {
            pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
            pass.multi_draw_indexed_indirect_count(&arguments, 0, &arguments, 32, 1);
        }),
        ("multi_draw_indirect", &|pass| pass.multi_draw_indirect(&arguments, 32, 3)),
        ("multi_draw_indirect, misaligned", &|pass| pass.multi_draw_indirect(&arguments, 2, 1)),
        ("multi_draw_indirect, misaligned, of two", &|pass| pass.multi_draw_indirect(&arguments, 2, 2)),
        ("multi_draw_indirect, at the end of all numbers", &|pass| {
            pass.multi_draw_indirect(&arguments, u64::MAX - 3, u32::MAX);
        }),
        ("draw_mesh_tasks", &|pass| pass.draw_mesh_tasks(1, 1, 1)),
        ("draw_mesh_tasks_indirect", &|pass| pass.draw_mesh_tasks_indirect(&arguments, 0)),
    ];
    for (name, render) in renders {
        r.told(format!("render pass, {name}"), device, || {
            let mut encoder = labelled();
            let mut pass = canvas::pass(&mut encoder, &view);
            pass.set_pipeline(&pipeline);
            render(&mut pass);
            drop(pass);
            encoder.finish()
        })
        .await;
    }
    for (name, occlusion_query_set, timestamp) in
        [("occlusion", Some(&no_queries), None), ("timestamps", None, Some(&no_queries))]
    {
        r.told(format!("render pass, begin, {name}"), device, || {
            let mut encoder = labelled();
            encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("the pass"),
                color_attachments: &[canvas::cleared(&view, wgpu::Color::BLACK)],
                occlusion_query_set,
                timestamp_writes: timestamp.map(|query_set| wgpu::RenderPassTimestampWrites {
                    query_set,
                    beginning_of_pass_write_index: Some(0),
                    end_of_pass_write_index: None,
                }),
                ..Default::default()
            });
            encoder.finish()
        })
        .await;
    }
    // The first of two errors is the one that is told, wherever it is found.
    r.told("an error of a copy, then one of a feature", device, || {
        let mut encoder = labelled();
        encoder.clear_buffer(&texels, 3, None);
        encoder.clear_texture(&texture, &wgpu::ImageSubresourceRange::default());
        encoder.finish()
    })
    .await;
    r.told("an error of a feature, then one of a copy", device, || {
        let mut encoder = labelled();
        encoder.clear_texture(&texture, &wgpu::ImageSubresourceRange::default());
        encoder.clear_buffer(&texels, 3, None);
        encoder.finish()
    })
    .await;
}
