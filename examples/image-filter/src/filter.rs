//! The pipeline: eight passes over each tile, and metering before them.

use anyhow::Context as _;
use bytemuck::{Pod, Zeroable};
use example_common::{Gpu, Progress};
use image::RgbaImage;
use wgpu::BufferUsages as Usage;

use crate::settings::{Light, Settings};
use crate::tile::{Rect, tiles};

/// Every pass begins with the same declarations.
macro_rules! shader {
    ($file:literal) => {
        concat!(include_str!("shaders/params.wgsl"), include_str!(concat!("shaders/", $file)))
    };
}

/// The uniform block of params.wgsl, field for field.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
struct Params {
    size: [u32; 2],
    origin: [u32; 2],
    core_offset: [u32; 2],
    core_size: [u32; 2],
    image: [u32; 2],
    radius: u32,
    falloff_distance: f32,
    falloff_color: f32,
    base_radius: u32,
    epsilon: f32,
    exposure: f32,
    pivot: f32,
    flatten: f32,
    strength: f32,
    contrast: f32,
    curve_offset: f32,
    curve_scale: f32,
    saturation: f32,
    warmth: f32,
    vignette: f32,
    padding: f32,
}

/// Differences of log luminance below about half a stop count as texture, above as edges.
pub(crate) const EPSILON: f32 = 0.25;
/// Metering looks at no more than about this many pixels a side.
const METER_SIDE: u32 = 1024;
/// Workgroups that meter.
const METER_GROUPS: u32 = 64;

/// The compiled passes.
pub(crate) struct Filter<'a> {
    gpu: &'a Gpu,
    meter: wgpu::ComputePipeline,
    decode: wgpu::ComputePipeline,
    bilateral: wgpu::ComputePipeline,
    blur_rows: wgpu::ComputePipeline,
    blur_columns: wgpu::ComputePipeline,
    coefficients: wgpu::ComputePipeline,
    grade: wgpu::ComputePipeline,
}

impl<'a> Filter<'a> {
    /// Compiles all passes.
    pub(crate) fn new(gpu: &'a Gpu) -> Self {
        let plain = |label: &str, wgsl: &str| gpu.pipeline(label, wgsl, &[]);
        let blur = |label: &str, horizontal: bool| {
            gpu.pipeline(label, shader!("blur.wgsl"), &[("HORIZONTAL", f64::from(u8::from(horizontal)))])
        };
        Self {
            gpu,
            meter: plain("meter", shader!("meter.wgsl")),
            decode: plain("decode", shader!("decode.wgsl")),
            bilateral: plain("bilateral", shader!("bilateral.wgsl")),
            blur_rows: blur("blur rows", true),
            blur_columns: blur("blur columns", false),
            coefficients: plain("coefficients", shader!("coefficients.wgsl")),
            grade: plain("grade", shader!("grade.wgsl")),
        }
    }

    /// Filters the image in place, tile by tile.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub(crate) fn run(&self, image: &mut RgbaImage, settings: &Settings, side: u32) -> anyhow::Result<Light> {
        let (width, height) = image.dimensions();
        let light = self.measure(image)?;
        let halo = settings.radius + 2 * settings.base_radius;
        let tiles = tiles(width, height, side);
        let rects: Vec<_> = tiles.iter().map(|tile| tile.grown(halo, width, height)).collect();
        let largest = rects.iter().map(|rect| rect.area()).max().unwrap_or(1);
        let stage = Stage::new(self, settings, largest, u64::from(side) * u64::from(side));

        // Later tiles need the untouched surroundings of earlier ones.
        let source = image.clone();
        let mut progress = Progress::new("tiles", tiles.len() as u64);
        for (&core, &rect) in tiles.iter().zip(&rects) {
            let params = params(settings, light, core, rect, [width, height]);
            stage.run(self, &params, &cut(&source, rect)?, |pixels| paste(image, core, pixels))??;
            progress.advance(1);
        }
        progress.finish();
        Ok(light)
    }

    /// Meters a thinned-out copy of the image.
    fn measure(&self, image: &RgbaImage) -> anyhow::Result<Light> {
        let step = image.width().max(image.height()).div_ceil(METER_SIDE).max(1) as usize;
        let sampled: Vec<u8> =
            image.rows().step_by(step).flat_map(|row| row.step_by(step).flat_map(|pixel| pixel.0)).collect();
        let count = u32::try_from(sampled.len() / 4)?;

        let gpu = self.gpu;
        let params = gpu.buffer("meter params", size_of::<Params>() as u64, Usage::UNIFORM | Usage::COPY_DST);
        let pixels = gpu.buffer("meter pixels", sampled.len() as u64, Usage::STORAGE | Usage::COPY_DST);
        let histogram = gpu.buffer("histogram", 1024, Usage::STORAGE | Usage::COPY_SRC);
        let read = gpu.buffer("histogram read", 1024, Usage::MAP_READ | Usage::COPY_DST);
        let bind_group = gpu.bind(&self.meter, &[&params, &pixels, &histogram]);
        gpu.queue.write_buffer(
            &params,
            0,
            bytemuck::bytes_of(&Params { size: [count, 1], ..Params::default() }),
        );
        gpu.queue.write_buffer(&pixels, 0, &sampled);
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.meter);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.dispatch_workgroups(METER_GROUPS, 1, 1);
        drop(pass);
        encoder.copy_buffer_to_buffer(&histogram, 0, &read, 0, 1024);
        gpu.queue.submit([encoder.finish()]);
        gpu.read(&read, 1024, |bytes| Light::from_histogram(&bytemuck::pod_collect_to_vec::<u8, u32>(bytes)))
    }
}

fn params(settings: &Settings, light: Light, core: Rect, rect: Rect, image: [u32; 2]) -> Params {
    let (falloff_distance, falloff_color) = settings.falloffs();
    let (curve_offset, curve_scale) = settings.curve();
    Params {
        size: [rect.width, rect.height],
        origin: [rect.x, rect.y],
        core_offset: [core.x - rect.x, core.y - rect.y],
        core_size: [core.width, core.height],
        image,
        radius: settings.radius,
        falloff_distance,
        falloff_color,
        base_radius: settings.base_radius,
        epsilon: EPSILON,
        exposure: settings.exposure.unwrap_or(light.exposure),
        pivot: light.mean,
        flatten: settings.flatten,
        strength: settings.strength,
        contrast: settings.contrast,
        curve_offset,
        curve_scale,
        saturation: settings.saturation,
        warmth: settings.warmth,
        vignette: settings.vignette,
        padding: 0.0,
    }
}

/// The buffers, made once for the largest tile, and which pass sees which of them.
struct Stage {
    params: wgpu::Buffer,
    source: wgpu::Buffer,
    graded: wgpu::Buffer,
    read: wgpu::Buffer,
    /// Bind groups of the eight passes, in order.
    groups: [wgpu::BindGroup; 8],
}

impl Stage {
    fn new(filter: &Filter<'_>, settings: &Settings, pixels: u64, core_pixels: u64) -> Self {
        let gpu = filter.gpu;
        let params = gpu.buffer("params", size_of::<Params>() as u64, Usage::UNIFORM | Usage::COPY_DST);
        let source = gpu.buffer("source", 4 * pixels, Usage::STORAGE | Usage::COPY_DST);
        let linear = gpu.buffer("linear", 16 * pixels, Usage::STORAGE);
        let smooth = gpu.buffer("smooth", 16 * pixels, Usage::STORAGE);
        let moments = gpu.buffer("moments", 8 * pixels, Usage::STORAGE);
        let half_blurred = gpu.buffer("half blurred", 8 * pixels, Usage::STORAGE);
        let graded = gpu.buffer("graded", 4 * core_pixels, Usage::STORAGE | Usage::COPY_SRC);
        let read = gpu.buffer("read", 4 * core_pixels, Usage::MAP_READ | Usage::COPY_DST);
        let weights = settings.weights();
        let weights_buffer =
            gpu.buffer("weights", size_of_val(&*weights) as u64, Usage::STORAGE | Usage::COPY_DST);
        gpu.queue.write_buffer(&weights_buffer, 0, bytemuck::cast_slice(&weights));

        let rows = || gpu.bind(&filter.blur_rows, &[&params, &weights_buffer, &moments, &half_blurred]);
        let columns = || gpu.bind(&filter.blur_columns, &[&params, &weights_buffer, &half_blurred, &moments]);
        let groups = [
            gpu.bind(&filter.decode, &[&params, &source, &linear]),
            gpu.bind(&filter.bilateral, &[&params, &linear, &smooth, &moments]),
            rows(),
            columns(),
            gpu.bind(&filter.coefficients, &[&params, &moments]),
            rows(),
            columns(),
            gpu.bind(&filter.grade, &[&params, &source, &smooth, &moments, &graded]),
        ];
        Self { params, source, graded, read, groups }
    }

    /// One tile through all passes; `take` gets its pixels.
    fn run<R>(
        &self,
        filter: &Filter<'_>,
        params: &Params,
        pixels: &[u8],
        take: impl FnOnce(&[u8]) -> R,
    ) -> anyhow::Result<R> {
        let gpu = filter.gpu;
        gpu.queue.write_buffer(&self.params, 0, bytemuck::bytes_of(params));
        gpu.queue.write_buffer(&self.source, 0, pixels);

        let [width, height] = params.size;
        let [core_width, core_height] = params.core_size;
        let squares = [width.div_ceil(16), height.div_ceil(16)];
        let rows = [width.div_ceil(64), height.div_ceil(4)];
        let columns = [height.div_ceil(64), width.div_ceil(4)];
        let steps = [
            (&filter.decode, squares),
            (&filter.bilateral, squares),
            (&filter.blur_rows, rows),
            (&filter.blur_columns, columns),
            (&filter.coefficients, squares),
            (&filter.blur_rows, rows),
            (&filter.blur_columns, columns),
            (&filter.grade, [core_width.div_ceil(16), core_height.div_ceil(16)]),
        ];
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for ((pipeline, [x, y]), group) in steps.into_iter().zip(&self.groups) {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.dispatch_workgroups(x, y, 1);
        }
        drop(pass);
        let bytes = 4 * u64::from(core_width) * u64::from(core_height);
        encoder.copy_buffer_to_buffer(&self.graded, 0, &self.read, 0, bytes);
        gpu.queue.submit([encoder.finish()]);
        gpu.read(&self.read, bytes, take)
    }
}

/// A copy of one rectangle's pixels.
fn cut(image: &RgbaImage, rect: Rect) -> anyhow::Result<Vec<u8>> {
    let stride = 4 * image.width() as usize;
    let row = 4 * rect.x as usize..4 * (rect.x + rect.width) as usize;
    let mut pixels = Vec::with_capacity(4 * usize::try_from(rect.area())?);
    for line in image.chunks_exact(stride).skip(rect.y as usize).take(rect.height as usize) {
        pixels.extend_from_slice(line.get(row.clone()).context("a tile beyond the image")?);
    }
    Ok(pixels)
}

/// Writes one rectangle's pixels.
fn paste(image: &mut RgbaImage, rect: Rect, pixels: &[u8]) -> anyhow::Result<()> {
    let stride = 4 * image.width() as usize;
    let row = 4 * rect.x as usize..4 * (rect.x + rect.width) as usize;
    let lines = image.chunks_exact_mut(stride).skip(rect.y as usize).take(rect.height as usize);
    for (line, new) in lines.zip(pixels.chunks_exact(row.len())) {
        line.get_mut(row.clone()).context("a tile beyond the image")?.copy_from_slice(new);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reference, settings::tests::neutral};
    use example_common::gpu::open_for_test;
    use image::Rgba;

    /// Edges, gradients, texture, transparency: something for each pass.
    fn card(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| {
            let check = if (x / 9 + y / 7) % 2 == 0 { 40 } else { 0 };
            let grain = (x * 7919 + y * 104_729) % 23;
            let disk = (x as f32 - 40.0).powi(2) + (y as f32 - 30.0).powi(2) < 300.0;
            let red = if disk { 240 } else { (x * 200 / width + grain) as u8 };
            Rgba([red, (y * 180 / height + check) as u8, (30 + grain) as u8, 255 - (x % 5) as u8])
        })
    }

    fn look() -> Settings {
        Settings {
            radius: 3,
            base_radius: 11,
            strength: 0.8,
            flatten: 0.3,
            exposure: None,
            contrast: 1.4,
            saturation: 1.2,
            warmth: 0.2,
            vignette: 0.5,
            ..neutral()
        }
    }

    #[test]
    fn agrees_with_the_cpu() {
        let Some(gpu) = open_for_test() else { return };
        let source = card(101, 67);
        let mut ours = source.clone();
        let light = Filter::new(&gpu).run(&mut ours, &look(), 48).unwrap();
        let theirs = reference::filter(&source, &look(), light);
        let (mut worst, mut sum) = (0, 0_u64);
        for (a, b) in ours.iter().zip(theirs.iter()) {
            worst = worst.max(a.abs_diff(*b));
            sum += u64::from(a.abs_diff(*b));
        }
        let mean = sum as f64 / ours.len() as f64;
        assert!(worst <= 1 && mean < 0.01, "on {}: worst {worst}, mean {mean}", gpu.name());
    }

    #[test]
    fn metering_agrees_with_the_cpu() {
        let Some(gpu) = open_for_test() else { return };
        let source = card(101, 67);
        let ours = Filter::new(&gpu).measure(&source).unwrap();
        let theirs = reference::measure(&source);
        assert!((ours.mean - theirs.mean).abs() < 0.01, "{ours:?} {theirs:?}");
    }

    #[test]
    fn tiles_leave_no_seams() {
        let Some(gpu) = open_for_test() else { return };
        let filter = Filter::new(&gpu);
        let (mut whole, mut tiled) = (card(150, 90), card(150, 90));
        filter.run(&mut whole, &look(), 512).unwrap();
        filter.run(&mut tiled, &look(), 16).unwrap();
        assert!(whole == tiled);
    }

    #[test]
    fn neutral_settings_leave_the_picture() {
        let Some(gpu) = open_for_test() else { return };
        let source = card(64, 64);
        let mut ours = source.clone();
        Filter::new(&gpu).run(&mut ours, &neutral(), 64).unwrap();
        assert!(ours.iter().zip(source.iter()).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn a_single_pixel_is_fine() {
        let Some(gpu) = open_for_test() else { return };
        let mut dot = RgbaImage::from_pixel(1, 1, Rgba([10, 200, 30, 7]));
        Filter::new(&gpu).run(&mut dot, &look(), 512).unwrap();
        assert_eq!(dot.get_pixel(0, 0).0[3], 7);
    }
}
