//! Pictures of the system, drawn by the GPU: a spot of light for each shining body, glow around it,
//! tones for the eye.

use bytemuck::{Pod, Zeroable};
use example_common::Gpu;
use image::RgbaImage;
use wgpu::BufferUsages as Usage;

use crate::simulation::Simulation;

/// The pictures' size in pixels.
pub(crate) const SIZE: [u32; 2] = [1280, 720];
/// Distance of the camera from the centre of mass, at the start and at the end.
const DISTANCES: [f64; 2] = [8.0, 12.5];
/// Pixels per unit of slope.
const FOCAL: f32 = 1150.0;
/// Width of the glow around each body, in pixels.
const GLOW: f64 = 3.0;
/// Width of the haze around all of them, in steps of the glow's blur.
const HAZE: f64 = 8.0;
/// The haze is blurred from the glow, which is smooth already: every fourth pixel is enough.
const HAZE_STEP: u32 = 4;

/// Every pass begins with the same declarations.
macro_rules! shader {
    ($file:literal) => {
        concat!(include_str!("shaders/view.wgsl"), include_str!(concat!("shaders/", $file)))
    };
}

/// The uniform block of view.wgsl, field for field.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct View {
    right: [f32; 4],
    up: [f32; 4],
    forward: [f32; 4],
    size: [u32; 2],
    count: u32,
    focal: f32,
    light: f32,
    reference: f32,
    padding: [f32; 2],
}

/// One pass: what runs, on what, over how many workgroups.
struct Pass {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    groups: [u32; 2],
}

/// Draws one simulation.
pub(crate) struct Renderer {
    gpu: Gpu,
    count: u32,
    view: wgpu::Buffer,
    light: wgpu::Buffer,
    picture: wgpu::Buffer,
    read: wgpu::Buffer,
    passes: Vec<Pass>,
}

impl Renderer {
    /// Compiles the passes over the simulation's own buffers.
    pub(crate) fn new(gpu: &Gpu, simulation: &Simulation) -> Self {
        let [width, height] = SIZE;
        let pixels = u64::from(width) * u64::from(height);
        let view = gpu.buffer("view", size_of::<View>() as u64, Usage::UNIFORM | Usage::COPY_DST);
        let light = gpu.buffer("light", 12 * pixels, Usage::STORAGE | Usage::COPY_DST);
        let image = |label: &str| gpu.buffer(label, 16 * pixels, Usage::STORAGE);
        let (points, half, glow, haze) =
            (image("points"), image("half blurred"), image("glow"), image("haze"));
        let picture = gpu.buffer("picture", 4 * pixels, Usage::STORAGE | Usage::COPY_SRC);
        let read = gpu.buffer("read", 4 * pixels, Usage::MAP_READ | Usage::COPY_DST);

        let squares = [width.div_ceil(16), height.div_ceil(16)];
        let pass = |pipeline: &wgpu::ComputePipeline, buffers: &[&wgpu::Buffer], groups: [u32; 2]| Pass {
            pipeline: pipeline.clone(),
            group: gpu.bind(pipeline, buffers),
            groups,
        };
        let plain = |label: &str, wgsl: &str| gpu.pipeline(label, wgsl, &[]);
        let blur = |horizontal: u32, step: u32| {
            let constants = [("HORIZONTAL", f64::from(horizontal)), ("STEP", f64::from(step))];
            gpu.pipeline("glow", shader!("glow.wgsl"), &constants)
        };

        let mut passes = vec![
            pass(
                &plain("splat", shader!("splat.wgsl")),
                &[&view, &simulation.positions, &simulation.velocities, &light],
                [simulation.count().div_ceil(64), 1],
            ),
            pass(&plain("gather", shader!("gather.wgsl")), &[&view, &light, &points], squares),
        ];
        for (sigma, step, source, target) in [(GLOW, 1, &points, &glow), (HAZE, HAZE_STEP, &glow, &haze)] {
            let weights = weights(sigma);
            let buffer =
                gpu.buffer("weights", size_of_val(&*weights) as u64, Usage::STORAGE | Usage::COPY_DST);
            gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&weights));
            passes.push(pass(&blur(1, step), &[&view, &buffer, source, &half], squares));
            passes.push(pass(&blur(0, step), &[&view, &buffer, &half, target], squares));
        }
        passes.push(pass(
            &plain("compose", shader!("compose.wgsl")),
            &[&view, &points, &glow, &haze, &picture],
            squares,
        ));
        Self { gpu: gpu.clone(), count: simulation.count(), view, light, picture, read, passes }
    }

    /// Draws the bodies where they are now. The camera goes a third of the way round while `way` goes
    /// from 0 to 1.
    pub(crate) fn draw(&self, way: f64) -> anyhow::Result<RgbaImage> {
        let [width, height] = SIZE;
        self.gpu.queue.write_buffer(&self.view, 0, bytemuck::bytes_of(&camera(way, self.count)));
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.clear_buffer(&self.light, 0, None);
        let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for Pass { pipeline, group, groups: [x, y] } in &self.passes {
            compute.set_pipeline(pipeline);
            compute.set_bind_group(0, group, &[]);
            compute.dispatch_workgroups(*x, *y, 1);
        }
        drop(compute);
        encoder.copy_buffer_to_buffer(&self.picture, 0, &self.read, 0, self.picture.size());
        self.gpu.queue.submit([encoder.finish()]);
        let pixels = self.gpu.read(&self.read, self.read.size(), <[u8]>::to_vec)?;
        RgbaImage::from_vec(width, height, pixels)
            .ok_or_else(|| anyhow::anyhow!("the picture has the wrong size"))
    }
}

/// A camera on a circle above the plane of the orbit, looking at the centre of mass.
fn camera(way: f64, count: u32) -> View {
    let (azimuth, elevation) = (-1.9 + 2.1 * way, 0.82 - 0.25 * way);
    let (sin, cos) = (libm::sin(azimuth), libm::cos(azimuth));
    let (above, level) = (libm::sin(elevation), libm::cos(elevation));
    let forward = [-cos * level, -sin * level, -above];
    let right = [-sin, cos, 0.0];
    let up = [-cos * above, -sin * above, level];
    let [near, far] = DISTANCES;
    let [x, y, z] = forward.map(|part| -(near + way * (far - near)) * part);
    let axis = |[a, b, c]: [f64; 3]| [a, b, c, a * x + b * y + c * z].map(|number| number as f32);
    View {
        right: axis(right),
        up: axis(up),
        forward: axis(forward),
        size: SIZE,
        count,
        focal: FOCAL,
        // The more bodies, the less light of each.
        light: (5.0 * 4096.0 / f64::from(count)) as f32,
        reference: near as f32,
        padding: [0.0; 2],
    }
}

/// One half of a Gaussian blur, the centre first.
fn weights(sigma: f64) -> Vec<f32> {
    let bell: Vec<f64> = (0..=(3.2 * sigma) as u32)
        .map(|k| {
            let x = f64::from(k) / sigma;
            libm::exp(-0.5 * x * x)
        })
        .collect();
    let total = 2.0 * bell.iter().sum::<f64>() - 1.0;
    bell.iter().map(|weight| (weight / total) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bodies::{Bodies, Kind};
    use example_common::gpu::open_for_test;

    #[test]
    fn a_body_is_drawn_where_it_is() {
        let Some(gpu) = open_for_test() else { return };
        let mut bodies = Bodies::default();
        bodies.push([0.0; 3], [0.0; 3], 1.0, Kind::FirstDisk);
        bodies.push([0.5, 0.0, 0.0], [0.0; 3], 1.0, Kind::Halo);
        let renderer = Renderer::new(&gpu, &Simulation::new(&gpu, &bodies, 0.01, 0.1));
        let picture = renderer.draw(0.0).unwrap();
        let (mut light, mut middle) = (0.0, [0.0, 0.0]);
        for (x, y, pixel) in picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[1] > 60) {
            let bright = f64::from(pixel.0[1]);
            light += bright;
            middle = [middle[0] + bright * (f64::from(x) + 0.5), middle[1] + bright * (f64::from(y) + 0.5)];
        }
        // In the middle, and only there: dark matter is dark.
        let [x, y] = middle.map(|sum| sum / light);
        assert!((x - 640.0).abs() < 0.2 && (y - 360.0).abs() < 0.2, "{x} {y}");
        assert!(picture.get_pixel(100, 100).0[0] < 20);
    }

    #[test]
    fn axes_are_a_right_handed_frame() {
        let View { right, up, forward, .. } = camera(0.3, 1);
        let dot = |a: [f32; 4], b: [f32; 4]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        assert!(dot(right, up).abs() < 1e-6 && dot(up, forward).abs() < 1e-6);
        let cross = right[0] * up[1] - right[1] * up[0];
        assert!((cross + forward[2]).abs() < 1e-6);
    }
}
