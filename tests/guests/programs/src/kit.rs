//! What almost every case does: make buffers, run a kernel, read back.

use std::sync::mpsc;

use bytemuck::Pod;
use wgpu::util::DeviceExt;

/// A buffer that shaders may write and copies may read and write, holding `data`.
pub fn storage<T: Pod>(device: &wgpu::Device, data: &[T]) -> wgpu::Buffer {
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("storage"),
        contents: bytemuck::cast_slice(data),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
    })
}

/// A buffer of `size` zero bytes.
pub fn buffer(device: &wgpu::Device, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("buffer"),
        size,
        usage,
        mapped_at_creation: false,
    })
}

/// Like [`storage`], with zeros.
pub fn storage_of_size(device: &wgpu::Device, size: u64) -> wgpu::Buffer {
    buffer(
        device,
        size,
        wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
    )
}

/// A uniform buffer.
pub fn uniform<T: Pod>(device: &wgpu::Device, data: &[T]) -> wgpu::Buffer {
    device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("uniform"),
        contents: bytemuck::cast_slice(data),
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
    })
}

/// Maps and waits.
pub fn map(
    device: &wgpu::Device,
    slice: wgpu::BufferSlice<'_>,
    mode: wgpu::MapMode,
) -> Result<(), wgpu::BufferAsyncError> {
    let (done, result) = mpsc::channel();
    slice.map_async(mode, move |result| done.send(result).expect("the receiver waits"));
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the GPU finishes");
    result.try_recv().expect("the callback ran during the wait")
}

/// What `buffer` (with COPY_SRC) holds, by way of a buffer that can be mapped.
pub fn read_bytes(device: &wgpu::Device, queue: &wgpu::Queue, source: &wgpu::Buffer) -> Vec<u8> {
    let staging = buffer(device, source.size(), wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let mut encoder =
        device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read back") });
    encoder.copy_buffer_to_buffer(source, 0, &staging, 0, source.size());
    queue.submit([encoder.finish()]);
    map(device, staging.slice(..), wgpu::MapMode::Read).expect("a staging buffer can be mapped");
    let bytes = staging.get_mapped_range(..).expect("the buffer is mapped").to_vec();
    staging.unmap();
    bytes
}

/// [`read_bytes`] as numbers.
pub fn read<T: Pod>(device: &wgpu::Device, queue: &wgpu::Queue, source: &wgpu::Buffer) -> Vec<T> {
    bytemuck::pod_collect_to_vec(&read_bytes(device, queue, source))
}

/// A shader module of WGSL.
pub fn shader(device: &wgpu::Device, source: &str) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("shader"),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    })
}

/// A compute pipeline whose layout comes from the shader.
pub fn compute_pipeline(device: &wgpu::Device, source: &str, entry_point: &str) -> wgpu::ComputePipeline {
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(entry_point),
        layout: None,
        module: &shader(device, source),
        entry_point: Some(entry_point),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

/// Binding `binding` of a layout: a storage buffer that compute shaders write.
pub fn storage_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Storage { read_only: false },
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

/// A bind group for `layout` whose entries are bound to 0, 1, 2, …
pub fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    resources: &[wgpu::BindingResource<'_>],
) -> wgpu::BindGroup {
    let entries: Vec<_> = (0..)
        .zip(resources)
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
        .collect();
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("bind group"),
        layout,
        entries: &entries,
    })
}

/// One dispatch in a pass of its own, with group 0 bound to `resources`.
pub fn dispatch(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    pipeline: &wgpu::ComputePipeline,
    resources: &[wgpu::BindingResource<'_>],
    workgroups: [u32; 3],
) {
    let group = bind(device, &pipeline.get_bind_group_layout(0), resources);
    let mut encoder =
        device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("dispatch") });
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(workgroups[0], workgroups[1], workgroups[2]);
    }
    queue.submit([encoder.finish()]);
}

/// A texture with one mip level, one sample and two dimensions.
pub fn texture_2d(
    device: &wgpu::Device,
    [width, height]: [u32; 2],
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("texture"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}

/// The texels of mip level 0 (all layers), without the padding at the end of rows.
pub fn read_texture(device: &wgpu::Device, queue: &wgpu::Queue, texture: &wgpu::Texture) -> Vec<u8> {
    read_texture_level(device, queue, texture, 0, wgpu::TextureAspect::All)
}

/// The texels of one mip level (all layers) and one aspect, without the padding at the end of rows.
pub fn read_texture_level(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    texture: &wgpu::Texture,
    mip_level: u32,
    aspect: wgpu::TextureAspect,
) -> Vec<u8> {
    let size = texture.size().mip_level_size(mip_level, texture.dimension());
    let texel = texture.format().block_copy_size(Some(aspect)).expect("a format of plain texels");
    let row = size.width * texel;
    let padded_row = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let rows = size.height * size.depth_or_array_layers;
    let staging = buffer(
        device,
        u64::from(padded_row) * u64::from(rows),
        wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
    );
    let mut encoder =
        device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read texture") });
    encoder.copy_texture_to_buffer(
        wgpu::TexelCopyTextureInfo { texture, mip_level, origin: wgpu::Origin3d::ZERO, aspect },
        wgpu::TexelCopyBufferInfo {
            buffer: &staging,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(padded_row),
                rows_per_image: Some(size.height),
            },
        },
        size,
    );
    queue.submit([encoder.finish()]);
    let padded = read_bytes(device, queue, &staging);
    padded.chunks(padded_row as usize).flat_map(|line| &line[..row as usize]).copied().collect()
}

/// A view with the texture's own format and dimension.
pub fn view(texture: &wgpu::Texture) -> wgpu::TextureView {
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

/// FNV-1a over eight bytes at a time: what a report has of data that is too long for it.
pub fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Numbers that look random and are the same everywhere.
pub fn noise(count: usize, seed: u32) -> Vec<u32> {
    let mut state = seed | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .collect()
}

/// Waits until the GPU has finished all that was submitted.
pub fn wait(device: &wgpu::Device) {
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the GPU finishes");
}

/// A command encoder without a label.
pub fn encoder(device: &wgpu::Device) -> wgpu::CommandEncoder {
    device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
}

/// A call that is wrong, and that makes nothing that could be looked at: it writes to a buffer that may not be written.
pub fn write_without_the_usage(device: &wgpu::Device, queue: &wgpu::Queue) {
    let buffer = buffer(device, 16, wgpu::BufferUsages::STORAGE);
    queue.write_buffer(&buffer, 0, &[1; 16]);
}
