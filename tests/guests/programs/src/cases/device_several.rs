//! Several devices at a time, each with its own errors and objects.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(4)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) { data[id.x] += 100u; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let devices = [gpu.device().await, gpu.device().await, gpu.device().await];
    let scopes: Vec<_> =
        devices.iter().map(|(device, _)| device.push_error_scope(wgpu::ErrorFilter::Validation)).collect();
    let buffers: Vec<_> = (1..)
        .zip(&devices)
        .map(|(number, (device, _))| kit::storage(device, &[number, 2, 3, 4_u32]))
        .collect();
    for ((device, queue), buffer) in devices.iter().zip(&buffers) {
        let pipeline = kit::compute_pipeline(device, SHADER, "main");
        kit::dispatch(device, queue, &pipeline, &[buffer.as_entire_binding()], [1, 1, 1]);
    }
    // An error of the second is nobody else's.
    kit::buffer(&devices[1].0, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::MAP_WRITE);
    for (number, scope) in scopes.into_iter().enumerate() {
        r.error(format!("device {number}"), scope.pop().await.as_ref());
    }
    for ((device, queue), buffer) in devices.iter().zip(&buffers).rev() {
        r.bytes("data", kit::read_bytes(device, queue, buffer));
    }
    r.number("they differ", devices[0].0 != devices[1].0);
    let [first, second, third] = devices;
    drop(second);
    first.0.destroy();
    r.bytes("the third lives", kit::read_bytes(&third.0, &third.1, &buffers[2]));
}
