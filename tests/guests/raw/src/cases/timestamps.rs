//! Timestamps are nanoseconds, and a pass may leave one of the two out.

use crate::{
    Checks, kit,
    wit::{
        GpuBufferUsage, GpuComputePassDescriptor, GpuComputePassTimestampWrites, GpuDeviceDescriptor,
        GpuFeatureName, GpuQuerySetDescriptor, GpuQueryType,
    },
};

const WORK: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        var x = id.x;
        for (var i = 0u; i < 20000u; i++) { x = x * 1664525u + 1013904223u; }
        data[id.x % arrayLength(&data)] = x;
    }
";

pub async fn run(c: &mut Checks) {
    let adapter = kit::adapter().await;
    if !adapter.features().has("timestamp-query") {
        return;
    }
    let descriptor = GpuDeviceDescriptor {
        required_features: Some(vec![GpuFeatureName::TimestampQuery]),
        required_limits: None,
        default_queue: None,
        label: None,
    };
    let device = adapter.request_device(Some(descriptor)).await.expect("the adapter has the feature");
    let made = device.create_query_set(&GpuQuerySetDescriptor {
        type_: GpuQueryType::Timestamp,
        count: 2,
        label: None,
    });
    let Some(queries) = c.granted("query set", made) else { return };
    c.that("type", matches!(queries.type_(), GpuQueryType::Timestamp));
    let data = kit::storage(&device, &[0; 64]);
    let pipeline = kit::pipeline(&device, &kit::shader(&device, WORK));
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &data);
    // Another program on the machine can hold up the processor or the GPU: of a few turns, one has to do.
    let mut turn = (0, 0);
    for _ in 0..5 {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_compute_pass(Some(&GpuComputePassDescriptor {
            timestamp_writes: Some(GpuComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(0),
                end_of_pass_write_index: Some(1),
            }),
            label: None,
        }));
        pass.set_pipeline(&pipeline);
        c.granted("set-bind-group", pass.set_bind_group(0, Some(&group), None, None, None));
        pass.dispatch_workgroups(256, None, None);
        pass.end();
        let resolved = kit::buffer(&device, 16, GpuBufferUsage::QUERY_RESOLVE | GpuBufferUsage::COPY_SRC);
        encoder.resolve_query_set(&queries, 0, 2, &resolved, 0);
        let start = std::time::Instant::now();
        device.queue().submit(&[&encoder.finish(None)]);
        device.queue().on_submitted_work_done().await;
        let took = start.elapsed().as_nanos() as u64;
        let words = kit::read(&device, &resolved).await;
        let time = |at: usize| u64::from(words[at]) | u64::from(words[at + 1]) << 32;
        turn = (time(2).saturating_sub(time(0)), took);
        if plausible(turn) {
            break;
        }
    }
    let (passed, took) = turn;
    c.that("it took time", passed > 0);
    c.that(&format!("about as long as the wait: {passed} and {took}"), plausible(turn));
}

/// Whether the time by the GPU fits that of the wait. Ticks of another length than a nanosecond would be off by far more.
fn plausible((passed, took): (u64, u64)) -> bool {
    passed <= took * 2 && passed >= took / 100
}
