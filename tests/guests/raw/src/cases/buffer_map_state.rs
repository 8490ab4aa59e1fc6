//! `map-state` follows `map-async`, `unmap` and `destroy`; so do the mapped ranges.

use crate::{
    Checks, kit,
    wit::{GpuBufferDescriptor, GpuBufferMapState, GpuBufferUsage, GpuMapMode},
};

fn state(state: GpuBufferMapState) -> &'static str {
    match state {
        GpuBufferMapState::Unmapped => "unmapped",
        GpuBufferMapState::Pending => "pending",
        GpuBufferMapState::Mapped => "mapped",
    }
}

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let buffer = kit::buffer(&device, 64, GpuBufferUsage::MAP_WRITE | GpuBufferUsage::COPY_SRC);
    c.equal("at first", state(buffer.map_state()), "unmapped");
    c.granted("map", buffer.map_async(GpuMapMode::WRITE, None, None).await);
    c.equal("mapped", state(buffer.map_state()), "mapped");
    c.granted("set", buffer.get_mapped_range_set_with_copy(&[9; 64], None, None));
    c.equal("seen", buffer.get_mapped_range_get_with_copy(Some(8), Some(4)).ok(), Some(vec![9; 4]));
    c.granted("unmap", buffer.unmap());
    c.equal("unmapped", state(buffer.map_state()), "unmapped");
    c.granted("unmap once more is no error", buffer.unmap());
    c.granted("map", buffer.map_async(GpuMapMode::WRITE, Some(8), Some(16)).await);
    buffer.destroy();
    c.equal("destroyed", state(buffer.map_state()), "unmapped");
    c.refused("a range of it", buffer.get_mapped_range_get_with_copy(Some(8), Some(16)));

    let at_creation = device.create_buffer(&GpuBufferDescriptor {
        size: 64,
        usage: GpuBufferUsage::VERTEX,
        mapped_at_creation: Some(true),
        label: None,
    });
    c.equal("at creation", state(at_creation.map_state()), "mapped");
    c.equal("zeros", at_creation.get_mapped_range_get_with_copy(None, None).ok(), Some(vec![0; 64]));
    c.granted("unmap", at_creation.unmap());
    c.equal("unmapped", state(at_creation.map_state()), "unmapped");
    c.equal("size", at_creation.size(), 64);
    c.that("usage", at_creation.usage() == GpuBufferUsage::VERTEX);
    device.destroy();
    c.equal("with the device gone", state(at_creation.map_state()), "unmapped");
}
