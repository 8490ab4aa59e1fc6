//! Islands in water: a pass draws the world upside down, another mixes that into the water.

use image::RgbaImage;

use super::Scene;
use crate::kit::{BLENDED, COLOR, Camera, Instance, Kit, Spec, begin, sampler, view, wgsl};
use crate::math::{Mat4, Random, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "water", shows: "a mirrored pass, sampled by the water and blended over what lies below", render };

const ROCKS: u32 = 46;
const TREES: u32 = 90;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(5);
    let (mut rocks, mut trunks, mut crowns) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROCKS {
        let (x, z) = (random.between(-9.0, 9.0), random.between(-16.0, 1.0));
        let (wide, high) = (random.between(0.5, 1.7), random.between(0.25, 0.9));
        let place = Mat4::translation(vec3(x, -0.1, z));
        let shade = random.between(0.6, 1.0);
        let color = [0.34 * shade, 0.4 * shade, 0.2 * shade];
        rocks.push(Instance::new(place * Mat4::scale(vec3(wide, high, wide)), color));
        for _ in 0..TREES / ROCKS + 1 {
            let (dx, dz) = (random.between(-0.4, 0.4) * wide, random.between(-0.4, 0.4) * wide);
            let size = random.between(0.5, 1.1);
            let foot = Mat4::translation(vec3(x + dx, 0.7 * high - 0.1, z + dz));
            trunks.push(Instance::new(foot * Mat4::scale(vec3(0.06, size, 0.06)), [0.25, 0.14, 0.08]));
            let crown = foot * Mat4::translation(vec3(0.0, 0.35 * size, 0.0));
            let autumn = random.between(0.0, 1.0);
            let color = [0.25 + 0.65 * autumn, 0.45 - 0.2 * autumn, 0.08];
            crowns.push(Instance::new(crown * Mat4::scale(vec3(0.3 * size, 1.3 * size, 0.3 * size)), color));
        }
    }
    let (rock_count, tree_count) = (rocks.len() as u32, trunks.len() as u32);
    let bodies: Vec<_> = rocks.into_iter().chain(trunks).chain(crowns).collect();
    let bodies = kit.storage(&bodies);
    let (rock, trunk, crown) =
        (Shape::sphere().upload(kit), Shape::cone(0.7).upload(kit), Shape::cone(0.0).upload(kit));
    let world = |pass: &mut wgpu::RenderPass<'_>| {
        rock.draw(pass, 0..rock_count);
        trunk.draw(pass, rock_count..rock_count + tree_count);
        crown.draw(pass, rock_count + tree_count..rock_count + 2 * tree_count);
    };

    let module = kit.module("water", wgsl!("water.wgsl"));
    let camera = kit.uniform(Camera::new(vec3(0.0, 1.55, 8.0), vec3(0.0, 0.75, 0.0), 0.8));
    let above = kit.pipeline(&Spec::bodies("above", &module));
    let mirrored = kit.pipeline(&Spec { constants: &[("UP", -1.0)], ..Spec::bodies("mirrored", &module) });
    let sky = Spec { vertex: "sky_vs", fragment: Some("sky_fs"), ..Spec::new("sky", &module) };
    let behind = Spec { depth: Some(wgpu::CompareFunction::LessEqual), depth_write: false, ..sky };
    let (sky, sky_mirrored) =
        (kit.pipeline(&behind), kit.pipeline(&Spec { constants: &[("UP", -1.0)], ..behind }));
    let surface = kit.pipeline(&Spec {
        vertex: "water_vs",
        fragment: Some("water_fs"),
        targets: &[BLENDED],
        ..Spec::bodies("surface", &module)
    });
    let reflection = kit.canvas("reflection", COLOR);
    let linear = kit.linear(wgpu::AddressMode::MirrorRepeat);
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let scene = [camera.as_entire_binding(), bodies.as_entire_binding()];
    let eye = [camera.as_entire_binding()];
    for (target, bodies, sky) in [(&reflection, &mirrored, &sky_mirrored), (&frame.color, &above, &sky)] {
        let mut pass = begin(&mut encoder, &[(target, Some([0.0; 3]))], Some(&frame.depth));
        pass.set_pipeline(bodies);
        pass.set_bind_group(0, &kit.group(bodies, &scene), &[]);
        world(&mut pass);
        pass.set_pipeline(sky);
        pass.set_bind_group(0, &kit.group(sky, &eye), &[]);
        pass.draw(0..3, 0..1);
        if std::ptr::eq(target, &frame.color) {
            pass.set_pipeline(&surface);
            let group = kit.bind(&surface.get_bind_group_layout(1), &[view(&reflection), sampler(&linear)]);
            pass.set_bind_group(0, &kit.group(&surface, &eye), &[]);
            pass.set_bind_group(1, &group, &[]);
            Shape::plane().upload(kit).draw(&mut pass, 0..1);
        }
    }
    kit.finish(&frame, encoder)
}
