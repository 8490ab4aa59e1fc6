//! What a guest can have the process hold with writes, mappings and things that it destroys: no more than its quota and
//! [`crate::limits::MAX_STAGED_BYTES`], with what drivers add. Each runs in processes of its own: `testing::alone`.

use wasmtime::component::Resource;
use wit::{HostGpuBuffer as _, HostGpuDevice as _, HostGpuQueue as _};

use crate::{
    bindings::wit,
    device::{errors::ErrorKind, in_flight::InFlight},
    objects::{buffer::Buffer, queue::Queue, texture::Texture},
    testing::{Guest, Memory, again, alone},
};

const MIB: u64 = 1 << 20;

/// The memory that a guest may hold in these tests.
const QUOTA: u64 = 128 * MIB;

/// What a process may have beside the quota.
const BESIDE: u64 = 256 * MIB;

/// Bytes that each test writes or makes, if it is let.
const MUCH: u64 = 4096 * MIB;

/// Runs `attack` with a guest in a process of its own for each backend.
fn bounded(test: &str, attack: impl Fn(&mut Guest, &Resource<Queue>)) {
    alone(&format!("device::in_flight::tests::{test}"), || {
        let mut guest = Guest::with_memory(QUOTA);
        let device = guest.device();
        let queue = guest.view().queue(device).unwrap();
        let before = Memory::now();
        attack(&mut guest, &queue);
        let grown = Memory::now().peak - before.resident;
        println!("{test}: the process has grown by {} MiB", grown / MIB);
        assert!(grown <= QUOTA + BESIDE, "the process has grown by {} MiB", grown / MIB);
        assert_eq!(guest.gpu_memory_in_use(), 0);
        assert_eq!(guest.core.staging.used(), 0);
    });
}

fn write(guest: &mut Guest, queue: &Resource<Queue>, buffer: &Resource<Buffer>, offset: u64, data: &[u8]) {
    let (queue, buffer) = (again(queue), again(buffer));
    let written = guest.view().write_buffer_with_copy(queue, buffer, offset, data.to_vec(), None, None);
    written.unwrap().unwrap();
}

fn drop_buffer(guest: &mut Guest, buffer: Resource<Buffer>) {
    wit::HostGpuBuffer::drop(&mut guest.view(), buffer).unwrap();
}

#[test]
fn a_device_that_ends_on_another_thread_is_waited_for() {
    let in_flight = InFlight::default();
    let alive = in_flight.begin();
    assert!(in_flight.look());
    drop(alive);
    assert!(!in_flight.look());
}

#[cfg(feature = "http")]
#[test]
fn who_waits_for_devices_waits_for_the_last() {
    let in_flight = InFlight::default();
    in_flight.wait_for_devices();
    let (first, last) = (in_flight.begin(), in_flight.begin());
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| in_flight.wait_for_devices());
        drop(first);
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(!waits.is_finished());
        drop(last);
        waits.join().unwrap();
    });
}

#[test]
fn writes_without_a_submit() {
    bounded("writes_without_a_submit", |guest, queue| {
        let buffer = guest.buffer(16 * MIB, wit::GpuBufferUsage::COPY_DST);
        let data = vec![1; usize::try_from(16 * MIB).unwrap()];
        for _ in 0..MUCH / (16 * MIB) {
            write(guest, queue, &buffer, 0, &data);
        }
        drop_buffer(guest, buffer);
    });
}

#[test]
fn small_writes_without_a_submit() {
    bounded("small_writes_without_a_submit", |guest, queue| {
        let buffer = guest.buffer(16, wit::GpuBufferUsage::COPY_DST);
        for _ in 0..1_000_000 {
            write(guest, queue, &buffer, 4, &[1; 4]);
        }
        drop_buffer(guest, buffer);
    });
}

#[test]
fn writes_that_are_refused() {
    bounded("writes_that_are_refused", |guest, queue| {
        let usage = wit::GpuBufferUsage::COPY_DST;
        let none = guest.buffer(MIB, wit::GpuBufferUsage::COPY_SRC);
        let short = guest.buffer(MIB - 4, usage);
        let destroyed = guest.buffer(MIB, usage);
        wit::HostGpuBuffer::destroy(&mut guest.view(), again(&destroyed)).unwrap();
        let mapped = buffer(guest, MIB, usage, true);
        let odd = guest.buffer(2 * MIB, usage);
        let data = vec![1; usize::try_from(MIB).unwrap()];
        for (buffer, offset) in [(none, 0), (short, 0), (destroyed, 0), (mapped, 0), (odd, 2)] {
            for _ in 0..1024 {
                let ((), error) = guest.errors(|guest| write(guest, queue, &buffer, offset, &data));
                assert_eq!(error, Some(ErrorKind::Validation));
            }
            drop_buffer(guest, buffer);
        }
    });
}

fn buffer(guest: &mut Guest, size: u64, usage: wit::GpuBufferUsage, mapped: bool) -> Resource<Buffer> {
    let device = guest.device();
    let descriptor = wit::GpuBufferDescriptor { size, usage, mapped_at_creation: Some(mapped), label: None };
    guest.view().create_buffer(device, descriptor).unwrap()
}

#[test]
fn mappings_at_creation() {
    bounded("mappings_at_creation", |guest, _| {
        let data = vec![1; usize::try_from(16 * MIB).unwrap()];
        for time in 0..MUCH / (16 * MIB) {
            let buffer = buffer(guest, 16 * MIB, wit::GpuBufferUsage::COPY_DST, true);
            let set = guest.view().get_mapped_range_set_with_copy(again(&buffer), data.clone(), None, None);
            set.unwrap().unwrap();
            // Each way to end a mapping.
            if !time.is_multiple_of(3) {
                guest.view().unmap(again(&buffer)).unwrap().unwrap();
            }
            if !time.is_multiple_of(4) {
                wit::HostGpuBuffer::destroy(&mut guest.view(), again(&buffer)).unwrap();
            }
            drop_buffer(guest, buffer);
        }
    });
}

#[test]
fn buffers_that_are_written_to_and_destroyed() {
    bounded("buffers_that_are_written_to_and_destroyed", |guest, queue| {
        for time in 0..MUCH / (16 * MIB) {
            let buffer = guest.buffer(16 * MIB, wit::GpuBufferUsage::COPY_DST);
            write(guest, queue, &buffer, 0, &[1; 4]);
            if time.is_multiple_of(2) {
                wit::HostGpuBuffer::destroy(&mut guest.view(), again(&buffer)).unwrap();
            }
            drop_buffer(guest, buffer);
        }
    });
}

fn texture(guest: &mut Guest, [width, height, layers]: [u32; 3]) -> Resource<Texture> {
    let device = guest.device();
    let descriptor = wit::GpuTextureDescriptor {
        size: wit::GpuExtent3D { width, height: Some(height), depth_or_array_layers: Some(layers) },
        mip_level_count: None,
        sample_count: None,
        dimension: None,
        format: wit::GpuTextureFormat::R8unorm,
        usage: wit::GpuTextureUsage::COPY_DST,
        view_formats: None,
        texture_binding_view_dimension: None,
        label: None,
    };
    guest.view().create_texture(device, descriptor).unwrap()
}

fn write_texture(
    guest: &mut Guest,
    queue: &Resource<Queue>,
    texture: &Resource<Texture>,
    [width, height, layers]: [u32; 3],
    data: &[u8],
) {
    let destination =
        wit::GpuTexelCopyTextureInfo { texture: again(texture), mip_level: None, origin: None, aspect: None };
    let layout = wit::GpuTexelCopyBufferLayout {
        offset: None,
        bytes_per_row: Some(width),
        rows_per_image: Some(height),
    };
    let size = wit::GpuExtent3D { width, height: Some(height), depth_or_array_layers: Some(layers) };
    guest.view().write_texture_with_copy(again(queue), destination, data.to_vec(), layout, size).unwrap();
}

#[test]
fn writes_to_textures() {
    bounded("writes_to_textures", |guest, queue| {
        for size in [[4096, 4096, 1], [1, 4096, 256]] {
            let [width, height, layers] = size.map(u64::from);
            let data = vec![1; usize::try_from(width * height * layers).unwrap()];
            let texture = texture(guest, size);
            // One texel a row is staged as 256 bytes.
            for _ in 0..MUCH / (width.next_multiple_of(256) * height * layers) {
                write_texture(guest, queue, &texture, size, &data);
            }
            wit::HostGpuTexture::destroy(&mut guest.view(), again(&texture)).unwrap();
            wit::HostGpuTexture::drop(&mut guest.view(), texture).unwrap();
        }
    });
}

#[test]
fn a_large_write_is_whole_or_not_at_all() {
    alone("device::in_flight::tests::a_large_write_is_whole_or_not_at_all", || {
        let mut guest = Guest::with_memory(2 * QUOTA);
        let device = guest.device();
        let queue = guest.view().queue(device).unwrap();
        let size = [8192, 8192, 1];
        let texture = texture(&mut guest, size);
        let data = vec![1; 8192 * 8192];
        let ((), error) = guest.errors(|guest| write_texture(guest, &queue, &texture, size, &data));
        assert_eq!(error, None);
        let smaller = self::texture(&mut guest, [8192, 8191, 1]);
        let ((), error) = guest.errors(|guest| write_texture(guest, &queue, &smaller, size, &data));
        assert_eq!(error, Some(ErrorKind::Validation));
        for texture in [texture, smaller] {
            wit::HostGpuTexture::destroy(&mut guest.view(), again(&texture)).unwrap();
            wit::HostGpuTexture::drop(&mut guest.view(), texture).unwrap();
        }
        assert_eq!((guest.gpu_memory_in_use(), guest.core.staging.used()), (0, 0));
    });
}
