//! What is refused of a program that wants nothing but what WebGPU has.

use crate::{Gpu, Report, canvas, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    for (name, flags) in [
        ("as ever", wgpu::InstanceFlags::empty()),
        ("strictly", wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE),
    ] {
        let instance = gpu.instance_with(flags);
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await;
        let Ok(adapter) = adapter else {
            r.text(format!("{name}, adapter"), "none");
            continue;
        };
        let gpu = Gpu { instance, adapter };
        of_an_instance(&gpu, name, r).await;
    }
}

async fn of_an_instance(gpu: &Gpu, name: &str, r: &mut Report) {
    let offered = gpu.adapter.features();
    r.number(format!("{name}, immediates"), offered.contains(wgpu::Features::IMMEDIATES));
    let mut required_features = offered & wgpu::Features::IMMEDIATES;
    if name == "strictly" {
        // Nobody is refused for asking.
        required_features |= wgpu::Features::CLEAR_TEXTURE | wgpu::Features::MULTIVIEW;
        r.number("clear_texture", offered.contains(wgpu::Features::CLEAR_TEXTURE));
    }
    let required_limits = wgpu::Limits { max_multiview_view_count: 1000, ..Default::default() };
    let required_limits = if name == "strictly" { required_limits } else { Default::default() };
    let granted = gpu
        .adapter
        .request_device(&wgpu::DeviceDescriptor { required_features, required_limits, ..Default::default() })
        .await;
    let (device, queue) = match granted {
        Ok(granted) => granted,
        Err(error) => {
            r.text(format!("{name}, device"), error.to_string());
            return;
        }
    };
    r.text(format!("{name}, features"), format!("{:?}", device.features()));
    r.number(
        format!("{name}, limit"),
        device.limits().max_buffers_and_acceleration_structures_per_shader_stage,
    );

    let color = kit::view(&canvas::target(&device, [4, 4], wgpu::TextureFormat::Rgba8Unorm));
    let depth = kit::view(&canvas::target(&device, [4, 4], wgpu::TextureFormat::Depth24PlusStencil8));
    let store = wgpu::StoreOp::Store;
    let colors = |ops| {
        [Some(wgpu::RenderPassColorAttachment { view: &color, depth_slice: None, resolve_target: None, ops })]
    };
    r.told(format!("{name}, color"), &device, || {
        let mut encoder =
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("encoder") });
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("pass"),
            color_attachments: &colors(wgpu::Operations { load: dont_care(), store }),
            ..Default::default()
        });
        queue.submit([encoder.finish()]);
    })
    .await;
    let cleared = |value| wgpu::Operations { load: wgpu::LoadOp::Clear(value), store };
    for (what, depth_ops, stencil_ops) in [
        (
            "depth",
            wgpu::Operations { load: dont_care(), store },
            wgpu::Operations { load: wgpu::LoadOp::Clear(1), store },
        ),
        ("stencil", cleared(0.5), wgpu::Operations { load: dont_care(), store }),
    ] {
        r.told(format!("{name}, {what}"), &device, || {
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
            encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &colors(wgpu::Operations { load: wgpu::LoadOp::Load, store }),
                depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                    view: &depth,
                    depth_ops: Some(depth_ops),
                    stencil_ops: Some(stencil_ops),
                }),
                ..Default::default()
            });
            queue.submit([encoder.finish()]);
        })
        .await;
    }
}

fn dont_care<V>() -> wgpu::LoadOp<V> {
    // SAFETY: nothing reads what is there before it is written.
    wgpu::LoadOp::DontCare(unsafe { wgpu::LoadOpDontCare::enabled() })
}
