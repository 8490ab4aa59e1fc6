//! WGSL that is none, or more than a compiler should be asked for.

use super::{gpu::*, *};

async fn module(gpu: &Gpu, code: &str) -> Answer {
    gpu.raises(|| kit::shader(gpu, code)).await
}

/// Source that nests `count` times inside an expression or a statement: whatever the compiler says about it
/// will do, as long as it says it and the device works on.
async fn deep(gpu: &Gpu, head: &str, nested: &str, tail: &str, bytes: usize) -> Answer {
    let code = format!("{head}{}{tail}", nested.repeat(bytes / nested.len()));
    let (module, _) = kit::caught(gpu, || kit::shader(gpu, &code)).await;
    let _ = kit::caught(gpu, || kit::pipeline(gpu, &module)).await;
    let _ = module.get_compilation_info().await.messages().len();
    let data = kit::storage(gpu, &[21]);
    Answer::that(kit::read(gpu, &data).await.len() == 1, "the device works on")
}

pub async fn nothing(gpu: &Gpu) -> Answer {
    module(gpu, "").await
}

pub async fn doubling_calls(gpu: &Gpu) -> Answer {
    let code = (1..40).fold("fn f0() {}".to_owned(), |text, at| {
        format!("{text} fn f{at}() {{ f{before}(); f{before}(); }}", before = at - 1)
    });
    module(gpu, &format!("{code} @compute @workgroup_size(1) fn main() {{ f39(); }}")).await
}

pub async fn nul(gpu: &Gpu) -> Answer {
    module(gpu, "\0").await
}

pub async fn nul_in_a_name(gpu: &Gpu) -> Answer {
    module(gpu, "fn f\0g() {}").await
}

pub async fn noise(gpu: &Gpu) -> Answer {
    module(gpu, &"\u{1}\u{fffd}}{)(][@@;;\u{202e}\u{10ffff}".repeat(100)).await
}

pub async fn byte_order_mark(gpu: &Gpu) -> Answer {
    module(gpu, "\u{feff}fn f() {}").await
}

pub async fn no_wgsl(gpu: &Gpu) -> Answer {
    module(gpu, "#version 450\nvoid main() { gl_Position = vec4(0.0); }").await
}

pub async fn comment_without_end(gpu: &Gpu) -> Answer {
    module(gpu, "/* and so on").await
}

pub async fn comments_in_comments(gpu: &Gpu) -> Answer {
    module(gpu, &"/*".repeat(100_000)).await
}

pub async fn function_that_calls_itself(gpu: &Gpu) -> Answer {
    module(gpu, "fn f() { f(); }").await
}

pub async fn functions_that_call_each_other(gpu: &Gpu) -> Answer {
    module(gpu, "fn f() { g(); } fn g() { f(); }").await
}

pub async fn struct_of_itself(gpu: &Gpu) -> Answer {
    module(gpu, "struct S { s: S }").await
}

pub async fn constant_of_itself(gpu: &Gpu) -> Answer {
    module(gpu, "const a = b; const b = a;").await
}

// An error in WGSL; naga takes it, as documented.
pub async fn constant_that_overflows(gpu: &Gpu) -> Answer {
    module(gpu, "const a: i32 = 2147483647i + 1i;").await
}

pub async fn constant_divided_by_zero(gpu: &Gpu) -> Answer {
    module(gpu, "const a: u32 = 1u / 0u;").await
}

pub async fn constant_shifted_too_far(gpu: &Gpu) -> Answer {
    module(gpu, "const a: u32 = 1u << 33u;").await
}

pub async fn literal_of_a_thousand_digits(gpu: &Gpu) -> Answer {
    module(gpu, &format!("const a = {};", "9".repeat(1000))).await
}

pub async fn float_beyond_all_floats(gpu: &Gpu) -> Answer {
    module(gpu, "const a: f32 = 1e999f;").await
}

pub async fn array_of_nothing(gpu: &Gpu) -> Answer {
    module(gpu, "var<private> a: array<u32, 0>;").await
}

pub async fn array_of_less_than_nothing(gpu: &Gpu) -> Answer {
    module(gpu, "var<private> a: array<u32, -1>;").await
}

pub async fn array_of_all_memory(gpu: &Gpu) -> Answer {
    module(gpu, "var<private> a: array<array<array<vec4<f32>, 65535>, 65535>, 65535>;").await
}

pub async fn index_beyond_the_array(gpu: &Gpu) -> Answer {
    module(gpu, "fn f() -> u32 { var a = array<u32, 2>(1u, 2u); return a[7]; }").await
}

pub async fn feature_that_is_not_on(gpu: &Gpu) -> Answer {
    module(gpu, "enable f16; const a: f16 = 1h;").await
}

pub async fn extension_that_is_none(gpu: &Gpu) -> Answer {
    module(gpu, "enable telepathy;").await
}

pub async fn language_feature_that_is_none(gpu: &Gpu) -> Answer {
    module(gpu, "requires telepathy;").await
}

pub async fn workgroup_of_nothing(gpu: &Gpu) -> Answer {
    module(gpu, "@compute @workgroup_size(0) fn main() {}").await
}

pub async fn binding_of_64_bits(gpu: &Gpu) -> Answer {
    module(gpu, "@group(0) @binding(18446744073709551616) var s: sampler;").await
}

pub async fn longer_than_the_quota(gpu: &Gpu) -> Answer {
    module(gpu, &" ".repeat((2 << 20) + 1)).await
}

pub async fn name_of_a_hundred_kilobytes(gpu: &Gpu) -> Answer {
    module(gpu, &format!("fn {}() {{}}", "n".repeat(100_000))).await
}

pub async fn functions_by_the_thousand(gpu: &Gpu) -> Answer {
    module(gpu, &(0..5000).map(|number| format!("fn f{number}() {{}}\n")).collect::<String>()).await
}

pub async fn compilation_info_without_end(gpu: &Gpu) -> Answer {
    let (module, _) = kit::caught(gpu, || kit::shader(gpu, "fn f() { ✗ }")).await;
    for _ in 0..1000 {
        drop(module.get_compilation_info().await.messages());
    }
    Answer::quiet()
}

// What a guest says about its entry points is a hint.
pub async fn hints_that_make_no_sense(gpu: &Gpu) -> Answer {
    let hints = (0..1000)
        .map(|_| GpuShaderModuleCompilationHint {
            entry_point: "\0nobody".to_owned(),
            layout: Some(GpuLayoutMode::Auto),
        })
        .collect();
    gpu.raises(|| {
        gpu.create_shader_module(&GpuShaderModuleDescriptor {
            code: kit::DOUBLE.to_owned(),
            compilation_hints: Some(hints),
            label: None,
        })
    })
    .await
}

pub async fn deep_pointers(gpu: &Gpu) -> Answer {
    deep(gpu, "fn f() { var x = 1; let y = ", "*&", "x; }", 16 << 10).await
}

pub async fn deep_negations(gpu: &Gpu) -> Answer {
    deep(gpu, "fn f() { let y = ", "- ", "1; }", 32 << 10).await
}

pub async fn deep_sums(gpu: &Gpu) -> Answer {
    deep(gpu, "fn f() { var x = 1; let y = x", "+x", "; }", 32 << 10).await
}

pub async fn deep_alternatives(gpu: &Gpu) -> Answer {
    let head = "@compute @workgroup_size(1) fn main() { var x = 1; if x == 2 {} ";
    deep(gpu, head, "else if x == 3 {} ", "}", 70 << 10).await
}

pub async fn deep_parentheses(gpu: &Gpu) -> Answer {
    deep(gpu, "const a = ", "(", "1", 32 << 10).await
}

pub async fn deep_blocks(gpu: &Gpu) -> Answer {
    deep(gpu, "fn f() ", "{", "", 32 << 10).await
}

pub async fn deep_arrays(gpu: &Gpu) -> Answer {
    deep(gpu, "var<private> a: ", "array<", "u32", 32 << 10).await
}

pub async fn deep_calls(gpu: &Gpu) -> Answer {
    deep(gpu, "const a = ", "abs(", "1", 32 << 10).await
}

pub async fn deep_conjunctions(gpu: &Gpu) -> Answer {
    deep(gpu, "fn f(x: bool) -> bool { return x", "&&x", "; }", 16 << 10).await
}

pub async fn deep_indices(gpu: &Gpu) -> Answer {
    deep(gpu, "const a = array(1); const b = ", "a[", "0", 32 << 10).await
}
