//! Which loops of a shader end by themselves, whatever the numbers are: loops that count. Almost every loop of
//! a real shader is one, and needs no bound.

use wgpu::naga::{
    Arena, BinaryOperator, Block, Expression, Handle, Literal, LocalVariable, Statement, UnaryOperator,
};

use crate::shaders::statements::every;

/// A loop of naga's IR: `body`, then `continuing`, then again unless `break_if` holds.
pub(crate) struct Loop<'a> {
    pub(crate) body: &'a Block,
    pub(crate) continuing: &'a Block,
    pub(crate) expressions: &'a Arena<Expression>,
}

/// The direction in which a loop counts, in steps of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// What a loop asks before each iteration: whether `variable` has come to `limit`.
#[derive(Clone, Copy, Debug)]
struct Condition {
    variable: Handle<LocalVariable>,
    direction: Direction,
    limit: Handle<Expression>,
}

impl Loop<'_> {
    /// Whether it is seen to end. The loop has to look like what becomes of
    /// `for (…; i < n; i++)` or `for (…; i > n; i--)`, with a local variable `i` that nothing else in the loop
    /// changes. Then every way to the next iteration passes the step, and each iteration begins with
    /// `i < n`. So `i` is below the largest number of its type when the step adds one to it, which therefore
    /// never wraps: `i` grows with every iteration, and there are at most 2³² of them, whatever becomes of `n`.
    pub(crate) fn ends(&self) -> bool {
        self.counting().is_some()
    }

    /// The variable that the loop counts up, one by one, and the expression that it stays below. `None` of any
    /// other loop.
    pub(crate) fn counts_up_to(&self) -> Option<(Handle<LocalVariable>, Handle<Expression>)> {
        let Condition { variable, direction, limit } = self.counting()?;
        (direction == Direction::Up).then_some((variable, limit))
    }

    /// How it counts, if it does.
    fn counting(&self) -> Option<Condition> {
        let condition = self.condition()?;
        let Condition { variable, direction, limit: _ } = condition;
        let counts = self.step() == Some((variable, direction)) && self.assignments(variable) == Some(1);
        counts.then_some(condition)
    }

    /// The variable that the loop begins by comparing, and which way it has to go for the loop to end.
    fn condition(&self) -> Option<Condition> {
        // What is evaluated before, and therefore in this iteration.
        let emitted = self.body.iter().map_while(|statement| match statement {
            Statement::Emit(range) => Some(range.clone()),
            _ => None,
        });
        let fresh: Vec<_> = emitted.flatten().collect();
        let first = self.body.iter().find(|statement| !matches!(statement, Statement::Emit(_)))?;
        let Statement::If { condition, accept, reject } = first else { return None };
        let mut condition = *condition;
        // `if condition {} else { break; }`, or the other way round.
        let mut goes_on = match (&**accept, &**reject) {
            ([], [Statement::Break]) => true,
            ([Statement::Break], []) => false,
            _ => return None,
        };
        while fresh.contains(&condition)
            && let Expression::Unary { op: UnaryOperator::LogicalNot, expr } =
                self.expressions.try_get(condition).ok()?
        {
            condition = *expr;
            goes_on = !goes_on;
        }
        let Expression::Binary { op, left, right } = *self.expressions.try_get(condition).ok()? else {
            return None;
        };
        use BinaryOperator::{Greater, GreaterEqual, Less, LessEqual};
        // As a comparison that is strict, and that holds when the loop goes on.
        let (smaller, larger) = match (op, goes_on) {
            (Less, true) | (GreaterEqual, false) => (left, right),
            (Greater, true) | (LessEqual, false) => (right, left),
            _ => return None,
        };
        if !fresh.contains(&condition) {
            return None;
        }
        let counted = |side| self.loaded(side).filter(|_| fresh.contains(&side));
        let up = |variable| Condition { variable, direction: Direction::Up, limit: larger };
        let down = |variable| Condition { variable, direction: Direction::Down, limit: smaller };
        match (counted(smaller), counted(larger)) {
            // `a < b` with two variables: the one that the loop steps is the one meant.
            (Some(smaller), Some(larger)) => {
                let (stepped, direction) = self.step()?;
                let meant = match direction {
                    Direction::Up => up(smaller),
                    Direction::Down => down(larger),
                };
                (meant.variable == stepped).then_some(meant)
            }
            (Some(variable), None) => Some(up(variable)),
            (None, Some(variable)) => Some(down(variable)),
            (None, None) => None,
        }
    }

    /// The variable that `continuing` changes by one, and which way.
    fn step(&self) -> Option<(Handle<LocalVariable>, Direction)> {
        let mut fresh = Vec::new();
        for statement in self.continuing.iter() {
            match statement {
                Statement::Emit(range) => fresh.extend(range.clone()),
                Statement::Store { pointer, value } => {
                    let variable = self.variable(*pointer)?;
                    let Expression::Binary { op, left, right } = *self.expressions.try_get(*value).ok()?
                    else {
                        return None;
                    };
                    let of_now = |side| fresh.contains(&side) && self.loaded(side) == Some(variable);
                    let steps = fresh.contains(value)
                        && match op {
                            BinaryOperator::Add => {
                                of_now(left) && self.is_one(right) || of_now(right) && self.is_one(left)
                            }
                            BinaryOperator::Subtract => of_now(left) && self.is_one(right),
                            _ => false,
                        };
                    let direction = if op == BinaryOperator::Add { Direction::Up } else { Direction::Down };
                    return steps.then_some((variable, direction));
                }
                _ => return None,
            }
        }
        None
    }

    /// The local variable that a pointer points at as a whole.
    fn variable(&self, pointer: Handle<Expression>) -> Option<Handle<LocalVariable>> {
        match self.expressions.try_get(pointer).ok()? {
            Expression::LocalVariable(variable) => Some(*variable),
            _ => None,
        }
    }

    /// The local variable whose value an expression is.
    fn loaded(&self, value: Handle<Expression>) -> Option<Handle<LocalVariable>> {
        match self.expressions.try_get(value).ok()? {
            Expression::Load { pointer } => self.variable(*pointer),
            _ => None,
        }
    }

    fn is_one(&self, value: Handle<Expression>) -> bool {
        matches!(self.expressions.try_get(value), Ok(Expression::Literal(Literal::U32(1) | Literal::I32(1))))
    }

    /// How many statements of the loop assign to `variable`; `None` where one may do so in a way that is not
    /// seen here.
    fn assignments(&self, variable: Handle<LocalVariable>) -> Option<usize> {
        let mut count = 0;
        let mut seen = |statement: &Statement| match statement {
            Statement::Store { pointer, value: _ } => {
                count += usize::from(self.root(*pointer) == Some(variable));
                true
            }
            // A function can change what it gets a pointer to.
            Statement::Call { function: _, arguments, result: _ } => {
                arguments.iter().all(|argument| self.root(*argument) != Some(variable))
            }
            Statement::Emit(_)
            | Statement::Block(_)
            | Statement::If { .. }
            | Statement::Switch { .. }
            | Statement::Loop { .. }
            | Statement::Break
            | Statement::Continue
            | Statement::Return { .. }
            | Statement::Kill
            | Statement::ControlBarrier(_)
            | Statement::MemoryBarrier(_)
            | Statement::ImageStore { .. }
            | Statement::WorkGroupUniformLoad { .. }
            | Statement::ImageAtomic { .. }
            | Statement::SubgroupBallot { .. }
            | Statement::SubgroupGather { .. }
            | Statement::SubgroupCollectiveOperation { .. } => true,
            Statement::Atomic { pointer, .. } => self.root(*pointer) != Some(variable),
            // WebGPU has none of these.
            Statement::RayQuery { .. }
            | Statement::RayPipelineFunction(_)
            | Statement::CooperativeStore { .. } => false,
        };
        (every(self.body, &mut seen) && every(self.continuing, &mut seen)).then_some(count)
    }

    /// The local variable that a pointer points at or into.
    fn root(&self, pointer: Handle<Expression>) -> Option<Handle<LocalVariable>> {
        root(self.expressions, pointer)
    }
}

/// The local variable that a pointer points at or into.
pub(crate) fn root(
    expressions: &Arena<Expression>,
    pointer: Handle<Expression>,
) -> Option<Handle<LocalVariable>> {
    match expressions.try_get(pointer).ok()? {
        Expression::LocalVariable(variable) => Some(*variable),
        Expression::Access { base, index: _ } | Expression::AccessIndex { base, index: _ } => {
            root(expressions, *base)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wgpu::naga::{self, Module};

    use super::*;

    /// The loops of `block` that are seen to end, and all of them.
    fn count(block: &Block, expressions: &Arena<Expression>) -> (usize, usize) {
        let (mut ending, mut all) = (0, 0);
        every(block, &mut |statement| {
            if let Statement::Loop { body, continuing, break_if: _ } = statement {
                all += 1;
                ending += usize::from(Loop { body, continuing, expressions }.ends());
            }
            true
        });
        (ending, all)
    }

    fn loops(statements: &str) -> (usize, usize) {
        let code = format!(
            "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
            fn change(p: ptr<function, u32>) {{ *p = 0u; }}
            fn f(n: u32, m: i32) {{ var i = 0u; var j = 0u; {statements} }}"
        );
        let module: Module = naga::front::wgsl::parse_str(&code).unwrap();
        let (_, function) = module.functions.iter().last().unwrap();
        count(&function.body, &function.expressions)
    }

    #[test]
    fn loops_that_count_end() {
        for code in [
            "for (var i = 0u; i < n; i++) { data[i] = i; }",
            "for (var i = 0u; i < n; i += 1u) { if data[i] == 2u { continue; } data[i] += 1u; }",
            "for (var i = 0; i < m; i = 1 + i) { if i == 7 { break; } }",
            "for (var i = 9; i > m; i--) { data[i] = 1u; }",
            "for (var i = 9u; 0u < i; i -= 1u) { data[i] = 1u; }",
            "for (var i = 0u; !(i >= n); i++) {}",
            "for (var i = 0u; i < data[i]; i++) { data[i] = 0u; }",
            "for (; i < j; i++) { j += 2u; }",
            "loop { if i >= n { break; } data[i] = 1u; continuing { i++; } }",
            "for (var i = 0u; i < n; i++) { workgroupBarrier(); j = i; change(&j); }",
            "for (var i = 0u; i < arrayLength(&data); i++) { switch i { case 1u: { continue; } default: {} } }",
        ] {
            assert_eq!(loops(code), (1, 1), "{code}");
        }
        assert_eq!(
            loops("for (var i = 0u; i < n; i++) { for (var k = i; k < n; k++) { data[k] = i; } }"),
            (2, 2)
        );
        assert_eq!(loops("for (var i = 0u; i < n; i++) { loop { if data[i] > n { break; } } }"), (1, 2));
    }

    #[test]
    fn what_may_never_end_is_not_seen_to_end() {
        for code in [
            "loop {}",
            "loop { if data[0] == 1u { break; } }",
            "while i < n {}",
            "while i < n { i++; }",
            // The comparison holds for the largest number as well, and then `i` wraps.
            "for (var i = 0u; i <= n; i++) {}",
            "for (var i = 9u; i >= n; i--) {}",
            // It may step over the end.
            "for (var i = 0u; i < n; i += 2u) {}",
            "for (var i = 0u; i < n; i += n) {}",
            "for (var i = 0u; i != n; i++) {}",
            // The wrong way.
            "for (var i = 0u; i < n; i--) {}",
            "for (var i = 9u; i > n; i++) {}",
            // Another variable, or no change at all.
            "for (var i = 0u; i < n; j++) {}",
            "for (var i = 0u; i < n;) {}",
            "for (; i < j; j++) {}",
            // Something else changes it, too.
            "for (var i = 0u; i < n; i++) { i = 0u; }",
            "for (var i = 0u; i < n; i++) { if n == 3u { i -= 1u; } }",
            "for (var i = 0u; i < n; i++) { for (; j < n; j++) { i = j; } }",
            "for (var i = 0u; i < n; i++) { change(&i); }",
            "for (var i = 0u; i < n; i++) { let p = &i; *p = 0u; }",
            // Values of before the loop.
            "let old = i; for (; old < n; i++) {}",
            "let old = i; for (; i < n; i = old + 1u) {}",
            "let over = i < n; loop { if !over { break; } continuing { i++; } }",
            // The condition is not the first thing, or not always looked at.
            "loop { if j == 1u { continue; } if i >= n { break; } continuing { i++; } }",
            "loop { if i >= n { if j == 1u { break; } } continuing { i++; } }",
            "loop { if i >= n { break; } continuing { if j == 1u { i++; } } }",
            // Not whole numbers.
            "for (var x = 0.0; x < 1e30; x += 1.0) {}",
            // A part of a variable.
            "var v = vec2<u32>(); for (; v.x < n; v.x++) {}",
        ] {
            let (ending, _) = loops(code);
            let inner = code.contains("for (; j < n; j++)");
            assert_eq!(ending, usize::from(inner), "{code}");
        }
    }
}
