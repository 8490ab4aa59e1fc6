//! The GPU, opened once for all requests of an instance.

use anyhow::Context as _;

/// A device and its queue.
#[derive(Debug)]
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
}

/// The one place that knows whether this is a component.
fn instance() -> wgpu::Instance {
    #[cfg(target_os = "wasi")]
    return wgpu_wasi_backend::instance();
    #[cfg(not(target_os = "wasi"))]
    wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env())
}

impl Gpu {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn open() -> anyhow::Result<Self> {
        let adapter = instance().request_adapter(&wgpu::RequestAdapterOptions::default()).await?;
        let (device, queue) = adapter.request_device(&wgpu::DeviceDescriptor::default()).await?;
        Ok(Self { device, queue })
    }

    /// A compute pipeline of this shader's `main`.
    #[must_use]
    pub fn pipeline(&self, wgsl: &str) -> wgpu::ComputePipeline {
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(wgsl.into()),
        });
        self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        })
    }

    /// Has `pipeline` make `bytes` bytes of `params` and `input`, in so many workgroups: they are its bindings 0, a
    /// uniform, 1, which it reads, and 2, which it writes.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub fn compute(
        &self,
        pipeline: &wgpu::ComputePipeline,
        (params, input): (&[u8], &[u8]),
        bytes: u64,
        (columns, rows): (u32, u32),
    ) -> anyhow::Result<Vec<u8>> {
        use wgpu::{BufferUsages as Usage, util::DeviceExt as _};
        let filled = |contents, usage| {
            self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: None, contents, usage })
        };
        let empty = |usage| {
            let descriptor =
                wgpu::BufferDescriptor { label: None, size: bytes, usage, mapped_at_creation: false };
            self.device.create_buffer(&descriptor)
        };
        let (params, input) = (filled(params, Usage::UNIFORM), filled(input, Usage::STORAGE));
        let output = empty(Usage::STORAGE | Usage::COPY_SRC);
        let result = empty(Usage::MAP_READ | Usage::COPY_DST);
        let bind_group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: params.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: input.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 2, resource: output.as_entire_binding() },
            ],
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.dispatch_workgroups(columns, rows, 1);
        drop(pass);
        encoder.copy_buffer_to_buffer(&output, 0, &result, 0, bytes);
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = std::sync::mpsc::channel();
        result.map_async(wgpu::MapMode::Read, .., move |outcome| drop(sender.send(outcome)));
        self.device.poll(wgpu::PollType::wait_indefinitely())?;
        receiver.recv().context("the GPU does not answer")??;
        Ok(result.get_mapped_range(..)?.to_vec())
    }
}
