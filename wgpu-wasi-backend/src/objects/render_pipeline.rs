//! GPURenderPipeline — wit: gpu-render-pipeline — spec: <https://www.w3.org/TR/webgpu/#gpurenderpipeline> — peer: host/src/objects/render_pipeline.rs

use std::sync::Arc;

use wgpu::custom::{DispatchBindGroupLayout, RenderPipelineInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label, ours, texture_format};
use crate::device::shared::DeviceShared;
use crate::id::Id;
use crate::name::Name;
use crate::objects::bind_group_layout::PipelineLayouts;
use crate::objects::compute_pipeline::constants;
use crate::objects::pipeline_layout::layout_mode;
use crate::objects::shader_module::{ShaderModule, Stage};
use crate::unsupported;

/// A render pipeline of the host.
#[derive(Debug)]
pub(crate) struct RenderPipeline {
    pub(crate) wit: wit::GpuRenderPipeline,
    pub(crate) id: Id,
    pub(crate) name: Name,
    device: Arc<DeviceShared>,
    layouts: PipelineLayouts,
}

impl RenderPipeline {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::RenderPipelineDescriptor<'_>) -> Self {
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => device.wit.create_render_pipeline(descriptor),
            Err(why) => {
                device.refuse("Device::create_render_pipeline", desc.label, why);
                let module = ours(desc.vertex.module.as_custom::<ShaderModule>()).wit();
                Self::invalid(device, module)
            }
        };
        device.touch();
        // Compiling takes long enough for the time of a flush not to matter.
        device.flush();
        Self::new(device, wit)
    }

    fn new(device: &Arc<DeviceShared>, wit: wit::GpuRenderPipeline) -> Self {
        Self {
            wit,
            id: Id::next(),
            name: Name::default(),
            device: Arc::clone(device),
            layouts: PipelineLayouts::default(),
        }
    }

    /// There are no mesh shaders in WebGPU.
    pub(crate) fn create_mesh(device: &Arc<DeviceShared>, desc: &wgpu::MeshPipelineDescriptor<'_>) -> Self {
        device.refuse_unsupported(unsupported::MESH_SHADERS, "Device::create_mesh_pipeline", desc.label);
        let module = ours(desc.mesh.module.as_custom::<ShaderModule>()).wit();
        Self::new(device, Self::invalid(device, module))
    }

    fn descriptor<'a>(
        desc: &wgpu::RenderPipelineDescriptor<'a>,
    ) -> Result<wit::GpuRenderPipelineDescriptor<'a>, NotInWebGpu> {
        // A cache is an optimisation, and one of this backend holds nothing.
        let wgpu::RenderPipelineDescriptor {
            label: name,
            layout,
            vertex,
            primitive,
            depth_stencil,
            multisample,
            fragment,
            multiview_mask,
            cache: _,
        } = desc;
        // In the order in which wgpu looks.
        let descriptor = wit::GpuRenderPipelineDescriptor {
            vertex: vertex.try_into()?,
            primitive: Some((*primitive).try_into()?),
            fragment: fragment.as_ref().map(TryInto::try_into).transpose()?,
            depth_stencil: depth_stencil.as_ref().map(TryInto::try_into).transpose()?,
            multisample: Some((*multisample).into()),
            layout: layout_mode(*layout),
            label: label(*name),
        };
        if multiview_mask.is_some() {
            return Err(unsupported::MULTIVIEW.into());
        }
        Ok(descriptor)
    }

    /// A pipeline with an entry point that is not there is invalid: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createrenderpipeline>
    fn invalid(device: &DeviceShared, module: &wit::GpuShaderModule) -> wit::GpuRenderPipeline {
        let vertex = wit::GpuVertexState {
            buffers: None,
            module,
            // No identifier of WGSL, so no module has it.
            entry_point: Some("!".to_owned()),
            constants: None,
        };
        let desc = wit::GpuRenderPipelineDescriptor {
            vertex,
            primitive: None,
            depth_stencil: None,
            multisample: None,
            fragment: None,
            layout: wit::GpuLayoutMode::Auto,
            label: None,
        };
        device.invalid(|device| device.create_render_pipeline(desc))
    }
}

impl RenderPipelineInterface for RenderPipeline {
    fn get_bind_group_layout(&self, index: u32) -> DispatchBindGroupLayout {
        let ask = || self.wit.get_bind_group_layout(index);
        DispatchBindGroupLayout::custom(self.layouts.get(&self.device, index, ask))
    }
}

impl<'a> TryFrom<&wgpu::VertexState<'a>> for wit::GpuVertexState<'a> {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::VertexState<'a>) -> Result<Self, NotInWebGpu> {
        let wgpu::VertexState { module, entry_point, compilation_options, buffers } = value;
        let module = ours(module.as_custom::<ShaderModule>());
        let buffers = buffers.iter().map(|buffer| buffer.as_ref().map(TryInto::try_into).transpose());
        Ok(Self {
            buffers: Some(buffers.collect::<Result<_, _>>()?),
            module: module.wit(),
            entry_point: entry_point.map(|name| module.names().entry_point(Stage::Vertex, name)),
            constants: Some(constants(compilation_options, module.names())),
        })
    }
}

impl TryFrom<&wgpu::VertexBufferLayout<'_>> for wit::GpuVertexBufferLayout {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::VertexBufferLayout<'_>) -> Result<Self, NotInWebGpu> {
        let wgpu::VertexBufferLayout { array_stride, step_mode, attributes } = value;
        Ok(Self {
            array_stride: *array_stride,
            step_mode: Some((*step_mode).into()),
            attributes: attributes.iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<&wgpu::VertexAttribute> for wit::GpuVertexAttribute {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::VertexAttribute) -> Result<Self, NotInWebGpu> {
        let wgpu::VertexAttribute { format, offset, shader_location } = value;
        let format = wit::GpuVertexFormat::try_from(*format);
        // Those that WebGPU lacks are all of one feature.
        let format = format.map_err(|_| NotInWebGpu::without(wgpu::Features::VERTEX_ATTRIBUTE_64BIT))?;
        Ok(Self { format, offset: *offset, shader_location: *shader_location })
    }
}

impl TryFrom<wgpu::PrimitiveState> for wit::GpuPrimitiveState {
    type Error = NotInWebGpu;

    fn try_from(value: wgpu::PrimitiveState) -> Result<Self, NotInWebGpu> {
        let wgpu::PrimitiveState {
            topology,
            strip_index_format,
            front_face,
            cull_mode,
            unclipped_depth,
            polygon_mode,
            conservative,
        } = value;
        match polygon_mode {
            wgpu::PolygonMode::Fill => {}
            wgpu::PolygonMode::Line => {
                return Err(NotInWebGpu::without(wgpu::Features::POLYGON_MODE_LINE));
            }
            wgpu::PolygonMode::Point => {
                return Err(NotInWebGpu::without(wgpu::Features::POLYGON_MODE_POINT));
            }
        }
        if conservative {
            return Err(unsupported::CONSERVATIVE.into());
        }
        Ok(Self {
            topology: Some(topology.into()),
            // None is no format, for both.
            strip_index_format: strip_index_format.map(Into::into),
            front_face: Some(front_face.into()),
            cull_mode: Some(match cull_mode {
                None => wit::GpuCullMode::None,
                Some(wgpu::Face::Front) => wit::GpuCullMode::Front,
                Some(wgpu::Face::Back) => wit::GpuCullMode::Back,
            }),
            unclipped_depth: Some(unclipped_depth),
        })
    }
}

impl TryFrom<&wgpu::DepthStencilState> for wit::GpuDepthStencilState {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::DepthStencilState) -> Result<Self, NotInWebGpu> {
        let wgpu::DepthStencilState { format, depth_write_enabled, depth_compare, stencil, bias } = value;
        let wgpu::StencilState { front, back, read_mask, write_mask } = stencil;
        let wgpu::DepthBiasState { constant, slope_scale, clamp } = bias;
        Ok(Self {
            format: texture_format(*format)?,
            // Has to be given for formats with depth and must not be for others; so for both.
            depth_write_enabled: *depth_write_enabled,
            depth_compare: depth_compare.map(Into::into),
            stencil_front: Some((*front).into()),
            stencil_back: Some((*back).into()),
            stencil_read_mask: Some(*read_mask),
            stencil_write_mask: Some(*write_mask),
            depth_bias: Some(*constant),
            depth_bias_slope_scale: Some(*slope_scale),
            depth_bias_clamp: Some(*clamp),
        })
    }
}

impl From<wgpu::StencilFaceState> for wit::GpuStencilFaceState {
    fn from(value: wgpu::StencilFaceState) -> Self {
        let wgpu::StencilFaceState { compare, fail_op, depth_fail_op, pass_op } = value;
        Self {
            compare: Some(compare.into()),
            fail_op: Some(fail_op.into()),
            depth_fail_op: Some(depth_fail_op.into()),
            pass_op: Some(pass_op.into()),
        }
    }
}

impl From<wgpu::MultisampleState> for wit::GpuMultisampleState {
    fn from(value: wgpu::MultisampleState) -> Self {
        let wgpu::MultisampleState { count, mask, alpha_to_coverage_enabled } = value;
        // wgpu has bits for 64 samples, WebGPU for 32, and no hardware has more than 16.
        let mask = u32::try_from(mask & u64::from(u32::MAX)).unwrap_or(u32::MAX);
        Self {
            count: Some(count),
            mask: Some(mask),
            alpha_to_coverage_enabled: Some(alpha_to_coverage_enabled),
        }
    }
}

impl<'a> TryFrom<&wgpu::FragmentState<'a>> for wit::GpuFragmentState<'a> {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::FragmentState<'a>) -> Result<Self, NotInWebGpu> {
        let wgpu::FragmentState { module, entry_point, compilation_options, targets } = value;
        let module = ours(module.as_custom::<ShaderModule>());
        let targets = targets.iter().map(|target| target.as_ref().map(TryInto::try_into).transpose());
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            module: module.wit(),
            entry_point: entry_point.map(|name| module.names().entry_point(Stage::Fragment, name)),
            constants: Some(constants(compilation_options, module.names())),
        })
    }
}

impl TryFrom<&wgpu::ColorTargetState> for wit::GpuColorTargetState {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::ColorTargetState) -> Result<Self, NotInWebGpu> {
        let wgpu::ColorTargetState { format, blend, write_mask } = value;
        Ok(Self {
            format: texture_format(*format)?,
            // None is no blending, for both.
            blend: blend.map(Into::into),
            write_mask: Some((*write_mask).into()),
        })
    }
}

impl From<wgpu::BlendState> for wit::GpuBlendState {
    fn from(value: wgpu::BlendState) -> Self {
        let wgpu::BlendState { color, alpha } = value;
        Self { color: color.into(), alpha: alpha.into() }
    }
}

impl From<wgpu::BlendComponent> for wit::GpuBlendComponent {
    fn from(value: wgpu::BlendComponent) -> Self {
        let wgpu::BlendComponent { src_factor, dst_factor, operation } = value;
        Self {
            operation: Some(operation.into()),
            src_factor: Some(src_factor.into()),
            dst_factor: Some(dst_factor.into()),
        }
    }
}
