//! What the guest does on the GPU, in plain wgpu. A native program has this file, too, to be compared with.

use std::cell::OnceCell;

use wgpu::util::DeviceExt as _;

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;

    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&numbers) {
            numbers[id.x] *= 2;
        }
    }
";

/// Work that nobody needs: a thousand turns of a loop for each number.
const SPIN: &str = "
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;

    @compute @workgroup_size(64)
    fn main(@builtin(local_invocation_id) id: vec3<u32>) {
        var number = numbers[id.x];
        for (var turn = 0u; turn < 1000u; turn++) {
            number = number * 1664525u + 1013904223u;
        }
        numbers[id.x] = number;
    }
";

/// What an instance has for all of its requests.
struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    pipeline: wgpu::ComputePipeline,
}

thread_local! {
    static GPU: OnceCell<Gpu> = const { OnceCell::new() };
}

impl Gpu {
    fn new() -> Self {
        let instance = crate::instance();
        // Futures of the backend are ready ones, and so are those of wgpu itself.
        let adapter = ready(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))
            .expect("there is an adapter");
        let (device, queue) = ready(adapter.request_device(&wgpu::DeviceDescriptor::default()))
            .expect("the adapter gives a device");
        let pipeline = pipeline(&device, "doubling", SHADER);
        Self { device, queue, pipeline }
    }
}

fn pipeline(device: &wgpu::Device, label: &str, wgsl: &str) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(wgsl.into()),
    });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(label),
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut cx) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("such calls are complete when they are made"),
    }
}

/// Opens the GPU, if it is not.
pub(crate) fn open() {
    GPU.with(|gpu| {
        gpu.get_or_init(Gpu::new);
    });
}

/// A buffer of so many bytes, which is there for real.
pub(crate) fn buffer(bytes: usize) -> wgpu::Buffer {
    GPU.with(|gpu| {
        gpu.get_or_init(Gpu::new).device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("kept"),
            size: (bytes as u64).next_multiple_of(4).max(4),
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: true,
        })
    })
}

/// Has the GPU work for about so many milliseconds, and waits for that once.
pub(crate) fn spin(milliseconds: usize) {
    GPU.with(|gpu| spin_on(gpu.get_or_init(Gpu::new), milliseconds as f64 / 1000.0));
}

fn spin_on(Gpu { device, queue, .. }: &Gpu, seconds: f64) {
    /// So that what others have for the GPU comes in between.
    const GROUPS: u32 = 1024;
    let pipeline = pipeline(device, "spin", SPIN);
    let numbers = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("spin"),
        size: 256,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    });
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: numbers.as_entire_binding() }],
    });
    let work = |times: u32| {
        let start = std::time::Instant::now();
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        for _ in 0..times {
            pass.dispatch_workgroups(GROUPS, 1, 1);
        }
        drop(pass);
        queue.submit([encoder.finish()]);
        device.poll(wgpu::PollType::wait_indefinitely()).expect("the device is polled");
        start.elapsed().as_secs_f64()
    };
    // The first time the driver compiles. Then as often as it takes, by what fewer times take.
    work(1);
    let mut times = 1;
    let once = loop {
        let took = work(times);
        if took > 0.02 || times > 10_000 {
            break took / f64::from(times);
        }
        times *= 4;
    };
    work((seconds / once).ceil().clamp(1.0, 1e6) as u32);
}

/// Each of the numbers of four bytes, twice as large.
pub(crate) fn double(numbers: &[u8]) -> Vec<u8> {
    if numbers.len() < 4 {
        return Vec::new();
    }
    let whole = numbers.len() / 4 * 4;
    GPU.with(|gpu| double_on(gpu.get_or_init(Gpu::new), &numbers[..whole]))
}

fn double_on(Gpu { device, queue, pipeline }: &Gpu, numbers: &[u8]) -> Vec<u8> {
    let on_gpu = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("numbers"),
        contents: numbers,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
    });
    let result = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("result"),
        size: on_gpu.size(),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: on_gpu.as_entire_binding() }],
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, &bind_group, &[]);
    pass.dispatch_workgroups((numbers.len() / 4).div_ceil(64) as u32, 1, 1);
    drop(pass);
    encoder.copy_buffer_to_buffer(&on_gpu, 0, &result, 0, on_gpu.size());
    queue.submit([encoder.finish()]);
    result.map_async(wgpu::MapMode::Read, .., |outcome| outcome.expect("the result is mapped"));
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the device is polled");
    let view = result.get_mapped_range(..).expect("the result is mapped");
    view.to_vec()
}
