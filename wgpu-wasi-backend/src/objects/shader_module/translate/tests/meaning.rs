//! What a module does, apart from names, from the order of its arenas and from when what has no effect is evaluated.
//! Two modules that mean the same do the same, event by event.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{Arena, ArraySize, Block, Expression, Function, Handle, Module, Statement, Type, TypeInner};

use super::info;

/// The lines of all functions and variables.
pub(super) fn meaning(module: &Module) -> Vec<String> {
    let valid = info(module);
    let mut lines = Vec::new();
    for (_, variable) in module.global_variables.iter() {
        let init = variable.init.map(|init| Meaning::of_globals(module, &valid).tree(init));
        let ty = ty(module, variable.ty);
        lines.push(format!("{:?} {:?} {ty} {init:?}", variable.space, variable.binding));
    }
    for (_, value) in module.overrides.iter() {
        let init = value.init.map(|init| Meaning::of_globals(module, &valid).tree(init));
        lines.push(format!("override {:?} {} {init:?}", value.id, ty(module, value.ty)));
    }
    for (handle, function) in module.functions.iter() {
        Meaning::of_function(module, &valid, function, &valid[handle]).function(function, &mut lines);
    }
    for (index, entry) in module.entry_points.iter().enumerate() {
        let sizes = entry.workgroup_size_overrides.unwrap_or_default();
        let sizes = sizes.map(|size| size.map(|size| Meaning::of_globals(module, &valid).tree(size)));
        let size = (entry.workgroup_size, sizes, entry.early_depth_test);
        lines.push(format!("entry {:?} {size:?}", entry.stage));
        let info = valid.get_entry_point(index);
        Meaning::of_function(module, &valid, &entry.function, info).function(&entry.function, &mut lines);
    }
    // What is not said of numbers is this, or means nothing where it stands.
    let default = "interpolation: Some(Perspective), sampling: Some(Center)";
    lines.into_iter().map(|line| line.replace(default, "interpolation: None, sampling: None")).collect()
}

/// A type, with the layout that it has.
pub(super) fn ty(module: &Module, handle: Handle<Type>) -> String {
    match &module.types[handle].inner {
        TypeInner::Struct { members, span } => {
            let members = members.iter().map(|member| {
                // Where there is a binding, the offset does not matter.
                let offset = if member.binding.is_some() { 0 } else { member.offset };
                format!("{} {:?} at {offset}", ty(module, member.ty), member.binding)
            });
            let all: Vec<_> = members.collect();
            let span = if all.iter().any(|member| member.contains("Some(")) { 0 } else { *span };
            format!("struct {span} {{{}}}", all.join(", "))
        }
        TypeInner::Array { base, size, stride } => {
            let size =
                if let ArraySize::Pending(_) = size { "override".to_owned() } else { format!("{size:?}") };
            format!("array<{}, {size}, {stride}>", ty(module, *base))
        }
        TypeInner::BindingArray { base, size } => format!("bindings<{}, {size:?}>", ty(module, *base)),
        TypeInner::Pointer { base, space } => format!("ptr<{}, {space:?}>", ty(module, *base)),
        inner => format!("{inner:?}"),
    }
}

struct Meaning<'a> {
    module: &'a Module,
    valid: &'a ModuleInfo,
    info: Option<&'a FunctionInfo>,
    arena: &'a Arena<Expression>,
    /// What was evaluated at a certain time, and the results of statements: their numbers.
    events: HashMap<Handle<Expression>, usize>,
}

impl<'a> Meaning<'a> {
    fn of_globals(module: &'a Module, valid: &'a ModuleInfo) -> Self {
        Self { module, valid, info: None, arena: &module.global_expressions, events: HashMap::new() }
    }

    fn of_function(
        module: &'a Module,
        valid: &'a ModuleInfo,
        function: &'a Function,
        info: &'a FunctionInfo,
    ) -> Self {
        Self { module, valid, info: Some(info), arena: &function.expressions, events: HashMap::new() }
    }

    fn function(mut self, function: &Function, lines: &mut Vec<String>) {
        let arguments =
            function.arguments.iter().map(|argument| (ty(self.module, argument.ty), &argument.binding));
        let result = function.result.as_ref().map(|result| (ty(self.module, result.ty), &result.binding));
        lines.push(format!("fn {:?} {result:?}", arguments.collect::<Vec<_>>()));
        for (_, local) in function.local_variables.iter() {
            let init = local.init.map(|init| self.tree(init));
            lines.push(format!("var {} {init:?}", ty(self.module, local.ty)));
        }
        self.block(&function.body, lines);
        // A function ends by itself; a `return` there says nothing.
        if lines.last().is_some_and(|line| line == "Return { value: None }") {
            lines.pop();
        }
    }

    fn event(&mut self, handle: Handle<Expression>) -> usize {
        let number = self.events.len();
        self.events.insert(handle, number);
        number
    }

    fn block(&mut self, block: &Block, lines: &mut Vec<String>) {
        for statement in block.iter() {
            self.statement(statement, lines);
        }
    }

    fn statement(&mut self, statement: &Statement, lines: &mut Vec<String>) {
        match statement {
            Statement::Emit(range) => {
                for handle in range.clone() {
                    let timed = matches!(
                        self.arena[handle],
                        Expression::Load { .. }
                            | Expression::ImageSample { .. }
                            | Expression::ImageLoad { .. }
                            | Expression::Derivative { .. }
                    );
                    if timed && self.info.is_some_and(|info| info[handle].ref_count > 0) {
                        let tree = self.tree(handle);
                        lines.push(format!("{} = {tree}", self.event(handle)));
                    }
                }
            }
            Statement::Block(block) => self.block(block, lines),
            Statement::If { condition, accept, reject } => {
                lines.push(format!("if {}", self.tree(*condition)));
                self.block(accept, lines);
                lines.push("else".to_owned());
                self.block(reject, lines);
                lines.push("end".to_owned());
            }
            Statement::Switch { selector, cases } => {
                lines.push(format!("switch {}", self.tree(*selector)));
                for case in cases {
                    lines.push(format!("case {:?} {}", case.value, case.fall_through));
                    self.block(&case.body, lines);
                    // A case ends by itself; a `break` there says nothing.
                    if lines.last().is_some_and(|line| line == "Break") {
                        lines.pop();
                    }
                }
                lines.push("end".to_owned());
            }
            Statement::Loop { body, continuing, break_if } => {
                lines.push("loop".to_owned());
                self.block(body, lines);
                lines.push("continuing".to_owned());
                self.block(continuing, lines);
                lines.push(format!("break if {:?}", break_if.map(|condition| self.tree(condition))));
            }
            Statement::Call { function, arguments, result } => {
                let arguments: Vec<_> = arguments.iter().map(|argument| self.tree(*argument)).collect();
                let number = result.map(|result| self.event(result));
                lines.push(format!("{number:?} = call {} {arguments:?}", function.index()));
            }
            other => {
                let text = self.replaced(&format!("{other:?}"));
                lines.push(
                    text.replace("ControlBarrier(Barrier(0x0))", "ControlBarrier(Barrier(WORK_GROUP))"),
                );
            }
        }
    }

    /// Debug text with what its expressions mean in place of their numbers.
    fn replaced(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        // `result: [7]` of a statement is where the result begins to be.
        while let Some((before, after)) = rest.split_once('[') {
            let Some((number, after)) = after.split_once(']') else { break };
            let handle = number.parse::<usize>().ok();
            let handle = handle.and_then(|index| self.arena.iter().nth(index)).map(|(handle, _)| handle);
            out += before;
            match handle {
                Some(handle) if before.ends_with("result: ") || before.ends_with("result: Some(") => {
                    out += &format!("#{}", self.event(handle));
                }
                Some(handle) => out += &self.tree(handle),
                None => out += &format!("[{number}]"),
            }
            rest = after;
        }
        out + rest
    }

    fn tree(&mut self, handle: Handle<Expression>) -> String {
        if let Some(number) = self.events.get(&handle) {
            return format!("#{number}");
        }
        let module = self.module;
        let text = match &self.arena[handle] {
            Expression::Constant(constant) => {
                return Meaning::of_globals(module, self.valid).tree(module.constants[*constant].init);
            }
            Expression::Override(value) => format!("override {}", value.index()),
            Expression::ZeroValue(of) => format!("zero {}", ty(module, *of)),
            Expression::Compose { ty: of, components } => {
                let components: Vec<_> = components.iter().map(|component| self.tree(*component)).collect();
                format!("{} {components:?}", ty(module, *of))
            }
            Expression::GlobalVariable(variable) => format!("global {}", variable.index()),
            Expression::LocalVariable(variable) => format!("local {}", variable.index()),
            Expression::Access { base, index } => {
                let (base, index) = (self.tree(*base), self.tree(*index));
                let literal =
                    index.strip_prefix("(Literal(U32(").or_else(|| index.strip_prefix("(Literal(I32("));
                let index = literal.and_then(|index| index.strip_suffix(")))")).unwrap_or(&index);
                format!("{base}.{index}")
            }
            Expression::AccessIndex { base, index } => format!("{}.{index}", self.tree(*base)),
            other => {
                let text = format!("{other:?}");
                self.replaced(&text)
            }
        };
        if text.len() < 200 {
            return format!("({text})");
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        format!("<{:x}>", hasher.finish())
    }
}
