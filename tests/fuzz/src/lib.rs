//! What the targets call: files of the host, without the rest of it, which takes minutes to build.
#![allow(dead_code, unused_imports, unused_macros, reason = "the host uses all that is in these files")]

use wgpu::naga::{
    self, Module, Statement,
    valid::{Capabilities, ValidationFlags, Validator},
};

use crate::{
    commands::words::Words,
    quotas::{COMPILER_STACK_MARGIN, MAX_SHADER_DEPTH, STACK_BYTES_PER_SHADER_LEVEL},
    shaders::{
        const_values,
        finite_loop::Loop,
        inlining,
        loop_bound::{self, Ending},
        nesting,
        statements::every,
        unroll::unroll,
        workgroup_memory::WorkgroupMemory,
    },
};

#[path = "../../../host/src/quotas.rs"]
mod quotas;

#[path = "../../../host/src/commands"]
mod commands {
    pub(crate) mod words;
}

mod device {
    pub(crate) mod errors {
        /// The host's, without its text.
        pub(crate) struct GpuError;

        impl GpuError {
            pub(crate) fn validation(_: String) -> Self {
                Self
            }
        }
    }
}

#[path = "../../../host/src/shaders"]
mod shaders {
    pub(crate) mod const_values;
    pub(crate) mod directives;
    pub(crate) mod finite_loop;
    pub(crate) mod inlining;
    pub(crate) mod loop_bound;
    pub(crate) mod nesting;
    pub(crate) mod statements;
    pub(crate) mod unroll;
    pub(crate) mod workgroup_memory;
}

/// The stack that the host gives its compiler for a text of no length.
pub const STACK: usize = COMPILER_STACK_MARGIN + MAX_SHADER_DEPTH * STACK_BYTES_PER_SHADER_LEVEL;

/// How many commands these words are, or what is wrong with them.
pub fn commands(words: &[u32]) -> Result<usize, String> {
    let mut words = Words(words.iter());
    let mut commands = 0;
    while words.command().map_err(|error| error.to_string())?.is_some() {
        commands += 1;
    }
    Ok(commands)
}

/// What the host makes of a shader that naga parses and validates.
#[derive(Debug)]
pub struct Shader {
    /// What is wrong, by naga, with the module whose loops have a bound, one for each bound that was tried, and with that
    /// whose loops are written out.
    pub bounded: Vec<Result<(), String>>,
    /// Whether its loops would be left as they are.
    pub as_it_is: bool,
    /// The workgroup memory, where it may be too much: whether it is.
    pub workgroup_memory: Option<Result<(), String>>,
}

/// Does what the host does with the text of a shader beside wgpu; `None` for what the host or naga refuses.
pub fn shader(text: &str, constants: &[(&str, f64)]) -> Option<Shader> {
    const WORKGROUP_LIMIT: u32 = 16 << 10;
    if nesting::depth(text) > MAX_SHADER_DEPTH || const_values::check(text).is_err() {
        return None;
    }
    let module = naga::front::wgsl::parse_str(text).ok()?;
    inlining::check(&module).ok()?;
    validate(&module).ok()?;
    let mut as_it_is = true;
    let mut bounded = Vec::new();
    for max in [None, Some(1000)] {
        match loop_bound::bound(module.clone(), max) {
            Some(Ending::Bounded(module)) => {
                as_it_is &= max.is_some();
                bounded.push(validate(&module));
            }
            Some(Ending::AsItIs) | None => {}
        }
    }
    if let Some(unrolled) = unroll(&module) {
        bounded.push(validate(&unrolled).or_else(what_only_a_literal_shows));
    }
    let workgroup_memory = WorkgroupMemory::of(text, WORKGROUP_LIMIT)
        .map(|memory| memory.check(None, constants, WORKGROUP_LIMIT));
    Some(Shader { bounded, as_it_is, workgroup_memory })
}

fn validate(module: &Module) -> Result<(), String> {
    let validated = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(module);
    validated.map(drop).map_err(|error| format!("{error:?}"))
}

/// naga refuses of literals what it takes from variables; the host then leaves the shader as it was.
fn what_only_a_literal_shows(error: String) -> Result<(), String> {
    let known = ["IndexOutOfBounds", "ShiftAmountTooLarge", "DivideByZero"];
    if known.iter().any(|known| error.contains(known)) { Ok(()) } else { Err(error) }
}

/// Whether each loop of a shader is seen to end, in the order of the text; `None` for what is no shader.
pub fn loops_that_end(text: &str) -> Option<Vec<bool>> {
    let module = naga::front::wgsl::parse_str(text).ok()?;
    let mut ends = Vec::new();
    let functions = module.functions.iter().map(|(_, function)| function);
    for function in functions.chain(module.entry_points.iter().map(|entry| &entry.function)) {
        every(&function.body, &mut |statement| {
            if let Statement::Loop { body, continuing, break_if: _ } = statement {
                ends.push(Loop { body, continuing, expressions: &function.expressions }.ends());
            }
            true
        });
    }
    Some(ends)
}
