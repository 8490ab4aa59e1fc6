//! What GLSL has and WGSL has not: it does the same, or is refused on both sides.

use naga::ShaderStage;

use crate::{Gpu, Report, canvas, kit};

const HEAD: &str = "#version 450
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) buffer Out { uint o[]; };
layout(set = 0, binding = 1) buffer In { float i[]; };
";

const BODIES: &[(&str, &str)] = &[
    (
        "isnan",
        "void main() { o[0] = uint(isnan(i[0])); o[1] = uint(isnan(i[2])); o[2] = uint(isnan(i[1])); }",
    ),
    (
        "isinf",
        "void main() { o[0] = uint(isinf(i[1])); o[1] = uint(isinf(i[2])); o[2] = uint(isinf(i[0])); }",
    ),
    (
        "isnan of vectors",
        "void main() { bvec3 n = isnan(vec3(i[0], i[1], i[2])); bvec2 f = isinf(vec2(i[1], i[0])); o[0] = uint(n.x); o[1] = uint(n.y) + uint(n.z); o[2] = uint(f.x); o[3] = uint(f.y); }",
    ),
    (
        "fall through",
        "void main() { for (int n = 0; n < 6; n++) { int k = n + int(i[3]); uint s = 0; switch (k) { case 2: s += 1; case 3: s += 10; break; case 4: if (i[2] > 2.0) break; s += 7; default: s += 100; } o[n] = s; } }",
    ),
    (
        "fall through the end",
        "void main() { for (int n = 0; n < 4; n++) { uint s = 0; switch (n) { default: s += 1; case 1: s += 10; case 2: s += 100; } o[n] = s; } }",
    ),
    (
        "continue in a switch",
        "void main() { uint s = 0; for (int n = 0; n < 5; n++) { switch (n) { case 1: s += 1; case 2: s += 10; continue; case 3: break; default: s += 100; } s += 1000; } o[0] = s; }",
    ),
    (
        "empty cases",
        "void main() { int k = int(i[2]); uint s = 0; switch (k) { case 1: case 2: s = 5; break; default: s = 100; } o[0] = s; }",
    ),
    (
        "outer product",
        "void main() { mat2 m = outerProduct(vec2(i[2], 3.0), vec2(1.0, 2.0)); o[0] = uint(m[1][0]); o[1] = uint(m[0][1]); mat3 n = outerProduct(vec3(1, 2, 3), vec3(4, 5, i[2])); o[2] = uint(n[2][1]); o[3] = uint(n[1][2]); }",
    ),
    (
        "inverse of 2",
        "void main() { mat2 m = inverse(mat2(i[2], 1.0, 0.5, 1.0)); o[0] = uint(m[0][0] * 1000.0 + 0.5); o[1] = uint(m[1][1] * 1000.0 + 0.5); o[2] = uint(m[0][1] * -1000.0 + 0.5); o[3] = uint(m[1][0] * -1000.0 + 0.5); }",
    ),
    (
        "inverse of 3",
        "void main() { mat3 a = mat3(i[2], 1, 2, 0, 4, 1, 3, 1, 5); mat3 m = inverse(a) * a; o[0] = uint(m[0][0] + 0.5); o[1] = uint(abs(m[1][0]) + 0.5); mat3 n = inverse(a); o[2] = uint(abs(n[0][1]) * 1000.0 + 0.5); o[3] = uint(abs(n[2][1]) * 1000.0 + 0.5); }",
    ),
    (
        "inverse of 4",
        "void main() { mat4 a = mat4(i[2], 1, 2, 0, 4, 1, 3, 1, 5, 2, 9, 1, 1, 1, 2, 6); mat4 n = inverse(a); for (int c = 0; c < 4; c++) { for (int r = 0; r < 4; r++) { o[c * 4 + r] = uint(int(floor(n[c][r] * 1000.0 + 0.5))); } } }",
    ),
    (
        "keyword names",
        "uint target(uint module) { return module + 1; } void main() { uint self = 3; o[0] = target(self) + uint(i[2]); }",
    ),
    (
        "digit names",
        "struct s1 { uint a1; uint a2; }; uint f1(s1 x1) { return x1.a1 * 10 + x1.a2; } void main() { s1 v1; v1.a1 = 4; v1.a2 = uint(i[2]); o[0] = f1(v1); }",
    ),
    (
        "integers",
        "void main() { uint hi, lo; o[0] = bitCount(uint(i[2])) + findMSB(uint(255)) + bitfieldExtract(uint(0xff0), 4, 4); o[1] = uint(fract(i[2]) * 10.0); }",
    ),
    (
        "do while",
        "void main() { uint n = 0; do { n++; if (n == 3) continue; if (n > 5) break; } while (n < 100); o[0] = n + uint(i[2]); }",
    ),
    ("mod", "void main() { o[0] = uint(mod(-7.0 + i[3], 3.0) * 10.0); o[1] = uint(roundEven(i[2])); }"),
    ("double", "void main() { double d = double(i[2]); o[0] = uint(d * 2.0); }"),
    ("constant infinity", "void main() { float x = 1.0 / 0.0; o[0] = uint(x > i[2]); }"),
    (
        "constant table",
        "const float t[4] = float[4](1.0, 2.0, 3.0, 4.0); void main() { o[0] = uint(t[int(i[2])]); o[1] = uint(t.length()); }",
    ),
    (
        "overflow of constants",
        "const int a = 2147483647; void main() { int b = a; b += 1; o[0] = uint(b == -2147483647 - 1); o[1] = uint(b); }",
    ),
    (
        "matrices",
        "void main() { mat3 m = mat3(i[2]); m[1] = vec3(1, 2, 3); int k = int(i[2]) - 1; m[k][2] = 9.0; o[0] = uint(m[1].z); mat2x3 n = mat2x3(m); o[1] = uint(n[1].y); o[2] = uint(determinant(m)); o[3] = uint((transpose(n) * vec3(1, 2, 3)).x); }",
    ),
    ("barrier", "shared uint s[2]; void main() { s[0] = uint(i[2]); barrier(); o[0] = s[0]; }"),
    (
        "functions with out",
        "void split(in float x, out float w, inout uint n) { w = floor(x); n += 3; } void main() { float w; uint n = 4; split(i[2], w, n); o[0] = uint(w); o[1] = n; }",
    ),
];

const STAGES: &[(&str, ShaderStage, &str)] = &[
    (
        "point size 1",
        ShaderStage::Vertex,
        "void main() { gl_Position = vec4(0.0, 0.0, 0.0, 1.0); gl_PointSize = 1.0; }",
    ),
    (
        "plain vertex",
        ShaderStage::Vertex,
        "layout(location = 0) in vec2 p;\nlayout(location = 0) out vec2 q;\nvoid main() { q = p; gl_Position = vec4(p, 0.0, 1.0); }",
    ),
    (
        "frag depth",
        ShaderStage::Fragment,
        "layout(location = 0) out vec4 c;\nvoid main() { c = gl_FragCoord; gl_FragDepth = 0.5; }",
    ),
    (
        "discard",
        ShaderStage::Fragment,
        "layout(location = 0) out vec4 c;\nvoid main() { if (gl_FragCoord.x < 2.0) discard; c = vec4(dFdx(gl_FragCoord.x)); }",
    ),
    (
        "primitive",
        ShaderStage::Fragment,
        "layout(location = 0) out vec4 c;\nvoid main() { c = vec4(float(gl_PrimitiveID)); }",
    ),
    (
        "early tests",
        ShaderStage::Fragment,
        "layout(early_fragment_tests) in; layout(location = 0) out vec4 c;\nvoid main() { c = vec4(1.0); }",
    ),
    (
        "sampler",
        ShaderStage::Fragment,
        "layout(set=0,binding=0) uniform texture2D t; layout(set=0,binding=1) uniform sampler s; layout(location=0) in vec2 uv; layout(location = 0) out vec4 c;\nvoid main() { c = texture(sampler2D(t, s), uv) + textureLod(sampler2D(t, s), uv, 0.0) + texelFetch(sampler2D(t, s), ivec2(0), 0) + vec4(textureSize(sampler2D(t, s), 0), 0, 0); }",
    ),
];

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let inputs = kit::storage(&device, &[f32::NAN, f32::INFINITY, 2.5, -0.0]);
    for (name, body) in BODIES {
        compute(r, &device, &queue, name, format!("{HEAD}{body}"), &inputs).await;
    }
    for (name, stage, body) in STAGES {
        let source = wgpu::ShaderSource::Glsl {
            shader: format!("#version 450\n{body}").into(),
            stage: *stage,
            defines: &[],
        };
        r.caught(*name, &device, || {
            device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source })
        })
        .await;
    }
    points(r, &device, &queue).await;
}

async fn compute(
    r: &mut Report,
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    name: &str,
    shader: String,
    inputs: &wgpu::Buffer,
) {
    let (made, error) = crate::caught(device, || {
        let source =
            wgpu::ShaderSource::Glsl { shader: shader.into(), stage: ShaderStage::Compute, defines: &[] };
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(name), source });
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[kit::storage_entry(0), kit::storage_entry(1)],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            ..Default::default()
        });
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        })
    })
    .await;
    r.error(name, error.as_ref());
    if error.is_none() {
        let out = kit::storage_of_size(device, 64);
        kit::dispatch(
            device,
            queue,
            &made,
            &[out.as_entire_binding(), inputs.as_entire_binding()],
            [1, 1, 1],
        );
        r.bytes(format!("{name}: found"), kit::read_bytes(device, queue, &out));
    }
}

/// Points, with the size that GLSL asks them to have.
async fn points(r: &mut Report, device: &wgpu::Device, queue: &wgpu::Queue) {
    let glsl = |stage, text: &'static str| {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Glsl { shader: text.into(), stage, defines: &[] },
        })
    };
    let pipeline = r
        .caught("points", device, || {
            let vertex = glsl(
                ShaderStage::Vertex,
                "#version 450
                void main() {
                    gl_PointSize = 1.0;
                    gl_Position = vec4(float(gl_VertexIndex) * 0.5 - 0.6, 0.3, 0.0, 1.0);
                    if (gl_Position.x > 0.0) gl_PointSize = 1.0;
                }",
            );
            let fragment = glsl(
                ShaderStage::Fragment,
                "#version 450
                layout(location = 0) out vec4 c;
                void main() { c = vec4(1.0, 0.5, 0.25, 1.0); }",
            );
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: None,
                layout: None,
                vertex: wgpu::VertexState {
                    module: &vertex,
                    entry_point: Some("main"),
                    compilation_options: Default::default(),
                    buffers: &[],
                },
                primitive: wgpu::PrimitiveState {
                    topology: wgpu::PrimitiveTopology::PointList,
                    ..Default::default()
                },
                depth_stencil: None,
                multisample: Default::default(),
                fragment: Some(wgpu::FragmentState {
                    module: &fragment,
                    entry_point: Some("main"),
                    compilation_options: Default::default(),
                    targets: canvas::RGBA,
                }),
                multiview_mask: None,
                cache: None,
            })
        })
        .await;
    let target = canvas::target(device, [16, 16], wgpu::TextureFormat::Rgba8Unorm);
    let view = kit::view(&target);
    let mut encoder = kit::encoder(device);
    let mut pass = canvas::pass(&mut encoder, &view);
    pass.set_pipeline(&pipeline);
    pass.draw(0..3, 0..1);
    drop(pass);
    queue.submit([encoder.finish()]);
    r.bytes("points: drawn", kit::read_texture(device, queue, &target));
}
