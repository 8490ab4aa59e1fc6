//! Shaders that are right, what they need bound, and ways to break them. None of these loops: the number of steps
//! of a broken one would be anybody's guess. What does is in `wgsl.rs`.
//!
//! What one leaves in a buffer does not depend on which invocation comes first, unless it is broken: the guest is run
//! twice, and has to read the same.

use crate::random::Random;

/// What a binding of a bind group holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Storage,
    Uniform,
    /// A uniform buffer with a dynamic offset.
    Dynamic,
    Sampler,
    Texture,
    StorageTexture,
}

/// The shapes of bind groups that the shaders use, by number.
pub(crate) const SHAPES: [&[Slot]; 6] = [
    &[Slot::Storage],
    &[Slot::Uniform, Slot::Storage],
    &[Slot::Sampler, Slot::Texture, Slot::Uniform],
    &[Slot::StorageTexture, Slot::Texture],
    &[Slot::Dynamic],
    &[],
];

/// A shader that is right.
pub(crate) struct Shader {
    code: &'static str,
    /// Whether it has the entry point `main` of a compute stage.
    compute: bool,
    /// Whether it has the entry points `vertex` and `fragment`, and if so, whether there has to be a vertex buffer of
    /// `vec4<f32>`.
    render: Option<bool>,
    groups: &'static [usize],
    constants: &'static [&'static str],
}

/// A shader as it is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) code: String,
    /// What is known about it; `None` when it was broken.
    pub(crate) facts: Option<Facts>,
}

/// What a pipeline has to know about a shader.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// See [`Shader::compute`].
    pub(crate) compute: bool,
    /// See [`Shader::render`].
    pub(crate) render: Option<bool>,
    /// The number in [`SHAPES`] of each bind group.
    pub(crate) groups: &'static [usize],
    /// The override constants that it has.
    pub(crate) constants: Vec<String>,
}

/// One of [`SHADERS`], as it is or broken.
pub(crate) fn written(random: &mut Random) -> Text {
    let Shader { code, compute, render, groups, constants } = &SHADERS[random.below(SHADERS.len())];
    if random.hostile() || random.chance(60) {
        return Text { code: broken(random, code), facts: None };
    }
    let constants = constants.iter().map(|name| (*name).to_owned()).collect();
    Text {
        code: (*code).to_owned(),
        facts: Some(Facts { compute: *compute, render: *render, groups, constants }),
    }
}

const SHADERS: [Shader; 7] = [
    Shader {
        code: "
            @group(0) @binding(0) var<storage, read_write> data: array<u32>;
            @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
                if id.x < arrayLength(&data) && id.y + id.z == 0u { data[id.x] = (data[id.x] + 1u) & 3u; }
            }",
        compute: true,
        render: None,
        groups: &[0],
        constants: &[],
    },
    Shader {
        code: "
            override scale: u32 = 1; @id(7) override shift: f32 = 0.5;
            struct Parameters { at: vec4<u32> }
            @group(0) @binding(0) var<uniform> parameters: Parameters;
            @group(0) @binding(1) var<storage, read_write> data: array<u32, 4>;
            @compute @workgroup_size(1) fn main() {
                data[parameters.at.x & 3u] = min(scale, 3u);
                data[parameters.at.y] = u32(clamp(shift, 0.0, 1.0));
            }",
        compute: true,
        render: None,
        groups: &[1],
        constants: &["scale", "7"],
    },
    Shader {
        code: "
            @group(0) @binding(0) var target_: texture_storage_2d<rgba8unorm, write>;
            @group(0) @binding(1) var source: texture_2d<f32>;
            @compute @workgroup_size(2, 2) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
                textureStore(target_, id.xy, textureLoad(source, vec2<i32>(id.xy), 0));
            }",
        compute: true,
        render: None,
        groups: &[3],
        constants: &[],
    },
    Shader {
        code: "
            var<workgroup> shared_: array<atomic<u32>, 8>;
            @group(0) @binding(0) var<storage, read_write> data: array<u32>;
            @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
                atomicAdd(&shared_[i & 3u], 1u);
                workgroupBarrier();
                if i < arrayLength(&data) { data[i] = atomicLoad(&shared_[i]) & 3u; }
            }",
        compute: true,
        render: None,
        groups: &[0],
        constants: &[],
    },
    Shader {
        code: "
            @vertex fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> {
                return vec4<f32>(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.5, 1.0);
            }
            @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(0.0, 1.0, 0.0, 1.0); }",
        compute: false,
        render: Some(false),
        groups: &[],
        constants: &[],
    },
    Shader {
        code: "
            struct Out { @builtin(position) at: vec4<f32>, @location(0) uv: vec2<f32> }
            @group(0) @binding(0) var sampler_: sampler;
            @group(0) @binding(1) var image: texture_2d<f32>;
            @group(0) @binding(2) var<uniform> tint: vec4<f32>;
            @vertex fn vertex(@location(0) at: vec4<f32>) -> Out { return Out(at, at.xy); }
            @fragment fn fragment(in: Out) -> @location(0) vec4<f32> {
                return textureSample(image, sampler_, in.uv) + tint;
            }",
        compute: false,
        render: Some(true),
        groups: &[2],
        constants: &[],
    },
    Shader {
        code: "
            override red: f32 = 1.0;
            @group(0) @binding(0) var<uniform> tint: vec4<f32>;
            @vertex fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> {
                return vec4<f32>(f32(i % 2u), f32(i / 2u), 0.0, 1.0);
            }
            @fragment fn fragment() -> @location(0) vec4<f32> { return tint * red; }",
        compute: false,
        render: Some(false),
        groups: &[4],
        constants: &["red"],
    },
];

/// What breaks a shader in a way that a change of bytes seldom does.
pub(crate) const PIECES: [&str; 18] = [
    "fn f() -> u32 { return f(); }",
    "const x = 1 / 0;",
    "const_assert 1 == 2;",
    "enable f16;",
    "enable subgroups;",
    "requires nothing;",
    "@group(4294967295) @binding(4294967295) var<uniform> far: u32;",
    "@group(0) @binding(0) var<uniform> again: u32;",
    "var<workgroup> large: array<u32, 4294967295>;",
    "struct S { s: S }",
    "alias A = array<A, 2>;",
    "/* ",
    "\0",
    "@id(65536) override over: i32;",
    "override n: u32; var<workgroup> sized: array<u32, n>;",
    "@compute @workgroup_size(0) fn nothing() {}",
    "@compute @workgroup_size(4096, 4096, 4096) fn many() {}",
    "@fragment fn half(@builtin(position) p: vec4<f32>) -> @location(9) vec4<u32> { return vec4<u32>(p); }",
];

/// `code` with something wrong.
pub(crate) fn broken(random: &mut Random, code: &str) -> String {
    let mut code = code.to_owned();
    for _ in 0..=random.below(3) {
        // The texts above are ASCII, the pieces too: every place is between two characters.
        let (a, b) = (random.below(code.len() + 1), random.below(code.len() + 1));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 40));
        match random.below(5) {
            0 => code.replace_range(from..to, ""),
            1 => code.insert_str(from, random.one_of(&PIECES)),
            2 => code.push_str(random.one_of(&PIECES)),
            3 => {
                let part = code[from..to].to_owned();
                code.insert_str(random.below(code.len() + 1), &part);
            }
            _ => {
                const WORDS: [&str; 12] = [
                    "u32",
                    "i32",
                    "f32",
                    "vec4<f32>",
                    "array<u32>",
                    "(",
                    "}",
                    "4294967296",
                    "-",
                    "&",
                    "*",
                    "@",
                ];
                code.replace_range(from..to.min(from + 3), random.one_of(&WORDS));
            }
        }
    }
    code
}
