//! Views in another format of the list, and of one aspect of a depth and stencil texture.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var linear: texture_2d<f32>;
    @group(0) @binding(1) var srgb: texture_2d<f32>;
    @group(0) @binding(2) var depth: texture_depth_2d;
    @group(0) @binding(3) var stencil: texture_2d<u32>;
    @group(0) @binding(4) var<storage, read_write> output: array<f32>;

    @compute @workgroup_size(1)
    fn main() {
        output[0] = textureLoad(linear, vec2<u32>(0u), 0).x;
        output[1] = textureLoad(srgb, vec2<u32>(0u), 0).x;
        output[2] = textureLoad(depth, vec2<u32>(0u), 0);
        output[3] = f32(textureLoad(stencil, vec2<u32>(0u), 0).x);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureFormat::{Depth24PlusStencil8, Rgba8Unorm, Rgba8UnormSrgb};
    let (device, queue) = gpu.device().await;
    let color = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[Rgba8UnormSrgb],
    });
    queue.write_texture(
        color.as_image_copy(),
        &[128, 128, 128, 255],
        wgpu::TexelCopyBufferLayout::default(),
        color.size(),
    );
    let depth_stencil = kit::texture_2d(
        &device,
        [1, 1],
        Depth24PlusStencil8,
        wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::RENDER_ATTACHMENT,
    );
    let mut encoder = kit::encoder(&device);
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &kit::view(&depth_stencil),
            depth_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(0.75),
                store: wgpu::StoreOp::Store,
            }),
            stencil_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(42),
                store: wgpu::StoreOp::Store,
            }),
        }),
        ..Default::default()
    });
    queue.submit([encoder.finish()]);

    let aspect = |aspect| {
        depth_stencil.create_view(&wgpu::TextureViewDescriptor {
            label: Some("aspect"),
            aspect,
            ..Default::default()
        })
    };
    let srgb = color
        .create_view(&wgpu::TextureViewDescriptor { format: Some(Rgba8UnormSrgb), ..Default::default() });
    let views = [
        kit::view(&color),
        srgb,
        aspect(wgpu::TextureAspect::DepthOnly),
        aspect(wgpu::TextureAspect::StencilOnly),
    ];
    let output = kit::storage_of_size(&device, 16);
    let mut resources: Vec<_> = views.iter().map(wgpu::BindingResource::TextureView).collect();
    resources.push(output.as_entire_binding());
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);
    let found: Vec<f32> = kit::read(&device, &queue, &output);
    assert!(
        (found[0] - 0.502).abs() < 0.01 && (found[1] - 0.216).abs() < 0.01 && found[3] == 42.0,
        "{found:?}"
    );
    r.floats("found", &found, 1e-4);
}
