//! Every object that has a label keeps it: from its descriptor, and when it is set.

use crate::{
    Checks, kit,
    wit::{
        GpuBindGroupDescriptor, GpuBindGroupLayoutDescriptor, GpuBufferDescriptor, GpuBufferUsage,
        GpuColorTargetState, GpuCommandBufferDescriptor, GpuCommandEncoderDescriptor,
        GpuComputePassDescriptor, GpuComputePipelineDescriptor, GpuDeviceDescriptor, GpuExtent3D,
        GpuFragmentState, GpuLayoutMode, GpuLoadOp, GpuPipelineLayoutDescriptor, GpuProgrammableStage,
        GpuQuerySetDescriptor, GpuQueryType, GpuQueueDescriptor, GpuRenderBundleDescriptor,
        GpuRenderBundleEncoderDescriptor, GpuRenderPassColorAttachment, GpuRenderPassDescriptor,
        GpuRenderPipelineDescriptor, GpuSamplerDescriptor, GpuShaderModuleDescriptor, GpuStoreOp,
        GpuTextureDescriptor, GpuTextureFormat, GpuTextureUsage, GpuTextureViewDescriptor, GpuVertexState,
    },
};

macro_rules! check {
    ($c:ident, $object:ident) => {
        $c.equal(concat!(stringify!($object), ", given"), $object.label(), stringify!($object).to_owned());
        for label in ["größe 🦀", "", "a\0b", &"long ".repeat(2000)] {
            $object.set_label(label);
            $c.equal(concat!(stringify!($object), ", set"), $object.label(), label.to_owned());
        }
    };
}

pub async fn run(c: &mut Checks) {
    let adapter = kit::adapter().await;
    let descriptor = GpuDeviceDescriptor {
        required_features: None,
        required_limits: None,
        default_queue: Some(GpuQueueDescriptor { label: Some("queue".to_owned()) }),
        label: Some("device".to_owned()),
    };
    let device = adapter.request_device(Some(descriptor)).await.expect("the adapter gives a device");
    let label = |text: &str| Some(text.to_owned());
    let queue = device.queue();
    check!(c, queue);
    let buffer = device.create_buffer(&GpuBufferDescriptor {
        size: 64,
        usage: GpuBufferUsage::STORAGE,
        mapped_at_creation: None,
        label: label("buffer"),
    });
    check!(c, buffer);
    let texture = device.create_texture(&GpuTextureDescriptor {
        size: GpuExtent3D { width: 4, height: Some(4), depth_or_array_layers: None },
        mip_level_count: None,
        sample_count: None,
        dimension: None,
        format: GpuTextureFormat::Rgba8unorm,
        usage: GpuTextureUsage::RENDER_ATTACHMENT,
        view_formats: None,
        texture_binding_view_dimension: None,
        label: label("texture"),
    });
    check!(c, texture);
    let texture_view = texture.create_view(Some(&GpuTextureViewDescriptor {
        format: None,
        dimension: None,
        usage: None,
        aspect: None,
        base_mip_level: None,
        mip_level_count: None,
        base_array_layer: None,
        array_layer_count: None,
        swizzle: None,
        label: label("texture_view"),
    }));
    check!(c, texture_view);
    let sampler = device.create_sampler(Some(&GpuSamplerDescriptor {
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
        label: label("sampler"),
    }));
    check!(c, sampler);
    let bind_group_layout = device.create_bind_group_layout(&GpuBindGroupLayoutDescriptor {
        entries: vec![],
        label: label("bind_group_layout"),
    });
    check!(c, bind_group_layout);
    let bind_group = device.create_bind_group(&GpuBindGroupDescriptor {
        layout: &bind_group_layout,
        entries: vec![],
        label: label("bind_group"),
    });
    check!(c, bind_group);
    let pipeline_layout = device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
        bind_group_layouts: vec![],
        immediate_size: None,
        label: label("pipeline_layout"),
    });
    check!(c, pipeline_layout);
    let shader_module = device.create_shader_module(&GpuShaderModuleDescriptor {
        code: format!("{}\n@compute @workgroup_size(1) fn main() {{}}", kit::DRAW),
        compilation_hints: None,
        label: label("shader_module"),
    });
    check!(c, shader_module);
    let compute_pipeline = device.create_compute_pipeline(GpuComputePipelineDescriptor {
        compute: GpuProgrammableStage { module: &shader_module, entry_point: None, constants: None },
        layout: GpuLayoutMode::Specific(&pipeline_layout),
        label: label("compute_pipeline"),
    });
    check!(c, compute_pipeline);
    let render_pipeline = device.create_render_pipeline(GpuRenderPipelineDescriptor {
        vertex: GpuVertexState {
            buffers: None,
            module: &shader_module,
            entry_point: label("without"),
            constants: None,
        },
        primitive: None,
        depth_stencil: None,
        multisample: None,
        fragment: Some(GpuFragmentState {
            targets: vec![Some(GpuColorTargetState {
                format: GpuTextureFormat::Rgba8unorm,
                blend: None,
                write_mask: None,
            })],
            module: &shader_module,
            entry_point: None,
            constants: None,
        }),
        layout: GpuLayoutMode::Auto,
        label: label("render_pipeline"),
    });
    check!(c, render_pipeline);
    let query_set = device
        .create_query_set(&GpuQuerySetDescriptor {
            type_: GpuQueryType::Occlusion,
            count: 1,
            label: label("query_set"),
        })
        .expect("occlusion queries need no feature");
    check!(c, query_set);
    let render_bundle_encoder = device.create_render_bundle_encoder(&GpuRenderBundleEncoderDescriptor {
        depth_read_only: None,
        stencil_read_only: None,
        color_formats: vec![Some(GpuTextureFormat::Rgba8unorm)],
        depth_stencil_format: None,
        sample_count: None,
        label: label("render_bundle_encoder"),
    });
    check!(c, render_bundle_encoder);
    let render_bundle =
        render_bundle_encoder.finish(Some(&GpuRenderBundleDescriptor { label: label("render_bundle") }));
    check!(c, render_bundle);
    let command_encoder =
        device.create_command_encoder(Some(&GpuCommandEncoderDescriptor { label: label("command_encoder") }));
    check!(c, command_encoder);
    let compute_pass = command_encoder.begin_compute_pass(Some(&GpuComputePassDescriptor {
        timestamp_writes: None,
        label: label("compute_pass"),
    }));
    check!(c, compute_pass);
    compute_pass.end();
    let render_pass = command_encoder.begin_render_pass(&GpuRenderPassDescriptor {
        color_attachments: vec![Some(GpuRenderPassColorAttachment {
            view: &texture_view,
            depth_slice: None,
            resolve_target: None,
            clear_value: None,
            load_op: GpuLoadOp::Clear,
            store_op: GpuStoreOp::Store,
        })],
        depth_stencil_attachment: None,
        occlusion_query_set: None,
        timestamp_writes: None,
        max_draw_count: None,
        label: label("render_pass"),
    });
    check!(c, render_pass);
    render_pass.end();
    let command_buffer =
        command_encoder.finish(Some(&GpuCommandBufferDescriptor { label: label("command_buffer") }));
    check!(c, command_buffer);
    check!(c, device);

    // Without a label it is empty.
    c.equal("no label", kit::encoder(&device).label(), String::new());
    c.equal("layout of a pipeline", compute_pipeline.label().is_empty(), false);
    let automatic = render_pipeline.get_bind_group_layout(0);
    automatic.set_label("automatic");
    c.equal("automatic", automatic.label(), "automatic".to_owned());
}
