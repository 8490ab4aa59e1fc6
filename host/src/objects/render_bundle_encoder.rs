//! GPURenderBundleEncoder — wit: gpu-render-bundle-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundleencoder> — peer: wgpu-wasi-backend/src/objects/render_bundle_encoder.rs
//!
//! wgpu's encoder can't be kept between the calls of a guest, since it is tied to a thread; and wgpu looks
//! at the commands only when it is finished, where any error is a panic. So the commands are kept in
//! `commands/bundle.rs`, and `finish` hands them over behind the fence.

use std::sync::Arc;

use wasmtime::component::{Access, Resource};

use crate::{
    bindings::wit,
    commands::{
        binding::BindingCommands as _,
        bundle::{Bundle, Format},
        draw::RenderCommands as _,
        fetch::{Encoder, fetched, fetched_alone},
    },
    device::{core::DeviceCore, errors::GpuError, lent_scopes::collecting},
    objects::{
        buffer::Buffer,
        mixins::{binding_commands, render_commands, set_pipeline},
        render_bundle::RenderBundle,
    },
    view::{WebGpu, WebGpuCtxView, label_methods, labelled},
};

/// Records a render bundle.
#[derive(Debug)]
pub struct RenderBundleEncoder {
    bundle: Bundle,
    pub(crate) label: String,
}

labelled!(RenderBundleEncoder, crate::weights::ENCODER);

impl RenderBundleEncoder {
    fn create(
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuRenderBundleEncoderDescriptor,
    ) -> RenderBundleEncoder {
        let wit::GpuRenderBundleEncoderDescriptor {
            depth_read_only,
            stencil_read_only,
            color_formats,
            depth_stencil_format,
            sample_count,
            label,
        } = descriptor;
        let label = label.unwrap_or_default();
        let format = Format {
            colors: color_formats.into_iter().map(|format| format.map(Into::into)).collect(),
            depth_stencil: depth_stencil_format.map(|format| wgpu::RenderBundleDepthStencil {
                format: format.into(),
                // https://www.w3.org/TR/webgpu/#dom-gpurenderbundleencoderdescriptor-depthreadonly
                depth_read_only: depth_read_only.unwrap_or(false),
                // https://www.w3.org/TR/webgpu/#dom-gpurenderbundleencoderdescriptor-stencilreadonly
                stencil_read_only: stencil_read_only.unwrap_or(false),
            }),
            // https://www.w3.org/TR/webgpu/#dom-gpurenderpasslayout-samplecount
            sample_count: sample_count.unwrap_or(1),
        };
        // A trial, for the errors of the descriptor, which are due now.
        let ((), errors) = collecting(|| drop(format.encoder(&device.wgpu, &label)));
        let error =
            (!errors.is_empty()).then(|| "In RenderBundleEncoder::finish: the encoder is invalid".to_owned());
        for error in errors {
            device.errors.report(error);
        }
        Self { bundle: Bundle::new(device, format, error), label }
    }

    fn finish(&mut self, descriptor: Option<wit::GpuRenderBundleDescriptor>) -> RenderBundle {
        let label = descriptor.and_then(|wit::GpuRenderBundleDescriptor { label }| label).unwrap_or_default();
        let Some(mut recording) = self.bundle.take() else {
            return RenderBundle { inner: None, label, draw_count: 0, bytes: 0, kept: Arc::default() };
        };
        let device = self.bundle.device();
        let (draw_count, bytes) = (recording.draws.draw_count, recording.counted());
        let kept = recording.take_kept();
        // Its bind groups are to be made now, and their errors are not those of the bundle.
        device.timeline.settle();
        let (result, errors) = collecting(|| recording.finish(device, &label));
        for error in errors {
            device.errors.report(error);
        }
        let inner = result.map_err(|message| device.errors.report(GpuError::validation(message))).ok();
        RenderBundle { inner, label, draw_count, bytes, kept }
    }
}

impl WebGpuCtxView<'_> {
    /// `createRenderBundleEncoder`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createrenderbundleencoder>
    pub(crate) fn new_render_bundle_encoder(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuRenderBundleEncoderDescriptor,
    ) -> wasmtime::Result<RenderBundleEncoder> {
        Ok(RenderBundleEncoder::create(device, descriptor))
    }
}

/// Its commands are recorded once for many passes: each is a call.
impl Encoder for RenderBundleEncoder {
    type Recorder = Bundle;

    fn recorder(&mut self) -> &mut Bundle {
        &mut self.bundle
    }
}

impl<T: Send + 'static> wit::HostGpuRenderBundleEncoderWithStore<T> for WebGpu {
    render_commands!(RenderBundleEncoder);
    binding_commands!(RenderBundleEncoder);
}

impl wit::HostGpuRenderBundleEncoder for WebGpuCtxView<'_> {
    fn finish(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        descriptor: Option<wit::GpuRenderBundleDescriptor>,
    ) -> wasmtime::Result<Resource<RenderBundle>> {
        let bundle = self.get_mut(&this)?.finish(descriptor);
        if bundle.inner.is_none() {
            self.ctx.count_refused_bundle()?;
        }
        self.push(bundle)
    }

    label_methods!(RenderBundleEncoder);

    fn push_debug_group(&mut self, this: Resource<RenderBundleEncoder>, _: String) -> wasmtime::Result<()> {
        self.get_mut(&this)?.bundle.push_debug_group();
        Ok(())
    }

    fn pop_debug_group(&mut self, this: Resource<RenderBundleEncoder>) -> wasmtime::Result<()> {
        self.get_mut(&this)?.bundle.pop_debug_group();
        Ok(())
    }

    fn insert_debug_marker(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        _: String,
    ) -> wasmtime::Result<()> {
        self.get_mut(&this)?.bundle.insert_debug_marker();
        Ok(())
    }

    fn drop(&mut self, this: Resource<RenderBundleEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use wit::{HostGpuCommandEncoder as _, HostGpuDevice as _, HostGpuTexture as _};

    use super::*;
    use crate::{
        device::errors::ErrorKind,
        quotas::BYTES_PER_COMMAND,
        testing::{Guest, again},
    };

    const VALIDATION: Option<ErrorKind> = Some(ErrorKind::Validation);
    const FORMAT: wit::GpuTextureFormat = wit::GpuTextureFormat::Rgba8unorm;

    fn encoder(
        guest: &mut Guest,
        formats: &[wit::GpuTextureFormat],
    ) -> (Resource<RenderBundleEncoder>, Option<ErrorKind>) {
        let descriptor = wit::GpuRenderBundleEncoderDescriptor {
            depth_read_only: None,
            stencil_read_only: None,
            color_formats: formats.iter().copied().map(Some).collect(),
            depth_stencil_format: None,
            sample_count: None,
            label: Some("bundle".to_owned()),
        };
        guest.errors(|guest| {
            let device = guest.device();
            guest.view().create_render_bundle_encoder(device, descriptor).unwrap()
        })
    }

    fn finish(
        guest: &mut Guest,
        encoder: &Resource<RenderBundleEncoder>,
    ) -> (Resource<RenderBundle>, Option<ErrorKind>) {
        guest.errors(|guest| {
            wit::HostGpuRenderBundleEncoder::finish(&mut guest.view(), again(encoder), None).unwrap()
        })
    }

    /// The error of finishing an encoder in which a pass executes `bundle`.
    fn execute(guest: &mut Guest, bundle: Resource<RenderBundle>) -> Option<ErrorKind> {
        execute_each(guest, &[bundle]).0
    }

    /// The error of finishing an encoder in which a pass executes `bundles`, and the bytes that this counts as.
    fn execute_each(guest: &mut Guest, bundles: &[Resource<RenderBundle>]) -> (Option<ErrorKind>, u64) {
        let device = guest.device();
        let descriptor = wit::GpuTextureDescriptor {
            size: wit::GpuExtent3D { width: 4, height: None, depth_or_array_layers: None },
            mip_level_count: None,
            sample_count: None,
            dimension: None,
            format: FORMAT,
            usage: wit::GpuTextureUsage::RENDER_ATTACHMENT,
            view_formats: None,
            texture_binding_view_dimension: None,
            label: None,
        };
        let texture = guest.view().create_texture(again(&device), descriptor).unwrap();
        let view = guest.view().create_view(texture, None).unwrap();
        let descriptor = wit::GpuRenderPassDescriptor {
            color_attachments: vec![Some(wit::GpuRenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target: None,
                clear_value: None,
                load_op: wit::GpuLoadOp::Clear,
                store_op: wit::GpuStoreOp::Store,
            })],
            depth_stencil_attachment: None,
            occlusion_query_set: None,
            timestamp_writes: None,
            max_draw_count: None,
            label: None,
        };
        let host_memory = Arc::clone(&guest.core.host_memory);
        let before = host_memory.used();
        let (counted, error) = guest.errors(|guest| {
            let mut view = guest.view();
            let encoder = view.create_command_encoder(device, None).unwrap();
            let pass = view.begin_render_pass(again(&encoder), descriptor).unwrap();
            view.execute_bundles(&pass, bundles).unwrap();
            let counted = host_memory.used() - before;
            view.get_mut(&pass).unwrap().end();
            wit::HostGpuCommandEncoder::finish(&mut view, encoder, None).unwrap();
            counted
        });
        (error, counted)
    }

    #[test]
    fn a_bundle_counts_each_time_it_is_executed() {
        use wit::HostGpuRenderBundleEncoder as Host;

        const MARKERS: u64 = 1000;
        const TIMES: u64 = 100;
        let mut guest = Guest::new(|_| {});
        let (encoder, _) = encoder(&mut guest, &[FORMAT]);
        for _ in 0..MARKERS {
            Host::insert_debug_marker(&mut guest.view(), again(&encoder), String::new()).unwrap();
        }
        let (bundle, _) = finish(&mut guest, &encoder);
        let bundles: Vec<_> = (0..TIMES).map(|_| again(&bundle)).collect();
        let (error, counted) = execute_each(&mut guest, &bundles);
        assert_eq!(error, None);
        assert!(counted >= TIMES * MARKERS * BYTES_PER_COMMAND, "{counted} bytes");
        // More than may be.
        let bundles: Vec<_> = (0..10_000).map(|_| again(&bundle)).collect();
        assert_eq!(execute_each(&mut guest, &bundles).0, VALIDATION);
    }

    #[test]
    fn a_valid_bundle_can_be_executed() {
        let mut guest = Guest::new(|_| {});
        let (encoder, error) = encoder(&mut guest, &[FORMAT]);
        assert_eq!(error, None);
        {
            use wit::HostGpuRenderBundleEncoder as Host;
            let mut view = guest.view();
            Host::push_debug_group(&mut view, again(&encoder), "group".to_owned()).unwrap();
            Host::insert_debug_marker(&mut view, again(&encoder), "marker".to_owned()).unwrap();
            Host::pop_debug_group(&mut view, again(&encoder)).unwrap();
        }
        let (bundle, error) = finish(&mut guest, &encoder);
        assert_eq!(error, None);
        assert_eq!(execute(&mut guest, bundle), None);
        assert_eq!(finish(&mut guest, &encoder).1, VALIDATION, "it is finished");
    }

    #[test]
    fn an_error_in_the_commands_makes_the_bundle_invalid() {
        use wit::HostGpuRenderBundleEncoder as Host;

        type Spoil = fn(&mut WebGpuCtxView<'_>, Resource<RenderBundleEncoder>);
        let spoilers: [Spoil; 5] = [
            // wgpu panics at these two: no pipeline, and an absurd index.
            |view, encoder| view.get_mut(&encoder).unwrap().bundle.draw(3, None, None, None),
            |view, encoder| view.get_mut(&encoder).unwrap().bundle.set_bind_group(u32::MAX, None, &[]),
            |view, encoder| Host::push_debug_group(view, encoder, String::new()).unwrap(),
            |view, encoder| Host::pop_debug_group(view, encoder).unwrap(),
            |view, encoder| view.get_mut(&encoder).unwrap().bundle.draw(u32::MAX, None, Some(1), None),
        ];
        let mut guest = Guest::new(|_| {});
        for (index, spoil) in spoilers.into_iter().enumerate() {
            let (encoder, _) = encoder(&mut guest, &[FORMAT]);
            let ((), error) = guest.errors(|guest| spoil(&mut guest.view(), again(&encoder)));
            assert_eq!(error, None, "spoiler {index} is reported at finish");
            let (bundle, error) = finish(&mut guest, &encoder);
            assert_eq!(error, VALIDATION, "spoiler {index}");
            assert_eq!(execute(&mut guest, bundle), VALIDATION, "spoiler {index}");
        }
        // The device works on.
        let (encoder, _) = encoder(&mut guest, &[FORMAT]);
        assert_eq!(finish(&mut guest, &encoder).1, None);
    }

    #[test]
    fn a_bad_descriptor_is_an_error_at_once_and_at_finish() {
        let mut guest = Guest::new(|_| {});
        for formats in [&[][..], &[FORMAT; 99], &[wit::GpuTextureFormat::Depth32float]] {
            let (encoder, error) = encoder(&mut guest, formats);
            assert_eq!(error, VALIDATION, "{formats:?}");
            assert_eq!(finish(&mut guest, &encoder).1, VALIDATION, "{formats:?}");
        }
    }

    #[test]
    fn empty_buffers_and_slots_can_be_bound() {
        let mut guest = Guest::new(|_| {});
        let usage = wit::GpuBufferUsage::VERTEX | wit::GpuBufferUsage::INDEX;
        for size in [0, 16] {
            let buffer = guest.buffer(size, usage);
            let (encoder, _) = encoder(&mut guest, &[FORMAT]);
            let mut view = guest.view();
            let id = view.get(&encoder).unwrap().bundle.id();
            for (slot, buffer, offset, size) in [
                (0, Some(&buffer), None, Some(0)),
                (1, Some(&buffer), Some(size), None),
                (2, None, None, None),
            ] {
                view.set_vertex_buffer(&encoder, id, slot, buffer, offset, size).unwrap();
            }
            let format = wgpu::IndexFormat::Uint16;
            view.set_index_buffer(&encoder, id, &buffer, format, None, Some(0)).unwrap();
            drop(view);
            assert_eq!(finish(&mut guest, &encoder).1, None, "{size}");
        }
        let outside =
            [(Some(20), None), (None, Some(20)), (Some(u64::MAX), Some(u64::MAX)), (Some(2), Some(0))];
        for (offset, size) in outside {
            let buffer = guest.buffer(16, usage);
            let (encoder, _) = encoder(&mut guest, &[FORMAT]);
            let mut view = guest.view();
            let id = view.get(&encoder).unwrap().bundle.id();
            view.set_vertex_buffer(&encoder, id, 0, Some(&buffer), offset, size).unwrap();
            drop(view);
            assert_eq!(finish(&mut guest, &encoder).1, VALIDATION, "{offset:?} {size:?}");
        }
    }
}
