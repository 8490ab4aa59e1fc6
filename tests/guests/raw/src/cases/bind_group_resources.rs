//! Whole buffers and whole textures as bindings; the texture's view is nobody's to drop.

use crate::{
    Checks, kit,
    wit::{
        GpuBindGroupDescriptor, GpuBindGroupEntry, GpuBindingResource, GpuBufferBinding, GpuExtent3D,
        GpuTexelCopyBufferLayout, GpuTexelCopyTextureInfo, GpuTextureFormat, GpuTextureUsage,
    },
};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> output: array<vec4<f32>>;
    @group(0) @binding(1) var image: texture_2d<f32>;
    @group(0) @binding(2) var tap: sampler;
    @group(0) @binding(3) var<storage, read> part: array<f32>;
    @compute @workgroup_size(1)
    fn main() {
        output[0] = textureSampleLevel(image, tap, vec2<f32>(0.5), 0.0);
        output[1].x = part[0];
    }
";

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let image = kit::texture(
        &device,
        1,
        GpuTextureFormat::Rgba8unorm,
        GpuTextureUsage::TEXTURE_BINDING | GpuTextureUsage::COPY_DST,
    );
    device.queue().write_texture_with_copy(
        &GpuTexelCopyTextureInfo { texture: &image, mip_level: None, origin: None, aspect: None },
        &[255, 0, 255, 0],
        GpuTexelCopyBufferLayout { offset: None, bytes_per_row: None, rows_per_image: None },
        GpuExtent3D { width: 1, height: None, depth_or_array_layers: None },
    );
    let output = kit::storage(&device, &[0; 8]);
    let part = kit::storage(&device, &[7.0_f32.to_bits(); 128]);
    let sampler = device.create_sampler(None);
    let pipeline = kit::pipeline(&device, &kit::shader(&device, SHADER));
    let resources = [
        GpuBindingResource::GpuBuffer(&output),
        GpuBindingResource::GpuTexture(&image),
        GpuBindingResource::GpuSampler(&sampler),
        GpuBindingResource::GpuBufferBinding(GpuBufferBinding {
            buffer: &part,
            offset: Some(256),
            size: Some(4),
        }),
    ];
    let group = c
        .fine("bind group", &device, || {
            let entries = (0..)
                .zip(resources)
                .map(|(binding, resource)| GpuBindGroupEntry { binding, resource })
                .collect();
            let layout = pipeline.get_bind_group_layout(0);
            device.create_bind_group(&GpuBindGroupDescriptor { layout: &layout, entries, label: None })
        })
        .await;
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_compute_pass(None);
    pass.set_pipeline(&pipeline);
    c.granted("set-bind-group", pass.set_bind_group(0, Some(&group), None, None, None));
    pass.dispatch_workgroups(1, None, None);
    pass.end();
    device.queue().submit(&[&encoder.finish(None)]);
    let found: Vec<f32> = kit::read(&device, &output).await.into_iter().map(f32::from_bits).collect();
    c.equal("output", &found[..5], &[1.0, 0.0, 1.0, 0.0, 7.0]);
}
