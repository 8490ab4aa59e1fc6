//! The commands of compute passes: how they are recorded, and how wgpu gets them.

use crate::{
    commands::{
        binding::{BindingCommand, BindingCommands, DebugCommand, encode_binding, encode_debug},
        holder::Place,
        kept::Weighed,
        pass::{Pass, PassDescriptor, TimestampWrites},
        recording::EncoderState,
        used::{Used, UsedBuffer},
    },
    device::timeline::Timeline,
    weights,
};

/// What a pass begins with, with its handles resolved.
#[derive(Debug)]
pub(crate) struct ComputePassDescriptor {
    pub(crate) label: Option<String>,
    pub(crate) timestamp_writes: Option<TimestampWrites>,
}

/// A command of a compute pass with its handles resolved.
#[derive(Debug)]
pub(crate) enum ComputeCommand {
    Binding(BindingCommand),
    Debug(DebugCommand),
    SetPipeline(Place),
    Dispatch([u32; 3]),
    DispatchIndirect { buffer: Place, offset: u64 },
}

// A pass may have hundreds of thousands of them: fresh memory for each costs as much as the rest of recording it.
const _: () = assert!(size_of::<ComputeCommand>() <= 32);

impl From<BindingCommand> for ComputeCommand {
    fn from(command: BindingCommand) -> Self {
        Self::Binding(command)
    }
}

impl From<DebugCommand> for ComputeCommand {
    fn from(command: DebugCommand) -> Self {
        Self::Debug(command)
    }
}

impl PassDescriptor for ComputePassDescriptor {
    const NAME: &'static str = "ComputePass";
    type Command = ComputeCommand;
    type Pipeline = wgpu::ComputePipeline;
    type Draws = ();

    fn encode(
        self,
        commands: Vec<ComputeCommand>,
        used: &Used<wgpu::ComputePipeline>,
        encoder: &mut wgpu::CommandEncoder,
        state: &EncoderState,
        timeline: &Timeline,
    ) {
        let Self { label, timestamp_writes } = self;
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: label.as_deref(),
            timestamp_writes: timestamp_writes.as_ref().map(TimestampWrites::of_compute_pass),
        });
        for command in &commands {
            match command {
                ComputeCommand::Binding(command) => {
                    state.require(encode_binding!(command, pass, used, timeline));
                }
                ComputeCommand::Debug(command) => encode_debug!(command, pass),
                ComputeCommand::SetPipeline(pipeline) => {
                    state.require(used.pipeline(*pipeline).map(|pipeline| pass.set_pipeline(pipeline)));
                }
                ComputeCommand::Dispatch([x, y, z]) => pass.dispatch_workgroups(*x, *y, *z),
                ComputeCommand::DispatchIndirect { buffer, offset } => {
                    let buffer = used.buffer(*buffer);
                    state.require(buffer.map(|buffer| pass.dispatch_workgroups_indirect(buffer, *offset)));
                }
            }
        }
    }
}

impl Pass<ComputePassDescriptor> {
    /// `setPipeline`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-setpipeline>
    #[inline]
    pub(crate) fn set_pipeline(&mut self, pipeline: &Weighed<wgpu::ComputePipeline>) {
        self.try_record("set_pipeline", 0, |_, used| {
            Ok::<_, &str>(Some(ComputeCommand::SetPipeline(used.hold_pipeline(pipeline)?)))
        });
    }

    /// `dispatchWorkgroups`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroups>
    #[inline]
    pub(crate) fn dispatch_workgroups(&mut self, workgroups: [u32; 3]) {
        self.record("dispatch_workgroups", weights::DISPATCH, || ComputeCommand::Dispatch(workgroups));
    }

    /// `dispatchWorkgroupsIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroupsindirect>
    pub(crate) fn dispatch_workgroups_indirect(&mut self, buffer: UsedBuffer, offset: u64) {
        self.try_record("dispatch_workgroups_indirect", weights::INDIRECT, |_, used| {
            let buffer = used.hold_buffer(buffer)?;
            Ok::<_, &str>(Some(ComputeCommand::DispatchIndirect { buffer, offset }))
        });
    }
}
