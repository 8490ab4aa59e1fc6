//! What every program does with its GPU: the few calls that repeat. Nothing here knows how it was opened.

use anyhow::{Context as _, anyhow};

/// An opened GPU.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// Makes buffers, shaders and pipelines.
    pub device: wgpu::Device,
    /// Takes the work.
    pub queue: wgpu::Queue,
    /// Which GPU this is.
    pub info: wgpu::AdapterInfo,
}

impl Gpu {
    /// A compute pipeline of one WGSL text with one entry point `main`. `constants` sets the text's
    /// `override` declarations. Its bind group layout is the one the shader implies.
    pub fn pipeline(&self, label: &str, wgsl: &str, constants: &[(&str, f64)]) -> wgpu::ComputePipeline {
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(wgsl.into()),
        });
        self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(label),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
            cache: None,
        })
    }

    /// Binds whole buffers to the bindings 0, 1, 2, … of a pipeline's group 0.
    pub fn bind(&self, pipeline: &wgpu::ComputePipeline, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
        let entries: Vec<_> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// A buffer of `size` bytes.
    pub fn buffer(&self, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        })
    }

    /// Waits for the work submitted so far, maps the first `size` bytes of a `MAP_READ` buffer, lends
    /// them to `look` and unmaps.
    ///
    /// # Errors
    ///
    /// When waiting or mapping fails, as it does when the GPU is lost.
    pub fn read<R>(
        &self,
        buffer: &wgpu::Buffer,
        size: u64,
        look: impl FnOnce(&[u8]) -> R,
    ) -> anyhow::Result<R> {
        let (sender, receiver) = std::sync::mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, 0..size, move |result| {
            // The receiver is gone only when waiting failed, and that error is the one returned.
            let _ = sender.send(result);
        });
        self.device.poll(wgpu::PollType::wait_indefinitely()).context("waiting for the GPU failed")?;
        receiver
            .try_recv()
            .map_err(|_| anyhow!("the GPU never answered"))?
            .context("mapping a buffer failed")?;
        let view = buffer.get_mapped_range(0..size).context("reading a mapped buffer failed")?;
        let result = look(&view);
        drop(view);
        buffer.unmap();
        Ok(result)
    }

    /// The adapter's name and backend, for the first line that a program prints.
    pub fn name(&self) -> String {
        format!("{} ({})", self.info.name, self.info.backend)
    }
}
