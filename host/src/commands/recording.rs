//! What is recorded of a command encoder until wgpu gets it: <https://www.w3.org/TR/webgpu/#command-encoding> — peer: wgpu-wasi-backend/src/commands/encoder.rs

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
pub(crate) struct Recording(Vec<Command>);

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(commands) = self;
        f.debug_tuple("Recording").field(&commands.len()).finish()
    }
}

impl Recording {
    /// Makes wgpu's encoder and gives it the commands.
    pub(crate) fn encode(
        self,
        device: &wgpu::Device,
        label: &str,
        state: &EncoderState,
    ) -> wgpu::CommandEncoder {
        let label = (!label.is_empty()).then_some(label);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label });
        let Self(commands) = self;
        for command in commands {
            command(&mut encoder, state);
        }
        encoder
    }
}

impl EncoderState {
    /// Makes the encoder invalid: <https://www.w3.org/TR/webgpu/#abstract-opdef-invalidate>
    #[cold]
    pub(crate) fn invalidate(&self, message: impl Into<String>) {
        self.error.get_or_init(|| message.into());
    }

    /// Makes the encoder invalid where a command of a pass could not be given to wgpu: that of a bind group which could
    /// not be made.
    #[inline]
    pub(crate) fn require(&self, encoded: Result<(), &'static str>) {
        if let Err(reason) = encoded {
            self.invalidate(format!("In a set_bind_group command\n  {reason}"));
        }
    }

    /// Counts a pass that begins. The calls of a guest come one after the other.
    pub(crate) fn pass_begins(&self) {
        self.open_passes.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a pass that ends.
    pub(crate) fn pass_ends(&self) {
        self.open_passes.fetch_sub(1, Ordering::Relaxed);
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
        self.recording.lock().0.push(Box::new(command));
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
