//! The `main` of the programs.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use crate::{Gpu, cases};

/// Runs one case, named by the first argument, and writes its report to stdout; `--list` names them.
/// `--at-once` after the name has callbacks of the component run in the call that asks for them.
pub fn main() -> ExitCode {
    let Some(argument) = std::env::args().nth(1) else {
        eprintln!("usage: programs CASE | --list");
        return ExitCode::FAILURE;
    };
    if argument == "--list" {
        for case in cases() {
            println!("{}", case.name);
        }
        return ExitCode::SUCCESS;
    }
    let Some(case) = cases().find(|case| case.name == argument) else {
        eprintln!("no case is called {argument}");
        return ExitCode::FAILURE;
    };
    let gpu = match pollster::block_on(Gpu::open(default_instance())) {
        Ok(gpu) => gpu,
        Err(error) => {
            eprintln!("no adapter: {error}");
            return ExitCode::FAILURE;
        }
    };
    let report = pollster::block_on(case.run(&gpu));
    match io::stdout().write_all(&report.encode()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("can't write the report: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "wasi")]
fn default_instance() -> wgpu::Instance {
    if std::env::args().any(|argument| argument == "--at-once") {
        wgpu_wasi_backend::set_callbacks(wgpu_wasi_backend::Callbacks::AtOnce);
    }
    wgpu_wasi_backend::instance()
}

#[cfg(not(target_os = "wasi"))]
fn default_instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env())
}

/// An instance by its description, of the backend that this program is for.
#[cfg(target_os = "wasi")]
pub(crate) fn instance(descriptor: wgpu::InstanceDescriptor) -> wgpu::Instance {
    wgpu_wasi_backend::instance_with(descriptor)
}

/// An instance by its description.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn instance(descriptor: wgpu::InstanceDescriptor) -> wgpu::Instance {
    wgpu::Instance::new(descriptor)
}
