//! What the compiler says of good and bad shaders, with the place in the source.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    for (name, source) in [
        ("good", "@compute @workgroup_size(1) fn main() {}"),
        ("empty", ""),
        ("syntax", "fn f() {\n    let grün = 1;\n    let x = ;\n}\n"),
        ("type", "fn f() -> u32 {\n    return 1.5f;\n}\n"),
        ("name", "// größe\nfn f() {\n    let y = unknown_thing;\n}"),
        (
            "validation",
            "@group(0) @binding(0) var<uniform> a: array<u32, 4>;\nfn f() -> u32 { return a[0]; }\n",
        ),
    ] {
        let module = r.caught(name, &device, || kit::shader(&device, source)).await;
        let info = module.get_compilation_info().await;
        r.number(format!("{name}: messages"), info.messages.len() as u64);
        for message in info.messages {
            r.text(format!("{name}: type"), format!("{:?}", message.message_type));
            r.text(format!("{name}: message"), message.message);
            r.text(format!("{name}: location"), format!("{:?}", message.location));
        }
    }
}
