//! Lending: a device, textures and buffers of the embedder in the hands of a guest, and objects of the guest
//! in those of the embedder. Cuts across the objects because it is the embedder's side of several.
//!
//! `wasi:webgpu` has no function by which a host hands an object over. The embedder's own interface has:
//! one that takes or returns `gpu-texture`, `gpu-buffer` or `gpu-device` of `wasi:webgpu/webgpu`, with
//! these resources mapped to the types in [`crate::objects`]. The methods here make the handles.

use std::sync::{Arc, atomic::Ordering};

use thiserror::Error;
use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    convert::to_wit,
    device::{
        errors::DeviceErrors,
        fence,
        lent::LentDevice,
        lent_scopes::{self, collecting},
    },
    objects::{buffer::Buffer, device::Device, texture::Texture},
    view::WebGpuCtxView,
};

/// Why an object can't be lent or taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LendError {
    /// It can't be used with the device: it is one of another device, or invalid.
    #[error("{object} can't be used with the lent device: {message}")]
    OtherDevice {
        /// What it is: "the texture" or "the buffer".
        object: &'static str,
        /// What wgpu says.
        message: String,
    },
    /// WebGPU has no texture of this format.
    #[error("WebGPU has no textures of the format {0:?}")]
    Format(wgpu::TextureFormat),
    /// The guest destroyed its handle to what was lent.
    #[error("the guest destroyed its handle to the lent object")]
    Destroyed,
}

/// What an embedder does. An `Err` is a [`LendError`], a handle that the guest does not have, or the quota
/// of objects; returned from a host function it traps the guest.
impl WebGpuCtxView<'_> {
    /// A handle to `device` for the guest. All handles to one device that a guest holds at a time are the
    /// same device to it, with one stack of error scopes.
    ///
    /// # Errors
    ///
    /// [`crate::limits::QuotaExceeded`].
    pub fn lend_device(&mut self, device: &LentDevice) -> wasmtime::Result<Resource<Device>> {
        let core = self.ctx.lend(device);
        self.push(Device { core, label: String::new() })
    }

    /// A handle to a texture of `device` for the guest. The embedder goes on using the texture
    /// freely; wgpu orders what both do by the order of their submits. For as long as the guest holds the
    /// handle, or views of it, it can read and write the texture as its usages allow. Only destroying the
    /// texture ends that.
    ///
    /// # Errors
    ///
    /// [`LendError::OtherDevice`], [`LendError::Format`], [`crate::limits::QuotaExceeded`].
    pub fn lend_texture(
        &mut self,
        device: &LentDevice,
        texture: wgpu::Texture,
    ) -> wasmtime::Result<Resource<Texture>> {
        check_texture(device.device(), &texture)?;
        let dimension = to_wit::dimension(texture.dimension());
        let format = to_wit::format(texture.format()).ok_or(LendError::Format(texture.format()))?;
        let usage = to_wit::texture_usage(texture.usage());
        let core = self.ctx.lend(device);
        self.push(Texture::lent(&core, texture, dimension, format, usage))
    }

    /// A handle to a buffer of `device` for the guest, as [`Self::lend_texture`]. The guest can't map it;
    /// while the embedder has it mapped, a guest's submit that uses it is a validation error.
    ///
    /// # Errors
    ///
    /// [`LendError::OtherDevice`], [`crate::limits::QuotaExceeded`].
    pub fn lend_buffer(
        &mut self,
        device: &LentDevice,
        buffer: wgpu::Buffer,
    ) -> wasmtime::Result<Resource<Buffer>> {
        check_buffer(device.device(), &buffer)?;
        let usage = to_wit::buffer_usage(buffer.usage());
        let core = self.ctx.lend(device);
        self.push(Buffer::lent(&core, buffer, usage))
    }

    /// Takes a texture from the guest, which gave its handle away: one that was lent, or one that the guest
    /// made on `device`. It counts towards the guest's memory for as long as the guest has views of it.
    ///
    /// # Errors
    ///
    /// [`LendError::OtherDevice`], [`LendError::Destroyed`], or a handle that is not in the table.
    pub fn take_texture(
        &mut self,
        device: &LentDevice,
        texture: Resource<Texture>,
    ) -> wasmtime::Result<wgpu::Texture> {
        let texture = self.delete(texture)?;
        let inner = texture.into_wgpu().ok_or(LendError::Destroyed)?;
        check_texture(device.device(), &inner)?;
        Ok(inner)
    }

    /// Takes a buffer from the guest, as [`Self::take_texture`]. It is unmapped.
    ///
    /// # Errors
    ///
    /// [`LendError::OtherDevice`], [`LendError::Destroyed`], or a handle that is not in the table.
    pub fn take_buffer(
        &mut self,
        device: &LentDevice,
        buffer: Resource<Buffer>,
    ) -> wasmtime::Result<wgpu::Buffer> {
        let buffer = self.delete_with_name(buffer)?;
        let inner = buffer.into_wgpu().ok_or(LendError::Destroyed)?;
        check_buffer(device.device(), &inner)?;
        Ok(inner)
    }

    /// Looks at a texture of the guest's on `device`, for functions that borrow it.
    ///
    /// # Errors
    ///
    /// As [`Self::take_texture`].
    pub fn texture(
        &self,
        device: &LentDevice,
        texture: &Resource<Texture>,
    ) -> wasmtime::Result<wgpu::Texture> {
        let inner = self.get(texture)?.as_wgpu().ok_or(LendError::Destroyed)?.clone();
        check_texture(device.device(), &inner)?;
        Ok(inner)
    }

    /// Looks at a buffer of the guest's on `device`, for functions that borrow it. While the guest has it
    /// mapped, a submit that uses it is a validation error.
    ///
    /// # Errors
    ///
    /// As [`Self::take_buffer`].
    pub fn buffer(&self, device: &LentDevice, buffer: &Resource<Buffer>) -> wasmtime::Result<wgpu::Buffer> {
        let inner = self.get(buffer)?.as_wgpu().ok_or(LendError::Destroyed)?.clone();
        check_buffer(device.device(), &inner)?;
        Ok(inner)
    }

    /// Answers `request-device` of an adapter that stands for a lent device.
    pub(crate) fn request_lent_device(
        &mut self,
        device: &LentDevice,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Device>, wit::RequestDeviceError>> {
        let core = self.ctx.lend(device);
        // https://www.w3.org/TR/webgpu/#dom-gpuadapter-requestdevice
        if core.requested.swap(true, Ordering::Relaxed) {
            return Ok(Err(wit::RequestDeviceError {
                kind: wit::RequestDeviceErrorKind::OperationError,
                message:
                    "the host lends one device, and the guest holds it, or something made from it, already"
                        .to_owned(),
            }));
        }
        self.push(Device { core, label }).map(Ok)
    }
}

/// Whether `texture` is usable on `device`.
fn check_texture(device: &wgpu::Device, texture: &wgpu::Texture) -> Result<(), LendError> {
    let state = texture_state(texture.usage());
    check("the texture", device, || {
        transition(device, None, Some(wgpu::TextureTransition { texture, selector: None, state }));
    })
}

/// Whether `buffer` is usable on `device`.
fn check_buffer(device: &wgpu::Device, buffer: &wgpu::Buffer) -> Result<(), LendError> {
    let state = wgpu::BufferUses::empty();
    check("the buffer", device, || {
        transition(device, Some(wgpu::BufferTransition { buffer, state }), None);
    })
}

/// Records a barrier, which wgpu allows for any object of the device and no other. Nothing is submitted.
fn transition<'a>(
    device: &wgpu::Device,
    buffer: Option<wgpu::BufferTransition<&'a wgpu::Buffer>>,
    texture: Option<wgpu::TextureTransition<&'a wgpu::Texture>>,
) {
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
    encoder.transition_resources(buffer.into_iter(), texture.into_iter());
    drop(encoder.finish());
}

/// A state that a texture of these usages can be in.
fn texture_state(usage: wgpu::TextureUsages) -> wgpu::TextureUses {
    let states = [
        (wgpu::TextureUsages::COPY_SRC, wgpu::TextureUses::COPY_SRC),
        (wgpu::TextureUsages::COPY_DST, wgpu::TextureUses::COPY_DST),
        (wgpu::TextureUsages::TEXTURE_BINDING, wgpu::TextureUses::RESOURCE),
        (wgpu::TextureUsages::STORAGE_BINDING, wgpu::TextureUses::STORAGE_READ_ONLY),
    ];
    let state = states.into_iter().find(|(flag, _)| usage.contains(*flag)).map(|(_, state)| state);
    state.unwrap_or(wgpu::TextureUses::COLOR_TARGET)
}

/// Runs `call`; what wgpu has against it is why `object` is refused. An object of another instance may be a
/// panic in wgpu.
fn check(object: &'static str, device: &wgpu::Device, call: impl FnOnce()) -> Result<(), LendError> {
    let errors = Arc::new(DeviceErrors::default());
    let (outcome, found) = collecting(|| lent_scopes::within(device, &errors, || fence::catch(call)));
    let message = match (outcome, found.into_iter().next()) {
        (Ok(()), None) => return Ok(()),
        (Ok(()), Some(error)) => error.message,
        (Err(panic), _) => panic,
    };
    Err(LendError::OtherDevice { object, message })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::{
        WebGpuCtx, WebGpuView as _,
        bindings::wit::{
            HostGpuBuffer as _, HostGpuCommandEncoder as _, HostGpuDevice as _, HostGpuQueue as _,
            HostGpuTexture as _,
        },
        device::errors::{ErrorKind, GpuError},
        objects::shader_module::ShaderModule,
        quotas::MAX_STAGED_BYTES,
        testing::{State, adapter, again, first_error, instance, native_device, ready, wgsl},
    };

    /// A guest that may hold 1500 bytes of GPU memory.
    fn new_guest() -> State {
        State::new(WebGpuCtx::builder().max_gpu_memory(1500).build())
    }

    /// The first error of `call`, with scopes of the guest around it.
    fn error_of(
        guest: &mut State,
        lent: &LentDevice,
        call: impl FnOnce(&mut WebGpuCtxView<'_>) -> wasmtime::Result<()>,
    ) -> Option<GpuError> {
        let core = guest.ctx.lend(lent);
        first_error(&core, || guest.call(call)).1
    }

    /// A device of an embedder's, and how many errors their handler has heard of.
    fn embedder() -> (LentDevice, Arc<AtomicUsize>) {
        let (device, queue) = native_device(&adapter(&instance()));
        let heard = Arc::new(AtomicUsize::new(0));
        device.on_uncaptured_error({
            let heard = Arc::clone(&heard);
            Arc::new(move |_: wgpu::Error| {
                heard.fetch_add(1, Ordering::Relaxed);
            })
        });
        (LentDevice::new(device, queue), heard)
    }

    fn buffer_of(size: u64, usage: wit::GpuBufferUsage) -> wit::GpuBufferDescriptor {
        wit::GpuBufferDescriptor { size, usage, mapped_at_creation: None, label: None }
    }

    fn texture(device: &wgpu::Device) -> wgpu::Texture {
        device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: 64, height: 32, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    }

    fn buffer(device: &wgpu::Device, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 16,
            usage,
            mapped_at_creation: false,
        })
    }

    /// Whether the embedder can still copy from the buffer.
    fn usable(lent: &LentDevice, source: &wgpu::Buffer) -> bool {
        let device = lent.device();
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let target = buffer(device, wgpu::BufferUsages::COPY_DST);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(source, 0, &target, 0, 16);
        lent.queue().submit([encoder.finish()]);
        ready(scope.pop()).is_none()
    }

    #[test]
    fn a_guests_errors_are_its_own() {
        let (lent, heard) = embedder();
        let mut guest = new_guest();
        let device = guest.webgpu().lend_device(&lent).unwrap();
        let error = error_of(&mut guest, &lent, |view| {
            let descriptor = buffer_of(16, wit::GpuBufferUsage::MAP_READ | wit::GpuBufferUsage::MAP_WRITE);
            view.create_buffer(again(&device), descriptor).map(drop)
        });
        assert_eq!(error.unwrap().kind, ErrorKind::Validation);
        // On the compiler's thread.
        let error = error_of(&mut guest, &lent, |view| {
            let core = view.core(&device)?;
            ready(ShaderModule::create(&core, wgsl("no shader"))).unwrap();
            Ok(())
        });
        assert_eq!(error.unwrap().kind, ErrorKind::Validation);
        // Without a scope it is a line in the log.
        guest.call(|view| {
            let everything = wit::GpuBufferUsage::all();
            view.create_buffer(again(&device), buffer_of(16, everything)).map(drop)
        });
        assert_eq!(heard.load(Ordering::Relaxed), 0);

        buffer(lent.device(), wgpu::BufferUsages::empty());
        assert_eq!(heard.load(Ordering::Relaxed), 1, "the embedder's own error");
    }

    #[test]
    fn what_a_guest_leaves_open_is_no_error_of_the_embedder() {
        let (lent, heard) = embedder();
        let mut guest = new_guest();
        let device = guest.webgpu().lend_device(&lent).unwrap();
        guest.call(|view| {
            let encoder = view.create_command_encoder(again(&device), None)?;
            view.begin_compute_pass(encoder, None).map(drop)
        });
        drop(guest);
        assert_eq!(heard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn guests_on_one_device_do_not_hear_of_each_other() {
        let (lent, heard) = embedder();
        let (mut one, mut other) = (new_guest(), new_guest());
        let device = one.webgpu().lend_device(&lent).unwrap();
        let others = other.webgpu().lend_device(&lent).unwrap();
        let core = other.ctx.lend(&lent);
        core.errors.push_scope(ErrorKind::Validation).unwrap();
        let bad = buffer_of(16, wit::GpuBufferUsage::empty());
        one.call(|view| view.create_buffer(again(&device), bad).map(drop));
        one.call(|view| wit::HostGpuDevice::destroy(view, again(&device)));
        assert_eq!(core.errors.pop_scope(), Some(None));
        let fine = buffer_of(16, wit::GpuBufferUsage::COPY_SRC);
        let error = error_of(&mut other, &lent, |view| view.create_buffer(again(&others), fine).map(drop));
        assert_eq!((error, heard.load(Ordering::Relaxed)), (None, 0));
    }

    #[test]
    fn a_destroyed_device_is_the_embedders_still() {
        let (lent, heard) = embedder();
        let mut guest = new_guest();
        let device = guest.webgpu().lend_device(&lent).unwrap();
        let queue = guest.call(|view| view.queue(again(&device)));
        let core = guest.ctx.lend(&lent);
        guest.call(|view| wit::HostGpuDevice::destroy(view, again(&device)));
        assert!(core.withdrawn());
        // Twice submitted would be an error, if anything were.
        let commands = guest.call(|view| {
            let encoder = view.create_command_encoder(again(&device), None)?;
            view.finish(encoder, None)
        });
        guest.call(|view| view.submit(again(&queue), vec![commands]));
        let source = buffer(lent.device(), wgpu::BufferUsages::COPY_SRC);
        assert!(usable(&lent, &source));
        assert_eq!(heard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_device_is_taken_away_from_its_guests() {
        let (lent, _) = embedder();
        let mut guest = new_guest();
        let core = guest.ctx.lend(&lent);
        assert!(!core.withdrawn());
        lent.lose(wgpu::DeviceLostReason::Unknown, "the window is closed");
        assert!(core.withdrawn());
        assert!(new_guest().ctx.lend(&lent).withdrawn(), "one that asks later");
        let (device, queue) = (lent.device().clone(), lent.queue().clone());
        assert!(!new_guest().ctx.lend(&LentDevice::new(device, queue)).withdrawn());
    }

    #[test]
    fn an_adapter_gives_a_lent_device_once_at_a_time() {
        let (lent, _) = embedder();
        let mut guest = new_guest();
        let device = guest.webgpu().request_lent_device(&lent, String::new()).unwrap().unwrap();
        let second = guest.webgpu().request_lent_device(&lent, String::new()).unwrap();
        assert!(second.unwrap_err().message.contains("one device"));
        let buffer = guest
            .call(|view| view.create_buffer(again(&device), buffer_of(16, wit::GpuBufferUsage::COPY_SRC)));
        guest.webgpu().delete(device).unwrap();
        assert!(guest.webgpu().request_lent_device(&lent, String::new()).unwrap().is_err());
        guest.webgpu().delete(buffer).unwrap();
        let device = guest.webgpu().request_lent_device(&lent, String::new()).unwrap().unwrap();
        guest.call(|view| wit::HostGpuDevice::destroy(view, again(&device)));
        assert!(guest.webgpu().request_lent_device(&lent, String::new()).unwrap().is_ok(), "it was lost");
    }

    #[test]
    fn lent_objects_take_no_memory_of_the_guest_and_come_back() {
        let (lent, _) = embedder();
        let mut guest = new_guest();
        // 8 KiB, while the guest may hold 1500 bytes.
        let native = texture(lent.device());
        let lent_texture = guest.webgpu().lend_texture(&lent, native.clone()).unwrap();
        let numbers = buffer(lent.device(), wgpu::BufferUsages::COPY_SRC);
        let lent_buffer = guest.webgpu().lend_buffer(&lent, numbers.clone()).unwrap();
        assert_eq!((guest.ctx.gpu_memory_in_use(), guest.ctx.live_objects()), (0, 2));
        guest.call(|view| {
            assert_eq!(view.width(again(&lent_texture))?, 64);
            assert_eq!(view.format(again(&lent_texture))?, wit::GpuTextureFormat::Rgba8unorm);
            let usage = wit::GpuTextureUsage::RENDER_ATTACHMENT | wit::GpuTextureUsage::COPY_SRC;
            assert_eq!(wit::HostGpuTexture::usage(view, again(&lent_texture))?, usage);
            assert_eq!(wit::HostGpuBuffer::usage(view, again(&lent_buffer))?, wit::GpuBufferUsage::COPY_SRC);
            Ok(())
        });
        assert_eq!(guest.webgpu().texture(&lent, &lent_texture).unwrap(), native);
        assert_eq!(guest.webgpu().buffer(&lent, &lent_buffer).unwrap(), numbers);
        assert_eq!(guest.webgpu().take_texture(&lent, lent_texture).unwrap(), native);
        assert_eq!(guest.webgpu().take_buffer(&lent, lent_buffer).unwrap(), numbers);
        assert_eq!(guest.ctx.live_objects(), 0);
    }

    #[test]
    fn what_a_guest_made_is_taken_with_its_memory() {
        let (lent, heard) = embedder();
        let mut guest = new_guest();
        let device = guest.webgpu().lend_device(&lent).unwrap();
        let made = guest.call(|view| {
            let mut descriptor = buffer_of(512, wit::GpuBufferUsage::COPY_SRC);
            descriptor.mapped_at_creation = Some(true);
            view.create_buffer(again(&device), descriptor)
        });
        // It and the memory that is mapped in its place.
        assert_eq!(guest.ctx.gpu_memory_in_use(), 1024);
        let over = buffer_of(512, wit::GpuBufferUsage::COPY_SRC);
        let error = error_of(&mut guest, &lent, |view| view.create_buffer(again(&device), over).map(drop));
        assert_eq!(error.unwrap().kind, ErrorKind::OutOfMemory);
        let taken = guest.webgpu().take_buffer(&lent, made).unwrap();
        assert_eq!(guest.ctx.gpu_memory_in_use(), 0);
        assert!(usable(&lent, &taken), "it is unmapped");
        assert_eq!(heard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn destroying_what_is_lent_ends_the_guests_handle() {
        let (lent, heard) = embedder();
        let mut guest = new_guest();
        let native = buffer(lent.device(), wgpu::BufferUsages::COPY_SRC);
        let handle = guest.webgpu().lend_buffer(&lent, native.clone()).unwrap();
        guest.call(|view| wit::HostGpuBuffer::destroy(view, again(&handle)));
        assert!(usable(&lent, &native));
        let gone = guest.webgpu().take_buffer(&lent, handle).unwrap_err();
        assert_eq!(gone.downcast_ref(), Some(&LendError::Destroyed));

        let native = texture(lent.device());
        let handle = guest.webgpu().lend_texture(&lent, native.clone()).unwrap();
        guest.call(|view| wit::HostGpuTexture::destroy(view, again(&handle)));
        assert_eq!(check_texture(lent.device(), &native), Ok(()));
        let error = error_of(&mut guest, &lent, |view| view.create_view(again(&handle), None).map(drop));
        assert!(error.unwrap().message.contains("destroyed"), "as natively");
        assert!(guest.webgpu().texture(&lent, &handle).is_err());
        assert_eq!(heard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_guest_does_not_unmap_the_embedders_buffer() {
        let (lent, _) = embedder();
        let mut guest = new_guest();
        let native = lent.device().create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 16,
            usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: true,
        });
        let mapped = native.get_mapped_range_mut(..).unwrap();
        let handle = guest.webgpu().lend_buffer(&lent, native.clone()).unwrap();
        guest.call(|view| view.unmap(again(&handle))).unwrap();
        guest.call(|view| wit::HostGpuBuffer::destroy(view, again(&handle)));
        drop(mapped);
        native.unmap();
    }

    #[test]
    fn writes_to_what_is_lent_are_counted_and_limited() {
        let (lent, heard) = embedder();
        let mut guest = new_guest();
        let size = MAX_STAGED_BYTES / 8;
        let native = lent.device().create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage: wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let handle = guest.webgpu().lend_buffer(&lent, native).unwrap();
        let device = guest.webgpu().lend_device(&lent).unwrap();
        let queue = guest.call(|view| view.queue(again(&device)));
        let core = guest.ctx.lend(&lent);
        let data = vec![1; usize::try_from(size).unwrap()];
        let mut most = 0;
        // Twice as many bytes as may be on their way, without a submit.
        for _ in 0..16 {
            let data = data.clone();
            guest
                .call(|view| view.write_buffer_with_copy(again(&queue), again(&handle), 0, data, None, None))
                .unwrap();
            most = most.max(core.staging.used());
        }
        assert!(most > 0, "they are counted");
        assert!(most <= MAX_STAGED_BYTES, "{most} bytes were on their way");
        assert_eq!(heard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn objects_of_other_devices_are_refused() {
        let instance = instance();
        let (device, queue) = native_device(&adapter(&instance));
        let (other, _) = native_device(&adapter(&instance));
        let refused = |error: LendError, expected| match error {
            LendError::OtherDevice { object, message: _ } => assert_eq!(object, expected),
            error => panic!("{error}"),
        };
        let lent = LentDevice::new(device.clone(), queue);
        let mut guest = new_guest();
        let lend = |error: wasmtime::Error| error.downcast::<LendError>().unwrap();
        refused(lend(guest.webgpu().lend_texture(&lent, texture(&other)).unwrap_err()), "the texture");
        let foreign = buffer(&other, wgpu::BufferUsages::COPY_SRC);
        refused(lend(guest.webgpu().lend_buffer(&lent, foreign).unwrap_err()), "the buffer");
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let invalid = buffer(&device, wgpu::BufferUsages::empty());
        assert!(ready(scope.pop()).is_some());
        refused(lend(guest.webgpu().lend_buffer(&lent, invalid).unwrap_err()), "the buffer");
        assert_eq!(guest.ctx.live_objects(), 0);
    }

    #[test]
    fn every_format_that_a_guest_can_name_can_be_lent() {
        let native = [
            wgpu::TextureFormat::Rgba8UnormSrgb,
            wgpu::TextureFormat::Depth24PlusStencil8,
            wgpu::TextureFormat::Bc7RgbaUnorm,
            wgpu::TextureFormat::Astc { block: wgpu::AstcBlock::B8x5, channel: wgpu::AstcChannel::UnormSrgb },
        ];
        for format in native {
            assert_eq!(to_wit::format(format).map(wgpu::TextureFormat::from), Some(format));
        }
        assert_eq!(to_wit::format(wgpu::TextureFormat::NV12), None);
        let all = wit::GpuTextureUsage::all();
        assert_eq!(to_wit::texture_usage(all.into()), all);
        let all = wit::GpuBufferUsage::all();
        assert_eq!(to_wit::buffer_usage(all.into()), all);
    }
}
