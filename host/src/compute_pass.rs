//! GPUComputePassEncoder — wit: gpu-compute-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucomputepassencoder> — peer: wgpu-wasi-backend/src/compute_pass.rs
//!
//! These functions are called for every dispatch of every guest: a lookup of the argument, one of the
//! pass, and nothing else.

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bind_group::BindGroup,
    bindings::wit,
    buffer::Buffer,
    command_encoder::{CommandEncoder, Kept},
    compute_pipeline::ComputePipeline,
    pass::{self, Pass},
    view::{WebGpuCtxView, label_methods, labelled},
};

/// Records the commands of one compute pass.
#[derive(Debug)]
pub struct ComputePassEncoder {
    pub(crate) pass: Pass<wgpu::ComputePass<'static>>,
    pub(crate) label: String,
}

labelled!(ComputePassEncoder);

impl ComputePassEncoder {
    fn create(encoder: &mut CommandEncoder, descriptor: &wgpu::ComputePassDescriptor<'_>) -> Self {
        let inner = encoder
            .open("begin_compute_pass")
            .map(|encoder| encoder.begin_compute_pass(descriptor).forget_lifetime());
        Self {
            pass: Pass::new(inner, "ComputePass", &encoder.device, &encoder.state),
            label: descriptor.label.unwrap_or_default().to_owned(),
        }
    }

    #[inline]
    fn open(&mut self, call: &'static str) -> Option<&mut wgpu::ComputePass<'static>> {
        self.pass.open(call)
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
        let query_set = match &timestamp_writes {
            Some(writes) => Some(self.get(&writes.query_set)?.inner.clone()),
            None => None,
        };
        let timestamp_writes = timestamp_writes.zip(query_set.as_ref()).map(
            |(
                wit::GpuComputePassTimestampWrites {
                    query_set: _,
                    beginning_of_pass_write_index,
                    end_of_pass_write_index,
                },
                query_set,
            )| wgpu::ComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            },
        );
        let descriptor = wgpu::ComputePassDescriptor { label: label.as_deref(), timestamp_writes };
        Ok(ComputePassEncoder::create(self.get_mut(encoder)?, &descriptor))
    }
}

impl wit::HostGpuComputePassEncoder for WebGpuCtxView<'_> {
    fn set_pipeline(
        &mut self,
        this: Resource<ComputePassEncoder>,
        pipeline: Resource<ComputePipeline>,
    ) -> wasmtime::Result<()> {
        let pipeline = self.get(&pipeline)?.inner.clone();
        if let Some(pass) = self.get_mut(&this)?.open("set_pipeline") {
            pass.set_pipeline(&pipeline);
        }
        Ok(())
    }

    fn dispatch_workgroups(
        &mut self,
        this: Resource<ComputePassEncoder>,
        workgroup_count_x: u32,
        workgroup_count_y: Option<u32>,
        workgroup_count_z: Option<u32>,
    ) -> wasmtime::Result<()> {
        if let Some(pass) = self.get_mut(&this)?.open("dispatch_workgroups") {
            // https://www.w3.org/TR/webgpu/#dom-gpucomputepassencoder-dispatchworkgroups
            pass.dispatch_workgroups(
                workgroup_count_x,
                workgroup_count_y.unwrap_or(1),
                workgroup_count_z.unwrap_or(1),
            );
        }
        Ok(())
    }

    fn dispatch_workgroups_indirect(
        &mut self,
        this: Resource<ComputePassEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        let buffer = self.get(&indirect_buffer)?;
        let (buffer, kept) = (buffer.inner.clone(), Kept::Resource(buffer.reservation.clone()));
        let this = self.get_mut(&this)?;
        if let Some(pass) = this.open("dispatch_workgroups_indirect") {
            pass.dispatch_workgroups_indirect(&buffer, indirect_offset);
            this.pass.keep(kept);
        }
        Ok(())
    }

    fn end(&mut self, this: Resource<ComputePassEncoder>) -> wasmtime::Result<()> {
        self.get_mut(&this)?.pass.end();
        Ok(())
    }

    label_methods!(ComputePassEncoder);

    fn push_debug_group(
        &mut self,
        this: Resource<ComputePassEncoder>,
        group_label: String,
    ) -> wasmtime::Result<()> {
        if let Some(pass) = self.get_mut(&this)?.pass.open_for("push_debug_group", group_label.len()) {
            pass.push_debug_group(&group_label);
        }
        Ok(())
    }

    fn pop_debug_group(&mut self, this: Resource<ComputePassEncoder>) -> wasmtime::Result<()> {
        if let Some(pass) = self.get_mut(&this)?.open("pop_debug_group") {
            pass.pop_debug_group();
        }
        Ok(())
    }

    fn insert_debug_marker(
        &mut self,
        this: Resource<ComputePassEncoder>,
        marker_label: String,
    ) -> wasmtime::Result<()> {
        if let Some(pass) = self.get_mut(&this)?.pass.open_for("insert_debug_marker", marker_label.len()) {
            pass.insert_debug_marker(&marker_label);
        }
        Ok(())
    }

    fn set_bind_group(
        &mut self,
        this: Resource<ComputePassEncoder>,
        index: u32,
        bind_group: Option<Resource<BindGroup>>,
        dynamic_offsets_data: Option<Vec<u32>>,
        dynamic_offsets_data_start: Option<u64>,
        dynamic_offsets_data_length: Option<u32>,
    ) -> wasmtime::Result<Result<(), wit::SetBindGroupError>> {
        let offsets = match pass::dynamic_offsets(
            dynamic_offsets_data.as_deref(),
            dynamic_offsets_data_start,
            dynamic_offsets_data_length,
        ) {
            Ok(offsets) => offsets,
            Err(error) => return Ok(Err(error)),
        };
        let Some(bind_group) = bind_group else {
            if let Some(pass) = self.get_mut(&this)?.pass.open_for("set_bind_group", size_of_val(offsets)) {
                pass.set_bind_group(index, None, offsets);
            }
            return Ok(Ok(()));
        };
        let bind_group = Arc::clone(&self.get(&bind_group)?.bound);
        let this = self.get_mut(&this)?;
        if let Some(pass) = this.pass.open_for("set_bind_group", size_of_val(offsets)) {
            pass.set_bind_group(index, &**bind_group, offsets);
            this.pass.keep_group(bind_group);
        }
        Ok(Ok(()))
    }

    fn set_immediates(
        &mut self,
        this: Resource<ComputePassEncoder>,
        range_offset: u32,
        data: Vec<u8>,
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) -> wasmtime::Result<()> {
        if let Some((pass, bytes)) =
            self.get_mut(&this)?.pass.immediates(range_offset, &data, data_offset, data_size)
        {
            pass.set_immediates(range_offset, bytes);
        }
        Ok(())
    }

    fn drop(&mut self, this: Resource<ComputePassEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
