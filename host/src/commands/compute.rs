//! The commands of compute passes: how they are recorded, and how wgpu gets them.

use crate::{
    commands::{
        binding::{
            BindingCommand, BindingCommands, DebugCommand, Indirect, UsedBuffer, encode_binding, encode_debug,
        },
        kept::Weighed,
        pass::{Pass, PassDescriptor, TimestampWrites},
        recording::EncoderState,
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
    SetPipeline(wgpu::ComputePipeline),
    Dispatch([u32; 3]),
    DispatchIndirect(Box<Indirect>),
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
    type Draws = ();

    fn encode(
        self,
        commands: Vec<ComputeCommand>,
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
                    state.require_group(encode_binding!(command, pass, timeline));
                }
                ComputeCommand::Debug(command) => encode_debug!(command, pass),
                ComputeCommand::SetPipeline(pipeline) => pass.set_pipeline(pipeline),
                ComputeCommand::Dispatch([x, y, z]) => pass.dispatch_workgroups(*x, *y, *z),
                ComputeCommand::DispatchIndirect(indirect) => {
                    pass.dispatch_workgroups_indirect(&indirect.buffer, indirect.offset);
                }
            }
        }
    }
}

impl Pass<ComputePassDescriptor> {
    /// `setPipeline`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-setpipeline>
    #[inline]
    pub(crate) fn set_pipeline(&mut self, pipeline: &Weighed<wgpu::ComputePipeline>) {
        let kept = pipeline.kept_by(self.id());
        self.record("set_pipeline", 0, kept, || ComputeCommand::SetPipeline(pipeline.inner.clone()));
    }

    /// `dispatchWorkgroups`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroups>
    #[inline]
    pub(crate) fn dispatch_workgroups(&mut self, workgroups: [u32; 3]) {
        self.record("dispatch_workgroups", weights::DISPATCH, None, || ComputeCommand::Dispatch(workgroups));
    }

    /// `dispatchWorkgroupsIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroupsindirect>
    pub(crate) fn dispatch_workgroups_indirect(
        &mut self,
        UsedBuffer { buffer, kept }: UsedBuffer,
        offset: u64,
    ) {
        self.record("dispatch_workgroups_indirect", weights::INDIRECT, kept, || {
            ComputeCommand::DispatchIndirect(Box::new(Indirect { buffer, offset }))
        });
    }
}
