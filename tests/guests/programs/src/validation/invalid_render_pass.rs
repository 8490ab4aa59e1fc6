//! Render passes that are refused, each for one reason.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex() -> @builtin(position) vec4<f32> { return vec4<f32>(0.0, 0.0, 0.0, 1.0); }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";
const WITH_BUFFER: &str = "
    @vertex fn vertex(@location(0) at: vec4<f32>) -> @builtin(position) vec4<f32> { return at; }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let target = canvas::target(&device, [16, 16], format);
    let view = kit::view(&target);
    let smaller = kit::view(&canvas::target(&device, [8, 8], format));
    let no_target =
        kit::view(&kit::texture_2d(&device, [16, 16], format, wgpu::TextureUsages::TEXTURE_BINDING));
    let depth = kit::view(&canvas::target(&device, [16, 16], wgpu::TextureFormat::Depth32Float));

    for (name, views) in [
        ("none", vec![]),
        ("good", vec![&view]),
        ("twice the same", vec![&view, &view]),
        ("sizes differ", vec![&view, &smaller]),
        ("wrong usage", vec![&no_target]),
        ("depth as color", vec![&depth]),
    ] {
        r.caught(format!("attachments: {name}"), &device, || {
            let attachments: Vec<_> =
                views.into_iter().map(|view| canvas::cleared(view, wgpu::Color::BLACK)).collect();
            let mut encoder = kit::encoder(&device);
            encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &attachments,
                ..Default::default()
            });
            encoder.finish()
        })
        .await;
    }
    for (name, view, load) in
        [("good", &depth, 0.5), ("color as depth", &view, 0.5), ("depth out of range", &depth, 1.5)]
    {
        r.caught(format!("depth: {name}"), &device, || {
            let mut encoder = kit::encoder(&device);
            encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                    view,
                    depth_ops: Some(wgpu::Operations {
                        load: wgpu::LoadOp::Clear(load),
                        store: wgpu::StoreOp::Store,
                    }),
                    stencil_ops: None,
                }),
                ..Default::default()
            });
            encoder.finish()
        })
        .await;
    }

    let plain = Draw::new(SHADER).pipeline(&device);
    let other_format = [Some(wgpu::TextureFormat::Rg8Unorm.into())];
    let other = Draw { targets: &other_format, ..Draw::new(SHADER) }.pipeline(&device);
    let with_buffer = Draw {
        buffers: &[Some(wgpu::VertexBufferLayout {
            array_stride: 16,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &wgpu::vertex_attr_array![0 => Float32x4],
        })],
        ..Draw::new(WITH_BUFFER)
    }
    .pipeline(&device);
    let vertices = kit::buffer(&device, 64, wgpu::BufferUsages::VERTEX);
    let storage = kit::storage_of_size(&device, 64);

    type Record<'a> = Box<dyn Fn(&mut wgpu::RenderPass<'_>) + 'a>;
    let records: [(&str, Record<'_>); 16] = [
        ("nothing", Box::new(|_| ())),
        ("no pipeline", Box::new(|pass| pass.draw(0..3, 0..1))),
        (
            "pipeline for another target",
            Box::new(|pass| {
                pass.set_pipeline(&other);
                pass.draw(0..3, 0..1);
            }),
        ),
        (
            "vertex buffer missing",
            Box::new(|pass| {
                pass.set_pipeline(&with_buffer);
                pass.draw(0..3, 0..1);
            }),
        ),
        (
            "vertices beyond the buffer",
            Box::new(|pass| {
                pass.set_pipeline(&with_buffer);
                pass.set_vertex_buffer(0, vertices.slice(..));
                pass.draw(0..5, 0..1);
            }),
        ),
        ("vertex buffer, wrong usage", Box::new(|pass| pass.set_vertex_buffer(0, storage.slice(..)))),
        (
            "vertex buffer, slot over the limit",
            Box::new(|pass| pass.set_vertex_buffer(99, vertices.slice(..))),
        ),
        (
            "index buffer, wrong usage",
            Box::new(|pass| pass.set_index_buffer(vertices.slice(..), wgpu::IndexFormat::Uint16)),
        ),
        (
            "index buffer missing",
            Box::new(|pass| {
                pass.set_pipeline(&plain);
                pass.draw_indexed(0..3, 0, 0..1);
            }),
        ),
        ("viewport too large", Box::new(|pass| pass.set_viewport(0.0, 0.0, 1e9, 16.0, 0.0, 1.0))),
        ("viewport depth", Box::new(|pass| pass.set_viewport(0.0, 0.0, 16.0, 16.0, 0.75, 0.25))),
        ("viewport not a number", Box::new(|pass| pass.set_viewport(f32::NAN, 0.0, 16.0, 16.0, 0.0, 1.0))),
        ("scissor outside", Box::new(|pass| pass.set_scissor_rect(8, 8, 16, 16))),
        ("occlusion query without a set", Box::new(|pass| pass.begin_occlusion_query(0))),
        ("end of no occlusion query", Box::new(|pass| pass.end_occlusion_query())),
        ("unbalanced debug groups", Box::new(|pass| pass.push_debug_group("open"))),
    ];
    for (name, record) in records {
        r.caught(name, &device, || {
            let mut encoder = kit::encoder(&device);
            {
                let mut pass = canvas::pass(&mut encoder, &view);
                record(&mut pass);
            }
            encoder.finish()
        })
        .await;
    }
}
