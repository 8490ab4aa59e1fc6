//! Loops that the host sees to end, and for which it therefore has wgpu leave out the bound. Each input is a small
//! program; it is written as WGSL for the host, and also run here, from numbers near those at which counting wraps. A loop
//! that is said to end has to count: some variable goes one up, or one down, with every iteration, and never wraps.
#![no_main]

use std::fmt::Write as _;

use libfuzzer_sys::fuzz_target;

/// The most steps of a run, and the most statements of a program.
const STEPS: usize = 4000;
const STATEMENTS: usize = 60;

/// What the variables are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    I32,
    U32,
    F32,
}

/// A number of one of the types, as its bits.
type Bits = u32;

const VARIABLES: [&str; 3] = ["i", "n", "k"];

#[derive(Clone, Copy)]
enum Expression {
    Variable(usize),
    Literal(Bits),
    /// A variable and a literal.
    Sum(usize, Bits),
    Difference(usize, Bits),
    /// The value that a variable had before the innermost loop.
    Before(usize),
}

#[derive(Clone, Copy)]
struct Condition {
    operator: &'static str,
    left: Expression,
    right: Expression,
    not: bool,
}

enum Statement {
    Assign(usize, Expression),
    /// The same by a pointer, and by a function that is given one.
    ThroughPointer(usize, Expression),
    ByFunction(usize, Expression),
    If(Condition, Vec<Statement>, Vec<Statement>),
    Block(Vec<Statement>),
    Break,
    Continue,
    Loop(Loop),
    /// In a `switch`, `break` is about that.
    Switch(usize, Vec<Statement>),
}

struct Loop {
    /// In the order of the text.
    number: usize,
    /// `for` or `while`; else `loop`.
    head: Option<(Condition, Option<Box<Statement>>)>,
    /// In a `loop`, a condition whose value is taken first, and looked at after so many statements.
    late: Option<(Condition, usize)>,
    body: Vec<Statement>,
    continuing: Vec<Statement>,
    break_if: Option<Condition>,
}

/// Makes a program of bytes.
struct Maker<'a> {
    bytes: &'a [u8],
    type_: Type,
    loops: usize,
    statements: usize,
}

impl Maker<'_> {
    fn below(&mut self, end: u8) -> u8 {
        let [first, rest @ ..] = self.bytes else { return 0 };
        self.bytes = rest;
        first % end
    }

    fn variable(&mut self) -> usize {
        [0, 0, 0, 1, 2][usize::from(self.below(5))]
    }

    /// A number that is near to where something happens.
    fn number(&mut self) -> Bits {
        let which = self.below(8);
        match self.type_ {
            Type::U32 | Type::I32 => {
                [0, 1, 2, u32::MAX, u32::MAX - 1, i32::MAX as u32, i32::MIN as u32, i32::MIN as u32 + 1]
                    [usize::from(which)]
            }
            Type::F32 => [0.0, 1.0, 2.0, 16_777_215.0, 16_777_216.0, -1.0, f32::INFINITY, f32::NAN]
                [usize::from(which)]
            .to_bits(),
        }
    }

    /// A number to count by.
    fn step(&mut self) -> Bits {
        let which = self.below(6);
        match self.type_ {
            Type::U32 | Type::I32 => [1, 1, 1, 0, 2, u32::MAX][usize::from(which)],
            Type::F32 => [1.0, 1.0, 1.0, 0.0, 2.0, -1.0_f32][usize::from(which)].to_bits(),
        }
    }

    fn expression(&mut self) -> Expression {
        match self.below(6) {
            0 | 1 => Expression::Variable(self.variable()),
            2 => Expression::Literal(self.number()),
            3 => Expression::Sum(self.variable(), self.step()),
            4 => Expression::Difference(self.variable(), self.step()),
            _ => Expression::Before(self.variable()),
        }
    }

    fn condition(&mut self) -> Condition {
        let operator = ["<", "<", "<", ">", ">", "<=", ">=", "==", "!="][usize::from(self.below(9))];
        let left = if self.below(3) < 2 { Expression::Variable(self.variable()) } else { self.expression() };
        Condition { operator, left, right: self.expression(), not: self.below(4) == 0 }
    }

    /// What most loops do with their variable at the end of an iteration.
    fn counting(&mut self) -> Statement {
        let variable = self.variable();
        let of = if self.below(6) == 0 { self.variable() } else { variable };
        let step = self.step();
        let sum =
            if self.below(2) == 0 { Expression::Sum(of, step) } else { Expression::Difference(of, step) };
        Statement::Assign(variable, sum)
    }

    fn block(&mut self, depth: usize, in_loop: bool) -> Vec<Statement> {
        let mut block = Vec::new();
        for _ in 0..self.below(4) {
            let Some(statement) = self.statement(depth, in_loop) else { break };
            let leaves = matches!(statement, Statement::Break | Statement::Continue);
            block.push(statement);
            // What would follow is never reached, and naga refuses it.
            if leaves {
                break;
            }
        }
        block
    }

    fn statement(&mut self, depth: usize, in_loop: bool) -> Option<Statement> {
        self.statements += 1;
        if self.statements > STATEMENTS {
            return None;
        }
        Some(match self.below(if depth < 4 { 12 } else { 5 }) {
            0 => Statement::Assign(self.variable(), self.expression()),
            1 => self.counting(),
            2 if in_loop => Statement::Continue,
            3 if in_loop => Statement::Break,
            2 | 3 => self.counting(),
            4 => Statement::ThroughPointer(self.variable(), self.expression()),
            5 => Statement::ByFunction(self.variable(), self.expression()),
            6 | 7 => {
                let condition = self.condition();
                Statement::If(condition, self.block(depth + 1, in_loop), self.block(depth + 1, in_loop))
            }
            8 => Statement::Block(self.block(depth + 1, in_loop)),
            9 => Statement::Switch(self.variable(), self.block(depth + 1, in_loop)),
            _ => Statement::Loop(self.make_loop(depth + 1)),
        })
    }

    fn make_loop(&mut self, depth: usize) -> Loop {
        let number = self.loops;
        self.loops += 1;
        let kind = self.below(3);
        if kind < 2 {
            let condition = self.condition();
            let body = self.block(depth, true);
            let step = (kind == 0).then(|| Box::new(self.counting()));
            return Loop {
                number,
                head: Some((condition, step)),
                late: None,
                body,
                continuing: Vec::new(),
                break_if: None,
            };
        }
        let late = (self.below(2) == 0).then(|| (self.condition(), usize::from(self.below(3))));
        let body = self.block(depth, true);
        // Nothing in there may leave it.
        let continuing = match self.below(3) {
            0 => Vec::new(),
            1 => vec![self.counting()],
            _ => vec![self.counting(), Statement::Block(vec![self.counting()])],
        };
        let break_if = (self.below(3) == 0).then(|| self.condition());
        Loop { number, head: None, late, body, continuing, break_if }
    }
}

/// Writes WGSL.
struct Writer {
    type_: Type,
    text: String,
    /// The numbers of the loops around.
    around: Vec<usize>,
}

impl Writer {
    fn type_name(&self) -> &'static str {
        match self.type_ {
            Type::I32 => "i32",
            Type::U32 => "u32",
            Type::F32 => "f32",
        }
    }

    fn literal(&self, bits: Bits) -> String {
        // Also what can't be written as a number: NaN, the smallest integer.
        match self.type_ {
            Type::U32 => format!("{bits}u"),
            Type::I32 if bits == 1 || bits == 0 => format!("{bits}i"),
            Type::F32 if f32::from_bits(bits).fract() == 0.0 && f32::from_bits(bits) >= 0.0 => {
                format!("{:.1}", f32::from_bits(bits))
            }
            Type::I32 | Type::F32 => format!("bitcast<{}>(other + {bits}u)", self.type_name()),
        }
    }

    fn expression(&self, expression: Expression) -> String {
        match expression {
            Expression::Variable(variable) => VARIABLES[variable].to_owned(),
            Expression::Literal(bits) => self.literal(bits),
            Expression::Sum(variable, bits) => format!("{} + {}", VARIABLES[variable], self.literal(bits)),
            Expression::Difference(variable, bits) => {
                format!("{} - {}", VARIABLES[variable], self.literal(bits))
            }
            Expression::Before(variable) => match self.around.last() {
                Some(number) => format!("before_{}_{number}", VARIABLES[variable]),
                None => VARIABLES[variable].to_owned(),
            },
        }
    }

    fn condition(&self, Condition { operator, left, right, not }: Condition) -> String {
        let (left, right) = (self.expression(left), self.expression(right));
        let not = if not { "!" } else { "" };
        format!("{not}(({left}) {operator} ({right}))")
    }

    fn block(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn assignment(&self, variable: usize, expression: Expression) -> String {
        format!("{} = {}", VARIABLES[variable], self.expression(expression))
    }

    fn statement(&mut self, statement: &Statement) {
        let text = match statement {
            Statement::Assign(variable, expression) => {
                format!("{};", self.assignment(*variable, *expression))
            }
            Statement::ThroughPointer(variable, expression) => {
                format!("{{ let p = &{}; *p = {}; }}", VARIABLES[*variable], self.expression(*expression))
            }
            Statement::ByFunction(variable, expression) => {
                format!("put(&{}, {});", VARIABLES[*variable], self.expression(*expression))
            }
            Statement::If(condition, accept, reject) => {
                let condition = self.condition(*condition);
                let _ = write!(self.text, "if {condition} {{ ");
                self.block(accept);
                self.text.push_str("} else { ");
                self.block(reject);
                "}".to_owned()
            }
            Statement::Block(block) => {
                self.text.push_str("{ ");
                self.block(block);
                "}".to_owned()
            }
            Statement::Break => "break;".to_owned(),
            Statement::Continue => "continue;".to_owned(),
            Statement::Switch(variable, block) => {
                let _ = write!(self.text, "switch i32({}) {{ case 0: {{ ", VARIABLES[*variable]);
                self.block(block);
                "} default: {} }".to_owned()
            }
            Statement::Loop(one) => {
                self.loop_(one);
                String::new()
            }
        };
        self.text.push_str(&text);
        self.text.push('\n');
    }

    fn loop_(&mut self, Loop { number, head, late, body, continuing, break_if }: &Loop) {
        for variable in VARIABLES {
            let _ = writeln!(self.text, "let before_{variable}_{number} = {variable};");
        }
        self.around.push(*number);
        match head {
            Some((condition, step)) => {
                let condition = self.condition(*condition);
                let step = step.as_ref().map(|step| match &**step {
                    Statement::Assign(variable, expression) => self.assignment(*variable, *expression),
                    _ => String::new(),
                });
                let _ = match step {
                    Some(step) => write!(self.text, "for (; {condition}; {step}) {{ "),
                    None => write!(self.text, "while {condition} {{ "),
                };
                self.block(body);
            }
            None => {
                self.text.push_str("loop { ");
                if let Some((condition, after)) = late {
                    let condition = self.condition(*condition);
                    let _ = writeln!(self.text, "let goes_on_{number} = {condition};");
                    let (before, rest) = body.split_at((*after).min(body.len()));
                    self.block(before);
                    if !leaves(before) {
                        let _ = writeln!(self.text, "if !goes_on_{number} {{ break; }}");
                        self.block(rest);
                    }
                } else {
                    self.block(body);
                }
                self.text.push_str("continuing { ");
                self.block(continuing);
                if let Some(condition) = break_if {
                    let condition = self.condition(*condition);
                    let _ = write!(self.text, "break if {condition}; ");
                }
                self.text.push_str("} ");
            }
        }
        self.around.pop();
        self.text.push_str("}\n");
    }
}

fn leaves(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| matches!(statement, Statement::Break | Statement::Continue))
}

/// What comes after a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
    /// The run is long enough.
    Stop,
}

/// Runs a program.
struct Run<'a> {
    type_: Type,
    values: [Bits; 3],
    /// What they were before the loops around.
    before: Vec<[Bits; 3]>,
    steps: usize,
    /// Which loops are said to end.
    ends: &'a [bool],
    text: &'a str,
}

impl Run<'_> {
    fn add(&self, one: Bits, other: Bits) -> Bits {
        match self.type_ {
            Type::I32 | Type::U32 => one.wrapping_add(other),
            Type::F32 => (f32::from_bits(one) + f32::from_bits(other)).to_bits(),
        }
    }

    fn subtract(&self, one: Bits, other: Bits) -> Bits {
        match self.type_ {
            Type::I32 | Type::U32 => one.wrapping_sub(other),
            Type::F32 => (f32::from_bits(one) - f32::from_bits(other)).to_bits(),
        }
    }

    fn expression(&self, expression: Expression) -> Bits {
        match expression {
            Expression::Variable(variable) => self.values[variable],
            Expression::Literal(bits) => bits,
            Expression::Sum(variable, bits) => self.add(self.values[variable], bits),
            Expression::Difference(variable, bits) => self.subtract(self.values[variable], bits),
            Expression::Before(variable) => self.before.last().unwrap_or(&self.values)[variable],
        }
    }

    fn condition(&self, Condition { operator, left, right, not }: Condition) -> bool {
        let (left, right) = (self.expression(left), self.expression(right));
        let ordering = match self.type_ {
            Type::I32 => Some(left.cast_signed().cmp(&right.cast_signed())),
            Type::U32 => Some(left.cmp(&right)),
            Type::F32 => f32::from_bits(left).partial_cmp(&f32::from_bits(right)),
        };
        let holds = match operator {
            "<" => ordering.is_some_and(|ordering| ordering.is_lt()),
            ">" => ordering.is_some_and(|ordering| ordering.is_gt()),
            "<=" => ordering.is_some_and(|ordering| ordering.is_le()),
            ">=" => ordering.is_some_and(|ordering| ordering.is_ge()),
            "==" => ordering.is_some_and(|ordering| ordering.is_eq()),
            _ => ordering.is_none_or(|ordering| ordering.is_ne()),
        };
        holds != not
    }

    fn block(&mut self, statements: &[Statement]) -> Flow {
        for statement in statements {
            let flow = self.statement(statement);
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &Statement) -> Flow {
        self.steps += 1;
        if self.steps > STEPS {
            return Flow::Stop;
        }
        match statement {
            Statement::Assign(variable, expression)
            | Statement::ThroughPointer(variable, expression)
            | Statement::ByFunction(variable, expression) => {
                self.values[*variable] = self.expression(*expression);
                Flow::Next
            }
            Statement::If(condition, accept, reject) => {
                if self.condition(*condition) {
                    self.block(accept)
                } else {
                    self.block(reject)
                }
            }
            Statement::Block(block) => self.block(block),
            Statement::Break => Flow::Break,
            Statement::Continue => Flow::Continue,
            Statement::Switch(variable, block) => {
                let value = self.values[*variable];
                let zero = match self.type_ {
                    Type::I32 | Type::U32 => value == 0,
                    Type::F32 => {
                        // As `i32` makes an integer of it.
                        f32::from_bits(value) as i32 == 0
                    }
                };
                match if zero { self.block(block) } else { Flow::Next } {
                    Flow::Break => Flow::Next,
                    other => other,
                }
            }
            Statement::Loop(one) => self.loop_(one),
        }
    }

    fn loop_(&mut self, one: &Loop) -> Flow {
        self.before.push(self.values);
        let flow = self.iterations(one);
        self.before.pop();
        flow
    }

    /// Whether a variable went from one value to the other by one, up or down, without wrapping.
    fn counts(&self, from: Bits, to: Bits) -> [bool; 2] {
        match self.type_ {
            Type::I32 => [
                from.cast_signed().checked_add(1) == Some(to.cast_signed()),
                from.cast_signed().checked_sub(1) == Some(to.cast_signed()),
            ],
            Type::U32 => [from.checked_add(1) == Some(to), from.checked_sub(1) == Some(to)],
            Type::F32 => [false; 2],
        }
    }

    fn iterations(&mut self, Loop { number, head, late, body, continuing, break_if }: &Loop) -> Flow {
        let is_said_to_end = self.ends[*number];
        let mut counts = [[true; 2]; 3];
        loop {
            self.steps += 1;
            if self.steps > STEPS {
                return Flow::Stop;
            }
            let start = self.values;
            let condition = head.as_ref().map(|(condition, _)| *condition);
            if condition.is_some_and(|condition| !self.condition(condition)) {
                return Flow::Next;
            }
            let late = late.map(|(condition, after)| (self.condition(condition), after.min(body.len())));
            let flow = match late {
                Some((goes_on, after)) => {
                    let (before, rest) = body.split_at(after);
                    match self.block(before) {
                        Flow::Next if !goes_on => Flow::Break,
                        Flow::Next => self.block(rest),
                        other => other,
                    }
                }
                None => self.block(body),
            };
            match flow {
                Flow::Stop => return Flow::Stop,
                Flow::Break => return Flow::Next,
                Flow::Next | Flow::Continue => {}
            }
            if let Some((_, Some(step))) = head
                && self.statement(step) == Flow::Stop
            {
                return Flow::Stop;
            }
            if self.block(continuing) == Flow::Stop {
                return Flow::Stop;
            }
            if break_if.is_some_and(|condition| self.condition(condition)) {
                return Flow::Next;
            }
            // The next iteration begins.
            for (variable, counts) in counts.iter_mut().enumerate() {
                let now = self.counts(start[variable], self.values[variable]);
                counts[0] &= now[0];
                counts[1] &= now[1];
            }
            let some = counts.iter().flatten().any(|counts| *counts);
            assert!(
                some || !is_said_to_end,
                "loop {number} is said to end, and does not count\n{}",
                self.text
            );
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let mut maker = Maker { bytes: data, type_: Type::I32, loops: 0, statements: 0 };
    maker.type_ = [Type::I32, Type::U32, Type::F32][usize::from(maker.below(3))];
    let type_ = maker.type_;
    let starts: [[Bits; 3]; 4] = [(); 4].map(|()| [(); 3].map(|()| maker.number()));
    let program = maker.make_loop(0);
    let mut writer = Writer { type_, text: String::new(), around: Vec::new() };
    let name = writer.type_name();
    let _ = writeln!(
        writer.text,
        "var<private> other: u32;\nfn put(p: ptr<function, {name}>, value: {name}) {{ *p = value; }}\n\
         fn run(i0: {name}, n0: {name}, k0: {name}) {{ var i = i0; var n = n0; var k = k0;"
    );
    writer.loop_(&program);
    writer.text.push('}');
    let text = writer.text;
    let ends = wgpu_wasi_fuzz_targets::loops_that_end(&text);
    let ends =
        ends.unwrap_or_else(|| panic!("naga does not take this, and nothing is found out by it\n{text}"));
    assert_eq!(ends.len(), maker.loops, "{text}");
    for values in starts {
        let mut run = Run { type_, values, before: Vec::new(), steps: 0, ends: &ends, text: &text };
        run.loop_(&program);
    }
});
