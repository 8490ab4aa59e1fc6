//! The quotas of a component as options, one for each.

use std::{ffi::OsString, time::Duration};

use bytesize::ByteSize;
use clap::Args;

use super::options::parse_seconds;
use crate::{Quotas, runtime::ComponentLimits};

/// How much a component may use, and what it may be made of.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Quotas")]
pub(super) struct QuotaOptions {
    /// The GPU memory that the program may hold at a time, such as 512MiB or 2GB
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_gpu_memory)]
    max_gpu_memory: ByteSize,

    /// The host's own memory that the program may hold at a time with commands, labels and records
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_host_memory)]
    max_host_memory: ByteSize,

    /// The memory that the program itself may have
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_guest_memory)]
    max_guest_memory: ByteSize,

    /// WebGPU objects that the program may hold at a time
    #[arg(long, value_name = "N", default_value_t = QuotaOptions::default().max_objects)]
    max_objects: usize,

    /// Bytes that one call of the program may carry
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_call_bytes)]
    max_call_bytes: ByteSize,

    /// Bytes of WGSL in one shader module
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_shader_bytes)]
    max_shader_bytes: ByteSize,

    /// The longest that one call may wait for the GPU, or for a shader to be compiled
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "600")]
    max_wait: Duration,

    /// Ends the loops of a shader when one invocation of it has begun this many iterations of them together
    #[arg(long, value_name = "N")]
    max_loop_iterations: Option<u32>,

    /// The size of the component
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_component_bytes)]
    max_component_bytes: ByteSize,

    /// The code in it
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_code_bytes)]
    max_code_bytes: ByteSize,

    /// The code of one function of it: a compiler's time is superlinear in that
    #[arg(long, value_name = "SIZE", default_value_t = QuotaOptions::default().max_function_bytes)]
    max_function_bytes: ByteSize,

    /// Modules and components in it
    #[arg(long, value_name = "N", default_value_t = QuotaOptions::default().max_parts)]
    max_parts: u64,
}

impl Default for QuotaOptions {
    fn default() -> Self {
        // With every quota and limit named, a new one without an option does not compile.
        let Quotas {
            max_gpu_memory,
            max_host_memory,
            max_objects,
            max_guest_memory,
            max_call_bytes,
            max_shader_bytes,
            max_wait,
            max_loop_iterations,
        } = Quotas::default();
        let ComponentLimits { max_component_bytes, max_code_bytes, max_function_bytes, max_parts } =
            ComponentLimits::default();
        let size = |bytes: usize| ByteSize(u64::try_from(bytes).unwrap_or(u64::MAX));
        Self {
            max_gpu_memory: ByteSize(max_gpu_memory),
            max_host_memory: ByteSize(max_host_memory),
            max_guest_memory: ByteSize(max_guest_memory),
            max_objects,
            max_call_bytes: size(max_call_bytes),
            max_shader_bytes: size(max_shader_bytes),
            max_wait,
            max_loop_iterations,
            max_component_bytes: ByteSize(max_component_bytes),
            max_code_bytes: ByteSize(max_code_bytes),
            max_function_bytes: ByteSize(max_function_bytes),
            max_parts,
        }
    }
}

impl QuotaOptions {
    pub(super) fn quotas(&self) -> Quotas {
        Quotas {
            max_gpu_memory: self.max_gpu_memory.as_u64(),
            max_host_memory: self.max_host_memory.as_u64(),
            max_objects: self.max_objects,
            max_guest_memory: self.max_guest_memory.as_u64(),
            max_call_bytes: bytes(self.max_call_bytes),
            max_shader_bytes: bytes(self.max_shader_bytes),
            max_wait: self.max_wait,
            max_loop_iterations: self.max_loop_iterations,
        }
    }

    pub(super) fn limits(&self) -> ComponentLimits {
        ComponentLimits {
            max_component_bytes: self.max_component_bytes.as_u64(),
            max_code_bytes: self.max_code_bytes.as_u64(),
            max_function_bytes: self.max_function_bytes.as_u64(),
            max_parts: self.max_parts,
        }
    }

    /// Those that are not the defaults, as arguments again.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let (given, defaults) = (self.all(), Self::default().all());
        let changed = given.into_iter().zip(defaults).filter(|(given, default)| given != default);
        changed
            .filter_map(|((name, value), _)| Some([OsString::from(name), OsString::from(value?)]))
            .flatten()
            .collect()
    }

    fn all(&self) -> [(&'static str, Option<String>); 12] {
        let Self {
            max_gpu_memory,
            max_host_memory,
            max_guest_memory,
            max_objects,
            max_call_bytes,
            max_shader_bytes,
            max_wait,
            max_loop_iterations,
            max_component_bytes,
            max_code_bytes,
            max_function_bytes,
            max_parts,
        } = self;
        let size = |size: &ByteSize| Some(format!("{}B", size.as_u64()));
        [
            ("--max-gpu-memory", size(max_gpu_memory)),
            ("--max-host-memory", size(max_host_memory)),
            ("--max-guest-memory", size(max_guest_memory)),
            ("--max-objects", Some(max_objects.to_string())),
            ("--max-call-bytes", size(max_call_bytes)),
            ("--max-shader-bytes", size(max_shader_bytes)),
            ("--max-wait", Some(max_wait.as_secs_f64().to_string())),
            ("--max-loop-iterations", max_loop_iterations.map(|max| max.to_string())),
            ("--max-component-bytes", size(max_component_bytes)),
            ("--max-code-bytes", size(max_code_bytes)),
            ("--max-function-bytes", size(max_function_bytes)),
            ("--max-parts", Some(max_parts.to_string())),
        ]
    }
}

fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::{quotas, runtime::ComponentTooLarge};

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        quotas: QuotaOptions,
    }

    fn parsed(arguments: &[OsString]) -> QuotaOptions {
        let name = [OsString::from("wgpu-wasi")];
        Cli::try_parse_from(name.iter().chain(arguments)).unwrap().quotas
    }

    #[test]
    fn without_options_they_are_the_defaults() {
        assert_eq!(parsed(&[]).quotas(), Quotas::default());
        assert_eq!(parsed(&[]).limits(), ComponentLimits::default());
        assert!(parsed(&[]).arguments().is_empty());
    }

    /// No two of the values are alike, so that none can stand in the place of another.
    #[test]
    fn each_reaches_its_quota_and_survives_as_an_argument() {
        let given = "--max-gpu-memory 1kB --max-host-memory 2kB --max-guest-memory 3kB --max-objects 4 \
                     --max-call-bytes 5kB --max-shader-bytes 6kB --max-wait 7.5 --max-loop-iterations 8 \
                     --max-component-bytes 9kB --max-code-bytes 10kB --max-function-bytes 11kB --max-parts 12";
        let options = parsed(&given.split_whitespace().map(OsString::from).collect::<Vec<_>>());
        for options in [&options, &parsed(&options.arguments())] {
            let quotas = Quotas {
                max_gpu_memory: 1_000,
                max_host_memory: 2_000,
                max_guest_memory: 3_000,
                max_objects: 4,
                max_call_bytes: 5_000,
                max_shader_bytes: 6_000,
                max_wait: Duration::from_millis(7_500),
                max_loop_iterations: Some(8),
            };
            assert_eq!(options.quotas(), quotas);
            let limits = ComponentLimits {
                max_component_bytes: 9_000,
                max_code_bytes: 10_000,
                max_function_bytes: 11_000,
                max_parts: 12,
            };
            assert_eq!(options.limits(), limits);
        }
    }

    /// The messages of broken quotas name options; each has to be there.
    #[test]
    fn the_options_that_messages_name_are_there() {
        let command = <Cli as clap::CommandFactory>::command();
        for exceeded in [
            quotas::QuotaExceeded::Objects(1).to_string(),
            quotas::QuotaExceeded::HostMemory(1).to_string(),
            quotas::QuotaExceeded::GuestMemory(1).to_string(),
            quotas::QuotaExceeded::CallBytes(1).to_string(),
            quotas::QuotaExceeded::Wait(Duration::ZERO).to_string(),
            quotas::quota("max_gpu_memory"),
            quotas::quota("max_shader_bytes"),
            ComponentTooLarge::Bytes(1).to_string(),
            ComponentTooLarge::Code(1).to_string(),
            ComponentTooLarge::Function(1).to_string(),
            ComponentTooLarge::Parts(1).to_string(),
        ] {
            let (_, option) = exceeded.split_once("option `--").unwrap();
            let (option, _) = option.split_once('`').unwrap();
            assert!(command.get_arguments().any(|argument| argument.get_long() == Some(option)), "{option}");
            assert!(exceeded.contains(&option.replace('-', "_")), "{exceeded}");
        }
    }
}
