//! What it costs to record commands of a compute pass, to submit them, and to make an object.

use wgpu::BufferUsages as Usage;

use crate::{
    Result,
    gpu::Gpu,
    options::Options,
    repeat::{row, seconds},
};

/// Commands in one measured run: enough that reading the clock does not count.
pub(crate) const COMMANDS: usize = 10_000;
/// Command buffers in one measured run.
const SUBMISSIONS: usize = 100;
/// Buffers in one measured run, of 4 KiB each.
const BUFFERS: usize = 500;
/// Bind groups in one submit.
const KEPT: usize = 1000;

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> number: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        number[0] += 1u;
    }
";

/// Two of each, because setting what is set already may cost nothing.
struct Objects {
    pipelines: [wgpu::ComputePipeline; 2],
    groups: [wgpu::BindGroup; 2],
}

impl Objects {
    fn new(gpu: &Gpu) -> Self {
        let group_layout = gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only: false },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            }],
        });
        let layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&group_layout)],
            immediate_size: 0,
        });
        let pipeline = || gpu.pipeline(SHADER, Some(&layout));
        let group = || gpu.bind(&group_layout, &[&gpu.buffer(256, Usage::STORAGE)]);
        Self { pipelines: [pipeline(), pipeline()], groups: [group(), group()] }
    }

    /// Records into a pass that is ready to dispatch; only what `record` does is measured. What is
    /// recorded is thrown away.
    fn measure(&self, gpu: &Gpu, record: impl Fn(&mut wgpu::ComputePass<'_>)) -> f64 {
        let [pipeline, _] = &self.pipelines;
        let [group, _] = &self.groups;
        let mut encoder = gpu.encoder();
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, group, &[]);
        seconds(|| record(&mut pass)).0
    }
}

pub(crate) fn rows(gpu: &Gpu, options: &Options) -> Result<()> {
    let objects = Objects::new(gpu);
    let Objects { pipelines: [first, second], groups: [one, other] } = &objects;
    let per = COMMANDS as f64;

    row(options, "record/dispatch", "ns", per, || {
        Ok(objects.measure(gpu, |pass| (0..COMMANDS).for_each(|_| pass.dispatch_workgroups(1, 1, 1))))
    })?;
    row(options, "record/set_bind_group", "ns", per, || {
        Ok(objects.measure(gpu, |pass| {
            for _ in 0..COMMANDS / 2 {
                pass.set_bind_group(0, other, &[]);
                pass.set_bind_group(0, one, &[]);
            }
        }))
    })?;
    row(options, "record/set_pipeline", "ns", per, || {
        Ok(objects.measure(gpu, |pass| {
            for _ in 0..COMMANDS / 2 {
                pass.set_pipeline(second);
                pass.set_pipeline(first);
            }
        }))
    })?;
    // One step of a typical program: a pipeline, a bind group, a dispatch; three commands.
    row(options, "record/triple", "ns", per, || {
        Ok(objects.measure(gpu, |pass| {
            for _ in 0..COMMANDS / 2 {
                for (pipeline, group) in [(second, other), (first, one)] {
                    pass.set_pipeline(pipeline);
                    pass.set_bind_group(0, group, &[]);
                    pass.dispatch_workgroups(1, 1, 1);
                }
            }
        }))
    })?;

    row(options, "submit", "us", SUBMISSIONS as f64, || {
        let buffers: Vec<_> =
            (0..SUBMISSIONS).map(|_| command_buffer(gpu, first, std::slice::from_ref(one))).collect();
        let took = seconds(|| {
            for buffer in buffers {
                gpu.queue.submit([buffer]);
            }
        });
        gpu.wait()?;
        Ok(took.0)
    })?;
    // From nothing to submitted work, as a program does it each frame.
    row(options, "encode_and_submit", "us", SUBMISSIONS as f64, || {
        let took = seconds(|| {
            for _ in 0..SUBMISSIONS {
                gpu.queue.submit([command_buffer(gpu, first, std::slice::from_ref(one))]);
            }
        });
        gpu.wait()?;
        Ok(took.0)
    })?;

    row(options, "create_buffer", "us", BUFFERS as f64, || {
        let usage = Usage::STORAGE | Usage::COPY_DST;
        let (took, buffers) = seconds(|| (0..BUFFERS).map(|_| gpu.buffer(4096, usage)).collect::<Vec<_>>());
        drop(buffers);
        gpu.wait()?;
        Ok(took)
    })
}

/// A submit of two command buffers that hold many objects. The host looks through them while a buffer is mapped, and once
/// one was destroyed, whichever: so each of these rows has a device of its own.
pub(crate) fn rows_of_kept(options: &Options) -> Result<()> {
    for (name, is_mapped, is_destroyed) in [
        ("submit_kept", false, false),
        ("submit_kept_mapped", true, false),
        ("submit_kept_destroyed", false, true),
    ] {
        if !options.wants(name) {
            continue;
        }
        let gpu = Gpu::open()?;
        let pipeline = gpu.pipeline(SHADER, None);
        let layout = pipeline.get_bind_group_layout(0);
        let group = |_| gpu.bind(&layout, &[&gpu.buffer(256, Usage::STORAGE)]);
        let groups: Vec<_> = (0..KEPT).map(group).collect();
        let other = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 256,
            usage: Usage::COPY_SRC,
            mapped_at_creation: is_mapped,
        });
        if is_destroyed {
            other.destroy();
        }
        row(options, name, "us", 1.0, || {
            let buffers: Vec<_> =
                groups.chunks(KEPT / 2).map(|groups| command_buffer(&gpu, &pipeline, groups)).collect();
            // So that they are finished.
            gpu.wait()?;
            let (took, waited) = seconds(|| {
                gpu.queue.submit(buffers);
                gpu.wait()
            });
            waited.map(|()| took)
        })?;
    }
    Ok(())
}

/// One dispatch of one workgroup, after all of the bind groups were set.
fn command_buffer(
    gpu: &Gpu,
    pipeline: &wgpu::ComputePipeline,
    groups: &[wgpu::BindGroup],
) -> wgpu::CommandBuffer {
    let mut encoder = gpu.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(pipeline);
    for group in groups {
        pass.set_bind_group(0, group, &[]);
    }
    pass.dispatch_workgroups(1, 1, 1);
    drop(pass);
    encoder.finish()
}
