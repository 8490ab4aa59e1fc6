//! What is recorded of a command encoder until wgpu is told: <https://www.w3.org/TR/webgpu/#command-encoding> — peer: wgpu-wasi-backend/src/commands/encoder.rs

use std::{
    fmt, mem,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;

use crate::commands::kept::Kept;

/// What an encoder and its passes share.
#[derive(Debug, Default)]
pub(crate) struct EncoderState {
    /// The first reason, found by the host and unknown to wgpu, for which the encoder is invalid. WebGPU
    /// reports such reasons when the encoder is finished.
    error: OnceLock<String>,
    /// Passes that have begun and not ended.
    open_passes: AtomicUsize,
    finished: AtomicBool,
    recording: Mutex<Recording>,
    kept: Mutex<Vec<Kept>>,
}

/// <https://www.w3.org/TR/webgpu/#dom-encoder-state-locked>, in the words of wgpu.
pub(crate) const LOCKED: &str = "Encoder is locked by a previously created render/compute pass. Before recording any \
                                 new commands, the pass must be ended.";

/// <https://www.w3.org/TR/webgpu/#dom-encoder-state-ended>, in the words of wgpu.
pub(crate) const ENDED: &str = "Encoding must not have ended";

/// A command as it was recorded.
type Command = Box<dyn FnOnce(&mut wgpu::CommandEncoder, &EncoderState) + Send>;

/// The commands of an encoder.
#[derive(Default)]
pub(crate) struct Recording {
    /// With those that it was told already.
    inner: Option<wgpu::CommandEncoder>,
    commands: Vec<Command>,
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, commands } = self;
        f.debug_struct("Recording").field("inner", inner).field("commands", &commands.len()).finish()
    }
}

impl Recording {
    /// wgpu's encoder with all the commands, to go on with.
    fn told(
        &mut self,
        device: &wgpu::Device,
        label: &str,
        state: &EncoderState,
    ) -> &mut wgpu::CommandEncoder {
        let told = mem::take(self).into_told(device, label, state);
        self.inner.insert(told)
    }

    /// wgpu's encoder with all the commands.
    pub(crate) fn into_told(
        self,
        device: &wgpu::Device,
        label: &str,
        state: &EncoderState,
    ) -> wgpu::CommandEncoder {
        let Self { inner, commands } = self;
        let mut inner = inner.unwrap_or_else(|| {
            let label = (!label.is_empty()).then_some(label);
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label })
        });
        for command in commands {
            command(&mut inner, state);
        }
        inner
    }
}

impl EncoderState {
    /// Makes the encoder invalid: <https://www.w3.org/TR/webgpu/#abstract-opdef-invalidate>
    #[cold]
    pub(crate) fn invalidate(&self, message: impl Into<String>) {
        self.error.get_or_init(|| message.into());
    }

    /// A pass begins (`true`) or ends. The calls of a guest come one after the other.
    pub(crate) fn count_pass(&self, begins: bool) {
        if begins {
            self.open_passes.fetch_add(1, Ordering::Relaxed);
        } else {
            self.open_passes.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether a pass has begun and not ended.
    pub(crate) fn is_locked(&self) -> bool {
        self.open_passes.load(Ordering::Relaxed) > 0
    }

    /// Whether the encoder is finished; its passes may not be.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.error.get().map(String::as_str)
    }

    /// Holds memory for as long as the commands of the encoder can be submitted.
    pub(crate) fn keep(&self, kept: impl IntoIterator<Item = Kept>) {
        self.kept.lock().extend(kept);
    }

    /// What was held so far.
    pub(crate) fn take_kept(&self) -> Vec<Kept> {
        mem::take(&mut *self.kept.lock())
    }

    /// Records a command, or a pass that has ended.
    pub(crate) fn record(&self, command: impl FnOnce(&mut wgpu::CommandEncoder, &Self) + Send + 'static) {
        self.recording.lock().commands.push(Box::new(command));
    }

    /// Runs `call` on wgpu's encoder, which has all the commands recorded so far.
    pub(crate) fn with_wgpu<T>(
        &self,
        device: &wgpu::Device,
        label: &str,
        call: impl FnOnce(&mut wgpu::CommandEncoder) -> T,
    ) -> T {
        call(self.recording.lock().told(device, label, self))
    }

    /// Ends the recording; `None` when it has ended before.
    pub(crate) fn finish(&self) -> Option<Recording> {
        if self.finished.swap(true, Ordering::Relaxed) {
            return None;
        }
        if self.is_locked() {
            self.invalidate(LOCKED);
        }
        Some(mem::take(&mut *self.recording.lock()))
    }
}
