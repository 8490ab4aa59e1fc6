//! The simulation, and the passes that it consists of.

use bytemuck::{Pod, Zeroable};
use drop_in_kit::{Canvas, Gpu, HEIGHT, WIDTH};
use wgpu::BufferUsages;
use wgpu::util::DeviceExt as _;
use wgpu_profiler::Scope;

/// Grains of dust, and threads in a workgroup.
const GRAINS: u32 = 1 << 15;
const GROUP: u32 = 64;
/// Passes of drifting; each takes `STEPS` steps.
const PASSES: u32 = 12;
const STEPS: u32 = 24;

/// What the shader knows, as `dust.wgsl` has it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Settings {
    width: u32,
    height: u32,
    grains: u32,
    steps: u32,
}

/// The pipelines of `dust.wgsl`, and what they work on.
pub(crate) struct Dust {
    seed: wgpu::ComputePipeline,
    drift: wgpu::ComputePipeline,
    brightest: wgpu::ComputePipeline,
    develop: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
}

impl Dust {
    pub(crate) fn new(gpu: &Gpu, canvas: &Canvas) -> Self {
        let device = &gpu.device;
        let module = device.create_shader_module(wgpu::include_wgsl!("dust.wgsl"));
        let layout = device.create_bind_group_layout(&layout());
        let pipelines = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = |entry_point| {
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry_point),
                layout: Some(&pipelines),
                module: &module,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        };
        let settings = Settings { width: WIDTH, height: HEIGHT, grains: GRAINS, steps: STEPS };
        let settings = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("settings"),
            contents: bytemuck::bytes_of(&settings),
            usage: BufferUsages::UNIFORM,
        });
        let storage = |label, size| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage: BufferUsages::STORAGE,
                mapped_at_creation: false,
            })
        };
        let grains = storage("grains", 16 * u64::from(GRAINS));
        // Three sums a pixel; then the largest of them.
        let light = storage("light", 4 * (3 * u64::from(WIDTH) * u64::from(HEIGHT) + 1));
        let resources = [
            settings.as_entire_binding(),
            grains.as_entire_binding(),
            light.as_entire_binding(),
            wgpu::BindingResource::TextureView(&canvas.view),
        ];
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &layout,
            entries: &entries,
        });
        Self {
            seed: pipeline("seed"),
            drift: pipeline("drift"),
            brightest: pipeline("brightest"),
            develop: pipeline("develop"),
            group,
        }
    }

    /// Records the frame, each pass in a scope of its own.
    pub(crate) fn record(&self, frame: &mut Scope<'_, wgpu::CommandEncoder>) {
        let grains = (GRAINS / GROUP, 1);
        let pixels = (WIDTH / 8, HEIGHT / 8);
        self.pass(frame, "seed", &self.seed, grains);
        let mut flow = frame.scope("flow");
        for _ in 0..PASSES {
            self.pass(&mut flow, "drift", &self.drift, grains);
        }
        drop(flow);
        let mut tone = frame.scope("tone");
        self.pass(&mut tone, "brightest", &self.brightest, pixels);
        self.pass(&mut tone, "develop", &self.develop, pixels);
    }

    fn pass(
        &self,
        scope: &mut Scope<'_, wgpu::CommandEncoder>,
        label: &str,
        pipeline: &wgpu::ComputePipeline,
        (across, down): (u32, u32),
    ) {
        let mut pass = scope.scoped_compute_pass(label);
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(across, down, 1);
    }
}

/// Settings, grains, light and picture.
fn layout() -> wgpu::BindGroupLayoutDescriptor<'static> {
    const fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
        wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::COMPUTE, ty, count: None }
    }
    const fn buffer(ty: wgpu::BufferBindingType) -> wgpu::BindingType {
        wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None }
    }
    const STORAGE: wgpu::BindingType = buffer(wgpu::BufferBindingType::Storage { read_only: false });
    const ENTRIES: [wgpu::BindGroupLayoutEntry; 4] = [
        entry(0, buffer(wgpu::BufferBindingType::Uniform)),
        entry(1, STORAGE),
        entry(2, STORAGE),
        entry(
            3,
            wgpu::BindingType::StorageTexture {
                access: wgpu::StorageTextureAccess::WriteOnly,
                format: wgpu::TextureFormat::Rgba8Unorm,
                view_dimension: wgpu::TextureViewDimension::D2,
            },
        ),
    ];
    wgpu::BindGroupLayoutDescriptor { label: None, entries: &ENTRIES }
}
