//! The end of every loop of a shader. WebGPU has none, and compilers of drivers take for granted that there is
//! one: with a loop that never ends, they may leave out a check of an index as well.
//! <https://www.w3.org/TR/webgpu/#security-abuse-of-capabilities>
//!
//! wgpu has each loop count in 64 bits, which costs: a training on a GPU took two to five times as long. Here,
//! loops that are seen to end ([`finite_loop`](crate::shaders::finite_loop)), as almost all are, stay as they are. Each
//! other loop counts its iterations, in a counter that all loops of an invocation share, and ends at once when
//! there are as many as there may be. The shader then runs to its end. With a quota, all loops count, since
//! what ends may do so after hours.
//!
//! Runs on the compiler's thread: it recurses with the source, as the compiler does.

use wgpu::naga::{
    self, AddressSpace, Arena, BinaryOperator, Block, Expression, Function, GlobalVariable, Handle, Literal,
    Module, Range, Scalar, Span, Statement, Type, TypeInner,
};

use crate::shaders::finite_loop::Loop;

/// The counter's name; naga makes it another one where the shader has it already.
const COUNTER: &str = "loop_iterations";

/// A shader with loops, all of which end.
#[derive(Debug)]
pub(crate) enum Ending {
    /// They did so before.
    AsItIs,
    /// This one has the same loops, those that may not end with a bound.
    Bounded(Box<Module>),
}

/// Sees to it that the loops of `module` end. With `max`, the loops of one invocation begin so many iterations
/// together; without, no loop begins more than 2³² − 1 that is not seen to end. `None`: there are no loops.
pub(crate) fn bound(mut module: Module, max: Option<u32>) -> Option<Ending> {
    let counter = add_counter(&mut module);
    let Module { functions, entry_points, .. } = &mut module;
    let functions = functions.iter_mut().map(|(_, function)| function);
    let (mut loops, mut bounded) = (0, 0);
    for function in functions.chain(entry_points.iter_mut().map(|entry| &mut entry.function)) {
        let walk = Walk::through(function, counter, max);
        loops += walk.loops;
        bounded += walk.bounded;
    }
    match (loops, bounded) {
        (0, _) => None,
        (_, 0) => Some(Ending::AsItIs),
        _ => Some(Ending::Bounded(Box::new(module))),
    }
}

/// A variable that each invocation has for itself and that begins as zero.
fn add_counter(module: &mut Module) -> Handle<GlobalVariable> {
    let ty = Type { name: None, inner: TypeInner::Scalar(Scalar::U32) };
    let ty = module.types.insert(ty, Span::UNDEFINED);
    let counter = GlobalVariable {
        name: Some(COUNTER.to_owned()),
        space: AddressSpace::Private,
        binding: None,
        ty,
        init: None,
        memory_decorations: naga::MemoryDecorations::empty(),
    };
    module.global_variables.append(counter, Span::UNDEFINED)
}

/// The way through one function.
struct Walk<'a> {
    expressions: &'a mut Arena<Expression>,
    counter: Handle<GlobalVariable>,
    max: Option<u32>,
    found: Found,
}

/// What was found there.
#[derive(Clone, Copy, Default)]
struct Found {
    loops: usize,
    /// Those among them that have a bound now.
    bounded: usize,
}

impl<'a> Walk<'a> {
    fn through(function: &'a mut Function, counter: Handle<GlobalVariable>, max: Option<u32>) -> Found {
        let Function { expressions, body, .. } = function;
        let mut walk = Self { expressions, counter, max, found: Found::default() };
        walk.block(body);
        walk.found
    }

    fn block(&mut self, block: &mut Block) {
        for statement in block.iter_mut() {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &mut Statement) {
        match statement {
            Statement::Block(block) => self.block(block),
            Statement::If { condition: _, accept, reject } => {
                self.block(accept);
                self.block(reject);
            }
            Statement::Switch { selector: _, cases } => {
                for case in cases {
                    self.block(&mut case.body);
                }
            }
            Statement::Loop { body, continuing, break_if: _ } => {
                self.found.loops += 1;
                let ends = Loop { body, continuing, expressions: self.expressions }.ends();
                self.block(body);
                self.block(continuing);
                if self.max.is_some() || !ends {
                    self.found.bounded += 1;
                    body.splice(0..0, self.check());
                }
            }
            // All that hold no statements, so that a new kind that does is not passed over.
            Statement::Emit(_)
            | Statement::Break
            | Statement::Continue
            | Statement::Return { .. }
            | Statement::Call { .. }
            | Statement::Kill
            | Statement::ControlBarrier(_)
            | Statement::MemoryBarrier(_)
            | Statement::Store { .. }
            | Statement::ImageStore { .. }
            | Statement::Atomic { .. }
            | Statement::ImageAtomic { .. }
            | Statement::WorkGroupUniformLoad { .. }
            | Statement::RayQuery { .. }
            | Statement::RayPipelineFunction(_)
            | Statement::SubgroupBallot { .. }
            | Statement::SubgroupGather { .. }
            | Statement::SubgroupCollectiveOperation { .. }
            | Statement::CooperativeStore { .. } => {}
        }
    }

    /// What a loop's body begins with: `if counter >= max { break; } counter += 1;`
    fn check(&mut self) -> Block {
        let mut add = |expression| self.expressions.append(expression, Span::UNDEFINED);
        let pointer = add(Expression::GlobalVariable(self.counter));
        let max = add(Expression::Literal(Literal::U32(self.max.unwrap_or(u32::MAX))));
        let one = add(Expression::Literal(Literal::U32(1)));
        let count = add(Expression::Load { pointer });
        let over = BinaryOperator::GreaterEqual;
        let over = add(Expression::Binary { op: over, left: count, right: max });
        let next = add(Expression::Binary { op: BinaryOperator::Add, left: count, right: one });
        Block::from_vec(vec![
            Statement::Emit(Range::new_from_bounds(count, next)),
            Statement::If {
                condition: over,
                accept: Block::from_vec(vec![Statement::Break]),
                reject: Block::new(),
            },
            Statement::Store { pointer, value: next },
        ])
    }
}

#[cfg(test)]
mod tests {
    use naga::{
        ShaderStage,
        back::{PipelineConstants, pipeline_constants::process_overrides},
        valid::{Capabilities, ModuleInfo, ValidationFlags, Validator},
    };

    use super::*;

    const MAX: u32 = 1000;

    /// Loops in all places that WGSL has for them, in functions that several entry points call.
    const PLACES: &str = "
        @group(0) @binding(0) var<storage, read_write> data: array<u32>;
        var<private> loop_iterations: u32;
        fn early(x: u32) -> u32 {
            for (var i = 0u; i < x; i++) { if i == 7u { return i; } }
            return x;
        }
        fn nested() {
            loop {
                while data[0] < 5u { data[0] += early(3u); { loop { break; } } }
                if data[1] > 1u { loop { if data[1] == 2u { break; } } } else { loop { data[2]++; } }
                switch data[3] {
                    case 1u, 2u: { for (;;) { break; } break; }
                    default: { loop { continuing { break if data[4] > 9u; } } }
                }
                if data[5] == 1u { continue; }
                continuing {
                    for (var i = 0; i < 3; i++) { loop { break; } }
                    loop_iterations += 1u;
                    break if loop_iterations > 9u;
                }
            }
        }
        @compute @workgroup_size(64) fn a() { nested(); }
        @compute @workgroup_size(1) fn b() { nested(); loop {} }
    ";
    const PLACES_LOOPS: usize = 11;

    fn validate(module: &Module) -> ModuleInfo {
        Validator::new(ValidationFlags::all(), Capabilities::all()).validate(module).unwrap()
    }

    /// The module before and after, both of which are valid.
    fn bounded(code: &str) -> (Module, Module) {
        let before = naga::front::wgsl::parse_str(code).unwrap();
        validate(&before);
        let Some(Ending::Bounded(after)) = bound(before.clone(), Some(MAX)) else {
            panic!("nothing to bound in {code}")
        };
        validate(&after);
        (before, *after)
    }

    /// The loops in `block`, each of which has to begin with the check.
    fn checked_loops(block: &Block, expressions: &Arena<Expression>) -> usize {
        let inside = |block| checked_loops(block, expressions);
        block
            .iter()
            .map(|statement| match statement {
                Statement::Block(block) => inside(block),
                Statement::If { condition: _, accept, reject } => inside(accept) + inside(reject),
                Statement::Switch { selector: _, cases } => cases.iter().map(|case| inside(&case.body)).sum(),
                Statement::Loop { body, continuing, break_if: _ } => {
                    let [
                        Statement::Emit(_),
                        Statement::If { condition, accept, reject },
                        Statement::Store { pointer: _, value: _ },
                        ..,
                    ] = &**body
                    else {
                        panic!("no check in {body:?}")
                    };
                    assert!(matches!(&**accept, [Statement::Break]) && reject.is_empty());
                    let Expression::Binary { op: BinaryOperator::GreaterEqual, left: _, right } =
                        expressions[*condition]
                    else {
                        panic!("{:?}", expressions[*condition])
                    };
                    assert_eq!(expressions[right], Expression::Literal(Literal::U32(MAX)));
                    1 + inside(body) + inside(continuing)
                }
                _ => 0,
            })
            .sum()
    }

    fn checked_loops_of(module: &Module) -> usize {
        let functions = module.functions.iter().map(|(_, function)| function);
        functions
            .chain(module.entry_points.iter().map(|entry| &entry.function))
            .map(|function| checked_loops(&function.body, &function.expressions))
            .sum()
    }

    #[test]
    fn every_loop_is_bounded() {
        let (before, after) = bounded(PLACES);
        assert_eq!(checked_loops_of(&after), PLACES_LOOPS);
        assert_eq!(after.global_variables.len(), before.global_variables.len() + 1);
        assert_eq!(after.types.len(), before.types.len(), "u32 was there already");
    }

    #[test]
    fn without_loops_nothing_changes() {
        for code in ["", "fn f() {}", "@compute @workgroup_size(1) fn loops() { if true { return; } }"] {
            let module = naga::front::wgsl::parse_str(code).unwrap();
            assert!(bound(module.clone(), Some(MAX)).is_none() && bound(module, None).is_none(), "{code}");
        }
    }

    /// Barriers, derivatives and subgroup operations want uniform control flow, which the check leaves
    /// uniform.
    #[test]
    fn what_wants_uniform_control_flow_may_stand_in_loops() {
        for code in [
            "var<workgroup> cells: array<u32, 64>;
            @group(0) @binding(0) var<storage, read_write> data: array<u32>;
            @compute @workgroup_size(64) fn f(@builtin(local_invocation_index) i: u32) {
                for (var half = 32u; half > 0u; half /= 2u) {
                    workgroupBarrier();
                    if i < half { cells[i] += cells[i + half]; }
                    storageBarrier();
                    data[i] = workgroupUniformLoad(&cells[0]);
                }
                loop { workgroupBarrier(); data[i] = subgroupAdd(i); }
                workgroupBarrier();
            }",
            "@group(0) @binding(0) var image: texture_2d<f32>;
            @group(0) @binding(1) var look: sampler;
            @fragment fn f(@location(0) at: vec2<f32>) -> @location(0) vec4<f32> {
                var color = vec4<f32>();
                for (var i = 0; i < 9; i++) {
                    color += textureSample(image, look, at * f32(i)) + fwidth(at.x);
                    loop { color += dpdx(color); if i == 3 { break; } }
                }
                return color + dpdy(color);
            }",
            "@vertex fn f(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> {
                var x = 0.0;
                while true { x += f32(i); if x > 9.0 { continue; } }
                return vec4<f32>(x);
            }",
        ] {
            let (_, after) = bounded(code);
            assert!(checked_loops_of(&after) > 0, "{code}");
        }
    }

    #[test]
    fn overrides_get_their_values_afterwards() {
        let code = "
            override count: u32;
            override half = count / 2u;
            var<workgroup> cells: array<u32, count>;
            @group(0) @binding(0) var<storage, read_write> data: array<u32>;
            @compute @workgroup_size(half) fn f() {
                for (var i = 0u; i < half; i++) { cells[i] = count + i; loop { data[i] = half; } }
            }
        ";
        let (_, after) = bounded(code);
        let info = validate(&after);
        let mut constants = PipelineConstants::default();
        constants.insert("count".to_owned(), 128.0);
        let entry = Some((ShaderStage::Compute, "f"));
        let (special, _) = process_overrides(&after, &info, entry, &constants).unwrap();
        assert_eq!(checked_loops_of(&special), 2);
        validate(&special);
        assert_eq!(special.entry_points[0].workgroup_size, [64, 1, 1]);
    }

    /// After a loop that is ended, a function goes on: it needs something to return.
    #[test]
    fn a_function_does_not_end_with_a_loop_that_returns() {
        for body in ["loop { return 1u; }", "if true { loop { return 1u; } } else { return 2u; }"] {
            let module = naga::front::wgsl::parse_str(&format!("fn f() -> u32 {{ {body} }}")).unwrap();
            Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).unwrap_err();
        }
    }

    #[test]
    fn without_a_quota_loops_that_end_stay_as_they_are() {
        let counting = "fn f(n: u32) { for (var i = 0u; i < n; i++) {} }";
        let module = naga::front::wgsl::parse_str(counting).unwrap();
        assert!(matches!(bound(module.clone(), None), Some(Ending::AsItIs)));
        assert!(matches!(bound(module, Some(MAX)), Some(Ending::Bounded(_))));

        let code = format!("{counting} fn g(n: u32) {{ f(n); while n > 1u {{}} }}");
        let module = naga::front::wgsl::parse_str(&code).unwrap();
        let Some(Ending::Bounded(after)) = bound(module, None) else { panic!("no bound") };
        validate(&after);
        let bounds = after.functions.iter().map(|(_, function)| {
            let literals = function.expressions.iter().map(|(_, expression)| expression);
            literals.filter(|e| **e == Expression::Literal(Literal::U32(u32::MAX))).count()
        });
        assert_eq!(bounds.collect::<Vec<_>>(), [0, 1]);
    }
}
