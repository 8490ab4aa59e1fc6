//! A forest: five hundred trees, each drawn on its own, recorded once in a render bundle.

use image::RgbaImage;

use super::Scene;
use crate::kit::{COLOR, Camera, DEPTH, Instance, Kit, Spec, wgsl};
use crate::math::{Mat4, Random, vec3};
use crate::shape::{Mesh, Shape};

pub(crate) const SCENE: Scene =
    Scene { name: "forest", shows: "1,500 draws of 500 trees in a render bundle", render };

const TREES: u32 = 500;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(8);
    // The ground; then of each tree the trunk and the two parts of its crown.
    let mut bodies = vec![Instance::new(Mat4::scale(vec3(60.0, 1.0, 60.0)), [0.2, 0.3, 0.1])];
    for _ in 0..TREES {
        let far = random.between(0.0, 1.0);
        let z = 5.0 - 34.0 * far;
        let x = random.between(-1.0, 1.0) * (2.5 + 0.55 * (8.0 - z));
        let size = random.between(0.55, 1.1);
        let foot = Mat4::translation(vec3(x, 0.0, z));
        let autumn = random.between(0.0, 1.0);
        let crown = [0.1 + 0.85 * autumn * autumn, 0.36 - 0.12 * autumn, 0.06];
        let brown = [0.22, 0.13, 0.08];
        bodies.push(Instance::new(foot * Mat4::scale(vec3(0.11 * size, 0.9 * size, 0.11 * size)), brown));
        for (base, wide, high) in [(0.5, 0.62, 1.2), (1.15, 0.44, 1.0)] {
            let up = Mat4::translation(vec3(0.0, base * size, 0.0));
            let scale = Mat4::scale(vec3(wide * size, high * size, wide * size));
            bodies.push(Instance::new(foot * up * scale, crown));
        }
    }
    let bodies = kit.storage(&bodies);
    let camera = kit.uniform(Camera::new(vec3(0.0, 5.2, 11.0), vec3(0.0, 0.6, -2.5), 0.75));
    let module = kit.module("forest", wgsl!("forest.wgsl"));
    let pipeline = kit.pipeline(&Spec::bodies("forest", &module));
    let group = kit.group(&pipeline, &[camera.as_entire_binding(), bodies.as_entire_binding()]);
    let (plane, trunk, crown) =
        (Shape::plane().upload(kit), Shape::cone(0.6).upload(kit), Shape::cone(0.0).upload(kit));

    let mut recorder =
        kit.device.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
            label: Some("forest"),
            color_formats: &[Some(COLOR)],
            depth_stencil: Some(wgpu::RenderBundleDepthStencil {
                format: DEPTH,
                depth_read_only: false,
                stencil_read_only: true,
            }),
            sample_count: 1,
            multiview: None,
        });
    recorder.set_pipeline(&pipeline);
    recorder.set_bind_group(0, &group, &[]);
    for tree in 0..TREES {
        for (part, mesh) in (1 + 3 * tree..).zip([&trunk, &crown, &crown]) {
            record(&mut recorder, mesh, part);
        }
    }
    let bundle = recorder.finish(&wgpu::RenderBundleDescriptor { label: Some("forest") });

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = frame.begin(&mut encoder, [0.72, 0.72, 0.74]);
    pass.execute_bundles([&bundle]);
    // A bundle leaves nothing set.
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    plane.draw(&mut pass, 0..1);
    drop(pass);
    kit.finish(&frame, encoder)
}

fn record<'a>(recorder: &mut wgpu::RenderBundleEncoder<'a>, mesh: &'a Mesh, instance: u32) {
    recorder.set_vertex_buffer(0, mesh.vertices.slice(..));
    recorder.set_index_buffer(mesh.indices.slice(..), wgpu::IndexFormat::Uint32);
    recorder.draw_indexed(0..mesh.count, 0, instance..instance + 1);
}
