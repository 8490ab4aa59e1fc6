//! Shaders that do not compile, and the lines that the compiler names.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    for (name, source) in [
        ("empty", ""),
        ("words", "this is not a shader"),
        ("unclosed", "fn f() {"),
        ("unknown name", "\n\nfn f() { let x = y; }"),
        ("wrong type", "fn f() -> i32 { return 1.0f; }"),
        ("recursion", "fn f() { f(); }"),
        ("no workgroup size", "@compute fn main() {}"),
        (
            "binding twice",
            "@group(0) @binding(0) var<uniform> a: f32;\n@group(0) @binding(0) var<uniform> b: f32;\n@compute @workgroup_size(1) fn main() { _ = a + b; }",
        ),
        ("zero byte", "fn f() { \0 }"),
        ("unknown extension", "enable nothing_like_this;"),
        ("feature not asked for", "enable f16;\nfn f() -> f16 { return 1.0h; }"),
        ("only a comment", "// größe 🦀"),
    ] {
        let module = r.caught(name, &device, || kit::shader(&device, source)).await;
        let info = module.get_compilation_info().await;
        let lines: Vec<_> = info
            .messages
            .iter()
            .map(|message| message.location.map(|location| location.line_number))
            .collect();
        r.text(format!("{name}, lines"), format!("{lines:?}"));
    }
}
