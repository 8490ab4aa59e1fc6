//! What a shader module takes of the host's memory: see `weights.rs`, whose tests measure it.

use wgpu::naga::{Block, Expression, Function, Module};

use crate::shaders::statements::every;

/// A shader module of a text of so many bytes, beside what is in it: 8,069 bytes for a text of 200, and 52,346 for 1,014
/// bytes of constants that are worked out: wgpu keeps the room that their expressions had.
pub(crate) fn text(bytes: usize) -> u64 {
    const MODULE: u64 = 8 << 10;
    const BYTE: u64 = 48;
    u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(BYTE).saturating_add(MODULE)
}

/// How many expressions the functions of a module have, and what is kept of it.
pub(crate) fn module(module: &Module) -> (u64, u64) {
    const EXPRESSION: u64 = 192;
    const STATEMENT: u64 = 128;
    const FUNCTION: u64 = 1 << 10;
    let mut inside = 0_u64;
    let (mut statements, mut functions) = (0_u64, 0_u64);
    let mut add = |function: &Function| {
        functions = functions.saturating_add(1);
        inside =
            inside.saturating_add(function.expressions.iter().map(|(_, expression)| nodes(expression)).sum());
        statements = statements.saturating_add(count(&function.body));
    };
    module.functions.iter().for_each(|(_, function)| add(function));
    module.entry_points.iter().for_each(|entry| add(&entry.function));
    let outside: u64 = module.global_expressions.iter().map(|(_, expression)| nodes(expression)).sum();
    let bytes = [(inside, EXPRESSION), (outside, EXPRESSION), (statements, STATEMENT), (functions, FUNCTION)];
    let bytes = bytes.into_iter().map(|(count, bytes)| count.saturating_mul(bytes));
    (inside, bytes.fold(0, u64::saturating_add))
}

/// An expression, with more where it has a list of others.
fn nodes(expression: &Expression) -> u64 {
    /// Which is four bytes for each.
    const COMPONENTS: usize = 32;
    let components =
        if let Expression::Compose { ty: _, components } = expression { components.len() } else { 0 };
    u64::try_from(components / COMPONENTS).unwrap_or(u64::MAX).saturating_add(1)
}

fn count(block: &Block) -> u64 {
    let mut statements = 0;
    every(block, &mut |_| {
        statements += 1;
        true
    });
    statements
}
