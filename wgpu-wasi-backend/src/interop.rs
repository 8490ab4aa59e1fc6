//! Objects that the embedder hands over, for components with an interface of their own beside
//! `wasi:webgpu`: a plugin that draws into a texture of the program that loaded it.
//!
//! Such an interface has functions that take or return `gpu-device`, `gpu-texture` or `gpu-buffer` of
//! `wasi:webgpu/webgpu`:
//!
//! ```wit
//! package example:plugin;
//!
//! world plugin {
//!     use wasi:webgpu/webgpu@0.3.0-rc.2.{gpu-device, gpu-texture};
//!     export draw: func(device: gpu-device, target: gpu-texture);
//! }
//! ```
//!
//! The bindings that the component makes of it have to take these types from here:
//!
//! ```ignore
//! wit_bindgen::generate!({
//!     path: "wit",
//!     world: "example:plugin/plugin",
//!     with: { "wasi:webgpu/webgpu@0.3.0-rc.2": wgpu_wasi_backend::interop::webgpu },
//! });
//!
//! fn draw(device: webgpu::GpuDevice, target: webgpu::GpuTexture) {
//!     let (device, queue) = interop::device_from_handle(device);
//!     let target = interop::texture_from_handle(&device, target);
//!     // … wgpu as ever …
//! }
//! ```
//!
//! All functions here panic when they are given a device or an object of another backend of wgpu, as
//! wgpu's own methods do.
//!
//! This cuts across the objects because it is one thing to do with several.
#![expect(unsafe_code, reason = "moves the host's handles from one owner to another")]

use std::sync::Arc;

use crate::convert::ours;
use crate::device::shared::DeviceShared;
use crate::objects::adapter::adapter_info;
use crate::objects::buffer::Buffer;
use crate::objects::device::Device;
use crate::objects::queue::Queue;
use crate::objects::texture::Texture;

/// The bindings of `wasi:webgpu/webgpu@0.3.0-rc.2` that this backend calls, for the option `with` of
/// `wit_bindgen::generate!`.
pub use crate::bindings::wasi::webgpu::webgpu;

/// A device that the embedder made, and its queue.
///
/// Keep it from one call to the next where the embedder lends the same one again: error scopes and
/// pipelines go with it. While two of one device are alive their error scopes are one stack, so only one
/// of them should open any.
pub fn device_from_handle(handle: webgpu::GpuDevice) -> (wgpu::Device, wgpu::Queue) {
    let info = adapter_info(&handle.adapter_info());
    let device = Arc::new(DeviceShared::adopt(handle, info));
    let queue = wgpu::Queue::from_custom(Queue::new(Arc::clone(&device)));
    (wgpu::Device::from_custom(Device::new(device)), queue)
}

/// A texture of `device` that the embedder made.
pub fn texture_from_handle(device: &wgpu::Device, handle: webgpu::GpuTexture) -> wgpu::Texture {
    let descriptor = wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d {
            width: handle.width(),
            height: handle.height(),
            depth_or_array_layers: handle.depth_or_array_layers(),
        },
        mip_level_count: handle.mip_level_count(),
        sample_count: handle.sample_count(),
        dimension: handle.dimension().into(),
        format: handle.format().into(),
        usage: handle.usage().into(),
        view_formats: &[],
    };
    let texture = Texture::from_host(Arc::clone(shared(device)), handle);
    wgpu::Texture::from_custom(texture, &descriptor)
}

/// A buffer of `device` that the embedder made, and that is not mapped.
pub fn buffer_from_handle(device: &wgpu::Device, handle: webgpu::GpuBuffer) -> wgpu::Buffer {
    Device::buffer_from_host(shared(device), handle)
}

/// The handle of a texture, for functions of the embedder that borrow it.
pub fn texture_handle(texture: &wgpu::Texture) -> &webgpu::GpuTexture {
    ours(texture.as_custom::<Texture>()).wit()
}

/// The handle of a buffer, for functions of the embedder that borrow it.
pub fn buffer_handle(buffer: &wgpu::Buffer) -> &webgpu::GpuBuffer {
    ours(buffer.as_custom::<Buffer>()).wit()
}

/// Gives a texture away to the embedder. Its views stay; a clone of the texture must not be used any more:
/// the host ends the component at its next call.
#[expect(clippy::needless_pass_by_value, reason = "it is given away")]
pub fn texture_into_handle(texture: wgpu::Texture) -> webgpu::GpuTexture {
    let handle = texture_handle(&texture);
    // SAFETY: `take_handle` gives the index of a texture, or, the second time, one that no host gives out; the
    // old owner neither uses nor drops it from now on.
    unsafe { webgpu::GpuTexture::from_handle(handle.take_handle()) }
}

/// Gives a buffer away to the embedder, who unmaps it. A clone of the buffer must not be used any more: the
/// host ends the component at its next call.
#[expect(clippy::needless_pass_by_value, reason = "it is given away")]
pub fn buffer_into_handle(buffer: wgpu::Buffer) -> webgpu::GpuBuffer {
    let handle = buffer_handle(&buffer);
    // SAFETY: as in `texture_into_handle`.
    unsafe { webgpu::GpuBuffer::from_handle(handle.take_handle()) }
}

fn shared(device: &wgpu::Device) -> &Arc<DeviceShared> {
    ours(device.as_custom::<Device>()).shared()
}
