//! GPUComputePipeline — wit: gpu-compute-pipeline — spec: <https://www.w3.org/TR/webgpu/#gpucomputepipeline> — peer: wgpu-wasi-backend/src/objects/compute_pipeline.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        kept::{Weighed, Weight},
        memory::{MayHaveName, NamedObject},
        words::Name,
    },
    device::{core::DeviceCore, lent_scopes::collecting},
    objects::{
        bind_group_layout::BindGroupLayout,
        pipeline::{self, Made},
        shader_module::Stage,
    },
    quotas::QuotaExceeded,
    shaders::compile::invalid_module,
    view::{WebGpuCtxView, label_methods, labelled},
};

/// A compute pipeline of the guest.
#[derive(Debug)]
pub struct ComputePipeline {
    pub(crate) inner: Weighed<wgpu::ComputePipeline>,
    pub(crate) label: String,
    /// What the guest calls it in its command memory.
    pub(crate) name: Option<Name>,
}

labelled!(ComputePipeline, crate::weights::HANDLE);

impl MayHaveName for ComputePipeline {
    fn name_mut(&mut self) -> &mut Option<Name> {
        &mut self.name
    }

    fn named_object(&self, _: u32) -> NamedObject {
        NamedObject::ComputePipeline(self.inner.clone())
    }
}

/// What a pipeline is made from, with its handles resolved: it goes to the compiler's thread.
#[derive(Debug)]
pub(crate) struct Descriptor {
    weight: Arc<Weight>,
    label: String,
    layout: Option<wgpu::PipelineLayout>,
    compute: Stage,
}

impl Descriptor {
    /// Counts the pipeline that is to be made.
    pub(crate) fn weigh(&mut self, device: &DeviceCore) -> Result<(), QuotaExceeded> {
        self.weight = pipeline::weigh(device, [&self.compute])?;
        Ok(())
    }

    fn create(&self, device: &wgpu::Device) -> wgpu::ComputePipeline {
        let Self { weight: _, label, layout, compute } = self;
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(label),
            layout: layout.as_ref(),
            module: &compute.module,
            entry_point: compute.entry_point(),
            compilation_options: Stage::options(&compute.constants()),
            cache: None,
        })
    }
}

/// A pipeline that wgpu refuses to use anywhere.
fn invalid(device: &wgpu::Device) -> wgpu::ComputePipeline {
    let module = invalid_module(device);
    let (inner, _errors) = collecting(|| {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        })
    });
    inner
}

impl ComputePipeline {
    /// `createComputePipeline`, an invalid one if need be:
    /// <https://www.w3.org/TR/webgpu/#dom-gpudevice-createcomputepipeline>
    pub(crate) async fn create(device: &DeviceCore, descriptor: Descriptor) -> Made<Self> {
        let (label, weight) = (descriptor.label.clone(), Arc::clone(&descriptor.weight));
        let limit = device.limits.max_compute_workgroup_storage_size;
        let create = move |device: &wgpu::Device| {
            descriptor.compute.check_workgroup_memory(limit)?;
            Ok::<_, String>(descriptor.create(device))
        };
        const CALL: &str = "create_compute_pipeline";
        let (inner, errors) = match pipeline::compile(device, CALL, create).await {
            (Some(Ok(inner)), errors) => (Some(inner), errors),
            (Some(Err(reason)), mut errors) => {
                errors.push(pipeline::refused(CALL, &label, &reason));
                (None, errors)
            }
            (None, errors) => (None, errors),
        };
        let inner = inner.unwrap_or_else(|| device.guarded(|| invalid(&device.wgpu)));
        let inner = Weighed::new(inner, weight);
        Made { pipeline: Self { inner, label, name: None }, errors }
    }
}

impl WebGpuCtxView<'_> {
    /// Resolves the handles of a descriptor.
    pub(crate) fn compute_pipeline_descriptor(
        &mut self,
        descriptor: wit::GpuComputePipelineDescriptor,
    ) -> wasmtime::Result<Descriptor> {
        let wit::GpuComputePipelineDescriptor { compute, layout, label } = descriptor;
        let wit::GpuProgrammableStage { module, entry_point, constants } = compute;
        Ok(Descriptor {
            weight: Arc::default(),
            label: label.unwrap_or_default(),
            layout: self.layout_mode(&layout)?,
            compute: self.stage(&module, entry_point, constants)?,
        })
    }

    /// `None` is `"auto"`: <https://www.w3.org/TR/webgpu/#enumdef-gpuautolayoutmode>
    pub(crate) fn layout_mode(
        &self,
        layout: &wit::GpuLayoutMode,
    ) -> wasmtime::Result<Option<wgpu::PipelineLayout>> {
        Ok(match layout {
            wit::GpuLayoutMode::Specific(layout) => Some(self.get(layout)?.inner.clone()),
            wit::GpuLayoutMode::Auto => None,
        })
    }
}

impl wit::HostGpuComputePipeline for WebGpuCtxView<'_> {
    label_methods!(ComputePipeline);

    fn get_bind_group_layout(
        &mut self,
        this: Resource<ComputePipeline>,
        index: u32,
    ) -> wasmtime::Result<Resource<BindGroupLayout>> {
        // wgpu reports an index that is too high, and answers with an invalid layout.
        let inner = self.get(&this)?.inner.inner.get_bind_group_layout(index);
        self.push(BindGroupLayout { inner, label: String::new(), entries: 0 })
    }

    fn drop(&mut self, this: Resource<ComputePipeline>) -> wasmtime::Result<()> {
        self.delete_with_name(this).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use wit::HostGpuComputePipeline as _;

    use super::*;
    use crate::{
        device::errors::{ErrorKind, GpuError},
        testing::{Guest, again, ready},
    };

    const VALIDATION: Option<ErrorKind> = Some(ErrorKind::Validation);

    fn descriptor(guest: &mut Guest, code: &str) -> wit::GpuComputePipelineDescriptor {
        let (module, _) = guest.errors(|guest| guest.shader_module(code));
        wit::GpuComputePipelineDescriptor {
            compute: wit::GpuProgrammableStage { module, entry_point: None, constants: None },
            layout: wit::GpuLayoutMode::Auto,
            label: None,
        }
    }

    #[test]
    fn errors_are_dispatched_or_returned() {
        let mut guest = Guest::new(|_| {});
        for code in ["not WGSL", "fn without_an_entry_point() {}"] {
            let first = descriptor(&mut guest, code);
            let (_, error) = guest.errors(|guest| {
                let first = guest.view().compute_pipeline_descriptor(first).unwrap();
                ready(ComputePipeline::create(&guest.core, first)).reported(&guest.core)
            });
            assert_eq!(error, VALIDATION, "{code}");
            let second = descriptor(&mut guest, code);
            let (checked, error) = guest.errors(|guest| {
                let second = guest.view().compute_pipeline_descriptor(second).unwrap();
                ready(ComputePipeline::create(&guest.core, second)).checked()
            });
            assert_eq!(error, None, "{code}");
            let wit::CreatePipelineError { kind, message } = checked.unwrap_err();
            let wit::CreatePipelineErrorKind::GpuPipelineError(reason) = kind;
            assert_eq!(reason, wit::GpuPipelineErrorReason::Validation, "{message}");
        }
    }

    #[test]
    fn layouts_beyond_the_last_are_errors() {
        let mut guest = Guest::new(|_| {});
        let descriptor = descriptor(&mut guest, "@compute @workgroup_size(1) fn f() {}");
        let (pipeline, error) = guest.errors(|guest| {
            let descriptor = guest.view().compute_pipeline_descriptor(descriptor).unwrap();
            let pipeline = ready(ComputePipeline::create(&guest.core, descriptor)).reported(&guest.core);
            guest.view().push(pipeline).unwrap()
        });
        assert_eq!(error, None);
        let max = guest.core.limits.max_bind_groups;
        for (index, expected) in [(0, None), (max - 1, None), (max, VALIDATION), (u32::MAX, VALIDATION)] {
            let (_, error) =
                guest.errors(|guest| guest.view().get_bind_group_layout(again(&pipeline), index).unwrap());
            assert_eq!(error, expected, "{index}");
        }
    }

    #[test]
    fn a_panic_of_the_compiler_is_an_internal_error() {
        let mut guest = Guest::new(|_| {});
        let (made, errors) =
            ready(pipeline::compile::<()>(&guest.core, "create_compute_pipeline", |_| panic!("a bug")));
        assert!(made.is_none());
        let [error] = &*errors else { panic!("{errors:?}") };
        assert_eq!(error, &GpuError::internal("In Device::create_compute_pipeline: a bug"));
        let (_, errors) = guest.errors(|guest| invalid(&guest.core.wgpu));
        assert_eq!(errors, None, "what is made to be invalid reports nothing");
    }
}
