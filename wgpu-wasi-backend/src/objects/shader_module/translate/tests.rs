//! What is written is read back by naga, as hosts of wgpu do it.

mod compare;
mod language;
mod layout;
mod meaning;
mod program;

use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{Module, ShaderStage};

use super::super::names::Names;
use super::{Unwritable, write};

fn info(module: &Module) -> ModuleInfo {
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::all());
    validator.validate(module).unwrap_or_else(|error| panic!("{error:?}\n{module:#?}"))
}

fn wgsl(text: &str) -> Module {
    let mut options = naga::front::wgsl::Options::new();
    options.capabilities = Capabilities::all();
    let mut frontend = naga::front::wgsl::Frontend::new_with_options(options);
    frontend.parse(text).unwrap_or_else(|error| panic!("{}\n{text}", error.emit_to_string(text)))
}

fn glsl(stage: ShaderStage, text: &str) -> Module {
    let options = naga::front::glsl::Options { stage, defines: Default::default() };
    let parsed = naga::front::glsl::Frontend::default().parse(&options, text);
    parsed.unwrap_or_else(|errors| panic!("{}", errors.emit_to_string(text)))
}

fn written(module: &Module) -> Result<(String, Names), Unwritable> {
    write(module, &info(module))
}

/// The text of a module, and the module that naga reads in it.
fn again(module: &Module) -> (String, Module) {
    let (text, _names) = written(module).unwrap_or_else(|error| panic!("{error}"));
    let read = wgsl(&text);
    info(&read);
    (text, read)
}
