//! GPUShaderModule — wit: gpu-shader-module — spec: <https://www.w3.org/TR/webgpu/#gpushadermodule> — peer: host/src/objects/shader_module.rs
//!
//! The WIT takes WGSL. Other languages are translated here, in the guest, with naga; each behind the
//! feature of the same name in wgpu.

mod names;
#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir", test))]
mod translate;

use std::future::ready;
use std::pin::Pin;

use wgpu::custom::{ShaderCompilationInfoFuture, ShaderModuleInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::label;
use crate::device::shared::DeviceShared;
use crate::device::waits::block;
use crate::unsupported;

pub(crate) use names::{Names, Stage};

/// A shader module of the host.
#[derive(Debug)]
pub(crate) struct ShaderModule {
    wit: wit::GpuShaderModule,
    messages: Messages,
    names: Names,
}

/// Where the messages of the compiler are.
#[derive(Debug)]
enum Messages {
    /// On the host. The text is kept if places in it have to be converted, see [`message`].
    Host { code: Option<String> },
    /// On the host, about a text that the program has never seen.
    #[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
    Translated,
    /// Here: the text of the program never got to the host.
    Here(wgpu::CompilationInfo),
}

impl ShaderModule {
    pub(crate) fn create(device: &DeviceShared, desc: wgpu::ShaderModuleDescriptor<'_>) -> Self {
        let wgpu::ShaderModuleDescriptor { label: name, source } = desc;
        match source {
            wgpu::ShaderSource::Wgsl(code) => Self::from_wgsl(device, name, code.into_owned()),
            #[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
            source => match translate::translate(device.features(), name, source) {
                Some(Ok((code, names))) => Self::from_translation(device, name, code, names),
                Some(Err(failure)) => Self::failed(device, name, failure),
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

    /// What the host's module calls what the program names.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    fn from_wgsl(device: &DeviceShared, name: Option<&str>, code: String) -> Self {
        let kept = (!code.is_ascii()).then(|| code.clone());
        let wit = Self::send(device, name, code);
        Self { wit, messages: Messages::Host { code: kept }, names: Names::default() }
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
        Self { wit, messages: Messages::Here(info), names: Names::default() }
    }
}

#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
impl ShaderModule {
    fn from_translation(device: &DeviceShared, name: Option<&str>, code: String, names: Names) -> Self {
        let wit = Self::send(device, name, code);
        Self { wit, messages: Messages::Translated, names }
    }

    fn failed(device: &DeviceShared, name: Option<&str>, failure: translate::Failure) -> Self {
        let translate::Failure { text, info } = failure;
        device.refuse("Device::create_shader_module", name, text);
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
            #[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
            Messages::Translated => {
                let info = block(self.wit.get_compilation_info());
                let messages = info.messages();
                wgpu::CompilationInfo { messages: messages.iter().map(about_translation).collect() }
            }
            Messages::Here(info) => info.clone(),
        };
        Box::pin(ready(info))
    }
}

/// A message about the WGSL that a shader was translated to. No place in that is one in the program's text.
#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
fn about_translation(found: &wit::GpuCompilationMessage) -> wgpu::CompilationMessage {
    let wgpu::CompilationMessage { message, message_type, location } = message(found, None);
    let line = location.map(|location| format!(", line {}", location.line_number)).unwrap_or_default();
    let message = format!("in the WGSL that the shader was translated to{line}: {message}");
    wgpu::CompilationMessage { message, message_type, location: None }
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
