//! A bundle with any error in it is a validation error and an invalid bundle, never the end of the host.

use super::render_bundle::{bundle_encoder, pass_on};
use crate::{
    Checks, kit,
    wit::{
        GpuBufferUsage, GpuIndexFormat, GpuRenderBundleEncoder, GpuRenderBundleEncoderDescriptor,
        GpuTextureFormat, GpuTextureUsage,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let other_device = kit::device().await;
    let format = GpuTextureFormat::Rgba8unorm;
    let storage = kit::storage(&device, &[0; 64]);
    let foreign = kit::buffer(&other_device, 64, GpuBufferUsage::VERTEX);
    let destroyed = kit::buffer(&device, 64, GpuBufferUsage::VERTEX);
    destroyed.destroy();
    let target = kit::texture(&device, 8, format, GpuTextureUsage::RENDER_ATTACHMENT);
    let view = target.create_view(None);

    type Record<'a> = Box<dyn Fn(&GpuRenderBundleEncoder) + 'a>;
    let records: [(&str, Record<'_>); 10] = [
        ("no pipeline", Box::new(|bundle| bundle.draw(3, None, None, None))),
        ("indexed, no pipeline", Box::new(|bundle| bundle.draw_indexed(3, None, None, None, None))),
        ("vertex buffer, usage", Box::new(|bundle| bundle.set_vertex_buffer(0, Some(&storage), None, None))),
        ("vertex buffer, slot", Box::new(|bundle| bundle.set_vertex_buffer(u32::MAX, None, None, None))),
        (
            "vertex buffer, range",
            Box::new(|bundle| {
                bundle.set_vertex_buffer(0, Some(&foreign), Some(u64::MAX), Some(u64::MAX));
            }),
        ),
        (
            "vertex buffer, foreign",
            Box::new(|bundle| bundle.set_vertex_buffer(0, Some(&foreign), None, None)),
        ),
        (
            "index buffer, usage",
            Box::new(|bundle| {
                bundle.set_index_buffer(&storage, GpuIndexFormat::Uint16, None, None);
            }),
        ),
        ("indirect, usage", Box::new(|bundle| bundle.draw_indirect(&storage, u64::MAX))),
        ("immediates", Box::new(|bundle| bundle.set_immediates(u32::MAX & !3, &[0; 8], None, None))),
        ("debug groups", Box::new(|bundle| bundle.pop_debug_group())),
    ];
    for (name, record) in &records {
        let bundle = c
            .invalid(name, &device, || {
                let encoder = bundle_encoder(&device, format);
                record(&encoder);
                encoder.finish(None)
            })
            .await;
        bundle.set_label("invalid");
        c.equal("its label", bundle.label(), "invalid".to_owned());
        c.invalid(&format!("{name}: executed"), &device, || {
            let encoder = kit::encoder(&device);
            let pass = encoder.begin_render_pass(&pass_on(&view));
            pass.execute_bundles(&[&bundle]);
            pass.end();
            encoder.finish(None)
        })
        .await;
    }
    for (name, color_formats, depth_stencil_format, sample_count) in [
        ("no attachments", vec![], None, None),
        ("a depth format as color", vec![Some(GpuTextureFormat::Depth32float)], None, None),
        ("a color format as depth", vec![], Some(format), None),
        ("three samples", vec![Some(format)], None, Some(3)),
        ("too many attachments", vec![Some(format); 100], None, None),
    ] {
        let (_, caught) = kit::caught(&device, || {
            let encoder = device.create_render_bundle_encoder(&GpuRenderBundleEncoderDescriptor {
                depth_read_only: Some(true),
                stencil_read_only: None,
                color_formats,
                depth_stencil_format,
                sample_count,
                label: None,
            });
            encoder.draw(3, None, None, None);
            encoder.finish(None)
        })
        .await;
        c.that(name, matches!(caught, kit::Caught::Validation(_)));
    }
    // A destroyed buffer is found out when the bundle is used.
    let (bundle, _) = kit::caught(&device, || {
        let encoder = bundle_encoder(&device, format);
        encoder.set_vertex_buffer(0, Some(&destroyed), None, None);
        encoder.finish(None)
    })
    .await;
    c.invalid("a destroyed buffer", &device, || {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_render_pass(&pass_on(&view));
        pass.execute_bundles(&[&bundle]);
        pass.end();
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    device.destroy();
    c.fine("on a destroyed device", &device, || bundle_encoder(&device, format).finish(None)).await;
}
