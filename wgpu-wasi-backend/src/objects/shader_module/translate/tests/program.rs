//! Names, overrides, and operations on constants.

use naga::{Module, ShaderStage};

use super::super::super::names::Stage;
use super::compare::compare;
use super::{again, wgsl, written};

fn with_names(names: [&str; 3]) -> Module {
    let mut module = wgsl(
        "override step2: f32 = 1.0;
        @vertex fn first() -> @builtin(position) vec4<f32> { return vec4<f32>(step2); }
        @fragment fn second() -> @location(0) vec4<f32> { return vec4<f32>(step2); }",
    );
    module.entry_points[0].name = names[0].to_owned();
    module.entry_points[1].name = names[1].to_owned();
    module.overrides.iter_mut().next().unwrap().1.name = Some(names[2].to_owned());
    module
}

#[test]
fn any_name_is_found_again() {
    for names in [
        ["a::b", "c::d", "e::f"],
        ["main", "main", "scale"],
        ["main", "main_1", "main"],
        ["fn", "target", "override"],
        ["été", "1", "_"],
        ["fill.main", "fill_main", "__x"],
        ["vec4", "dot", "position"],
    ] {
        let module = with_names(names);
        let (text, found) = written(&module).unwrap();
        let read = wgsl(&text);
        for (stage, of, name) in [
            (Stage::Vertex, ShaderStage::Vertex, names[0]),
            (Stage::Fragment, ShaderStage::Fragment, names[1]),
        ] {
            let written = found.entry_point(stage, name);
            let is = |entry: &&naga::EntryPoint| entry.stage == of && entry.name == written;
            assert_eq!(read.entry_points.iter().filter(is).count(), 1, "{names:?} {written}\n{text}");
        }
        let key = found.constant(names[2]);
        let mut named = read.overrides.iter().filter(|(_, value)| value.name.as_ref() == Some(&key));
        assert!(named.next().is_some() && named.next().is_none(), "{names:?} {key}\n{text}");
    }
}

#[test]
fn names_that_only_the_text_has_are_not_there() {
    let (_text, found) = written(&with_names(["a::b", "c::d", "e::f"])).unwrap();
    assert_ne!(found.entry_point(Stage::Vertex, "a_b"), "a_b");
    assert_ne!(found.constant("e_f"), "e_f");
}

/// naga's own writer loses or panics on each of these.
#[test]
fn overrides() {
    compare(
        "overrides",
        &wgsl(
            "override count: u32 = 4u;
            override width: u32 = count * 2u;
            @id(5) override scale: f32;
            override less: f32 = -scale + f32(width);
            override both: bool = count > 2u && !(width == 3u);
            const table = array<vec2<u32>, 2>(vec2<u32>(1u, 2u), vec2<u32>(3u));
            var<workgroup> shared_words: array<u32, count>;
            @group(0) @binding(0) var<storage, read_write> out: array<f32>;
            @compute @workgroup_size(width, 1, count) fn main(@builtin(local_invocation_index) at: u32) {
                shared_words[at % count] = width + table[at & 1u].y;
                workgroupBarrier();
                out[at] = select(less, f32(shared_words[0]), both);
            }",
        ),
    );
}

#[test]
fn wgsl_of_all_kinds() {
    for text in [
        "enable f16;
        struct Out { @builtin(position) @invariant p: vec4<f32>, @location(0) @interpolate(flat, either) a: vec2<u32>,
            @location(1) @interpolate(linear, centroid) b: vec3<f32>, @location(2) c: f16 }
        @vertex fn v(@location(0) x: vec4<f32>, @builtin(instance_index) i: u32) -> Out {
            return Out(x, vec2<u32>(i), x.xyz, f16(x.w));
        }
        @fragment fn f(in: Out, @builtin(front_facing) front: bool, @builtin(sample_mask) mask: u32) -> @location(3) vec4<f32> {
            if front && mask > 1u { discard; }
            return vec4<f32>(in.b, f32(in.c)) * fwidth(in.b.x) + dpdxFine(in.b.y);
        }",
        "@group(0) @binding(0) var t: texture_2d_array<f32>;
        @group(0) @binding(1) var s: sampler;
        @group(0) @binding(2) var d: texture_depth_cube;
        @group(0) @binding(3) var c: sampler_comparison;
        @group(0) @binding(4) var m: texture_multisampled_2d<i32>;
        @group(0) @binding(5) var w: texture_storage_3d<rgba16float, write>;
        @group(0) @binding(6) var dd: texture_depth_2d;
        @group(0) @binding(7) var u: texture_1d<u32>;
        fn pass_on(t: texture_2d_array<f32>, s: sampler) -> vec4<f32> { return textureSampleLevel(t, s, vec2<f32>(), 1, 2.0); }
        @fragment fn main(@builtin(position) p: vec4<f32>) -> @location(0) vec4<f32> {
            var sum = textureSample(t, s, p.xy, 2i, vec2<i32>(1, -1)) + textureSampleBias(t, s, p.xy, 1u, p.z)
                + textureSampleGrad(t, s, p.xy, 1, p.zw, p.xx) + textureGather(2, t, s, p.xy, 1u) + pass_on(t, s);
            sum += textureSampleCompare(d, c, p.xyz, 0.5) + textureSampleCompareLevel(d, c, p.xyz, p.w) + textureSample(d, s, p.xyz);
            sum += textureGatherCompare(dd, c, p.xy, 0.25) + textureSampleLevel(dd, s, p.xy, 1u) + textureLoad(dd, vec2<u32>(p.xy), 0);
            sum += vec4<f32>(textureLoad(m, vec2<i32>(p.xy), 2)) + vec4<f32>(textureLoad(u, 3, 0)) + textureGather(dd, s, p.xy);
            sum.x += f32(textureDimensions(t, 1).x + textureNumLayers(t) + textureNumLevels(t) + textureNumSamples(m));
            textureStore(w, vec3<i32>(p.xyz), sum);
            return sum;
        }",
        "struct S { a: array<vec3<f32>, 4>, m: mat3x2<f32>, n: atomic<i32> }
        @group(0) @binding(0) var<storage, read_write> s: S;
        var<private> p: array<mat2x2<f32>, 2>;
        var<workgroup> w: array<atomic<u32>, 4>;
        fn change(v: ptr<function, vec3<f32>>, at: u32) -> f32 { (*v)[at] += 1.0; (*v).y = 2.0; return (*v).z; }
        @compute @workgroup_size(2) fn main(@builtin(local_invocation_id) id: vec3<u32>) {
            var v = s.a[id.x];
            let x = change(&v, id.y);
            s.m[id.x] = vec2<f32>(x, v[id.z]);
            p[id.x][1].y = s.m[2].x;
            let r = atomicCompareExchangeWeak(&s.n, 3, -2147483648);
            if r.exchanged { atomicStore(&w[r.old_value], 2u); } else { _ = atomicAdd(&w[1], 5u); }
            workgroupBarrier(); storageBarrier();
            let u = workgroupUniformLoad(&v2);
            let f = frexp(x); let g = modf(v.y);
            s.a[f.exp] = vec3<f32>(f.fract, g.whole, g.fract) * f32(u) + bitcast<vec3<f32>>(vec3<u32>(id));
            for (var i = 0; i < 3; i++) { if i == 1 { continue; } switch i { case 0, 2: { s.a[i].x = -x; } default: { return; } } }
            var k = 0u;
            loop { k = k + 1u; let done = k > 4u; continuing { k = k * 2u; break if done || k == 7u; } }
            let packed = pack4x8unorm(vec4<f32>(x)) + dot4U8Packed(k, 7u) + extractBits(k, 2u, 3u);
            s.a[1] = select(v, unpack4x8snorm(packed).xyz, vec3<bool>(true, false, k > 2u)) + faceForward(v, v, v);
            let value = array<f32, 3>(x, 1.0, 2.0);
            s.a[2].y = value[k] + value[1] + transpose(s.m)[1].z + f32(all(v > vec3<f32>(1.0))) + f32(u32(-x) >> 3u);
        }
        var<workgroup> v2: u32;",
    ] {
        compare(text, &wgsl(text));
    }
}

/// A compiler of WGSL refuses these where it can do them itself. In other languages they have results.
#[test]
fn operations_on_constants_are_done_at_run_time() {
    let mut module = wgsl(
        "@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
        @compute @workgroup_size(1) fn main() { let a = 1.0; out[0] = vec4<f32>(a / 7.0, sqrt(a), -a, a - 7.0); }",
    );
    // As from SPIR-V, in which constants are operands like all others.
    for (_, expression) in module.entry_points[0].function.expressions.iter_mut() {
        if let naga::Expression::Literal(naga::Literal::F32(value)) = expression {
            *value = if *value == 7.0 { 0.0 } else { -*value };
        }
    }
    compare("constants", &module);
    let (text, _read) = again(&module);
    assert!(text.contains("/ 0.0f"), "{text}");
}
