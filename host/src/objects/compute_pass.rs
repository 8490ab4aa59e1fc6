//! GPUComputePassEncoder — wit: gpu-compute-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucomputepassencoder> — peer: wgpu-wasi-backend/src/objects/compute_pass.rs
//!
//! These functions are called for every dispatch of a guest that does not leave its commands in its own memory
//! (`commands/fetch.rs`): a look there, a lookup of the argument, one of the pass, and nothing else.

use std::sync::Arc;

use wasmtime::component::{Access, Resource};

use crate::{
    bindings::wit,
    commands::{
        bound::Bound,
        compute::{Command, Indirect, Recording, TimestampWrites},
        fetch::{Naming, Replay, fetched, fetched_alone},
        holder::PassId,
        kept::Weighed,
        memory::Names,
        pass::{self, Pass},
        words::{self, Words, function, misplaced, only},
    },
    objects::{
        bind_group::BindGroup, buffer::Buffer, command_encoder::CommandEncoder,
        compute_pipeline::ComputePipeline,
    },
    view::{WebGpu, WebGpuCtxView, label_methods, labelled, trace},
    weights,
};

/// Records the commands of one compute pass.
#[derive(Debug)]
pub struct ComputePassEncoder {
    pub(crate) pass: Pass<Recording>,
    pub(crate) label: String,
}

labelled!(ComputePassEncoder, crate::weights::ENCODER);

impl ComputePassEncoder {
    /// Records one command that takes `bytes` beside itself; whether it was recorded.
    #[inline]
    fn record_for(&mut self, call: &'static str, bytes: usize, command: impl FnOnce() -> Command) -> bool {
        match self.pass.open_for(call, bytes) {
            Some(recording) => {
                recording.commands.push(command());
                true
            }
            None => false,
        }
    }

    /// Records one command; whether it was recorded.
    #[inline]
    fn record(&mut self, call: &'static str, command: impl FnOnce() -> Command) -> bool {
        self.record_for(call, 0, command)
    }

    /// `end`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-end>
    pub(crate) fn end(&mut self) {
        if let Some(recording) = self.pass.end(&self.label) {
            let timeline = Arc::clone(&self.pass.device.timeline);
            self.pass.encoder.record(move |encoder, state| recording.tell(encoder, state, &timeline));
        }
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
        let recording = encoder
            .open_for("begin_compute_pass", weights::PASS + label.as_ref().map_or(0, String::len))
            .then(|| Recording { label: label.clone(), timestamp_writes, commands: Vec::new() });
        Ok(ComputePassEncoder {
            pass: Pass::new(recording, "ComputePass", &encoder.device, &encoder.state),
            label: label.unwrap_or_default(),
        })
    }
}

impl ComputePassEncoder {
    /// `setPipeline`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-setpipeline>
    #[inline]
    fn set_pipeline(&mut self, pipeline: &Weighed<wgpu::ComputePipeline>) {
        let kept = pipeline.kept_by(self.pass.id());
        if self.record("set_pipeline", || Command::SetPipeline(pipeline.inner.clone())) {
            self.pass.keep(kept);
        }
    }

    /// `dispatchWorkgroups`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroups>
    #[inline]
    pub(crate) fn dispatch_workgroups(&mut self, workgroups: [u32; 3]) {
        self.record_for("dispatch_workgroups", weights::DISPATCH, || Command::Dispatch(workgroups));
    }

    /// `setBindGroup`: <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setbindgroup>
    #[inline]
    fn set_bind_group(&mut self, index: u32, group: Option<Arc<Bound>>, offsets: &[u32]) {
        let kept = group.as_ref().and_then(|group| self.pass.keeps_group(group));
        let command = || Command::SetBindGroup { index, group, offsets: offsets.into() };
        if self.record_for("set_bind_group", size_of_val(offsets), command) {
            self.pass.keep(kept);
        }
    }

    /// `setImmediates`: <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>
    pub(crate) fn set_immediates(
        &mut self,
        range_offset: u32,
        data: &[u8],
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) {
        if let Some((recording, bytes)) = self.pass.immediates(range_offset, data, data_offset, data_size) {
            recording.commands.push(Command::SetImmediates { range_offset, data: bytes.into() });
        }
    }
}

impl WebGpuCtxView<'_> {
    /// `dispatchWorkgroupsIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroupsindirect>
    fn dispatch_workgroups_indirect(
        &mut self,
        this: &Resource<ComputePassEncoder>,
        pass: PassId,
        buffer: &Resource<Buffer>,
        offset: u64,
    ) -> wasmtime::Result<&mut ComputePassEncoder> {
        let buffer = self.get(buffer)?;
        let (buffer, kept) = buffer.used_by(pass);
        let this = self.get_mut(this)?;
        let indirect = || Command::DispatchIndirect(Box::new(Indirect { buffer, offset }));
        if this.record_for("dispatch_workgroups_indirect", weights::INDIRECT, indirect) {
            this.pass.keep(kept);
        }
        Ok(this)
    }
}

impl Replay for ComputePassEncoder {
    fn replay(
        view: &mut WebGpuCtxView<'_>,
        this: &Resource<Self>,
        mut words: Words<'_>,
        names: &Names,
    ) -> wasmtime::Result<Naming> {
        use words::Command;

        let mut pass = view.get_mut(this)?;
        let id = pass.pass.id();
        while let Some(command) = words.command()? {
            match command {
                Command::Name(name) => return Ok(Naming(Some(name))),
                Command::SetPipeline { name } => {
                    trace(function!(compute SetPipeline));
                    pass.set_pipeline(names.compute_pipeline(name)?);
                }
                Command::SetBindGroup { index, name, dynamic_offsets } => {
                    trace(function!(compute SetBindGroup));
                    pass.set_bind_group(index, names.bound(name)?, dynamic_offsets);
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
                    let buffer = Resource::new_borrow(names.buffer(name)?);
                    pass = view.dispatch_workgroups_indirect(this, id, &buffer, offset)?;
                }
                only!(render) => return Err(misplaced(&command, "compute pass")),
            }
        }
        Ok(Naming::default())
    }
}

impl<T: Send + 'static> wit::HostGpuComputePassEncoderWithStore<T> for WebGpu {
    fn set_pipeline(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        pipeline: Resource<ComputePipeline>,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            let pipeline = view.named(&pipeline, naming)?.inner.clone();
            view.get_mut(&this)?.set_pipeline(&pipeline);
            Ok(())
        })
    }

    fn dispatch_workgroups(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        workgroup_count_x: u32,
        workgroup_count_y: Option<u32>,
        workgroup_count_z: Option<u32>,
    ) -> wasmtime::Result<()> {
        let workgroups = [workgroup_count_x, workgroup_count_y.unwrap_or(1), workgroup_count_z.unwrap_or(1)];
        fetched_alone(&mut access, &this, |this| this.dispatch_workgroups(workgroups))
    }

    fn dispatch_workgroups_indirect(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            view.named(&indirect_buffer, naming)?;
            let pass = view.get(&this)?.pass.id();
            view.dispatch_workgroups_indirect(&this, pass, &indirect_buffer, indirect_offset)?;
            Ok(())
        })
    }

    fn end(mut access: Access<'_, T, Self>, this: Resource<ComputePassEncoder>) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, ComputePassEncoder::end)
    }

    fn push_debug_group(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        group_label: String,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            let bytes = group_label.len();
            this.record_for("push_debug_group", bytes, || Command::PushDebugGroup(group_label));
        })
    }

    fn pop_debug_group(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            this.record("pop_debug_group", || Command::PopDebugGroup);
        })
    }

    fn insert_debug_marker(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        marker_label: String,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            let bytes = marker_label.len();
            this.record_for("insert_debug_marker", bytes, || Command::InsertDebugMarker(marker_label));
        })
    }

    fn set_bind_group(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        index: u32,
        bind_group: Option<Resource<BindGroup>>,
        dynamic_offsets_data: Option<Vec<u32>>,
        dynamic_offsets_data_start: Option<u64>,
        dynamic_offsets_data_length: Option<u32>,
    ) -> wasmtime::Result<Result<(), wit::SetBindGroupError>> {
        fetched(&mut access, &this, |view, naming| {
            let group = view.named_bound(bind_group, naming)?;
            let offsets = pass::dynamic_offsets(
                dynamic_offsets_data.as_deref(),
                dynamic_offsets_data_start,
                dynamic_offsets_data_length,
            );
            let this = view.get_mut(&this)?;
            Ok(offsets.map(|offsets| this.set_bind_group(index, group, offsets)).map_err(Into::into))
        })
    }

    fn set_immediates(
        mut access: Access<'_, T, Self>,
        this: Resource<ComputePassEncoder>,
        range_offset: u32,
        data: Vec<u8>,
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            this.set_immediates(range_offset, &data, data_offset, data_size)
        })
    }
}

impl wit::HostGpuComputePassEncoder for WebGpuCtxView<'_> {
    label_methods!(ComputePassEncoder);

    fn drop(&mut self, this: Resource<ComputePassEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
