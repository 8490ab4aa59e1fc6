//! Flowers whose draws a compute shader writes: how many corners each has, and where they begin.

use image::RgbaImage;
use wgpu::BufferUsages;

use super::Scene;
use crate::kit::{BLENDED, Kit, Spec, begin, wgsl};

pub(crate) const SCENE: Scene =
    Scene { name: "flowers", shows: "indirect and indexed indirect draws, their arguments made by compute", render };

/// As flowers.wgsl has it.
const FLOWERS: u32 = 70;
/// Bytes of the arguments of a draw: four numbers, or five.
const PLAIN: u32 = 16;
const INDEXED: u32 = 20;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("flowers", wgsl!("flowers.wgsl"));
    let arrange = kit.compute(&module, "arrange");
    let arguments = |label, bytes: u32| {
        let zeros = vec![0u32; (FLOWERS * bytes / 4) as usize];
        kit.buffer(label, BufferUsages::INDIRECT | BufferUsages::STORAGE, &zeros)
    };
    let (petals, hearts) = (arguments("petals", PLAIN), arguments("hearts", INDEXED));
    let written = kit.bind(&arrange.get_bind_group_layout(0), &[
        petals.as_entire_binding(),
        hearts.as_entire_binding(),
    ]);
    // A fan of up to 60 triangles about corner 0.
    let fan: Vec<u16> = (1..61).flat_map(|corner| [0, corner, corner + 1]).collect();
    let fan = kit.buffer("fan", BufferUsages::INDEX, &fan);
    let meadow = kit.pipeline(&Spec {
        vertex: "everywhere",
        fragment: Some("meadow"),
        ..Spec::new("meadow", &module)
    });
    let petal = kit.pipeline(&Spec { vertex: "petal", targets: &[BLENDED], ..Spec::new("petal", &module) });
    let heart = kit.pipeline(&Spec { vertex: "heart", targets: &[BLENDED], ..Spec::new("heart", &module) });

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&arrange);
    pass.set_bind_group(0, &written, &[]);
    pass.dispatch_workgroups(FLOWERS, 1, 1);
    drop(pass);
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.0; 3]))], None);
    pass.set_pipeline(&meadow);
    pass.draw(0..3, 0..1);
    pass.set_index_buffer(fan.slice(..), wgpu::IndexFormat::Uint16);
    for flower in 0..FLOWERS {
        pass.set_pipeline(&petal);
        pass.draw_indirect(&petals, u64::from(flower * PLAIN));
        pass.set_pipeline(&heart);
        pass.draw_indexed_indirect(&hearts, u64::from(flower * INDEXED));
    }
    drop(pass);
    kit.finish(&frame, encoder)
}
