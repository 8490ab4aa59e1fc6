//! GPURenderCommandsMixin — spec: <https://www.w3.org/TR/webgpu/#gpurendercommandsmixin> — peer: wgpu-wasi-backend/src/commands/render_commands.rs
//!
//! The draws of render passes and of render bundle encoders: what is checked before wgpu sees them, how they are
//! recorded, and how wgpu gets them, in one place for both.
//!
//! WebGPU lets a vertex or index buffer be bound with no bytes at all; wgpu panics at such a slice. Here an
//! empty binding is kept as a mark, and the draws that would read nothing from it are left out.

use std::ops::Range;

use wgpu::util::RenderEncoder;

use crate::{
    commands::{
        binding::{BindingCommand, BindingCommands, encode_binding},
        holder::Place,
        kept::Weighed,
        used::{Used, UsedBuffer},
    },
    device::{core::DeviceCore, timeline::Timeline},
    weights,
};

/// A command that render passes and bundles have, with its handles resolved.
#[derive(Debug)]
pub(crate) enum RenderCommand {
    Binding(BindingCommand),
    SetPipeline(Place),
    SetIndexBuffer { buffer: Place, format: wgpu::IndexFormat, range: Range<u64> },
    SetVertexBuffer { slot: u32, buffer: Option<Place>, range: Range<u64> },
    Draw { vertices: Range<u32>, instances: Range<u32> },
    DrawIndexed { indices: Range<u32>, base_vertex: i32, instances: Range<u32> },
    DrawIndirect { buffer: Place, offset: u64 },
    DrawIndexedIndirect { buffer: Place, offset: u64 },
}

impl From<BindingCommand> for RenderCommand {
    fn from(command: BindingCommand) -> Self {
        Self::Binding(command)
    }
}

impl RenderCommand {
    /// Gives it to wgpu's pass or bundle encoder, with what is `used`; `Err` says why there is no such bind group.
    pub(crate) fn encode<'a>(
        &'a self,
        encoder: &mut impl RenderEncoder<'a>,
        used: &'a Used<wgpu::RenderPipeline>,
        timeline: &Timeline,
    ) -> Result<(), &'static str> {
        match self {
            Self::Binding(command) => return encode_binding!(command, encoder, used, timeline),
            Self::SetPipeline(pipeline) => encoder.set_pipeline(used.pipeline(*pipeline)?),
            Self::SetIndexBuffer { buffer, format, range } => {
                encoder.set_index_buffer(used.buffer(*buffer)?.slice(range.clone()), *format);
            }
            Self::SetVertexBuffer { slot, buffer, range } => {
                let buffer = buffer.map(|buffer| used.buffer(buffer)).transpose()?;
                encoder.set_vertex_buffer(*slot, buffer.map(|buffer| buffer.slice(range.clone())));
            }
            Self::Draw { vertices, instances } => encoder.draw(vertices.clone(), instances.clone()),
            Self::DrawIndexed { indices, base_vertex, instances } => {
                encoder.draw_indexed(indices.clone(), *base_vertex, instances.clone());
            }
            Self::DrawIndirect { buffer, offset } => encoder.draw_indirect(used.buffer(*buffer)?, *offset),
            Self::DrawIndexedIndirect { buffer, offset } => {
                encoder.draw_indexed_indirect(used.buffer(*buffer)?, *offset);
            }
        }
        Ok(())
    }
}

/// What records the draws of a render pass or a render bundle encoder.
pub(crate) trait RenderCommands:
    BindingCommands<Draws = DrawState, Pipeline = wgpu::RenderPipeline, Command: From<RenderCommand>>
{
    /// Whether a draw may take `size` bytes of arguments from `offset` of `buffer` on.
    /// <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindirect>
    fn check_indirect(buffer: &wgpu::Buffer, offset: u64, size: u64) -> Result<(), String>;

    /// Records a draw, or what one needs, which [`DrawState`] has looked at.
    #[inline]
    fn record_draw<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        bytes: usize,
        command: impl FnOnce(&mut DrawState, &mut Used<wgpu::RenderPipeline>) -> Result<Option<RenderCommand>, E>,
    ) {
        self.try_record(call, bytes, |draws, used| Ok::<_, E>(command(draws, used)?.map(Into::into)));
    }

    /// `setPipeline`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setpipeline>
    #[inline]
    fn set_pipeline(&mut self, pipeline: &Weighed<wgpu::RenderPipeline>) {
        self.record_draw("set_pipeline", 0, |_, used| {
            Ok::<_, &str>(Some(RenderCommand::SetPipeline(used.hold_pipeline(pipeline)?)))
        });
    }

    /// `setIndexBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setindexbuffer>
    #[inline]
    fn set_index_buffer(&mut self, binding: Result<Binding, String>, format: wgpu::IndexFormat) {
        let binding = binding.and_then(|binding| binding.on(self.device()));
        self.record_draw("set_index_buffer", 0, |draws, used| {
            let Binding { buffer, device: _, range } = binding?;
            Ok::<_, String>(draws.set_index_buffer(used.hold_buffer(buffer)?, range, format))
        });
    }

    /// `setVertexBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setvertexbuffer>; `None` takes the
    /// buffer out of `slot`.
    #[inline]
    fn set_vertex_buffer(&mut self, slot: u32, binding: Result<Option<Binding>, String>) {
        let binding =
            binding.and_then(|binding| binding.map(|binding| binding.on(self.device())).transpose());
        self.record_draw("set_vertex_buffer", 0, |draws, used| {
            let bound = match binding? {
                Some(Binding { buffer, device: _, range }) => Some((used.hold_buffer(buffer)?, range)),
                None => None,
            };
            Ok::<_, String>(draws.set_vertex_buffer(slot, bound))
        });
    }

    /// `draw`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-draw>
    #[inline]
    fn draw(
        &mut self,
        vertex_count: u32,
        instance_count: Option<u32>,
        first_vertex: Option<u32>,
        first_instance: Option<u32>,
    ) {
        self.record_draw("draw", 0, |draws, _| {
            draws.draw(vertex_count, instance_count, first_vertex, first_instance)
        });
    }

    /// `drawIndexed`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindexed>
    #[inline]
    fn draw_indexed(
        &mut self,
        index_count: u32,
        instance_count: Option<u32>,
        first_index: Option<u32>,
        base_vertex: Option<i32>,
        first_instance: Option<u32>,
    ) {
        self.record_draw("draw_indexed", 0, |draws, _| {
            draws.draw_indexed(index_count, instance_count, first_index, base_vertex, first_instance)
        });
    }

    /// `drawIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindirect>
    fn draw_indirect(&mut self, buffer: UsedBuffer, offset: u64) {
        self.record_draw("draw_indirect", weights::INDIRECT, |draws, used| {
            let buffer = used.hold_buffer(buffer)?;
            Self::check_indirect(used.buffer(buffer)?, offset, 16)?;
            draws.draw_count += 1;
            Ok::<_, String>(Some(RenderCommand::DrawIndirect { buffer, offset }))
        });
    }

    /// `drawIndexedIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindexedindirect>
    fn draw_indexed_indirect(&mut self, buffer: UsedBuffer, offset: u64) {
        self.record_draw("draw_indexed_indirect", weights::INDIRECT, |draws, used| {
            let buffer = used.hold_buffer(buffer)?;
            Self::check_indirect(used.buffer(buffer)?, offset, 20)?;
            draws.draw_count += 1;
            // With an index buffer of no bytes, every index is out of bounds, so the GPU would draw nothing; wgpu still
            // holds the index buffer that was bound before.
            let command =
                (!draws.empty_index_buffer).then_some(RenderCommand::DrawIndexedIndirect { buffer, offset });
            Ok::<_, String>(command)
        });
    }
}

/// A `setVertexBuffer` or `setIndexBuffer` whose handle is resolved.
#[derive(Debug)]
pub(crate) struct Binding {
    buffer: UsedBuffer,
    /// Of the buffer, where the range is empty: wgpu checks the others.
    device: Option<wgpu::Device>,
    range: Range<u64>,
}

/// A buffer that is to be bound.
#[derive(Debug)]
pub(crate) struct Bindable<'a> {
    /// The same for a command.
    pub(crate) used: UsedBuffer,
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
                return Err(format!("the buffer '{}' does not have the usage {usage:?}", buffer.label));
            }
            if !start.is_multiple_of(alignment) {
                return Err(format!("the offset {start} is not a multiple of {alignment}"));
            }
        }
        Ok(Self {
            buffer: buffer.used,
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
            (start, size) => {
                Err(format!("without a buffer, the offset and the size have to be 0, not {start} and {size}"))
            }
        }
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

    #[inline]
    fn set_index_buffer(
        &mut self,
        buffer: Place,
        range: Range<u64>,
        format: wgpu::IndexFormat,
    ) -> Option<RenderCommand> {
        self.empty_index_buffer = range.is_empty();
        (!self.empty_index_buffer).then_some(RenderCommand::SetIndexBuffer { buffer, format, range })
    }

    #[inline]
    fn set_vertex_buffer(&mut self, slot: u32, bound: Option<(Place, Range<u64>)>) -> Option<RenderCommand> {
        // wgpu refuses slots that are too high, whatever is bound there.
        let bit = 1_u32.checked_shl(slot).unwrap_or(0);
        self.empty_vertex_slots &= !bit;
        let (buffer, range) = match bound {
            Some((buffer, range)) if !range.is_empty() => (Some(buffer), range),
            Some(_) => {
                self.empty_vertex_slots |= bit;
                (None, 0..0)
            }
            None => (None, 0..0),
        };
        Some(RenderCommand::SetVertexBuffer { slot, buffer, range })
    }

    #[inline]
    fn draw(
        &mut self,
        vertex_count: u32,
        instance_count: Option<u32>,
        first_vertex: Option<u32>,
        first_instance: Option<u32>,
    ) -> Result<Option<RenderCommand>, &'static str> {
        self.draw_count += 1;
        let instance_count = instance_count.unwrap_or(1);
        let vertices = range(first_vertex, vertex_count).ok_or("there are no vertices beyond 2^32")?;
        let instances = range(first_instance, instance_count).ok_or("there are no instances beyond 2^32")?;
        if self.empty_vertex_slots != 0 && (vertices.is_empty() || instances.is_empty()) {
            return Ok(None);
        }
        Ok(Some(RenderCommand::Draw { vertices, instances }))
    }

    #[inline]
    fn draw_indexed(
        &mut self,
        index_count: u32,
        instance_count: Option<u32>,
        first_index: Option<u32>,
        base_vertex: Option<i32>,
        first_instance: Option<u32>,
    ) -> Result<Option<RenderCommand>, &'static str> {
        self.draw_count += 1;
        let instance_count = instance_count.unwrap_or(1);
        let indices = range(first_index, index_count).ok_or("there are no indices beyond 2^32")?;
        let instances = range(first_instance, instance_count).ok_or("there are no instances beyond 2^32")?;
        if self.empty_index_buffer && indices.end > 0 {
            return Err("the index buffer is bound with no bytes");
        }
        let nothing = indices.is_empty() || instances.is_empty();
        if nothing && (self.empty_index_buffer || self.empty_vertex_slots != 0) {
            return Ok(None);
        }
        Ok(Some(RenderCommand::DrawIndexed { indices, base_vertex: base_vertex.unwrap_or(0), instances }))
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

    type Recorded = Result<Option<RenderCommand>, &'static str>;

    fn drawn(recorded: Recorded) -> (Range<u32>, Range<u32>) {
        match recorded.unwrap().unwrap() {
            RenderCommand::Draw { vertices, instances } => (vertices, instances),
            other => panic!("{other:?}"),
        }
    }

    fn drawn_indexed(recorded: Recorded) -> (Range<u32>, i32, Range<u32>) {
        match recorded.unwrap().unwrap() {
            RenderCommand::DrawIndexed { indices, base_vertex, instances } => {
                (indices, base_vertex, instances)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_are_one_instance_from_zero() {
        let mut draws = DrawState::default();
        assert_eq!(drawn(draws.draw(3, None, None, None)), (0..3, 0..1));
        assert_eq!(drawn(draws.draw(3, Some(2), Some(4), Some(5))), (4..7, 5..7));
        assert_eq!(drawn_indexed(draws.draw_indexed(6, None, None, None, None)), (0..6, 0, 0..1));
        let indexed = draws.draw_indexed(6, Some(1), Some(2), Some(-3), Some(4));
        assert_eq!(drawn_indexed(indexed), (2..8, -3, 4..5));
        assert_eq!(draws.draw_count, 4);
    }

    #[test]
    fn ranges_do_not_wrap() {
        let mut draws = DrawState::default();
        draws.draw(1, None, Some(u32::MAX), None).unwrap_err();
        draws.draw(1, Some(1), None, Some(u32::MAX)).unwrap_err();
        draws.draw_indexed(2, None, Some(u32::MAX - 1), None, None).unwrap_err();
    }

    #[test]
    fn draws_of_nothing_from_empty_bindings_are_left_out() {
        let mut draws = DrawState { empty_vertex_slots: 1, ..DrawState::default() };
        assert!(draws.draw(0, None, None, None).unwrap().is_none());
        assert!(draws.draw(3, Some(0), None, None).unwrap().is_none());
        assert!(draws.draw_indexed(0, None, None, None, None).unwrap().is_none());
        // wgpu says what is wrong with this one.
        assert_eq!(drawn(draws.draw(3, None, None, None)), (0..3, 0..1));

        draws.empty_index_buffer = true;
        assert!(draws.draw_indexed(0, None, None, None, None).unwrap().is_none());
        draws.draw_indexed(3, None, None, None, None).unwrap_err();
        draws.reset_bindings();
        assert_eq!(drawn_indexed(draws.draw_indexed(0, None, None, None, None)), (0..0, 0, 0..1));
    }
}
