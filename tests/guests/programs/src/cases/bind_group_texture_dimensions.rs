//! Textures of every view dimension in one layout: 1D, 2D, array, cube, cube array and 3D.

use wgpu::{TextureDimension, TextureViewDimension as View};

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var d1: texture_1d<u32>;
    @group(0) @binding(1) var d2: texture_2d<u32>;
    @group(0) @binding(2) var layers: texture_2d_array<u32>;
    @group(0) @binding(3) var cube: texture_cube<f32>;
    @group(0) @binding(4) var cubes: texture_cube_array<f32>;
    @group(0) @binding(5) var d3: texture_3d<u32>;
    @group(0) @binding(6) var tap: sampler;
    @group(0) @binding(7) var<storage, read_write> output: array<f32>;

    @compute @workgroup_size(1)
    fn main() {
        output[0] = f32(textureLoad(d1, 3, 0).x);
        output[1] = f32(textureLoad(d2, vec2<i32>(1, 2), 0).x);
        output[2] = f32(textureLoad(layers, vec2<i32>(0, 1), 2, 0).x);
        output[3] = f32(textureLoad(d3, vec3<i32>(1, 0, 3), 0).x);
        output[4] = textureSampleLevel(cube, tap, vec3<f32>(-1.0, 0.0, 0.0), 0.0).x * 255.0;
        output[5] = textureSampleLevel(cube, tap, vec3<f32>(0.0, 0.0, 1.0), 0.0).x * 255.0;
        output[6] = textureSampleLevel(cubes, tap, vec3<f32>(0.0, 1.0, 0.0), 1, 0.0).x * 255.0;
        output[7] = f32(textureNumLayers(layers) + 10 * textureNumLayers(cubes));
        output[8] = f32(textureDimensions(d3).z);
    }
";

fn texture(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    dimension: TextureDimension,
    [width, height, depth_or_array_layers]: [u32; 3],
    format: wgpu::TextureFormat,
) -> wgpu::Texture {
    let size = wgpu::Extent3d { width, height, depth_or_array_layers };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let texels: Vec<u8> = (0..width * height * depth_or_array_layers).map(|at| (at % 256) as u8).collect();
    queue.write_texture(
        texture.as_image_copy(),
        &texels,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width), rows_per_image: Some(height) },
        size,
    );
    texture
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureFormat::{R8Uint, R8Unorm};
    let (device, queue) = gpu.device().await;
    let view = |texture: &wgpu::Texture, dimension| {
        texture.create_view(&wgpu::TextureViewDescriptor { dimension: Some(dimension), ..Default::default() })
    };
    let d1 = texture(&device, &queue, TextureDimension::D1, [8, 1, 1], R8Uint);
    let layers = texture(&device, &queue, TextureDimension::D2, [4, 4, 3], R8Uint);
    let cubes = texture(&device, &queue, TextureDimension::D2, [1, 1, 12], R8Unorm);
    let d3 = texture(&device, &queue, TextureDimension::D3, [2, 2, 4], R8Uint);
    let cube = cubes.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(View::Cube),
        array_layer_count: Some(6),
        ..Default::default()
    });
    let second_layer = layers.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(View::D2),
        base_array_layer: 1,
        array_layer_count: Some(1),
        ..Default::default()
    });
    let views = [
        view(&d1, View::D1),
        second_layer,
        view(&layers, View::D2Array),
        cube,
        view(&cubes, View::CubeArray),
        view(&d3, View::D3),
    ];
    let sampler = device.create_sampler(&wgpu::SamplerDescriptor::default());
    let output = kit::storage_of_size(&device, 36);
    let mut resources: Vec<_> = views.iter().map(wgpu::BindingResource::TextureView).collect();
    resources.push(wgpu::BindingResource::Sampler(&sampler));
    resources.push(output.as_entire_binding());
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);

    let found: Vec<f32> = kit::read(&device, &queue, &output);
    let rounded: Vec<f32> = found.iter().map(|value| value.round()).collect();
    assert_eq!(rounded, [3.0, 25.0, 36.0, 13.0, 1.0, 4.0, 8.0, 23.0, 4.0]);
    r.floats("texels", &found, 1e-4);
}
