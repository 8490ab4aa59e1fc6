//! Compute passes, render passes and copies of one encoder happen in the order in which they were recorded, whatever
//! was made between them.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const COUNT: &str = "
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
    @compute @workgroup_size(1)
    fn main() { numbers[0] = numbers[0] * 10u + 3u; }
";

const SHOW: &str = "
    @group(0) @binding(0) var<storage, read> numbers: array<u32>;
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(f32(numbers[0]) / 255.0); }
";

/// As many texels as a row of a copy has to have.
const SIZE: [u32; 2] = [64, 1];

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let numbers = kit::storage::<u32>(&device, &[200, 7]);
    let count = kit::compute_pipeline(&device, COUNT, "main");
    let show = Draw::new(SHOW).pipeline(&device);
    let target = canvas::target(&device, SIZE, wgpu::TextureFormat::Rgba8Unorm);
    let view = kit::view(&target);
    let group = |layout: wgpu::BindGroupLayout| kit::bind(&device, &layout, &[numbers.as_entire_binding()]);

    let mut encoder = kit::encoder(&device);
    encoder.clear_buffer(&numbers, 0, Some(4));
    let pictures = [(); 2].map(|()| {
        let group_of_count = group(count.get_bind_group_layout(0));
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&count);
        pass.set_bind_group(0, &group_of_count, &[]);
        // Nobody but the pass needs it any more.
        drop(group_of_count);
        pass.dispatch_workgroups(1, 1, 1);
        drop(pass);

        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&show);
        // Made while the pass is open.
        pass.set_bind_group(0, &group(show.get_bind_group_layout(0)), &[]);
        pass.draw(0..3, 0..1);
        drop(pass);

        let picture = kit::buffer(&device, 256, wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC);
        encoder.copy_texture_to_buffer(
            target.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &picture,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(256),
                    rows_per_image: None,
                },
            },
            target.size(),
        );
        picture
    });
    queue.submit([encoder.finish()]);

    for (picture, value) in pictures.iter().zip([3, 33]) {
        let found = kit::read_bytes(&device, &queue, picture);
        assert_eq!(found, [value; 256]);
        r.bytes("picture", found);
    }
    let found: Vec<u32> = kit::read(&device, &queue, &numbers);
    assert_eq!(found, [33, 7]);
    r.bytes("numbers", bytemuck::cast_slice(&found));
}
