//! Commands of a render pass that the host fetches from the guest's memory are the calls that they stand for.

use super::render_bundle::pass_on;
use crate::{
    Checks,
    command_memory::with,
    kit,
    misuse::gpu::{draw_descriptor, vertices},
    wit::{
        GpuBuffer, GpuBufferUsage, GpuCommandBuffer, GpuDevice, GpuExtent3D, GpuIndexFormat,
        GpuRenderPassEncoder, GpuRenderPipeline, GpuTexelCopyBufferInfo, GpuTexelCopyTextureInfo, GpuTexture,
        GpuTextureFormat, GpuTextureUsage, GpuTextureView,
    },
};

/// Draws in the color of its bind group.
const SHADER: &str = "
    @group(0) @binding(0) var<storage> color: array<u32>;
    @vertex fn vertex(@location(0) at: vec4<f32>) -> @builtin(position) vec4<f32> { return at; }
    @fragment fn fragment() -> @location(0) vec4<f32> { return unpack4x8unorm(color[0]); }
";

/// The numbers that the case chooses for its objects.
const PIPELINE: u32 = 65_535;
const VERTICES: u32 = 2;
const INDICES: u32 = 3;
const ARGUMENTS: u32 = 4;
const GREEN: u32 = 5;
const BLUE: u32 = 6;

/// What the bind groups draw, red first.
const GREEN_TEXEL: u32 = 0xff00_ff00;
const BLUE_TEXEL: u32 = 0xffff_0000;

/// Width and height of the target, in texels.
const WIDTH: u32 = 8;

/// No size, as words.
const TO_THE_END: [u32; 2] = [u32::MAX; 2];

/// A draw of the triangle.
const DRAW: [u32; 5] = [9, 3, 1, 0, 0];

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let pipeline = c.fine("pipeline", &device, || pipeline(&device)).await;
    let layout = pipeline.get_bind_group_layout(0);
    let [green, blue] =
        [GREEN_TEXEL, BLUE_TEXEL].map(|color| kit::bind(&device, &layout, &kit::storage(&device, &[color])));
    let (one, three, minus) = (1.0_f32.to_bits(), 3.0_f32.to_bits(), (-1.0_f32).to_bits());
    // In front of them, a vertex that would spoil the triangle.
    let triangle = [minus, minus, 0, one, three, minus, 0, one, minus, three, 0, one];
    let vertices = upload(&device, GpuBufferUsage::VERTEX, &[&[0; 4], &triangle[..]].concat());
    let indices = upload(&device, GpuBufferUsage::INDEX, &[9, 1, 2, 3]);
    let arguments = upload(&device, GpuBufferUsage::INDIRECT, &[0, 3, 1, 1, 0, 3, 1, 1, 0, 0]);
    let usage = GpuTextureUsage::RENDER_ATTACHMENT | GpuTextureUsage::COPY_SRC;
    let target = kit::texture(&device, WIDTH, GpuTextureFormat::Rgba8unorm, usage);
    let view = target.create_view(None);

    // What has no name gets one with the call that it is an argument of.
    let submitted = record(&device, &view, |pass| {
        with(&[1, PIPELINE], || pass.set_pipeline(&pipeline));
        for (name, group) in [(BLUE, &blue), (GREEN, &green)] {
            let set = || pass.set_bind_group(0, Some(group), None, None, None);
            c.granted("a name for a group", with(&[1, name], set));
        }
        with(&[1, INDICES], || pass.set_index_buffer(&indices, GpuIndexFormat::Uint32, None, None));
        with(&[1, VERTICES], || pass.set_vertex_buffer(0, Some(&vertices), Some(16), None));
        with(&[column(0).as_slice(), &DRAW, &column(1), &[1, ARGUMENTS]].concat(), || {
            pass.draw_indirect(&arguments, 0);
        });
        with(&[column(2).as_slice(), &DRAW].concat(), || pass.end());
    });
    c.fine("names", &device, || device.queue().submit(&[&submitted])).await;
    let drawn = row(&device, &target).await;
    // The arguments at 0 are those of no vertex.
    c.equal("beside calls", drawn, vec![GREEN_TEXEL, 0, GREEN_TEXEL, 0, 0, 0, 0, 0]);

    // From then on everything can be in words.
    let words = [
        [2, PIPELINE].as_slice(),
        &[3, 0, GREEN, 0],
        &[8, 0, VERTICES, 16, 0],
        &TO_THE_END,
        &column(0),
        &DRAW,
        // The same vertices, from the beginning of the buffer.
        &[8, 0, VERTICES, 0, 0, 64, 0],
        &column(1),
        &[9, 3, 1, 1, 0],
        &[3, 0, BLUE, 0],
        &[7, INDICES, 1, 4, 0, 12, 0],
        &column(2),
        &[10, 3, 1, 0, 0, 0],
        &[7, INDICES, 1, 0, 0],
        &TO_THE_END,
        &[8, 0, VERTICES, 16, 0],
        &TO_THE_END,
        &column(3),
        // Minus one for each index.
        &[10, 3, 1, 1, u32::MAX, 0],
        &[8, 0, VERTICES, 0, 0],
        &TO_THE_END,
        &column(4),
        &[11, ARGUMENTS, 4, 0],
        &[3, 0, GREEN, 0],
        &column(5),
        &[12, ARGUMENTS, 4 * 5, 0],
        &column(7),
        // No triangle, and no instance.
        &[9, 0, 1, 0, 0],
        &[9, 3, 0, 0, 0],
    ]
    .concat();
    let submitted = record(&device, &view, |pass| with(&words, || pass.end()));
    c.fine("all in words", &device, || device.queue().submit(&[&submitted])).await;
    let drawn = row(&device, &target).await;
    const G: u32 = GREEN_TEXEL;
    const B: u32 = BLUE_TEXEL;
    c.equal("in order", drawn, vec![G, G, B, B, B, G, 0, 0]);

    // Errors are those of the calls, when these have them.
    let bound = [[2, PIPELINE, 3, 0, GREEN, 0, 8, 0, VERTICES, 16, 0].as_slice(), &TO_THE_END].concat();
    for (what, words) in [
        ("no pipeline", DRAW.to_vec()),
        ("no vertex buffer", [&[2, PIPELINE, 3, 0, GREEN, 0], &DRAW[..]].concat()),
        ("a vertex buffer taken out", [&bound[..], &[8, 0, 0, 0, 0], &TO_THE_END, &DRAW].concat()),
        ("bytes of no buffer", vec![8, 0, 0, 4, 0, 0, 0]),
        ("vertices beyond the buffer", vec![8, 0, VERTICES, 0, 1, 16, 0]),
        ("a vertex buffer of another usage", vec![8, 0, INDICES, 0, 0, 16, 0]),
        ("a slot too many", vec![8, 1000, VERTICES, 0, 0, 16, 0]),
        ("indices at an odd place", vec![7, INDICES, 1, 2, 0, 4, 0]),
        ("vertices beyond 2^32", [&bound[..], &[9, 2, 1, u32::MAX, 0]].concat()),
        ("no index buffer", [&bound[..], &[10, 3, 1, 0, 0, 0]].concat()),
        ("arguments beyond the buffer", [&bound[..], &[11, ARGUMENTS, 1 << 20, 0]].concat()),
        ("arguments of another usage", [&bound[..], &[11, VERTICES, 0, 0]].concat()),
        ("a scissor beyond the target", vec![13, 0, 0, WIDTH + 1, 1]),
        ("immediates beyond the limit", vec![4, u32::MAX & !3, 1, 0]),
    ] {
        let finish = || record(&device, &view, |pass| with(&words, || pass.end()));
        c.invalid(what, &device, finish).await;
    }
    let pass = kit::encoder(&device).begin_render_pass(&pass_on(&view));
    pass.end();
    c.invalid("a pass that has ended", &device, || with(&DRAW, || pass.end())).await;

    // A buffer that is destroyed has its name still.
    vertices.destroy();
    let submitted = record(&device, &view, |pass| {
        with(&[&bound[..], &DRAW].concat(), || pass.end());
    });
    c.invalid("a buffer that is destroyed", &device, || device.queue().submit(&[&submitted])).await;
    // One that is dropped gives it to another.
    drop(vertices);
    let other = upload(&device, GpuBufferUsage::VERTEX, &[&[0; 4], &triangle[..]].concat());
    let submitted = record(&device, &view, |pass| {
        with(&[1, VERTICES], || pass.set_vertex_buffer(1, Some(&other), None, None));
        with(&[&bound[..], &column(6), &DRAW].concat(), || pass.end());
    });
    drop(other);
    c.fine("another object of the same name", &device, || device.queue().submit(&[&submitted])).await;
    c.equal("drawn", row(&device, &target).await, vec![0, 0, 0, 0, 0, 0, GREEN_TEXEL, 0]);
}

/// `set-scissor-rect` to one column of the target.
fn column(x: u32) -> [u32; 5] {
    [13, x, 0, 1, WIDTH]
}

fn pipeline(device: &GpuDevice) -> GpuRenderPipeline {
    let module = kit::shader(device, SHADER);
    let mut descriptor = draw_descriptor(&module);
    descriptor.vertex.buffers = Some(vec![Some(vertices())]);
    descriptor.vertex.entry_point = None;
    device.create_render_pipeline(descriptor)
}

fn upload(device: &GpuDevice, usage: GpuBufferUsage, words: &[u32]) -> GpuBuffer {
    let made = kit::buffer(device, words.len() as u64 * 4, usage | GpuBufferUsage::COPY_DST);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    device.queue().write_buffer_with_copy(&made, 0, &bytes, None, None).expect("it fits");
    made
}

/// A command buffer with one render pass, which clears.
fn record(
    device: &GpuDevice,
    view: &GpuTextureView,
    commands: impl FnOnce(&GpuRenderPassEncoder),
) -> GpuCommandBuffer {
    let encoder = kit::encoder(device);
    let pass = encoder.begin_render_pass(&pass_on(view));
    commands(&pass);
    encoder.finish(None)
}

/// The first row of the target.
async fn row(device: &GpuDevice, target: &GpuTexture) -> Vec<u32> {
    let output = kit::storage(device, &[0; WIDTH as usize]);
    let encoder = kit::encoder(device);
    encoder.copy_texture_to_buffer(
        &GpuTexelCopyTextureInfo { texture: target, mip_level: None, origin: None, aspect: None },
        &GpuTexelCopyBufferInfo { buffer: &output, offset: None, bytes_per_row: None, rows_per_image: None },
        GpuExtent3D { width: WIDTH, height: Some(1), depth_or_array_layers: None },
    );
    device.queue().submit(&[&encoder.finish(None)]);
    kit::read(device, &output).await
}
