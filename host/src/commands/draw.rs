//! GPURenderCommandsMixin — spec: <https://www.w3.org/TR/webgpu/#gpurendercommandsmixin> — peer: wgpu-wasi-backend/src/commands/render_commands.rs
//!
//! The draws of render passes and of render bundle encoders: what is checked before wgpu sees them, in one
//! place for both.
//!
//! WebGPU lets a vertex or index buffer be bound with no bytes at all; wgpu panics at such a slice. Here an
//! empty binding is kept as a mark, and the draws that would read nothing from it are left out.

use std::ops::Range;

use crate::device::core::DeviceCore;

/// What a `wgpu::RenderPass` does at once and a bundle encoder keeps for later.
pub(crate) trait RenderCommands {
    fn set_pipeline(&mut self, pipeline: &wgpu::RenderPipeline);
    fn set_bind_group(&mut self, index: u32, bind_group: Option<&wgpu::BindGroup>, offsets: &[u32]);
    fn set_immediates(&mut self, offset: u32, data: &[u8]);
    /// `range` is not empty and inside `buffer`.
    fn set_index_buffer(&mut self, buffer: &wgpu::Buffer, range: Range<u64>, format: wgpu::IndexFormat);
    /// The range is not empty and inside the buffer.
    fn set_vertex_buffer(&mut self, slot: u32, binding: Option<(&wgpu::Buffer, Range<u64>)>);
    fn draw(&mut self, vertices: Range<u32>, instances: Range<u32>);
    fn draw_indexed(&mut self, indices: Range<u32>, base_vertex: i32, instances: Range<u32>);
    fn draw_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64);
    fn draw_indexed_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64);
}

impl RenderCommands for wgpu::RenderPass<'static> {
    fn set_pipeline(&mut self, pipeline: &wgpu::RenderPipeline) {
        self.set_pipeline(pipeline);
    }

    fn set_bind_group(&mut self, index: u32, bind_group: Option<&wgpu::BindGroup>, offsets: &[u32]) {
        self.set_bind_group(index, bind_group, offsets);
    }

    fn set_immediates(&mut self, offset: u32, data: &[u8]) {
        self.set_immediates(offset, data);
    }

    fn set_index_buffer(&mut self, buffer: &wgpu::Buffer, range: Range<u64>, format: wgpu::IndexFormat) {
        self.set_index_buffer(buffer.slice(range), format);
    }

    fn set_vertex_buffer(&mut self, slot: u32, binding: Option<(&wgpu::Buffer, Range<u64>)>) {
        self.set_vertex_buffer(slot, binding.map(|(buffer, range)| buffer.slice(range)));
    }

    fn draw(&mut self, vertices: Range<u32>, instances: Range<u32>) {
        self.draw(vertices, instances);
    }

    fn draw_indexed(&mut self, indices: Range<u32>, base_vertex: i32, instances: Range<u32>) {
        self.draw_indexed(indices, base_vertex, instances);
    }

    fn draw_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64) {
        self.draw_indirect(buffer, offset);
    }

    fn draw_indexed_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64) {
        self.draw_indexed_indirect(buffer, offset);
    }
}

/// A `setVertexBuffer` or `setIndexBuffer` whose handle is resolved.
#[derive(Debug)]
pub(crate) struct Binding {
    buffer: wgpu::Buffer,
    /// Of the buffer, where the range is empty: wgpu checks the others.
    device: Option<wgpu::Device>,
    range: Range<u64>,
}

/// A buffer that is to be bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bindable<'a> {
    pub(crate) inner: &'a wgpu::Buffer,
    pub(crate) device: &'a wgpu::Device,
    pub(crate) label: &'a str,
    /// In bytes; what the guest asked for, also when the buffer is invalid.
    pub(crate) size: u64,
    /// Whether it has the usage that the binding needs.
    pub(crate) usable: bool,
}

impl Binding {
    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setindexbuffer>
    pub(crate) fn index(
        buffer: Bindable<'_>,
        format: wgpu::IndexFormat,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<Self, String> {
        let alignment = match format {
            wgpu::IndexFormat::Uint16 => 2,
            wgpu::IndexFormat::Uint32 => 4,
        };
        Self::new(buffer, wgpu::BufferUsages::INDEX, alignment, offset, size)
    }

    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setvertexbuffer>
    pub(crate) fn vertex(
        buffer: Bindable<'_>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<Self, String> {
        Self::new(buffer, wgpu::BufferUsages::VERTEX, 4, offset, size)
    }

    /// `size` is by default all bytes of the buffer from `offset` (by default 0) on; `Err` is why they are
    /// not to be had.
    fn new(
        buffer: Bindable<'_>,
        usage: wgpu::BufferUsages,
        alignment: u64,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<Self, String> {
        let start = offset.unwrap_or(0);
        let end = match size {
            Some(size) => start.checked_add(size),
            None => Some(buffer.size.max(start)),
        };
        let end = end.filter(|end| *end <= buffer.size).ok_or_else(|| {
            format!("{size:?} bytes from {start} are not inside the buffer of {} bytes", buffer.size)
        })?;
        // A buffer that the host could not make has no bytes for wgpu.
        if end > buffer.inner.size() {
            return Err(format!("the buffer '{}' is invalid", buffer.label));
        }
        // wgpu checks these where it gets to see the buffer.
        if start == end {
            if !buffer.usable {
                return Err(format!("the buffer '{}' has not the usage {usage:?}", buffer.label));
            }
            if !start.is_multiple_of(alignment) {
                return Err(format!("the offset {start} is not a multiple of {alignment}"));
            }
        }
        Ok(Self {
            buffer: buffer.inner.clone(),
            device: (start == end).then(|| buffer.device.clone()),
            range: start..end,
        })
    }

    /// The binding in a pass or bundle of `device`; `Err` when it is another device's.
    pub(crate) fn on(self, device: &DeviceCore) -> Result<Self, String> {
        match &self.device {
            Some(other) if *other != device.wgpu => Err("the buffer is another device's".to_owned()),
            Some(_) | None => Ok(self),
        }
    }

    /// What a `setVertexBuffer` without a buffer must look like, whose buffer has no bytes.
    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setvertexbuffer>
    pub(crate) fn none(offset: Option<u64>, size: Option<u64>) -> Result<(), String> {
        match (offset.unwrap_or(0), size.unwrap_or(0)) {
            (0, 0) => Ok(()),
            (start, size) => Err(format!("{size} bytes from {start} are not inside no buffer")),
        }
    }
}

/// Whether a draw in a bundle may take `size` bytes of arguments from `offset` of `buffer` on. wgpu checks
/// that in passes; in bundles it would have the GPU read what lies beyond the buffer.
/// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindirect>
pub(crate) fn indirect_arguments(buffer: &wgpu::Buffer, offset: u64, size: u64) -> Result<(), String> {
    if !offset.is_multiple_of(4) {
        return Err(format!("the indirect offset {offset} is not a multiple of 4"));
    }
    match offset.checked_add(size) {
        Some(end) if end <= buffer.size() => Ok(()),
        _ => Err(format!(
            "{size} bytes of arguments from {offset} are not inside the buffer of {} bytes",
            buffer.size()
        )),
    }
}

/// What the host has to know of a pass or bundle encoder between its draws.
#[derive(Debug, Default)]
pub(crate) struct DrawState {
    /// Bit n: slot n has a vertex buffer without bytes.
    empty_vertex_slots: u32,
    /// The index buffer has no bytes.
    empty_index_buffer: bool,
    /// <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-drawcount-slot>
    pub(crate) draw_count: u64,
}

impl DrawState {
    /// Forgets the bindings, as `executeBundles` does.
    /// <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-executebundles>
    pub(crate) fn reset_bindings(&mut self) {
        self.empty_vertex_slots = 0;
        self.empty_index_buffer = false;
    }

    pub(crate) fn set_index_buffer(
        &mut self,
        commands: &mut impl RenderCommands,
        binding: Binding,
        format: wgpu::IndexFormat,
    ) {
        let Binding { buffer, device: _, range } = binding;
        self.empty_index_buffer = range.is_empty();
        if !range.is_empty() {
            commands.set_index_buffer(&buffer, range, format);
        }
    }

    /// `None` takes the buffer out of `slot`.
    pub(crate) fn set_vertex_buffer(
        &mut self,
        commands: &mut impl RenderCommands,
        slot: u32,
        binding: Option<Binding>,
    ) {
        // wgpu refuses slots that are too high, whatever is bound there.
        let bit = 1_u32.checked_shl(slot).unwrap_or(0);
        self.empty_vertex_slots &= !bit;
        let binding = match &binding {
            Some(Binding { buffer, device: _, range }) if !range.is_empty() => Some((buffer, range.clone())),
            Some(_) => {
                self.empty_vertex_slots |= bit;
                None
            }
            None => None,
        };
        commands.set_vertex_buffer(slot, binding);
    }

    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-draw>
    pub(crate) fn draw(
        &mut self,
        commands: &mut impl RenderCommands,
        vertex_count: u32,
        instance_count: Option<u32>,
        first_vertex: Option<u32>,
        first_instance: Option<u32>,
    ) -> Result<(), &'static str> {
        self.draw_count += 1;
        let instance_count = instance_count.unwrap_or(1);
        let vertices = range(first_vertex, vertex_count).ok_or("there are no vertices beyond 2^32")?;
        let instances = range(first_instance, instance_count).ok_or("there are no instances beyond 2^32")?;
        if self.empty_vertex_slots != 0 && (vertices.is_empty() || instances.is_empty()) {
            return Ok(());
        }
        commands.draw(vertices, instances);
        Ok(())
    }

    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindexed>
    pub(crate) fn draw_indexed(
        &mut self,
        commands: &mut impl RenderCommands,
        index_count: u32,
        instance_count: Option<u32>,
        first_index: Option<u32>,
        base_vertex: Option<i32>,
        first_instance: Option<u32>,
    ) -> Result<(), &'static str> {
        self.draw_count += 1;
        let instance_count = instance_count.unwrap_or(1);
        let indices = range(first_index, index_count).ok_or("there are no indices beyond 2^32")?;
        let instances = range(first_instance, instance_count).ok_or("there are no instances beyond 2^32")?;
        if self.empty_index_buffer && indices.end > 0 {
            return Err("the index buffer is bound with no bytes");
        }
        let nothing = indices.is_empty() || instances.is_empty();
        if nothing && (self.empty_index_buffer || self.empty_vertex_slots != 0) {
            return Ok(());
        }
        commands.draw_indexed(indices, base_vertex.unwrap_or(0), instances);
        Ok(())
    }

    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindirect>
    pub(crate) fn draw_indirect(
        &mut self,
        commands: &mut impl RenderCommands,
        buffer: &wgpu::Buffer,
        offset: u64,
    ) {
        self.draw_count += 1;
        commands.draw_indirect(buffer, offset);
    }

    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindexedindirect>
    pub(crate) fn draw_indexed_indirect(
        &mut self,
        commands: &mut impl RenderCommands,
        buffer: &wgpu::Buffer,
        offset: u64,
    ) {
        self.draw_count += 1;
        // Every index is out of bounds, so the GPU would draw nothing; wgpu still holds the index buffer
        // that was bound before.
        if !self.empty_index_buffer {
            commands.draw_indexed_indirect(buffer, offset);
        }
    }
}

/// `None` when the end does not fit: wgpu takes ranges of `u32`.
fn range(first: Option<u32>, count: u32) -> Option<Range<u32>> {
    let first = first.unwrap_or(0);
    Some(first..first.checked_add(count)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Call {
        Draw(Range<u32>, Range<u32>),
        DrawIndexed(Range<u32>, i32, Range<u32>),
    }

    /// The draws that get through.
    #[derive(Default)]
    struct Recorder(Vec<Call>);

    impl RenderCommands for Recorder {
        fn set_pipeline(&mut self, _: &wgpu::RenderPipeline) {}
        fn set_bind_group(&mut self, _: u32, _: Option<&wgpu::BindGroup>, _: &[u32]) {}
        fn set_immediates(&mut self, _: u32, _: &[u8]) {}
        fn set_index_buffer(&mut self, _: &wgpu::Buffer, _: Range<u64>, _: wgpu::IndexFormat) {}
        fn set_vertex_buffer(&mut self, _: u32, _: Option<(&wgpu::Buffer, Range<u64>)>) {}

        fn draw(&mut self, vertices: Range<u32>, instances: Range<u32>) {
            self.0.push(Call::Draw(vertices, instances));
        }

        fn draw_indexed(&mut self, indices: Range<u32>, base_vertex: i32, instances: Range<u32>) {
            self.0.push(Call::DrawIndexed(indices, base_vertex, instances));
        }

        fn draw_indirect(&mut self, _: &wgpu::Buffer, _: u64) {}
        fn draw_indexed_indirect(&mut self, _: &wgpu::Buffer, _: u64) {}
    }

    #[test]
    fn defaults_are_one_instance_from_zero() {
        let (mut state, mut calls) = (DrawState::default(), Recorder::default());
        state.draw(&mut calls, 3, None, None, None).unwrap();
        state.draw(&mut calls, 3, Some(2), Some(4), Some(5)).unwrap();
        state.draw_indexed(&mut calls, 6, None, None, None, None).unwrap();
        state.draw_indexed(&mut calls, 6, Some(1), Some(2), Some(-3), Some(4)).unwrap();
        assert_eq!(
            calls.0,
            [
                Call::Draw(0..3, 0..1),
                Call::Draw(4..7, 5..7),
                Call::DrawIndexed(0..6, 0, 0..1),
                Call::DrawIndexed(2..8, -3, 4..5),
            ]
        );
        assert_eq!(state.draw_count, 4);
    }

    #[test]
    fn ranges_do_not_wrap() {
        let (mut state, mut calls) = (DrawState::default(), Recorder::default());
        state.draw(&mut calls, 1, None, Some(u32::MAX), None).unwrap_err();
        state.draw(&mut calls, 1, Some(1), None, Some(u32::MAX)).unwrap_err();
        state.draw_indexed(&mut calls, 2, None, Some(u32::MAX - 1), None, None).unwrap_err();
        assert_eq!(calls.0, []);
    }

    #[test]
    fn draws_of_nothing_from_empty_bindings_are_left_out() {
        let (mut state, mut calls) = (DrawState::default(), Recorder::default());
        state.empty_vertex_slots = 1;
        state.draw(&mut calls, 0, None, None, None).unwrap();
        state.draw(&mut calls, 3, Some(0), None, None).unwrap();
        state.draw_indexed(&mut calls, 0, None, None, None, None).unwrap();
        assert_eq!(calls.0, []);
        // wgpu says what is wrong with this one.
        state.draw(&mut calls, 3, None, None, None).unwrap();
        assert_eq!(calls.0, [Call::Draw(0..3, 0..1)]);

        state.empty_index_buffer = true;
        state.draw_indexed(&mut calls, 0, None, None, None, None).unwrap();
        state.draw_indexed(&mut calls, 3, None, None, None, None).unwrap_err();
        state.reset_bindings();
        state.draw_indexed(&mut calls, 0, None, None, None, None).unwrap();
        assert_eq!(calls.0, [Call::Draw(0..3, 0..1), Call::DrawIndexed(0..0, 0, 0..1)]);
    }
}
