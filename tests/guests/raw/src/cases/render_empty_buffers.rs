//! Vertex and index buffers of no bytes, slots that are empty: legal, as long as nothing is read.

use super::render_bundle::{bundle_encoder, pass_on};
use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuIndexFormat, GpuTextureFormat, GpuTextureUsage},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let format = GpuTextureFormat::Rgba8unorm;
    let usage = GpuBufferUsage::VERTEX | GpuBufferUsage::INDEX;
    let full = kit::buffer(&device, 64, usage);
    let empty = kit::buffer(&device, 0, usage);
    let view = kit::texture(&device, 8, format, GpuTextureUsage::RENDER_ATTACHMENT).create_view(None);
    macro_rules! set {
        ($pass:ident) => {
            $pass.set_vertex_buffer(0, Some(&full), None, Some(0));
            $pass.set_vertex_buffer(1, Some(&full), Some(64), None);
            $pass.set_vertex_buffer(2, Some(&empty), None, None);
            $pass.set_vertex_buffer(3, None, None, None);
            $pass.set_vertex_buffer(0, None, Some(0), Some(0));
            $pass.set_index_buffer(&full, GpuIndexFormat::Uint16, None, Some(0));
            $pass.set_index_buffer(&full, GpuIndexFormat::Uint32, Some(64), None);
            $pass.set_index_buffer(&empty, GpuIndexFormat::Uint32, None, Some(0));
        };
    }
    c.fine("in a pass", &device, || {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_render_pass(&pass_on(&view));
        set!(pass);
        pass.end();
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    c.fine("in a bundle", &device, || {
        let bundle = bundle_encoder(&device, format);
        set!(bundle);
        let bundle = bundle.finish(None);
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_render_pass(&pass_on(&view));
        pass.execute_bundles(&[&bundle]);
        pass.end();
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    for (name, offset, size) in [
        ("beyond the end", Some(65), Some(0)),
        ("size beyond the end", Some(32), Some(64)),
        ("overflow", Some(u64::MAX & !3), Some(u64::MAX & !3)),
        ("misaligned", Some(2), None),
    ] {
        c.invalid(&format!("vertex buffer, {name}"), &device, || {
            let encoder = kit::encoder(&device);
            let pass = encoder.begin_render_pass(&pass_on(&view));
            pass.set_vertex_buffer(0, Some(&full), offset, size);
            pass.end();
            encoder.finish(None)
        })
        .await;
        c.invalid(&format!("index buffer, {name}"), &device, || {
            let encoder = kit::encoder(&device);
            let pass = encoder.begin_render_pass(&pass_on(&view));
            pass.set_index_buffer(&full, GpuIndexFormat::Uint32, offset, size);
            pass.end();
            encoder.finish(None)
        })
        .await;
    }
}
