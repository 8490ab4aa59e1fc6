//! Shaders that nobody wrote: random modules, right ones mostly, whose loops all end; and ways to spoil them.
//!
//! As in `shaders.rs`, what one leaves in a buffer does not depend on which invocation comes first, unless it was
//! spoiled: each writes where no other reads or writes.

use crate::{
    random::Random,
    shaders::{Facts, PIECES, Text},
};

/// A module, which is spoiled now and then if it may be.
pub(crate) fn generated(random: &mut Random, spoils: bool) -> Text {
    let (code, facts) = Module::new(random).finish();
    if spoils && (random.hostile() || random.chance(250)) {
        return Text { code: spoiled(random, code), facts: None };
    }
    Text { code, facts: Some(facts) }
}

/// What a number, or each component of a vector, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scalar {
    I32,
    U32,
    F32,
    Bool,
}

impl Scalar {
    const ALL: [Self; 4] = [Self::I32, Self::U32, Self::F32, Self::Bool];

    fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::U32 => "u32",
            Self::F32 => "f32",
            Self::Bool => "bool",
        }
    }
}

/// A scalar, or a vector of two to four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Type {
    scalar: Scalar,
    width: usize,
}

const U32: Type = Type { scalar: Scalar::U32, width: 1 };
const F32: Type = Type { scalar: Scalar::F32, width: 1 };
const BOOL: Type = Type { scalar: Scalar::Bool, width: 1 };

impl Type {
    fn name(self) -> String {
        let scalar = self.scalar.name();
        if self.width == 1 { scalar.to_owned() } else { format!("vec{}<{scalar}>", self.width) }
    }

    fn any(random: &mut Random) -> Self {
        Self { scalar: random.one_of(&Scalar::ALL), width: random.one_of(&[1, 1, 1, 2, 3, 4]) }
    }
}

/// A value that has a name.
#[derive(Clone, Debug)]
struct Value {
    name: String,
    type_: Type,
    /// It can be assigned to.
    variable: bool,
}

/// A function that can be called.
#[derive(Clone, Debug)]
struct Function {
    name: String,
    parameters: Vec<Type>,
    result: Type,
}

/// A module that is being written.
struct Module<'r> {
    random: &'r mut Random,
    text: String,
    /// Constants and overrides.
    constants: Vec<Value>,
    overrides: Vec<String>,
    functions: Vec<Function>,
    /// Structs, by the types of their members, which are called `m0`, `m1` and so on.
    structs: Vec<Vec<Type>>,
    /// The number of the next name.
    next: usize,
    /// How much may still be written.
    budget: usize,
}

/// Where statements are.
#[derive(Clone, Debug, Default)]
struct Scope {
    values: Vec<Value>,
    /// Arrays of `u32`, by name, with their lengths.
    arrays: Vec<(String, usize)>,
    /// Variables of a struct, by name, with the number of that.
    records: Vec<(String, usize)>,
    /// Loops around it.
    loops: usize,
    depth: usize,
    result: Option<Type>,
}

impl<'r> Module<'r> {
    fn new(random: &'r mut Random) -> Self {
        Self {
            random,
            text: String::new(),
            constants: Vec::new(),
            overrides: Vec::new(),
            functions: Vec::new(),
            structs: Vec::new(),
            next: 0,
            budget: 200,
        }
    }

    fn name(&mut self, what: &str) -> String {
        self.next += 1;
        format!("{what}{}", self.next)
    }

    fn literal(&mut self, Type { scalar, width }: Type) -> String {
        if width > 1 {
            let parts: Vec<String> = (0..width).map(|_| self.literal(Type { scalar, width: 1 })).collect();
            return format!("{}({})", Type { scalar, width }.name(), parts.join(", "));
        }
        match scalar {
            Scalar::I32 => format!("{}i", self.random.one_of(&[0, 1, 2, 7, 100, 2_147_483_647])),
            Scalar::U32 => format!("{}u", self.random.one_of(&[0_u32, 1, 2, 3, 31, 4_294_967_295])),
            Scalar::F32 => self.random.one_of(&["0.0", "1.0", "0.5f", "1e3", "3.25"]).to_owned(),
            Scalar::Bool => self.random.one_of(&["true", "false"]).to_owned(),
        }
    }

    /// Something of a type that is known only when the shader runs, so that no compiler works it out and finds that it
    /// overflows.
    fn leaf(&mut self, scope: &Scope, type_: Type) -> String {
        let fitting: Vec<&Value> =
            scope.values.iter().chain(&self.constants).filter(|value| value.type_ == type_).collect();
        if !fitting.is_empty() && self.random.chance(800) {
            return fitting[self.random.below(fitting.len())].name.clone();
        }
        // Of which each function has one.
        let seed = match type_.scalar {
            Scalar::I32 => "i32(seed)",
            Scalar::U32 => "seed",
            Scalar::F32 => "f32(seed & 255u)",
            Scalar::Bool => "(seed > 3u)",
        };
        if type_.width == 1 { seed.to_owned() } else { format!("{}({seed})", type_.name()) }
    }

    fn expression(&mut self, scope: &Scope, type_: Type, depth: usize) -> String {
        if depth == 0 || self.budget == 0 {
            let literal = self.random.chance(200);
            return if literal { self.literal(type_) } else { self.leaf(scope, type_) };
        }
        self.budget -= 1;
        let depth = depth - 1;
        let Type { scalar, width } = type_;
        // In a loop, calls in loops of what is called would make more and more steps.
        if scope.loops == 0 && self.random.chance(150) {
            let fitting: Vec<Function> =
                self.functions.iter().filter(|function| function.result == type_).cloned().collect();
            if !fitting.is_empty() {
                let which = self.random.below(fitting.len());
                return self.call(scope, &fitting[which], depth);
            }
        }
        if width > 1 && self.random.chance(300) {
            let one = Type { scalar, width: 1 };
            let parts: Vec<String> = (0..width).map(|_| self.expression(scope, one, depth)).collect();
            return format!("{}({})", type_.name(), parts.join(", "));
        }
        if width > 1 && self.random.chance(200) {
            let wider = self.expression(scope, Type { scalar, width: 4 }, depth);
            let parts: String = (0..width).map(|_| self.random.one_of(&['x', 'y', 'z', 'w'])).collect();
            return format!("({wider}).{parts}");
        }
        if self.random.chance(150) {
            let (a, b) = (self.expression(scope, type_, depth), self.expression(scope, type_, depth));
            let condition = self.expression(scope, Type { scalar: Scalar::Bool, width }, depth);
            return format!("select({a}, {b}, {condition})");
        }
        if width == 1 && self.random.chance(120) {
            let wide = self.expression(scope, Type { scalar, width: 3 }, depth);
            return format!("({wide}){}", self.random.one_of(&[".x", ".z", "[seed % 3u]", "[1]"]));
        }
        // The left side is known only when the shader runs.
        let left = self.leaf(scope, type_);
        let left = if self.random.chance(500) {
            let more = self.expression(scope, type_, depth);
            let operator = self.operator(scalar);
            format!("({left} {operator} {more})")
        } else {
            left
        };
        match scalar {
            Scalar::I32 | Scalar::U32 => {
                let right = self.expression(scope, type_, depth);
                let unsigned = Type { scalar: Scalar::U32, width };
                match self.random.below(9) {
                    0 => format!("({left} {} {right})", self.operator(scalar)),
                    1 => format!("max({left}, min({left}, {right}))"),
                    2 => format!("({left} << ({} & {}(7u)))", self.leaf(scope, unsigned), unsigned.name()),
                    3 => format!("({left} / ({right} | {}(1)))", type_.name()),
                    4 => format!("(~{left} ^ {right})"),
                    5 => format!("countOneBits({left})"),
                    6 => format!("clamp({left}, {}(0), {}(9))", type_.name(), type_.name()),
                    7 => {
                        let float = self.expression(scope, Type { scalar: Scalar::F32, width }, depth);
                        format!("{}({float})", type_.name())
                    }
                    _ => {
                        let other = if scalar == Scalar::I32 { Scalar::U32 } else { Scalar::I32 };
                        let other = self.expression(scope, Type { scalar: other, width }, depth);
                        format!("bitcast<{}>({other})", type_.name())
                    }
                }
            }
            Scalar::F32 => {
                let right = self.expression(scope, type_, depth);
                match self.random.below(7) {
                    0 => format!("({left} {} {right})", self.operator(scalar)),
                    1 => format!("mix({left}, {right}, {}(0.5))", type_.name()),
                    2 => format!("abs({left})"),
                    3 => format!("fract({left} * 0.25)"),
                    4 => format!("clamp({left}, {}(0.0), {}(1.0))", type_.name(), type_.name()),
                    5 if width > 1 => format!("{}(dot({left}, {right}))", type_.name()),
                    _ => {
                        let whole = self.random.one_of(&[Scalar::I32, Scalar::U32]);
                        let whole = self.expression(scope, Type { scalar: whole, width }, depth);
                        format!("{}({whole})", type_.name())
                    }
                }
            }
            Scalar::Bool => match self.random.below(4) {
                0 => format!("(!{left})"),
                1 if width == 1 => format!("any(vec2<bool>({left}, {left}))"),
                2 if width == 1 => {
                    let right = self.expression(scope, BOOL, depth);
                    format!("({left} {} {right})", self.random.one_of(&["&&", "||"]))
                }
                _ => {
                    let of = self.random.one_of(&[Scalar::I32, Scalar::U32, Scalar::F32]);
                    let of = Type { scalar: of, width };
                    let (a, b) = (self.leaf(scope, of), self.expression(scope, of, depth));
                    format!("({a} {} {b})", self.random.one_of(&["<", "<=", ">", ">=", "==", "!="]))
                }
            },
        }
    }

    fn operator(&mut self, scalar: Scalar) -> &'static str {
        match scalar {
            Scalar::I32 | Scalar::U32 => self.random.one_of(&["+", "-", "*", "&", "|", "^"]),
            Scalar::F32 => self.random.one_of(&["+", "-", "*", "/"]),
            Scalar::Bool => self.random.one_of(&["&", "|", "=="]),
        }
    }

    fn call(&mut self, scope: &Scope, function: &Function, depth: usize) -> String {
        let arguments: Vec<String> =
            function.parameters.iter().map(|type_| self.expression(scope, *type_, depth)).collect();
        let arguments: String = arguments.iter().map(|argument| format!(", {argument}")).collect();
        format!("{}(seed{arguments})", function.name)
    }

    fn line(&mut self, depth: usize, text: &str) {
        for _ in 0..depth {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn block(&mut self, scope: &Scope, most: usize) {
        let mut inner = scope.clone();
        inner.depth += 1;
        for _ in 0..=self.random.below(most) {
            self.statement(&mut inner);
        }
    }

    fn statement(&mut self, scope: &mut Scope) {
        let depth = scope.depth;
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        let deep = depth > 4;
        match self.random.below(if deep { 6 } else { 14 }) {
            0 => {
                let type_ = Type::any(self.random);
                let value = self.expression(scope, type_, 3);
                let name = self.name("l");
                self.line(depth, &format!("let {name} = {value};"));
                scope.values.push(Value { name, type_, variable: false });
            }
            1 => {
                let type_ = Type::any(self.random);
                let value = self.expression(scope, type_, 2);
                let name = self.name("v");
                self.line(depth, &format!("var {name}: {} = {value};", type_.name()));
                scope.values.push(Value { name, type_, variable: true });
            }
            2 => {
                let variables: Vec<Value> =
                    scope.values.iter().filter(|value| value.variable).cloned().collect();
                if !variables.is_empty() {
                    let Value { name, type_, variable: _ } =
                        variables[self.random.below(variables.len())].clone();
                    let value = self.expression(scope, type_, 3);
                    let numeric = type_.scalar != Scalar::Bool;
                    let operator =
                        if numeric { self.random.one_of(&["=", "=", "+=", "-=", "*="]) } else { "=" };
                    self.line(depth, &format!("{name} {operator} {value};"));
                }
            }
            3 => match (scope.arrays.first().cloned(), scope.records.first().cloned()) {
                (Some((name, length)), _) if self.random.chance(500) => {
                    let (at, value) = (self.expression(scope, U32, 2), self.expression(scope, U32, 2));
                    self.line(depth, &format!("{name}[{at} % {length}u] = {value};"));
                    let read = self.name("l");
                    self.line(depth, &format!("let {read} = {name}[({value}) & 1u];"));
                    scope.values.push(Value { name: read, type_: U32, variable: false });
                }
                (_, Some((name, which))) => {
                    let member = self.random.below(self.structs[which].len());
                    let type_ = self.structs[which][member];
                    let value = self.expression(scope, type_, 2);
                    self.line(depth, &format!("{name}.m{member} = {value};"));
                    scope.values.push(Value { name: format!("{name}.m{member}"), type_, variable: true });
                }
                _ => {
                    let (name, length) = (self.name("a"), self.random.one_of(&[2, 3, 8, 64]));
                    self.line(depth, &format!("var {name}: array<u32, {length}>;"));
                    scope.arrays.insert(0, (name, length));
                    if !self.structs.is_empty() {
                        let (name, which) = (self.name("r"), self.random.below(self.structs.len()));
                        self.line(depth, &format!("var {name}: S{which};"));
                        scope.records.insert(0, (name, which));
                    }
                }
            },
            4 if scope.loops > 0 => {
                let condition = self.expression(scope, BOOL, 2);
                let how = self.random.one_of(&["break", "continue"]);
                self.line(depth, &format!("if {condition} {{ {how}; }}"));
            }
            5 if scope.result.is_some() && self.random.chance(300) => {
                let type_ = scope.result.unwrap_or(U32);
                let (condition, value) = (self.expression(scope, BOOL, 2), self.expression(scope, type_, 2));
                self.line(depth, &format!("if {condition} {{ return {value}; }}"));
            }
            6 | 7 => {
                let condition = self.expression(scope, BOOL, 3);
                self.line(depth, &format!("if {condition} {{"));
                self.block(scope, 3);
                while self.random.chance(300) {
                    let condition = self.expression(scope, BOOL, 2);
                    self.line(depth, &format!("}} else if {condition} {{"));
                    self.block(scope, 2);
                }
                if self.random.chance(500) {
                    self.line(depth, "} else {");
                    self.block(scope, 2);
                }
                self.line(depth, "}");
            }
            8 => {
                let selector = self.expression(scope, U32, 2);
                self.line(depth, &format!("switch {selector} {{"));
                let cases = self.random.below(4);
                for case in 0..cases {
                    self.line(depth, &format!(" case {}u, {}u: {{", 2 * case, 2 * case + 1));
                    self.block(scope, 2);
                    self.line(depth, " }");
                }
                self.line(depth, " default: {");
                self.block(scope, 2);
                self.line(depth, " }");
                self.line(depth, "}");
            }
            9..12 if scope.loops < 2 => self.counting_loop(scope),
            12 => {
                self.line(depth, "{");
                self.block(scope, 3);
                self.line(depth, "}");
            }
            _ => {
                if scope.loops == 0
                    && let Some(function) = self.functions.last().cloned()
                {
                    let call = self.call(scope, &function, 1);
                    self.line(depth, &format!("_ = {call};"));
                }
            }
        }
    }

    /// A loop of few iterations, in one of the ways there are to write it.
    fn counting_loop(&mut self, scope: &Scope) {
        let depth = scope.depth;
        let (counter, end) = (self.name("n"), self.random.one_of(&[0_u32, 1, 2, 4]));
        let mut inner = scope.clone();
        inner.loops += 1;
        // Not to be assigned to: the loop would not end.
        inner.values.push(Value { name: counter.clone(), type_: U32, variable: false });
        match self.random.below(5) {
            0 => {
                self.line(depth, &format!("for (var {counter} = 0u; {counter} < {end}u; {counter}++) {{"));
                self.block(&inner, 3);
                self.line(depth, "}");
            }
            1 => {
                // What makes it end is hidden from whoever looks at the condition alone.
                self.line(
                    depth,
                    &format!("for (var {counter} = {end}u; {counter} != 0u; {counter} -= 1u) {{"),
                );
                self.block(&inner, 3);
                self.line(depth, "}");
            }
            2 => {
                self.line(depth, &format!("var {counter} = 0u;"));
                self.line(depth, &format!("while {counter} < {end}u {{"));
                self.line(depth, &format!(" {counter} += 1u;"));
                self.block(&inner, 3);
                self.line(depth, "}");
            }
            3 => {
                self.line(depth, &format!("var {counter} = 0u;"));
                self.line(depth, "loop {");
                self.line(depth, &format!(" if {counter} >= {end}u {{ break; }}"));
                self.line(depth, &format!(" {counter} = {counter} + 1u;"));
                self.block(&inner, 3);
                self.line(depth, "}");
            }
            _ => {
                self.line(depth, &format!("var {counter} = 0u;"));
                self.line(depth, "loop {");
                // No `continue` before a declaration that the end of the loop needs.
                self.block(&inner, 2);
                self.line(
                    depth,
                    &format!(" continuing {{ {counter}++; break if {counter} >= {}u; }}", end + 1),
                );
                self.line(depth, "}");
            }
        }
    }

    /// The declarations before the functions.
    fn declarations(&mut self) {
        if self.random.chance(100) {
            self.line(0, "diagnostic(off, derivative_uniformity);");
        }
        if self.random.chance(100) {
            self.line(0, "requires readonly_and_readwrite_storage_textures;");
        }
        for _ in 0..self.random.below(3) {
            let members: Vec<Type> = (0..=self.random.below(4)).map(|_| Type::any(self.random)).collect();
            let which = self.structs.len();
            let text: Vec<String> =
                members.iter().enumerate().map(|(at, member)| format!("m{at}: {}", member.name())).collect();
            self.line(0, &format!("struct S{which} {{ {} }}", text.join(", ")));
            self.structs.push(members);
        }
        for _ in 0..self.random.below(4) {
            let type_ = Type::any(self.random);
            let (name, value) = (self.name("c"), self.literal(type_));
            let typed = if self.random.chance(500) { format!(": {}", type_.name()) } else { String::new() };
            // Without a type, a number with a point is abstract.
            let typed = if type_.scalar == Scalar::F32 { format!(": {}", type_.name()) } else { typed };
            self.line(0, &format!("const {name}{typed} = {value};"));
            self.constants.push(Value { name, type_, variable: false });
        }
        if self.random.chance(200) {
            let length = self.random.one_of(&[1, 4, 1000]);
            let name = self.name("c");
            self.line(0, &format!("const {name} = array<u32, {length}>();"));
            let first = self.name("c");
            self.line(0, &format!("const {first} = {name}[{}];", length - 1));
            self.constants.push(Value { name: first, type_: U32, variable: false });
        }
        for _ in 0..self.random.below(3) {
            let type_ = Type { scalar: self.random.one_of(&Scalar::ALL), width: 1 };
            let (name, value) = (self.name("o"), self.literal(type_));
            let (id, key) = if self.random.chance(300) {
                let id = self.overrides.len() + 7;
                (format!("@id({id}) "), id.to_string())
            } else {
                (String::new(), name.clone())
            };
            self.line(0, &format!("{id}override {name}: {} = {value};", type_.name()));
            self.overrides.push(key);
            self.constants.push(Value { name, type_, variable: false });
        }
        if self.random.chance(300) {
            let (name, type_) = (self.name("p"), Type::any(self.random));
            self.line(0, &format!("var<private> {name}: {};", type_.name()));
            self.constants.push(Value { name, type_, variable: true });
        }
    }

    fn function(&mut self) {
        let parameters: Vec<Type> = (0..self.random.below(3)).map(|_| Type::any(self.random)).collect();
        let (name, result) = (self.name("f"), Type::any(self.random));
        let values: Vec<Value> = parameters
            .iter()
            .enumerate()
            .map(|(at, type_)| Value { name: format!("x{at}"), type_: *type_, variable: false })
            .collect();
        let text: String =
            values.iter().map(|value| format!(", {}: {}", value.name, value.type_.name())).collect();
        self.line(0, &format!("fn {name}(seed: u32{text}) -> {} {{", result.name()));
        let mut scope = Scope { values, depth: 1, result: Some(result), ..Scope::default() };
        for _ in 0..self.random.below(6) {
            self.statement(&mut scope);
        }
        let value = self.expression(&scope, result, 3);
        self.line(1, &format!("return {value};"));
        self.line(0, "}");
        self.functions.push(Function { name, parameters, result });
    }

    /// Statements of an entry point that has `seed`, and a value that comes of them.
    fn body(&mut self, type_: Type) -> String {
        let mut scope = Scope { depth: 1, ..Scope::default() };
        for _ in 0..=self.random.below(6) {
            self.statement(&mut scope);
        }
        self.expression(&scope, type_, 3)
    }

    fn finish(mut self) -> (String, Facts) {
        self.declarations();
        for _ in 0..self.random.below(4) {
            self.function();
        }
        // Groups that each kind of entry point can have; those of all three are uniform.
        let (compute, render, groups): (bool, Option<bool>, &'static [usize]) = match self.random.below(9) {
            0 | 1 => (true, None, &[0]),
            2 => (true, None, &[1]),
            3 => (true, None, &[3]),
            4 => (false, Some(true), &[2]),
            5 => (false, Some(false), &[4]),
            6 => (false, Some(true), &[]),
            7 => (true, Some(false), &[4]),
            _ => (true, Some(false), &[]),
        };
        let bindings = match groups {
            [0] => "@group(0) @binding(0) var<storage, read_write> data: array<u32>;",
            [1] => {
                "@group(0) @binding(0) var<uniform> tint: vec4<u32>;\n\
                 @group(0) @binding(1) var<storage, read_write> data: array<u32>;"
            }
            [2] => {
                "@group(0) @binding(0) var sampler_: sampler;\n\
                 @group(0) @binding(1) var image: texture_2d<f32>;\n\
                 @group(0) @binding(2) var<uniform> tint: vec4<u32>;"
            }
            [3] => {
                "@group(0) @binding(0) var target_: texture_storage_2d<rgba8unorm, write>;\n\
                 @group(0) @binding(1) var source: texture_2d<f32>;"
            }
            [4] => "@group(0) @binding(0) var<uniform> tint: vec4<u32>;",
            _ => "",
        };
        self.line(0, bindings);
        let tint = if bindings.contains("tint") { "tint.x" } else { "5u" };
        if compute {
            self.compute(groups, tint);
        }
        if let Some(vertices) = render {
            self.vertex(vertices);
            self.fragment(groups, tint);
        }
        let facts = Facts { compute, render, groups, constants: self.overrides };
        (self.text, facts)
    }

    fn compute(&mut self, groups: &[usize], tint: &str) {
        let shared = groups != [3] && self.random.chance(300);
        let size = self.random.one_of(&["1", "4", "8, 2", "3, 1, 2"]);
        if shared {
            self.line(0, "var<workgroup> shared_: array<u32, 16>;");
        }
        self.line(
            0,
            &format!(
                "@compute @workgroup_size({size}) fn main(@builtin(global_invocation_id) id: vec3<u32>, \
                 @builtin(local_invocation_index) local: u32) {{"
            ),
        );
        self.line(1, &format!("let seed = id.x * 7u + id.y + {tint};"));
        if shared {
            self.line(1, "shared_[local] = seed;");
            self.line(1, "workgroupBarrier();");
            self.line(1, "let other = shared_[local ^ 0u];");
        }
        // What others may do to it at the same time must not matter: one invocation has one place.
        match groups {
            [0 | 1] => {
                let value = self.body(U32);
                self.line(
                    1,
                    &format!(
                        "if id.x < arrayLength(&data) && id.y + id.z == 0u {{ data[id.x] = (data[id.x] ^ \
                         ({value})) & 3u; }}"
                    ),
                );
            }
            [3] => {
                let value = self.body(F32);
                self.line(1, "let texel = textureLoad(source, vec2<i32>(id.xy), 0);");
                self.line(
                    1,
                    &format!(
                        "if id.z == 0u {{ textureStore(target_, id.xy, texel * clamp({value}, 0.0, 1.0)); }}"
                    ),
                );
            }
            _ => {
                let value = self.body(U32);
                self.line(1, &format!("_ = {value};"));
            }
        }
        self.line(0, "}");
    }

    fn vertex(&mut self, vertices: bool) {
        let argument = if vertices {
            "@location(0) at: vec4<f32>, @builtin(vertex_index) i: u32"
        } else {
            "@builtin(vertex_index) i: u32"
        };
        let flat = self.random.one_of(&["flat", "flat, either"]);
        let at = "@builtin(position) at: vec4<f32>";
        self.line(0, &format!("struct Out {{ {at}, @location(0) @interpolate({flat}) value: u32 }}"));
        self.line(0, &format!("@vertex fn vertex({argument}) -> Out {{"));
        self.line(1, "let seed = i;");
        let value = self.body(F32);
        self.line(1, &format!("let shift = clamp({value}, 0.0, 1.0);"));
        let at = if vertices {
            "at"
        } else {
            "vec4<f32>(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - shift, 0.5, 1.0)"
        };
        self.line(1, &format!("return Out({at}, u32(shift * 8.0));"));
        self.line(0, "}");
    }

    fn fragment(&mut self, groups: &[usize], tint: &str) {
        self.line(0, "@fragment fn fragment(in: Out) -> @location(0) vec4<f32> {");
        self.line(1, &format!("let seed = u32(in.at.x) + in.value + {tint};"));
        let value = self.body(Type { scalar: Scalar::F32, width: 4 });
        if groups == [2] {
            self.line(1, "let texel = textureSample(image, sampler_, in.at.xy / 32.0);");
        } else {
            self.line(1, "let texel = vec4<f32>(1.0);");
        }
        if self.random.chance(200) {
            self.line(1, "if (seed & 7u) == 7u { discard; }");
        }
        self.line(1, &format!("return texel * clamp({value}, vec4<f32>(0.0), vec4<f32>(1.0));"));
        self.line(0, "}");
    }
}

/// The tokens of a text, where each begins.
fn tokens(code: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut inside = false;
    for (at, character) in code.char_indices() {
        let word = character.is_alphanumeric() || character == '_';
        if !(word && inside || character.is_whitespace()) {
            starts.push(at);
        }
        inside = word;
    }
    starts.push(code.len());
    starts
}

/// How deep and how often things are repeated: seldom much, for it takes the compiler long.
fn often(random: &mut Random) -> usize {
    random.one_of(&[3, 10, 30, 30, 100, 100, 300, 1000, 3000])
}

/// `code` with something done to it that a compiler may not be ready for.
fn spoiled(random: &mut Random, mut code: String) -> String {
    for _ in 0..=random.below(3) {
        // All of it is ASCII, the pieces too.
        let starts = tokens(&code);
        let which = random.below(starts.len().max(2) - 1);
        let (from, to) = match starts.get(which..which + 2) {
            Some([from, to]) => (*from, *to),
            _ => (0, code.len()),
        };
        let token = code[from..to].to_owned();
        match random.below(9) {
            0 => code.truncate(from),
            1 => code.insert_str(from, &format!("{token} ")),
            2 => code.replace_range(from..to, " "),
            3 => {
                // Another token of the same shader.
                let other = random.below(starts.len().max(2) - 1);
                if let Some([start, end]) = starts.get(other..other + 2) {
                    let other = code[*start..*end].to_owned();
                    code.replace_range(from..to, &format!("{other} "));
                }
            }
            4 => code.insert_str(from, random.one_of(&PIECES)),
            5 => code.push_str(random.one_of(&PIECES)),
            6 => code.insert_str(from, &token.repeat(often(random))),
            _ => {
                let more = repeated(random);
                code.push_str(&more);
            }
        }
    }
    code
}

/// A declaration in which something is in itself, or beside itself, many times.
fn repeated(random: &mut Random) -> String {
    let often = often(random);
    // What doubles, does so seldom enough that the text is no burden.
    let doublings = often.min(40);
    let around = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(often), close.repeat(often))
    };
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (1..=count).map(line).collect::<String>();
    match random.below(18) {
        0 => format!("const deep = {};", around("(", "1", ")")),
        1 => format!("fn deep() {}", around("{", "", "}")),
        2 => format!("fn deep() {{ {} }}", around("if true {", "", "}")),
        3 => format!("fn deep() {{ {} }}", around("loop { break; ", "", "}")),
        4 => format!("fn deep(x: i32) -> i32 {{ return {}x; }}", "- ".repeat(often)),
        5 => format!("const deep = {}true;", "!".repeat(often)),
        6 => format!("var<private> deep: {};", around("array<", "u32", ", 1>")),
        7 => format!("fn deep(x: u32) -> u32 {{ return {}; }}", around("max(x, ", "x", ")")),
        8 => format!("fn deep(x: u32) {{ if x == 0 {{}} {} }}", "else if x == 1 {} ".repeat(often)),
        9 => format!("fn long(x: u32) -> u32 {{ return x{}; }}", " + x".repeat(often)),
        10 => {
            // Each one twice the one before.
            format!(
                "const d0 = array<u32, 2>(1, 2); {}",
                lines(doublings, &|n| format!(
                    "const d{n} = array<array<u32, 2>, 2>(array<u32, 2>(d0[0], d0[1]), d0); "
                ))
            )
        }
        11 => format!(
            "alias D0 = array<u32, 2>; {} var<private> d: D{doublings};",
            lines(doublings, &|n| format!("alias D{n} = array<D{}, 2>; ", n - 1))
        ),
        12 => format!(
            "fn d0(x: u32) -> u32 {{ return x + 1u; }} {} @compute @workgroup_size(1) fn doubles() {{ _ = d{doublings}(1u); }}",
            lines(doublings, &|n| format!("fn d{n}(x: u32) -> u32 {{ return d{0}(x) + d{0}(x); }} ", n - 1))
        ),
        13 => format!("const d0 = 1u; {}", lines(often, &|n| format!("const d{n} = d{0} ^ d{0}; ", n - 1))),
        14 => format!("struct Wide {{ {} }}", lines(often, &|n| format!("m{n}: u32, "))),
        15 => lines(often.min(300), &|n| format!("fn wide{n}() {{}} ")),
        16 => {
            format!("const big = array<u32, {}>();", random.one_of(&[1_u64 << 16, 1 << 20, 1 << 24, 1 << 32]))
        }
        _ => format!(
            "const c1 = c{often}; {}",
            lines(often.max(2), &|n| if n == 1 {
                String::new()
            } else {
                format!("const c{n} = c{}; ", n - 1)
            })
        ),
    }
}
