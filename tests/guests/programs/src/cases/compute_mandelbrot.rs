//! The Mandelbrot set into a storage texture.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var image: texture_storage_2d<rgba8unorm, write>;

    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let size = textureDimensions(image);
        if any(id.xy >= size) { return; }
        let c = (vec2<f32>(id.xy) + 0.5) / vec2<f32>(size) * vec2<f32>(3.0, 2.0) - vec2<f32>(2.0, 1.0);
        var z = vec2<f32>(0.0);
        var steps = 0u;
        while steps < 64u && dot(z, z) < 4.0 {
            z = vec2<f32>(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + c;
            steps++;
        }
        textureStore(image, id.xy, vec4<f32>(vec3<f32>(f32(steps) / 64.0), 1.0));
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let image = kit::texture_2d(
        &device,
        [300, 200],
        wgpu::TextureFormat::Rgba8Unorm,
        wgpu::TextureUsages::STORAGE_BINDING | wgpu::TextureUsages::COPY_SRC,
    );
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let view = kit::view(&image);
    kit::dispatch(&device, &queue, &pipeline, &[wgpu::BindingResource::TextureView(&view)], [38, 25, 1]);
    let found = kit::read_texture(&device, &queue, &image);
    let at = |x: usize, y: usize| found[(y * 300 + x) * 4];
    assert_eq!((at(200, 100), at(0, 0)), (255, 4), "the origin is inside, the corner leaves at once");
    r.bytes("image", found);
}
