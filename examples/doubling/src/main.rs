//! Doubles numbers on the GPU: `doubling 1 2.5 3` prints `2 5 6`.

use std::error::Error;
use wgpu::util::DeviceExt as _;

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> numbers: array<f32>;

    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&numbers) {
            numbers[id.x] *= 2.0;
        }
    }
";

/// The one place that knows whether this is a component.
fn instance() -> wgpu::Instance {
    #[cfg(target_os = "wasi")]
    return wgpu_wasi_backend::instance();
    #[cfg(not(target_os = "wasi"))]
    wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers =
        std::env::args().skip(1).map(|argument| argument.parse()).collect::<Result<Vec<f32>, _>>()?;
    if numbers.is_empty() {
        numbers = vec![1.0, 2.0, 3.0, 4.0];
    }
    let doubled = pollster::block_on(double(&numbers))?;
    println!("{}", doubled.iter().map(f32::to_string).collect::<Vec<_>>().join(" "));
    Ok(())
}

async fn double(numbers: &[f32]) -> Result<Vec<f32>, Box<dyn Error>> {
    let adapter = wgpu::util::initialize_adapter_from_env_or_default(&instance(), None).await?;
    let (device, queue) = adapter.request_device(&wgpu::DeviceDescriptor::default()).await?;

    let on_gpu = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("numbers"),
        contents: bytemuck::cast_slice(numbers),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
    });
    let result = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("result"),
        size: on_gpu.size(),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("doubling"),
        source: wgpu::ShaderSource::Wgsl(SHADER.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some("doubling"),
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    });
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: on_gpu.as_entire_binding() }],
    });

    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &bind_group, &[]);
    pass.dispatch_workgroups(u32::try_from(numbers.len().div_ceil(64))?, 1, 1);
    drop(pass);
    encoder.copy_buffer_to_buffer(&on_gpu, 0, &result, 0, on_gpu.size());
    queue.submit([encoder.finish()]);

    let (sender, receiver) = std::sync::mpsc::channel();
    result.map_async(wgpu::MapMode::Read, .., move |outcome| drop(sender.send(outcome)));
    device.poll(wgpu::PollType::wait_indefinitely())?;
    receiver.recv()??;
    let view = result.get_mapped_range(..)?;
    Ok(bytemuck::cast_slice(&view).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles() {
        match pollster::block_on(double(&[0.5, -3.0, 1e6])) {
            Ok(doubled) => assert_eq!(doubled, [1.0, -6.0, 2e6]),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "no GPU, and CI is set: {error}");
            }
        }
    }
}
