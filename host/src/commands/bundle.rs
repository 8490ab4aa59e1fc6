//! What is recorded of a render bundle. wgpu gets it when it is finished.

use std::sync::Arc;

use crate::{
    commands::{
        binding::BindingCommands,
        draw::{DrawState, RenderCommand, RenderCommands},
        holder::PassId,
        kept::Kept,
        recording::ENDED,
        used::Used,
    },
    device::{
        budget::{Budget, Ledger},
        core::DeviceCore,
        fence,
    },
};

/// Bytes of a bundle's label that wgpu gets to see.
const MAX_LABEL: usize = 64;

/// An encoder of bundles.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// `None` once finished.
    recording: Option<Recording>,
    device: Arc<DeviceCore>,
    id: PassId,
}

/// What was asked of an encoder so far.
#[derive(Debug)]
pub(crate) struct Recording {
    format: Format,
    commands: Vec<RenderCommand>,
    pub(crate) draws: DrawState,
    /// wgpu's bundles have no debug groups; that they are balanced is a rule all the same.
    debug_groups: u32,
    /// Why the encoder is invalid; the first reason counts.
    error: Option<String>,
    used: Used<wgpu::RenderPipeline>,
    ledger: Ledger,
}

/// What the bundle's passes have to look like.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) colors: Vec<Option<wgpu::TextureFormat>>,
    pub(crate) depth_stencil: Option<wgpu::RenderBundleDepthStencil>,
    pub(crate) sample_count: u32,
}

impl Format {
    pub(crate) fn encoder<'a>(&self, device: &'a wgpu::Device, label: &str) -> wgpu::RenderBundleEncoder<'a> {
        device.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
            label: Some(label),
            color_formats: &self.colors,
            depth_stencil: self.depth_stencil,
            sample_count: self.sample_count,
            // Not in WebGPU.
            multiview: None,
        })
    }
}

impl Bundle {
    /// `error`: why the encoder is invalid from the start.
    pub(crate) fn new(device: &Arc<DeviceCore>, format: Format, error: Option<String>) -> Self {
        let recording = Recording::new(format, error, &device.host_memory);
        Self { id: recording.used.pass(), recording: Some(recording), device: Arc::clone(device) }
    }

    /// Ends the recording; `None`, with a validation error reported, when it has ended before.
    pub(crate) fn take(&mut self) -> Option<Recording> {
        if self.recording.is_none() {
            self.finished("finish");
        }
        self.recording.take()
    }

    /// `pushDebugGroup`: <https://www.w3.org/TR/webgpu/#dom-gpudebugcommandsmixin-pushdebuggroup>
    pub(crate) fn push_debug_group(&mut self) {
        self.change_debug_groups("push_debug_group", |count| {
            count.checked_add(1).ok_or("too many debug groups")
        });
    }

    /// `popDebugGroup`: <https://www.w3.org/TR/webgpu/#dom-gpudebugcommandsmixin-popdebuggroup>
    pub(crate) fn pop_debug_group(&mut self) {
        self.change_debug_groups("pop_debug_group", |count| {
            count.checked_sub(1).ok_or("no debug group is open")
        });
    }

    /// `insertDebugMarker`: <https://www.w3.org/TR/webgpu/#dom-gpudebugcommandsmixin-insertdebugmarker>
    pub(crate) fn insert_debug_marker(&mut self) {
        self.change_debug_groups("insert_debug_marker", Ok);
    }

    fn change_debug_groups(
        &mut self,
        call: &'static str,
        change: impl FnOnce(u32) -> Result<u32, &'static str>,
    ) {
        if let Some(recording) = self.open_for(call, 0) {
            match change(recording.debug_groups) {
                Ok(count) => recording.debug_groups = count,
                Err(reason) => recording.refuse(call, reason),
            }
        }
    }

    /// The recording, for one command that takes `bytes` beside itself. When the encoder is finished, that is a
    /// validation error. <https://www.w3.org/TR/webgpu/#abstract-opdef-validate-the-encoder-state>
    #[inline]
    fn open_for(&mut self, call: &'static str, bytes: usize) -> Option<&mut Recording> {
        if self.recording.is_none() {
            self.finished(call);
        }
        // An invalid encoder records nothing.
        let recording = self.recording.as_mut().filter(|recording| recording.error.is_none())?;
        match recording.ledger.command(bytes) {
            Ok(()) => Some(recording),
            Err(reason) => {
                recording.refuse(call, &reason);
                None
            }
        }
    }

    #[cold]
    fn finished(&self, call: &'static str) {
        self.device.errors.refuse(format_args!("{}::{call}", Self::NAME), "", ENDED);
    }
}

impl BindingCommands for Bundle {
    const NAME: &'static str = "RenderBundleEncoder";
    type Command = RenderCommand;
    type Pipeline = wgpu::RenderPipeline;
    type Draws = DrawState;

    fn device(&self) -> &DeviceCore {
        &self.device
    }

    fn id(&self) -> PassId {
        self.id
    }

    fn is_open(&self) -> bool {
        self.recording.as_ref().is_some_and(|recording| recording.error.is_none())
    }

    fn try_record<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        bytes: usize,
        command: impl FnOnce(&mut DrawState, &mut Used<wgpu::RenderPipeline>) -> Result<Option<RenderCommand>, E>,
    ) {
        let Some(recording) = self.open_for(call, bytes) else { return };
        match command(&mut recording.draws, &mut recording.used) {
            Ok(command) => recording.commands.extend(command),
            Err(reason) => recording.refuse(call, reason.as_ref()),
        }
    }
}

impl RenderCommands for Bundle {
    /// wgpu checks that in passes; in bundles it would have the GPU read what lies beyond the buffer.
    fn check_indirect(buffer: &wgpu::Buffer, offset: u64, size: u64) -> Result<(), String> {
        if !offset.is_multiple_of(4) {
            return Err(format!("the indirect offset {offset} is not a multiple of 4"));
        }
        match offset.checked_add(size) {
            Some(end) if end <= buffer.size() => Ok(()),
            _ => Err(format!(
                "{size} bytes of arguments from {offset} are not inside the buffer of {} bytes",
                buffer.size()
            )),
        }
    }
}

impl Recording {
    fn new(format: Format, error: Option<String>, host_memory: &Arc<Budget>) -> Self {
        Self {
            format,
            commands: Vec::new(),
            draws: DrawState::default(),
            debug_groups: 0,
            error,
            used: Used::new(),
            ledger: Ledger::new(host_memory),
        }
    }

    #[cold]
    fn refuse(&mut self, call: &'static str, reason: &str) {
        self.error.get_or_insert_with(|| format!("In {}::{call}: {reason}", Bundle::NAME));
    }

    /// Bytes of its commands.
    pub(crate) fn counted(&self) -> u64 {
        self.ledger.counted()
    }

    /// What its commands need.
    pub(crate) fn take_kept(&mut self) -> Arc<[Kept]> {
        let commands = Kept::Resource(self.ledger.close());
        self.used.take_kept().into_iter().chain([commands]).collect()
    }

    /// `finish`: <https://www.w3.org/TR/webgpu/#dom-gpurenderbundleencoder-finish>. Bind groups are made by now.
    pub(crate) fn finish(self, device: &DeviceCore, label: &str) -> Result<wgpu::RenderBundle, String> {
        let Self { format, commands, draws: _, debug_groups, error, used, ledger: _ } = self;
        if let Some(error) = error {
            return Err(error);
        }
        if debug_groups > 0 {
            return Err(format!(
                "In RenderBundleEncoder::finish: {debug_groups} debug groups were not popped"
            ));
        }
        // A bundle that wgpu refuses stays in its tables together with its label.
        let label = label.get(..label.floor_char_boundary(MAX_LABEL)).unwrap_or_default();
        fence::catch(|| {
            let mut encoder = format.encoder(&device.wgpu, label);
            for command in &commands {
                command
                    .encode(&mut encoder, &used, &device.timeline)
                    .map_err(|reason| format!("In RenderBundleEncoder::set_bind_group: {reason}"))?;
            }
            Ok(encoder.finish(&wgpu::RenderBundleDescriptor { label: Some(label) }))
        })?
    }
}
