//! WGSL in, a checked module of wgpu's out, with what was said about it. Runs on the compiler's thread.

use std::{borrow::Cow, sync::Arc};

use futures_util::FutureExt;
use wgpu::naga;

use crate::{
    device::{
        budget::{Budget, Reservation, SharedReservation},
        errors::GpuError,
        lent_scopes::collecting,
    },
    quotas::{self, MAX_ERROR_PLACES, MAX_SHADER_DEPTH, QuotaExceeded},
    shaders::{
        const_values,
        directives::without_enable_subgroups,
        inlining,
        loop_bound::{self, Ending},
        nesting,
        unroll::unroll,
        weight,
        workgroup_memory::WorkgroupMemory,
    },
};

/// Whether a shader is compiled at all.
pub(crate) fn admit(code: &str, max_bytes: usize) -> Result<(), String> {
    if code.len() > max_bytes {
        let quota = quotas::quota("max_shader_bytes");
        return Err(format!(
            "the WGSL has {} bytes, and this host takes at most {max_bytes} ({quota})",
            code.len()
        ));
    }
    let depth = nesting::depth(code);
    if depth > MAX_SHADER_DEPTH {
        return Err(format!(
            "the WGSL has {depth} operators, brackets and `else`s inside each other, and this host takes at most \
             {MAX_SHADER_DEPTH}"
        ));
    }
    Ok(())
}

/// What is compiled, and for which device.
pub(crate) struct Shader<'a> {
    pub(crate) label: &'a str,
    pub(crate) code: &'a str,
    /// Whether the device has subgroups.
    pub(crate) subgroups: bool,
    pub(crate) max_loop_iterations: Option<u32>,
    /// Of one workgroup, in bytes.
    pub(crate) max_workgroup_memory: u32,
}

/// What wgpu made of WGSL.
pub(crate) struct Compiled {
    pub(crate) inner: wgpu::ShaderModule,
    pub(crate) messages: Vec<wgpu::CompilationMessage>,
    /// The errors that arose, which no scope saw.
    pub(crate) errors: Vec<GpuError>,
    /// Of all its functions.
    pub(crate) expressions: u64,
    pub(crate) weight: SharedReservation,
    pub(crate) workgroup_memory: Option<Arc<WorkgroupMemory>>,
}

/// Why a module is not made.
#[derive(Debug)]
pub(crate) enum Refused {
    Error(GpuError),
    Quota(QuotaExceeded),
}

impl From<GpuError> for Refused {
    fn from(error: GpuError) -> Self {
        Self::Error(error)
    }
}

impl Compiled {
    /// What wgpu would say of `error`, which is about too many places to show them all.
    fn refused(
        device: &wgpu::Device,
        label: &str,
        error: &naga::front::wgsl::ParseError,
        text: &str,
    ) -> Self {
        let mut message = format!("Shader '{label}' parsing error: {}", error.message());
        let shown = error.labels().take(MAX_ERROR_PLACES);
        for (span, about) in shown {
            let place = span.location(text);
            let colon = if about.is_empty() { "" } else { ": " };
            message
                .push_str(&format!("\n  wgsl:{}:{}{colon}{about}", place.line_number, place.line_position));
        }
        let others = error.labels().len().saturating_sub(MAX_ERROR_PLACES);
        message.push_str(&format!("\n  and {others} more places"));
        let location = error.location(text).map(wgpu::SourceLocation::from);
        let first = wgpu::CompilationMessage {
            message: message.clone(),
            message_type: wgpu::CompilationMessageType::Error,
            location,
        };
        Self {
            inner: invalid_module(device),
            messages: vec![first],
            errors: vec![GpuError::validation(format!("In Device::create_shader_module\n  {message}"))],
            expressions: 0,
            weight: SharedReservation::new(None),
            workgroup_memory: None,
        }
    }
}

/// Compiles a shader. `Err` says why the host refuses what wgpu does not.
pub(crate) fn compile(
    device: &wgpu::Device,
    shader: &Shader<'_>,
    host_memory: &Arc<Budget>,
) -> Result<Compiled, Refused> {
    let &Shader { label, code, subgroups, max_loop_iterations, max_workgroup_memory } = shader;
    let text = &*if subgroups { without_enable_subgroups(code) } else { Cow::Borrowed(code) };
    const_values::check(text)?;
    let parsed = naga::front::wgsl::parse_str(text);
    if let Err(error) = &parsed
        && error.labels().len() > MAX_ERROR_PLACES
    {
        return Ok(Compiled::refused(device, label, error, text));
    }
    // wgpu says what is wrong with text that is no WGSL, and the bound on loops is kept whatever it says.
    let unbounded = parsed.is_err() && max_loop_iterations.is_some();
    let (mut expressions, bytes) = parsed.as_ref().map_or((0, 0), weight::module);
    let bytes = bytes.saturating_add(weight::text(text.len()));
    let Some(mut weight) = host_memory.reserve(bytes) else {
        return Err(Refused::Quota(QuotaExceeded::HostMemory(host_memory.max())));
    };
    // With a bound on all loops, these count, whether they are written out or not.
    let unrolled = match &parsed {
        Ok(module) if max_loop_iterations.is_none() && !draws(module) => {
            Unrolled::of(module, text, host_memory)
        }
        _ => None,
    };
    let ending = match parsed {
        Ok(module) => {
            inlining::check(&module)?;
            if max_loop_iterations.is_none() && draws(&module) {
                None
            } else {
                loop_bound::bound(module, max_loop_iterations)
            }
        }
        Err(_) => None,
    };
    let (mut inner, messages, errors) = make(device, label, text, ending, unbounded)?;
    if errors.is_empty()
        && let Some(unrolled) = unrolled
        && let Some(made) = unrolled.make(device, label)
    {
        (inner, expressions, weight) = made;
    }
    let weight = SharedReservation::new(Some(weight));
    let workgroup_memory = WorkgroupMemory::of(text, max_workgroup_memory).map(Arc::new);
    Ok(Compiled { inner, messages, errors, expressions, weight, workgroup_memory })
}

type Made = (wgpu::ShaderModule, Vec<wgpu::CompilationMessage>, Vec<GpuError>);

/// What wgpu makes of a text, or of the module that takes its place so that its loops end, with what it says.
fn make(
    device: &wgpu::Device,
    label: &str,
    text: &str,
    ending: Option<Ending>,
    unbounded: bool,
) -> Result<Made, GpuError> {
    let describe = |source| wgpu::ShaderModuleDescriptor { label: Some(label), source };
    let wgsl = describe(wgpu::ShaderSource::Wgsl(Cow::Borrowed(text)));
    let (mut inner, mut errors) = collecting(|| match ending {
        Some(Ending::AsItIs) => create_ending(device, wgsl),
        Some(Ending::Bounded(_)) | None => device.create_shader_module(wgsl),
    });
    // Of the guest's own text also where another module takes the place of this one.
    let messages = messages(&inner);
    if errors.is_empty() {
        if unbounded {
            return Err(GpuError::internal("can't bound the loops of the shader".to_owned()));
        }
        if let Some(Ending::Bounded(bounded)) = ending {
            let bounded = describe(wgpu::ShaderSource::Naga(Cow::Owned(*bounded)));
            (inner, errors) = collecting(|| create_ending(device, bounded));
        }
    }
    Ok((inner, messages, errors))
}

/// A shader with loops written out, all of whose other loops end.
struct Unrolled {
    module: naga::Module,
    expressions: u64,
    weight: Reservation,
}

impl Unrolled {
    /// The shader in place of `module`, where it has such loops and there is room for it.
    fn of(module: &naga::Module, text: &str, host_memory: &Arc<Budget>) -> Option<Self> {
        let module = unroll(module)?;
        inlining::check(&module).ok()?;
        let (expressions, bytes) = weight::module(&module);
        let weight = host_memory.reserve(bytes.saturating_add(weight::text(text.len())))?;
        let module = match loop_bound::bound(module.clone(), None) {
            Some(Ending::Bounded(bounded)) => *bounded,
            Some(Ending::AsItIs) | None => module,
        };
        Some(Self { module, expressions, weight })
    }

    /// What wgpu makes of it. `None`: it refuses it, since an index that the text left open is a literal now, and
    /// outside. Then the shader stays as it was.
    fn make(self, device: &wgpu::Device, label: &str) -> Option<(wgpu::ShaderModule, u64, Reservation)> {
        let Self { module, expressions, weight } = self;
        let source = wgpu::ShaderSource::Naga(Cow::Owned(module));
        let shader = wgpu::ShaderModuleDescriptor { label: Some(label), source };
        let (module, errors) = collecting(|| create_ending(device, shader));
        errors.is_empty().then_some((module, expressions, weight))
    }
}

/// What wgpu's compiler said. Places are the same in the code as in what wgpu took of it.
fn messages(module: &wgpu::ShaderModule) -> Vec<wgpu::CompilationMessage> {
    // wgpu has the answer when the module is made; its future is there for browsers.
    module.get_compilation_info().now_or_never().map(|info| info.messages).unwrap_or_default()
}

/// Whether a module has a part in drawing. Then it keeps wgpu's counters: they sway how a driver contracts the
/// arithmetic of a loop, and what is drawn has to be the same, pixel for pixel, as with native wgpu.
fn draws(module: &naga::Module) -> bool {
    module.entry_points.iter().any(|entry| entry.stage != naga::ShaderStage::Compute)
}

/// Makes a module of a shader all of whose loops end.
fn create_ending(device: &wgpu::Device, shader: wgpu::ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
    let checks =
        wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
    #[expect(unsafe_code, clippy::disallowed_methods, reason = "wgpu can't know that the loops end")]
    // SAFETY: every check is on but `force_loop_bounding`, for which the loops have to end. They do: the
    // caller has the answer of `loop_bound::bound` for this very shader. Where that is text, wgpu parses it
    // with the same version of naga, for it is wgpu's own.
    unsafe {
        device.create_shader_module_trusted(shader, checks)
    }
}

/// A module that wgpu refuses to use anywhere.
pub(crate) fn invalid_module(device: &wgpu::Device) -> wgpu::ShaderModule {
    let (inner, _errors) = collecting(|| {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl("this is not WGSL".into()),
        })
    });
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draws_is_told_from_what_computes() {
        let compute = "@compute @workgroup_size(1) fn c() {}";
        let vertex = "@vertex fn v() -> @builtin(position) vec4<f32> { return vec4<f32>(); }";
        let fragment = "@fragment fn f() {}";
        for (code, expected) in [
            (String::new(), false),
            (compute.to_owned(), false),
            (vertex.to_owned(), true),
            (fragment.to_owned(), true),
            ([compute, fragment].concat(), true),
        ] {
            assert_eq!(draws(&naga::front::wgsl::parse_str(&code).unwrap()), expected, "{code}");
        }
    }
}
