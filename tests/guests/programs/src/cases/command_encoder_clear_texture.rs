//! Textures of each kind, filled with noise and then cleared in part: the rest stays.

use crate::{Gpu, Report, canvas, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let compressed = gpu.adapter.features() & wgpu::Features::TEXTURE_COMPRESSION_BC;
    let features = wgpu::Features::CLEAR_TEXTURE | compressed;
    let (device, queue) = gpu.device_with(features, wgpu::Limits::default()).await;
    let context = (&device, &queue);

    let all = wgpu::ImageSubresourceRange::default();
    let part = wgpu::ImageSubresourceRange {
        base_mip_level: 1,
        mip_level_count: Some(1),
        base_array_layer: 1,
        array_layer_count: Some(2),
        ..all
    };
    let volume = wgpu::ImageSubresourceRange { base_array_layer: 0, array_layer_count: None, ..part };
    use wgpu::TextureDimension::{D1, D2, D3};
    use wgpu::TextureFormat as F;
    clear(context, r, F::Rgba8Unorm, D2, [37, 21, 4], &part);
    clear(context, r, F::R8Unorm, D2, [37, 21, 2], &all);
    clear(context, r, F::Rgba32Float, D2, [300, 512, 1], &all);
    clear(context, r, F::Rgba16Uint, D3, [19, 8, 5], &volume);
    clear(context, r, F::R32Uint, D1, [64, 1, 1], &all);
    r.number("block compression", !compressed.is_empty());
    if !compressed.is_empty() {
        clear(context, r, F::Bc1RgbaUnorm, D2, [28, 20, 3], &part);
    }
    clear_depth(context, r);
    clear_samples(context, r).await;
    refuse(gpu, &device, r).await;
}

/// What has a smaller level, unless it has one dimension.
fn texture(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    dimension: wgpu::TextureDimension,
    [width, height, depth_or_array_layers]: [u32; 3],
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("cleared"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers },
        mip_level_count: if dimension == wgpu::TextureDimension::D1 { 1 } else { 2 },
        sample_count: 1,
        dimension,
        format,
        // The copy to the texture is how it is filled; clearing it needs no usage.
        usage: wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

fn clear(
    (device, queue): (&wgpu::Device, &wgpu::Queue),
    r: &mut Report,
    format: wgpu::TextureFormat,
    dimension: wgpu::TextureDimension,
    size: [u32; 3],
    range: &wgpu::ImageSubresourceRange,
) {
    let texture = texture(device, format, dimension, size);
    let (block_width, block_height) = format.block_dimensions();
    let block = format.block_copy_size(None).expect("a format of colors");
    let levels: Vec<_> = (0..texture.mip_level_count())
        .map(|level| (level, texture.size().mip_level_size(level, dimension).physical_size(format)))
        .collect();
    for &(mip_level, size) in &levels {
        let row = size.width / block_width * block;
        let rows = size.height / block_height;
        // Bytes below 64 make no NaN of any format.
        let noise = kit::noise((row * rows * size.depth_or_array_layers) as usize, 7 + mip_level);
        let bytes: Vec<u8> = noise.into_iter().map(|word| (word % 63) as u8 + 1).collect();
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: Some(rows) };
        queue.write_texture(
            wgpu::TexelCopyTextureInfo { mip_level, ..texture.as_image_copy() },
            &bytes,
            layout,
            size,
        );
    }
    let mut encoder = kit::encoder(device);
    encoder.clear_texture(&texture, range);
    queue.submit([encoder.finish()]);
    for &(mip_level, size) in &levels {
        let row = size.width / block_width * block;
        let padded = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let rows = size.height / block_height;
        let bytes = u64::from(padded) * u64::from(rows * size.depth_or_array_layers);
        let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let staging = kit::buffer(device, bytes, usage);
        let mut encoder = kit::encoder(device);
        encoder.copy_texture_to_buffer(
            wgpu::TexelCopyTextureInfo { mip_level, ..texture.as_image_copy() },
            wgpu::TexelCopyBufferInfo {
                buffer: &staging,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(padded),
                    rows_per_image: Some(rows),
                },
            },
            size,
        );
        queue.submit([encoder.finish()]);
        let found: Vec<u8> = kit::read_bytes(device, queue, &staging)
            .chunks(padded as usize)
            .flat_map(|line| &line[..row as usize])
            .copied()
            .collect();
        r.number(format!("{format:?}, {dimension:?}, level {mip_level}"), kit::checksum(&found));
        r.number(
            format!("{format:?}, {dimension:?}, level {mip_level}, zeros"),
            found.iter().filter(|&&byte| byte == 0).count() as u64,
        );
    }
}

/// Depth and stencil can't be copied to: they are cleared by a pass.
fn clear_depth((device, queue): (&wgpu::Device, &wgpu::Queue), r: &mut Report) {
    let format = wgpu::TextureFormat::Depth32Float;
    let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
    let depth = kit::texture_2d(device, [16, 16], format, usage);
    for clear in [false, true] {
        let mut encoder = kit::encoder(device);
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &kit::view(&depth),
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.75),
                    store: wgpu::StoreOp::Store,
                }),
                stencil_ops: None,
            }),
            ..Default::default()
        });
        if clear {
            encoder.clear_texture(&depth, &wgpu::ImageSubresourceRange::default());
        }
        queue.submit([encoder.finish()]);
        let found = kit::read_texture_level(device, queue, &depth, 0, wgpu::TextureAspect::DepthOnly);
        let found = bytemuck::pod_collect_to_vec::<u8, f32>(&found);
        assert!(found.iter().all(|&depth| depth == if clear { 0.0 } else { 0.75 }));
        r.floats(format!("depth, cleared: {clear}"), &found, 0.0);
    }
}

/// Several samples, seen through a resolve.
async fn clear_samples((device, queue): (&wgpu::Device, &wgpu::Queue), r: &mut Report) {
    let many = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 8, height: 8, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 4,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    let target = canvas::target(device, [8, 8], wgpu::TextureFormat::Rgba8Unorm);
    let mut encoder = kit::encoder(device);
    let pass = |encoder: &mut wgpu::CommandEncoder, load| {
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &kit::view(&many),
                depth_slice: None,
                resolve_target: Some(&kit::view(&target)),
                ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
    };
    pass(&mut encoder, wgpu::LoadOp::Clear(wgpu::Color::RED));
    encoder.clear_texture(&many, &wgpu::ImageSubresourceRange::default());
    pass(&mut encoder, wgpu::LoadOp::Load);
    queue.submit([encoder.finish()]);
    r.bytes("samples", kit::read_texture(device, queue, &target));
}

async fn refuse(gpu: &Gpu, device: &wgpu::Device, r: &mut Report) {
    let texture = texture(device, wgpu::TextureFormat::Rgba8Unorm, wgpu::TextureDimension::D2, [8, 8, 2]);
    let all = wgpu::ImageSubresourceRange::default();
    for (name, range) in [
        // With a count: without one, native wgpu 30.0.1 ends the process with a segmentation fault.
        ("no such level", wgpu::ImageSubresourceRange { base_mip_level: 3, mip_level_count: Some(1), ..all }),
        ("too many levels", wgpu::ImageSubresourceRange { mip_level_count: Some(3), ..all }),
        (
            "levels past the last number",
            wgpu::ImageSubresourceRange { base_mip_level: 1, mip_level_count: Some(u32::MAX), ..all },
        ),
        ("too many layers", wgpu::ImageSubresourceRange { array_layer_count: Some(3), ..all }),
        ("no such aspect", wgpu::ImageSubresourceRange { aspect: wgpu::TextureAspect::DepthOnly, ..all }),
    ] {
        r.caught(name, device, || {
            let mut encoder = kit::encoder(device);
            encoder.clear_texture(&texture, &range);
            encoder.finish()
        })
        .await;
    }
    let (plain, _queue) = gpu.device().await;
    let texture = kit::texture_2d(
        &plain,
        [8, 8],
        wgpu::TextureFormat::Rgba8Unorm,
        wgpu::TextureUsages::RENDER_ATTACHMENT,
    );
    r.caught("without the feature", &plain, || {
        let mut encoder = kit::encoder(&plain);
        encoder.clear_texture(&texture, &all);
        encoder.finish()
    })
    .await;
}
