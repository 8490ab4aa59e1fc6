//! GPUComputePassEncoder — wit: gpu-compute-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucomputepassencoder> — peer: wgpu-wasi-backend/src/objects/compute_pass.rs
//!
//! These functions are called for every dispatch of a guest that does not leave its commands in its own memory
//! (`commands/fetch.rs`): a look there, a lookup of the argument, one of the pass, and nothing else. What they do is in
//! `commands/compute.rs`.

use wasmtime::component::{Access, Resource};

use crate::{
    bindings::wit,
    commands::{
        binding::BindingCommands as _,
        compute::ComputePassDescriptor,
        fetch::{Encoder, NewName, Replay, fetched, fetched_alone},
        memory::Names,
        pass::{Pass, TimestampWrites},
        words::{self, Words, function, misplaced, only},
    },
    objects::{
        buffer::Buffer,
        command_encoder::CommandEncoder,
        compute_pipeline::ComputePipeline,
        mixins::{binding_commands, debug_commands_and_end, set_pipeline},
    },
    view::{WebGpu, WebGpuCtxView, label_methods, labelled, trace},
    weights,
};

/// Records the commands of one compute pass.
#[derive(Debug)]
pub struct ComputePassEncoder {
    pub(crate) pass: Pass<ComputePassDescriptor>,
    pub(crate) label: String,
}

labelled!(ComputePassEncoder, crate::weights::ENCODER);

impl ComputePassEncoder {
    /// `end`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-end>
    pub(crate) fn end(&mut self) {
        self.pass.end(&self.label);
    }
}

impl WebGpuCtxView<'_> {
    /// `beginComputePass`: <https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-begincomputepass>
    pub(crate) fn new_compute_pass(
        &mut self,
        encoder: &Resource<CommandEncoder>,
        descriptor: Option<wit::GpuComputePassDescriptor>,
    ) -> wasmtime::Result<ComputePassEncoder> {
        let wit::GpuComputePassDescriptor { timestamp_writes, label } =
            descriptor.unwrap_or(wit::GpuComputePassDescriptor { timestamp_writes: None, label: None });
        let timestamp_writes = match timestamp_writes {
            Some(wit::GpuComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            }) => Some(TimestampWrites {
                query_set: self.get(&query_set)?.inner.clone(),
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            }),
            None => None,
        };
        let encoder = self.get_mut(encoder)?;
        let descriptor = encoder
            .open_for("begin_compute_pass", weights::PASS + label.as_ref().map_or(0, String::len))
            .then(|| ComputePassDescriptor { label: label.clone(), timestamp_writes });
        Ok(ComputePassEncoder {
            pass: Pass::new(descriptor, &encoder.device, &encoder.state),
            label: label.unwrap_or_default(),
        })
    }
}

impl Encoder for ComputePassEncoder {
    type Recorder = Pass<ComputePassDescriptor>;

    const REPLAY: Option<Replay<Self>> = Some(replay);

    #[inline]
    fn recorder(&mut self) -> &mut Self::Recorder {
        &mut self.pass
    }
}

/// Does what the guest's memory says.
fn replay(
    view: &mut WebGpuCtxView<'_>,
    this: &Resource<ComputePassEncoder>,
    mut words: Words<'_>,
    names: &Names,
) -> wasmtime::Result<NewName> {
    use words::Command;

    let mut pass = &mut view.get_mut(this)?.pass;
    let id = pass.id();
    while let Some(command) = words.command()? {
        match command {
            Command::Name(name) => return Ok(NewName(Some(name))),
            Command::SetPipeline { name } => {
                trace(function!(compute SetPipeline));
                pass.set_pipeline(names.compute_pipeline(name)?);
            }
            Command::SetBindGroup { index, name, dynamic_offsets } => {
                trace(function!(compute SetBindGroup));
                pass.set_bind_group(index, names.optional_bind_group(name)?, dynamic_offsets);
            }
            Command::SetImmediates { range_offset, words } => {
                trace(function!(compute SetImmediates));
                pass.set_immediates(range_offset, &words::bytes(words), None, None);
            }
            Command::DispatchWorkgroups { x, y, z } => {
                trace(function!(compute DispatchWorkgroups));
                pass.dispatch_workgroups([x, y, z]);
            }
            Command::DispatchWorkgroupsIndirect { name, offset } => {
                trace(function!(compute DispatchWorkgroupsIndirect));
                let buffer;
                (pass, buffer) = view.with_buffer(this, id, &Resource::new_borrow(*names.buffer(name)?))?;
                pass.dispatch_workgroups_indirect(buffer, offset);
            }
            only!(render) => return Err(misplaced(&command, "compute pass")),
        }
    }
    Ok(NewName::default())
}

impl<T: Send + 'static> wit::HostGpuComputePassEncoderWithStore<T> for WebGpu {
    set_pipeline!(ComputePassEncoder, ComputePipeline);
    binding_commands!(ComputePassEncoder);
    debug_commands_and_end!(ComputePassEncoder);

    fn dispatch_workgroups(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        workgroup_count_x: u32,
        workgroup_count_y: Option<u32>,
        workgroup_count_z: Option<u32>,
    ) -> wasmtime::Result<()> {
        let workgroups = [workgroup_count_x, workgroup_count_y.unwrap_or(1), workgroup_count_z.unwrap_or(1)];
        fetched_alone(&mut access, &this, |this| this.pass.dispatch_workgroups(workgroups))
    }

    fn dispatch_workgroups_indirect(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, new_name| {
            let (pass, buffer) = view.with_named_buffer(&this, &indirect_buffer, new_name)?;
            pass.dispatch_workgroups_indirect(buffer, indirect_offset);
            Ok(())
        })
    }
}

impl wit::HostGpuComputePassEncoder for WebGpuCtxView<'_> {
    label_methods!(ComputePassEncoder);

    fn drop(&mut self, this: Resource<ComputePassEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
