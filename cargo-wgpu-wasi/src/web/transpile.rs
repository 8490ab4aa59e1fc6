//! The JavaScript of a component, and its core modules.
//!
//! js-component-bindgen is the transpiler of jco as a library: 2.11.0 writes what jco 1.35.0 writes.

use anyhow::{Context as _, Result, bail};
use js_component_bindgen::{AsyncMode, InstantiationMode, TranspileOpts, transpile};

/// The module of the component, among the files.
pub(super) const MODULE: &str = "app.js";

/// The interfaces that a page has; `web/host/src/run/wasi.ts` and `webgpu.ts` implement them.
const OFFERED: [&str; 21] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:webgpu/webgpu",
];

/// The interfaces of windows, which the page loads for programs that have some; `web/host/src/windows/index.ts` has them.
const OF_WINDOWS: [&str; 7] = [
    "wasi-gfx:frame-buffer/frame-buffer",
    "wasi-gfx:surface/surface",
    "wasi-gfx:surface/surface-frame-buffer",
    "wasi-gfx:surface/surface-webgpu",
    "wgpu-wasi:window/canvas",
    "wgpu-wasi:window/clipboard",
    "wgpu-wasi:window/windows",
];

/// Functions that wait although their types do not say so, by the beginnings of their interfaces. What only waits for
/// time, for input or for the page suspends the guest.
const WAITING: [(&str, &[&str]); 5] = [
    ("wasi:io/poll@", &["[method]pollable.block", "poll"]),
    ("wasi-gfx:surface/surface-frame-buffer@", &["[method]context.get-current-buffer"]),
    ("wasi-gfx:surface/surface-webgpu@", &["[method]context.get-current-texture"]),
    ("wgpu-wasi:window/clipboard@", &["write-text"]),
    ("wgpu-wasi:window/windows@", &["[static]window.open", "[method]window.grab-cursor"]),
];

/// The entry point of a program without wgpu. WASI 0.3's is asynchronous by its type.
const RUN: &str = "wasi:cli/run@0.2.";

/// What a component was made into.
pub(super) struct Made {
    /// The files that run it, by their names.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// Whether it has windows.
    pub(super) windows: bool,
}

/// Makes files of a component that a page can run.
pub(super) fn make(component: &[u8]) -> Result<Made> {
    let functions = |interface: &str, names: &[&str]| {
        let interface = versioned(component, interface);
        interface.map_or_else(Vec::new, |interface| {
            names.iter().map(|name| format!("{interface}#{name}")).collect()
        })
    };
    let imports = WAITING.iter().flat_map(|(interface, names)| functions(interface, names)).collect();
    let exports = functions(RUN, &["run"]);
    let options = TranspileOpts::builder()
        .name(MODULE.trim_end_matches(".js").to_owned())
        .no_typescript(true)
        .instantiation_mode(InstantiationMode::Async)
        .nodejs_compat_disabled(true)
        .no_component_error_wrapping(true)
        .async_mode(AsyncMode::JavaScriptPromiseIntegration { imports, exports })
        .build();
    let made =
        transpile(component, options).context("this is no component that JavaScript can be made of")?;
    let is_of_windows = |name: &String| OF_WINDOWS.contains(&name.as_str());
    let is_there = |name: &String| OFFERED.contains(&name.as_str()) || is_of_windows(name);
    if let Some(missing) = made.imports.iter().find(|name| !is_there(name)) {
        bail!("the program imports {missing}, which a page does not have");
    }
    Ok(Made { windows: made.imports.iter().any(is_of_windows), files: made.files })
}

/// The name of an interface with its version, of which `start` has at least the `@`: names are written out in a component.
fn versioned<'a>(component: &'a [u8], start: &str) -> Option<&'a str> {
    let at = component.windows(start.len()).position(|bytes| bytes == start.as_bytes())?;
    let length =
        component.iter().skip(at + start.len()).take_while(|byte| b"0123456789.".contains(byte)).count();
    let name = component.get(at..at + start.len() + length)?;
    std::str::from_utf8(name).ok().filter(|_| length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_interface_is_read_from_its_name() {
        const POLL: &str = "wasi:io/poll@";
        assert_eq!(versioned(b"\x0cwasi:io/poll@0.2.6\x05", POLL), Some("wasi:io/poll@0.2.6"));
        let both = b"wasi:cli/run@0.3.0#run wasi:cli/run@0.2.10#run";
        assert_eq!(versioned(both, RUN), Some("wasi:cli/run@0.2.10"));
        assert_eq!(versioned(b"wasi:io/poll@\x05", POLL), None);
        assert_eq!(versioned(b"wasi:io/poll", POLL), None);
    }

    #[test]
    fn the_host_of_the_page_has_what_is_offered() {
        let worker = include_str!("../../site/worker.js");
        for interface in OFFERED {
            assert!(worker.contains(interface), "{interface}");
        }
        assert!(!worker.contains("wasi:http"));
        let windows = include_str!("../../site/windows.js");
        for interface in OF_WINDOWS {
            assert!(
                windows.contains(interface) && !worker.contains(&format!("\"{interface}")),
                "{interface}"
            );
        }
    }

    #[test]
    fn other_files_are_refused_in_words() {
        let error = make(b"no component").map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, "this is no component that JavaScript can be made of");
    }
}
