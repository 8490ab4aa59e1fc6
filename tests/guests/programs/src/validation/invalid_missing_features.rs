//! What wgpu has and WebGPU has not: without the feature, the same errors.

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
    let (device, _queue) = gpu.device().await;
    r.caught("clear_texture", &device, || {
        let texture = kit::texture_2d(
            &device,
            [4, 4],
            wgpu::TextureFormat::Rgba8Unorm,
            wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::RENDER_ATTACHMENT,
        );
        let mut encoder = kit::encoder(&device);
        encoder.clear_texture(&texture, &wgpu::ImageSubresourceRange::default());
        encoder.finish()
    })
    .await;
    for (name, polygon_mode, conservative) in [
        ("lines", wgpu::PolygonMode::Line, false),
        ("points", wgpu::PolygonMode::Point, false),
        ("conservative", wgpu::PolygonMode::Fill, true),
    ] {
        let primitive = wgpu::PrimitiveState { polygon_mode, conservative, ..Default::default() };
        r.caught(name, &device, || Draw { primitive, ..Draw::new(SHADER) }.pipeline(&device)).await;
    }
    r.caught("pipeline statistics", &device, || {
        device.create_query_set(&wgpu::QuerySetDescriptor {
            label: None,
            ty: wgpu::QueryType::PipelineStatistics(
                wgpu::PipelineStatisticsTypes::COMPUTE_SHADER_INVOCATIONS,
            ),
            count: 1,
        })
    })
    .await;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: None,
        ty: wgpu::QueryType::Occlusion,
        count: 2,
    });
    r.caught("write_timestamp of an encoder", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.write_timestamp(&queries, 0);
        encoder.finish()
    })
    .await;
    r.caught("write_timestamp of a pass", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).write_timestamp(&queries, 0);
        encoder.finish()
    })
    .await;
    let arguments = kit::buffer(&device, 64, wgpu::BufferUsages::INDIRECT);
    let target = canvas::target(&device, [4, 4], wgpu::TextureFormat::Rgba8Unorm);
    let pipeline = Draw::new(SHADER).pipeline(&device);
    r.caught("multi_draw_indirect_count", &device, || {
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.multi_draw_indirect_count(&arguments, 0, &arguments, 32, 1);
        drop(pass);
        encoder.finish()
    })
    .await;
    r.caught("binding array", &device, || {
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
                count: std::num::NonZeroU32::new(4),
            }],
        })
    })
    .await;
    r.caught("clamp to border", &device, || {
        device.create_sampler(&wgpu::SamplerDescriptor {
            address_mode_u: wgpu::AddressMode::ClampToBorder,
            border_color: Some(wgpu::SamplerBorderColor::OpaqueBlack),
            ..Default::default()
        })
    })
    .await;
    r.caught("a format that WebGPU lacks", &device, || {
        kit::texture_2d(&device, [4, 4], wgpu::TextureFormat::NV12, wgpu::TextureUsages::TEXTURE_BINDING)
    })
    .await;
    r.caught("64-bit vertices", &device, || {
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
        .pipeline(&device)
    })
    .await;
    r.caught("immediates without the feature", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).set_immediates(0, &[0; 4]);
        encoder.finish()
    })
    .await;
}
