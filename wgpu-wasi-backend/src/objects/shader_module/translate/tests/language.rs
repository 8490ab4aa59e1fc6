//! What other languages have and WGSL has not.

use naga::ShaderStage;

use super::compare::compare;
use super::{again, glsl};

const HEAD: &str = "#version 450
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) buffer Out { uint o[]; };
layout(set = 0, binding = 1) buffer In { float i[]; };
";

#[test]
fn plain_glsl() {
    for body in [
        "void main() { int k = int(i[2]); uint s = 0; switch (k) { case 1: case 2: s = 5; break; default: s = 100; } o[0] = s; }",
        "uint target(uint module) { return module + 1; } void main() { uint self = 3; o[0] = target(self) + uint(i[2]); }",
        "struct s1 { uint a1; uint a2; }; uint f1(s1 x1) { return x1.a1 * 10 + x1.a2; } void main() { s1 v1; v1.a1 = 4; v1.a2 = uint(i[2]); o[0] = f1(v1); }",
        "void main() { uint hi, lo; o[0] = bitCount(uint(i[2])) + findMSB(uint(255)) + bitfieldExtract(uint(0xff0), 4, 4); o[1] = uint(fract(i[2]) * 10.0); }",
        "void main() { uint n = 0; do { n++; if (n == 3) continue; if (n > 5) break; } while (n < 100); o[0] = n + uint(i[2]); }",
        "void main() { o[0] = uint(mod(-7.0 + i[3], 3.0) * 10.0); o[1] = uint(roundEven(i[2])); }",
        "void main() { const float t[4] = float[4](1.0, 2.0, 3.0, 4.0); o[0] = uint(t[int(i[2])]); }",
    ] {
        compare(body, &glsl(ShaderStage::Compute, &format!("{HEAD}{body}")));
    }
}

#[test]
fn functions_of_glsl() {
    for body in [
        "void main() { o[0] = uint(isnan(i[0])); o[1] = uint(any(isinf(vec3(i[1], i[2], 0.0)))); }",
        "void main() { mat2 m = outerProduct(vec2(i[2]), vec2(1.0, 2.0)); o[0] = uint(m[1][0]); }",
        "void main() { mat3 m = outerProduct(vec3(i[2]), vec3(1.0, 2.0, i[0])); o[0] = uint(m[1][0]); }",
        "void main() { mat2 m = inverse(mat2(i[2], 0.0, 0.0, 1.0)); o[0] = uint(m[0][0] * 100.0); }",
        "void main() { mat4 m = inverse(mat4(i[2])) * mat4(inverse(mat3(i[1]))); o[0] = uint(m[0][0] * 100.0); }",
    ] {
        again(&glsl(ShaderStage::Compute, &format!("{HEAD}{body}")));
    }
}

#[test]
fn stages_of_glsl() {
    for (stage, text) in [
        (ShaderStage::Vertex, "layout(location = 0) in vec2 p; layout(location = 0) out vec2 q; void main() { q = p; gl_Position = vec4(p, 0.0, 1.0); }"),
        (ShaderStage::Vertex, "layout(location = 0) flat out uint q; void main() { q = uint(gl_VertexIndex) + uint(gl_InstanceIndex); gl_Position = vec4(0.0); }"),
        (ShaderStage::Fragment, "layout(location = 0) out vec4 c; void main() { c = gl_FragCoord; gl_FragDepth = 0.5; }"),
        (ShaderStage::Fragment, "layout(location = 0) out vec4 c; void main() { if (gl_FragCoord.x < 2.0) discard; c = vec4(dFdx(gl_FragCoord.x)); }"),
        (ShaderStage::Fragment, "layout(location = 0) out vec4 c; void main() { c = vec4(float(gl_PrimitiveID)); }"),
        (ShaderStage::Fragment, "layout(set=0,binding=0) uniform texture2D t; layout(set=0,binding=1) uniform sampler s; layout(location=0) in vec2 uv; layout(location = 0) out vec4 c;
            void main() { c = texture(sampler2D(t, s), uv) + textureLod(sampler2D(t, s), uv, 0.0) + texelFetch(sampler2D(t, s), ivec2(0), 0) + vec4(textureSize(sampler2D(t, s), 0), 0, 0) + textureGrad(sampler2D(t, s), uv, vec2(0.1), vec2(0.2)) + texture(sampler2D(t, s), uv, 1.5); }"),
        (ShaderStage::Fragment, "layout(early_fragment_tests) in; layout(location = 0) out vec4 c; void main() { c = vec4(1.0); }"),
    ] {
        compare(text, &glsl(stage, &format!("#version 450\n{text}")));
    }
}

fn chain(count: u32) -> String {
    let links: String = (0..count)
        .map(|at| format!(" else if (x + i[3] == {at}.0) {{ x += 1000.0; o[0] = {at}u; }}"))
        .collect();
    format!("{HEAD}void main() {{ float x = i[2]; if (x == -1.0) {{ o[0] = 7u; }}{links} o[1] = uint(x); }}")
}

/// Hosts of wgpu take braces that nest 127 deep.
#[test]
fn chains_of_else_if() {
    // naga's parser takes a branch within another for each of them.
    let deep = std::thread::Builder::new().stack_size(64 << 20).spawn(check_chains).unwrap();
    deep.join().unwrap();
}

fn check_chains() {
    let module = glsl(ShaderStage::Compute, &chain(150));
    let (text, _names) = super::written(&module).unwrap();
    assert_eq!(text.matches("} else if ").count(), 150, "{text}");
    compare("a chain", &module);
    // A value that is used once more has to be had before the branch, which may change what it is read from.
    let kept = super::wgsl(
        "@group(0) @binding(0) var<storage, read_write> d: array<u32>;
        @compute @workgroup_size(1) fn main() {
            if d[0] == 1u { d[3] = 1u; }
            else { let y = d[1]; if y == 2u { d[1] = 5u; d[2] = y; } }
        }",
    );
    compare("a value that is used again", &kept);
}

#[test]
fn no_indentation() {
    let (text, _names) = super::written(&glsl(ShaderStage::Compute, &chain(3))).unwrap();
    assert!(text.lines().all(|line| !line.starts_with(' ') && !line.is_empty()), "{text}");
}

/// What each number gives in the text, found by following its cases.
#[test]
fn cases_that_fall_through() {
    let body = "void main() { uint s = 0; switch (int(i[2])) {
        case 1: s += 1;
        case 2: s += 10; if (i[1] > 2.0) break; s += 20;
        case 3: case 4: s += 100; break;
        case 5: s += 1000; return;
        default: s += 10000; } o[0] = s; }";
    let (text, _read) = again(&glsl(ShaderStage::Compute, &format!("{HEAD}{body}")));
    let case = |label: &str| {
        let (_, rest) = text.split_once(&format!("case {label}: {{\n")).unwrap();
        let end = rest.find("case ").or(rest.find("o[0]")).unwrap_or(rest.len());
        let sums: Vec<_> = rest[..end].matches(" + ").collect();
        sums.len()
    };
    assert_eq!([case("1"), case("2"), case("3, 4"), case("5"), case("default")], [4, 3, 1, 1, 1], "{text}");
}

#[test]
fn cases_that_grow_without_end_are_refused() {
    let cases: String = (0..400).map(|at| format!("case {at}: s += {at}u;\n")).collect();
    let body = format!(
        "{HEAD}void main() {{ uint s = 0; switch (int(i[2])) {{ {cases} default: s += 7u; }} o[0] = s; }}"
    );
    let why = super::written(&glsl(ShaderStage::Compute, &body)).unwrap_err().to_string();
    assert!(why.contains("`switch`"), "{why}");
}

#[test]
fn point_sizes() {
    let vertex = |body: &str| {
        let text = format!(
            "#version 450\nlayout(location = 0) in float size;\nvoid main() {{ gl_Position = vec4(0.0); {body} }}"
        );
        super::written(&glsl(ShaderStage::Vertex, &text)).map(|(text, _names)| text)
    };
    for one in [
        "gl_PointSize = 1.0;",
        "if (size > 2.0) { gl_PointSize = 1.0; }",
        "const float s = 1.0; gl_PointSize = s;",
    ] {
        let text = vertex(one).unwrap();
        assert!(!text.contains("point"), "{text}");
    }
    for other in ["gl_PointSize = 2.0;", "gl_PointSize = size;", "gl_PointSize = 1.0; gl_PointSize += size;"]
    {
        let why = vertex(other).unwrap_err().to_string();
        assert!(why.contains("gl_PointSize"), "{other}: {why}");
    }
}

#[test]
fn what_webgpu_does_not_have_is_named() {
    for (stage, text, name) in [
        (ShaderStage::Vertex, "void main() { gl_Position = vec4(float(gl_BaseVertex)); }", "BaseVertex"),
        (
            ShaderStage::Fragment,
            "layout(location = 0) out vec4 c; void main() { c = vec4(gl_PointCoord, 0.0, 1.0); }",
            "PointCoord",
        ),
    ] {
        let why = super::written(&glsl(stage, &format!("#version 450\n{text}"))).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
}

#[test]
fn chains_of_else_if_with_calls() {
    let links: String =
        (0..5).map(|at| format!(" else if (max(x, i[1]) == {at}.0) {{ x += 1.0; }}")).collect();
    let text = format!(
        "{HEAD}void main() {{ float x = i[2]; if (x == -1.0) {{ o[0] = 7u; }}{links} o[1] = uint(x); }}"
    );
    let (text, _names) = super::written(&glsl(ShaderStage::Compute, &text)).unwrap();
    assert_eq!(text.matches("} else if ").count(), 5, "{text}");
}
