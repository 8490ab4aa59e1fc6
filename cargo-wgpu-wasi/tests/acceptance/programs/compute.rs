//! The textbook example: doubles numbers on the GPU. Nothing in it knows of WASI.

use wgpu::util::DeviceExt;

const SHADER: &str = "
@group(0) @binding(0) var<storage, read_write> numbers: array<u32>;

@compute @workgroup_size(1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    numbers[id.x] = numbers[id.x] * 2;
}
";

fn main() {
    println!("{:?}", pollster::block_on(double(&[1, 2, 3, 4])));
}

async fn double(numbers: &[u32]) -> Vec<u32> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = instance.request_adapter(&Default::default()).await.expect("an adapter");
    let (device, queue) = adapter.request_device(&Default::default()).await.expect("a device");
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let storage = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: None,
        contents: &bytes,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
    });
    let result = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: storage.size(),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(SHADER.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    });
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: storage.as_entire_binding() }],
    });
    let mut encoder = device.create_command_encoder(&Default::default());
    {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(numbers.len() as u32, 1, 1);
    }
    encoder.copy_buffer_to_buffer(&storage, 0, &result, 0, storage.size());
    queue.submit([encoder.finish()]);
    result.map_async(wgpu::MapMode::Read, .., |mapped| mapped.expect("the result"));
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the end of the work");
    let bytes = result.get_mapped_range(..).expect("the result");
    bytes.chunks_exact(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap())).collect()
}
