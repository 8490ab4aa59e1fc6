//! GPURenderBundleEncoder — wit: gpu-render-bundle-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundleencoder> — peer: wgpu-wasi-backend/src/objects/render_bundle_encoder.rs
//!
//! wgpu's encoder can't be kept between the calls of a guest, since it is tied to a thread; and wgpu looks
//! at the commands only when it is finished, where any error is a panic. So the commands are kept here, and
//! `finish` replays them behind the fence.

use std::{mem, sync::Arc};

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        bundle::{Format, Recording},
        draw::{Binding, RenderCommands as _, indirect_arguments},
        kept::Kept,
        pass,
        recording::ENDED,
    },
    device::{core::DeviceCore, errors::GpuError, lent_scopes::collecting},
    objects::{
        bind_group::BindGroup, buffer::Buffer, render_bundle::RenderBundle, render_pipeline::RenderPipeline,
    },
    view::{WebGpuCtxView, label_methods, labelled},
    weights,
};

/// Records a render bundle.
#[derive(Debug)]
pub struct RenderBundleEncoder {
    /// `None` once finished.
    recording: Option<Recording>,
    pub(crate) device: Arc<DeviceCore>,
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
        Self {
            recording: Some(Recording::new(format, error, &device.host_memory)),
            device: Arc::clone(device),
            label,
        }
    }

    /// Runs `record` on what is recorded; its `Err` makes the encoder invalid. When the encoder is
    /// finished, that is a validation error.
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-validate-the-encoder-state>
    #[inline]
    fn record<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        record: impl FnOnce(&mut Recording) -> Result<(), E>,
    ) {
        match &mut self.recording {
            // An invalid encoder records nothing.
            Some(recording) if recording.error.is_none() => {
                if let Err(reason) = recording.ledger.command(0) {
                    recording.refuse(call, &reason);
                } else if let Err(reason) = record(recording) {
                    recording.refuse(call, reason.as_ref());
                }
            }
            Some(_) => {}
            None => self.finished(call),
        }
    }

    #[cold]
    fn finished(&self, call: &'static str) {
        self.device.errors.refuse(format_args!("RenderBundleEncoder::{call}"), "", ENDED);
    }

    fn finish(&mut self, descriptor: Option<wit::GpuRenderBundleDescriptor>) -> RenderBundle {
        let label = descriptor.and_then(|wit::GpuRenderBundleDescriptor { label }| label).unwrap_or_default();
        let Some(mut recording) = self.recording.take() else {
            self.finished("finish");
            return RenderBundle { inner: None, label, draw_count: 0, bytes: 0, kept: Arc::default() };
        };
        let (draw_count, bytes) = (recording.draws.draw_count, recording.ledger.counted());
        let commands = Kept::Resource(recording.ledger.close());
        let kept = mem::take(&mut recording.kept).into_iter().chain([commands]).collect();
        let (result, errors) = collecting(|| recording.finish(&self.device, &label));
        for error in errors {
            self.device.errors.report(error);
        }
        let inner = result.map_err(|message| self.device.errors.report(GpuError::validation(message))).ok();
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

    fn push_debug_group(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        _group_label: String,
    ) -> wasmtime::Result<()> {
        self.get_mut(&this)?.record("push_debug_group", |recording| {
            recording.debug_groups = recording.debug_groups.checked_add(1).ok_or("too many debug groups")?;
            Ok::<_, &str>(())
        });
        Ok(())
    }

    fn pop_debug_group(&mut self, this: Resource<RenderBundleEncoder>) -> wasmtime::Result<()> {
        self.get_mut(&this)?.record("pop_debug_group", |recording| {
            recording.debug_groups = recording.debug_groups.checked_sub(1).ok_or("no debug group is open")?;
            Ok::<_, &str>(())
        });
        Ok(())
    }

    fn insert_debug_marker(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        _marker_label: String,
    ) -> wasmtime::Result<()> {
        self.get_mut(&this)?.record("insert_debug_marker", |_| Ok::<_, &str>(()));
        Ok(())
    }

    fn set_bind_group(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        index: u32,
        bind_group: Option<Resource<BindGroup>>,
        dynamic_offsets_data: Option<Vec<u32>>,
        dynamic_offsets_data_start: Option<u64>,
        dynamic_offsets_data_length: Option<u32>,
    ) -> wasmtime::Result<Result<(), wit::SetBindGroupError>> {
        let offsets = match pass::dynamic_offsets(
            dynamic_offsets_data.as_deref(),
            dynamic_offsets_data_start,
            dynamic_offsets_data_length,
        ) {
            Ok(offsets) => offsets,
            Err(error) => return Ok(Err(error.into())),
        };
        let bind_group = self.bound(bind_group)?;
        let encoder = self.get_mut(&this)?;
        let made = bind_group.as_deref().map(|group| group.made(&encoder.device.timeline)).transpose();
        encoder.record("set_bind_group", |recording| {
            recording.ledger.command(size_of_val(offsets))?;
            recording.commands.set_bind_group(index, made?, offsets);
            recording.kept.extend(bind_group.clone().map(Kept::BindGroup));
            Ok::<_, String>(())
        });
        Ok(Ok(()))
    }

    fn set_immediates(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        range_offset: u32,
        data: Vec<u8>,
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) -> wasmtime::Result<()> {
        let encoder = self.get_mut(&this)?;
        let device = Arc::clone(&encoder.device);
        encoder.record("set_immediates", |recording| {
            match pass::immediates(&data, data_offset, data_size) {
                Ok(bytes) => {
                    pass::immediate_range(range_offset, bytes, device.limits.max_immediate_size)?;
                    recording.commands.set_immediates(range_offset, bytes);
                }
                // An exception in WebGPU, which leaves the encoder as it was.
                Err(reason) => {
                    device.errors.refuse("RenderBundleEncoder::set_immediates", "", reason);
                }
            }
            Ok::<_, String>(())
        });
        Ok(())
    }

    fn set_pipeline(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        pipeline: Resource<RenderPipeline>,
    ) -> wasmtime::Result<()> {
        let pipeline = self.get(&pipeline)?.inner.clone();
        self.get_mut(&this)?.record("set_pipeline", |recording| {
            recording.commands.set_pipeline(&pipeline.inner);
            recording.kept.push(pipeline.kept());
            Ok::<_, &str>(())
        });
        Ok(())
    }

    fn set_index_buffer(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        buffer: Resource<Buffer>,
        index_format: wit::GpuIndexFormat,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<()> {
        let index_format = index_format.into();
        let buffer = self.get(&buffer)?;
        let (binding, used) = (
            Binding::index(buffer.bindable(wit::GpuBufferUsage::INDEX), index_format, offset, size),
            buffer.kept(),
        );
        let this = self.get_mut(&this)?;
        let binding = binding.and_then(|binding| binding.on(&this.device));
        this.record("set_index_buffer", |Recording { commands, draws, kept, .. }| {
            draws.set_index_buffer(commands, binding?, index_format);
            kept.push(used);
            Ok::<_, String>(())
        });
        Ok(())
    }

    fn set_vertex_buffer(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        slot: u32,
        buffer: Option<Resource<Buffer>>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<()> {
        let (binding, used) = match buffer {
            Some(buffer) => {
                let buffer = self.get(&buffer)?;
                (
                    Binding::vertex(buffer.bindable(wit::GpuBufferUsage::VERTEX), offset, size).map(Some),
                    Some(buffer.kept()),
                )
            }
            None => (Binding::none(offset, size).map(|()| None), None),
        };
        let this = self.get_mut(&this)?;
        let binding = binding.and_then(|binding| binding.map(|binding| binding.on(&this.device)).transpose());
        this.record("set_vertex_buffer", |Recording { commands, draws, kept, .. }| {
            draws.set_vertex_buffer(commands, slot, binding?);
            kept.extend(used);
            Ok::<_, String>(())
        });
        Ok(())
    }

    fn draw(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        vertex_count: u32,
        instance_count: Option<u32>,
        first_vertex: Option<u32>,
        first_instance: Option<u32>,
    ) -> wasmtime::Result<()> {
        self.get_mut(&this)?.record("draw", |Recording { commands, draws, .. }| {
            draws.draw(commands, vertex_count, instance_count, first_vertex, first_instance)
        });
        Ok(())
    }

    fn draw_indexed(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        index_count: u32,
        instance_count: Option<u32>,
        first_index: Option<u32>,
        base_vertex: Option<i32>,
        first_instance: Option<u32>,
    ) -> wasmtime::Result<()> {
        self.get_mut(&this)?.record("draw_indexed", |Recording { commands, draws, .. }| {
            draws.draw_indexed(
                commands,
                index_count,
                instance_count,
                first_index,
                base_vertex,
                first_instance,
            )
        });
        Ok(())
    }

    fn draw_indirect(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        let buffer = self.get(&indirect_buffer)?;
        let (buffer, used) = (buffer.inner.clone(), buffer.kept());
        self.get_mut(&this)?.record(
            "draw_indirect",
            |Recording { commands, draws, kept, ledger, .. }| {
                ledger.command(weights::INDIRECT)?;
                indirect_arguments(&buffer, indirect_offset, 16)?;
                draws.draw_indirect(commands, &buffer, indirect_offset);
                kept.push(used);
                Ok::<_, String>(())
            },
        );
        Ok(())
    }

    fn draw_indexed_indirect(
        &mut self,
        this: Resource<RenderBundleEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        let buffer = self.get(&indirect_buffer)?;
        let (buffer, used) = (buffer.inner.clone(), buffer.kept());
        self.get_mut(&this)?.record(
            "draw_indexed_indirect",
            |Recording { commands, draws, kept, ledger, .. }| {
                ledger.command(weights::INDIRECT)?;
                indirect_arguments(&buffer, indirect_offset, 20)?;
                draws.draw_indexed_indirect(commands, &buffer, indirect_offset);
                kept.push(used);
                Ok::<_, String>(())
            },
        );
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
            |view, encoder| Host::draw(view, encoder, 3, None, None, None).unwrap(),
            |view, encoder| {
                Host::set_bind_group(view, encoder, u32::MAX, None, None, None, None).unwrap().unwrap();
            },
            |view, encoder| Host::push_debug_group(view, encoder, String::new()).unwrap(),
            |view, encoder| Host::pop_debug_group(view, encoder).unwrap(),
            |view, encoder| Host::draw(view, encoder, u32::MAX, None, Some(1), None).unwrap(),
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
        use wit::HostGpuRenderBundleEncoder as Host;

        let mut guest = Guest::new(|_| {});
        let usage = wit::GpuBufferUsage::VERTEX | wit::GpuBufferUsage::INDEX;
        for size in [0, 16] {
            let buffer = guest.buffer(size, usage);
            let (encoder, _) = encoder(&mut guest, &[FORMAT]);
            let mut view = guest.view();
            Host::set_vertex_buffer(&mut view, again(&encoder), 0, Some(again(&buffer)), None, Some(0))
                .unwrap();
            Host::set_vertex_buffer(&mut view, again(&encoder), 1, Some(again(&buffer)), Some(size), None)
                .unwrap();
            Host::set_vertex_buffer(&mut view, again(&encoder), 2, None, None, None).unwrap();
            let format = wit::GpuIndexFormat::Uint16;
            Host::set_index_buffer(&mut view, again(&encoder), again(&buffer), format, None, Some(0))
                .unwrap();
            drop(view);
            assert_eq!(finish(&mut guest, &encoder).1, None, "{size}");
        }
        let outside =
            [(Some(20), None), (None, Some(20)), (Some(u64::MAX), Some(u64::MAX)), (Some(2), Some(0))];
        for (offset, size) in outside {
            let buffer = guest.buffer(16, usage);
            let (encoder, _) = encoder(&mut guest, &[FORMAT]);
            Host::set_vertex_buffer(&mut guest.view(), again(&encoder), 0, Some(buffer), offset, size)
                .unwrap();
            assert_eq!(finish(&mut guest, &encoder).1, VALIDATION, "{offset:?} {size:?}");
        }
    }
}
