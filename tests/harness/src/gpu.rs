//! The adapters that the tests run on: the machine's, and wgpu's noop adapter for what needs no GPU.

use std::{
    env,
    io::{self, Write},
    sync::OnceLock,
};

use programs::Gpu;
use wgpu_wasi_host::{AdapterChoice, WebGpuCtxBuilder};

/// Where a case runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Adapter {
    /// The machine's GPU, or its software Vulkan.
    Machine,
    /// wgpu's noop adapter: validation without a GPU.
    Noop,
}

impl Adapter {
    /// The adapter, for programs that run in this process; `None` when the machine has none.
    #[must_use]
    pub fn gpu(self) -> Option<&'static Gpu> {
        static MACHINE: OnceLock<Option<Gpu>> = OnceLock::new();
        static NOOP: OnceLock<Option<Gpu>> = OnceLock::new();
        match self {
            Self::Machine => MACHINE.get_or_init(machine).as_ref(),
            Self::Noop => NOOP.get_or_init(noop).as_ref(),
        }
    }

    /// What the host gets, so that the guest finds this very adapter.
    ///
    /// # Panics
    ///
    /// When there is no adapter.
    #[must_use]
    pub fn context(self) -> WebGpuCtxBuilder {
        let gpu = self.gpu().expect("the caller has asked whether there is an adapter");
        WebGpuCtxBuilder::new()
            .instance(gpu.instance.clone())
            .adapter(AdapterChoice::Given(gpu.adapter.clone()))
    }

    /// The adapter's name, or why the test is passed over: without an adapter it is blocked.
    ///
    /// # Panics
    ///
    /// Without an adapter where `CI` is set: there it is a failure of the set-up.
    #[must_use]
    pub fn available(self, test: &str) -> Option<String> {
        if let Some(gpu) = self.gpu() {
            return Some(gpu.adapter.get_info().name);
        }
        assert!(
            env::var_os("CI").is_none(),
            "no GPU adapter: install a driver, or Mesa's software Vulkan (`cargo xtask setup` does)"
        );
        // Not by `eprintln!`, which the test runner hides when the test passes.
        let _ = writeln!(io::stderr(), "BLOCKED {test}: this machine has no GPU adapter");
        None
    }
}

fn machine() -> Option<Gpu> {
    let instance = wgpu_wasi_host::default_instance();
    let Ok(name) = env::var("WGPU_WASI_ADAPTER") else { return pollster::block_on(Gpu::open(instance)).ok() };
    let adapter = pollster::block_on(wgpu_wasi_host::adapter_named(&instance, &name))
        .unwrap_or_else(|| panic!("no adapter is called {name}; `wgpu-wasi adapters` lists them"));
    Some(Gpu { instance, adapter })
}

fn noop() -> Option<Gpu> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::NOOP;
    descriptor.backend_options.noop.enable = true;
    // Those of an ordinary adapter: at the limits that noop reports by default, nothing is too much.
    descriptor.backend_options.noop.limits = Some(wgpu::Limits::default());
    descriptor.backend_options.noop.features = Some(wgpu::Features::empty());
    pollster::block_on(Gpu::open(wgpu::Instance::new(descriptor))).ok()
}
