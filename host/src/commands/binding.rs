//! What compute passes, render passes and render bundle encoders share: the rules and the commands of
//! `GPUBindingCommandsMixin` (<https://www.w3.org/TR/webgpu/#gpubindingcommandsmixin>), and the commands of
//! `GPUDebugCommandsMixin` (<https://www.w3.org/TR/webgpu/#gpudebugcommandsmixin>) — peer: wgpu-wasi-backend/src/commands/binding_commands.rs

use std::sync::Arc;

use thiserror::Error;

use crate::{
    commands::{
        bind_group_cell::BindGroupCell,
        holder::{PassId, Place},
        used::Used,
    },
    device::core::DeviceCore,
};

/// A command that every encoder has, with its handles resolved.
#[derive(Debug)]
pub(crate) enum BindingCommand {
    SetBindGroup { index: u32, group: Option<Place>, offsets: Box<[u32]> },
    SetImmediates { range_offset: u32, data: Box<[u8]> },
}

/// A command that passes have, and that bundles only count.
#[derive(Debug)]
pub(crate) enum DebugCommand {
    PushDebugGroup(Box<str>),
    PopDebugGroup,
    InsertDebugMarker(Box<str>),
}

/// Gives a [`BindingCommand`] to an encoder of wgpu, with what is `$used`: a macro because wgpu has no trait for all three.
/// `Err` says why there is no such bind group.
macro_rules! encode_binding {
    ($command:expr, $encoder:expr, $used:expr, $timeline:expr) => {
        match $command {
            BindingCommand::SetBindGroup { index, group, offsets } => {
                let group = group.map(|group| $used.group(group).and_then(|group| group.made($timeline)));
                match group.transpose() {
                    Ok(group) => Ok($encoder.set_bind_group(*index, group, offsets)),
                    Err(reason) => Err(reason),
                }
            }
            BindingCommand::SetImmediates { range_offset, data } => {
                Ok($encoder.set_immediates(*range_offset, data))
            }
        }
    };
}

/// Gives a [`DebugCommand`] to a pass of wgpu: a macro for the same reason.
macro_rules! encode_debug {
    ($command:expr, $pass:expr) => {
        match $command {
            DebugCommand::PushDebugGroup(label) => $pass.push_debug_group(label),
            DebugCommand::PopDebugGroup => $pass.pop_debug_group(),
            DebugCommand::InsertDebugMarker(label) => $pass.insert_debug_marker(label),
        }
    };
}

pub(crate) use {encode_binding, encode_debug};

/// What records the commands of an encoder.
pub(crate) trait BindingCommands {
    /// As it stands in messages.
    const NAME: &'static str;
    type Command: From<BindingCommand>;
    type Pipeline;
    /// What the host has to know between two draws.
    type Draws;

    fn device(&self) -> &DeviceCore;
    /// The number of the encoder, by which objects know whether it holds them.
    fn id(&self) -> PassId;
    /// Whether commands are recorded.
    fn is_open(&self) -> bool;

    /// Records what `command` makes if the encoder is open, a command which takes `bytes` beside itself and has the
    /// encoder hold what it uses. Its `Err` makes the encoder invalid. `None` is a command of which wgpu need not know.
    fn try_record<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        bytes: usize,
        command: impl FnOnce(&mut Self::Draws, &mut Used<Self::Pipeline>) -> Result<Option<Self::Command>, E>,
    );

    /// [`Self::try_record`] for a command that is always right.
    #[inline]
    fn record(&mut self, call: &'static str, bytes: usize, command: impl FnOnce() -> Self::Command) {
        self.try_record(call, bytes, |_, _| Ok::<_, &str>(Some(command())));
    }

    /// `setBindGroup`: <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setbindgroup>
    #[inline]
    fn set_bind_group(&mut self, index: u32, group: Option<&Arc<BindGroupCell>>, offsets: &[u32]) {
        self.try_record("set_bind_group", size_of_val(offsets), |_, used| {
            let group = group.map(|group| used.hold_group(group)).transpose()?;
            Ok::<_, &str>(Some(BindingCommand::SetBindGroup { index, group, offsets: offsets.into() }.into()))
        });
    }

    /// `setImmediates`: <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>. Elements of a
    /// `list<u8>` are bytes.
    fn set_immediates(
        &mut self,
        range_offset: u32,
        data: &[u8],
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) {
        const CALL: &str = "set_immediates";
        let bytes = if self.is_open() { immediates(data, data_offset, data_size) } else { Ok(&[][..]) };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            // An exception in WebGPU, which leaves the encoder as it was.
            Err(reason) => {
                return self.device().errors.refuse(format_args!("{}::{CALL}", Self::NAME), "", reason);
            }
        };
        let range = immediate_range(range_offset, bytes, self.device().limits.max_immediate_size);
        let counted = if range.is_ok() { bytes.len() } else { 0 };
        self.try_record(CALL, counted, |_, _| {
            range.map(|()| Some(BindingCommand::SetImmediates { range_offset, data: bytes.into() }.into()))
        });
    }
}

/// The part of `data` that a `setImmediates` sets.
/// <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>
fn immediates(data: &[u8], offset: Option<u64>, size: Option<u64>) -> Result<&[u8], String> {
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
fn immediate_range(range_offset: u32, bytes: &[u8], max: u32) -> Result<(), String> {
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
