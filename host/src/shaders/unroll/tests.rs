use wgpu::naga::{
    self, Arena, Block, Expression, Module, Statement,
    valid::{Capabilities, ModuleInfo, ValidationFlags, Validator},
};

use super::{MAX_COPIED, unroll};
use crate::shaders::statements::every;

fn parse(code: &str) -> Module {
    naga::front::wgsl::parse_str(code).unwrap_or_else(|error| panic!("{}", error.emit_to_string(code)))
}

fn valid(module: &Module) -> ModuleInfo {
    Validator::new(ValidationFlags::all(), Capabilities::all()).validate(module).unwrap()
}

/// A shader that does `statements`.
fn shader(statements: &str) -> Module {
    let module = parse(&format!(
        "const FOUR = 4;
        @group(0) @binding(0) var<storage, read_write> data: array<u32>;
        var<workgroup> shared_: array<u32, 64>;
        var<workgroup> hits: atomic<u32>;
        fn change(p: ptr<function, u32>) {{ *p = 0u; }}
        fn twice(x: u32) -> u32 {{ return x * 2u; }}
        @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) me: u32) {{
            var a: array<u32, 16>; var v: vec4<f32>; let n = data[0];
            {statements}
            data[me] = a[n] + u32(v.x);
        }}"
    ));
    valid(&module);
    module
}

/// The loops, and the indices that are no literals, of what is evaluated.
fn left(block: &Block, expressions: &Arena<Expression>) -> (usize, usize) {
    let (mut loops, mut indices) = (0, 0);
    every(block, &mut |statement| {
        match statement {
            Statement::Loop { .. } => loops += 1,
            Statement::Emit(range) => {
                for handle in range.clone() {
                    if let Expression::Access { index, .. } = expressions[handle] {
                        indices += usize::from(!matches!(expressions[index], Expression::Literal(_)));
                    }
                }
            }
            _ => {}
        }
        true
    });
    (loops, indices)
}

/// The same of the entry point, after and before. What comes out is valid.
fn changed(statements: &str) -> Option<((usize, usize), (usize, usize))> {
    let module = shader(statements);
    let of = |module: &Module| {
        let function = &module.entry_points[0].function;
        left(&function.body, &function.expressions)
    };
    let unrolled = unroll(&module)?;
    valid(&unrolled);
    // What is written out is text again as well.
    Some((of(&unrolled), of(&module)))
}

#[test]
fn loops_that_index_by_what_they_count_are_written_out() {
    for (statements, copies) in [
        ("for (var i = 0u; i < 4u; i++) { a[i] = n; }", 0),
        ("for (var i = 0; i < FOUR; i++) { a[i] = n; }", 0),
        ("for (var i = 0; i < 4; i++) { v[i] = f32(n); }", 0),
        ("for (var i = 2u; i < 14u; i += 1u) { a[u32(i)] = a[i + 1u] + a[15u - i]; }", 0),
        ("for (var i = -2; i < 3; i++) { a[i + 2] = n; }", 0),
        ("for (var i = -2; i < 3; i++) { a[u32(i + 2) / 1u % 16u] = n; }", 0),
        ("for (var i = 0u; i < 4u; i++) { for (var j = 0u; j < 4u; j++) { a[i * 4u + j] = n; } }", 0),
        ("for (var i = 0u; i < 4u; i++) { for (var j = 0u; j < 4u; j++) { a[j] += i; } }", 1),
        ("for (var i = 0u; i < 4u; i++) { if n == i { a[i] = 1u; } else { a[i] = 2u; } }", 0),
        ("for (var i = 0u; i < 4u; i++) { switch n { case 1u: { a[i] = 1u; break; } default: {} } }", 0),
        ("for (var i = 0u; i < 4u; i++) { a[i] = twice(i) + atomicAdd(&hits, 1u); }", 0),
        (
            "for (var i = 0u; i < 4u; i++) { shared_[i] = i; workgroupBarrier(); a[i] = workgroupUniformLoad(&hits_()); }",
            0,
        ),
        ("var i = 3u; a[n] = 1u; i = 0u; for (; i < 4u; i++) { a[i] = 1u; } a[i] = 7u;", 0),
        ("for (var i = 0u; i < 4u; i++) { if n == 3u { return; } a[i] = n; }", 0),
        (
            "for (var i = 0u; i < 4u; i++) { for (var k = 0u; k < n; k++) { if k == 2u { break; } a[i] = k; } }",
            4,
        ),
    ] {
        let statements = statements.replace("workgroupUniformLoad(&hits_())", "workgroupUniformLoad(&hits)");
        let ((loops, _), _) = changed(&statements).unwrap_or_else(|| panic!("{statements}"));
        assert_eq!(loops, copies, "{statements}");
    }
}

#[test]
fn no_index_of_theirs_is_left_to_be_checked() {
    // Those of `data` and of the last line of `main` are left.
    let others = changed("for (var i = 0u; i < 4u; i++) { a[i] = 1u; }").unwrap();
    assert_eq!(others, ((0, 2), (1, 3)));
    let both =
        "for (var i = 0u; i < 4u; i++) { for (var j = 0u; j < 4u; j++) { a[i * 4u + j] = a[j] + a[i]; } }";
    assert_eq!(changed(both).unwrap(), ((0, 2), (2, 5)));
}

#[test]
fn other_loops_stay() {
    for statements in [
        "",
        "for (var i = 0u; i < n; i++) { a[i] = 1u; }",
        "for (var i = n; i < 4u; i++) { a[i] = 1u; }",
        "for (var i = 0u; i < 4u; i++) { data[i] = 1u; }",
        "for (var i = 0u; i < 4u; i++) { a[n] = i; }",
        "for (var i = 0u; i < 4u; i++) { a[i] = 1u; if n == i { break; } }",
        "for (var i = 0u; i < 4u; i++) { if n == i { continue; } a[i] = 1u; }",
        "for (var i = 0u; i < 4u; i++) { switch n { case 1u: { continue; } default: {} } a[i] = 1u; }",
        "for (var i = 0u; i < 4u; i++) { a[i] = 1u; i = n; }",
        "for (var i = 0u; i < 4u; i++) { a[i] = 1u; change(&i); }",
        "for (var i = 0u; i < 4u; i += 2u) { a[i] = 1u; }",
        "for (var i = 4u; i < 4u; i++) { a[i] = 1u; }",
        "for (var i = 4u; i > 0u; i--) { a[i] = 1u; }",
        "for (var i = 0u; i < 65u; i++) { a[i] = 1u; }",
        "var i = 0u; if n == 1u { i = 2u; } for (; i < 4u; i++) { a[i] = 1u; }",
        "var i = 0u; while n == data[1] { for (; i < 4u; i++) { a[i] = 1u; } }",
        "var i = 0u; change(&i); for (; i < 4u; i++) { a[i] = 1u; }",
        "var i = 0u; loop { if i >= 4u { break; } a[i] = 1u; continuing { i++; break if n == 2u; } }",
        "var i = 0u; loop { if i >= 4u { break; } a[i] = 1u; continuing { i++; data[1] += 1u; } }",
    ] {
        assert_eq!(changed(statements), None, "{statements}");
    }
}

#[test]
fn copies_are_bounded() {
    let inner = "for (var i = 0u; i < 64u; i++) { shared_[i] += n; }";
    let nested = (0..4).fold(inner.to_owned(), |inside, at| {
        format!("for (var i{at} = 0u; i{at} < 64u; i{at}++) {{ shared_[i{at}] += n; {inside} }}")
    });
    for statements in [nested, inner.repeat(1000)] {
        let module = shader(&statements);
        let unrolled = unroll(&module).unwrap();
        valid(&unrolled);
        let count = |module: &Module| module.entry_points[0].function.expressions.len() as u64;
        let copied = count(&unrolled) - count(&module);
        assert!((100..=MAX_COPIED).contains(&copied), "{copied}");
    }
}

#[test]
fn what_calls_and_is_called_is_changed_alike() {
    let module = parse(
        "fn sum(p: ptr<function, array<f32, 8>>) -> f32 {
            var total = 0.0;
            for (var i = 0u; i < 8u; i++) { total += (*p)[i]; }
            return total;
        }
        @group(0) @binding(0) var<storage, read_write> data: array<f32>;
        @compute @workgroup_size(1) fn main() {
            var a = array<f32, 8>(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0);
            data[0] = sum(&a);
        }",
    );
    let unrolled = unroll(&module).unwrap();
    valid(&unrolled);
    let (_, function) = unrolled.functions.iter().next().unwrap();
    assert_eq!(left(&function.body, &function.expressions), (0, 0));
}
