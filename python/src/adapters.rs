//! Which GPUs there are.

use pyo3::{Bound, IntoPyObject, PyResult, Python, pyfunction, types::PyList};
use wgpu_wasi_host::launch;

use crate::waiting::check_process;

/// An adapter, as `wgpu_wasi.Adapter` has it.
#[derive(Debug, IntoPyObject)]
pub(crate) struct Found {
    name: String,
    kind: &'static str,
    backend: String,
    driver: String,
    vendor: u32,
    device: u32,
    pci: Option<String>,
    max_buffer_size: u64,
}

/// Every adapter of the machine, in the order in which wgpu finds them.
#[pyfunction]
pub(crate) fn adapters(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    check_process()?;
    let found: Vec<Found> = py.detach(|| launch::adapters().iter().map(of).collect());
    PyList::new(py, found)
}

fn of(adapter: &wgpu::Adapter) -> Found {
    let info = adapter.get_info();
    Found {
        name: info.name,
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete",
            wgpu::DeviceType::IntegratedGpu => "integrated",
            wgpu::DeviceType::VirtualGpu => "virtual",
            wgpu::DeviceType::Cpu => "cpu",
            wgpu::DeviceType::Other => "other",
        },
        backend: info.backend.to_string(),
        driver: [info.driver, info.driver_info].join(" ").trim().to_owned(),
        vendor: info.vendor,
        device: info.device,
        pci: Some(info.device_pci_bus_id).filter(|address| !address.is_empty()),
        max_buffer_size: adapter.limits().max_buffer_size,
    }
}
