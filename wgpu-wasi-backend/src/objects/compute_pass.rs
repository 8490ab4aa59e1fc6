//! GPUComputePassEncoder — wit: gpu-compute-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucomputepassencoder> — peer: host/src/objects/compute_pass.rs

use std::sync::Arc;

use wgpu::custom::{ComputePassInterface, DispatchBuffer, DispatchComputePipeline, DispatchTextureView};
use wgpu::wgt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::commands::binding_commands::{binding_commands, debug_commands, query_commands};
use crate::commands::elide::Bound;
use crate::commands::encoder::EncoderShared;
use crate::commands::memory::Commands;
use crate::convert::{label, ours};
use crate::objects::bind_group::BindGroup;
use crate::objects::buffer;
use crate::objects::compute_pipeline::ComputePipeline;
use crate::objects::query_set::QuerySet;

/// A compute pass of the host.
#[derive(Debug)]
pub(crate) struct ComputePass {
    wit: wit::GpuComputePassEncoder,
    encoder: Arc<EncoderShared>,
    bound: Bound,
    commands: Commands,
}

impl ComputePass {
    pub(crate) fn begin(
        encoder: &Arc<EncoderShared>,
        wit: &wit::GpuCommandEncoder,
        desc: &wgpu::ComputePassDescriptor<'_>,
    ) -> Self {
        let wgpu::ComputePassDescriptor { label: name, timestamp_writes } = desc;
        let timestamp_writes = timestamp_writes.as_ref().and_then(|writes| {
            let wgpu::ComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            } = writes;
            let query_set = encoder.timestamps(ours(query_set.as_custom::<QuerySet>()).wit());
            Some(wit::GpuComputePassTimestampWrites {
                query_set: query_set?,
                // None is no timestamp, for both.
                beginning_of_pass_write_index: *beginning_of_pass_write_index,
                end_of_pass_write_index: *end_of_pass_write_index,
            })
        });
        let descriptor = wit::GpuComputePassDescriptor { timestamp_writes, label: label(*name) };
        let wit = wit.begin_compute_pass(Some(&descriptor));
        Self { wit, encoder: Arc::clone(encoder), bound: Bound::default(), commands: Commands::of_pass() }
    }

    fn fail(&self, why: String) {
        self.encoder.fail(why);
    }
}

impl ComputePassInterface for ComputePass {
    fn set_pipeline(&mut self, pipeline: &DispatchComputePipeline) {
        let ours = ours(pipeline.as_custom::<ComputePipeline>());
        if self.bound.set_pipeline(ours.id) && !self.commands.set_pipeline(&ours.name, pipeline) {
            self.commands.call_naming(&ours.name, || self.wit.set_pipeline(&ours.wit));
        }
    }

    binding_commands!(BindGroup);
    debug_commands!();

    fn dispatch_workgroups(&mut self, x: u32, y: u32, z: u32) {
        if !self.commands.dispatch_workgroups([x, y, z]) {
            self.commands.call(|| self.wit.dispatch_workgroups(x, Some(y), Some(z)));
        }
    }

    fn dispatch_workgroups_indirect(
        &mut self,
        indirect_buffer: &DispatchBuffer,
        indirect_offset: wgpu::BufferAddress,
    ) {
        let (buffer, name) = buffer::named(indirect_buffer);
        if !self.commands.dispatch_workgroups_indirect(name, indirect_buffer, indirect_offset) {
            let call = || self.wit.dispatch_workgroups_indirect(buffer, indirect_offset);
            self.commands.call_naming(name, call);
        }
    }

    query_commands!(QuerySet);

    fn transition_resources<'a>(
        &mut self,
        _buffer_transitions: &mut dyn Iterator<Item = wgt::BufferTransition<&'a DispatchBuffer>>,
        _texture_transitions: &mut dyn Iterator<Item = wgt::TextureTransition<&'a DispatchTextureView>>,
    ) {
        // WebGPU does this by itself, and leaves no state that a program could see.
    }
}

impl Drop for ComputePass {
    fn drop(&mut self) {
        self.commands.call(|| self.wit.end());
    }
}
