//! The life of a pass, from its begin to its end.
//!
//! WebGPU has two answers to a wrong call. On a pass that has ended it is a validation error at once. On
//! an open one the error waits until the command encoder is finished: [`EncoderState::invalidate`].

use std::{mem, sync::Arc};

use crate::{
    commands::{
        binding::{BindingCommand, BindingCommands, DebugCommand},
        holder::PassId,
        kept::Kept,
        recording::{ENDED, EncoderState, LOCKED},
        used::Used,
    },
    device::{budget::Ledger, core::DeviceCore, timeline::Timeline},
};

/// What a pass begins with, which also says what kind of pass it is.
pub(crate) trait PassDescriptor: Send + 'static {
    /// As it stands in messages.
    const NAME: &'static str;
    type Command: From<BindingCommand> + From<DebugCommand> + Send;
    type Pipeline: Send;
    /// What the host has to know between two draws.
    type Draws: Default;

    /// Begins the pass of wgpu, gives it the commands with what they use, and ends it. What turns out to be wrong only
    /// then makes the encoder invalid.
    fn encode(
        self,
        commands: Vec<Self::Command>,
        used: &Used<Self::Pipeline>,
        encoder: &mut wgpu::CommandEncoder,
        state: &EncoderState,
        timeline: &Timeline,
    );
}

/// A pass of a command encoder. wgpu gets it when the encoder is finished, by the device timeline; until then bind
/// groups of it may be waiting there to be made.
#[derive(Debug)]
pub(crate) struct Pass<D: PassDescriptor> {
    state: State<D>,
    commands: Vec<D::Command>,
    draws: D::Draws,
    device: Arc<DeviceCore>,
    encoder: Arc<EncoderState>,
    used: Used<D::Pipeline>,
    ledger: Ledger,
}

/// <https://www.w3.org/TR/webgpu/#encoder-state>
#[derive(Debug)]
enum State<D> {
    Open(D),
    /// It never began: its commands go nowhere, and the error was reported where it arose; but that of one which
    /// began while another one was open comes when it ends, as in wgpu.
    Invalid {
        locked: bool,
    },
    Ended,
}

/// The timestamps of a pass, with its handle resolved.
#[derive(Debug)]
pub(crate) struct TimestampWrites {
    pub(crate) query_set: wgpu::QuerySet,
    pub(crate) beginning_of_pass_write_index: Option<u32>,
    pub(crate) end_of_pass_write_index: Option<u32>,
}

impl TimestampWrites {
    pub(crate) fn of_compute_pass(&self) -> wgpu::ComputePassTimestampWrites<'_> {
        let Self { query_set, beginning_of_pass_write_index, end_of_pass_write_index } = self;
        wgpu::ComputePassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: *beginning_of_pass_write_index,
            end_of_pass_write_index: *end_of_pass_write_index,
        }
    }

    pub(crate) fn of_render_pass(&self) -> wgpu::RenderPassTimestampWrites<'_> {
        let Self { query_set, beginning_of_pass_write_index, end_of_pass_write_index } = self;
        wgpu::RenderPassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: *beginning_of_pass_write_index,
            end_of_pass_write_index: *end_of_pass_write_index,
        }
    }
}

impl<D: PassDescriptor> Pass<D> {
    /// A pass that has begun, or with `None` an invalid one.
    pub(crate) fn new(descriptor: Option<D>, device: &Arc<DeviceCore>, encoder: &Arc<EncoderState>) -> Self {
        if descriptor.is_some() {
            encoder.pass_begins();
            device.timeline.pass_begins();
        }
        let locked = descriptor.is_none() && encoder.is_locked() && !encoder.is_finished();
        Self {
            state: descriptor.map_or(State::Invalid { locked }, State::Open),
            commands: Vec::new(),
            draws: D::Draws::default(),
            device: Arc::clone(device),
            encoder: Arc::clone(encoder),
            used: Used::new(),
            ledger: Ledger::new(&device.host_memory),
        }
    }

    pub(crate) fn draws(&self) -> &D::Draws {
        &self.draws
    }

    /// `end`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-end>
    pub(crate) fn end(&mut self, label: &str) {
        let refuse = |why| self.device.errors.refuse(format_args!("{}::end", D::NAME), label, why);
        match mem::replace(&mut self.state, State::Ended) {
            // The commands are in no command buffer.
            State::Open(_) if self.encoder.is_finished() => {
                self.encoder.pass_ends();
                refuse(ENDED);
            }
            State::Open(descriptor) => {
                self.encoder.pass_ends();
                let counted = Kept::Resource(self.ledger.close());
                self.encoder.keep(self.used.take_kept().into_iter().chain([counted]));
                let (commands, used) =
                    (mem::take(&mut self.commands), mem::replace(&mut self.used, Used::new()));
                let timeline = Arc::clone(&self.device.timeline);
                self.encoder.record(move |encoder, state| {
                    descriptor.encode(commands, &used, encoder, state, &timeline);
                });
            }
            State::Invalid { locked } => {
                if locked {
                    refuse(LOCKED);
                }
            }
            State::Ended => refuse(ENDED),
        }
    }

    /// Holds memory that the pass itself needs.
    pub(crate) fn keep(&mut self, kept: impl IntoIterator<Item = Kept>) {
        if self.is_open() {
            self.used.keep(kept);
        }
    }

    /// `pushDebugGroup`: <https://www.w3.org/TR/webgpu/#dom-gpudebugcommandsmixin-pushdebuggroup>
    pub(crate) fn push_debug_group(&mut self, label: String) {
        let bytes = label.len();
        self.record("push_debug_group", bytes, || DebugCommand::PushDebugGroup(label.into()).into());
    }

    /// `popDebugGroup`: <https://www.w3.org/TR/webgpu/#dom-gpudebugcommandsmixin-popdebuggroup>
    pub(crate) fn pop_debug_group(&mut self) {
        self.record("pop_debug_group", 0, || DebugCommand::PopDebugGroup.into());
    }

    /// `insertDebugMarker`: <https://www.w3.org/TR/webgpu/#dom-gpudebugcommandsmixin-insertdebugmarker>
    pub(crate) fn insert_debug_marker(&mut self, label: String) {
        let bytes = label.len();
        self.record("insert_debug_marker", bytes, || DebugCommand::InsertDebugMarker(label.into()).into());
    }

    /// Makes the encoder invalid because of what the pass was to begin with.
    pub(crate) fn refuse_parameter(&self, reason: &str) {
        self.encoder.invalidate(format!("In a pass parameter\n  {reason}"));
    }

    /// Makes the pass and its encoder invalid.
    #[cold]
    fn refuse(&self, call: &'static str, reason: &str) {
        self.encoder.invalidate(format!("In a {call} command\n  {reason}"));
    }

    #[cold]
    fn ended(&self, call: &'static str) {
        self.device.errors.refuse(format_args!("{}::{call}", D::NAME), "", ENDED);
    }
}

impl<D: PassDescriptor> BindingCommands for Pass<D> {
    const NAME: &'static str = D::NAME;
    type Command = D::Command;
    type Pipeline = D::Pipeline;
    type Draws = D::Draws;

    fn device(&self) -> &DeviceCore {
        &self.device
    }

    #[inline]
    fn id(&self) -> PassId {
        self.used.pass()
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// On a pass that has ended, it is a validation error.
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-validate-the-encoder-state>
    #[inline]
    fn try_record<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        bytes: usize,
        command: impl FnOnce(&mut D::Draws, &mut Used<D::Pipeline>) -> Result<Option<D::Command>, E>,
    ) {
        if matches!(self.state, State::Ended) {
            return self.ended(call);
        }
        if let Err(reason) = self.ledger.command(bytes) {
            return self.refuse(call, &reason);
        }
        if !matches!(self.state, State::Open(_)) {
            return;
        }
        match command(&mut self.draws, &mut self.used) {
            Ok(Some(command)) => self.commands.push(command),
            Ok(None) => {}
            Err(reason) => self.refuse(call, reason.as_ref()),
        }
    }
}

impl<D: PassDescriptor> Drop for Pass<D> {
    /// A pass that is dropped without `end` leaves its encoder locked for ever, so `finish` fails.
    fn drop(&mut self) {
        if self.is_open() {
            self.encoder.invalidate(format!("a {} was dropped before its end", D::NAME));
            self.encoder.pass_ends();
        }
    }
}
