//! GPUComputePipeline — wit: gpu-compute-pipeline — spec: <https://www.w3.org/TR/webgpu/#gpucomputepipeline> — peer: host/src/objects/compute_pipeline.rs

use std::sync::Arc;

use wgpu::custom::{ComputePipelineInterface, DispatchBindGroupLayout};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{label, ours};
use crate::device::shared::DeviceShared;
use crate::id::Id;
use crate::name::Name;
use crate::objects::bind_group_layout::PipelineLayouts;
use crate::objects::pipeline_layout::layout_mode;
use crate::objects::shader_module::{Names, ShaderModule, Stage};

/// A compute pipeline of the host.
#[derive(Debug)]
pub(crate) struct ComputePipeline {
    pub(crate) wit: wit::GpuComputePipeline,
    pub(crate) id: Id,
    pub(crate) name: Name,
    device: Arc<DeviceShared>,
    layouts: PipelineLayouts,
}

impl ComputePipeline {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::ComputePipelineDescriptor<'_>) -> Self {
        // A cache is an optimisation, and one of this backend holds nothing.
        let wgpu::ComputePipelineDescriptor {
            label: name,
            layout,
            module,
            entry_point,
            compilation_options,
            cache: _,
        } = desc;
        let module = ours(module.as_custom::<ShaderModule>());
        let wit = device.wit.create_compute_pipeline(wit::GpuComputePipelineDescriptor {
            compute: wit::GpuProgrammableStage {
                module: module.wit(),
                entry_point: entry_point.map(|name| module.names().entry_point(Stage::Compute, name)),
                constants: Some(constants(compilation_options, module.names())),
            },
            layout: layout_mode(*layout),
            label: label(*name),
        });
        device.touch();
        // Compiling takes long enough for the time of a flush not to matter.
        device.flush();
        Self {
            wit,
            id: Id::next(),
            name: Name::default(),
            device: Arc::clone(device),
            layouts: PipelineLayouts::default(),
        }
    }
}

impl ComputePipelineInterface for ComputePipeline {
    fn get_bind_group_layout(&self, index: u32) -> DispatchBindGroupLayout {
        let ask = || self.wit.get_bind_group_layout(index);
        DispatchBindGroupLayout::custom(self.layouts.get(&self.device, index, ask))
    }
}

/// The override constants of a stage. That workgroup memory be left as it is can not be asked for.
pub(crate) fn constants(
    options: &wgpu::PipelineCompilationOptions<'_>,
    names: &Names,
) -> wit::RecordGpuPipelineConstantValue {
    let wgpu::PipelineCompilationOptions { constants, zero_initialize_workgroup_memory: _ } = options;
    let record = wit::RecordGpuPipelineConstantValue::new();
    for (name, value) in *constants {
        record.add(&names.constant(name), *value);
    }
    record
}
