//! What is inside a function: when its expressions are evaluated, and what they are called then.

use naga::proc::NameKey;
use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{Arena, Expression, FastHashMap, FastIndexMap, Function, Handle, LocalVariable, Range, TypeInner};

use super::Unwritable;
use super::writer::Writer;

/// The bytes of an expression that is written where it is used. A longer one gets a name first: in some languages
/// everything has one, and written into each other a thousand sums would nest a thousand parentheses deep.
const MAX_INLINE: usize = 240;

/// Whose expressions these are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    Module(&'a ModuleInfo),
    Function(Handle<Function>, &'a FunctionInfo),
    EntryPoint(u16, &'a FunctionInfo),
}

impl Owner<'_> {
    pub(super) fn argument(self, index: u32) -> NameKey {
        match self {
            // There are no arguments outside of functions; the key has no name, which is an error.
            Self::Module(_) => NameKey::EntryPointArgument(u16::MAX, index),
            Self::Function(handle, _) => NameKey::FunctionArgument(handle, index),
            Self::EntryPoint(entry, _) => NameKey::EntryPointArgument(entry, index),
        }
    }

    pub(super) fn local(self, variable: Handle<LocalVariable>) -> NameKey {
        match self {
            Self::Module(_) => NameKey::EntryPointLocal(u16::MAX, variable),
            Self::Function(handle, _) => NameKey::FunctionLocal(handle, variable),
            Self::EntryPoint(entry, _) => NameKey::EntryPointLocal(entry, variable),
        }
    }
}

/// What a text of an expression stands for. The IR has pointers; WGSL also has references, which variables and what
/// is in them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Value,
    Reference,
    Pointer,
}

/// An expression as it is written where it is used.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) form: Form,
    /// Whether it is a const-expression of WGSL, which is evaluated when the shader is compiled.
    pub(super) constant: bool,
}

impl Text {
    pub(super) fn value(text: String) -> Self {
        Self { text, form: Form::Value, constant: false }
    }

    pub(super) fn constant(text: String) -> Self {
        Self { text, form: Form::Value, constant: true }
    }

    pub(super) fn reference(text: String) -> Self {
        Self { text, form: Form::Reference, constant: false }
    }

    /// As functions take it: a value or a pointer.
    pub(super) fn into_value(self) -> String {
        match self.form {
            Form::Value | Form::Pointer => self.text,
            Form::Reference => format!("(&{})", self.text),
        }
    }
}

/// The expressions of a function or of the module.
pub(super) struct Body<'w, 'a> {
    pub(super) writer: &'w mut Writer<'a>,
    pub(super) arena: &'a Arena<Expression>,
    pub(super) owner: Owner<'a>,
    /// What has been evaluated already.
    texts: FastHashMap<Handle<Expression>, Text>,
    /// How often each has been used, while somebody counts.
    uses: Option<FastHashMap<Handle<Expression>, usize>>,
    /// What has a name in the program. It is evaluated where the program does that: before a loop, say.
    named: Option<&'a FastIndexMap<Handle<Expression>, String>>,
    /// The statements.
    pub(super) out: String,
}

impl<'w, 'a> Body<'w, 'a> {
    pub(super) fn new(writer: &'w mut Writer<'a>, arena: &'a Arena<Expression>, owner: Owner<'a>) -> Self {
        Self {
            writer,
            arena,
            owner,
            texts: FastHashMap::default(),
            uses: None,
            named: None,
            out: String::new(),
        }
    }

    /// All statements of a function.
    pub(super) fn function(mut self, function: &'a Function) -> Result<String, Unwritable> {
        for (handle, variable) in function.local_variables.iter() {
            let name = self.writer.name(&self.owner.local(handle))?.to_owned();
            let ty = self.writer.ty(variable.ty)?;
            let init = match variable.init {
                Some(init) => format!(" = {}", self.constant(init)?),
                None => String::new(),
            };
            self.out += &format!("var {name}: {ty}{init};\n");
        }
        self.named = Some(&function.named_expressions);
        self.block(&function.body)?;
        Ok(self.out)
    }

    /// The type of an expression.
    pub(super) fn resolve(&self, handle: Handle<Expression>) -> &'a TypeInner {
        let types = &self.writer.module.types;
        match self.owner {
            Owner::Module(info) => info[handle].inner_with(types),
            Owner::Function(_, info) | Owner::EntryPoint(_, info) => info[handle].ty.inner_with(types),
        }
    }

    /// The place in the module of an expression's type, or of the type that it points to.
    pub(super) fn type_handle(&self, handle: Handle<Expression>) -> Option<Handle<naga::Type>> {
        if let TypeInner::Pointer { base, space: _ } = self.resolve(handle) {
            return Some(*base);
        }
        match self.owner {
            Owner::Module(info) => info[handle].handle(),
            Owner::Function(_, info) | Owner::EntryPoint(_, info) => info[handle].ty.handle(),
        }
    }

    fn references(&self, handle: Handle<Expression>) -> usize {
        match self.owner {
            Owner::Module(_) => 1,
            Owner::Function(_, info) | Owner::EntryPoint(_, info) => info[handle].ref_count,
        }
    }

    /// An expression, as it was evaluated.
    pub(super) fn operand(&mut self, handle: Handle<Expression>) -> Result<Text, Unwritable> {
        if let Some(uses) = &mut self.uses {
            *uses.entry(handle).or_default() += 1;
        }
        match self.texts.get(&handle) {
            Some(text) => Ok(text.clone()),
            // Of what need not be evaluated: variables, arguments, constants.
            None => self.render(handle),
        }
    }

    /// A value or a pointer, as functions take them.
    pub(super) fn value(&mut self, handle: Handle<Expression>) -> Result<String, Unwritable> {
        Ok(self.operand(handle)?.into_value())
    }

    /// A value, or what a pointer points to.
    pub(super) fn place(&mut self, handle: Handle<Expression>) -> Result<Text, Unwritable> {
        let text = self.operand(handle)?;
        Ok(match text.form {
            Form::Value | Form::Reference => text,
            Form::Pointer => Text::reference(format!("(*{})", text.text)),
        })
    }

    /// A const-expression or an override-expression, where WGSL asks for one: written out, whatever has a name.
    pub(super) fn constant(&mut self, handle: Handle<Expression>) -> Result<String, Unwritable> {
        let named = std::mem::take(&mut self.texts);
        let text = self.render(handle);
        self.texts = named;
        Ok(text?.text)
    }

    /// Gives a name to the result of a statement: the text that begins that statement.
    pub(super) fn result(&mut self, result: Option<Handle<Expression>>) -> String {
        let Some(handle) = result else { return String::new() };
        let name = name(handle);
        let text = format!("let {name} = ");
        self.texts.insert(handle, Text::value(name));
        text
    }

    /// Evaluates expressions.
    pub(super) fn emit(&mut self, range: &Range<Expression>) -> Result<(), Unwritable> {
        for handle in range.clone() {
            let mut text = self.render(handle)?;
            if text.constant && is_operation(self.arena, handle) {
                text = self.at_run_time(handle)?;
            }
            if text.form == Form::Value && self.needs_name(handle, text.text.len()) {
                let name = name(handle);
                self.out += &format!("let {name} = {};\n", text.text);
                text = Text::value(name);
            }
            self.texts.insert(handle, text);
        }
        Ok(())
    }

    /// Evaluates expressions as part of a condition, if that makes no difference. Otherwise nothing has happened. The
    /// result is the condition.
    pub(super) fn emit_into(
        &mut self,
        ranges: &[&Range<Expression>],
        condition: Handle<Expression>,
    ) -> Result<Option<String>, Unwritable> {
        if self.uses.is_some() {
            return Ok(None);
        }
        self.uses = Some(FastHashMap::default());
        let condition = self.count_uses(ranges, condition);
        let uses = self.uses.take().unwrap_or_default();
        let condition = condition?.filter(|condition| condition.len() <= 2 * MAX_INLINE);
        // What is used later on as well has to be evaluated now, for there may be other values in its place then.
        let only_here = |handle: Handle<Expression>| {
            uses.get(&handle).copied().unwrap_or_default() == self.references(handle)
        };
        let handles = || ranges.iter().copied().flat_map(|range| range.clone());
        if condition.is_none() || !handles().all(only_here) {
            for handle in handles() {
                self.texts.remove(&handle);
            }
            return Ok(None);
        }
        Ok(condition)
    }

    fn count_uses(
        &mut self,
        ranges: &[&Range<Expression>],
        condition: Handle<Expression>,
    ) -> Result<Option<String>, Unwritable> {
        for handle in ranges.iter().copied().flat_map(|range| range.clone()) {
            let text = self.render(handle)?;
            let constant = text.constant && is_operation(self.arena, handle);
            if constant || text.text.len() > MAX_INLINE {
                return Ok(None);
            }
            self.texts.insert(handle, text);
        }
        self.value(condition).map(Some)
    }

    /// Whether an expression is to be evaluated where it stands: if it depends on when that is, and if it would have
    /// to be written twice.
    fn needs_name(&self, handle: Handle<Expression>, length: usize) -> bool {
        let references = self.references(handle);
        if references > 0 && self.named.is_some_and(|named| named.contains_key(&handle)) {
            return true;
        }
        match &self.arena[handle] {
            Expression::Load { .. }
            | Expression::ImageSample { .. }
            | Expression::ImageLoad { .. }
            | Expression::ImageQuery { .. }
            | Expression::Derivative { .. } => references > 0,
            Expression::Access { .. } | Expression::AccessIndex { .. } => {
                references > 0 && length > MAX_INLINE && self.is_data(handle)
            }
            _ => references > 1 || references == 1 && length > MAX_INLINE,
        }
    }

    fn is_data(&self, handle: Handle<Expression>) -> bool {
        matches!(
            self.resolve(handle),
            TypeInner::Scalar(_)
                | TypeInner::Vector { .. }
                | TypeInner::Matrix { .. }
                | TypeInner::Array { .. }
                | TypeInner::Struct { .. }
        )
    }

    /// An operation on nothing but constants, to be done when the shader runs: there it has a result, while a compiler
    /// of WGSL that does it has to refuse what overflows or is no number.
    fn at_run_time(&mut self, handle: Handle<Expression>) -> Result<Text, Unwritable> {
        let Some(operand) = first_operand(&self.arena[handle]) else { return self.render(handle) };
        let before = self.texts.get(&operand).cloned();
        let value = self.value(operand)?;
        let name = format!("{}_", name(handle));
        self.out += &format!("let {name} = {value};\n");
        self.texts.insert(operand, Text::value(name));
        let text = self.render(handle);
        match before {
            Some(before) => self.texts.insert(operand, before),
            None => self.texts.remove(&operand),
        };
        text
    }
}

/// No name that a program gave is like this: those that end with a digit get an underscore behind it.
fn name(handle: Handle<Expression>) -> String {
    format!("_e{}", handle.index())
}

/// Whether an expression computes something that a compiler may refuse to.
fn is_operation(arena: &Arena<Expression>, handle: Handle<Expression>) -> bool {
    first_operand(&arena[handle]).is_some()
}

fn first_operand(expression: &Expression) -> Option<Handle<Expression>> {
    match expression {
        Expression::Unary { expr, .. } | Expression::As { expr, .. } => Some(*expr),
        Expression::Binary { left, .. } => Some(*left),
        Expression::Math { arg, .. } => Some(*arg),
        Expression::Relational { argument, .. } => Some(*argument),
        _ => None,
    }
}
