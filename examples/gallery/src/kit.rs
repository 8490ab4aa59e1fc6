//! What every scene repeats: the target, pipelines, uploads, reading back.

use anyhow::Context as _;
use bytemuck::{NoUninit, Pod, Zeroable};
use example_common::Gpu;
use image::RgbaImage;
use wgpu::util::DeviceExt as _;
use wgpu::{BufferUsages, TextureFormat, TextureUsages};

use crate::math::{Mat4, Vec3, vec3};
use crate::shape::Vertex;

/// Every picture's size, in pixels.
pub(crate) const WIDTH: u32 = 512;
/// Every picture's size, in pixels.
pub(crate) const HEIGHT: u32 = 384;
/// Every picture's format: shaders write linear light, the file has it sRGB-encoded.
pub(crate) const COLOR: TextureFormat = TextureFormat::Rgba8UnormSrgb;
/// The depth buffer's format.
pub(crate) const DEPTH: TextureFormat = TextureFormat::Depth32Float;
/// Width by height.
pub(crate) const ASPECT: f32 = WIDTH as f32 / HEIGHT as f32;

/// Replaces what is there.
pub(crate) const OPAQUE: wgpu::ColorTargetState =
    wgpu::ColorTargetState { format: COLOR, blend: None, write_mask: wgpu::ColorWrites::ALL };
/// Covers what is there by alpha.
pub(crate) const BLENDED: wgpu::ColorTargetState =
    wgpu::ColorTargetState { blend: Some(wgpu::BlendState::ALPHA_BLENDING), ..OPAQUE };
/// Adds light to what is there, by alpha.
pub(crate) const ADDED: wgpu::ColorTargetState = wgpu::ColorTargetState {
    blend: Some(wgpu::BlendState {
        color: wgpu::BlendComponent {
            src_factor: wgpu::BlendFactor::SrcAlpha,
            dst_factor: wgpu::BlendFactor::One,
            operation: wgpu::BlendOperation::Add,
        },
        alpha: wgpu::BlendComponent::OVER,
    }),
    ..OPAQUE
};

/// A scene's WGSL, after the declarations that all of them share.
macro_rules! wgsl {
    ($file:literal) => {
        concat!(include_str!("../shaders/kit.wgsl"), include_str!(concat!("../shaders/", $file)))
    };
}
pub(crate) use wgsl;

/// Where one looks from, as kit.wgsl has it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct Camera {
    pub(crate) matrix: Mat4,
    eye: [f32; 4],
    right: [f32; 4],
    up: [f32; 4],
    forward: [f32; 4],
}

impl Camera {
    /// Sees `fov` radians from bottom to top.
    pub(crate) fn new(eye: Vec3, target: Vec3, fov: f32) -> Self {
        Self::with_aspect(eye, target, fov, ASPECT)
    }

    /// The same for another shape of picture.
    pub(crate) fn with_aspect(eye: Vec3, target: Vec3, fov: f32, aspect: f32) -> Self {
        let up = vec3(0.0, 1.0, 0.0);
        let forward = (target - eye).normalize();
        let right = forward.cross(up).normalize();
        let half = libm::tanf(0.5 * fov);
        Self {
            matrix: Mat4::perspective(fov, aspect, 0.1, 100.0) * Mat4::look_at(eye, target, up),
            eye: eye.extend(1.0),
            right: (right * (half * aspect)).extend(0.0),
            up: (right.cross(forward) * half).extend(0.0),
            forward: forward.extend(0.0),
        }
    }
}

/// One of many bodies, as kit.wgsl has it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct Instance {
    pub(crate) model: Mat4,
    pub(crate) color: [f32; 4],
}

impl Instance {
    pub(crate) fn new(model: Mat4, color: [f32; 3]) -> Self {
        let [red, green, blue] = color;
        Self { model, color: [red, green, blue, 1.0] }
    }
}

/// A hue, from 0 to 1, as a strong colour.
pub(crate) fn hue(turn: f32) -> [f32; 3] {
    [0.0, 0.33, 0.67].map(|shift| 0.5 + 0.45 * libm::cosf(std::f32::consts::TAU * (turn - shift)))
}

/// What to draw with; [`Spec::new`] has the usual answers.
#[derive(Clone, Copy)]
pub(crate) struct Spec<'a> {
    pub(crate) label: &'a str,
    pub(crate) module: &'a wgpu::ShaderModule,
    pub(crate) vertex: &'a str,
    pub(crate) fragment: Option<&'a str>,
    pub(crate) buffers: &'a [wgpu::VertexBufferLayout<'a>],
    pub(crate) targets: &'a [wgpu::ColorTargetState],
    pub(crate) depth: Option<wgpu::CompareFunction>,
    pub(crate) depth_write: bool,
    pub(crate) depth_format: TextureFormat,
    pub(crate) stencil: Option<wgpu::StencilFaceState>,
    pub(crate) bias: wgpu::DepthBiasState,
    pub(crate) primitive: wgpu::PrimitiveState,
    pub(crate) multisample: wgpu::MultisampleState,
    pub(crate) constants: &'a [(&'a str, f64)],
    pub(crate) layout: Option<&'a wgpu::PipelineLayout>,
}

impl<'a> Spec<'a> {
    /// Triangles without a vertex buffer or depth, by the entry points `vs` and `fs`.
    pub(crate) fn new(label: &'a str, module: &'a wgpu::ShaderModule) -> Self {
        Self {
            label,
            module,
            vertex: "vs",
            fragment: Some("fs"),
            buffers: &[],
            targets: &[OPAQUE],
            depth: None,
            depth_write: true,
            depth_format: DEPTH,
            stencil: None,
            bias: wgpu::DepthBiasState::default(),
            primitive: wgpu::PrimitiveState::default(),
            multisample: wgpu::MultisampleState::default(),
            constants: &[],
            layout: None,
        }
    }

    /// Bodies: [`Vertex`] in buffer 0, the nearest wins.
    pub(crate) fn bodies(label: &'a str, module: &'a wgpu::ShaderModule) -> Self {
        Self {
            buffers: &[Vertex::LAYOUT],
            depth: Some(wgpu::CompareFunction::Less),
            ..Self::new(label, module)
        }
    }
}

/// What a scene draws on.
pub(crate) struct Frame {
    pub(crate) texture: wgpu::Texture,
    pub(crate) color: wgpu::TextureView,
    pub(crate) depth: wgpu::TextureView,
}

impl Frame {
    /// A pass onto colour and depth; `clear` is linear light.
    pub(crate) fn begin<'e>(
        &self,
        encoder: &'e mut wgpu::CommandEncoder,
        clear: [f64; 3],
    ) -> wgpu::RenderPass<'e> {
        begin(encoder, &[(&self.color, Some(clear))], Some(&self.depth))
    }
}

/// A pass onto targets, each cleared or, with None, kept; `depth` is cleared.
pub(crate) fn begin<'e>(
    encoder: &'e mut wgpu::CommandEncoder,
    targets: &[(&wgpu::TextureView, Option<[f64; 3]>)],
    depth: Option<&wgpu::TextureView>,
) -> wgpu::RenderPass<'e> {
    let targets: Vec<_> = targets
        .iter()
        .map(|&(view, clear)| {
            let load = match clear {
                Some([r, g, b]) => wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a: 1.0 }),
                None => wgpu::LoadOp::Load,
            };
            Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load, store: wgpu::StoreOp::Store },
            })
        })
        .collect();
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &targets,
        depth_stencil_attachment: depth.map(|view| wgpu::RenderPassDepthStencilAttachment {
            view,
            depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(1.0), store: wgpu::StoreOp::Store }),
            stencil_ops: None,
        }),
        ..Default::default()
    })
}

/// A pass of one fullscreen triangle.
pub(crate) fn fill(
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
    pipeline: &wgpu::RenderPipeline,
    group: Option<&wgpu::BindGroup>,
) {
    let mut pass = begin(encoder, &[(target, Some([0.0; 3]))], None);
    pass.set_pipeline(pipeline);
    if let Some(group) = group {
        pass.set_bind_group(0, group, &[]);
    }
    pass.draw(0..3, 0..1);
}

/// A texture of one level, one sample, `size[2]` layers.
pub(crate) fn plain(
    label: &str,
    [width, height, layers]: [u32; 3],
    format: TextureFormat,
    usage: TextureUsages,
) -> wgpu::TextureDescriptor<'_> {
    wgpu::TextureDescriptor {
        label: Some(label),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: layers },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    }
}

/// The GPU, with the calls that every scene makes.
pub(crate) struct Kit {
    gpu: Gpu,
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
}

impl Kit {
    pub(crate) fn new(gpu: &Gpu) -> Self {
        Self { gpu: gpu.clone(), device: gpu.device.clone(), queue: gpu.queue.clone() }
    }

    pub(crate) fn module(&self, label: &str, wgsl: &str) -> wgpu::ShaderModule {
        self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(wgsl.into()),
        })
    }

    pub(crate) fn pipeline(&self, spec: &Spec<'_>) -> wgpu::RenderPipeline {
        let compilation_options =
            wgpu::PipelineCompilationOptions { constants: spec.constants, ..Default::default() };
        let buffers: Vec<_> = spec.buffers.iter().cloned().map(Some).collect();
        let targets: Vec<_> = spec.targets.iter().cloned().map(Some).collect();
        let stencil = spec.stencil.map_or_else(wgpu::StencilState::default, |face| wgpu::StencilState {
            front: face,
            back: face,
            read_mask: 0xff,
            write_mask: 0xff,
        });
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(spec.label),
            layout: spec.layout,
            vertex: wgpu::VertexState {
                module: spec.module,
                entry_point: Some(spec.vertex),
                compilation_options: compilation_options.clone(),
                buffers: &buffers,
            },
            primitive: spec.primitive,
            depth_stencil: spec.depth.map(|compare| wgpu::DepthStencilState {
                format: spec.depth_format,
                depth_write_enabled: Some(spec.depth_write),
                depth_compare: Some(compare),
                stencil,
                bias: spec.bias,
            }),
            multisample: spec.multisample,
            fragment: spec.fragment.map(|entry_point| wgpu::FragmentState {
                module: spec.module,
                entry_point: Some(entry_point),
                compilation_options,
                targets: &targets,
            }),
            multiview_mask: None,
            cache: None,
        })
    }

    pub(crate) fn compute(&self, module: &wgpu::ShaderModule, entry_point: &str) -> wgpu::ComputePipeline {
        self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry_point),
            layout: None,
            module,
            entry_point: Some(entry_point),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        })
    }

    pub(crate) fn buffer<T: NoUninit>(
        &self,
        label: &str,
        usage: BufferUsages,
        contents: &[T],
    ) -> wgpu::Buffer {
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents: bytemuck::cast_slice(contents),
            usage,
        })
    }

    pub(crate) fn uniform<T: NoUninit>(&self, contents: T) -> wgpu::Buffer {
        self.buffer("uniform", BufferUsages::UNIFORM, &[contents])
    }

    pub(crate) fn storage<T: NoUninit>(&self, contents: &[T]) -> wgpu::Buffer {
        self.buffer("storage", BufferUsages::STORAGE, contents)
    }

    pub(crate) fn texture(
        &self,
        label: &str,
        size: [u32; 3],
        format: TextureFormat,
        usage: TextureUsages,
    ) -> wgpu::Texture {
        self.device.create_texture(&plain(label, size, format, usage))
    }

    /// A texture of the picture's size to draw on and to sample; its one view.
    pub(crate) fn canvas(&self, label: &str, format: TextureFormat) -> wgpu::TextureView {
        let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
        self.texture(label, [WIDTH, HEIGHT, 1], format, usage).create_view(&Default::default())
    }

    /// Linear within and between levels.
    pub(crate) fn linear(&self, address: wgpu::AddressMode) -> wgpu::Sampler {
        self.device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("linear"),
            address_mode_u: address,
            address_mode_v: address,
            address_mode_w: address,
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            mipmap_filter: wgpu::MipmapFilterMode::Linear,
            ..Default::default()
        })
    }

    /// Binds to the bindings 0, 1, 2, … of a layout.
    pub(crate) fn bind(
        &self,
        layout: &wgpu::BindGroupLayout,
        resources: &[wgpu::BindingResource<'_>],
    ) -> wgpu::BindGroup {
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
            .collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries })
    }

    /// Binds to group 0 of a pipeline.
    pub(crate) fn group(
        &self,
        pipeline: &wgpu::RenderPipeline,
        resources: &[wgpu::BindingResource<'_>],
    ) -> wgpu::BindGroup {
        self.bind(&pipeline.get_bind_group_layout(0), resources)
    }

    pub(crate) fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }

    pub(crate) fn frame(&self) -> Frame {
        let size = [WIDTH, HEIGHT, 1];
        let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::COPY_SRC | TextureUsages::COPY_DST;
        let texture = self.texture("picture", size, COLOR, usage);
        let depth = self.texture("depth", size, DEPTH, TextureUsages::RENDER_ATTACHMENT);
        let (color, depth) =
            (texture.create_view(&Default::default()), depth.create_view(&Default::default()));
        Frame { texture, color, depth }
    }

    /// Submits the commands and reads the picture back.
    ///
    /// # Errors
    ///
    /// When reading back fails.
    pub(crate) fn finish(
        &self,
        frame: &Frame,
        mut encoder: wgpu::CommandEncoder,
    ) -> anyhow::Result<RgbaImage> {
        // A row of 512 pixels is a multiple of the 256 bytes that copies want.
        let bytes = 4 * u64::from(WIDTH) * u64::from(HEIGHT);
        let read = self.gpu.buffer("read", bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        encoder.copy_texture_to_buffer(
            frame.texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &read,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(4 * WIDTH),
                    rows_per_image: Some(HEIGHT),
                },
            },
            frame.texture.size(),
        );
        self.queue.submit([encoder.finish()]);
        let mut pixels = self.gpu.read(&read, bytes, <[u8]>::to_vec)?;
        for alpha in pixels.iter_mut().skip(3).step_by(4) {
            *alpha = 255;
        }
        RgbaImage::from_vec(WIDTH, HEIGHT, pixels).context("the picture has the wrong size")
    }
}

/// A whole texture's view, as a binding.
pub(crate) fn view(view: &wgpu::TextureView) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::TextureView(view)
}

/// A sampler, as a binding.
pub(crate) fn sampler(sampler: &wgpu::Sampler) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Sampler(sampler)
}
