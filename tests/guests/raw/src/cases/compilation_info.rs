//! `get-compilation-info` for good and bad shaders, with places that count as the WIT counts.

use crate::{
    Checks, kit,
    wit::{
        GpuCompilationMessageType, GpuLayoutMode, GpuShaderModuleCompilationHint, GpuShaderModuleDescriptor,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let good = kit::shader(&device, kit::DOUBLE);
    c.that("a good shader", good.get_compilation_info().await.messages().is_empty());

    let source = "// größe\nfn f() {\n    let x = nobody;\n}\n";
    let bad = c.invalid("a bad shader", &device, || kit::shader(&device, source)).await;
    for _ in 0..2 {
        let info = bad.get_compilation_info().await;
        let messages = info.messages();
        c.that("one message at least", !messages.is_empty());
        let Some(message) = messages.first() else { continue };
        c.that("an error", matches!(message.type_(), GpuCompilationMessageType::Error));
        c.that("it names what is unknown", message.message().contains("nobody"));
        c.equal("line", message.line_num(), 3);
        c.equal("place in the line", message.line_pos(), 13);
        // In UTF-16 code units, as WebGPU counts.
        let prefix = source.split("nobody").next().unwrap_or_default();
        c.equal("offset", message.offset(), prefix.encode_utf16().count() as u64);
        c.equal("length", message.length(), 6);
    }
    c.fine("hints are taken", &device, || {
        device.create_shader_module(&GpuShaderModuleDescriptor {
            code: kit::DOUBLE.to_owned(),
            compilation_hints: Some(vec![
                GpuShaderModuleCompilationHint { entry_point: "main".to_owned(), layout: None },
                GpuShaderModuleCompilationHint {
                    entry_point: "nobody".to_owned(),
                    layout: Some(GpuLayoutMode::Auto),
                },
            ]),
            label: None,
        })
    })
    .await;
}
