//! What a component may be made of: checked before it is compiled, for a small file can take minutes and gigabytes.

use std::{error::Error, fmt};

/// The largest component, in bytes: 4 GiB. Most of a large one is data, which costs nothing to compile.
pub const DEFAULT_MAX_COMPONENT_BYTES: u64 = 4 << 30;

/// Bytes of code in one component, all modules in it together: 128 MiB, which take some minutes to compile.
pub const DEFAULT_MAX_CODE_BYTES: u64 = 128 << 20;

/// Bytes of one function: 2 MiB, which take some seconds to compile. A compiler's time is superlinear in that: for one of
/// 7.5 MB it was more than 90 seconds.
pub const DEFAULT_MAX_FUNCTION_BYTES: u64 = 2 << 20;

/// Modules and components in one component, those inside others among them. A compiler's time and memory are superlinear
/// in how deep they nest: 12,000 components inside each other, which are 142 kB, took 13 seconds and 2.8 GiB, and 1,000
/// took 0.1 seconds and 23 MiB.
pub const DEFAULT_MAX_PARTS: u64 = 1_000;

/// What a component may be made of. Each has an option of `wgpu-wasi run` of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComponentLimits {
    /// See [`DEFAULT_MAX_COMPONENT_BYTES`].
    pub max_component_bytes: u64,
    /// See [`DEFAULT_MAX_CODE_BYTES`].
    pub max_code_bytes: u64,
    /// See [`DEFAULT_MAX_FUNCTION_BYTES`].
    pub max_function_bytes: u64,
    /// See [`DEFAULT_MAX_PARTS`].
    pub max_parts: u64,
}

impl Default for ComponentLimits {
    fn default() -> Self {
        Self {
            max_component_bytes: DEFAULT_MAX_COMPONENT_BYTES,
            max_code_bytes: DEFAULT_MAX_CODE_BYTES,
            max_function_bytes: DEFAULT_MAX_FUNCTION_BYTES,
            max_parts: DEFAULT_MAX_PARTS,
        }
    }
}

/// A component has more of something than it may: it is not compiled. Each holds what it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ComponentTooLarge {
    /// More bytes than [`ComponentLimits::max_component_bytes`].
    Bytes(u64),
    /// More bytes of code than [`ComponentLimits::max_code_bytes`].
    Code(u64),
    /// A function with more bytes than [`ComponentLimits::max_function_bytes`].
    Function(u64),
    /// More modules and components than [`ComponentLimits::max_parts`].
    Parts(u64),
}

impl fmt::Display for ComponentTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, max, name) = match self {
            Self::Bytes(max) => ("bytes", max, "max_component_bytes"),
            Self::Code(max) => ("bytes of code", max, "max_code_bytes"),
            Self::Function(max) => ("bytes in one function", max, "max_function_bytes"),
            Self::Parts(max) => ("modules and components in it", max, "max_parts"),
        };
        let option = name.replace('_', "-");
        write!(
            f,
            "the component has more than {max} {what}, as many as it may (the limit `{name}`: option `--{option}`, or \
             `ComponentLimits::{name}` in `RuntimeOptions::limits`)"
        )
    }
}

impl Error for ComponentTooLarge {}

/// What a file in the binary format is.
/// <https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions>
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Component,
    /// Not WebAssembly.
    Other,
}

impl Kind {
    /// By the preamble: the same magic number, then version and layer.
    pub(super) fn of(wasm: &[u8]) -> Self {
        match wasm.get(..8) {
            Some([0, b'a', b's', b'm', _, _, 1, 0]) => Self::Component,
            Some([0, b'a', b's', b'm', ..]) => Self::Module,
            _ => Self::Other,
        }
    }
}

impl ComponentLimits {
    /// Whether `wasm` keeps them. Where it is not well-formed, what follows doesn't count: it is for the compiler to
    /// say, which stops there as well.
    pub(super) fn check(&self, wasm: &[u8]) -> Result<(), ComponentTooLarge> {
        let Self { max_component_bytes, max_code_bytes, max_function_bytes, max_parts } = *self;
        if length(wasm) > max_component_bytes {
            return Err(ComponentTooLarge::Bytes(max_component_bytes));
        }
        let (mut parts, mut code) = (0_u64, 0_u64);
        // What is left of the modules and components that one is in, from the outermost to it.
        let mut open = vec![];
        open.extend(Part::of(wasm));
        while let Some(part) = open.last_mut() {
            let Some((id, content)) = part.section() else {
                open.pop();
                continue;
            };
            match (part.kind, id) {
                (Kind::Component, CORE_MODULE | COMPONENT) => {
                    parts += 1;
                    if parts > max_parts {
                        return Err(ComponentTooLarge::Parts(max_parts));
                    }
                    open.extend(Part::of(content));
                }
                (Kind::Module, CODE) => {
                    code = code.saturating_add(length(content));
                    if code > max_code_bytes {
                        return Err(ComponentTooLarge::Code(max_code_bytes));
                    }
                    if largest_function(content) > max_function_bytes {
                        return Err(ComponentTooLarge::Function(max_function_bytes));
                    }
                }
                (Kind::Module | Kind::Component | Kind::Other, _) => {}
            }
        }
        Ok(())
    }
}

/// Sections of a component: <https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md>
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// A section of a module: <https://webassembly.github.io/spec/core/binary/modules.html#code-section>
const CODE: u8 = 10;

/// A module or component, as far as its sections were not read.
struct Part<'a> {
    kind: Kind,
    rest: &'a [u8],
}

impl<'a> Part<'a> {
    fn of(wasm: &'a [u8]) -> Option<Self> {
        Some(Self { kind: Kind::of(wasm), rest: wasm.get(8..)? })
    }

    /// The next section: its number and its content.
    fn section(&mut self) -> Option<(u8, &'a [u8])> {
        let (id, rest) = self.rest.split_first()?;
        let (content, rest) = sized(rest)?;
        self.rest = rest;
        Some((*id, content))
    }
}

/// The bytes of the largest body in a code section.
fn largest_function(code: &[u8]) -> u64 {
    let Some((count, mut rest)) = number(code) else { return 0 };
    let mut largest = 0;
    for _ in 0..count {
        let Some((body, after)) = sized(rest) else { break };
        largest = largest.max(length(body));
        rest = after;
    }
    largest
}

/// What stands behind its length, and what follows that.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = number(bytes)?;
    rest.split_at_checked(usize::try_from(size).ok()?)
}

/// A number in LEB128 of no more than 32 bits, and what follows it.
/// <https://webassembly.github.io/spec/core/binary/values.html#integers>
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0_u32;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        let shift = 7 * u32::try_from(at).ok()?;
        let low = u32::from(byte & 0x7f);
        // The fifth byte has four bits for it.
        value |= low.checked_shl(shift).filter(|shifted| shifted >> shift == low)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT_START: &[u8] = b"\0asm\x0d\0\x01\0";

    fn leb(mut value: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
        bytes
    }

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        [&[id], leb(content.len()).as_slice(), content].concat()
    }

    fn component(sections: &[Vec<u8>]) -> Vec<u8> {
        [COMPONENT_START, &sections.concat()].concat()
    }

    /// With functions of so many bytes.
    fn module(functions: &[usize]) -> Vec<u8> {
        let bodies = functions.iter().flat_map(|size| [leb(*size), vec![0x01; *size]].concat());
        let code: Vec<u8> = leb(functions.len()).into_iter().chain(bodies).collect();
        [MODULE, &section(CODE, &code)].concat()
    }

    fn limits() -> ComponentLimits {
        ComponentLimits {
            max_component_bytes: 2_000,
            max_code_bytes: 600,
            max_function_bytes: 300,
            max_parts: 3,
        }
    }

    #[test]
    fn each_limit_is_kept() {
        let check = |wasm: &[u8]| limits().check(wasm);
        let with = |modules: &[Vec<u8>]| {
            component(&modules.iter().map(|module| section(CORE_MODULE, module)).collect::<Vec<_>>())
        };
        assert_eq!(check(&with(&[module(&[1, 300]), module(&[200])])), Ok(()));
        assert_eq!(check(&with(&[module(&[1, 301, 1])])), Err(ComponentTooLarge::Function(300)));
        assert_eq!(check(&with(&[module(&[200, 200]), module(&[200])])), Err(ComponentTooLarge::Code(600)));
        assert_eq!(check(&with(&[module(&[]), module(&[]), module(&[])])), Ok(()));
        assert_eq!(check(&with(&vec![module(&[]); 4])), Err(ComponentTooLarge::Parts(3)));
        let large = component(&[section(0, &[0; 2_000])]);
        assert_eq!(check(&large), Err(ComponentTooLarge::Bytes(2_000)));
    }

    #[test]
    fn what_is_inside_others_counts() {
        let nested = |times: u32, innermost: Vec<u8>| {
            (0..times).fold(innermost, |inside, _| component(&[section(COMPONENT, &inside)]))
        };
        assert_eq!(limits().check(&nested(3, component(&[]))), Ok(()));
        assert_eq!(limits().check(&nested(4, component(&[]))), Err(ComponentTooLarge::Parts(3)));
        let innermost = component(&[section(CORE_MODULE, &module(&[301]))]);
        assert_eq!(limits().check(&nested(2, innermost)), Err(ComponentTooLarge::Function(300)));
        // Beside what comes after it, too.
        let both = [section(COMPONENT, &component(&[])), section(CORE_MODULE, &module(&[301]))];
        assert_eq!(limits().check(&component(&both)), Err(ComponentTooLarge::Function(300)));
    }

    #[test]
    fn what_is_not_well_formed_ends_the_count() {
        for wasm in [
            &b""[..],
            b"\0asm",
            b"\0asm\x0d\0\x01\0\x04\x7f",
            b"\0asm\x0d\0\x01\0\x04\xff\xff\xff\xff\xff\x01",
            b"\0asm\x0d\0\x01\0\x01\x04\0asm",
        ] {
            assert_eq!(limits().check(wasm), Ok(()));
        }
        assert_eq!(number(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some((u32::MAX, &[][..])));
        assert_eq!(number(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
        // Longer than it has to be, as it may.
        assert_eq!(number(&[0x81, 0x80, 0x00, 7]), Some((1, &[7][..])));
    }

    #[test]
    fn each_message_names_the_option() {
        let text = ComponentTooLarge::Function(300).to_string();
        assert!(
            text.contains("`--max-function-bytes`") && text.contains("300 bytes in one function"),
            "{text}"
        );
    }
}
