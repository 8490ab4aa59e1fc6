//! Handles that are none, or not the guest's any more: the host ends the guest, and no other.

use super::{gpu::*, *};

/// A second handle of an object that is dropped.
macro_rules! stale {
    ($type:ty, $made:expr) => {{
        let handle = $made.take_handle();
        // SAFETY: the handle is good, and dropped here.
        drop(unsafe { <$type>::from_handle(handle) });
        // SAFETY: the handle is gone; that the host finds out is the point.
        unsafe { <$type>::from_handle(handle) }
    }};
}

/// The handle of one object as that of another.
macro_rules! disguised {
    ($type:ty, $object:expr) => {
        // SAFETY: the handle is of something else; that the host finds out is the point.
        unsafe { <$type>::from_handle($object.handle()) }
    };
}

/// A handle out of nowhere.
macro_rules! made_up {
    ($type:ty, $handle:literal) => {
        // SAFETY: the handle is none; that the host finds out is the point.
        unsafe { <$type>::from_handle($handle) }
    };
}

pub async fn stale_device(gpu: &Gpu) -> Answer {
    stale!(GpuDevice, gpu.other().await).destroy();
    Answer::quiet()
}

pub async fn stale_queue(gpu: &Gpu) -> Answer {
    stale!(GpuQueue, gpu.queue()).submit(&[]);
    Answer::quiet()
}

pub async fn stale_adapter(_: &Gpu) -> Answer {
    drop(stale!(GpuAdapter, kit::adapter().await).limits());
    Answer::quiet()
}

pub async fn stale_buffer(gpu: &Gpu) -> Answer {
    stale!(GpuBuffer, gpu.buffer(16, GpuBufferUsage::COPY_DST)).destroy();
    Answer::quiet()
}

pub async fn stale_texture(gpu: &Gpu) -> Answer {
    drop(stale!(GpuTexture, gpu.create_texture(&TEXTURE)).create_view(None));
    Answer::quiet()
}

pub async fn stale_texture_view(gpu: &Gpu) -> Answer {
    drop(stale!(GpuTextureView, gpu.create_texture(&TEXTURE).create_view(None)).label());
    Answer::quiet()
}

pub async fn stale_sampler(gpu: &Gpu) -> Answer {
    stale!(GpuSampler, gpu.create_sampler(None)).set_label("stale");
    Answer::quiet()
}

pub async fn stale_shader_module(gpu: &Gpu) -> Answer {
    drop(stale!(GpuShaderModule, kit::shader(gpu, kit::DOUBLE)).get_compilation_info().await);
    Answer::quiet()
}

pub async fn stale_pipeline(gpu: &Gpu) -> Answer {
    drop(stale!(GpuComputePipeline, gpu.doubling()).get_bind_group_layout(0));
    Answer::quiet()
}

pub async fn stale_encoder(gpu: &Gpu) -> Answer {
    drop(stale!(GpuCommandEncoder, kit::encoder(gpu)).finish(None));
    Answer::quiet()
}

pub async fn stale_pass(gpu: &Gpu) -> Answer {
    stale!(GpuComputePassEncoder, kit::encoder(gpu).begin_compute_pass(None)).end();
    Answer::quiet()
}

pub async fn stale_bundle_encoder(gpu: &Gpu) -> Answer {
    drop(stale!(GpuRenderBundleEncoder, gpu.bundle_encoder()).finish(None));
    Answer::quiet()
}

pub async fn stale_query_set(gpu: &Gpu) -> Answer {
    stale!(GpuQuerySet, gpu.occlusion(1)).destroy();
    Answer::quiet()
}

// The number of the handle may have become another object's by then, of another type.
pub async fn stale_argument(gpu: &Gpu) -> Answer {
    let buffer = stale!(GpuBuffer, gpu.buffer(16, GpuBufferUsage::COPY_DST));
    kit::encoder(gpu).clear_buffer(&buffer, None, None);
    Answer::quiet()
}

pub async fn stale_in_a_list(gpu: &Gpu) -> Answer {
    let stale = stale!(GpuCommandBuffer, kit::encoder(gpu).finish(None));
    gpu.queue.submit(&[&kit::encoder(gpu).finish(None), &stale]);
    Answer::quiet()
}

pub async fn stale_in_a_descriptor(gpu: &Gpu) -> Answer {
    let view = stale!(GpuTextureView, gpu.create_texture(&TEXTURE).create_view(None));
    kit::encoder(gpu).begin_render_pass(&pass([color(&view)])).end();
    Answer::quiet()
}

pub async fn stale_in_a_bind_group(gpu: &Gpu) -> Answer {
    let sampler = stale!(GpuSampler, gpu.create_sampler(None));
    drop(gpu.group(&gpu.layout(&[sampler_entry(0)]), vec![GpuBindingResource::GpuSampler(&sampler)]));
    Answer::quiet()
}

pub async fn dropped_twice(gpu: &Gpu) -> Answer {
    drop(stale!(GpuTexture, gpu.create_texture(&TEXTURE)));
    Answer::quiet()
}

pub async fn dropped_and_never_made(_: &Gpu) -> Answer {
    drop(made_up!(GpuDevice, 123_456));
    Answer::quiet()
}

pub async fn null(_: &Gpu) -> Answer {
    made_up!(GpuBuffer, 0).destroy();
    Answer::quiet()
}

pub async fn of_32_bits(_: &Gpu) -> Answer {
    made_up!(GpuBuffer, 0xffff_fff0).destroy();
    Answer::quiet()
}

pub async fn of_31_bits(_: &Gpu) -> Answer {
    made_up!(GpuQueue, 0x7fff_ffff).submit(&[]);
    Answer::quiet()
}

pub async fn canvas_context(_: &Gpu) -> Answer {
    drop(made_up!(GpuCanvasContext, 4321).get_current_texture());
    Answer::quiet()
}

pub async fn canvas_context_in_disguise(gpu: &Gpu) -> Answer {
    disguised!(GpuCanvasContext, gpu.queue).unconfigure();
    Answer::quiet()
}

pub async fn uncaptured_error_event_in_disguise(gpu: &Gpu) -> Answer {
    drop(disguised!(GpuUncapturedErrorEvent, gpu.queue).error());
    Answer::quiet()
}

pub async fn texture_as_buffer(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    disguised!(GpuBuffer, texture).destroy();
    Answer::quiet()
}

pub async fn view_as_texture(gpu: &Gpu) -> Answer {
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    drop(disguised!(GpuTexture, view).create_view(None));
    Answer::quiet()
}

pub async fn render_pass_as_compute_pass(gpu: &Gpu) -> Answer {
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    let render = kit::encoder(gpu).begin_render_pass(&pass([color(&view)]));
    disguised!(GpuComputePassEncoder, render).dispatch_workgroups(1, None, None);
    Answer::quiet()
}

pub async fn encoder_as_command_buffer(gpu: &Gpu) -> Answer {
    let encoder = kit::encoder(gpu);
    gpu.queue.submit(&[&disguised!(GpuCommandBuffer, encoder)]);
    Answer::quiet()
}

pub async fn dropped_as_another_type(gpu: &Gpu) -> Answer {
    let sampler = gpu.create_sampler(None);
    drop(disguised!(GpuBuffer, sampler));
    Answer::quiet()
}
