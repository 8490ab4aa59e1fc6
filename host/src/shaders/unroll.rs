//! Loops that index arrays by what they count, written out: of `for (var i = 0u; i < 4u; i++) { sums[i] = 0.0; }`
//! become four assignments.
//!
//! Each index that is no literal gets a check, and drivers take such loops apart by themselves, with the checks in them. A
//! matrix product of cubecl's took NVIDIA's compiler 35 s that way, against 1.3 s without checks. Written out, the
//! index is a literal that naga sees to be inside, and there is nothing left to check: 1.3 s as well, with all checks on.
//!
//! Nothing here is trusted: what comes out is compiled with every check, and where wgpu refuses it, the shader stays as
//! it was.
//!
//! Runs on the compiler's thread: it recurses with the source, as the compiler does.

mod copy;
mod operands;
mod plan;

use wgpu::naga::{BinaryOperator, Expression, Function, Handle, Literal, LocalVariable, Module};

/// How many expressions and statements are copied in one shader, at most. A third of them stays, as a rule: the rest
/// becomes literals.
const MAX_COPIED: u64 = 1 << 18;

/// The most iterations of a loop that is written out.
const MAX_ITERATIONS: u32 = 64;

/// A loop that counts from one literal to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    variable: Handle<LocalVariable>,
    first: Count,
    /// At least one.
    iterations: u32,
}

/// A number that a loop counts with, of either type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Count {
    U32(u32),
    I32(i32),
}

impl Count {
    fn of(expression: &Expression) -> Option<Self> {
        match expression {
            Expression::Literal(Literal::U32(value)) => Some(Self::U32(*value)),
            Expression::Literal(Literal::I32(value)) => Some(Self::I32(*value)),
            _ => None,
        }
    }

    /// The number that an expression of `function` is in the text, by itself or by the name of a constant.
    fn in_text(module: &Module, function: &Function, handle: Handle<Expression>) -> Option<Self> {
        match function.expressions.try_get(handle).ok()? {
            Expression::Constant(constant) => {
                let init = module.constants.try_get(*constant).ok()?.init;
                Self::of(module.global_expressions.try_get(init).ok()?)
            }
            expression => Self::of(expression),
        }
    }

    fn literal(self) -> Literal {
        match self {
            Self::U32(value) => Literal::U32(value),
            Self::I32(value) => Literal::I32(value),
        }
    }

    /// How far it is to `limit`, if that is of the same type and larger.
    fn to(self, limit: Self) -> Option<u32> {
        let distance = match (self, limit) {
            (Self::U32(first), Self::U32(limit)) => i64::from(limit) - i64::from(first),
            (Self::I32(first), Self::I32(limit)) => i64::from(limit) - i64::from(first),
            _ => return None,
        };
        u32::try_from(distance).ok().filter(|distance| *distance > 0)
    }

    /// What an operation on two numbers of one type comes to. `None`: it is not one that is worked out here, or it
    /// has no result.
    fn calculated(op: BinaryOperator, left: Self, right: Self) -> Option<Self> {
        macro_rules! calculate {
            ($number:path, $left:expr, $right:expr) => {
                Some($number(match op {
                    BinaryOperator::Add => $left.wrapping_add($right),
                    BinaryOperator::Subtract => $left.wrapping_sub($right),
                    BinaryOperator::Multiply => $left.wrapping_mul($right),
                    BinaryOperator::Divide => $left.checked_div($right)?,
                    BinaryOperator::Modulo => $left.checked_rem($right)?,
                    _ => return None,
                }))
            };
        }
        match (left, right) {
            (Self::U32(left), Self::U32(right)) => calculate!(Self::U32, left, right),
            (Self::I32(left), Self::I32(right)) => calculate!(Self::I32, left, right),
            _ => None,
        }
    }

    /// So many more.
    fn after(self, steps: u32) -> Self {
        match self {
            Self::U32(value) => Self::U32(value.wrapping_add(steps)),
            Self::I32(value) => Self::I32(value.wrapping_add_unsigned(steps)),
        }
    }
}

/// `module` with the loops written out that index arrays by what they count. `None`: it has none, or something
/// that WebGPU does not have.
pub(crate) fn unroll(module: &Module) -> Option<Module> {
    let mut left = MAX_COPIED;
    let mut unrolled = |function: &Function| {
        let loops = plan::loops(module, function, &mut left)?;
        copy::function(module, function, &loops)
    };
    let functions: Vec<_> = module.functions.iter().map(|(_, function)| unrolled(function)).collect();
    let entries: Vec<_> = module.entry_points.iter().map(|entry| unrolled(&entry.function)).collect();
    if functions.iter().chain(&entries).all(Option::is_none) {
        return None;
    }
    let mut module = module.clone();
    let places = module.functions.iter_mut().map(|(_, function)| function);
    let places = places.chain(module.entry_points.iter_mut().map(|entry| &mut entry.function));
    for (place, unrolled) in places.zip(functions.into_iter().chain(entries)) {
        if let Some(unrolled) = unrolled {
            *place = unrolled;
        }
    }
    Some(module)
}

#[cfg(test)]
mod tests;
