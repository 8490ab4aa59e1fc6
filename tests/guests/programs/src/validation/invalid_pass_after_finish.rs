//! Passes that outlive their encoder, overlap, or are forgotten.

use crate::{Gpu, Report, canvas, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let target = canvas::target(&device, [4, 4], wgpu::TextureFormat::Rgba8Unorm);
    let view = kit::view(&target);
    let buffer = kit::storage_of_size(&device, 64);
    let labelled =
        |label| device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some(label) });
    let compute = |encoder: &mut wgpu::CommandEncoder, label| {
        let descriptor = wgpu::ComputePassDescriptor { label: Some(label), timestamp_writes: None };
        encoder.begin_compute_pass(&descriptor).forget_lifetime()
    };
    let render = |encoder: &mut wgpu::CommandEncoder, label| {
        let descriptor = wgpu::RenderPassDescriptor {
            label: Some(label),
            color_attachments: &[canvas::cleared(&view, wgpu::Color::TRANSPARENT)],
            ..Default::default()
        };
        encoder.begin_render_pass(&descriptor).forget_lifetime()
    };

    macro_rules! lives_on {
        ($kind:literal, $begin:ident, $command:expr) => {{
            let mut encoder = labelled("encoder");
            let mut pass = $begin(&mut encoder, "pass");
            let commands = r.told(concat!($kind, ": finish"), &device, || encoder.finish()).await;
            r.told(concat!($kind, ": a command"), &device, || $command(&mut pass)).await;
            r.told(concat!($kind, ": a debug group"), &device, || pass.push_debug_group("group")).await;
            r.told(concat!($kind, ": end"), &device, || drop(pass)).await;
            r.told(concat!($kind, ": submit"), &device, || queue.submit([commands])).await;

            let mut encoder = labelled("encoder");
            std::mem::forget($begin(&mut encoder, "pass"));
            r.told(concat!($kind, ": forgotten, a copy"), &device, || encoder.clear_buffer(&buffer, 0, None))
                .await;
            let commands = r.told(concat!($kind, ": forgotten, finish"), &device, || encoder.finish()).await;
            r.told(concat!($kind, ": forgotten, submit"), &device, || queue.submit([commands])).await;

            let mut encoder = labelled("encoder");
            let outer = $begin(&mut encoder, "outer");
            let mut inner =
                r.told(concat!($kind, ": a second one"), &device, || $begin(&mut encoder, "inner")).await;
            r.told(concat!($kind, ": a second one, a command"), &device, || $command(&mut inner)).await;
            r.told(concat!($kind, ": a second one, end"), &device, || drop(inner)).await;
            r.told(concat!($kind, ": a second one, end of the first"), &device, || drop(outer)).await;
            let commands =
                r.told(concat!($kind, ": a second one, finish"), &device, || encoder.finish()).await;
            r.told(concat!($kind, ": a second one, submit"), &device, || queue.submit([commands])).await;

            let mut encoder = labelled("encoder");
            let outer = $begin(&mut encoder, "outer");
            let inner = $begin(&mut encoder, "inner");
            r.told(concat!($kind, ": first first, end of the first"), &device, || drop(outer)).await;
            r.told(concat!($kind, ": first first, end of the second"), &device, || drop(inner)).await;
            r.told(concat!($kind, ": first first, finish"), &device, || encoder.finish()).await;

            let mut encoder = labelled("encoder");
            let pass = $begin(&mut encoder, "pass");
            r.told(concat!($kind, ": a copy meanwhile"), &device, || encoder.clear_buffer(&buffer, 0, None))
                .await;
            r.told(concat!($kind, ": a copy meanwhile, end"), &device, || drop(pass)).await;
            r.told(concat!($kind, ": a copy meanwhile, finish"), &device, || encoder.finish()).await;

            let mut encoder = labelled("encoder");
            let pass = $begin(&mut encoder, "pass");
            r.told(concat!($kind, ": dropped with its encoder"), &device, || drop(encoder)).await;
            r.told(concat!($kind, ": dropped after its encoder"), &device, || drop(pass)).await;
        }};
    }
    lives_on!("compute", compute, |pass: &mut wgpu::ComputePass<'static>| pass.dispatch_workgroups(1, 1, 1));
    lives_on!("render", render, |pass: &mut wgpu::RenderPass<'static>| pass.draw(0..3, 0..1));
    // Nothing of this harms what comes then.
    r.told("afterwards", &device, || {
        let mut encoder = labelled("encoder");
        drop(compute(&mut encoder, "compute"));
        drop(render(&mut encoder, "render"));
        queue.submit([encoder.finish()]);
    })
    .await;
}
