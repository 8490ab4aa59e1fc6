//! Overlapping triangles, drawn far to near and near to far, with a depth buffer that is read back.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    struct Out { @builtin(position) position: vec4<f32>, @location(0) @interpolate(flat) number: u32 }
    @vertex fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) number: u32) -> Out {
        var corners = array<vec2<f32>, 3>(vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(0.0, 1.0));
        let shift = f32(number) * 0.3 - 0.4;
        return Out(vec4<f32>(corners[index] + vec2<f32>(shift, 0.0), 0.2 + 0.2 * f32(number), 1.0), number);
    }
    @fragment fn fragment(in: Out) -> @location(0) vec4<f32> {
        return vec4<f32>(f32(in.number) / 4.0, 1.0, 0.0, 1.0);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let format = wgpu::TextureFormat::Depth32Float;
    for compare in
        [wgpu::CompareFunction::Less, wgpu::CompareFunction::GreaterEqual, wgpu::CompareFunction::Always]
    {
        let depth_stencil = Some(wgpu::DepthStencilState {
            format,
            depth_write_enabled: Some(true),
            depth_compare: Some(compare),
            stencil: Default::default(),
            bias: Default::default(),
        });
        let pipeline = Draw { depth_stencil, ..Draw::new(SHADER) }.pipeline(&device);
        let target = canvas::target(&device, [32, 32], wgpu::TextureFormat::Rgba8Unorm);
        let depth = canvas::target(&device, [32, 32], format);
        let mut encoder = kit::encoder(&device);
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::BLACK)],
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &kit::view(&depth),
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.5),
                    store: wgpu::StoreOp::Store,
                }),
                stencil_ops: None,
            }),
            ..Default::default()
        });
        pass.set_pipeline(&pipeline);
        for number in [3, 0, 2, 1] {
            pass.draw(0..3, number..number + 1);
        }
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(format!("{compare:?}, color"), kit::read_texture(&device, &queue, &target));
        let found = kit::read_texture_level(&device, &queue, &depth, 0, wgpu::TextureAspect::DepthOnly);
        r.floats(format!("{compare:?}, depth"), &bytemuck::pod_collect_to_vec::<u8, f32>(&found), 1e-6);
    }
}
