//! GPURenderPipeline — wit: gpu-render-pipeline — spec: <https://www.w3.org/TR/webgpu/#gpurenderpipeline> — peer: wgpu-wasi-backend/src/objects/render_pipeline.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        kept::{Weighed, Weight},
        memory::{MayHaveName, NamedObject},
        words::Name,
    },
    device::{core::DeviceCore, lent_scopes::collecting},
    objects::{
        bind_group_layout::BindGroupLayout,
        pipeline::{self, Made},
        shader_module::Stage,
    },
    quotas::QuotaExceeded,
    shaders::compile::invalid_module,
    view::{WebGpuCtxView, label_methods, labelled},
};

/// A render pipeline of the guest.
#[derive(Debug)]
pub struct RenderPipeline {
    pub(crate) inner: Weighed<wgpu::RenderPipeline>,
    pub(crate) label: String,
    /// What the guest calls it in its command memory.
    pub(crate) name: Option<Name>,
}

labelled!(RenderPipeline, crate::weights::HANDLE);

impl MayHaveName for RenderPipeline {
    fn name_mut(&mut self) -> &mut Option<Name> {
        &mut self.name
    }

    fn named_object(&self, _: u32) -> NamedObject {
        NamedObject::RenderPipeline(self.inner.clone())
    }
}

/// What a pipeline is made from, with its handles resolved: it goes to the compiler's thread.
#[derive(Debug)]
pub(crate) struct Descriptor {
    weight: Arc<Weight>,
    label: String,
    layout: Option<wgpu::PipelineLayout>,
    vertex: Stage,
    vertex_buffers: Vec<Option<VertexBufferLayout>>,
    primitive: wgpu::PrimitiveState,
    depth_stencil: Option<wgpu::DepthStencilState>,
    multisample: wgpu::MultisampleState,
    fragment: Option<(Stage, Vec<Option<wgpu::ColorTargetState>>)>,
}

/// wgpu's own borrows the attributes.
#[derive(Debug)]
struct VertexBufferLayout {
    array_stride: u64,
    step_mode: wgpu::VertexStepMode,
    attributes: Vec<wgpu::VertexAttribute>,
}

impl Descriptor {
    /// Counts the pipeline that is to be made.
    pub(crate) fn weigh(&mut self, device: &DeviceCore) -> Result<(), QuotaExceeded> {
        let fragment = self.fragment.as_ref().map(|(stage, _)| stage);
        self.weight = pipeline::weigh(device, [&self.vertex].into_iter().chain(fragment))?;
        Ok(())
    }

    fn create(&self, device: &wgpu::Device) -> wgpu::RenderPipeline {
        let Self {
            weight: _,
            label,
            layout,
            vertex,
            vertex_buffers,
            primitive,
            depth_stencil,
            multisample,
            fragment,
        } = self;
        let vertex_buffers: Vec<_> = vertex_buffers
            .iter()
            .map(|layout| {
                layout.as_ref().map(|VertexBufferLayout { array_stride, step_mode, attributes }| {
                    wgpu::VertexBufferLayout {
                        array_stride: *array_stride,
                        step_mode: *step_mode,
                        attributes,
                    }
                })
            })
            .collect();
        let fragment_constants =
            fragment.as_ref().map(|(stage, _targets)| stage.constants()).unwrap_or_default();
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(label),
            layout: layout.as_ref(),
            vertex: wgpu::VertexState {
                module: &vertex.module,
                entry_point: vertex.entry_point(),
                compilation_options: Stage::options(&vertex.constants()),
                buffers: &vertex_buffers,
            },
            primitive: *primitive,
            depth_stencil: depth_stencil.clone(),
            multisample: *multisample,
            fragment: fragment.as_ref().map(|(stage, targets)| wgpu::FragmentState {
                module: &stage.module,
                entry_point: stage.entry_point(),
                compilation_options: Stage::options(&fragment_constants),
                targets,
            }),
            // Neither is in WebGPU.
            multiview_mask: None,
            cache: None,
        })
    }

    /// What wgpu would not survive, or not see.
    fn check(&self, device: &DeviceCore) -> Result<(), String> {
        // A fixed array takes the layouts before wgpu counts them.
        let max = device.limits.max_vertex_buffers;
        if u32::try_from(self.vertex_buffers.len()).is_ok_and(|count| count <= max) {
            self.check_numbers()
        } else {
            Err(format!("{} vertex buffers exceed maxVertexBuffers, {max}", self.vertex_buffers.len()))
        }
    }

    fn check_numbers(&self) -> Result<(), String> {
        // wgpu adds the size of the format to it.
        let mut attributes = self.vertex_buffers.iter().flatten().flat_map(|layout| &layout.attributes);
        if let Some(attribute) = attributes.find(|attribute| u32::try_from(attribute.offset).is_err()) {
            return Err(format!(
                "{} bytes are too many for the offset of a vertex attribute",
                attribute.offset
            ));
        }
        // A `float` of WebIDL is finite: https://webidl.spec.whatwg.org/#js-float
        match &self.depth_stencil {
            Some(state) if !(state.bias.slope_scale.is_finite() && state.bias.clamp.is_finite()) => {
                Err("the depth bias is not finite".to_owned())
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// A pipeline that wgpu refuses to use anywhere.
fn invalid(device: &wgpu::Device) -> wgpu::RenderPipeline {
    let module = invalid_module(device);
    let (inner, _errors) = collecting(|| {
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: None,
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: None,
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: None,
            multiview_mask: None,
            cache: None,
        })
    });
    inner
}

impl RenderPipeline {
    /// `createRenderPipeline`, an invalid one if need be:
    /// <https://www.w3.org/TR/webgpu/#dom-gpudevice-createrenderpipeline>
    pub(crate) async fn create(device: &DeviceCore, descriptor: Descriptor) -> Made<Self> {
        const CALL: &str = "create_render_pipeline";
        let (label, weight) = (descriptor.label.clone(), Arc::clone(&descriptor.weight));
        let (inner, errors) = match descriptor.check(device) {
            Ok(()) => pipeline::compile(device, CALL, move |device| descriptor.create(device)).await,
            Err(reason) => (None, vec![pipeline::refused(CALL, &label, &reason)]),
        };
        let inner = inner.unwrap_or_else(|| device.guarded(|| invalid(&device.wgpu)));
        let inner = Weighed::new(inner, weight);
        Made { pipeline: Self { inner, label, name: None }, errors }
    }
}

impl WebGpuCtxView<'_> {
    /// Resolves the handles of a descriptor.
    pub(crate) fn render_pipeline_descriptor(
        &mut self,
        descriptor: wit::GpuRenderPipelineDescriptor,
    ) -> wasmtime::Result<Descriptor> {
        let wit::GpuRenderPipelineDescriptor {
            vertex,
            primitive,
            depth_stencil,
            multisample,
            fragment,
            layout,
            label,
        } = descriptor;
        let wit::GpuVertexState { buffers, module, entry_point, constants } = vertex;
        let vertex = self.stage(&module, entry_point, constants)?;
        let fragment = match fragment {
            Some(wit::GpuFragmentState { targets, module, entry_point, constants }) => {
                let targets = targets.into_iter().map(|target| target.map(color_target)).collect();
                Some((self.stage(&module, entry_point, constants)?, targets))
            }
            None => None,
        };
        Ok(Descriptor {
            weight: Arc::default(),
            label: label.unwrap_or_default(),
            layout: self.layout_mode(&layout)?,
            vertex,
            // https://www.w3.org/TR/webgpu/#dom-gpuvertexstate-buffers
            vertex_buffers: buffers
                .unwrap_or_default()
                .into_iter()
                .map(|layout| layout.map(vertex_buffer))
                .collect(),
            primitive: primitive.map_or_else(wgpu::PrimitiveState::default, primitive_state),
            depth_stencil: depth_stencil.map(depth_stencil_state),
            multisample: multisample.map_or_else(wgpu::MultisampleState::default, multisample_state),
            fragment,
        })
    }
}

impl wit::HostGpuRenderPipeline for WebGpuCtxView<'_> {
    label_methods!(RenderPipeline);

    fn get_bind_group_layout(
        &mut self,
        this: Resource<RenderPipeline>,
        index: u32,
    ) -> wasmtime::Result<Resource<BindGroupLayout>> {
        // wgpu reports an index that is too high, and answers with an invalid layout.
        let inner = self.get(&this)?.inner.inner.get_bind_group_layout(index);
        self.push(BindGroupLayout { inner, label: String::new(), entries: 0 })
    }

    fn drop(&mut self, this: Resource<RenderPipeline>) -> wasmtime::Result<()> {
        self.delete_with_name(this).map(drop)
    }
}

fn vertex_buffer(layout: wit::GpuVertexBufferLayout) -> VertexBufferLayout {
    let wit::GpuVertexBufferLayout { array_stride, step_mode, attributes } = layout;
    VertexBufferLayout {
        array_stride,
        // https://www.w3.org/TR/webgpu/#dom-gpuvertexbufferlayout-stepmode
        step_mode: step_mode.unwrap_or(wit::GpuVertexStepMode::Vertex).into(),
        attributes: attributes
            .into_iter()
            .map(|wit::GpuVertexAttribute { format, offset, shader_location }| wgpu::VertexAttribute {
                format: format.into(),
                offset,
                shader_location,
            })
            .collect(),
    }
}

/// Defaults: <https://www.w3.org/TR/webgpu/#dictdef-gpuprimitivestate>
fn primitive_state(state: wit::GpuPrimitiveState) -> wgpu::PrimitiveState {
    let wit::GpuPrimitiveState { topology, strip_index_format, front_face, cull_mode, unclipped_depth } =
        state;
    wgpu::PrimitiveState {
        // https://www.w3.org/TR/webgpu/#dom-gpuprimitivestate-topology
        topology: topology.unwrap_or(wit::GpuPrimitiveTopology::TriangleList).into(),
        strip_index_format: strip_index_format.map(Into::into),
        // https://www.w3.org/TR/webgpu/#dom-gpuprimitivestate-frontface
        front_face: front_face.unwrap_or(wit::GpuFrontFace::Ccw).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpuprimitivestate-cullmode
        cull_mode: match cull_mode.unwrap_or(wit::GpuCullMode::None) {
            wit::GpuCullMode::None => None,
            wit::GpuCullMode::Front => Some(wgpu::Face::Front),
            wit::GpuCullMode::Back => Some(wgpu::Face::Back),
        },
        // https://www.w3.org/TR/webgpu/#dom-gpuprimitivestate-unclippeddepth
        unclipped_depth: unclipped_depth.unwrap_or(false),
        // Neither is in WebGPU.
        polygon_mode: wgpu::PolygonMode::Fill,
        conservative: false,
    }
}

/// Defaults: <https://www.w3.org/TR/webgpu/#dictdef-gpudepthstencilstate>
fn depth_stencil_state(state: wit::GpuDepthStencilState) -> wgpu::DepthStencilState {
    let wit::GpuDepthStencilState {
        format,
        depth_write_enabled,
        depth_compare,
        stencil_front,
        stencil_back,
        stencil_read_mask,
        stencil_write_mask,
        depth_bias,
        depth_bias_slope_scale,
        depth_bias_clamp,
    } = state;
    wgpu::DepthStencilState {
        format: format.into(),
        // These two have no default; wgpu asks for them where WebGPU does:
        // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-depthwriteenabled
        depth_write_enabled,
        depth_compare: depth_compare.map(Into::into),
        stencil: wgpu::StencilState {
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-stencilfront
            front: stencil_front.map_or(wgpu::StencilFaceState::IGNORE, stencil_face),
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-stencilback
            back: stencil_back.map_or(wgpu::StencilFaceState::IGNORE, stencil_face),
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-stencilreadmask
            read_mask: stencil_read_mask.unwrap_or(u32::MAX),
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-stencilwritemask
            write_mask: stencil_write_mask.unwrap_or(u32::MAX),
        },
        bias: wgpu::DepthBiasState {
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-depthbias
            constant: depth_bias.unwrap_or(0),
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-depthbiasslopescale
            slope_scale: depth_bias_slope_scale.unwrap_or(0.0),
            // https://www.w3.org/TR/webgpu/#dom-gpudepthstencilstate-depthbiasclamp
            clamp: depth_bias_clamp.unwrap_or(0.0),
        },
    }
}

/// Defaults: <https://www.w3.org/TR/webgpu/#dictdef-gpustencilfacestate>
fn stencil_face(state: wit::GpuStencilFaceState) -> wgpu::StencilFaceState {
    let wit::GpuStencilFaceState { compare, fail_op, depth_fail_op, pass_op } = state;
    wgpu::StencilFaceState {
        // https://www.w3.org/TR/webgpu/#dom-gpustencilfacestate-compare
        compare: compare.unwrap_or(wit::GpuCompareFunction::Always).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpustencilfacestate-failop
        fail_op: fail_op.unwrap_or(wit::GpuStencilOperation::Keep).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpustencilfacestate-depthfailop
        depth_fail_op: depth_fail_op.unwrap_or(wit::GpuStencilOperation::Keep).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpustencilfacestate-passop
        pass_op: pass_op.unwrap_or(wit::GpuStencilOperation::Keep).into(),
    }
}

/// Defaults: <https://www.w3.org/TR/webgpu/#dictdef-gpumultisamplestate>
fn multisample_state(state: wit::GpuMultisampleState) -> wgpu::MultisampleState {
    let wit::GpuMultisampleState { count, mask, alpha_to_coverage_enabled } = state;
    wgpu::MultisampleState {
        // https://www.w3.org/TR/webgpu/#dom-gpumultisamplestate-count
        count: count.unwrap_or(1),
        // https://www.w3.org/TR/webgpu/#dom-gpumultisamplestate-mask
        mask: mask.unwrap_or(u32::MAX).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpumultisamplestate-alphatocoverageenabled
        alpha_to_coverage_enabled: alpha_to_coverage_enabled.unwrap_or(false),
    }
}

fn color_target(state: wit::GpuColorTargetState) -> wgpu::ColorTargetState {
    let wit::GpuColorTargetState { format, blend, write_mask } = state;
    wgpu::ColorTargetState {
        format: format.into(),
        blend: blend.map(|wit::GpuBlendState { color, alpha }| wgpu::BlendState {
            color: blend_component(color),
            alpha: blend_component(alpha),
        }),
        // https://www.w3.org/TR/webgpu/#dom-gpucolortargetstate-writemask
        write_mask: write_mask.unwrap_or(wit::GpuColorWrite::ALL).into(),
    }
}

/// Defaults: <https://www.w3.org/TR/webgpu/#dictdef-gpublendcomponent>
fn blend_component(component: wit::GpuBlendComponent) -> wgpu::BlendComponent {
    let wit::GpuBlendComponent { operation, src_factor, dst_factor } = component;
    wgpu::BlendComponent {
        // https://www.w3.org/TR/webgpu/#dom-gpublendcomponent-srcfactor
        src_factor: src_factor.unwrap_or(wit::GpuBlendFactor::One).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpublendcomponent-dstfactor
        dst_factor: dst_factor.unwrap_or(wit::GpuBlendFactor::Zero).into(),
        // https://www.w3.org/TR/webgpu/#dom-gpublendcomponent-operation
        operation: operation.unwrap_or(wit::GpuBlendOperation::Add).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::errors::ErrorKind,
        testing::{Guest, ready},
    };

    fn error_of(
        buffers: Vec<Option<wit::GpuVertexBufferLayout>>,
        depth_stencil: Option<wit::GpuDepthStencilState>,
    ) -> Option<ErrorKind> {
        let mut guest = Guest::new(|_| {});
        let module = guest.shader_module("@vertex fn v() -> @builtin(position) vec4f { return vec4f(); }");
        let descriptor = wit::GpuRenderPipelineDescriptor {
            vertex: wit::GpuVertexState {
                buffers: Some(buffers),
                module,
                entry_point: None,
                constants: None,
            },
            primitive: None,
            depth_stencil,
            multisample: None,
            fragment: None,
            layout: wit::GpuLayoutMode::Auto,
            label: None,
        };
        let (_pipeline, error) = guest.errors(|guest| {
            let descriptor = guest.view().render_pipeline_descriptor(descriptor).unwrap();
            ready(RenderPipeline::create(&guest.core, descriptor)).reported(&guest.core)
        });
        error
    }

    fn depth(bias_clamp: f32) -> Option<wit::GpuDepthStencilState> {
        Some(wit::GpuDepthStencilState {
            format: wit::GpuTextureFormat::Depth24plus,
            depth_write_enabled: Some(true),
            depth_compare: Some(wit::GpuCompareFunction::Less),
            stencil_front: None,
            stencil_back: None,
            stencil_read_mask: None,
            stencil_write_mask: None,
            depth_bias: None,
            depth_bias_slope_scale: None,
            depth_bias_clamp: Some(bias_clamp),
        })
    }

    #[test]
    fn vertex_buffers_may_be_missing_but_not_too_many() {
        let layout = |offset| {
            let format = wit::GpuVertexFormat::Float32x2;
            let attributes = vec![wit::GpuVertexAttribute { format, offset, shader_location: 0 }];
            Some(wit::GpuVertexBufferLayout { array_stride: 8, step_mode: None, attributes })
        };
        assert_eq!(error_of(vec![None, layout(0), None], depth(0.0)), None);
        assert_eq!(error_of(vec![None; 99], depth(0.0)), Some(ErrorKind::Validation));
        for offset in [8, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(error_of(vec![layout(offset)], depth(0.0)), Some(ErrorKind::Validation), "{offset}");
        }
    }

    #[test]
    fn the_depth_bias_is_finite() {
        assert_eq!(error_of(Vec::new(), depth(f32::NAN)), Some(ErrorKind::Validation));
    }

    /// wgpu's defaults are those of WebGPU, which the states that are not given at all rely on.
    #[test]
    fn defaults_are_those_of_wgpu() {
        let primitive = wit::GpuPrimitiveState {
            topology: None,
            strip_index_format: None,
            front_face: None,
            cull_mode: None,
            unclipped_depth: None,
        };
        assert_eq!(primitive_state(primitive), wgpu::PrimitiveState::default());
        let face =
            wit::GpuStencilFaceState { compare: None, fail_op: None, depth_fail_op: None, pass_op: None };
        assert_eq!(stencil_face(face), wgpu::StencilFaceState::IGNORE);
        let component = wit::GpuBlendComponent { operation: None, src_factor: None, dst_factor: None };
        assert_eq!(blend_component(component), wgpu::BlendComponent::REPLACE);
        let multisample = multisample_state(wit::GpuMultisampleState {
            count: None,
            mask: None,
            alpha_to_coverage_enabled: None,
        });
        let wgpu::MultisampleState { count, mask, alpha_to_coverage_enabled } = multisample;
        assert_eq!((count, mask, alpha_to_coverage_enabled), (1, 0xffff_ffff, false));
    }
}
