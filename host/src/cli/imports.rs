//! What a component asks of its host, known before it is compiled: from the names of its imports.

/// What of a component's imports decides what is made ready for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Imports {
    /// Whether it uses the GPU.
    pub(super) gpu: bool,
    /// Whether it opens windows.
    pub(super) windows: bool,
}

/// A component begins with its magic number and its version.
const HEADER: usize = 8;

/// The number of a section of imports:
/// <https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions>
const IMPORTS: u8 = 10;

impl Imports {
    /// Those of the component itself: what is inside of its modules is passed over. What is no component has none.
    pub(super) fn of(wasm: &[u8]) -> Self {
        let mut all = Self::default();
        let mut rest = wasm.get(HEADER..).unwrap_or_default();
        while let Some((number, content, after)) = section(rest) {
            if number == IMPORTS {
                all.add(content);
            }
            rest = after;
        }
        all
    }

    /// Names stand in a section as they are.
    fn add(&mut self, section: &[u8]) {
        let has = |name: &[u8]| section.windows(name.len()).any(|found| found == name);
        self.gpu |= has(b"wasi:webgpu/");
        self.windows |= has(b"wgpu-wasi:window/windows@") || has(b"wasi-gfx:surface/surface@");
    }
}

/// The first section: its number, what is in it, and what is behind it.
fn section(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (number, rest) = bytes.split_first()?;
    let (size, rest) = size(rest)?;
    let (content, rest) = rest.split_at_checked(size)?;
    Some((*number, content, rest))
}

/// A number of 32 bits, seven of them a byte, the lowest first.
fn size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut size = 0;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        size |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((size, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Imports {
        Imports::of(&wat::parse_str(text).unwrap())
    }

    #[test]
    fn what_a_component_imports() {
        let none = Imports::default();
        assert_eq!(imports("(component)"), none);
        assert_eq!(imports(r#"(component (import "wasi:cli/run@0.2.0" (instance)))"#), none);
        let gpu = r#"(import "wasi:webgpu/webgpu@0.3.0-rc.2" (instance))"#;
        assert_eq!(imports(&format!("(component {gpu})")), Imports { gpu: true, windows: false });
        for windows in ["wgpu-wasi:window/windows@0.1.0", "wasi-gfx:surface/surface@0.2.0"] {
            let windows = format!(r#"(import "{windows}" (instance))"#);
            assert_eq!(imports(&format!("(component {windows})")), Imports { gpu: false, windows: true });
            let both = format!("(component {gpu} (core module) {windows})");
            assert_eq!(imports(&both), Imports { gpu: true, windows: true });
        }
    }

    #[test]
    fn what_only_looks_like_imports() {
        let data =
            r#"(component (core module (memory 1) (data (i32.const 0) "wasi:webgpu/webgpu@0.3.0-rc.2")))"#;
        assert_eq!(imports(data), Imports::default());
        let wasm =
            wat::parse_str(r#"(component (import "wasi:webgpu/webgpu@0.3.0-rc.2" (instance)))"#).unwrap();
        for length in 0..wasm.len() {
            // Half of one, and a size that is more than there is.
            let _ = Imports::of(&wasm[..length]);
        }
        assert_eq!(Imports::of(b"\0asm\x0d\0\x01\0\x0a\xff\xff\xff\xff\xff\xff"), Imports::default());
    }
}
