//! `write-texture-with-copy`: all that is wrong is a validation error.

use crate::{
    Checks, kit,
    wit::{
        GpuExtent3D, GpuOrigin3D, GpuTexelCopyBufferInfo, GpuTexelCopyBufferLayout, GpuTexelCopyTextureInfo,
        GpuTextureAspect, GpuTextureFormat, GpuTextureUsage,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let queue = device.queue();
    let texture = kit::texture(
        &device,
        4,
        GpuTextureFormat::Rgba8unorm,
        GpuTextureUsage::COPY_DST | GpuTextureUsage::COPY_SRC,
    );
    let size = |width, height, layers| GpuExtent3D { width, height, depth_or_array_layers: layers };
    let write = |offset, bytes_per_row, rows_per_image, x, mip_level, aspect, size, data: &[u8]| {
        queue.write_texture_with_copy(
            &GpuTexelCopyTextureInfo {
                texture: &texture,
                mip_level,
                origin: Some(GpuOrigin3D { x, y: None, z: None }),
                aspect,
            },
            data,
            GpuTexelCopyBufferLayout { offset, bytes_per_row, rows_per_image },
            size,
        );
    };
    let whole = size(4, Some(4), Some(1));
    c.fine("good", &device, || write(None, Some(16), None, None, None, None, whole, &[7; 64])).await;
    c.fine("nothing", &device, || write(None, None, None, None, None, None, size(0, Some(0), None), &[]))
        .await;
    for (name, offset, bytes_per_row, rows, x, level, size, length) in [
        ("too little data", None, Some(16), None, None, None, whole, 63),
        ("no data", None, Some(16), None, None, None, whole, 0),
        ("offset beyond the data", Some(u64::MAX), Some(16), None, None, None, whole, 64),
        ("row too short", None, Some(15), None, None, None, whole, 64),
        ("no row length", None, None, None, None, None, whole, 64),
        ("rows too few", None, Some(16), Some(3), None, None, whole, 64),
        ("beyond the texture", None, Some(16), None, Some(2), None, whole, 64),
        ("far beyond it", None, Some(16), None, Some(u32::MAX), None, whole, 64),
        ("no such level", None, Some(16), None, None, Some(9), whole, 64),
        (
            "absurdly large",
            None,
            Some(u32::MAX),
            Some(u32::MAX),
            None,
            None,
            size(u32::MAX, Some(u32::MAX), Some(u32::MAX)),
            64,
        ),
    ] {
        c.invalid(name, &device, || {
            write(offset, bytes_per_row, rows, x, level, None, size, &vec![1; length])
        })
        .await;
    }
    c.invalid("aspect", &device, || {
        write(None, Some(16), None, None, None, Some(GpuTextureAspect::DepthOnly), whole, &[7; 64]);
    })
    .await;
    texture.destroy();
    c.invalid("destroyed", &device, || write(None, Some(16), None, None, None, None, whole, &[7; 64])).await;
    c.invalid("destroyed, at submit", &device, || {
        let target = kit::storage(&device, &[0; 1024]);
        let encoder = kit::encoder(&device);
        encoder.copy_texture_to_buffer(
            &GpuTexelCopyTextureInfo { texture: &texture, mip_level: None, origin: None, aspect: None },
            &GpuTexelCopyBufferInfo {
                buffer: &target,
                offset: None,
                bytes_per_row: Some(256),
                rows_per_image: None,
            },
            whole,
        );
        queue.submit(&[&encoder.finish(None)]);
    })
    .await;
}
