//! Expressions.

use naga::common::wgsl::TryToWgsl;
use naga::proc::NameKey;
use naga::{
    AddressSpace, BinaryOperator, DerivativeAxis, DerivativeControl, Expression, Handle, Literal,
    MathFunction, RelationalFunction, Scalar, ScalarKind, SwizzleComponent, Type, TypeInner, UnaryOperator,
};

use super::Unwritable;
use super::body::{Body, Form, Text};
use super::helper::Helper;
use super::types::count;

impl Body<'_, '_> {
    /// What an expression looks like, with its operands as they were evaluated.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of expression")]
    pub(super) fn render(&mut self, handle: Handle<Expression>) -> Result<Text, Unwritable> {
        let arena = self.arena;
        match &arena[handle] {
            Expression::Literal(literal) => literal_text(*literal).map(Text::constant),
            Expression::Constant(constant) => {
                let module = self.writer.module;
                if self.writer.is_named(*constant) {
                    let name = self.writer.name(&NameKey::Constant(*constant))?;
                    return Ok(Text::constant(name.to_owned()));
                }
                self.writer.global_expression(module.constants[*constant].init).map(Text::constant)
            }
            Expression::Override(r#override) => {
                let name = self.writer.name(&NameKey::Override(*r#override))?;
                Ok(Text::value(name.to_owned()))
            }
            Expression::ZeroValue(ty) => Ok(Text::constant(format!("{}()", self.writer.ty(*ty)?))),
            Expression::Compose { ty, components } => self.compose(*ty, components),
            Expression::Splat { size, value } => {
                let Text { text, form: _, constant } = self.operand(*value)?;
                Ok(Text { text: format!("vec{}({text})", count(*size)), form: Form::Value, constant })
            }
            Expression::Access { base, index } => self.access(*base, *index),
            Expression::AccessIndex { base, index } => self.access_index(*base, *index),
            Expression::Swizzle { size, vector, pattern } => {
                let Text { text, form: _, constant } = self.operand(*vector)?;
                let letters =
                    pattern.iter().take(usize::from(count(*size))).map(|component| letter(*component));
                let letters: String = letters.collect();
                Ok(Text { text: format!("{text}.{letters}"), form: Form::Value, constant })
            }
            Expression::FunctionArgument(index) => {
                let name = self.writer.name(&self.owner.argument(*index))?.to_owned();
                let is_pointer = self.resolve(handle).pointer_space().is_some();
                let form = if is_pointer { Form::Pointer } else { Form::Value };
                Ok(Text { text: name, form, constant: false })
            }
            Expression::GlobalVariable(variable) => {
                let name = self.writer.name(&NameKey::GlobalVariable(*variable))?.to_owned();
                let is_handle = self.writer.module.global_variables[*variable].space == AddressSpace::Handle;
                Ok(if is_handle { Text::value(name) } else { Text::reference(name) })
            }
            Expression::LocalVariable(variable) => {
                Ok(Text::reference(self.writer.name(&self.owner.local(*variable))?.to_owned()))
            }
            Expression::Load { pointer } => self.load(*pointer),
            Expression::Unary { op, expr } => {
                let Text { text, form: _, constant } = self.operand(*expr)?;
                let operator = match op {
                    UnaryOperator::Negate => "-",
                    UnaryOperator::LogicalNot => "!",
                    UnaryOperator::BitwiseNot => "~",
                };
                Ok(Text { text: format!("({operator}({text}))"), form: Form::Value, constant })
            }
            Expression::Binary { op, left, right } => {
                let (left, right) = (self.operand(*left)?, self.operand(*right)?);
                let text = format!("({} {} {})", left.text, operator(*op), right.text);
                Ok(Text { text, form: Form::Value, constant: left.constant && right.constant })
            }
            Expression::Select { condition, accept, reject } => {
                self.call("select", &[Some(*reject), Some(*accept), Some(*condition)])
            }
            Expression::Derivative { axis, ctrl, expr } => {
                self.call(derivative(*axis, *ctrl), &[Some(*expr)]).map(|text| Text::value(text.text))
            }
            Expression::Relational { fun, argument } => self.relational(*fun, *argument),
            Expression::Math { fun, arg, arg1, arg2, arg3 } => self.math(*fun, *arg, [*arg1, *arg2, *arg3]),
            Expression::As { expr, kind, convert } => self.convert(*expr, *kind, *convert),
            Expression::ArrayLength(array) => {
                Ok(Text::value(format!("arrayLength({})", self.value(*array)?)))
            }
            Expression::ImageSample { .. } | Expression::ImageLoad { .. } | Expression::ImageQuery { .. } => {
                self.image_expression(handle)
            }
            Expression::CallResult(_)
            | Expression::AtomicResult { .. }
            | Expression::WorkGroupUniformLoadResult { .. }
            | Expression::SubgroupBallotResult
            | Expression::SubgroupOperationResult { .. } => {
                Err(Unwritable(format!("the result {handle:?} before its statement")))
            }
            Expression::RayQueryVertexPositions { .. }
            | Expression::RayQueryProceedResult
            | Expression::RayQueryGetIntersection { .. } => {
                Err(Unwritable::not_in_webgpu("rays and acceleration structures"))
            }
            Expression::CooperativeLoad { .. } | Expression::CooperativeMultiplyAdd { .. } => {
                Err(Unwritable::not_in_webgpu("cooperative matrices"))
            }
        }
    }

    /// A call of a function of WGSL, with those of the arguments that there are.
    pub(super) fn call(
        &mut self,
        function: &str,
        arguments: &[Option<Handle<Expression>>],
    ) -> Result<Text, Unwritable> {
        let mut texts = Vec::new();
        let mut constant = true;
        for argument in arguments.iter().flatten() {
            let text = self.operand(*argument)?;
            constant &= text.constant;
            texts.push(text.into_value());
        }
        Ok(Text { text: format!("{function}({})", texts.join(", ")), form: Form::Value, constant })
    }

    fn compose(&mut self, ty: Handle<Type>, components: &[Handle<Expression>]) -> Result<Text, Unwritable> {
        let module = self.writer.module;
        let mut texts = Vec::new();
        let mut constant = true;
        let around = match (&module.types[ty].inner, self.writer.layout.stride(ty)) {
            (TypeInner::Array { base, .. }, Some(stride)) => {
                let element = self.writer.ty(*base)?;
                Some(self.writer.strided(element, stride))
            }
            _ => None,
        };
        let leading = self.writer.layout.of_struct(ty).and_then(|layout| layout.leading);
        texts.extend(leading.map(|leading| leading.value().to_owned()));
        for (index, component) in (0..).zip(components) {
            if self.writer.point_size(ty) == Some(index) {
                continue;
            }
            let text = self.operand(*component)?;
            constant &= text.constant;
            texts.push(match &around {
                Some(name) => format!("{name}({})", text.text),
                None => text.text,
            });
        }
        let text = format!("{}({})", self.writer.ty(ty)?, texts.join(", "));
        Ok(Text { text, form: Form::Value, constant })
    }

    fn access(&mut self, base: Handle<Expression>, index: Handle<Expression>) -> Result<Text, Unwritable> {
        let Text { text, form, constant } = self.place(base)?;
        // Of a matrix that is no variable, only columns that are known beforehand can be had.
        let is_matrix = form == Form::Value && matches!(self.resolve(base), TypeInner::Matrix { .. });
        let index = if is_matrix { Text::constant(self.constant(index)?) } else { self.operand(index)? };
        let element = self.element(base);
        let text = format!("{text}[{}]{element}", index.text);
        Ok(Text { text, form, constant: constant && index.constant })
    }

    fn access_index(&mut self, base: Handle<Expression>, index: u32) -> Result<Text, Unwritable> {
        let module = self.writer.module;
        let Text { mut text, form, constant } = self.place(base)?;
        let inner = match self.resolve(base) {
            TypeInner::Pointer { base, space: _ } => &module.types[*base].inner,
            inner => inner,
        };
        match inner {
            TypeInner::Struct { members, span: _ } => {
                let Some(handle) = self.type_handle(base) else {
                    return Err(Unwritable(format!("a member of {base:?}, which has no type")));
                };
                if self.writer.point_size(handle) == Some(index) {
                    return Err(Unwritable::point_size());
                }
                text.push('.');
                if self.writer.is_predeclared(handle) {
                    let member = members.get(usize::try_from(index).unwrap_or(usize::MAX));
                    text += member.and_then(|member| member.name.as_deref()).unwrap_or_default();
                } else {
                    text += self.writer.name(&NameKey::StructMember(handle, index))?;
                }
            }
            TypeInner::Vector { .. } | TypeInner::ValuePointer { .. } if index < 4 => {
                text.push('.');
                text.extend("xyzw".chars().nth(usize::try_from(index).unwrap_or_default()));
            }
            _ => {
                let element = self.element(base);
                text += &format!("[{index}]{element}");
            }
        }
        Ok(Text { text, form, constant })
    }

    /// What follows the index of an element: those of some arrays are in a struct of their own.
    fn element(&self, array: Handle<Expression>) -> &'static str {
        let strided = self.type_handle(array).and_then(|ty| self.writer.layout.stride(ty));
        if strided.is_some() { ".element" } else { "" }
    }

    fn load(&mut self, pointer: Handle<Expression>) -> Result<Text, Unwritable> {
        if self.resolve(pointer).is_atomic_pointer(&self.writer.module.types) {
            return Ok(Text::value(format!("atomicLoad({})", self.value(pointer)?)));
        }
        Ok(Text::value(self.place(pointer)?.text))
    }

    fn relational(
        &mut self,
        fun: RelationalFunction,
        argument: Handle<Expression>,
    ) -> Result<Text, Unwritable> {
        let (name, limit) = match fun {
            RelationalFunction::All => return self.call("all", &[Some(argument)]),
            RelationalFunction::Any => return self.call("any", &[Some(argument)]),
            RelationalFunction::IsNan => ("isnan", ">"),
            RelationalFunction::IsInf => ("isinf", "=="),
        };
        // WGSL lets a compiler take for granted that there are no such numbers, but not that there are no such bits:
        // https://www.w3.org/TR/WGSL/#floating-point-evaluation
        let Text { text, form: _, constant } = self.operand(argument)?;
        let (size, scalar) = match self.resolve(argument) {
            TypeInner::Scalar(scalar) => (None, *scalar),
            TypeInner::Vector { size, scalar } => (Some(*size), *scalar),
            other => return Err(Unwritable(format!("{name} of {other:?}"))),
        };
        let of = |scalar: &str| match size {
            Some(size) => format!("vec{}<{scalar}>", count(size)),
            None => scalar.to_owned(),
        };
        let text = match scalar {
            Scalar::F32 => text,
            // Each of its numbers is one of the longer type, of the same kind.
            Scalar::F16 => format!("{}({text})", of("f32")),
            other => return Err(Unwritable(format!("{name} of numbers of the type {other:?}"))),
        };
        let bits = of("u32");
        let text = format!("((bitcast<{bits}>({text}) & {bits}(0x7fffffffu)) {limit} {bits}(0x7f800000u))");
        Ok(Text { text, form: Form::Value, constant })
    }

    fn math(
        &mut self,
        fun: MathFunction,
        first: Handle<Expression>,
        [second, third, fourth]: [Option<Handle<Expression>>; 3],
    ) -> Result<Text, Unwritable> {
        let arguments = [Some(first), second, third, fourth];
        if let Some(name) = fun.try_to_wgsl() {
            return self.call(name, &arguments);
        }
        let helper = match (fun, self.resolve(first), second.map(|second| self.resolve(second))) {
            (
                MathFunction::Outer,
                TypeInner::Vector { size, scalar },
                Some(TypeInner::Vector { size: other, .. }),
            ) if size == other => Helper::outer(*size, *scalar),
            (MathFunction::Inverse, TypeInner::Matrix { columns, rows, scalar }, None) if columns == rows => {
                Helper::inverse(*columns, *scalar)
            }
            (fun, inner, _) => return Err(Unwritable(format!("the function {fun:?} of {inner:?}"))),
        };
        let name = self.writer.helper(helper);
        self.call(&name, &arguments).map(|text| Text::value(text.text))
    }

    fn convert(
        &mut self,
        expression: Handle<Expression>,
        kind: ScalarKind,
        width: Option<u8>,
    ) -> Result<Text, Unwritable> {
        let Text { text, form: _, constant } = self.operand(expression)?;
        let inner = self.resolve(expression);
        let Some(scalar) = inner.scalar() else {
            return Err(Unwritable(format!("a conversion of {inner:?}")));
        };
        let scalar = Scalar { kind, width: width.unwrap_or(scalar.width) };
        let to = match inner {
            TypeInner::Vector { size, scalar: _ } => self.writer.vector(*size, scalar)?,
            TypeInner::Matrix { columns, rows, scalar: _ } => {
                self.writer.inner(&TypeInner::Matrix { columns: *columns, rows: *rows, scalar })?
            }
            _ => self.writer.scalar(scalar)?.to_owned(),
        };
        let text = if width.is_some() { format!("{to}({text})") } else { format!("bitcast<{to}>({text})") };
        Ok(Text { text, form: Form::Value, constant })
    }
}

fn literal_text(literal: Literal) -> Result<String, Unwritable> {
    Ok(match literal {
        Literal::F64(value) => format!("{value:?}lf"),
        Literal::F32(value) => format!("{value:?}f"),
        Literal::F16(value) => format!("{value:?}h"),
        Literal::U16(value) => format!("u16({value})"),
        Literal::I16(value) => format!("i16({value})"),
        Literal::U32(value) => format!("{value}u"),
        // A literal of WGSL has no sign of its own, and the least number has no positive one.
        Literal::I32(value) if value == i32::MIN => format!("i32({value})"),
        Literal::I32(value) => format!("{value}i"),
        Literal::U64(value) => format!("{value}lu"),
        Literal::I64(value) if value == i64::MIN => format!("(-{}li - 1li)", i64::MAX),
        Literal::I64(value) => format!("{value}li"),
        Literal::Bool(value) => value.to_string(),
        Literal::AbstractInt(_) | Literal::AbstractFloat(_) => {
            return Err(Unwritable("a number without a type".to_owned()));
        }
    })
}

fn letter(component: SwizzleComponent) -> char {
    match component {
        SwizzleComponent::X => 'x',
        SwizzleComponent::Y => 'y',
        SwizzleComponent::Z => 'z',
        SwizzleComponent::W => 'w',
    }
}

fn operator(op: BinaryOperator) -> &'static str {
    match op {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::And => "&",
        BinaryOperator::ExclusiveOr => "^",
        BinaryOperator::InclusiveOr => "|",
        BinaryOperator::LogicalAnd => "&&",
        BinaryOperator::LogicalOr => "||",
        BinaryOperator::ShiftLeft => "<<",
        BinaryOperator::ShiftRight => ">>",
    }
}

fn derivative(axis: DerivativeAxis, control: DerivativeControl) -> &'static str {
    match (axis, control) {
        (DerivativeAxis::X, DerivativeControl::Coarse) => "dpdxCoarse",
        (DerivativeAxis::X, DerivativeControl::Fine) => "dpdxFine",
        (DerivativeAxis::X, DerivativeControl::None) => "dpdx",
        (DerivativeAxis::Y, DerivativeControl::Coarse) => "dpdyCoarse",
        (DerivativeAxis::Y, DerivativeControl::Fine) => "dpdyFine",
        (DerivativeAxis::Y, DerivativeControl::None) => "dpdy",
        (DerivativeAxis::Width, DerivativeControl::Coarse) => "fwidthCoarse",
        (DerivativeAxis::Width, DerivativeControl::Fine) => "fwidthFine",
        (DerivativeAxis::Width, DerivativeControl::None) => "fwidth",
    }
}
