//! How deep WGSL goes, by its text alone.
//!
//! naga's parser, its validator and the writers behind pipelines call themselves once for each operator of a chain such
//! as `a + b + c …`, for each `else if`, and for each bracket; their stack grows with that, and their time faster. Both
//! are bounded here, before anything is parsed, so that a long shader of many small functions may be as long as it is.

use std::mem;

use crate::shaders::directives::Tokens;

/// A bracket that is open, or the text outside of all.
#[derive(Default)]
struct Level {
    /// Operators, `else`s and closed brackets of the expression or statement that one is in.
    chain: usize,
    /// Of the `if` that one is in.
    elses: usize,
    /// `<` without their `>`: the lists of templates, or comparisons.
    angles: usize,
    /// Whether a block has just ended, and with it the statement, if no `else` follows.
    after_block: bool,
}

/// The most brackets, operators and `else`s inside each other in `code`. Where they could be either inside each other or
/// side by side, which the text alone does not tell, it is the former.
pub(crate) fn depth(code: &str) -> usize {
    // The innermost, and those around it.
    let (mut level, mut around) = (Level::default(), Vec::new());
    let mut outside = 0_usize;
    let mut deepest = 0;
    for token in (Tokens { code, at: 0 }) {
        let Some(text) = code.get(token) else { break };
        if mem::take(&mut level.after_block) && text != "else" {
            (level.chain, level.elses) = (0, 0);
        }
        match text {
            "(" | "[" | "{" => {
                outside += level.chain + 1;
                around.push(mem::take(&mut level));
            }
            ")" | "]" | "}" => {
                let Some(outer) = around.pop() else { continue };
                level = outer;
                outside -= level.chain + 1;
                if text == "}" {
                    (level.chain, level.after_block) = (level.elses, true);
                } else {
                    level.chain += 1;
                }
            }
            ";" => level = Level::default(),
            "," => level.chain = level.angles,
            "else" => {
                level.elses += 1;
                level.chain = level.elses;
            }
            "<" => {
                level.chain += 1;
                level.angles += 1;
            }
            ">" => {
                level.chain += 1;
                level.angles = level.angles.saturating_sub(1);
            }
            "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "!" | "~" | "=" | "." => level.chain += 1,
            // Words, numbers, and what no expression has.
            _ => {}
        }
        deepest = deepest.max(outside + level.chain);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        quotas::{
            COMPILER_STACK_MARGIN, MAX_SHADER_DEPTH, STACK_BYTES_PER_SHADER_BYTE,
            STACK_BYTES_PER_SHADER_LEVEL,
        },
        testing,
    };

    #[test]
    fn chains_brackets_and_elses_are_deep() {
        for (unit, each) in
            [("+x", 1), ("- ", 1), ("*&", 2), ("(", 1), ("[", 1), ("{", 1), (".x", 1), ("[0]", 1), ("&&x", 2)]
        {
            let code = format!("fn f() {{ let a = b{}; }}", unit.repeat(1000));
            // And the `=` and the braces.
            assert!((1000 * each..=1000 * each + 3).contains(&depth(&code)), "{unit}: {}", depth(&code));
        }
        let elses = format!("fn f() {{ if x {{}} {} }}", "else if x {} ".repeat(1000));
        assert!((1000..1004).contains(&depth(&elses)), "{}", depth(&elses));
        let templates = format!("alias A = {};", "array<vec<f32, 3>, a<1, ".repeat(1000));
        assert!(depth(&templates) >= 2000);
    }

    #[test]
    fn what_stands_side_by_side_is_not() {
        for unit in [
            "let a = b + c * d;",
            "if x { a = b; } else { a = c; }",
            "a[0] = f(1 + 2, 3 + 4);",
            "for (var i = 0; i < 4; i++) { a = i; }",
            "// a + b - c * d - - - -\n",
            "/* ((((( /* { */ */",
            "switch x { case 1, 2: { a = b; } default: {} }",
        ] {
            let code = format!("fn f() {{ {} }}", unit.repeat(1000));
            assert!(depth(&code) < 10, "{unit}: {}", depth(&code));
        }
        for unit in [
            "fn f(a: array<f32, 4>) -> vec4<f32> { return a; }",
            "@group(0) @binding(1) var<private> a: f32;",
        ] {
            assert!(depth(&unit.repeat(1000)) < 10, "{unit}");
        }
        let numbers = format!("const a = array<f32, 1000>({});", "-1.5, ".repeat(1000));
        assert!(depth(&numbers) < 10);
    }

    #[test]
    fn brackets_that_do_not_match_are_survived() {
        for code in ["", ")", "}}}]", "([{", "({)}", ">>>", "else else", "/*", "é\u{2028}"] {
            assert!(depth(code) < 5, "{code}");
        }
    }

    /// Bytes of its stack that a thread has touched with `job`.
    #[cfg(target_os = "linux")]
    fn stack_used(job: impl FnOnce() + Send + 'static) -> usize {
        let measured = move || {
            let here = std::ptr::from_ref(&job).addr();
            job();
            let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let mut inside = false;
            for line in maps.lines() {
                let range = line.split_once(' ').and_then(|(range, _)| range.split_once('-'));
                let address = |text: &str| usize::from_str_radix(text, 16).ok();
                if let Some((start, end)) = range.and_then(|(start, end)| address(start).zip(address(end))) {
                    inside = (start..end).contains(&here);
                } else if let Some(kib) = line.strip_prefix("Rss:").filter(|_| inside) {
                    return kib.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10;
                }
            }
            panic!("the stack is not in the list of mappings")
        };
        std::thread::Builder::new().stack_size(8 << 30).spawn(measured).unwrap().join().unwrap()
    }

    /// Shaders that make the compiler recurse: as deep as may be, or long.
    #[cfg(target_os = "linux")]
    fn hostile() -> [(&'static str, String); 9] {
        /// Less than may be, for the time that it takes; what it takes of the stack grows with it.
        const LONG: usize = 256 << 10;
        let main = |body: &str| {
            format!(
                "@group(0) @binding(0) var<storage, read_write> out: array<i32>;
                 @compute @workgroup_size(1) fn main() {{
                     var x = out[1]; let y0 = x; var b = x == 1; var v = vec3<i32>(x); {body}
                 }}"
            )
        };
        let deep = |unit: &str, each: usize| unit.repeat((MAX_SHADER_DEPTH - 10) / each);
        // Each needs the next, and the last something else.
        let long = |line: &dyn Fn(usize) -> String, last: &dyn Fn(usize) -> String| {
            let count = LONG / line(10_000).len();
            (0..count).map(line).chain([last(count)]).collect::<String>()
        };
        [
            ("a sum", main(&format!("out[0] = {}x;", deep("x+", 1)))),
            ("a conjunction", main(&format!("if {}b {{ out[0] = 1; }}", deep("b&&", 2)))),
            ("swizzles", main(&format!("out[0] = v{}.x;", deep(".xyz", 1)))),
            ("else ifs", main(&format!("if b {{}} {}", deep("else if b {out[2]=1;}", 1)))),
            ("constants", long(&|at| format!("const c{at}=c{}+1;", at + 1), &|at| format!("const c{at}=1;"))),
            ("aliases", long(&|at| format!("alias t{at}=t{};", at + 1), &|at| format!("alias t{at}=i32;"))),
            (
                "functions",
                long(&|at| format!("fn f{at}(){{f{}();}}", at + 1), &|at| format!("fn f{at}(){{}}")),
            ),
            (
                "structs",
                long(&|at| format!("struct s{at}{{a:s{}}}", at + 1), &|at| format!("struct s{at}{{a:i32}}")),
            ),
            ("names", main(&long(&|at| format!("let y{}=y{at}+x;", at + 1), &|_| String::new()))),
        ]
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_compilers_stack_covers_the_deepest_and_the_longest() {
        for (name, code) in hostile() {
            let (length, depth) = (code.len(), depth(&code));
            assert!(depth <= MAX_SHADER_DEPTH, "{name}: {depth}");
            let used = stack_used(move || {
                let (device, _queue) = testing::native_device(&testing::adapter(&testing::instance()));
                device.on_uncaptured_error(std::sync::Arc::new(|_| {}));
                let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: None,
                    source: wgpu::ShaderSource::Wgsl(code.into()),
                });
                let _ = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: None,
                    layout: None,
                    module: &module,
                    entry_point: Some("main"),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: None,
                });
            });
            let there = depth * STACK_BYTES_PER_SHADER_LEVEL
                + length * STACK_BYTES_PER_SHADER_BYTE
                + COMPILER_STACK_MARGIN;
            assert!(used <= there / 2, "{name}, {length} bytes {depth} deep, took {used} bytes of {there}");
        }
    }
}
