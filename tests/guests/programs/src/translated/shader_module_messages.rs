//! What is wrong with shaders that are not WGSL: the same text, about the same place.

use naga::ShaderStage;

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    for (name, text) in [
        ("good", "#version 450\nvoid main() { gl_Position = vec4(0.0); }"),
        ("syntax", "#version 450\nvoid main() {\n    float grün = ;\n}\n"),
        ("name", "#version 450\n// größe\nvoid main() {\n    float x = nothing;\n    vec2 y = other;\n}\n"),
        ("type", "#version 450\nvoid main() {\n    vec2 x = vec3(1.0) * mat2(1.0);\n}\n"),
        (
            "validation",
            "#version 450\nlayout(location = 0) out vec4 a;\nlayout(location = 0) out vec4 b;\nvoid main() { a = vec4(0.0);\n b = a; }\n",
        ),
    ] {
        let source =
            wgpu::ShaderSource::Glsl { shader: text.into(), stage: ShaderStage::Vertex, defines: &[] };
        check(r, &device, name, source).await;
    }
    for (name, words) in [("no words", vec![]), ("only a head", vec![0x0723_0203, 0x0001_0000, 0, 10, 0])] {
        check(r, &device, name, wgpu::ShaderSource::SpirV(words.into())).await;
    }
    // What the device has no feature for.
    for (name, stage, text) in [
        (
            "double",
            ShaderStage::Vertex,
            "#version 450\nlayout(location = 0) in float a;\nvoid main() { double b = double(a); gl_Position = vec4(float(b)); }",
        ),
        (
            "primitive",
            ShaderStage::Fragment,
            "#version 450\nlayout(location = 0) out vec4 c;\nvoid main() { c = vec4(float(gl_PrimitiveID)); }",
        ),
    ] {
        check(r, &device, name, wgpu::ShaderSource::Glsl { shader: text.into(), stage, defines: &[] }).await;
    }
}

async fn check(r: &mut Report, device: &wgpu::Device, name: &str, source: wgpu::ShaderSource<'_>) {
    let module = r
        .caught(name, device, || {
            device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("the label"), source })
        })
        .await;
    // Without blanks, which stand for how errors are put into each other.
    let error: Vec<_> = r.last_error_text().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let error = error.join("\n");
    r.text(format!("{name}: error"), error);
    let info = module.get_compilation_info().await;
    r.number(format!("{name}: messages"), info.messages.len() as u64);
    for message in info.messages {
        r.text(format!("{name}: type"), format!("{:?}", message.message_type));
        r.text(format!("{name}: message"), message.message);
        r.text(format!("{name}: location"), format!("{:?}", message.location));
    }
}
