//! What almost every case that draws does: a target, a pipeline, a pass.

use crate::kit;

/// One color target in [`wgpu::TextureFormat::Rgba8Unorm`], without blending.
pub const RGBA: &[Option<wgpu::ColorTargetState>] = &[Some(wgpu::ColorTargetState {
    format: wgpu::TextureFormat::Rgba8Unorm,
    blend: None,
    write_mask: wgpu::ColorWrites::ALL,
})];

/// A render pipeline with the entry points `vertex` and `fragment`.
pub struct Draw<'a> {
    /// WGSL.
    pub source: &'a str,
    /// Vertex buffers.
    pub buffers: &'a [Option<wgpu::VertexBufferLayout<'a>>],
    /// Color targets.
    pub targets: &'a [Option<wgpu::ColorTargetState>],
    /// Depth and stencil.
    pub depth_stencil: Option<wgpu::DepthStencilState>,
    /// Topology and culling.
    pub primitive: wgpu::PrimitiveState,
    /// Samples.
    pub multisample: wgpu::MultisampleState,
}

impl<'a> Draw<'a> {
    /// Triangles without vertex buffers, into [`RGBA`].
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            buffers: &[],
            targets: RGBA,
            depth_stencil: None,
            primitive: wgpu::PrimitiveState::default(),
            multisample: wgpu::MultisampleState::default(),
        }
    }

    /// The pipeline, with a layout from the shader.
    pub fn pipeline(self, device: &wgpu::Device) -> wgpu::RenderPipeline {
        let module = kit::shader(device, self.source);
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("draw"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                compilation_options: Default::default(),
                buffers: self.buffers,
            },
            primitive: self.primitive,
            depth_stencil: self.depth_stencil,
            multisample: self.multisample,
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                compilation_options: Default::default(),
                targets: self.targets,
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

/// A texture to draw on and to read back.
pub fn target(device: &wgpu::Device, size: [u32; 2], format: wgpu::TextureFormat) -> wgpu::Texture {
    kit::texture_2d(
        device,
        size,
        format,
        wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
    )
}

/// A color attachment that is cleared first and stored.
pub fn cleared(view: &wgpu::TextureView, color: wgpu::Color) -> Option<wgpu::RenderPassColorAttachment<'_>> {
    Some(wgpu::RenderPassColorAttachment {
        view,
        depth_slice: None,
        resolve_target: None,
        ops: wgpu::Operations { load: wgpu::LoadOp::Clear(color), store: wgpu::StoreOp::Store },
    })
}

/// A pass on one target, cleared to transparent black.
pub fn pass<'e>(encoder: &'e mut wgpu::CommandEncoder, view: &wgpu::TextureView) -> wgpu::RenderPass<'e> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("pass"),
        color_attachments: &[cleared(view, wgpu::Color::TRANSPARENT)],
        ..Default::default()
    })
}
