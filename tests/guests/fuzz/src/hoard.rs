//! A guest that takes as much as it can get of one thing: the host's memory must not follow it beyond the quotas.

use crate::{
    act,
    wit::{
        GpuBufferDescriptor, GpuBufferUsage, GpuDevice, GpuErrorFilter, GpuExtent3D,
        GpuShaderModuleDescriptor, GpuTextureDescriptor, GpuTextureFormat, GpuTextureUsage,
        RecordGpuPipelineConstantValue,
    },
    world::World,
};

/// The most rounds: where the host refuses with errors of WebGPU instead of ending the guest.
const ROUNDS: usize = 3_000;

/// A size that is small, or large.
fn size(w: &mut World) -> u64 {
    w.random.one_of(&[1 << 10, 64 << 10, 1 << 20, 4 << 20, 16 << 20])
}

fn buffer(device: &GpuDevice, size: u64, usage: GpuBufferUsage, mapped: bool) -> crate::wit::GpuBuffer {
    device.create_buffer(&GpuBufferDescriptor { size, usage, mapped_at_creation: Some(mapped), label: None })
}

/// Takes and takes.
pub(crate) fn hoard(w: &mut World) {
    let Some(device) = w.pools.devices.last().map(|device| device.handle.clone()) else { return };
    let kind = w.random.below(12);
    w.remark(&format!("hoards in way {kind}"));
    let text = |length: usize| "x".repeat(length);
    match kind {
        // Mapped at creation: the guest may write to all of them.
        0 => {
            let mut buffers = Vec::new();
            for _ in 0..ROUNDS {
                let size = size(w);
                let buffer = buffer(&device, size, GpuBufferUsage::COPY_SRC, true);
                let data = vec![1; size.min(1 << 20) as usize];
                let _ = buffer.get_mapped_range_set_with_copy(&data, None, Some(data.len() as u64));
                buffers.push(buffer);
            }
        }
        // Written to, and never submitted.
        1 => {
            let queue = device.queue();
            let buffer = buffer(&device, 4 << 20, GpuBufferUsage::COPY_DST, false);
            let data = vec![2; 4 << 20];
            for _ in 0..ROUNDS / 10 {
                let _ = queue.write_buffer_with_copy(&buffer, 0, &data, None, None);
            }
        }
        // Written to, and destroyed before anything was submitted.
        2 => {
            let (queue, data) = (device.queue(), vec![3; 1 << 20]);
            for _ in 0..ROUNDS / 4 {
                let buffer = buffer(&device, 1 << 20, GpuBufferUsage::COPY_DST, false);
                let _ = queue.write_buffer_with_copy(&buffer, 0, &data, None, None);
                buffer.destroy();
            }
        }
        3 => {
            let mut textures = Vec::new();
            for _ in 0..ROUNDS {
                textures.push(device.create_texture(&GpuTextureDescriptor {
                    size: GpuExtent3D { width: 512, height: Some(512), depth_or_array_layers: Some(4) },
                    mip_level_count: Some(3),
                    sample_count: None,
                    dimension: None,
                    format: GpuTextureFormat::Rgba32float,
                    usage: GpuTextureUsage::TEXTURE_BINDING | GpuTextureUsage::COPY_DST,
                    view_formats: None,
                    texture_binding_view_dimension: None,
                    label: None,
                }));
            }
        }
        4 => {
            let mut samplers = Vec::new();
            for _ in 0..ROUNDS {
                let sampler = device.create_sampler(None);
                sampler.set_label(&text(64 << 10));
                samplers.push(sampler);
            }
        }
        5 => {
            let mut records = Vec::new();
            for number in 0..ROUNDS {
                let record = RecordGpuPipelineConstantValue::new();
                record.add(&text(32 << 10), number as f64);
                records.push(record);
            }
        }
        6 => {
            let mut modules = Vec::new();
            for _ in 0..ROUNDS / 3 {
                let code = crate::wgsl::generated(&mut w.random, false).code;
                let code = format!("{code}\n// {}", text(w.random.below(64 << 10)));
                let descriptor = GpuShaderModuleDescriptor { code, compilation_hints: None, label: None };
                modules.push(device.create_shader_module(&descriptor));
            }
        }
        // Commands without end.
        7 => {
            let encoder = device.create_command_encoder(None);
            let pass = encoder.begin_compute_pass(None);
            for _ in 0..40 * ROUNDS {
                pass.set_immediates(0, &[0; 16], None, None);
            }
            for _ in 0..ROUNDS {
                pass.insert_debug_marker(&text(16 << 10));
            }
            pass.end();
            drop(encoder.finish(None));
        }
        8 => {
            let encoders: Vec<_> = (0..ROUNDS).map(|_| device.create_command_encoder(None)).collect();
            let passes: Vec<_> = encoders.iter().map(|encoder| encoder.begin_compute_pass(None)).collect();
            drop(passes);
        }
        // Its own memory.
        9 => {
            let mut blocks = Vec::new();
            for _ in 0..ROUNDS {
                let mut block: Vec<u8> = Vec::new();
                if block.try_reserve_exact(1 << 20).is_err() {
                    break;
                }
                block.resize(1 << 20, 4);
                blocks.push(block);
            }
        }
        // Errors with long messages.
        10 => {
            for _ in 0..1_000 {
                device.push_error_scope(GpuErrorFilter::Validation);
                device.create_texture(&GpuTextureDescriptor {
                    size: GpuExtent3D { width: 0, height: None, depth_or_array_layers: None },
                    mip_level_count: None,
                    sample_count: None,
                    dimension: None,
                    format: GpuTextureFormat::Rgba8unorm,
                    usage: GpuTextureUsage::empty(),
                    view_formats: None,
                    texture_binding_view_dimension: None,
                    label: Some(text(60 << 10)),
                });
            }
        }
        // Whatever else there is, and nothing of it goes.
        _ => {
            let mut kept = Vec::new();
            w.manner.calls = u64::MAX;
            for _ in 0..ROUNDS {
                act::make(w);
                let bindings = w.pools.bind_groups.last().cloned();
                kept.push((bindings, w.pools.buffers.last().cloned(), w.pools.views.last().cloned()));
            }
        }
    }
}
