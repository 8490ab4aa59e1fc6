//! What a misuse works with: a device, ways to look at the errors of a call, and descriptors that are good
//! until a field of them is changed.

use std::ops::Deref;

use super::*;

/// 8 by 8 pixels, for everything that such a texture is good for.
pub const TEXTURE: GpuTextureDescriptor = GpuTextureDescriptor {
    size: GpuExtent3D { width: 8, height: Some(8), depth_or_array_layers: None },
    mip_level_count: None,
    sample_count: None,
    dimension: None,
    format: GpuTextureFormat::Rgba8unorm,
    usage: GpuTextureUsage::COPY_SRC
        .union(GpuTextureUsage::COPY_DST)
        .union(GpuTextureUsage::TEXTURE_BINDING)
        .union(GpuTextureUsage::RENDER_ATTACHMENT),
    view_formats: None,
    texture_binding_view_dimension: None,
    label: None,
};

/// Width and height.
pub fn size(width: u32, height: u32) -> GpuExtent3D {
    GpuExtent3D { width, height: Some(height), depth_or_array_layers: None }
}

/// Width, height, and depth or layers.
pub fn volume(width: u32, height: u32, depth: u32) -> GpuExtent3D {
    GpuExtent3D { width, height: Some(height), depth_or_array_layers: Some(depth) }
}

/// The whole of a texture.
pub const VIEW: GpuTextureViewDescriptor = GpuTextureViewDescriptor {
    format: None,
    dimension: None,
    usage: None,
    aspect: None,
    base_mip_level: None,
    mip_level_count: None,
    base_array_layer: None,
    array_layer_count: None,
    swizzle: None,
    label: None,
};

/// The defaults.
pub const SAMPLER: GpuSamplerDescriptor = GpuSamplerDescriptor {
    address_mode_u: None,
    address_mode_v: None,
    address_mode_w: None,
    mag_filter: None,
    min_filter: None,
    mipmap_filter: None,
    lod_min_clamp: None,
    lod_max_clamp: None,
    compare: None,
    max_anisotropy: None,
    label: None,
};

/// An entry for compute shaders that still needs one kind.
pub const ENTRY: GpuBindGroupLayoutEntry = GpuBindGroupLayoutEntry {
    binding: 0,
    visibility: GpuShaderStage::COMPUTE,
    buffer: None,
    sampler: None,
    texture: None,
    storage_texture: None,
};

/// A buffer with this binding type.
pub fn buffer_of(type_: GpuBufferBindingType) -> Option<GpuBufferBindingLayout> {
    Some(GpuBufferBindingLayout { type_: Some(type_), has_dynamic_offset: None, min_binding_size: None })
}

/// A storage buffer that shaders write.
pub fn storage_entry(binding: u32) -> GpuBindGroupLayoutEntry {
    GpuBindGroupLayoutEntry { binding, buffer: buffer_of(GpuBufferBindingType::Storage), ..ENTRY }
}

/// A uniform buffer.
pub fn uniform_entry(binding: u32) -> GpuBindGroupLayoutEntry {
    GpuBindGroupLayoutEntry { binding, buffer: buffer_of(GpuBufferBindingType::Uniform), ..ENTRY }
}

/// A texture with floats.
pub fn texture_entry(binding: u32) -> GpuBindGroupLayoutEntry {
    let texture = GpuTextureBindingLayout { sample_type: None, view_dimension: None, multisampled: None };
    GpuBindGroupLayoutEntry { binding, texture: Some(texture), ..ENTRY }
}

/// A filtering sampler.
pub fn sampler_entry(binding: u32) -> GpuBindGroupLayoutEntry {
    GpuBindGroupLayoutEntry { binding, sampler: Some(GpuSamplerBindingLayout { type_: None }), ..ENTRY }
}

/// A color attachment that is cleared.
pub fn color(view: &GpuTextureView) -> GpuRenderPassColorAttachment<'_> {
    GpuRenderPassColorAttachment {
        view,
        depth_slice: None,
        resolve_target: None,
        clear_value: None,
        load_op: GpuLoadOp::Clear,
        store_op: GpuStoreOp::Store,
    }
}

/// A depth attachment that is cleared.
pub fn depth(view: &GpuTextureView) -> GpuRenderPassDepthStencilAttachment<'_> {
    GpuRenderPassDepthStencilAttachment {
        view,
        depth_clear_value: Some(1.0),
        depth_load_op: Some(GpuLoadOp::Clear),
        depth_store_op: Some(GpuStoreOp::Store),
        depth_read_only: None,
        stencil_clear_value: None,
        stencil_load_op: None,
        stencil_store_op: None,
        stencil_read_only: None,
    }
}

/// A pass with these color attachments.
pub fn pass<'a>(
    colors: impl IntoIterator<Item = GpuRenderPassColorAttachment<'a>>,
) -> GpuRenderPassDescriptor<'a> {
    GpuRenderPassDescriptor {
        color_attachments: colors.into_iter().map(Some).collect(),
        depth_stencil_attachment: None,
        occlusion_query_set: None,
        timestamp_writes: None,
        max_draw_count: None,
        label: None,
    }
}

/// Depth without tests, in this format.
pub fn depth_state(format: GpuTextureFormat) -> GpuDepthStencilState {
    GpuDepthStencilState {
        format,
        depth_write_enabled: Some(true),
        depth_compare: Some(GpuCompareFunction::Less),
        stencil_front: None,
        stencil_back: None,
        stencil_read_mask: None,
        stencil_write_mask: None,
        depth_bias: None,
        depth_bias_slope_scale: None,
        depth_bias_clamp: None,
    }
}

/// A color target of this format.
pub fn target(format: GpuTextureFormat) -> Option<GpuColorTargetState> {
    Some(GpuColorTargetState { format, blend: None, write_mask: None })
}

/// A layout for vertices of four floats each.
pub fn vertices() -> GpuVertexBufferLayout {
    GpuVertexBufferLayout {
        array_stride: 16,
        step_mode: None,
        attributes: vec![GpuVertexAttribute {
            format: GpuVertexFormat::Float32x4,
            offset: 0,
            shader_location: 0,
        }],
    }
}

/// The first texel of the first level.
pub fn texels(texture: &GpuTexture) -> GpuTexelCopyTextureInfo<'_> {
    GpuTexelCopyTextureInfo { texture, mip_level: None, origin: None, aspect: None }
}

/// Rows of 256 bytes.
pub fn rows(buffer: &GpuBuffer) -> GpuTexelCopyBufferInfo<'_> {
    GpuTexelCopyBufferInfo { buffer, offset: None, bytes_per_row: Some(256), rows_per_image: None }
}

/// A device, in scopes that catch what the misuse itself does not account for.
pub struct Gpu {
    pub adapter: GpuAdapter,
    pub device: GpuDevice,
    pub queue: GpuQueue,
}

impl Deref for Gpu {
    type Target = GpuDevice;

    fn deref(&self) -> &GpuDevice {
        &self.device
    }
}

impl Gpu {
    /// A device with the defaults, or with a feature; `None` where the adapter lacks it.
    pub async fn new(feature: Option<GpuFeatureName>) -> Option<Self> {
        let adapter = kit::adapter().await;
        let descriptor = GpuDeviceDescriptor {
            required_features: feature.map(|feature| vec![feature]),
            required_limits: None,
            default_queue: None,
            label: None,
        };
        let device = adapter.request_device(Some(descriptor)).await.ok()?;
        for filter in [GpuErrorFilter::Internal, GpuErrorFilter::OutOfMemory, GpuErrorFilter::Validation] {
            device.push_error_scope(filter);
        }
        let queue = device.queue();
        Some(Self { adapter, device, queue })
    }

    /// What the scopes of [`Self::new`] caught.
    pub async fn close(self) -> Caught {
        for _ in 0..3 {
            if let Ok(Some(error)) = self.device.pop_error_scope().await {
                return Caught::Validation(error.message());
            }
        }
        Caught::Nothing
    }

    /// The error of `misuse`.
    pub async fn raises<T>(&self, misuse: impl FnOnce() -> T) -> Answer {
        let mut answer = Answer::quiet();
        answer.add("", kit::caught(&self.device, misuse).await.1);
        answer
    }

    /// The error of `misuse`, and what it answers.
    pub async fn answers<T, E: Refusal>(&self, misuse: impl AsyncFnOnce() -> Result<T, E>) -> Answer {
        self.device.push_error_scope(GpuErrorFilter::Validation);
        let result = misuse().await;
        let error = self.device.pop_error_scope().await.expect("a scope is open");
        let mut answer = Answer::quiet();
        answer.add("", error.map_or(Caught::Nothing, |error| Caught::Validation(error.message())));
        answer.then(Answer::of(result))
    }

    /// The error at `finish` of an encoder on which `misuse` was recorded.
    pub async fn records(&self, misuse: impl FnOnce(&GpuCommandEncoder)) -> Answer {
        self.recorded(misuse).await.1
    }

    async fn recorded(&self, misuse: impl FnOnce(&GpuCommandEncoder)) -> (GpuCommandBuffer, Answer) {
        let encoder = kit::encoder(&self.device);
        let mut answer = Answer::quiet();
        answer.add("at once: ", kit::caught(&self.device, || misuse(&encoder)).await.1);
        let (commands, caught) = kit::caught(&self.device, || encoder.finish(None)).await;
        answer.add("", caught);
        (commands, answer)
    }

    /// The error at `submit` of what `misuse` has recorded without one.
    pub async fn submits(&self, misuse: impl FnOnce(&GpuCommandEncoder)) -> Answer {
        let (commands, recorded) = self.recorded(misuse).await;
        if recorded.messages().next().is_some() {
            return recorded.then(Answer::wrong("before the submit"));
        }
        self.raises(|| self.queue.submit(&[&commands])).await
    }

    /// The error at `finish` for `misuse` in a compute pass.
    pub async fn computes(&self, misuse: impl FnOnce(&GpuComputePassEncoder)) -> Answer {
        self.records(|encoder| {
            let pass = encoder.begin_compute_pass(None);
            misuse(&pass);
            pass.end();
        })
        .await
    }

    /// The error at `finish` for `misuse` in a render pass on one target of 8 by 8 pixels.
    pub async fn renders(&self, misuse: impl FnOnce(&GpuRenderPassEncoder)) -> Answer {
        let view = self.create_texture(&TEXTURE).create_view(None);
        self.renders_to(&pass([color(&view)]), misuse).await
    }

    /// The error at `finish` for `misuse` in a render pass of this descriptor.
    pub async fn renders_to(
        &self,
        descriptor: &GpuRenderPassDescriptor<'_>,
        misuse: impl FnOnce(&GpuRenderPassEncoder),
    ) -> Answer {
        self.records(|encoder| {
            let pass = encoder.begin_render_pass(descriptor);
            misuse(&pass);
            pass.end();
        })
        .await
    }

    /// The error at `finish` for `misuse` in a render bundle.
    pub async fn bundles(&self, misuse: impl FnOnce(&GpuRenderBundleEncoder)) -> Answer {
        let bundle = self.bundle_encoder();
        let mut answer = Answer::quiet();
        answer.add("at once: ", kit::caught(&self.device, || misuse(&bundle)).await.1);
        answer.add("", kit::caught(&self.device, || bundle.finish(None)).await.1);
        answer
    }

    /// An encoder of bundles for one target.
    pub fn bundle_encoder(&self) -> GpuRenderBundleEncoder {
        self.create_render_bundle_encoder(&bundle_descriptor())
    }

    /// A buffer.
    pub fn buffer(&self, size: u64, usage: GpuBufferUsage) -> GpuBuffer {
        kit::buffer(&self.device, size, usage)
    }

    /// A layout with these entries.
    pub fn layout(&self, entries: &[GpuBindGroupLayoutEntry]) -> GpuBindGroupLayout {
        let descriptor = GpuBindGroupLayoutDescriptor { entries: entries.to_vec(), label: None };
        self.create_bind_group_layout(&descriptor)
    }

    /// A bind group with these resources at 0, 1, ….
    pub fn group(&self, layout: &GpuBindGroupLayout, resources: Vec<GpuBindingResource<'_>>) -> GpuBindGroup {
        let entries =
            (0..).zip(resources).map(|(binding, resource)| GpuBindGroupEntry { binding, resource }).collect();
        self.create_bind_group(&GpuBindGroupDescriptor { layout, entries, label: None })
    }

    /// A pipeline layout.
    pub fn pipeline_layout(&self, layouts: &[&GpuBindGroupLayout]) -> GpuPipelineLayout {
        self.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: layouts.iter().copied().map(Some).collect(),
            immediate_size: None,
            label: None,
        })
    }

    /// The pipeline that doubles a storage buffer.
    pub fn doubling(&self) -> GpuComputePipeline {
        kit::pipeline(&self.device, &kit::shader(&self.device, kit::DOUBLE))
    }

    /// A pipeline that draws green without a vertex buffer; `edit` changes what it is made from.
    pub fn drawing(&self, edit: impl FnOnce(&mut GpuRenderPipelineDescriptor<'_>)) -> GpuRenderPipeline {
        let module = kit::shader(&self.device, kit::DRAW);
        let mut descriptor = draw_descriptor(&module);
        edit(&mut descriptor);
        self.create_render_pipeline(descriptor)
    }

    /// The same with one vertex buffer.
    pub fn drawing_vertices(&self) -> GpuRenderPipeline {
        self.drawing(|descriptor| {
            descriptor.vertex.buffers = Some(vec![Some(vertices())]);
            descriptor.vertex.entry_point = Some("vertex".to_owned());
        })
    }

    /// Occlusion queries.
    pub fn occlusion(&self, count: u32) -> GpuQuerySet {
        let descriptor = GpuQuerySetDescriptor { type_: GpuQueryType::Occlusion, count, label: None };
        self.create_query_set(&descriptor).expect("occlusion queries need no feature")
    }

    /// A second device of the same adapter.
    pub async fn other(&self) -> GpuDevice {
        self.adapter.request_device(None).await.expect("the adapter gives another device")
    }
}

/// The descriptor of [`Gpu::drawing`].
pub fn draw_descriptor(module: &GpuShaderModule) -> GpuRenderPipelineDescriptor<'_> {
    GpuRenderPipelineDescriptor {
        vertex: GpuVertexState {
            buffers: None,
            module,
            entry_point: Some("without".to_owned()),
            constants: None,
        },
        primitive: None,
        depth_stencil: None,
        multisample: None,
        fragment: Some(GpuFragmentState {
            targets: vec![target(GpuTextureFormat::Rgba8unorm)],
            module,
            entry_point: None,
            constants: None,
        }),
        layout: GpuLayoutMode::Auto,
        label: None,
    }
}

/// The descriptor of [`Gpu::bundle_encoder`].
pub fn bundle_descriptor() -> GpuRenderBundleEncoderDescriptor {
    GpuRenderBundleEncoderDescriptor {
        depth_read_only: None,
        stencil_read_only: None,
        color_formats: vec![Some(GpuTextureFormat::Rgba8unorm)],
        depth_stencil_format: None,
        sample_count: None,
        label: None,
    }
}
