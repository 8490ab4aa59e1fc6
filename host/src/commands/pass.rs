//! What compute passes, render passes and render bundle encoders share: the life of a pass from begin to
//! end, and the rules of `GPUBindingCommandsMixin`: <https://www.w3.org/TR/webgpu/#gpubindingcommandsmixin> — peer: wgpu-wasi-backend/src/commands/binding_commands.rs
//!
//! WebGPU has two answers to a wrong call. On a pass that has ended it is a validation error at once. On
//! an open one the error waits until the command encoder is finished: [`EncoderState::invalidate`].

use std::{mem, sync::Arc};

use thiserror::Error;

use crate::{
    commands::{
        bound::Bound,
        holder::PassId,
        kept::Kept,
        recording::{ENDED, EncoderState, LOCKED},
    },
    device::{budget::Ledger, core::DeviceCore, lent_scopes::collecting},
};

/// A pass of a command encoder; `P` is the pass of wgpu, or what becomes one.
#[derive(Debug)]
pub(crate) struct Pass<P> {
    state: State<P>,
    /// As it stands in messages: `ComputePass` or `RenderPass`.
    name: &'static str,
    pub(crate) device: Arc<DeviceCore>,
    pub(crate) encoder: Arc<EncoderState>,
    id: PassId,
    /// Goes to the encoder at the end.
    kept: Vec<Kept>,
    ledger: Ledger,
}

/// <https://www.w3.org/TR/webgpu/#encoder-state>
#[derive(Debug)]
enum State<P> {
    Open(P),
    /// It never began: its commands go nowhere, and the error was reported where it arose; but that of one which
    /// began while another one was open comes when it ends, as in wgpu.
    Invalid {
        locked: bool,
    },
    Ended,
}

impl<P> Pass<P> {
    /// A pass that has begun, or with `None` an invalid one.
    pub(crate) fn new(
        inner: Option<P>,
        name: &'static str,
        device: &Arc<DeviceCore>,
        encoder: &Arc<EncoderState>,
    ) -> Self {
        if inner.is_some() {
            encoder.count_pass(true);
            device.timeline.describes();
        }
        let locked = inner.is_none() && encoder.is_locked() && !encoder.is_finished();
        Self {
            state: inner.map_or(State::Invalid { locked }, State::Open),
            name,
            device: Arc::clone(device),
            encoder: Arc::clone(encoder),
            id: PassId::next(),
            kept: Vec::new(),
            ledger: Ledger::new(&device.host_memory),
        }
    }

    /// The pass, to record one command; `None`, with a validation error reported, when it has ended.
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-validate-the-encoder-state>
    #[inline]
    pub(crate) fn open(&mut self, call: &'static str) -> Option<&mut P> {
        self.open_for(call, 0)
    }

    /// [`Self::open`] for a command that takes `bytes` beside itself.
    #[inline]
    pub(crate) fn open_for(&mut self, call: &'static str, bytes: usize) -> Option<&mut P> {
        if matches!(self.state, State::Ended) {
            self.ended(call);
        } else if let Err(reason) = self.ledger.command(bytes) {
            self.refuse(call, &reason);
            return None;
        }
        match &mut self.state {
            State::Open(inner) => Some(inner),
            State::Invalid { locked: _ } | State::Ended => None,
        }
    }

    /// `end`, if that may be, for the encoder to go on behind it:
    /// <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-end>
    pub(crate) fn end(&mut self, label: &str) -> Option<P> {
        let refuse = |why| self.device.errors.refuse(format_args!("{}::end", self.name), label, why);
        match mem::replace(&mut self.state, State::Ended) {
            State::Open(inner) if self.encoder.is_finished() => {
                self.encoder.count_pass(false);
                // The commands are in no command buffer.
                self.device.guarded(|| collecting(|| drop(inner)));
                refuse(ENDED);
                None
            }
            State::Open(inner) => {
                self.encoder.count_pass(false);
                let commands = Kept::Resource(self.ledger.close());
                self.encoder.keep(self.kept.drain(..).chain([commands]));
                Some(inner)
            }
            State::Invalid { locked } => {
                if locked {
                    refuse(LOCKED);
                }
                None
            }
            State::Ended => {
                refuse(ENDED);
                None
            }
        }
    }

    /// Holds memory that commands of this pass need.
    #[inline]
    pub(crate) fn keep(&mut self, kept: impl IntoIterator<Item = Kept>) {
        for kept in kept {
            if matches!(self.state, State::Open(_)) {
                self.kept.push(kept);
            }
        }
    }

    #[inline]
    pub(crate) fn id(&self) -> PassId {
        self.id
    }

    /// What this pass has to [`keep`](Self::keep) for a command with a bind group, if it does not hold that already.
    #[inline]
    pub(crate) fn keeps_group(&self, group: &Arc<Bound>) -> Option<Kept> {
        group.holder.is_new(self.id).then(|| Kept::BindGroup(Arc::clone(group)))
    }

    /// Makes the pass and its encoder invalid.
    #[cold]
    pub(crate) fn refuse(&self, call: &'static str, reason: &str) {
        self.encoder.invalidate(format!("In a {call} command\n  {reason}"));
    }

    #[cold]
    fn ended(&self, call: &'static str) {
        self.device.errors.refuse(format_args!("{}::{call}", self.name), "", ENDED);
    }

    /// The pass and the bytes that a `setImmediates` sets; `None` when the call is wrong, which is then
    /// reported. Elements of a `list<u8>` are bytes.
    /// <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>
    pub(crate) fn immediates<'d>(
        &mut self,
        range_offset: u32,
        data: &'d [u8],
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) -> Option<(&mut P, &'d [u8])> {
        const CALL: &str = "set_immediates";
        if matches!(self.state, State::Open(_)) {
            match immediates(data, data_offset, data_size) {
                Ok(bytes) => {
                    match immediate_range(range_offset, bytes, self.device.limits.max_immediate_size) {
                        Ok(()) => return self.open_for(CALL, bytes.len()).map(|inner| (inner, bytes)),
                        Err(reason) => self.refuse(CALL, &reason),
                    }
                }
                // An exception in WebGPU, which leaves the pass as it was.
                Err(reason) => {
                    self.device.errors.refuse(format_args!("{}::{CALL}", self.name), "", reason);
                }
            }
            return None;
        }
        self.open(CALL).map(|inner| (inner, &[][..]))
    }
}

impl<P> Drop for Pass<P> {
    /// A pass that is dropped without `end` leaves its encoder locked for ever, so `finish` fails. wgpu
    /// would end it instead; what it says about that is not the guest's doing.
    fn drop(&mut self) {
        if let State::Open(inner) = mem::replace(&mut self.state, State::Ended) {
            self.encoder.invalidate(format!("a {} was dropped before its end", self.name));
            self.device.guarded(|| collecting(|| drop(inner)));
            self.encoder.count_pass(false);
        }
    }
}

/// The part of `data` that a `setImmediates` sets.
/// <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>
pub(crate) fn immediates(data: &[u8], offset: Option<u64>, size: Option<u64>) -> Result<&[u8], String> {
    let start = offset.unwrap_or(0);
    let bytes = part(data, start, size).ok_or_else(|| {
        format!("the data has {} bytes, too few for an offset of {start} and a size of {size:?}", data.len())
    })?;
    if bytes.len().is_multiple_of(4) {
        Ok(bytes)
    } else {
        Err(format!("the size is {} bytes, not a multiple of 4", bytes.len()))
    }
}

/// Whether `bytes` may go to `range_offset` of a device's immediates. wgpu would ask only when the encoder
/// is finished, and keep any amount of bytes until then.
/// <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>
pub(crate) fn immediate_range(range_offset: u32, bytes: &[u8], max: u32) -> Result<(), String> {
    let end = u32::try_from(bytes.len()).ok().and_then(|size| range_offset.checked_add(size));
    if end.is_none_or(|end| end > max) {
        return Err(format!("{} bytes at {range_offset} exceed maxImmediateSize, {max} bytes", bytes.len()));
    }
    if !range_offset.is_multiple_of(4) {
        return Err(format!("the range offset {range_offset} is not a multiple of 4"));
    }
    Ok(())
}

/// The dynamic offsets that a `setBindGroup` takes: `length` (by default all that follow) of `data` from
/// `start` (by default 0) on, counted in elements.
/// <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setbindgroup-index-bindgroup-dynamicoffsetsdata-dynamicoffsetsdatastart-dynamicoffsetsdatalength>
#[inline]
pub(crate) fn dynamic_offsets(
    data: Option<&[u32]>,
    start: Option<u64>,
    length: Option<u32>,
) -> Result<&[u32], OutOfData> {
    let data = data.unwrap_or_default();
    if start.is_none() && length.is_none() {
        return Ok(data);
    }
    part(data, start.unwrap_or(0), length.map(u64::from)).ok_or(OutOfData { len: data.len(), start, length })
}

/// Dynamic offsets that are not in the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there are {len} dynamic offsets, too few for a start of {start:?} and a length of {length:?}")]
pub(crate) struct OutOfData {
    len: usize,
    start: Option<u64>,
    length: Option<u32>,
}

/// The elements of `data` from `start` on, `length` of them or all that follow; `None` when there are not as many.
pub(crate) fn part<T>(data: &[T], start: u64, length: Option<u64>) -> Option<&[T]> {
    let rest = data.get(usize::try_from(start).ok()?..)?;
    match length {
        Some(length) => rest.get(..usize::try_from(length).ok()?),
        None => Some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dynamic_offsets_are_a_part_of_the_data() {
        let data = Some(&[1, 2, 3][..]);
        let offsets = |start, length| dynamic_offsets(data, start, length);
        assert_eq!(offsets(None, None).unwrap(), [1, 2, 3]);
        assert_eq!(offsets(Some(1), None).unwrap(), [2, 3]);
        assert_eq!(offsets(Some(1), Some(1)).unwrap(), [2]);
        assert_eq!(offsets(Some(3), Some(0)).unwrap(), [0; 0]);
        assert_eq!(offsets(None, Some(2)).unwrap(), [1, 2]);
        for (start, length) in
            [(Some(4), None), (Some(3), Some(1)), (Some(u64::MAX), Some(u32::MAX)), (None, Some(4))]
        {
            assert_eq!(offsets(start, length), Err(OutOfData { len: 3, start, length }));
        }
        assert!(dynamic_offsets(None, None, None).unwrap().is_empty());
        assert!(dynamic_offsets(None, Some(1), None).is_err());
    }

    #[test]
    fn parts_outside_the_data_are_refused() {
        let data = [1, 2, 3, 4];
        assert_eq!(part(&data, 1, None), Some(&data[1..]));
        assert_eq!(part(&data, 1, Some(2)), Some(&data[1..3]));
        assert_eq!(part(&data, 4, None), Some(&data[4..]));
        assert_eq!(part(&data, 5, None), None);
        assert_eq!(part(&data, 3, Some(2)), None);
        assert_eq!(part(&data, u64::MAX, Some(1)), None);
        assert_eq!(part(&data, 1, Some(u64::MAX)), None);
    }

    #[test]
    fn immediates_are_whole_words_of_the_data() {
        let data = [0, 1, 2, 3, 4, 5, 6, 7];
        assert_eq!(immediates(&data, None, None).unwrap(), data);
        assert_eq!(immediates(&data, Some(1), Some(4)).unwrap(), [1, 2, 3, 4]);
        assert!(immediates(&data, Some(8), None).unwrap().is_empty());
        assert!(immediates(&data, Some(1), None).is_err());
        assert!(immediates(&data, Some(5), Some(4)).is_err());
        assert!(immediates(&data, Some(u64::MAX), Some(u64::MAX)).is_err());
    }

    #[test]
    fn immediates_stay_inside_the_limit() {
        assert!(immediate_range(0, &[0; 16], 16).is_ok());
        assert!(immediate_range(4, &[0; 16], 16).is_err());
        assert!(immediate_range(2, &[0; 4], 16).is_err());
        assert!(immediate_range(u32::MAX, &[0; 4], u32::MAX).is_err());
    }
}
