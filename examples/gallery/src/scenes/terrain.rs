//! Mountains: a compute shader makes heights, the vertex shader looks them up, the fragment shader
//! draws contour lines by derivatives.

use image::RgbaImage;
use wgpu::{BufferUsages, TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{Camera, Kit, Spec, view, wgsl};
use crate::math::vec3;

pub(crate) const SCENE: Scene =
    Scene { name: "terrain", shows: "a texture read in the vertex shader, strips of 16-bit indices with restarts", render };

/// Points a side; as terrain.wgsl has it.
const SIDE: u16 = 240;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("terrain", wgsl!("terrain.wgsl"));
    let usage = TextureUsages::STORAGE_BINDING | TextureUsages::TEXTURE_BINDING;
    let size = [u32::from(SIDE), u32::from(SIDE), 1];
    let heights =
        kit.texture("heights", size, TextureFormat::R32Float, usage).create_view(&Default::default());
    let raise = kit.compute(&module, "raise");
    let written = kit.bind(&raise.get_bind_group_layout(0), &[view(&heights)]);

    // A strip for each row of squares; 65535 ends one and begins the next.
    let mut strips: Vec<u16> = Vec::new();
    for row in 0..SIDE - 1 {
        strips.extend((0..SIDE).flat_map(|column| [row * SIDE + column, (row + 1) * SIDE + column]));
        strips.push(u16::MAX);
    }
    let count = strips.len() as u32;
    let strips = kit.buffer("strips", BufferUsages::INDEX, &strips);
    let camera = kit.uniform(Camera::new(vec3(0.0, 3.0, 6.6), vec3(0.0, 0.15, 0.3), 0.72));
    let draw = kit.pipeline(&Spec {
        buffers: &[],
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            strip_index_format: Some(wgpu::IndexFormat::Uint16),
            ..Default::default()
        },
        ..Spec::bodies("terrain", &module)
    });
    let read = kit.bind(&draw.get_bind_group_layout(1), &[view(&heights), camera.as_entire_binding()]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&raise);
    pass.set_bind_group(0, &written, &[]);
    pass.dispatch_workgroups(u32::from(SIDE) / 8, u32::from(SIDE) / 8, 1);
    drop(pass);
    let mut pass = frame.begin(&mut encoder, [0.93, 0.88, 0.78]);
    pass.set_pipeline(&draw);
    pass.set_bind_group(1, &read, &[]);
    pass.set_index_buffer(strips.slice(..), wgpu::IndexFormat::Uint16);
    pass.draw_indexed(0..count, 0, 0..1);
    drop(pass);
    kit.finish(&frame, encoder)
}
