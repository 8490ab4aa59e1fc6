//! GPUShaderModule — wit: gpu-shader-module, gpu-compilation-info, gpu-compilation-message — spec: <https://www.w3.org/TR/webgpu/#gpushadermodule> — peer: wgpu-wasi-backend/src/objects/shader_module.rs

use std::{mem, ops::Range, sync::Arc};

use wasmtime::component::{Accessor, Resource};

use crate::{
    bindings::wit,
    device::{
        budget::SharedReservation,
        core::DeviceCore,
        errors::{GpuError, bounded},
    },
    objects::records::PipelineConstants,
    quotas::QuotaExceeded,
    shaders::{
        compile::{Compiled, Refused, Shader, admit, compile, invalid_module},
        workgroup_memory::WorkgroupMemory,
    },
    view::{Entry, WebGpu, WebGpuCtxView, label_methods, labelled},
};

/// A shader module of the guest.
#[derive(Debug)]
pub struct ShaderModule {
    pub(crate) inner: wgpu::ShaderModule,
    pub(crate) label: String,
    messages: Arc<[CompilationMessage]>,
    workgroup_memory: Option<Arc<WorkgroupMemory>>,
    /// Of all its functions.
    expressions: u64,
    /// What it takes of the host's memory, also in pipelines.
    weight: SharedReservation,
}

/// What the compiler said about a module.
#[derive(Debug)]
pub struct CompilationInfo {
    messages: Arc<[CompilationMessage]>,
}

impl Entry for CompilationInfo {}

/// One thing that the compiler said. The numbers count as in WebGPU: lines from 1, positions in a line
/// from 1, positions and lengths in UTF-16 code units; all are 0 when it is about no place in particular.
/// <https://www.w3.org/TR/webgpu/#gpucompilationmessage>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilationMessage {
    message: String,
    kind: wit::GpuCompilationMessageType,
    line_num: u64,
    line_pos: u64,
    offset: u64,
    length: u64,
}

impl Entry for CompilationMessage {}

labelled!(ShaderModule, crate::weights::HANDLE);

impl ShaderModule {
    /// `createShaderModule`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createshadermodule>
    ///
    /// `Err` traps: the guest has no room for it.
    pub(crate) async fn create(
        device: &DeviceCore,
        descriptor: wit::GpuShaderModuleDescriptor,
    ) -> Result<Self, QuotaExceeded> {
        // Hints may be ignored, and wgpu has no use for them:
        // https://www.w3.org/TR/webgpu/#dom-gpushadermoduledescriptor-compilationhints
        let wit::GpuShaderModuleDescriptor { code, compilation_hints: _, label } = descriptor;
        let label = label.unwrap_or_default();
        if let Err(why) = admit(&code, device.max_shader_bytes) {
            let message = format!("In Device::create_shader_module, label = '{label}': {why}");
            device.errors.validation(message.as_str());
            return Ok(Self::invalid(device, label, message));
        }
        let subgroups = device.features.contains(wgpu::Features::SUBGROUP);
        let max_workgroup_memory = device.limits.max_compute_workgroup_storage_size;
        let max_loop_iterations = device.max_loop_iterations;
        let compiled = device.compile({
            let (label, host_memory) = (label.clone(), Arc::clone(&device.host_memory));
            move |device| {
                let (label, code) = (&*label, &*code);
                let shader = Shader { label, code, subgroups, max_loop_iterations, max_workgroup_memory };
                let mut compiled = compile(device, &shader, &host_memory)?;
                let messages = mem::take(&mut compiled.messages).into_iter();
                let messages = messages.map(|message| CompilationMessage::new(message, code)).collect();
                Ok::<_, Refused>((compiled, messages))
            }
        });
        let compiled = compiled.await.unwrap_or_else(|panic| Err(GpuError::internal(panic).into()));
        Ok(match compiled {
            Ok((
                Compiled { inner, messages: _, errors, expressions, weight, workgroup_memory },
                messages,
            )) => {
                for error in errors {
                    device.errors.report(error);
                }
                Self { inner, label, messages, workgroup_memory, expressions, weight }
            }
            Err(Refused::Quota(exceeded)) => return Err(exceeded),
            Err(Refused::Error(GpuError { kind, message })) => {
                let message = format!("In Device::create_shader_module, label = '{label}': {message}");
                let error = GpuError { kind, message: bounded(message) };
                device.errors.report(error.clone());
                Self::invalid(device, label, error.message)
            }
        })
    }

    fn invalid(device: &DeviceCore, label: String, message: String) -> Self {
        let messages = [CompilationMessage {
            message: bounded(message),
            kind: wit::GpuCompilationMessageType::Error,
            line_num: 0,
            line_pos: 0,
            offset: 0,
            length: 0,
        }];
        Self {
            inner: device.guarded(|| invalid_module(&device.wgpu)),
            label,
            messages: messages.into(),
            workgroup_memory: None,
            expressions: 0,
            weight: SharedReservation::new(None),
        }
    }
}

/// A stage of a pipeline with its handles resolved, ready for the compiler's thread.
/// <https://www.w3.org/TR/webgpu/#dictdef-gpuprogrammablestage>
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) module: wgpu::ShaderModule,
    entry_point: Option<String>,
    constants: Vec<(String, f64)>,
    pub(crate) expressions: u64,
    pub(crate) weight: SharedReservation,
    workgroup_memory: Option<Arc<WorkgroupMemory>>,
}

/// The parts of [`Stage`] that wgpu wants borrowed.
pub(crate) type StageConstants<'a> = Vec<(&'a str, f64)>;

impl Stage {
    /// `None`: the module's only entry point of the stage.
    pub(crate) fn entry_point(&self) -> Option<&str> {
        self.entry_point.as_deref()
    }

    /// Whether a compute stage needs no more than `limit` bytes of workgroup memory.
    pub(crate) fn check_workgroup_memory(&self, limit: u32) -> Result<(), String> {
        self.workgroup_memory
            .as_ref()
            .map_or(Ok(()), |memory| memory.check(self.entry_point(), &self.constants(), limit))
    }

    pub(crate) fn constants(&self) -> StageConstants<'_> {
        self.constants.iter().map(|(name, value)| (name.as_str(), *value)).collect()
    }

    pub(crate) fn options<'a>(constants: &'a StageConstants<'a>) -> wgpu::PipelineCompilationOptions<'a> {
        wgpu::PipelineCompilationOptions {
            constants,
            // Workgroup memory starts as zeros: <https://www.w3.org/TR/WGSL/#address-spaces-workgroup>
            zero_initialize_workgroup_memory: true,
        }
    }
}

impl WebGpuCtxView<'_> {
    /// Resolves the handles of a stage; takes the record of its constants, which the guest gave away.
    pub(crate) fn stage(
        &mut self,
        module: &Resource<ShaderModule>,
        entry_point: Option<String>,
        constants: Option<Resource<PipelineConstants>>,
    ) -> wasmtime::Result<Stage> {
        let constants = match constants {
            Some(constants) => {
                self.delete(constants)?.iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }
            None => Vec::new(),
        };
        let ShaderModule { inner, label: _, messages: _, workgroup_memory, expressions, weight } =
            self.get(module)?;
        Ok(Stage {
            module: inner.clone(),
            entry_point,
            constants,
            expressions: *expressions,
            weight: weight.clone(),
            workgroup_memory: workgroup_memory.clone(),
        })
    }
}

impl<T: Send + 'static> wit::HostGpuShaderModuleWithStore<T> for WebGpu {
    async fn get_compilation_info(
        accessor: &Accessor<T, Self>,
        this: Resource<ShaderModule>,
    ) -> wasmtime::Result<Resource<CompilationInfo>> {
        accessor.with(|mut access| {
            let mut view = access.get();
            let messages = Arc::clone(&view.get(&this)?.messages);
            view.push(CompilationInfo { messages })
        })
    }
}

impl wit::HostGpuShaderModule for WebGpuCtxView<'_> {
    label_methods!(ShaderModule);

    fn drop(&mut self, this: Resource<ShaderModule>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::HostGpuCompilationInfo for WebGpuCtxView<'_> {
    fn messages(
        &mut self,
        this: Resource<CompilationInfo>,
    ) -> wasmtime::Result<Vec<Resource<CompilationMessage>>> {
        let messages = Arc::clone(&self.get(&this)?.messages);
        messages.iter().map(|message| self.push(message.clone())).collect()
    }

    fn drop(&mut self, this: Resource<CompilationInfo>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::HostGpuCompilationMessage for WebGpuCtxView<'_> {
    fn message(&mut self, this: Resource<CompilationMessage>) -> wasmtime::Result<String> {
        Ok(self.get(&this)?.message.clone())
    }

    fn type_(
        &mut self,
        this: Resource<CompilationMessage>,
    ) -> wasmtime::Result<wit::GpuCompilationMessageType> {
        Ok(self.get(&this)?.kind)
    }

    fn line_num(&mut self, this: Resource<CompilationMessage>) -> wasmtime::Result<u64> {
        Ok(self.get(&this)?.line_num)
    }

    fn line_pos(&mut self, this: Resource<CompilationMessage>) -> wasmtime::Result<u64> {
        Ok(self.get(&this)?.line_pos)
    }

    fn offset(&mut self, this: Resource<CompilationMessage>) -> wasmtime::Result<u64> {
        Ok(self.get(&this)?.offset)
    }

    fn length(&mut self, this: Resource<CompilationMessage>) -> wasmtime::Result<u64> {
        Ok(self.get(&this)?.length)
    }

    fn drop(&mut self, this: Resource<CompilationMessage>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl CompilationMessage {
    fn new(message: wgpu::CompilationMessage, code: &str) -> Self {
        let wgpu::CompilationMessage { message, message_type, location } = message;
        let message = bounded(message);
        let kind = match message_type {
            wgpu::CompilationMessageType::Error => wit::GpuCompilationMessageType::Error,
            wgpu::CompilationMessageType::Warning => wit::GpuCompilationMessageType::Warning,
            wgpu::CompilationMessageType::Info => wit::GpuCompilationMessageType::Info,
        };
        let [line_num, line_pos, offset, length] =
            location.map_or([0; 4], |location| utf16_location(location, code));
        Self { message, kind, line_num, line_pos, offset, length }
    }
}

/// Line, position in it, offset and length in UTF-16 code units; wgpu counts bytes of UTF-8.
fn utf16_location(location: wgpu::SourceLocation, code: &str) -> [u64; 4] {
    let wgpu::SourceLocation { line_number, line_position, offset, length } = location;
    let line_start = offset.saturating_sub(line_position.saturating_sub(1));
    [
        line_number.into(),
        utf16_length(code, line_start..offset) + 1,
        utf16_length(code, 0..offset),
        utf16_length(code, offset..offset.saturating_add(length)),
    ]
}

fn utf16_length(code: &str, bytes: Range<u32>) -> u64 {
    let text = usize::try_from(bytes.start)
        .ok()
        .zip(usize::try_from(bytes.end).ok())
        .and_then(|(start, end)| code.get(start..end));
    match text {
        Some(text) => text.chars().map(|c| if u32::from(c) > 0xffff { 2 } else { 1 }).sum(),
        // Not a place in the code, so nothing to convert.
        None => bytes.end.saturating_sub(bytes.start).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{
        device::errors::ErrorKind,
        quotas::{MAX_ERROR_MESSAGE_BYTES, MAX_SHADER_DEPTH},
        testing::{Guest, ready, wgsl},
    };

    fn module(guest: &mut Guest, code: &str) -> (ShaderModule, Option<ErrorKind>) {
        guest.errors(|guest| ready(ShaderModule::create(&guest.core, wgsl(code))).unwrap())
    }

    #[test]
    fn subgroups_go_by_the_feature_of_the_device() {
        const USE: &str = "@group(0) @binding(0) var<storage, read_write> sum: u32;\n\
            @compute @workgroup_size(64) fn f(@builtin(subgroup_invocation_id) i: u32) { sum = subgroupAdd(i); }";
        let mut with = Guest::new(|descriptor| descriptor.required_features = wgpu::Features::SUBGROUP);
        let mut without = Guest::new(|_| {});
        for code in [USE.to_owned(), format!("enable subgroups;\n{USE}")] {
            let (compiled, error) = module(&mut with, &code);
            assert_eq!((error, compiled.messages.len()), (None, 0), "{code}");
            let (compiled, error) = module(&mut without, &code);
            assert_eq!((error, compiled.messages.len()), (Some(ErrorKind::Validation), 1), "{code}");
        }
        // The directives that naga knows stay.
        for (feature, name) in [
            (wgpu::Features::SHADER_F16, "f16"),
            (wgpu::Features::CLIP_DISTANCES, "clip_distances"),
            (wgpu::Features::DUAL_SOURCE_BLENDING, "dual_source_blending"),
            (wgpu::Features::PRIMITIVE_INDEX, "primitive_index"),
        ] {
            let features = feature | wgpu::Features::SUBGROUP;
            let mut with = Guest::new(|descriptor| descriptor.required_features = features);
            let code = format!("enable {name}, subgroups;\n{USE}");
            assert_eq!(module(&mut with, &code).1, None, "{name}");
            let refused = module(&mut without, &format!("enable {name};")).1;
            assert_eq!(refused, Some(ErrorKind::Validation), "{name}");
        }
    }

    #[test]
    fn messages_say_what_and_where() {
        for mut guest in [Guest::new(|_| {}), Guest::with_bounded_loops(9)] {
            let (compiled, error) = module(&mut guest, "// é\nfn f() { loop { let x = oops; } }");
            assert_eq!(error, Some(ErrorKind::Validation));
            let [message] = &*compiled.messages else { panic!("{:?}", compiled.messages) };
            assert!(message.message.contains("oops"), "{message:?}");
            let CompilationMessage { message: _, kind, line_num, line_pos, offset, length } = message;
            assert_eq!(
                (*kind, *line_num, *line_pos, *offset, *length),
                (wit::GpuCompilationMessageType::Error, 2, 25, 29, 4)
            );
        }
    }

    #[test]
    fn a_bound_on_loops_adds_no_messages_of_its_own() {
        let mut guest = Guest::with_bounded_loops(9);
        let valid = "@compute @workgroup_size(1) fn f() { loop {} }";
        let wgpu_takes_no_more = "@group(99) @binding(0) var<uniform> a: u32; fn f() { loop {} }";
        for (code, expected) in [
            (valid, None),
            ("fn f() {}", None),
            ("fn f() { loop { break; } } fn f() {}", Some(ErrorKind::Validation)),
            ("fn f() -> u32 { loop {} }", Some(ErrorKind::Validation)),
            (wgpu_takes_no_more, Some(ErrorKind::Validation)),
        ] {
            let (compiled, error) = module(&mut guest, code);
            assert_eq!(error, expected, "{code}");
            let native = Guest::new(|_| {});
            assert_eq!(
                compiled.messages,
                ready(ShaderModule::create(&native.core, wgsl(code))).unwrap().messages
            );
        }
    }

    #[test]
    fn calls_that_double_are_refused() {
        let code = (1..40).fold("fn f0() {}".to_owned(), |text, at| {
            format!("{text} fn f{at}() {{ f{before}(); f{before}(); }}", before = at - 1)
        });
        for mut guest in [Guest::new(|_| {}), Guest::with_bounded_loops(9)] {
            let (compiled, error) = module(&mut guest, &code);
            assert_eq!(error, Some(ErrorKind::Validation));
            assert!(compiled.messages.iter().all(|message| message.message.contains("1048576 expressions")));
        }
    }

    #[test]
    fn loops_that_end_and_loops_that_may_not_are_compiled() {
        let shader = |body: &str| format!("@compute @workgroup_size(1) fn main() {{ var i = 0u; {body} }}");
        for body in ["", "for (; i < 9u; i++) {}", "while i < 9u { i += 2u; }"] {
            let (compiled, error) = module(&mut Guest::new(|_| {}), &shader(body));
            assert!(error.is_none() && compiled.messages.is_empty(), "{body}");
        }
        // Errors keep their places where the loops have none of the checks that wgpu adds.
        let wrong = shader("for (; i < 9u; i++) {}\n nothing();");
        let (compiled, error) = module(&mut Guest::new(|_| {}), &wrong);
        assert_eq!(error, Some(ErrorKind::Validation));
        assert_eq!(compiled.messages.first().map(|message| message.line_num), Some(2));
    }

    #[test]
    fn loops_are_written_out_where_that_is_valid() {
        let shader =
            |body: &str| format!("@compute @workgroup_size(1) fn main() {{ var a: array<u32, 4>; {body} }}");
        let expressions = |body: &str| {
            let (compiled, error) = module(&mut Guest::new(|_| {}), &shader(body));
            assert!(error.is_none() && compiled.messages.is_empty(), "{body}");
            compiled.expressions
        };
        let by_sixteen =
            |size: u32| expressions(&format!("for (var i = 0u; i < {size}u; i++) {{ a[i % 4u] = i; }}"));
        assert!(by_sixteen(16) > by_sixteen(65));
        // A literal there would be outside; as it is, the index is kept inside.
        let outside = expressions("for (var i = 0u; i < 5u; i++) { a[i] = 1u; }");
        assert_eq!(outside, expressions("for (var i = 0u; i < 99u; i++) { a[i] = 1u; }"));
        let never_outside = expressions("for (var i = 0u; i < 5u; i++) { if i < 4u { a[i] = 1u; } }");
        assert_eq!(never_outside, expressions("for (var i = 0u; i < 99u; i++) { if i < 4u { a[i] = 1u; } }"));
        // With a bound on all loops, they count.
        let (bounded, _) = module(
            &mut Guest::with_bounded_loops(9),
            &shader("for (var i = 0u; i < 4u; i++) { a[i] = 1u; }"),
        );
        assert!(bounded.expressions < expressions("for (var i = 0u; i < 4u; i++) { a[i] = 1u; }"));
    }

    #[test]
    fn the_text_is_capped() {
        let mut guest = Guest::new(|_| {});
        let code = " ".repeat(guest.core.max_shader_bytes + 1);
        let (compiled, error) = module(&mut guest, &code);
        assert_eq!(error, Some(ErrorKind::Validation));
        assert!(compiled.messages.iter().all(|message| message.message.contains("max_shader_bytes")));
        assert_eq!(module(&mut guest, code.get(1..).unwrap()).1, None);
    }

    #[test]
    fn the_depth_is_capped() {
        let mut guest = Guest::new(|_| {});
        let sum = |terms: usize| format!("fn f(x: i32) -> i32 {{ return {}x; }}", "x+".repeat(terms));
        let (compiled, error) = module(&mut guest, &sum(MAX_SHADER_DEPTH));
        assert_eq!(error, Some(ErrorKind::Validation));
        assert!(compiled.messages.iter().all(|message| message.message.contains("inside each other")));
        assert_eq!(module(&mut guest, &sum(MAX_SHADER_DEPTH - 10)).1, None);
    }

    /// wgpu takes 40 seconds to show them all.
    #[test]
    fn a_cycle_of_a_thousand_constants_on_one_line_is_told_in_time() {
        let code: String = (0..1000).map(|at| format!("const c{at}=c{};", (at + 1) % 1000)).collect();
        for mut guest in [Guest::new(|_| {}), Guest::with_bounded_loops(9)] {
            let start = Instant::now();
            let (compiled, error) = module(&mut guest, &code);
            assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
            assert_eq!(error, Some(ErrorKind::Validation));
            let [message] = &*compiled.messages else { panic!("{:?}", compiled.messages) };
            let CompilationMessage { message, kind: _, line_num, line_pos, offset, length } = message;
            assert!(
                message.contains("`c0` is cyclic") && message.contains("and 1996 more places"),
                "{message}"
            );
            assert!(message.len() < 1000, "{message}");
            assert_eq!((*line_num, *line_pos, *offset, *length), (1, 19, 18, 2));
        }
    }

    #[test]
    fn messages_are_bounded() {
        // The line that is shown with the error.
        let code = format!("/*{}*/ const a = oops;", "x".repeat(200_000));
        let (compiled, error) = module(&mut Guest::new(|_| {}), &code);
        assert_eq!((error, compiled.messages.len()), (Some(ErrorKind::Validation), 1));
        assert!(compiled.messages.iter().all(|message| message.message.len() <= MAX_ERROR_MESSAGE_BYTES));
    }

    #[test]
    fn places_are_in_utf16() {
        let code = "é\n😀é x";
        let location = wgpu::SourceLocation { line_number: 2, line_position: 8, offset: 10, length: 1 };
        assert_eq!(utf16_location(location, code), [2, 5, 6, 1]);
        let whole = wgpu::SourceLocation { line_number: 1, line_position: 1, offset: 0, length: 11 };
        assert_eq!(utf16_location(whole, code), [1, 1, 0, 7]);
        let outside = wgpu::SourceLocation { line_number: 1, line_position: 3, offset: 90, length: 4 };
        assert_eq!(utf16_location(outside, code), [1, 3, 90, 4]);
    }
}
