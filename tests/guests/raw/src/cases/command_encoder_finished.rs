//! Every call on an encoder that is finished is a validation error, and on one with an open pass.

use crate::{
    Checks, kit,
    wit::{
        GpuCommandEncoder, GpuExtent3D, GpuQuerySetDescriptor, GpuQueryType, GpuRenderPassDescriptor,
        GpuTexelCopyBufferInfo, GpuTexelCopyTextureInfo, GpuTextureFormat, GpuTextureUsage,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let a = kit::storage(&device, &[1; 64]);
    let b = kit::storage(&device, &[2; 64]);
    let usage = GpuTextureUsage::COPY_SRC | GpuTextureUsage::COPY_DST;
    let texture = kit::texture(&device, 4, GpuTextureFormat::Rgba8unorm, usage);
    let other = kit::texture(&device, 4, GpuTextureFormat::Rgba8unorm, usage);
    let queries = device
        .create_query_set(&GpuQuerySetDescriptor { type_: GpuQueryType::Occlusion, count: 1, label: None })
        .expect("occlusion queries need no feature");
    let from_buffer = || GpuTexelCopyBufferInfo {
        buffer: &a,
        offset: None,
        bytes_per_row: Some(256),
        rows_per_image: None,
    };
    let from_texture =
        |texture| GpuTexelCopyTextureInfo { texture, mip_level: None, origin: None, aspect: None };
    let size = GpuExtent3D { width: 1, height: None, depth_or_array_layers: None };

    type Call<'a> = Box<dyn Fn(&GpuCommandEncoder) + 'a>;
    let calls: [(&str, Call<'_>); 11] = [
        ("begin-compute-pass", Box::new(|encoder| drop(encoder.begin_compute_pass(None)))),
        (
            "begin-render-pass",
            Box::new(|encoder| {
                drop(encoder.begin_render_pass(&GpuRenderPassDescriptor {
                    color_attachments: vec![],
                    depth_stencil_attachment: None,
                    occlusion_query_set: None,
                    timestamp_writes: None,
                    max_draw_count: None,
                    label: None,
                }));
            }),
        ),
        (
            "copy-buffer-to-buffer",
            Box::new(|encoder| encoder.copy_buffer_to_buffer(&a, None, &b, None, None)),
        ),
        (
            "copy-buffer-to-texture",
            Box::new(|encoder| encoder.copy_buffer_to_texture(&from_buffer(), &from_texture(&texture), size)),
        ),
        (
            "copy-texture-to-buffer",
            Box::new(|encoder| encoder.copy_texture_to_buffer(&from_texture(&texture), &from_buffer(), size)),
        ),
        (
            "copy-texture-to-texture",
            Box::new(|encoder| {
                encoder.copy_texture_to_texture(&from_texture(&texture), &from_texture(&other), size);
            }),
        ),
        ("clear-buffer", Box::new(|encoder| encoder.clear_buffer(&a, None, None))),
        ("resolve-query-set", Box::new(|encoder| encoder.resolve_query_set(&queries, 0, 1, &a, 0))),
        ("push-debug-group", Box::new(|encoder| encoder.push_debug_group("late"))),
        ("pop-debug-group", Box::new(|encoder| encoder.pop_debug_group())),
        ("insert-debug-marker", Box::new(|encoder| encoder.insert_debug_marker("late"))),
    ];

    let finished = kit::encoder(&device);
    let commands = finished.finish(None);
    for (name, call) in &calls {
        c.invalid(&format!("finished: {name}"), &device, || call(&finished)).await;
    }
    c.invalid("finish twice", &device, || finished.finish(None)).await;
    c.fine("what it made before is good", &device, || device.queue().submit(&[&commands])).await;
    c.invalid("submitted twice", &device, || device.queue().submit(&[&commands])).await;
    finished.set_label("a finished encoder");
    c.equal("its label", finished.label(), "a finished encoder".to_owned());

    for (name, call) in &calls {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_compute_pass(None);
        let what = format!("beside an open pass: {name}");
        c.invalid(&what, &device, || {
            call(&encoder);
            pass.end();
            encoder.finish(None)
        })
        .await;
    }
    c.invalid("finished with an open pass", &device, || {
        let encoder = kit::encoder(&device);
        let _pass = encoder.begin_compute_pass(None);
        encoder.finish(None)
    })
    .await;
    c.invalid("finished with a pass that was dropped, not ended", &device, || {
        let encoder = kit::encoder(&device);
        drop(encoder.begin_compute_pass(None));
        encoder.finish(None)
    })
    .await;
}
