//! The commands of a compute pass, which wgpu is told later.

use std::sync::Arc;

use crate::{
    commands::{bound::Bound, recording::EncoderState},
    device::timeline::Timeline,
};

/// A pass as it was recorded. wgpu is told when the encoder is finished, by the device timeline; until then bind
/// groups of it may be waiting there to be made.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) label: Option<String>,
    pub(crate) timestamp_writes: Option<TimestampWrites>,
    pub(crate) commands: Vec<Command>,
}

/// A `GPUComputePassTimestampWrites` whose handle is resolved.
#[derive(Debug)]
pub(crate) struct TimestampWrites {
    pub(crate) query_set: wgpu::QuerySet,
    pub(crate) beginning_of_pass_write_index: Option<u32>,
    pub(crate) end_of_pass_write_index: Option<u32>,
}

/// A call of the guest whose handles are resolved.
#[derive(Debug)]
pub(crate) enum Command {
    SetPipeline(wgpu::ComputePipeline),
    SetBindGroup { index: u32, group: Option<Arc<Bound>>, offsets: Box<[u32]> },
    SetImmediates { range_offset: u32, data: Box<[u8]> },
    Dispatch([u32; 3]),
    DispatchIndirect(Box<Indirect>),
    PushDebugGroup(String),
    PopDebugGroup,
    InsertDebugMarker(String),
}

/// The arguments of a `dispatchWorkgroupsIndirect`.
#[derive(Debug)]
pub(crate) struct Indirect {
    pub(crate) buffer: wgpu::Buffer,
    pub(crate) offset: u64,
}

// A pass may have hundreds of thousands of them: fresh memory for each costs as much as the rest of recording it.
const _: () = assert!(size_of::<Command>() <= 32);

impl Recording {
    /// Records the pass once more, for wgpu.
    pub(crate) fn tell(self, encoder: &mut wgpu::CommandEncoder, state: &EncoderState, timeline: &Timeline) {
        let Self { label, timestamp_writes, commands } = self;
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: label.as_deref(),
            timestamp_writes: timestamp_writes.as_ref().map(TimestampWrites::as_wgpu),
        });
        for command in commands {
            match command {
                Command::SetPipeline(pipeline) => pass.set_pipeline(&pipeline),
                Command::SetBindGroup { index, group: None, offsets } => {
                    pass.set_bind_group(index, None, &offsets);
                }
                Command::SetBindGroup { index, group: Some(group), offsets } => match group.made(timeline) {
                    Ok(group) => pass.set_bind_group(index, group, &offsets),
                    Err(reason) => state.invalidate(format!("In a set_bind_group command\n  {reason}")),
                },
                Command::SetImmediates { range_offset, data } => pass.set_immediates(range_offset, &data),
                Command::Dispatch([x, y, z]) => pass.dispatch_workgroups(x, y, z),
                Command::DispatchIndirect(indirect) => {
                    pass.dispatch_workgroups_indirect(&indirect.buffer, indirect.offset);
                }
                Command::PushDebugGroup(label) => pass.push_debug_group(&label),
                Command::PopDebugGroup => pass.pop_debug_group(),
                Command::InsertDebugMarker(label) => pass.insert_debug_marker(&label),
            }
        }
    }
}

impl TimestampWrites {
    fn as_wgpu(&self) -> wgpu::ComputePassTimestampWrites<'_> {
        let Self { query_set, beginning_of_pass_write_index, end_of_pass_write_index } = self;
        wgpu::ComputePassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: *beginning_of_pass_write_index,
            end_of_pass_write_index: *end_of_pass_write_index,
        }
    }
}
