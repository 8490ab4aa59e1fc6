//! The GPU as burn opens it.

use anyhow::Context as _;
use burn::tensor::Device;

/// burn's default device, opened, and the name of the adapter that it is on.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// Where tensors and models are put.
    pub device: Device,
    /// The adapter's name.
    pub adapter: String,
}

impl Gpu {
    /// Opens burn's default device and prints the adapter's name.
    ///
    /// # Errors
    ///
    /// When there is no GPU adapter, or it refuses a device.
    pub fn open() -> anyhow::Result<Self> {
        // burn's way to a device for programs that run anywhere; `init` alone would do natively only.
        let opened = pollster::block_on(Device::wgpu_options().init_with_setup_async());
        let (device, setup) = opened.context("burn found no GPU that it can use")?;
        let adapter = setup.adapter.get_info().name;
        println!("adapter: {adapter}");
        Ok(Self { device, adapter })
    }
}
