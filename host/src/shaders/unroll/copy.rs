//! A function anew, with loops written out.

use std::collections::HashMap;

use wgpu::naga::{
    Arena, AtomicFunction, Block, Expression, Function, GatherMode, Handle, LocalVariable, Module, Range,
    ScalarKind, Span, Statement, SwitchCase,
};

use crate::shaders::{
    statements::every,
    unroll::{Count, Counted, operands::operands, plan::after_condition},
};

/// `function` with those of its loops written out that are in `loops`, each before those inside it. `None`: it has
/// something that WebGPU does not have.
pub(super) fn function(module: &Module, function: &Function, loops: &[Option<Counted>]) -> Option<Function> {
    let mut copy = Copy {
        module,
        function,
        loops,
        next: 0,
        expressions: Arena::new(),
        copies: vec![None; function.expressions.len()],
        literals: HashMap::new(),
        counters: Vec::new(),
    };
    copy.never_emitted();
    let mut local_variables = function.local_variables.clone();
    for (_, variable) in local_variables.iter_mut() {
        variable.init = copy.perhaps(variable.init)?;
    }
    let body = copy.block(&function.body)?;
    Some(Function {
        name: function.name.clone(),
        arguments: function.arguments.clone(),
        result: function.result.clone(),
        local_variables,
        expressions: copy.expressions,
        named_expressions: Default::default(),
        body,
        diagnostic_filter_leaf: function.diagnostic_filter_leaf,
    })
}

/// The way through a function, the statements of a loop that is written out as often as it has iterations.
struct Copy<'a> {
    module: &'a Module,
    function: &'a Function,
    loops: &'a [Option<Counted>],
    /// The next loop's place among them.
    next: usize,
    expressions: Arena<Expression>,
    /// The newest copy of each expression. Of those in a loop, no other is in reach.
    copies: Vec<Option<Handle<Expression>>>,
    literals: HashMap<Count, Handle<Expression>>,
    /// The numbers at which the loops around are.
    counters: Vec<(Handle<LocalVariable>, Count)>,
}

type Handles = Option<Handle<Expression>>;

impl Copy<'_> {
    /// Copies what no statement evaluates: constants, variables, arguments. They come before all else.
    fn never_emitted(&mut self) {
        let mut emitted = vec![false; self.function.expressions.len()];
        mark(&self.function.body, &mut emitted);
        for (handle, expression) in self.function.expressions.iter() {
            if emitted.get(handle.index()) != Some(&false) || is_result(expression) {
                continue;
            }
            if let Some(number) = Count::in_text(self.module, self.function, handle) {
                let literal = self.literal(number);
                self.know(handle, literal);
            } else if let Some(expression) = self.remade(expression) {
                self.add(handle, expression);
            }
        }
    }

    /// An expression of copies.
    fn remade(&self, expression: &Expression) -> Option<Expression> {
        let mut expression = expression.clone();
        for handle in operands(&mut expression)? {
            *handle = self.at(*handle)?;
        }
        Some(expression)
    }

    /// The copy of an expression.
    fn at(&self, handle: Handle<Expression>) -> Handles {
        self.copies.get(handle.index()).copied().flatten()
    }

    /// The same where there may be none. The outer `None` is an error.
    fn perhaps(&self, handle: Handles) -> Option<Handles> {
        match handle {
            Some(handle) => self.at(handle).map(Some),
            None => Some(None),
        }
    }

    fn add(&mut self, of: Handle<Expression>, expression: Expression) -> Handle<Expression> {
        let copy = self.expressions.append(expression, self.function.expressions.get_span(of));
        self.know(of, copy);
        copy
    }

    fn know(&mut self, of: Handle<Expression>, copy: Handle<Expression>) {
        if let Some(place) = self.copies.get_mut(of.index()) {
            *place = Some(copy);
        }
    }

    fn literal(&mut self, value: Count) -> Handle<Expression> {
        let expressions = &mut self.expressions;
        *self
            .literals
            .entry(value)
            .or_insert_with(|| expressions.append(Expression::Literal(value.literal()), Span::UNDEFINED))
    }

    /// The number that a copy is.
    fn number(&self, copy: Handle<Expression>) -> Option<Count> {
        Count::of(self.expressions.try_get(copy).ok()?)
    }

    /// The number that an expression of copies comes to, if that is known here.
    fn folded(&self, expression: &Expression) -> Option<Count> {
        match *expression {
            Expression::Load { pointer } => {
                let Expression::LocalVariable(variable) = *self.expressions.try_get(pointer).ok()? else {
                    return None;
                };
                self.counters.iter().rev().find(|(counter, _)| *counter == variable).map(|(_, count)| *count)
            }
            Expression::Binary { op, left, right } => {
                Count::calculated(op, self.number(left)?, self.number(right)?)
            }
            Expression::As { expr, kind, convert: None | Some(4) } => match (self.number(expr)?, kind) {
                (Count::U32(value), ScalarKind::Sint) => Some(Count::I32(value.cast_signed())),
                (Count::I32(value), ScalarKind::Uint) => Some(Count::U32(value.cast_unsigned())),
                (same @ Count::U32(_), ScalarKind::Uint) | (same @ Count::I32(_), ScalarKind::Sint) => {
                    Some(same)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn block(&mut self, block: &Block) -> Option<Block> {
        let mut copy = Block::with_capacity(block.len());
        for (statement, span) in block.span_iter() {
            self.statement(statement, *span, &mut copy)?;
        }
        Some(copy)
    }

    fn statement(&mut self, statement: &Statement, span: Span, into: &mut Block) -> Option<()> {
        let copy = match statement {
            Statement::Emit(range) => return self.emit(range, into),
            Statement::Loop { body, continuing, break_if } => {
                return self.a_loop(body, continuing, *break_if, span, into);
            }
            Statement::Block(block) => Statement::Block(self.block(block)?),
            Statement::If { condition, accept, reject } => Statement::If {
                condition: self.at(*condition)?,
                accept: self.block(accept)?,
                reject: self.block(reject)?,
            },
            Statement::Switch { selector, cases } => {
                let selector = self.at(*selector)?;
                let mut case = |case: &SwitchCase| {
                    let &SwitchCase { value, ref body, fall_through } = case;
                    Some(SwitchCase { value, body: self.block(body)?, fall_through })
                };
                Statement::Switch { selector, cases: cases.iter().map(&mut case).collect::<Option<_>>()? }
            }
            Statement::Break
            | Statement::Continue
            | Statement::Kill
            | Statement::ControlBarrier(_)
            | Statement::MemoryBarrier(_) => statement.clone(),
            Statement::Return { value } => Statement::Return { value: self.perhaps(*value)? },
            Statement::Store { pointer, value } => {
                Statement::Store { pointer: self.at(*pointer)?, value: self.at(*value)? }
            }
            _ => self.call(statement)?,
        };
        into.push(copy, span);
        Some(())
    }

    /// A statement that may have a result.
    fn call(&mut self, statement: &Statement) -> Option<Statement> {
        let mut copy = statement.clone();
        match &mut copy {
            Statement::ImageStore { image, coordinate, array_index, value } => {
                for handle in [image, coordinate, value].into_iter().chain(array_index) {
                    *handle = self.at(*handle)?;
                }
            }
            Statement::ImageAtomic { image, coordinate, array_index, fun, value } => {
                for handle in [image, coordinate, value].into_iter().chain(array_index).chain(compared(fun)) {
                    *handle = self.at(*handle)?;
                }
            }
            Statement::Atomic { pointer, fun, value, result } => {
                for handle in [pointer, value].into_iter().chain(compared(fun)) {
                    *handle = self.at(*handle)?;
                }
                self.results(result)?;
            }
            Statement::WorkGroupUniformLoad { pointer, result } => {
                *pointer = self.at(*pointer)?;
                self.results([result])?;
            }
            Statement::Call { function: _, arguments, result } => {
                for handle in arguments {
                    *handle = self.at(*handle)?;
                }
                self.results(result)?;
            }
            Statement::SubgroupBallot { result, predicate } => {
                *predicate = self.perhaps(*predicate)?;
                self.results([result])?;
            }
            Statement::SubgroupGather { mode, argument, result } => {
                *argument = self.at(*argument)?;
                match mode {
                    GatherMode::Broadcast(from)
                    | GatherMode::Shuffle(from)
                    | GatherMode::ShuffleDown(from)
                    | GatherMode::ShuffleUp(from)
                    | GatherMode::ShuffleXor(from)
                    | GatherMode::QuadBroadcast(from) => *from = self.at(*from)?,
                    GatherMode::BroadcastFirst | GatherMode::QuadSwap(_) => {}
                }
                self.results([result])?;
            }
            Statement::SubgroupCollectiveOperation { op: _, collective_op: _, argument, result } => {
                *argument = self.at(*argument)?;
                self.results([result])?;
            }
            _ => return None,
        }
        Some(copy)
    }

    /// Has each of the results be one of its own.
    fn results<'a>(&mut self, results: impl IntoIterator<Item = &'a mut Handle<Expression>>) -> Option<()> {
        for result in results {
            let expression = self.function.expressions.try_get(*result).ok()?.clone();
            *result = self.add(*result, expression);
        }
        Some(())
    }

    /// Copies expressions that a statement evaluates, but for those that are numbers now.
    fn emit(&mut self, range: &Range<Expression>, into: &mut Block) -> Option<()> {
        // Literals are not evaluated, so they stand between what is.
        let mut run: Option<(Handle<Expression>, Handle<Expression>)> = None;
        for handle in range.clone() {
            let expression = self.remade(self.function.expressions.try_get(handle).ok()?)?;
            if let Some(number) = self.folded(&expression) {
                let literal = self.literal(number);
                self.know(handle, literal);
                continue;
            }
            let copy = self.add(handle, expression);
            run = match run {
                Some((first, last)) if last.index() + 1 == copy.index() => Some((first, copy)),
                other => {
                    emitted(other, into);
                    Some((copy, copy))
                }
            };
        }
        emitted(run, into);
        Some(())
    }

    fn a_loop(
        &mut self,
        body: &Block,
        continuing: &Block,
        break_if: Handles,
        span: Span,
        into: &mut Block,
    ) -> Option<()> {
        let counted = self.loops.get(self.next).copied()?;
        self.next += 1;
        let Some(Counted { variable, first, iterations }) = counted else {
            let (body, continuing) = (self.block(body)?, self.block(continuing)?);
            into.push(Statement::Loop { body, continuing, break_if: self.perhaps(break_if)? }, span);
            return Some(());
        };
        let inside = self.next;
        let condition = body.len().checked_sub(after_condition(body)?.len() + 1)?;
        for iteration in 0..iterations {
            self.next = inside;
            self.counters.push((variable, first.after(iteration)));
            let mut copy = Block::with_capacity(body.len());
            for (position, (statement, span)) in body.span_iter().enumerate() {
                if position != condition {
                    self.statement(statement, *span, &mut copy)?;
                }
            }
            self.counters.pop();
            into.push(Statement::Block(copy), span);
        }
        // The step has no loop in it.
        let pointer = self.expressions.append(Expression::LocalVariable(variable), span);
        let value = self.literal(first.after(iterations));
        into.push(Statement::Store { pointer, value }, span);
        Some(())
    }
}

fn emitted(run: Option<(Handle<Expression>, Handle<Expression>)>, into: &mut Block) {
    if let Some((first, last)) = run {
        into.push(Statement::Emit(Range::new_from_bounds(first, last)), Span::UNDEFINED);
    }
}

/// What an atomic operation compares with.
fn compared(fun: &mut AtomicFunction) -> Option<&mut Handle<Expression>> {
    match fun {
        AtomicFunction::Exchange { compare } => compare.as_mut(),
        _ => None,
    }
}

/// Whether an expression is what a statement of its own has for a result.
fn is_result(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::CallResult(_)
            | Expression::AtomicResult { .. }
            | Expression::WorkGroupUniformLoadResult { .. }
            | Expression::SubgroupBallotResult
            | Expression::SubgroupOperationResult { .. }
    )
}

/// Marks the expressions that the statements of `block` evaluate.
fn mark(block: &Block, emitted: &mut [bool]) {
    every(block, &mut |statement| {
        if let Statement::Emit(range) = statement {
            for handle in range.clone() {
                if let Some(place) = emitted.get_mut(handle.index()) {
                    *place = true;
                }
            }
        }
        true
    });
}
