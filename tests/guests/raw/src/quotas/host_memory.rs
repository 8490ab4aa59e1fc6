//! Memory of the host: 24 MiB for the device and for what is recorded. More makes the encoder invalid; what is finished
//! and dropped, or submitted, comes back.

use crate::{Checks, kit, wit::GpuCommandEncoder};

/// Four times what there is room for.
const MANY: usize = 1 << 17;

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    let data = kit::storage(&device, &[1; 64]);
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &data);
    let dispatches = |encoder: &GpuCommandEncoder, count| {
        let pass = encoder.begin_compute_pass(None);
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("the group fits");
        for _ in 0..count {
            pass.dispatch_workgroups(1, None, None);
        }
        pass.end();
    };
    let one_double = |encoder: GpuCommandEncoder| {
        dispatches(&encoder, 1);
        encoder.finish(None)
    };
    c.invalid("a pass without end", &device, || {
        let encoder = kit::encoder(&device);
        dispatches(&encoder, MANY);
        encoder.finish(None)
    })
    .await;
    c.invalid("an encoder without end", &device, || {
        let encoder = kit::encoder(&device);
        for _ in 0..MANY {
            encoder.clear_buffer(&data, None, None);
        }
        encoder.finish(None)
    })
    .await;
    c.invalid("one text", &device, || {
        let encoder = kit::encoder(&device);
        encoder.insert_debug_marker(&"long ".repeat(1 << 23));
        encoder.finish(None)
    })
    .await;
    let held: Vec<_> = (0..4)
        .map(|_| {
            let encoder = kit::encoder(&device);
            dispatches(&encoder, MANY / 64);
            encoder
        })
        .collect();
    c.fine("several, each with a part", &device, || {
        held.iter().map(|encoder| encoder.finish(None)).collect::<Vec<_>>()
    })
    .await;
    drop(held);
    for _ in 0..100 {
        let commands = c
            .fine("again and again", &device, || {
                let encoder = kit::encoder(&device);
                dispatches(&encoder, MANY / 16);
                encoder.finish(None)
            })
            .await;
        drop(commands);
    }
    c.fine("and one that counts", &device, || device.queue().submit(&[&one_double(kit::encoder(&device))]))
        .await;
    c.equal("doubled", kit::read(&device, &data).await.first().copied(), Some(2));
}
