//! GPUShaderModule — wit: gpu-shader-module — spec: <https://www.w3.org/TR/webgpu/#gpushadermodule> — peer: host/src/shader_module.rs
//!
//! The WIT takes WGSL. Other languages are translated here, in the guest, by naga; each behind the
//! feature of the same name in wgpu.

use std::future::ready;
use std::pin::Pin;

use wgpu::custom::{ShaderCompilationInfoFuture, ShaderModuleInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::label;
use crate::device::DeviceShared;
use crate::unsupported;
use crate::wait::block;

/// A shader module of the host.
#[derive(Debug)]
pub(crate) struct ShaderModule {
    wit: wit::GpuShaderModule,
    messages: Messages,
}

/// Where the messages of the compiler are.
#[derive(Debug)]
enum Messages {
    /// On the host. The text is kept if places in it have to be converted, see [`message`].
    Host { code: Option<String> },
    /// Here: the text of the program never got to the host.
    Here(wgpu::CompilationInfo),
}

impl ShaderModule {
    pub(crate) fn create(device: &DeviceShared, desc: wgpu::ShaderModuleDescriptor<'_>) -> Self {
        let wgpu::ShaderModuleDescriptor { label: name, source } = desc;
        match source {
            wgpu::ShaderSource::Wgsl(code) => Self::from_wgsl(device, name, code.into_owned()),
            #[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
            source => match translate::translate(name, source) {
                Some(Ok(code)) => Self::from_translation(device, name, code),
                Some(Err(info)) => Self::failed(device, name, info),
                None => Self::unsupported_source(device, name),
            },
            #[cfg(not(any(feature = "glsl", feature = "spirv", feature = "naga-ir")))]
            _ => Self::unsupported_source(device, name),
        }
    }

    pub(crate) fn create_passthrough(
        device: &DeviceShared,
        desc: &wgpu::ShaderModuleDescriptorPassthrough<'_>,
    ) -> Self {
        // All other languages are of drivers, which a component does not get to see.
        let wgpu::ShaderModuleDescriptorPassthrough {
            label: name,
            entry_points: _,
            spirv: _,
            dxil: _,
            hlsl: _,
            metallib: _,
            msl: _,
            glsl: _,
            wgsl,
        } = desc;
        match wgsl {
            Some(code) => Self::from_wgsl(device, *name, code.clone().into_owned()),
            None => {
                let call = "Device::create_shader_module_passthrough";
                device.refuse_unsupported(unsupported::PASSTHROUGH, call, *name);
                Self::invalid(device, wgpu::CompilationInfo { messages: Vec::new() })
            }
        }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuShaderModule {
        &self.wit
    }

    fn from_wgsl(device: &DeviceShared, name: Option<&str>, code: String) -> Self {
        let kept = (!code.is_ascii()).then(|| code.clone());
        let wit = Self::send(device, name, code);
        Self { wit, messages: Messages::Host { code: kept } }
    }

    fn send(device: &DeviceShared, name: Option<&str>, code: String) -> wit::GpuShaderModule {
        let wit = device.wit.create_shader_module(&wit::GpuShaderModuleDescriptor {
            code,
            compilation_hints: Some(Vec::new()),
            label: label(name),
        });
        device.touch();
        // Parsing takes long enough for the time of a flush not to matter.
        device.flush();
        wit
    }

    fn unsupported_source(device: &DeviceShared, name: Option<&str>) -> Self {
        device.refuse_unsupported(unsupported::SHADER_SOURCE, "Device::create_shader_module", name);
        Self::invalid(device, wgpu::CompilationInfo { messages: Vec::new() })
    }

    /// A text that is no WGSL makes an invalid module: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createshadermodule>
    fn invalid(device: &DeviceShared, info: wgpu::CompilationInfo) -> Self {
        let desc =
            wit::GpuShaderModuleDescriptor { code: "!".to_owned(), compilation_hints: None, label: None };
        let wit = device.invalid(|device| device.create_shader_module(&desc));
        Self { wit, messages: Messages::Here(info) }
    }
}

#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
impl ShaderModule {
    fn from_translation(device: &DeviceShared, name: Option<&str>, code: String) -> Self {
        let wit = Self::send(device, name, code);
        // Messages on text that the program has never seen would be of no use to it.
        Self { wit, messages: Messages::Here(wgpu::CompilationInfo { messages: Vec::new() }) }
    }

    fn failed(device: &DeviceShared, name: Option<&str>, info: wgpu::CompilationInfo) -> Self {
        let texts: Vec<&str> = info.messages.iter().map(|message| message.message.as_str()).collect();
        device.refuse("Device::create_shader_module", name, texts.join("\n"));
        Self::invalid(device, info)
    }
}

impl ShaderModuleInterface for ShaderModule {
    fn get_compilation_info(&self) -> Pin<Box<dyn ShaderCompilationInfoFuture>> {
        let info = match &self.messages {
            Messages::Host { code } => {
                let info = block(self.wit.get_compilation_info());
                let messages = info.messages();
                let messages = messages.iter().map(|found| message(found, code.as_deref()));
                wgpu::CompilationInfo { messages: messages.collect() }
            }
            Messages::Here(info) => info.clone(),
        };
        Box::pin(ready(info))
    }
}

/// WebGPU counts UTF-16 units, wgpu bytes. They are the same in a text that is ASCII; `code` is
/// the text if it is not. <https://www.w3.org/TR/webgpu/#gpucompilationmessage>
fn message(found: &wit::GpuCompilationMessage, code: Option<&str>) -> wgpu::CompilationMessage {
    let line_number = number(found.line_num());
    // Lines are counted from one; zero stands for a message on the module as a whole.
    let location = (line_number > 0).then(|| {
        let (start, length) = (found.offset(), found.length());
        let (offset, length, line_position) = match code {
            Some(code) => {
                let offset = bytes(code, start);
                let line_start = code.get(..offset).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1);
                let end = bytes(code, start.saturating_add(length));
                (offset as u64, end.saturating_sub(offset) as u64, (offset - line_start + 1) as u64)
            }
            None => (start, length, found.line_pos()),
        };
        wgpu::SourceLocation {
            line_number,
            line_position: number(line_position),
            offset: number(offset),
            length: number(length),
        }
    });
    let message_type = match found.type_() {
        wit::GpuCompilationMessageType::Error => wgpu::CompilationMessageType::Error,
        wit::GpuCompilationMessageType::Warning => wgpu::CompilationMessageType::Warning,
        wit::GpuCompilationMessageType::Info => wgpu::CompilationMessageType::Info,
    };
    wgpu::CompilationMessage { message: found.message(), message_type, location }
}

/// The number of bytes before the UTF-16 unit at `units`.
fn bytes(code: &str, units: u64) -> usize {
    let mut before = 0;
    for (offset, character) in code.char_indices() {
        if before >= units {
            return offset;
        }
        before += character.len_utf16() as u64;
    }
    code.len()
}

fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
mod translate {
    use naga::error::ShaderError;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// The WGSL for a shader in another language, what is wrong with it, or `None` if its language
    /// is of a feature that is off.
    pub(super) fn translate(
        name: Option<&str>,
        source: wgpu::ShaderSource<'_>,
    ) -> Option<Result<String, wgpu::CompilationInfo>> {
        match source {
            #[cfg(feature = "spirv")]
            wgpu::ShaderSource::SpirV(words) => Some(spirv(name, &words)),
            #[cfg(feature = "glsl")]
            wgpu::ShaderSource::Glsl { shader, stage, defines } => Some(glsl(name, &shader, stage, defines)),
            #[cfg(feature = "naga-ir")]
            wgpu::ShaderSource::Naga(module) => Some(write(name, "", &module)),
            // Also of languages that wgpu gets some day.
            _ => None,
        }
    }

    #[cfg(feature = "spirv")]
    fn spirv(name: Option<&str>, words: &[u32]) -> Result<String, wgpu::CompilationInfo> {
        let options = naga::front::spv::Options {
            // wgpu's convention, which is WebGPU's: Y points up.
            adjust_coordinate_space: false,
            strict_capabilities: true,
            block_ctx_dump_prefix: None,
        };
        let parsed = naga::front::spv::Frontend::new(words.iter().copied(), &options).parse();
        let module = parsed.map_err(|error| error_info(name, "", error))?;
        write(name, "", &module)
    }

    #[cfg(feature = "glsl")]
    fn glsl(
        name: Option<&str>,
        shader: &str,
        stage: naga::ShaderStage,
        defines: &[(&str, &str)],
    ) -> Result<String, wgpu::CompilationInfo> {
        let defines = defines.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        let options = naga::front::glsl::Options { stage, defines };
        let parsed = naga::front::glsl::Frontend::default().parse(&options, shader);
        let module = parsed.map_err(|error| error_info(name, shader, error))?;
        write(name, shader, &module)
    }

    fn write(
        name: Option<&str>,
        source: &str,
        module: &naga::Module,
    ) -> Result<String, wgpu::CompilationInfo> {
        // The host decides what its device can do; here it is only about what WGSL can say.
        let valid = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(module);
        let info = valid.map_err(|error| error_info(name, source, error))?;
        let flags = naga::back::wgsl::WriterFlags::empty();
        naga::back::wgsl::write_string(module, &info, flags).map_err(|error| wgpu::CompilationInfo {
            messages: vec![wgpu::CompilationMessage {
                message: format!("the shader can not be written as WGSL: {error}"),
                message_type: wgpu::CompilationMessageType::Error,
                location: None,
            }],
        })
    }

    fn error_info<E>(name: Option<&str>, source: &str, error: E) -> wgpu::CompilationInfo
    where
        wgpu::CompilationInfo: From<ShaderError<E>>,
    {
        let source = source.to_owned();
        ShaderError { source, label: name.map(str::to_owned), inner: Box::new(error) }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_bytes() {
        let code = "// é𝄞\nx";
        assert_eq!(bytes(code, 0), 0);
        assert_eq!(bytes(code, 3), 3);
        assert_eq!(bytes(code, 4), 5);
        assert_eq!(bytes(code, 6), 9);
        assert_eq!(bytes(code, 7), 10);
        assert_eq!(bytes(code, 100), code.len());
    }
}
