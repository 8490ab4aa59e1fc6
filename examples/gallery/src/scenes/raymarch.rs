//! A fragment shader that finds bodies by their distance functions.

use image::RgbaImage;

use super::Scene;
use crate::kit::{Camera, Kit, Spec, fill, wgsl};
use crate::math::vec3;

pub(crate) const SCENE: Scene =
    Scene { name: "raymarch", shows: "a world of distance functions in one fragment shader", render };

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("raymarch", wgsl!("raymarch.wgsl"));
    let pipeline = kit.pipeline(&Spec::new("raymarch", &module));
    let camera = kit.uniform(Camera::new(vec3(2.6, 2.9, 5.6), vec3(0.0, 0.85, 0.0), 0.75));
    let group = kit.group(&pipeline, &[camera.as_entire_binding()]);
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    fill(&mut encoder, &frame.color, &pipeline, Some(&group));
    kit.finish(&frame, encoder)
}
