//! `gl_PointSize`, which WebGPU does not have: its points are one pixel large.
//!
//! Every vertex shader in the GLSL of OpenGL or Vulkan that draws points has to set it, so a module that only ever
//! sets it to 1 is one that WebGPU can draw; the output is left out. One that sets another size is refused.

use naga::{
    Arena, Binding, Block, BuiltIn, EntryPoint, Expression, FastHashMap, Function, GlobalVariable, Handle,
    Literal, LocalVariable, Module, Statement, StructMember, Type, TypeInner,
};

use super::Unwritable;

/// The member of each result that is a point size which may be left out.
pub(super) fn members(module: &Module) -> Result<FastHashMap<Handle<Type>, u32>, Unwritable> {
    let mut found = FastHashMap::default();
    for entry in &module.entry_points {
        let Some(result) = &entry.function.result else { continue };
        let TypeInner::Struct { members, span: _ } = &module.types[result.ty].inner else { continue };
        let Some(index) = members.iter().position(is_point_size) else { continue };
        check(module, entry, index)?;
        found.insert(result.ty, u32::try_from(index).map_err(|_| Unwritable::point_size())?);
    }
    Ok(found)
}

fn is_point_size(member: &StructMember) -> bool {
    member.binding == Some(Binding::BuiltIn(BuiltIn::PointSize))
}

/// Whether all that an entry point gives for its member `index` is 1.
fn check(module: &Module, entry: &EntryPoint, index: usize) -> Result<(), Unwritable> {
    let function = &entry.function;
    let mut results = Vec::new();
    every_statement(&function.body, &mut |statement| {
        if let Statement::Return { value } = statement {
            results.extend(*value);
        }
    });
    for result in results {
        let Expression::Compose { ty: _, components } = &function.expressions[result] else {
            return Err(Unwritable::point_size());
        };
        let component = components.get(index).ok_or_else(Unwritable::point_size)?;
        if !is_one(module, function, *component) {
            return Err(Unwritable::point_size());
        }
    }
    Ok(())
}

fn is_one(module: &Module, function: &Function, handle: Handle<Expression>) -> bool {
    let expressions = &function.expressions;
    if is_constant_one(module, expressions, handle) {
        return true;
    }
    let Expression::Load { pointer } = expressions[handle] else { return false };
    let Some(place) = Place::of(expressions, pointer) else { return false };
    match place.variable {
        Variable::Global(variable) => {
            let init = module.global_variables[variable].init;
            let begins =
                init.is_none_or(|init| place.begins_with_one(module, &module.global_expressions, init));
            begins && functions(module).all(|function| place.only_takes_one(module, function))
        }
        Variable::Local(variable) => {
            let init = function.local_variables[variable].init;
            let begins = init.is_some_and(|init| place.begins_with_one(module, expressions, init));
            begins && place.only_takes_one(module, function)
        }
    }
}

fn is_constant_one(module: &Module, expressions: &Arena<Expression>, handle: Handle<Expression>) -> bool {
    match &expressions[handle] {
        Expression::Literal(Literal::F32(value)) => *value == 1.0,
        Expression::Constant(constant) => {
            is_constant_one(module, &module.global_expressions, module.constants[*constant].init)
        }
        _ => false,
    }
}

fn functions(module: &Module) -> impl Iterator<Item = &Function> {
    let functions = module.functions.iter().map(|(_, function)| function);
    functions.chain(module.entry_points.iter().map(|entry| &entry.function))
}

#[derive(Clone, Copy, PartialEq)]
enum Variable {
    Global(Handle<GlobalVariable>),
    Local(Handle<LocalVariable>),
}

/// A variable, or a member of one: front ends keep outputs in these until the shader ends.
#[derive(Clone, Copy)]
struct Place {
    variable: Variable,
    member: Option<u32>,
}

impl Place {
    fn of(expressions: &Arena<Expression>, pointer: Handle<Expression>) -> Option<Self> {
        match &expressions[pointer] {
            Expression::GlobalVariable(variable) => {
                Some(Self { variable: Variable::Global(*variable), member: None })
            }
            Expression::LocalVariable(variable) => {
                Some(Self { variable: Variable::Local(*variable), member: None })
            }
            Expression::AccessIndex { base, index } => {
                let place = Self::of(expressions, *base).filter(|place| place.member.is_none())?;
                Some(Self { member: Some(*index), ..place })
            }
            _ => None,
        }
    }

    /// Whether the place is 1 in a value of the whole variable, or nothing yet.
    fn begins_with_one(
        self,
        module: &Module,
        expressions: &Arena<Expression>,
        init: Handle<Expression>,
    ) -> bool {
        let component = match (&expressions[init], self.member) {
            (Expression::ZeroValue(_), _) => return true,
            (Expression::Constant(constant), _) => {
                return self.begins_with_one(
                    module,
                    &module.global_expressions,
                    module.constants[*constant].init,
                );
            }
            (Expression::Compose { ty: _, components }, Some(member)) => {
                usize::try_from(member).ok().and_then(|member| components.get(member)).copied()
            }
            (_, Some(_)) => None,
            (_, None) => Some(init),
        };
        component.is_some_and(|component| is_constant_one(module, expressions, component))
    }

    /// Whether the function does nothing with the place but to read it and to store 1 there.
    fn only_takes_one(self, module: &Module, function: &Function) -> bool {
        let expressions = &function.expressions;
        let is_variable = |handle: Handle<Expression>| match &expressions[handle] {
            Expression::GlobalVariable(variable) => self.variable == Variable::Global(*variable),
            Expression::LocalVariable(variable) => self.variable == Variable::Local(*variable),
            _ => false,
        };
        let is_place = |handle: Handle<Expression>| match (&expressions[handle], self.member) {
            (Expression::AccessIndex { base, index }, Some(member)) => is_variable(*base) && *index == member,
            (_, Some(_)) => false,
            (_, None) => is_variable(handle),
        };
        // All of the variable at once, or a member that is only known when it runs, is more than can be followed.
        let strange = expressions.iter().any(
            |(_, expression)| matches!(expression, Expression::Access { base, .. } if is_variable(*base)),
        );
        let whole = |handle: Handle<Expression>| self.member.is_some() && is_variable(handle);
        let takes_one = |value: Handle<Expression>| match self.variable {
            Variable::Global(_) => is_one_without_globals(module, function, value),
            Variable::Local(_) => is_constant_one(module, expressions, value),
        };
        let mut one = !strange;
        every_statement(&function.body, &mut |statement| match statement {
            Statement::Store { pointer, value } => {
                one &= !whole(*pointer) && (!is_place(*pointer) || takes_one(*value));
            }
            Statement::Call { function: _, arguments, result: _ } => {
                one &= !arguments.iter().any(|argument| is_variable(*argument) || is_place(*argument));
            }
            _ => {}
        });
        one
    }
}

/// [`is_one`] of what does not come from a global variable, which may be the one that is asked about.
fn is_one_without_globals(module: &Module, function: &Function, handle: Handle<Expression>) -> bool {
    let from_global = match &function.expressions[handle] {
        Expression::Load { pointer } => Place::of(&function.expressions, *pointer)
            .is_none_or(|place| matches!(place.variable, Variable::Global(_))),
        _ => false,
    };
    !from_global && is_one(module, function, handle)
}

fn every_statement(block: &Block, visit: &mut impl FnMut(&Statement)) {
    for statement in block.iter() {
        visit(statement);
        match statement {
            Statement::Block(block) => every_statement(block, visit),
            Statement::If { condition: _, accept, reject } => {
                every_statement(accept, visit);
                every_statement(reject, visit);
            }
            Statement::Switch { selector: _, cases } => {
                cases.iter().for_each(|case| every_statement(&case.body, visit));
            }
            Statement::Loop { body, continuing, break_if: _ } => {
                every_statement(body, visit);
                every_statement(continuing, visit);
            }
            _ => {}
        }
    }
}
