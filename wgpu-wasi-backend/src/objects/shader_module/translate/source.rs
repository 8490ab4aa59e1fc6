//! From what a program gives to IR.

use std::error::Error;

use naga::error::ShaderError;
use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::super::names::Names;
use super::write;

/// What is wrong with a shader, in wgpu's words.
#[derive(Debug)]
pub(in super::super) struct Failure {
    /// For the error: with the line that it is about.
    pub(in super::super) text: String,
    /// One by one, with the places in the program's text.
    pub(in super::super) info: wgpu::CompilationInfo,
}

/// The WGSL for a shader in another language and the names in it, or what is wrong with the shader. `None` if its
/// language is of a feature that is off.
pub(in super::super) fn translate(
    features: wgpu::Features,
    name: Option<&str>,
    source: wgpu::ShaderSource<'_>,
) -> Option<Result<(String, Names), Failure>> {
    match source {
        #[cfg(feature = "spirv")]
        wgpu::ShaderSource::SpirV(words) => Some(spirv(features, name, &words)),
        #[cfg(feature = "glsl")]
        wgpu::ShaderSource::Glsl { shader, stage, defines } => {
            Some(glsl(features, name, &shader, stage, defines))
        }
        #[cfg(feature = "naga-ir")]
        wgpu::ShaderSource::Naga(module) => Some(check_and_write(features, name, "", &module)),
        // Also of languages that wgpu gets some day.
        _ => None,
    }
}

#[cfg(feature = "spirv")]
fn spirv(features: wgpu::Features, name: Option<&str>, words: &[u32]) -> Result<(String, Names), Failure> {
    let options = naga::front::spv::Options {
        // wgpu's convention, which is WebGPU's: Y points up.
        adjust_coordinate_space: false,
        strict_capabilities: true,
        block_ctx_dump_prefix: None,
    };
    let parsed = naga::front::spv::Frontend::new(words.iter().copied(), &options).parse();
    let module = parsed.map_err(|error| failure(name, "", error))?;
    check_and_write(features, name, "", &module)
}

#[cfg(feature = "glsl")]
fn glsl(
    features: wgpu::Features,
    name: Option<&str>,
    shader: &str,
    stage: naga::ShaderStage,
    defines: &[(&str, &str)],
) -> Result<(String, Names), Failure> {
    let defines = defines.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
    let options = naga::front::glsl::Options { stage, defines };
    let parsed = naga::front::glsl::Frontend::default().parse(&options, shader);
    let module = parsed.map_err(|error| failure(name, shader, error))?;
    check_and_write(features, name, shader, &module)
}

fn check_and_write(
    features: wgpu::Features,
    name: Option<&str>,
    source: &str,
    module: &naga::Module,
) -> Result<(String, Names), Failure> {
    let valid = Validator::new(ValidationFlags::all(), capabilities(features)).validate(module);
    let info = valid.map_err(|error| failure(name, source, error))?;
    write(module, &info).map_err(|why| {
        let text = why.to_string();
        let message = wgpu::CompilationMessage {
            message: text.clone(),
            message_type: wgpu::CompilationMessageType::Error,
            location: None,
        };
        Failure { text, info: wgpu::CompilationInfo { messages: vec![message] } }
    })
}

/// What a shader may use on a device with these features. The host checks everything again, but knows only the WGSL: an
/// error that is found here has the line of the program's own text.
fn capabilities(features: wgpu::Features) -> Capabilities {
    [
        (wgpu::Features::SHADER_F64, Capabilities::FLOAT64),
        (wgpu::Features::SHADER_F16, Capabilities::SHADER_FLOAT16),
        (wgpu::Features::SHADER_INT64, Capabilities::SHADER_INT64),
        (wgpu::Features::SHADER_I16, Capabilities::SHADER_INT16),
        (wgpu::Features::PRIMITIVE_INDEX, Capabilities::PRIMITIVE_INDEX),
        (wgpu::Features::CLIP_DISTANCES, Capabilities::CLIP_DISTANCES),
        (wgpu::Features::DUAL_SOURCE_BLENDING, Capabilities::DUAL_SOURCE_BLENDING),
        (wgpu::Features::SUBGROUP, Capabilities::SUBGROUP),
    ]
    .into_iter()
    .filter(|(feature, _)| !features.contains(*feature))
    .fold(Capabilities::all(), |all, (_, missing)| all - missing)
}

/// What wgpu says natively: the error, and below it what it comes from, two spaces deeper each time.
fn failure<E>(name: Option<&str>, source: &str, error: E) -> Failure
where
    ShaderError<E>: Error + Into<wgpu::CompilationInfo>,
{
    let source = source.to_owned();
    let error = ShaderError { source, label: name.map(str::to_owned), inner: Box::new(error) };
    let mut text = error.to_string();
    let mut indent = "  ".to_owned();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text += &format!("\n{indent}{deeper}");
        indent += "  ";
        cause = deeper.source();
    }
    Failure { text, info: error.into() }
}
