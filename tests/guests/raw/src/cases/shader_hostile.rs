//! WGSL that overflows a stack of two megabytes in the parser, the validator or the writer: an answer of
//! any kind will do, as long as there is one.

use crate::{Checks, kit};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let nested = |open: &str, close: &str, depth: usize| {
        format!("fn f() -> i32 {{ var x = 1; return {}x{}; }}", open.repeat(depth), close.repeat(depth))
    };
    let statements = |open: &str, depth: usize| {
        format!("@compute @workgroup_size(1) fn main() {{ {} {} }}", open.repeat(depth), "}".repeat(depth))
    };
    let else_if = format!(
        "@compute @workgroup_size(1) fn main() {{ var x = 0; if x == 1 {{}} {} }}",
        "else if x == 2 {}".repeat(4000)
    );
    for (name, source) in [
        ("minus", nested("- ", "", 8000)),
        ("plus", nested("1 + (", ")", 4000)),
        ("a long sum", nested("x+", "", 30_000)),
        ("parentheses", nested("(", ")", 8000)),
        ("references", nested("*&", "", 8000)),
        ("calls", nested("abs(", ")", 4000)),
        ("blocks", statements("{", 8000)),
        ("loops", statements("loop { break; ", 1500)),
        ("ifs", statements("if true {", 4000)),
        ("else ifs", else_if),
        ("arrays", format!("var<private> a: {}i32{};", "array<".repeat(3000), ", 1>".repeat(3000))),
        ("a long name", format!("fn {}() {{}}", "a".repeat(60_000))),
        ("many functions", (0..2000).map(|at| format!("fn f{at}() {{}}\n")).collect()),
        (
            "a chain of calls",
            (1..1500).fold("fn f0() {}\n".to_owned(), |text, at| {
                format!("{text}fn f{at}() {{ f{}(); }}\n", at - 1)
            }),
        ),
    ] {
        let (module, _) = kit::caught(&device, || kit::shader(&device, &source)).await;
        let _ = module.get_compilation_info().await.messages();
        let (_, _) = kit::caught(&device, || kit::pipeline(&device, &module)).await;
        let good =
            c.fine(&format!("{name}: the next one"), &device, || kit::shader(&device, kit::DOUBLE)).await;
        drop(good);
    }
    let data = kit::storage(&device, &[1]);
    c.equal("the device lives", kit::read(&device, &data).await, vec![1]);
}
