//! The bodies on the GPU: moved by one shader, drawn by another.

use wgpu::util::DeviceExt;

use crate::{
    camera::View,
    galaxies::{self, COUNT},
};

/// How many bodies a group of the shader moves.
const GROUP: u32 = 64;

/// How often the bodies are moved for a picture.
const STEPS: u32 = 2;

/// The bodies, twice: as they are, and as they will be.
#[derive(Debug)]
pub(crate) struct Sky {
    gravity: wgpu::ComputePipeline,
    moves: [wgpu::BindGroup; 2],
    light: wgpu::RenderPipeline,
    draws: [wgpu::BindGroup; 2],
    view: wgpu::Buffer,
    /// Which of the two they are in.
    now: usize,
}

impl Sky {
    pub(crate) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let bodies = galaxies::bodies();
        let buffer = |label| {
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some(label),
                contents: bytemuck::cast_slice(&bodies),
                usage: wgpu::BufferUsages::STORAGE,
            })
        };
        let buffers = [buffer("bodies"), buffer("bodies, the other time")];
        let view = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("camera"),
            size: size_of::<View>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let gravity = gravity(device);
        let light = light(device, format);
        let group = |layout: &wgpu::BindGroupLayout, first: &wgpu::Buffer, second: &wgpu::Buffer| {
            let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout,
                entries: &[entry(0, first.as_entire_binding()), entry(1, second.as_entire_binding())],
            })
        };
        let [first, second] = &buffers;
        let (of_moves, of_draws) = (gravity.get_bind_group_layout(0), light.get_bind_group_layout(0));
        Self {
            moves: [group(&of_moves, first, second), group(&of_moves, second, first)],
            draws: [group(&of_draws, first, &view), group(&of_draws, second, &view)],
            gravity,
            light,
            view,
            now: 0,
        }
    }

    /// Moves all bodies.
    pub(crate) fn advance(&mut self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.gravity);
        for _ in 0..STEPS {
            pass.set_bind_group(0, self.moves.get(self.now), &[]);
            pass.dispatch_workgroups(COUNT.div_ceil(GROUP), 1, 1);
            self.now = 1 - self.now;
        }
    }

    /// Draws them as they are.
    pub(crate) fn draw(
        &self,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        target: &wgpu::TextureView,
        view: View,
    ) {
        queue.write_buffer(&self.view, 0, bytemuck::bytes_of(&view));
        let night = wgpu::Color { r: 0.001, g: 0.001, b: 0.004, a: 1.0 };
        let attachment = wgpu::RenderPassColorAttachment {
            view: target,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load: wgpu::LoadOp::Clear(night), store: wgpu::StoreOp::Store },
        };
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(attachment)],
            ..Default::default()
        });
        pass.set_pipeline(&self.light);
        pass.set_bind_group(0, self.draws.get(self.now), &[]);
        pass.draw(0..4, 0..COUNT);
    }
}

fn gravity(device: &wgpu::Device) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::include_wgsl!("gravity.wgsl"));
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some("gravity"),
        layout: None,
        module: &module,
        entry_point: None,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

/// Spots of light add up.
fn light(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::include_wgsl!("sky.wgsl"));
    let add = wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    };
    let target = wgpu::ColorTargetState {
        format,
        blend: Some(wgpu::BlendState { color: add, alpha: wgpu::BlendComponent::OVER }),
        write_mask: wgpu::ColorWrites::ALL,
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("light"),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..Default::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(target)],
        }),
        multiview_mask: None,
        cache: None,
    })
}
