//! Which loops of a function are written out.

use std::mem;

use wgpu::naga::{
    AddressSpace, BinaryOperator, Block, Expression, Function, Handle, LocalVariable, Module, Range,
    ScalarKind, Statement,
};

use crate::shaders::{
    finite_loop::{self, Loop},
    statements::every,
    unroll::{Count, Counted, MAX_ITERATIONS},
};

/// The loops of `function`, each before those inside it: `Some` for those that are written out. What is
/// copied is taken from `left`. `None`: no loop is.
pub(super) fn loops(module: &Module, function: &Function, left: &mut u64) -> Option<Vec<Option<Counted>>> {
    let mut plan = Plan {
        module,
        function,
        stored: stored(function),
        counters: vec![None; function.expressions.len()],
        around: Vec::new(),
        useful: 0,
        loops: Vec::new(),
        left: *left,
    };
    plan.block(&function.body);
    let Plan { loops, left: rest, .. } = plan;
    loops.iter().any(Option::is_some).then(|| {
        *left = rest;
        loops
    })
}

/// How many statements of a function store to each of its variables, and `None` where one may in a way that is not seen
/// here.
fn stored(function: &Function) -> Vec<Option<u32>> {
    let mut stored = vec![Some(0_u32); function.local_variables.len()];
    let mut set = |pointer: Handle<Expression>, seen: bool| {
        let variable = finite_loop::root(&function.expressions, pointer);
        if let Some(count) = variable.and_then(|variable| stored.get_mut(variable.index())) {
            *count = count.filter(|_| seen).map(|count| count.saturating_add(1));
        }
    };
    every(&function.body, &mut |statement| {
        match statement {
            Statement::Store { pointer, value: _ } => set(*pointer, true),
            Statement::Call { arguments, .. } => arguments.iter().for_each(|argument| set(*argument, false)),
            Statement::Atomic { pointer, .. } => set(*pointer, false),
            _ => {}
        }
        true
    });
    stored
}

/// The way through a function, each of its statements once.
struct Plan<'a> {
    module: &'a Module,
    function: &'a Function,
    stored: Vec<Option<u32>>,
    /// Of each expression seen so far that becomes a literal when the loops around it are written out: from which
    /// of these it comes, as bits.
    counters: Vec<Option<u64>>,
    /// The loops around, from the outermost, with the variables of those that may be written out.
    around: Vec<Option<Handle<LocalVariable>>>,
    /// Those of them whose variable is in the index of an array, as bits.
    useful: u64,
    loops: Vec<Option<Counted>>,
    left: u64,
}

impl Plan<'_> {
    /// How many expressions and statements the block has when the loops in it are written out.
    fn block(&mut self, block: &Block) -> u64 {
        let mut size = 0_u64;
        for (position, statement) in block.iter().enumerate() {
            let inside = match statement {
                Statement::Emit(range) => self.emit(range),
                Statement::Block(block) => self.block(block),
                Statement::If { condition: _, accept, reject } => {
                    self.block(accept).saturating_add(self.block(reject))
                }
                Statement::Switch { selector: _, cases } => {
                    cases.iter().map(|case| self.block(&case.body)).fold(0, u64::saturating_add)
                }
                Statement::Loop { body, continuing, break_if } => {
                    let counted = match break_if {
                        None => self.counted(block.get(..position).unwrap_or_default(), body, continuing),
                        Some(_) => None,
                    };
                    self.a_loop(counted, body, continuing)
                }
                _ => 0,
            };
            size = size.saturating_add(inside).saturating_add(1);
        }
        size
    }

    fn a_loop(&mut self, counted: Option<Counted>, body: &Block, continuing: &Block) -> u64 {
        let number = self.loops.len();
        self.loops.push(None);
        let bit = u32::try_from(self.around.len()).ok().and_then(|depth| 1_u64.checked_shl(depth));
        let counted = counted.filter(|_| bit.is_some());
        let bit = bit.unwrap_or_default();
        let before = self.left;
        let useful_outside = mem::take(&mut self.useful);
        self.around.push(counted.map(|counted| counted.variable));
        let size = self.block(body).saturating_add(self.block(continuing));
        self.around.pop();
        let useful = self.useful & bit != 0;
        self.useful = useful_outside | (self.useful & !bit);
        let Some(counted) = counted.filter(|_| useful) else { return size };
        let all = size.saturating_mul(u64::from(counted.iterations));
        let Some(left) = before.checked_sub(all) else { return size };
        self.left = left;
        if let Some(place) = self.loops.get_mut(number) {
            *place = Some(counted);
        }
        all
    }

    fn emit(&mut self, range: &Range<Expression>) -> u64 {
        let mut size = 0;
        for handle in range.clone() {
            size += 1;
            let Ok(expression) = self.function.expressions.try_get(handle) else { continue };
            if let Expression::Access { base, index } = expression
                && let Some(counters) = self.counters(*index)
                && self.is_checked(*base)
            {
                self.useful |= counters;
            }
            let counters = self.folded(expression);
            if let Some(place) = self.counters.get_mut(handle.index()) {
                *place = counters;
            }
        }
        size
    }

    /// From which loops around an expression comes that is a literal in each of their iterations.
    fn counters(&self, handle: Handle<Expression>) -> Option<u64> {
        match self.number(handle) {
            Some(_) => Some(0),
            None => self.counters.get(handle.index()).copied().flatten(),
        }
    }

    /// The same of an expression by what it is made of.
    fn folded(&self, expression: &Expression) -> Option<u64> {
        match expression {
            Expression::Load { pointer } => {
                let Expression::LocalVariable(variable) = self.function.expressions.try_get(*pointer).ok()?
                else {
                    return None;
                };
                let depth = self.around.iter().rposition(|around| *around == Some(*variable))?;
                1_u64.checked_shl(u32::try_from(depth).ok()?)
            }
            Expression::Binary {
                op:
                    BinaryOperator::Add
                    | BinaryOperator::Subtract
                    | BinaryOperator::Multiply
                    | BinaryOperator::Divide
                    | BinaryOperator::Modulo,
                left,
                right,
            } => Some(self.counters(*left)? | self.counters(*right)?),
            Expression::As { expr, kind: ScalarKind::Uint | ScalarKind::Sint, convert: None | Some(4) } => {
                self.counters(*expr)
            }
            _ => None,
        }
    }

    /// Whether naga checks an index of `base` by itself. In buffers, that is the device's matter.
    fn is_checked(&self, mut base: Handle<Expression>) -> bool {
        loop {
            match self.function.expressions.try_get(base) {
                Ok(Expression::Access { base: outer, .. } | Expression::AccessIndex { base: outer, .. }) => {
                    base = *outer;
                }
                Ok(Expression::GlobalVariable(variable)) => {
                    let variable = self.module.global_variables.try_get(*variable);
                    return variable.is_ok_and(|variable| {
                        matches!(variable.space, AddressSpace::Private | AddressSpace::WorkGroup)
                    });
                }
                Ok(_) => return true,
                Err(_) => return false,
            }
        }
    }

    /// The number that an expression is in the text.
    fn number(&self, handle: Handle<Expression>) -> Option<Count> {
        Count::in_text(self.module, self.function, handle)
    }

    /// How a loop counts, with what stands before it in its block: from a number in the text to another, and with no
    /// other way out, nor one to the next iteration.
    fn counted(&self, before: &[Statement], body: &Block, continuing: &Block) -> Option<Counted> {
        let expressions = &self.function.expressions;
        let (variable, limit) = Loop { body, continuing, expressions }.counts_up_to()?;
        let mut steps = continuing.iter().filter(|statement| !matches!(statement, Statement::Emit(_)));
        let (Some(Statement::Store { .. }), None) = (steps.next(), steps.next()) else { return None };
        let first = self.first(before, variable)?;
        let iterations = first.to(self.number(limit)?)?;
        (iterations <= MAX_ITERATIONS && !leaves(after_condition(body)?)).then_some(Counted {
            variable,
            first,
            iterations,
        })
    }

    /// What `variable` is when the statements `before` are done.
    fn first(&self, before: &[Statement], variable: Handle<LocalVariable>) -> Option<Count> {
        let expressions = &self.function.expressions;
        for statement in before.iter().rev() {
            match statement {
                Statement::Emit(_) => {}
                Statement::Store { pointer, value } => {
                    if finite_loop::root(expressions, *pointer) == Some(variable) {
                        return self.number(*value);
                    }
                }
                _ => break,
            }
        }
        // It begins once, and nothing but its own step stores to the variable.
        let once = self.around.is_empty() && self.stored.get(variable.index()) == Some(&Some(1));
        let init = self.function.local_variables.try_get(variable).ok()?.init?;
        once.then(|| self.number(init)).flatten()
    }
}

/// What comes after the condition with which a loop's body begins.
pub(super) fn after_condition(body: &[Statement]) -> Option<&[Statement]> {
    let condition = body.iter().position(|statement| !matches!(statement, Statement::Emit(_)))?;
    body.get(condition + 1..)
}

/// Whether one of the statements ends an iteration of the loop whose body they are.
fn leaves(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match statement {
        Statement::Break | Statement::Continue => true,
        Statement::Block(block) => leaves(block),
        Statement::If { condition: _, accept, reject } => leaves(accept) || leaves(reject),
        // `break` is about the `switch`, `continue` about the loop.
        Statement::Switch { selector: _, cases } => cases
            .iter()
            .any(|case| !every(&case.body, &mut |statement| !matches!(statement, Statement::Continue))),
        _ => false,
    })
}
