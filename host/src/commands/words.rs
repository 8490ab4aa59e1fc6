//! The words of commands in the guest's memory — wit: wgpu-wasi:commands/memory — peer: wgpu-wasi-backend/src/commands/memory.rs
//!
//! Words are made into commands here, or refused; `fetch.rs` fetches them.

use std::{fmt, num::NonZeroU16, slice};

include!("../../wit/tables/commands.rs");

/// The interface through which the guest exports its memory.
pub(crate) const INTERFACE: &str = "wgpu-wasi:commands/memory@0.2.0";

/// The guest's number for an object.
pub(crate) type Name = NonZeroU16;

/// Words that are still to be read.
#[derive(Clone, Debug)]
pub(crate) struct Words<'a>(pub(crate) slice::Iter<'a, u32>);

/// What an operand is, by its kind.
macro_rules! operand {
    (word) => { u32 };
    (signed) => { i32 };
    (name) => { u32 };
    (offset) => { u64 };
    (size) => { Option<u64> };
    (format) => { wgpu::IndexFormat };
    (list) => { &'a [u32] };
}

macro_rules! decoder {
    ($($of:ident {
        $($word:literal $Command:ident $call:literal { $($operand:ident: $kind:ident),+ })+
    })+) => {
        /// A command as it stands in the guest's memory.
        #[derive(Debug, PartialEq, Eq)]
        pub(crate) enum Command<'a> {
            Name(Name),
            $($($Command { $($operand: operand!($kind)),+ },)+)+
        }

        impl<'a> Words<'a> {
            /// The next command, or that there is none; `Err` traps.
            // Always: so that what is read is done at once, and no `Command` is put together in between.
            #[inline(always)]
            pub(crate) fn command(&mut self) -> wasmtime::Result<Option<Command<'a>>> {
                let Some(word) = self.0.next() else { return Ok(None) };
                Ok(Some(match *word {
                    NAME => Command::Name(self.last_name()?),
                    // Fields are read in the order of the row.
                    $($($word => Command::$Command { $($operand: self.$kind()?),+ },)+)+
                    other => return Err(malformed(format_args!("{other} is no command"))),
                }))
            }
        }

        impl Command<'_> {
            /// The call that it stands for.
            fn call(&self) -> &'static str {
                match self {
                    Self::Name(_) => "a name",
                    $($(Self::$Command { .. } => $call,)+)+
                }
            }
        }
    };
}

commands!(decoder);

macro_rules! calls {
    (
        both { $($both:literal $Both:ident $call_of_both:literal $both_operands:tt)+ }
        compute { $($compute:literal $Compute:ident $call_of_compute:literal $compute_operands:tt)+ }
        render { $($render:literal $Render:ident $call_of_render:literal $render_operands:tt)+ }
    ) => {
        /// The function of `wasi:webgpu` that a command of a pass stands for.
        macro_rules! function {
            $(
                (compute $Both) => { concat!("[method]gpu-compute-pass-encoder.", $call_of_both) };
                (render $Both) => { concat!("[method]gpu-render-pass-encoder.", $call_of_both) };
            )+
            $((compute $Compute) => { concat!("[method]gpu-compute-pass-encoder.", $call_of_compute) };)+
            $((render $Render) => { concat!("[method]gpu-render-pass-encoder.", $call_of_render) };)+
        }

        /// The pattern of the commands that passes of this kind have, and those of the other kind have not.
        macro_rules! only {
            (compute) => { $($crate::commands::words::Command::$Compute { .. })|+ };
            (render) => { $($crate::commands::words::Command::$Render { .. })|+ };
        }

        pub(crate) use {function, only};
    };
}

commands!(calls);

impl<'a> Words<'a> {
    #[inline]
    fn word(&mut self) -> wasmtime::Result<u32> {
        self.0.next().copied().ok_or_else(cut_short)
    }

    #[inline]
    fn signed(&mut self) -> wasmtime::Result<i32> {
        Ok(self.word()?.cast_signed())
    }

    /// A name, or 0; whoever looks it up refuses what is none.
    #[inline]
    fn name(&mut self) -> wasmtime::Result<u32> {
        self.word()
    }

    /// As many words as the next one says.
    fn list(&mut self) -> wasmtime::Result<&'a [u32]> {
        let length = self.word()?;
        let rest = self.0.as_slice();
        let (list, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length))
            .ok_or_else(cut_short)?;
        self.0 = rest.iter();
        Ok(list)
    }

    fn offset(&mut self) -> wasmtime::Result<u64> {
        let (low, high) = (self.word()?, self.word()?);
        Ok(u64::from(low) | u64::from(high) << 32)
    }

    fn size(&mut self) -> wasmtime::Result<Option<u64>> {
        let size = self.offset()?;
        Ok((size != NO_SIZE).then_some(size))
    }

    fn format(&mut self) -> wasmtime::Result<wgpu::IndexFormat> {
        match self.word()? {
            UINT16 => Ok(wgpu::IndexFormat::Uint16),
            UINT32 => Ok(wgpu::IndexFormat::Uint32),
            other => Err(malformed(format_args!("{other} is no index format"))),
        }
    }

    /// The name of the object of the call that follows.
    fn last_name(&mut self) -> wasmtime::Result<Name> {
        let name = name(self.word()?)?;
        if self.0.len() > 0 {
            return Err(malformed(format_args!("the name {name} is not the last word")));
        }
        Ok(name)
    }
}

/// A word that has to be a name.
pub(crate) fn name(word: u32) -> wasmtime::Result<Name> {
    let name = u16::try_from(word).ok().and_then(Name::new);
    name.ok_or_else(|| malformed(format_args!("the name {word} is out of range")))
}

/// What traps a guest that has left a command for an encoder which does not have it.
#[cold]
pub(crate) fn misplaced(command: &Command<'_>, encoder: &str) -> wasmtime::Error {
    malformed(format_args!("{} is no command of a {encoder}", command.call()))
}

#[cold]
fn cut_short() -> wasmtime::Error {
    malformed(format_args!("the last command is cut short"))
}

/// What traps a guest in whose memory there is something else than commands.
#[cold]
pub(crate) fn malformed(what: fmt::Arguments<'_>) -> wasmtime::Error {
    wasmtime::format_err!("{INTERFACE}: {what}")
}

/// Bytes of words, as the guest has them.
pub(crate) fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(words: &[u32]) -> wasmtime::Result<Vec<Command<'_>>> {
        let mut words = Words(words.iter());
        let mut commands = Vec::new();
        while let Some(command) = words.command()? {
            commands.push(command);
        }
        Ok(commands)
    }

    /// Words, and the commands that they are.
    const COMMANDS: [(&[u32], Command<'_>); 16] = [
        (&[2, 7], Command::SetPipeline { name: 7 }),
        (&[3, 1, 8, 2, 256, 512], Command::SetBindGroup { index: 1, name: 8, dynamic_offsets: &[256, 512] }),
        (&[3, 0, 0, 0], Command::SetBindGroup { index: 0, name: 0, dynamic_offsets: &[] }),
        (&[4, 16, 1, 99], Command::SetImmediates { range_offset: 16, words: &[99] }),
        (&[5, 1, 2, 3], Command::DispatchWorkgroups { x: 1, y: 2, z: 3 }),
        (&[6, 4, 8, 0], Command::DispatchWorkgroupsIndirect { name: 4, offset: 8 }),
        (
            &[7, 1, 0, 2, 3, 4, 5],
            Command::SetIndexBuffer {
                name: 1,
                format: wgpu::IndexFormat::Uint16,
                offset: 0x3_0000_0002,
                size: Some(0x5_0000_0004),
            },
        ),
        (
            &[7, 1, 1, 0, 0, u32::MAX, u32::MAX],
            Command::SetIndexBuffer { name: 1, format: wgpu::IndexFormat::Uint32, offset: 0, size: None },
        ),
        (
            &[8, 3, 2, 16, 0, u32::MAX, 0],
            Command::SetVertexBuffer { slot: 3, name: 2, offset: 16, size: Some(0xffff_ffff) },
        ),
        (
            &[8, 0, 0, 0, 0, u32::MAX, u32::MAX],
            Command::SetVertexBuffer { slot: 0, name: 0, offset: 0, size: None },
        ),
        (
            &[9, 1, 2, 3, 4],
            Command::Draw { vertex_count: 1, instance_count: 2, first_vertex: 3, first_instance: 4 },
        ),
        (
            &[10, 1, 2, 3, u32::MAX, 5],
            Command::DrawIndexed {
                index_count: 1,
                instance_count: 2,
                first_index: 3,
                base_vertex: -1,
                first_instance: 5,
            },
        ),
        (&[11, 4, 8, 9], Command::DrawIndirect { name: 4, offset: 0x9_0000_0008 }),
        (&[12, 4, 8, 0], Command::DrawIndexedIndirect { name: 4, offset: 8 }),
        (&[13, 1, 2, 3, 4], Command::SetScissorRect { x: 1, y: 2, width: 3, height: 4 }),
        (&[1, 65_535], Command::Name(Name::MAX)),
    ];

    #[test]
    fn commands_are_as_the_wit_says() {
        let (words, expected): (Vec<_>, Vec<_>) = COMMANDS.into_iter().unzip();
        assert_eq!(commands(&words.concat()).unwrap(), expected);
        assert_eq!(bytes(&[0x0403_0201, 5]), [1, 2, 3, 4, 5, 0, 0, 0]);
    }

    macro_rules! documented {
        ($($of:ident {
            $($word:literal $Command:ident $call:literal { $($operand:ident: $kind:ident),+ })+
        })+) => {
            [$($(Row {
                word: $word,
                call: $call,
                of: stringify!($of),
                operands: &[$((stringify!($operand), stringify!($kind))),+],
            }),+),+]
        };
    }

    struct Row {
        word: u32,
        call: &'static str,
        of: &'static str,
        operands: &'static [(&'static str, &'static str)],
    }

    #[test]
    fn the_wit_has_the_rows_of_the_table() {
        let wit = include_str!("../../wit/deps/wgpu-wasi-commands-0.2.0/commands.wit");
        let rows = wit.lines().filter_map(|line| line.trim_start().strip_prefix("/// | "));
        // Before them stand the head of the table and the row of the name, which is no call.
        let rows: Vec<_> = rows.filter(|row| row.contains("| `")).collect();
        let expected = commands!(documented);
        assert_eq!(rows.len(), expected.len());
        for (row, Row { word, call, of, operands }) in rows.into_iter().zip(expected) {
            let of = if of == "both" { of.to_owned() } else { format!("{of} passes") };
            let operands = operands.iter().map(|(operand, kind)| {
                let operand = operand.replace('_', " ");
                if *kind == "list" { format!("number of {operand}, the {operand}") } else { operand }
            });
            let operands = operands.collect::<Vec<_>>().join(", ");
            let (begin, end) = (format!("{word} | `{call}`"), format!(" | {of} | {operands} |"));
            assert!(row.starts_with(&begin) && row.ends_with(&end), "{row}: {begin}{end}");
        }
    }

    #[test]
    fn a_command_without_its_last_words_is_cut_short() {
        for (words, command) in COMMANDS {
            for length in 1..words.len() {
                let error = commands(&words[..length]).unwrap_err().to_string();
                assert!(error.ends_with("cut short"), "{length} words of {command:?}: {error}");
            }
        }
    }

    #[test]
    fn other_words_are_refused() {
        let bad: [&[u32]; 9] = [
            &[0],
            &[14],
            &[u32::MAX],
            &[3, 0, 1, 1],
            &[3, 0, 1, u32::MAX, 0],
            &[4, 0, 2, 1],
            &[7, 1, 2, 0, 0, 0, 0],
            &[1, 0],
            &[1, 65_536],
        ];
        for words in bad {
            let error = commands(words).unwrap_err().to_string();
            assert!(error.starts_with(INTERFACE), "{words:?}: {error}");
        }
        assert!(commands(&[1, 1, 5, 1, 1, 1]).is_err(), "a name is of the call that follows");
    }

    #[test]
    fn any_words_are_commands_or_an_error() {
        let mut words = [0; 5];
        for number in 0..15_u32.pow(5) {
            let mut rest = number;
            for word in &mut words {
                (*word, rest) = (rest % 15, rest / 15);
            }
            if let Ok(commands) = commands(&words) {
                assert!((1..=2).contains(&commands.len()), "{words:?}: {commands:?}");
            }
        }
    }
}
