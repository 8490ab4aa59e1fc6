//! Quotas that answer as WebGPU does. The harness sets them low for these cases.

pub mod gpu_memory;
pub mod host_memory;
pub mod shader_loops;
pub mod shader_text;
