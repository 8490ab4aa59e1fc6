//! Words in the memory for commands that say what they may not.

use crate::{
    Checks,
    cases::render_bundle::pass_on,
    command_memory::{with, with_length, with_new_name},
    kit,
    wit::{
        GpuBufferUsage, GpuComputePassEncoder, GpuDevice, GpuIndexFormat, GpuRenderPassEncoder,
        GpuTextureFormat, GpuTextureUsage,
    },
};

async fn pass() -> (GpuDevice, GpuComputePassEncoder) {
    let device = kit::device().await;
    let pass = kit::encoder(&device).begin_compute_pass(None);
    (device, pass)
}

async fn render_pass() -> (GpuDevice, GpuRenderPassEncoder) {
    let device = kit::device().await;
    let usage = GpuTextureUsage::RENDER_ATTACHMENT;
    let view = kit::texture(&device, 8, GpuTextureFormat::Rgba8unorm, usage).create_view(None);
    let pass = kit::encoder(&device).begin_render_pass(&pass_on(&view));
    (device, pass)
}

/// Ends a compute pass with these words in the memory.
async fn refused(c: &mut Checks, words: &[u32]) {
    let (_device, pass) = pass().await;
    with(words, || pass.end());
    c.fail(format!("{words:?} were taken"));
}

/// The name of a buffer that was dropped.
pub async fn command_memory_buffer_dropped(c: &mut Checks) {
    let (device, pass) = render_pass().await;
    let buffer = kit::buffer(&device, 16, GpuBufferUsage::INDEX | GpuBufferUsage::VERTEX);
    with(&[1, 5], || pass.set_index_buffer(&buffer, GpuIndexFormat::Uint16, None, None));
    with(&[8, 0, 5, 0, 0, 16, 0], || pass.pop_debug_group());
    drop(buffer);
    with(&[8, 0, 5, 0, 0, 16, 0], || pass.end());
    c.fail("a buffer that was dropped was set by its name");
}

/// A command with fewer operands than it has.
pub async fn command_memory_cut_short(c: &mut Checks) {
    refused(c, &[5, 1, 1]).await;
}

/// A command of compute passes.
pub async fn command_memory_dispatch_in_render_pass(c: &mut Checks) {
    let (_device, pass) = render_pass().await;
    with(&[5, 1, 1, 1], || pass.end());
    c.fail("a dispatch was taken in a render pass");
}

/// A command of render passes.
pub async fn command_memory_draw_in_compute_pass(c: &mut Checks) {
    refused(c, &[9, 3, 1, 0, 0]).await;
}

/// A format that there is not.
pub async fn command_memory_index_format(c: &mut Checks) {
    let (_device, pass) = render_pass().await;
    with(&[7, 1, 7, 0, 0, 0, 0], || pass.end());
    c.fail("the index format 7 was taken");
}

/// More dynamic offsets than there are words.
pub async fn command_memory_offsets(c: &mut Checks) {
    refused(c, &[3, 0, 0, u32::MAX, 0]).await;
}

/// The number of no command.
pub async fn command_memory_no_command(c: &mut Checks) {
    refused(c, &[77]).await;
}

/// More words in use than the memory has.
pub async fn command_memory_length(c: &mut Checks) {
    let (_device, pass) = pass().await;
    with_length(u32::MAX, &[], || pass.end());
    c.fail("four thousand million words were taken");
}

/// A name for the object of a call that has none.
pub async fn command_memory_nothing_to_name(c: &mut Checks) {
    refused(c, &[1, 1]).await;
}

/// A name beyond the last.
pub async fn command_memory_name_range(c: &mut Checks) {
    refused(c, &[1, 65_536]).await;
}

/// A bind group that is made with a name beyond the last.
pub async fn command_memory_new_name_range(c: &mut Checks) {
    let device = kit::device().await;
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    let (layout, data) = (pipeline.get_bind_group_layout(0), kit::storage(&device, &[1]));
    with_new_name(65_536, || kit::bind(&device, &layout, &data));
    c.fail("a group was made with the name 65536");
}

/// A name that no object was given.
pub async fn command_memory_name_unknown(c: &mut Checks) {
    refused(c, &[2, 5]).await;
}

/// The name of a pipeline that was dropped.
pub async fn command_memory_name_dropped(c: &mut Checks) {
    let (device, pass) = pass().await;
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    with(&[1, 5], || pass.set_pipeline(&pipeline));
    with(&[2, 5], || pass.pop_debug_group());
    drop(pipeline);
    with(&[2, 5], || pass.end());
    c.fail("a pipeline that was dropped was set by its name");
}

/// The name of a pipeline in the place of a bind group's.
pub async fn command_memory_name_of_another_type(c: &mut Checks) {
    let (device, pass) = pass().await;
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    with(&[1, 5], || pass.set_pipeline(&pipeline));
    with(&[3, 0, 5, 0], || pass.end());
    c.fail("a pipeline was set as a bind group");
}
