//! Balls behind a fence: occlusion queries tell which are seen at all, and colour the row below.

use image::RgbaImage;
use wgpu::BufferUsages;

use super::Scene;
use crate::kit::{Camera, Instance, Kit, Spec, begin, hue, wgsl};
use crate::math::{Mat4, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "hidden", shows: "occlusion queries: a bar for each ball, full where some of it is seen", render };

const BALLS: u32 = 24;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut bodies = vec![Instance::new(Mat4::scale(vec3(30.0, 1.0, 30.0)), [0.5, 0.48, 0.45])];
    let mut walls = 0;
    for (x, wide, high) in [(-4.2, 0.9, 2.6), (-2.0, 0.6, 1.6), (-0.1, 0.55, 3.0), (1.7, 0.7, 2.0), (4.1, 1.1, 2.4)]
    {
        let place = Mat4::translation(vec3(x, 0.5 * high, 1.5));
        bodies.push(Instance::new(place * Mat4::scale(vec3(wide, 0.5 * high, 0.15)), [0.62, 0.6, 0.58]));
        walls += 1;
    }
    for ball in 0..BALLS {
        let along = ball as f32 / (BALLS - 1) as f32;
        let bounce = 0.45 + 1.5 * libm::fabsf(libm::sinf(along * 11.0));
        let place = Mat4::translation(vec3(10.4 * (along - 0.5), bounce, -0.6 - libm::sinf(along * 5.0)));
        bodies.push(Instance::new(place * Mat4::scale(vec3(0.24, 0.24, 0.24)), hue(0.85 * along)));
    }
    let first = 1 + walls;
    let bodies = kit.storage(&bodies);
    let camera = kit.uniform(Camera::new(vec3(0.0, 2.3, 9.0), vec3(0.0, 0.75, 0.0), 0.75));
    let module = kit.module("hidden", wgsl!("hidden.wgsl"));
    let draw = kit.pipeline(&Spec::bodies("bodies", &module));
    let bar = kit.pipeline(&Spec { vertex: "bar_vs", fragment: Some("bar_fs"), ..Spec::new("bars", &module) });
    let scene = kit.group(&draw, &[camera.as_entire_binding(), bodies.as_entire_binding()]);

    let queries = kit.device.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("seen"),
        ty: wgpu::QueryType::Occlusion,
        count: BALLS,
    });
    let zeros = vec![0u64; BALLS as usize];
    let seen = kit.buffer("seen", BufferUsages::QUERY_RESOLVE | BufferUsages::STORAGE, &zeros);
    let bars = kit.bind(&bar.get_bind_group_layout(0), &[seen.as_entire_binding()]);

    let (plane, cube, sphere) =
        (Shape::plane().upload(kit), Shape::cube().upload(kit), Shape::sphere().upload(kit));
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &frame.color,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r: 0.5, g: 0.62, b: 0.75, a: 1.0 }),
                store: wgpu::StoreOp::Store,
            },
        })],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &frame.depth,
            depth_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(1.0),
                store: wgpu::StoreOp::Discard,
            }),
            stencil_ops: None,
        }),
        occlusion_query_set: Some(&queries),
        ..Default::default()
    });
    pass.set_pipeline(&draw);
    pass.set_bind_group(0, &scene, &[]);
    plane.draw(&mut pass, 0..1);
    cube.draw(&mut pass, 1..first);
    for ball in 0..BALLS {
        pass.begin_occlusion_query(ball);
        sphere.draw(&mut pass, first + ball..first + ball + 1);
        pass.end_occlusion_query();
    }
    drop(pass);
    encoder.resolve_query_set(&queries, 0..BALLS, &seen, 0);
    let mut pass = begin(&mut encoder, &[(&frame.color, None)], None);
    pass.set_pipeline(&bar);
    pass.set_bind_group(0, &bars, &[]);
    pass.draw(0..6, 0..BALLS);
    drop(pass);
    kit.finish(&frame, encoder)
}
