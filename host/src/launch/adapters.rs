//! The adapters of the machine, and the one that somebody has named.

use futures_util::FutureExt as _;

use crate::{
    AdapterChoice, NO_ADAPTER, default_instance,
    objects::instance::{is_address, is_at},
};

/// Every adapter of the machine, in the order in which wgpu finds them.
#[must_use]
pub fn adapters() -> Vec<wgpu::Adapter> {
    // On native backends the list is there at once.
    default_instance().enumerate_adapters(wgpu::Backends::all()).now_or_never().unwrap_or_default()
}

/// The adapter with the text `name` in its name, or at the address in `pci:0000:1b:00.0`, if there is such a one.
///
/// # Errors
///
/// Where there is none; it says which there are.
pub fn adapter_choice(name: &str) -> wasmtime::Result<AdapterChoice> {
    let adapters: Vec<_> = adapters().iter().map(wgpu::Adapter::get_info).collect();
    if adapters.is_empty() {
        return Err(wasmtime::Error::msg(NO_ADAPTER));
    }
    if let Some(address) = name.strip_prefix("pci:") {
        if !is_address(address) {
            return Err(wasmtime::format_err!(
                "{name} is no address of the PCI bus: write it as pci:0000:1b:00.0, as `wgpu-wasi adapters` \
                 lists them"
            ));
        }
        if adapters.iter().any(|found| is_at(&found.device_pci_bus_id, address)) {
            return Ok(AdapterChoice::Pci(address.to_owned()));
        }
        let addresses = adapters.iter().map(|found| match found.device_pci_bus_id.as_str() {
            "" => format!("{} at none", found.name),
            address => format!("{} at pci:{address}", found.name),
        });
        let addresses: Vec<_> = addresses.collect();
        return Err(wasmtime::format_err!("no adapter is at {name}; there are: {}", addresses.join(", ")));
    }
    if adapters.iter().any(|found| found.name.to_lowercase().contains(&name.to_lowercase())) {
        return Ok(AdapterChoice::Named(name.to_owned()));
    }
    let names: Vec<_> = adapters.into_iter().map(|found| found.name).collect();
    Err(wasmtime::format_err!("no adapter has {name:?} in its name; there are: {}", names.join(", ")))
}
