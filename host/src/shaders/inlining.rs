//! What the calls in a shader grow to. Drivers put the body of a function in place of each call of it, so
//! that forty functions, each of which calls the one before twice, take a thousand thousand million bodies:
//! the compiler has the memory of the machine used up before it is done, and nothing can stop it.

use wgpu::naga::{Block, Function, Module, Statement};

use crate::{device::errors::GpuError, quotas::MAX_INLINED_EXPRESSIONS, shaders::statements::every};

/// Refuses a shader in which a function has more than [`MAX_INLINED_EXPRESSIONS`], those of the functions that
/// it calls among them, once for each call. Runs on the compiler's thread: it recurses with the source, as
/// the compiler does.
pub(crate) fn check(module: &Module) -> Result<(), GpuError> {
    // Those of the functions so far: a function stands before all that call it.
    let mut sizes = Vec::with_capacity(module.functions.len());
    for (_, function) in module.functions.iter() {
        sizes.push(size(function, &sizes)?);
    }
    for entry in &module.entry_points {
        size(&entry.function, &sizes)?;
    }
    Ok(())
}

/// The expressions of `function`, when the functions before it have `sizes`.
fn size(function: &Function, sizes: &[u64]) -> Result<u64, GpuError> {
    let own = u64::try_from(function.expressions.len()).unwrap_or(u64::MAX);
    let size = own.saturating_add(called(&function.body, sizes));
    if size <= MAX_INLINED_EXPRESSIONS {
        return Ok(size);
    }
    let name = function.name.as_deref().unwrap_or_default();
    Err(GpuError::validation(format!(
        "with all that it calls, once for each call, the function {name:?} has more than \
         {MAX_INLINED_EXPRESSIONS} expressions, as many as this host takes"
    )))
}

/// The expressions of all that is called in `block`.
fn called(block: &Block, sizes: &[u64]) -> u64 {
    let mut total = 0_u64;
    every(block, &mut |statement| {
        if let Statement::Call { function, arguments: _, result: _ } = statement {
            let size = sizes.get(function.index()).copied().unwrap_or(u64::MAX);
            // The call itself is one as well: a function may be empty.
            total = total.saturating_add(size).saturating_add(1);
        }
        true
    });
    total
}

#[cfg(test)]
mod tests {
    use wgpu::naga::front::wgsl::parse_str;

    use super::*;
    use crate::device::errors::ErrorKind;

    fn check(code: &str) -> Result<(), GpuError> {
        super::check(&parse_str(code).unwrap())
    }

    /// Functions of which each calls the one before twice.
    fn doubling(functions: u32) -> String {
        (1..functions).fold("fn f0() {}".to_owned(), |text, at| {
            format!("{text} fn f{at}() {{ f{before}(); if true {{ f{before}(); }} }}", before = at - 1)
        })
    }

    #[test]
    fn calls_that_double_are_refused_before_they_are_too_many() {
        check(&doubling(12)).unwrap();
        for functions in [21, 40, 100] {
            let GpuError { kind, message } = check(&doubling(functions)).unwrap_err();
            assert_eq!(kind, ErrorKind::Validation);
            assert!(message.contains("\"f1") || message.contains("\"f2"), "{message}");
        }
        let main = |calls: usize| {
            let calls = "f15();".repeat(calls);
            format!("{} @compute @workgroup_size(1) fn main() {{ {calls} }}", doubling(16))
        };
        check(&main(1)).unwrap();
        assert!(check(&main(32)).unwrap_err().message.contains("\"main\""));
    }

    #[test]
    fn calls_in_every_block_count() {
        let leaf = doubling(17);
        for block in [
            "{ f16(); }",
            "if x { f16(); }",
            "if x {} else { f16(); }",
            "switch 1 { case 1: { f16(); } default: {} }",
            "loop { f16(); break; }",
            "loop { continuing { f16(); break if x; } }",
        ] {
            let with = |block: &str| check(&format!("{leaf} fn g(x: bool) {{ {} }}", block.repeat(32)));
            with("if x { f1(); }").unwrap();
            assert!(with(block).is_err(), "{block}");
        }
    }
}
